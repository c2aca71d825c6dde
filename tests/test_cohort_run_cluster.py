"""A real scheduler and real workers, each a process of its own: some are killed, stopped, cut off or too weak."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.cohort.gradebook import Gradebook, open_gradebook
from grader.cohort.gradings import Conditions, Grading, Job
from grader.cohort.running import cluster
from grader.cohort.running.cluster import distant_crew
from grader.cohort.running.crew import DaskCrew
from grader.cohort.running.loop import ClassRun
from grader.cohort.running.terms import Clocks, Tally
from grader.cohort.submitted import Learner, Submitted
from grader.doctor.corpus import CORPUS
from grader.errors import InputError
from grader.layout import find_course
from grader.messages import render
from grader.plugin.judging import digest_of_checks
from grader.results import Feedback

ROOT = Path(__file__).parents[1]
CHAPTER = "ch1_attacked"
COURSE = find_course(CORPUS / "course")
# Each job takes its time, also where others have the same code.
CONDITIONS = Conditions(course=str(COURSE.root), alone=True)
CHECKS = {chapter: digest_of_checks(COURSE, chapter) for chapter in COURSE.chapters}
WORK = """import time

import numpy as np


def scale(images):
    time.sleep({seconds})
    return images.astype("float32") / np.float32(255)


def total(numbers):
    return int(numbers.sum())  # {number}
