"""`grader grade`, as a teacher types it: a class from a folder, ended at any moment; what is bad, in four parts."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import psutil
import pytest

from grader.cohort.commands import needs
from grader.cohort.gradebook import open_gradebook
from grader.cohort.running import grade_class
from grader.doctor.corpus import CORPUS
from grader.layout import find_course
from grader.plugin.grade import grade
from grader.sandbox.confine import Level

ROOT = Path(__file__).parents[1]
CHAPTER = "ch1_attacked"
COURSE = find_course(CORPUS / "course")
RIGHT = """import numpy as np


def scale(images):
    return images.astype("float32") / np.float32(255)


def total(numbers):
    return int(numbers.sum())
"""
# All hand in the same: only with `--alone` each takes its time.
SLOW = RIGHT.replace("    return images", "    import time\n    time.sleep(0.25)\n    return images")
LEARNERS = {
    "李明": RIGHT,
    "=cmd()": RIGHT.replace("255", "256"),
    "<script>alert(1)<": "raise SystemExit(0)",
    "anna": RIGHT.replace("int(numbers.sum())", "0"),
    "bob": "def scale(: pass",
    "Zoë": RIGHT,
}
GRADER = [sys.executable, "-c", "from grader.cli import app; app()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
ENDING_S = 20.0


def hand_in(folder: Path, work: dict[str, str]) -> Path:
    for learner, text in work.items():
        place = folder / learner
        place.mkdir(parents=True)
        (place / f"{CHAPTER}.py").write_text(text, encoding="utf-8")
    return folder


def words_for(folder: Path, *more: str, course: Path = COURSE.root) -> list[str]:
    where = ["--gradebook", str(folder / "gradebook.sqlite"), "--course", str(course)]
    return ["grade", *more, *where]


def command(folder: Path, *more: str, course: Path = COURSE.root) -> subprocess.CompletedProcess[str]:
    words = [*GRADER, *words_for(folder, *more, course=course)]
    return subprocess.run(
        words, cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8", timeout=240, check=False
    )


def points_in(folder: Path) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    with open_gradebook(folder / "gradebook.sqlite") as book:
        for work in book.works(all_rounds=True):
            assert work.grading.failure == "" and work.grading.result is not None
            found.setdefault(work.learner.id, []).append(work.grading.result.earned)
    return found


def points_alone(folder: Path) -> float:
    result = grade(folder, course=COURSE, chapter=CHAPTER).result
    assert result is not None
    return result.earned


# ---------------------------------------------------------------- a class


def test_class_is_graded_as_one_by_one_and_the_next_run_has_nothing_to_do(tmp_path):
    work = hand_in(tmp_path / "work", LEARNERS)
    (work / "empty").mkdir()
    (tmp_path / "roster.csv").write_text("id,name\n李明,Li Ming\nanna,Anna\nyan,颜回\n", encoding="utf-8")
    done = command(tmp_path, "work", "--roster", "roster.csv", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert points_in(tmp_path) == {learner: [points_alone(work / learner)] for learner in LEARNERS}
    said = done.stdout
    assert "Dask's dashboard: http://127.0.0.1:" in said and "6 graded in this run, 6 in all." in said
    assert "✓ Li Ming (李明)  ch1_attacked  6/6" in said and "✓ =cmd()  ch1_attacked" in said
    assert "1 could not be taken in:\n  work/empty: " in said
    assert "1 have handed in nothing:\n  颜回 (yan)" in said
    assert "grader report" in said and "grader export" in said
    assert "a minute" in said
    again = command(tmp_path, "work", "--lang", "en")
    assert again.returncode == 0 and "0 graded in this run, 6 in all." in again.stdout
    assert all(len(points) == 1 for points in points_in(tmp_path).values())


@pytest.mark.slow
def test_grader_that_fails_at_some_says_so_and_takes_no_points(tmp_path):
    course = tmp_path / "course"
    for name in ("checks", "solutions"):
        (course / name).mkdir(parents=True)
        for path in (COURSE.root / name).glob(f"*{CHAPTER}.py"):
            text = path.read_text(encoding="utf-8")
            broken = text.replace("expect(submission.total", "1 / 0; expect(submission.total")
            (course / name / path.name).write_text(broken, encoding="utf-8")
    hand_in(tmp_path / "work", {"anna": RIGHT})
    words = ["grade", "work", "--gradebook", "gradebook.sqlite", "--course", "course", "--jobs", "1"]
    done = subprocess.run(
        [*GRADER, *words],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "At 1 the grader itself failed, and no points are lost:" in done.stdout
    assert done.stdout.count("once more, since this time") == 2
    assert "grader grade --retry" in done.stdout
    with open_gradebook(tmp_path / "gradebook.sqlite") as book:
        (work,) = book.works()
        assert work.grading.failure.startswith("test_sum_is_right")
    # The teacher repairs the check.
    again = command(tmp_path, "--retry", "--jobs", "1")
    assert again.returncode == 0 and "1 graded in this run, 1 in all." in again.stdout


# ---------------------------------------------------------------- ended in the middle


def family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def words_of(process: psutil.Process) -> list[str]:
    """Return the command line of a process; none of one that has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def all_end(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(alive(processes), ENDING_S)[1]


def test_interrupted_run_gives_back_and_a_killed_one_is_taken_over(tmp_path):
    names = [f"s{number}" for number in range(8)]
    hand_in(tmp_path / "work", dict.fromkeys(names, SLOW))
    words = [*GRADER, *words_for(tmp_path, "work", "--jobs", "2", "--alone")]
    terminal = pexpect.spawn(
        words[0], words[1:], cwd=str(tmp_path), env=ENVIRONMENT, encoding="utf-8", timeout=90, dimensions=(30, 120)
    )
    terminal.expect("✓")
    processes = family(terminal.pid)
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130 and "Traceback" not in terminal.before
    assert "wait to be graded: run `grader grade` again" in terminal.before
    assert all_end(processes)
    with open_gradebook(tmp_path / "gradebook.sqlite") as book:
        assert book.claimed() == {} and 0 < book.waiting() < 8

    killed = subprocess.Popen(words, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, encoding="utf-8")
    assert killed.stdout is not None
    next(line for line in killed.stdout if line.startswith("✓"))
    processes = family(killed.pid)
    killed.kill()
    killed.wait()
    killed.stdout.close()
    assert all_end(processes), "no worker outlives its grader"
    with open_gradebook(tmp_path / "gradebook.sqlite") as book:
        assert book.claimed() != {}

    done = command(tmp_path, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert "An earlier run was ended in the middle of" in done.stdout
    assert points_in(tmp_path) == {name: [6.0] for name in names}


@pytest.mark.slow
@pytest.mark.parametrize("number, words", [(signal.SIGKILL, "the worker"), (signal.SIGSTOP, "it took longer than 6 s")])
def test_worker_of_this_machine_that_is_lost_is_replaced(tmp_path, number, words):
    names = [f"s{number}" for number in range(8)]
    hand_in(tmp_path / "work", dict.fromkeys(names, SLOW))
    command_line = [*GRADER, *words_for(tmp_path, "work", "--jobs", "2", "--alone", "--job-timeout", "0.1")]
    running = subprocess.Popen(
        command_line, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert running.stdout is not None
    next(line for line in running.stdout if line.startswith("✓"))
    workers = [one for one in family(running.pid) if any("spawn_main" in word for word in words_of(one))]
    workers[0].send_signal(number)
    said, complaints = running.communicate(timeout=240)
    assert (running.returncode, complaints) == (0, "")
    assert "A worker was lost" in said and words in said
    assert points_in(tmp_path) == {name: [6.0] for name in names}


@pytest.mark.slow
def test_run_killed_at_many_moments_loses_nothing_and_grades_nothing_twice(tmp_path):
    names = [f"王{number}" for number in range(60)]
    hand_in(tmp_path / "work", dict.fromkeys(names, SLOW))
    words = [*GRADER, *words_for(tmp_path, "work", "--jobs", "2", "--alone")]
    chance = random.Random(6)
    in_the_middle = 0
    for turn in range(20):
        process = subprocess.Popen(words, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, encoding="utf-8")
        assert process.stdout is not None
        if turn % 2:
            # While it grades; else while it reads, takes in and starts.
            in_the_middle += any(line.startswith("✓") for line in process.stdout)
        time.sleep(chance.uniform(0, 1.5 if turn % 2 else 4))
        processes = family(process.pid)
        process.kill()
        process.wait()
        process.stdout.close()
        assert all_end(processes)
    assert in_the_middle >= 5
    done = command(tmp_path, "work")
    assert done.returncode == 0, done.stderr
    assert points_in(tmp_path) == {name: [6.0] for name in names}
    with sqlite3.connect(tmp_path / "gradebook.sqlite") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# ---------------------------------------------------------------- what cannot be done


@pytest.fixture
def ready(tmp_path, monkeypatch) -> Path:
    hand_in(tmp_path / "work", {"anna": RIGHT})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return tmp_path


def assert_four_parts(done, *words: str) -> None:
    text = " ".join((done.stdout + done.stderr).split())
    assert done.exit_code == 4, text
    assert done.exception is None or isinstance(done.exception, SystemExit)
    for part in ("Problem", "Expected", "Got", "Next step"):
        assert part in text
    for wanted in words:
        assert wanted in text, text


@pytest.mark.parametrize(
    "more, words",
    [
        (("nowhere",), ("There are no submissions at nowhere",)),
        (("work", "--chapter", "ch9"), ("There is no chapter ch9", "ch1_attacked")),
        (("work", "--data", "no.npz"), ("no.npz",)),
        (("work", "--course", "work"), ("holds no course", "--course")),
        (("work", "--roster", "none.csv"), ("none.csv",)),
        (("work", "--layout", "blackboard"), ("blackboard",)),
        (("work", "--gradebook", "mysql://x"), ("no address of a gradebook",)),
        (("work", "--settings", "none.toml"), ("none.toml",)),
        (("work", "--scheduler", "tcp://127.0.0.1:1"), ("No scheduler answers at tcp://127.0.0.1:1",)),
    ],
)
def test_what_cannot_be_used_is_told_in_four_parts(ready, invoke, monkeypatch, more, words):
    monkeypatch.setattr("grader.cohort.running.cluster.CONNECT_S", 0.5)
    usual = ["--course", str(COURSE.root)] if "--course" not in more else []
    assert_four_parts(invoke("grade", *usual, *more), *words)


def test_weak_sandbox_is_refused_before_anything_starts(ready, invoke, monkeypatch):
    monkeypatch.setattr(grade_class, "strongest_level", lambda: Level.LANDLOCK)
    monkeypatch.setattr(grade_class, "local_crew", lambda jobs: pytest.fail("it started"))
    done = invoke("grade", "work", "--course", str(COURSE.root))
    assert_four_parts(done, "too weak to grade a class", "the level `landlock`", "--allow-weak-sandbox")
    assert not (ready / "gradebook.sqlite").exists()


def test_weak_sandbox_is_taken_where_the_teacher_says_so(monkeypatch):
    monkeypatch.setattr(grade_class, "strongest_level", lambda: Level.PROCESS)
    wish = grade_class.Wish(course=COURSE.root, allow_weak_sandbox=True)
    assert grade_class.conditions_wanted(wish, COURSE).level == Level.NONE.value


def test_missing_extra_is_told_and_other_commands_do_without(ready, invoke, monkeypatch):
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda name: None)
    done = invoke("grade", "work")
    assert_four_parts(done, "is not installed", "distributed", 'pip install -e ".[class]"')


def test_grader_starts_without_what_a_class_needs():
    code = "import sys\nfor name in ('sqlalchemy', 'alembic', 'dask', 'distributed', 'yaml', 'pyarrow', 'bokeh'):\n"
    code += "    sys.modules[name] = None\nfrom grader.cli import app\napp()"
    for words in (["--help"], ["grade", "--help"], ["list"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=ENVIRONMENT, capture_output=True, text=True, timeout=60, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr


def test_chapters_are_those_named_or_those_that_count(tmp_path):
    wish = grade_class.Wish(chapters=("ch2", "ch1_attacked", "ch2_attacked"))
    assert grade_class.chapters_wanted(COURSE, wish) == ("ch2_attacked", "ch1_attacked")
    settings = tmp_path / "class.toml"
    settings.write_text('chapters = ["ch2_attacked"]\n')
    assert grade_class.chapters_wanted(COURSE, grade_class.Wish(settings=settings)) == ("ch2_attacked",)
    assert grade_class.chapters_wanted(COURSE, grade_class.Wish()) == COURSE.chapters