"""
START_S = 60.0
CLOCKS = Clocks(silent=4.0, no_worker=20.0, refused=1.0)


class Site:
    """A scheduler and its workers, as somebody's cluster has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def start_scheduler(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        told = self.folder / "scheduler.json"
        told.unlink(missing_ok=True)
        options = options or ("--host", "127.0.0.1", "--port", "0")
        words = ("dask_scheduler", *options, "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(told))
        process = self._start(words, (), **environment)
        self.address = wait_for(lambda: json.loads(told.read_text())["address"] if told.exists() else None)
        return process

    def start_worker(self, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[bytes]:
        words = (
            "dask_worker",
            self.address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--death-timeout",
            "60",
        )
        return self._start((*words, "--local-directory", str(self.folder)), before, **environment)

    def _start(self, words: tuple[str, ...], before: tuple[str, ...], **environment: str) -> subprocess.Popen[bytes]:
        program, *options = words
        command = [*before, sys.executable, "-m", f"distributed.cli.{program}", *options]
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                command, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


class Listener:
    """Is told how it goes on, and does something when so many are graded."""

    def __init__(self, after: int = 0, act: Callable[[], None] = lambda: None) -> None:
        self.after, self.act = after, act
        self.graded_ids: list[int] = []
        self.tried_ids: list[int] = []
        self.refusals: list[Feedback] = []
        self.left: list[str] = []

    def graded(self, job: Job, grading: Grading) -> None:
        self.graded_ids.append(job.grading_id)
        if len(self.graded_ids) == self.after:
            self.act()

    def tried(self, job: Job, why: str) -> None:
        self.tried_ids.append(job.grading_id)

    def worker_left(self, worker: str, why: str) -> None:
        self.left.append(why)

    def worker_refused(self, worker: str, why: Feedback) -> None:
        self.refusals.append(why)

    def waits_for_others(self, count: int) -> None:
        pass


def wait_for(condition):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(json.JSONDecodeError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise TimeoutError


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder)
    yield site
    site.close()


@pytest.fixture
def book(tmp_path) -> Iterator[Gradebook]:
    with open_gradebook(tmp_path / "gradebook.sqlite") as gradebook:
        yield gradebook


def hand_in(book: Gradebook, count: int, seconds: float = 0.15) -> None:
    for number in range(count):
        files = {f"{CHAPTER}.py": WORK.format(seconds=seconds, number=number).encode()}
        learner = Learner(f"s{number}", f"王小明 {number}")
        book.take_in(Submitted(learner, 1, files, f"folder/{number}"), [CHAPTER])


def run(book: Gradebook, crew: DaskCrew, listener: Listener, clocks: Clocks = CLOCKS, workers: int = 0) -> Tally:
    wait_for(lambda: len(crew.workers()) >= workers)
    return ClassRun(book, crew, CONDITIONS, CHECKS, "me", listener, clocks).run(threading.Event())


def assert_each_is_graded_once(book: Gradebook, listener: Listener, count: int) -> None:
    works = list(book.works(all_rounds=True))
    assert sorted(work.learner.id for work in works) == sorted(f"s{number}" for number in range(count))
    assert [work.grading.failure for work in works] == [""] * count
    assert {work.grading.result.earned for work in works if work.grading.result} == {6}
    assert sorted(listener.graded_ids) == sorted(work.grading_id for work in works)
    assert book.waiting() == 0 and book.claimed() == {}


# ---------------------------------------------------------------- workers that are lost


def test_worker_killed_in_the_middle_costs_nobody_anything(site, book):
    site.start_scheduler()
    killed, _ = site.start_worker(), site.start_worker()
    hand_in(book, 10)
    listener = Listener(3, killed.kill)
    with distant_crew(site.address) as crew:
        assert run(book, crew, listener, workers=2).graded == 10
    assert_each_is_graded_once(book, listener, 10)
    assert len(listener.left) == 1 and len(listener.tried_ids) <= 1


@pytest.mark.slow
def test_worker_that_hangs_is_left_and_what_it_says_later_is_not_heard(site, book):
    site.start_scheduler()
    hanging, _ = site.start_worker(), site.start_worker()
    hand_in(book, 8)
    listener = Listener(2, lambda: hanging.send_signal(signal.SIGSTOP))
    with distant_crew(site.address) as crew:
        assert run(book, crew, listener, workers=2).graded == 8
        hanging.send_signal(signal.SIGCONT)
        time.sleep(1)
    assert_each_is_graded_once(book, listener, 8)
    assert any("nothing was heard" in why for why in listener.left)


def test_job_over_the_limit_goes_elsewhere_until_no_worker_is_left(site, book):
    site.start_scheduler()
    for _ in range(2):
        site.start_worker()
    hand_in(book, 1, seconds=2.5)
    with distant_crew(site.address) as crew:
        listener = Listener()
        with pytest.raises(InputError, match="no worker to grade with"):
            run(book, crew, listener, Clocks(job=0.5, no_worker=1.0), workers=2)
    assert len(listener.tried_ids) == 2
    assert book.waiting() == 1 and book.claimed() == {}


# ---------------------------------------------------------------- the scheduler


@pytest.mark.slow
def test_scheduler_that_goes_away_is_one_message_and_the_next_run_goes_on(site, book, monkeypatch):
    monkeypatch.setattr("grader.cohort.running.crew.SCHEDULER_SILENT_S", 2.0)
    scheduler = site.start_scheduler()
    site.start_worker()
    hand_in(book, 6)
    listener = Listener(2, scheduler.kill)
    with distant_crew(site.address) as crew, pytest.raises(InputError) as raised:
        run(book, crew, listener, workers=1)
    feedback = raised.value.feedback
    assert f"The scheduler at {site.address} does not answer any more." == render(feedback.problem, "en")
    assert "is kept" in render(feedback.next_step, "en")
    assert 2 <= len(listener.graded_ids) <= 3 and book.claimed() == {}
    site.start_scheduler()
    site.start_worker()
    again = Listener()
    with distant_crew(site.address) as crew:
        assert run(book, crew, again, workers=1).graded == 6 - len(listener.graded_ids)
    listener.graded_ids += again.graded_ids
    assert_each_is_graded_once(book, listener, 6)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://nowhere.invalid:8786", "nonsense://x", "tcp://[::::"])
def test_scheduler_that_cannot_be_reached_is_one_message(address, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(InputError) as raised, distant_crew(address):
        pytest.fail("there is nobody")
    feedback = raised.value.feedback
    assert render(feedback.problem, "en") == f"No scheduler answers at {address}."
    assert feedback.expected and feedback.got and "dask scheduler" in render(feedback.next_step, "en")


# ---------------------------------------------------------------- workers that may not take part


def without_bubblewrap(folder: Path) -> str:
    """Return a search path on which there is all but bubblewrap."""
    place = folder / "bin"
    place.mkdir()
    for name in ("env", "sh", "uname"):
        if found := shutil.which(name):
            (place / name).symlink_to(found)
    return str(place)


@pytest.mark.slow
def test_weak_worker_gets_nothing_and_the_strong_one_everything(site, book, tmp_path):
    site.start_scheduler()
    site.start_worker(PATH=without_bubblewrap(tmp_path))
    site.start_worker()
    hand_in(book, 4)
    listener = Listener()
    with distant_crew(site.address) as crew:
        assert run(book, crew, listener, workers=2).graded == 4
    assert_each_is_graded_once(book, listener, 4)
    assert ["too weak" in render(why.problem, "en") for why in listener.refusals] == [True]
    assert {work.grading.surroundings.sandbox for work in book.works()} == {"namespaces"}


@pytest.mark.parametrize("without", ["workers", pytest.param("scheduler", marks=[pytest.mark.slow])])
def test_cluster_without_the_grader_is_one_message(site, book, tmp_path, without):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['grader.cohort'] = None\n")
    lacking = {"PYTHONPATH": str(tmp_path)}
    site.start_scheduler(**(lacking if without == "scheduler" else {}))
    site.start_worker(**(lacking if without == "workers" else {}))
    hand_in(book, 1)
    with distant_crew(site.address) as crew, pytest.raises(InputError) as raised:
        run(book, crew, Listener(), workers=1)
    assert "cannot grade" in str(raised.value)
    assert without == "scheduler" or "grader.cohort" in render(raised.value.feedback.got, "en")
    assert book.claimed() == {} and book.waiting() == 1


@pytest.mark.slow
def test_two_graders_on_one_gradebook_share_the_work_and_the_workers(site, fresh_place):
    place = fresh_place()
    site.start_scheduler()
    for _ in range(2):
        site.start_worker()
    listeners = [Listener(), Listener()]
    tallies: list[Tally] = []

    def grade(who: str, listener: Listener) -> None:
        with open_gradebook(place) as own, distant_crew(site.address) as crew:
            wait_for(lambda: len(crew.workers()) >= 2)
            tallies.append(ClassRun(own, crew, CONDITIONS, CHECKS, who, listener, CLOCKS).run(threading.Event()))

    with open_gradebook(place) as book:
        hand_in(book, 12)
        numbered = enumerate(listeners)
        threads = [threading.Thread(target=grade, args=(f"grader {n}", listener)) for n, listener in numbered]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(START_S)
        assert sum(tally.graded for tally in tallies) == 12 and sum(tally.elsewhere for tally in tallies) == 0
        both = Listener()
        both.graded_ids = listeners[0].graded_ids + listeners[1].graded_ids
        assert_each_is_graded_once(book, both, 12)


# ---------------------------------------------------------------- a network of its own


class Network:
    """A network namespace with a cable to ours."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.here, self.there = name, f"10.213.{number}.1", f"10.213.{number}.2"
        self.cable = f"fd{number}o"
        ip("netns", "add", name)
        ip("link", "add", self.cable, "type", "veth", "peer", "name", f"fd{number}i")
        ip("link", "set", f"fd{number}i", "netns", name)
        ip("addr", "add", f"{self.here}/24", "dev", self.cable)
        ip("link", "set", self.cable, "up")
        ip("-n", name, "addr", "add", f"{self.there}/24", "dev", f"fd{number}i")
        ip("-n", name, "link", "set", f"fd{number}i", "up")
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "route", "add", "default", "via", self.here)

    @property
    def before(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def cut(self) -> None:
        ip("link", "set", self.cable, "down")

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False, timeout=20)
        subprocess.run(["ip", "link", "delete", self.cable], capture_output=True, check=False, timeout=20)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, check=True, timeout=20)


@pytest.fixture
def networks() -> Iterator[list[Network]]:
    if sys.platform != "linux" or os.getuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root, Linux and iproute2")
    made: list[Network] = []
    try:
        for number in (71, 72):
            made.append(Network(f"fd-test-{os.getpid()}-{number}", number))
    except subprocess.CalledProcessError as error:
        for network in made:
            network.remove()
        pytest.skip(f"no network namespaces here: {error.stderr.decode(errors='replace').strip()}")
    yield made
    for network in made:
        network.remove()


@pytest.mark.slow
def test_worker_that_loses_the_network_costs_nobody_anything(site, book, networks):
    site.start_scheduler("--host", "0.0.0.0", "--port", "0")
    port = site.address.rpartition(":")[2]
    for network in networks:
        site.address = f"tcp://{network.here}:{port}"
        site.start_worker(network.before)
    hand_in(book, 10)
    listener = Listener(3, networks[0].cut)
    with distant_crew(f"tcp://127.0.0.1:{port}") as crew:
        assert run(book, crew, listener, workers=2).graded == 10
    assert_each_is_graded_once(book, listener, 10)
    assert any("nothing was heard" in why for why in listener.left)
