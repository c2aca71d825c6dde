"""The loop that grades a class, with workers that die, hang, refuse and fail: each job ends once, none is lost."""

import random
import threading
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cohort.gradings import MOST_TRIES, Conditions, Grading, Job
from grader.cohort.running.crew import Done
from grader.cohort.running.grading import Ability, Reply
from grader.cohort.running.loop import ClassRun, packed
from grader.cohort.running.terms import Clocks
from grader.cohort.running.whose import is_gone, own_name
from grader.errors import InputError
from grader.messages import render, say
from grader.results import Feedback

CHAPTER = "ch1_x"
CHECKS = {CHAPTER: "digest"}
QUICK = Clocks(job=0.03, silent=0.03, lease=60.0, greeting=0.03, no_worker=0.3, refused=0.1)
GOOD = Grading(None, None, "digest")


class Memory:
    """A gradebook in memory, for one grader. `kept`: what was stored, each time."""

    def __init__(self, count: int) -> None:
        self.free = dict.fromkeys(range(count), 0)
        self.taken: dict[int, int] = {}
        self.kept: dict[int, list[Grading]] = {}

    def claim(self, who, count, lease_s, conditions):
        chosen = sorted(self.free, key=lambda number: (self.free[number], number))[:count]
        for number in chosen:
            self.taken[number] = self.free.pop(number)
        return [Job(number, CHAPTER, {}, f"s{number}", self.taken[number]) for number in chosen]

    def extend(self, who, grading_ids, lease_s):
        assert set(grading_ids) <= self.taken.keys()

    def give_back(self, who, grading_id, failed):
        self.free[grading_id] = self.taken.pop(grading_id) + failed

    def keep(self, who, grading_id, grading):
        del self.taken[grading_id]
        self.kept.setdefault(grading_id, []).append(grading)
        return True

    def waiting(self):
        return len(self.free) + len(self.taken)


class Troupe:
    """Workers that do what `fate` says of each job. `begun`: which job was begun by which worker."""

    dashboard = ""

    def __init__(self, count: int, fate) -> None:
        self.heard = {f"w{number}": 0.0 for number in range(count)}
        self.fate, self.begun, self.dismissed, self.silent = fate, [], [], set()
        self._ends: list[Done] = []
        self._number = count
        self.no_scheduler: Feedback | None = None
        self.until = time.monotonic() + 30

    def workers(self):
        return {worker: 99.0 if worker in self.silent else 0.0 for worker in self.heard}

    def send(self, worker, function, *arguments):
        self._number += 1
        ticket = f"t{self._number}"
        if function.__name__ == "ability_packed":
            self._answer(ticket, Ability("host", "namespaces", CHECKS))
            return ticket
        job = msgspec.json.decode(arguments[0], type=Job)
        self.begun.append((worker, job.grading_id, job.tries))
        self._end(ticket, worker, self.fate(worker, job))
        return ticket

    def _end(self, ticket, worker, fate):
        match fate:
            case "good":
                self._answer(ticket, Reply(GOOD))
            case "fails":
                self._answer(ticket, Reply(msgspec.structs.replace(GOOD, failure="it failed")))
            case "raises":
                self._ends.append(Done(ticket, None, "ValueError: odd"))
            case "cancelled":
                self._ends.append(Done(ticket, None, "cancelled", blameless=True))
            case "unfit":
                self._answer(ticket, Reply(unfit=Feedback(say("too weak"))))
                self._another()
            case "dies":
                del self.heard[worker]
                self._another()
            case "told dead":
                self._ends.append(Done(ticket, None, "ended", worker_ended=True))
                self._another()
            case "hangs":
                pass
            case "silent":
                self.silent.add(worker)
            case _:
                raise AssertionError(fate)

    def _answer(self, ticket, reply):
        self._ends.append(Done(ticket, msgspec.json.encode(reply)))

    def _another(self):
        self._number += 1
        self.heard[f"w{self._number}"] = 0.0

    def done(self, seconds):
        assert time.monotonic() < self.until, "it does not come to an end"
        ends, self._ends = self._ends, []
        if not ends:
            time.sleep(0.002)
        return ends

    def forget(self, ticket):
        self._ends = [end for end in self._ends if end.ticket != ticket]

    def dismiss(self, worker):
        self.dismissed.append(worker)
        del self.heard[worker]
        self._another()

    def trouble(self):
        return self.no_scheduler


class Silence:
    """Nobody to tell; it remembers the words."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def graded(self, job, grading):
        self.said.append(f"graded {job.grading_id}")

    def tried(self, job, why):
        self.said.append(f"tried {job.grading_id}: {why}")

    def worker_left(self, worker, why):
        self.said.append(f"left {worker}: {why}")

    def worker_refused(self, worker, why):
        self.said.append(f"refused {worker}: {render(why.problem, 'en')}")

    def waits_for_others(self, count):
        self.said.append(f"others {count}")


def run(book, crew, stop=None, tell=None, **more):
    options = {"clocks": QUICK, **more}
    return ClassRun(book, crew, Conditions(), CHECKS, "me", tell or Silence(), **options).run(stop or threading.Event())


FATES = ("good", "good", "good", "fails", "raises", "cancelled", "unfit", "dies", "told dead", "hangs", "silent")


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 12), st.integers(1, 4), st.randoms(use_true_random=False), st.sampled_from([None, 1, 2]))
def test_whatever_workers_do_each_job_ends_once(count, workers, chance: random.Random, limit):
    tried: dict[int, list[str]] = {}

    def fate(worker, job):
        drawn = chance.choice(FATES)
        if drawn not in ("cancelled", "unfit"):
            tried.setdefault(job.grading_id, []).append(drawn)
        return drawn

    book, crew = Memory(count), Troupe(workers, fate)
    tally = run(book, crew, limit=limit)
    assert sorted(book.kept) == list(range(count)) and book.waiting() == 0
    for number, kept in book.kept.items():
        assert len(kept) == 1, "nothing is graded twice"
        assert len(tried[number]) <= MOST_TRIES
        failed = tried[number][-1] != "good"
        assert bool(kept[0].failure) == failed
        assert not failed or len(tried[number]) == MOST_TRIES
    assert tally.graded + tally.failures == count and tally.given_back == 0


def test_failing_job_is_tried_three_times_each_on_another_worker():
    book, crew = Memory(1), Troupe(3, lambda worker, job: "fails")
    tally = run(book, crew)
    assert tally.failures == 1 and tally.graded == 0
    assert len({worker for worker, _, _ in crew.begun}) == 3 == len(crew.begun)
    assert book.kept[0][0].failure == "it failed"


def test_only_worker_there_is_tries_again():
    book, crew = Memory(2), Troupe(1, lambda worker, job: "fails" if job.tries == 0 else "good")
    assert run(book, crew).graded == 2


def test_job_that_failed_on_the_first_of_many_gets_the_second_though_one_at_a_time_is_used():
    book, crew = Memory(3), Troupe(2, lambda worker, job: "fails" if worker == "w0" else "good")
    assert run(book, crew, limit=1).graded == 3
    assert {worker for worker, number, tries in crew.begun if tries == 1} == {"w1"}


def test_worker_over_the_limit_is_dismissed_and_its_job_done_elsewhere():
    tell = Silence()
    book = Memory(1)
    crew = Troupe(1, lambda worker, job: "hangs" if job.tries == 0 else "good")
    assert run(book, crew, tell=tell).graded == 1
    assert crew.dismissed == ["w0"] and any("longer than" in words for words in tell.said)


def test_silent_worker_is_dismissed_before_the_limit():
    tell = Silence()
    crew = Troupe(1, lambda worker, job: "silent" if job.tries == 0 else "good")
    clocks = msgspec.structs.replace(QUICK, job=1000.0)
    assert run(Memory(1), crew, tell=tell, clocks=clocks).graded == 1
    assert any("nothing was heard" in words for words in tell.said)


def test_limit_of_workers_is_kept():
    at_once = []

    def fate(worker, job):
        at_once.append(worker)
        return "good"

    run(Memory(6), Troupe(4, fate), limit=1)
    assert len(at_once) == 6


def test_stop_gives_everything_back_and_counts_no_try():
    stop = threading.Event()
    book = Memory(9)

    def fate(worker, job):
        if job.grading_id == 3:
            stop.set()
            return "hangs"
        return "good"

    tally = run(book, Troupe(2, fate), stop, clocks=msgspec.structs.replace(QUICK, job=1000.0))
    assert tally.stopped and tally.given_back > 0 and book.taken == {}
    assert set(book.free.values()) == {0}
    assert len(book.kept) + len(book.free) == 9


def test_scheduler_that_goes_away_is_told_and_nothing_is_kept_from_others():
    book = Memory(5)
    crew = Troupe(1, lambda worker, job: "hangs")

    def gone(seconds):
        if crew.begun:
            crew.no_scheduler = Feedback(say("The scheduler is gone."))
        return Troupe.done(crew, seconds)

    crew.done = gone
    with pytest.raises(InputError, match="The scheduler is gone"):
        run(book, crew, clocks=msgspec.structs.replace(QUICK, job=1000.0))
    assert book.taken == {} and len(book.free) == 5


def test_no_worker_at_all_is_one_message():
    with pytest.raises(InputError) as raised:
        run(Memory(1), Troupe(0, None))
    assert "no worker to grade with" in str(raised.value) and raised.value.feedback.next_step is not None


@pytest.mark.parametrize(
    "able, words",
    [
        (Ability("box", "process", CHECKS, Feedback(say("The sandbox is too weak."))), "too weak"),
        (Ability("box", "namespaces", {CHAPTER: "other"}), "by other checks"),
    ],
)
def test_workers_that_cannot_judge_as_here_get_no_job(able, words, monkeypatch):
    crew = Troupe(2, lambda worker, job: pytest.fail("it was sent a job"))
    monkeypatch.setattr(crew, "_answer", lambda ticket, reply: Troupe._answer(crew, ticket, able))
    book = Memory(2)
    with pytest.raises(InputError, match=words):
        run(book, crew)
    assert book.taken == {} and len(book.free) == 2


def test_one_weak_worker_leaves_the_work_to_the_others(monkeypatch):
    crew = Troupe(2, lambda worker, job: "good")
    weak = Ability("box", "process", CHECKS, Feedback(say("too weak")))
    send = crew.send

    def send_with_weak(worker, function, *arguments):
        if worker == "w0" and function.__name__ == "ability_packed":
            crew._answer("weak", weak)
            return "weak"
        return send(worker, function, *arguments)

    monkeypatch.setattr(crew, "send", send_with_weak)
    tell = Silence()
    assert run(Memory(4), crew, tell=tell).graded == 4
    assert {worker for worker, _, _ in crew.begun} == {"w1"} and "refused w0: too weak" in tell.said


def test_result_that_is_another_graders_by_now_is_not_counted():
    book = Memory(2)
    book.keep = lambda who, grading_id, grading: bool(book.taken.pop(grading_id)) and False
    tally = run(book, Troupe(1, lambda worker, job: "good"))
    assert (tally.graded, tally.elsewhere) == (0, 2)


def test_leases_are_extended_while_jobs_run():
    book = Memory(1)
    extended = []
    book.extend = lambda who, grading_ids, lease_s: extended.append(list(grading_ids))
    crew = Troupe(1, lambda worker, job: "hangs" if job.tries == 0 else "good")
    run(book, crew, clocks=msgspec.structs.replace(QUICK, job=0.2, lease=0.06))
    assert len(extended) >= 3 and extended[0] == [0]


def test_job_travels_without_a_name_and_with_its_own_files_only():
    asked = Job(7, CHAPTER, {f"{CHAPTER}.py": b"x", "ch2_y.py": b"y"}, "s\ud800", 1)
    assert msgspec.json.decode(packed(asked), type=Job) == Job(7, CHAPTER, {f"{CHAPTER}.py": b"x"}, "", 1)


# ---------------------------------------------------------------- whose a job is


def test_own_process_is_there_and_one_that_ended_is_gone():
    me = own_name()
    assert not is_gone(me) and own_name() != me
    host, place, rest = me.partition("/")
    digest, pid, started, chance = rest.split(":")
    assert is_gone(f"{host}/{digest}:{2**22 + 1}:{started}:{chance}")
    assert is_gone(f"{host}/{digest}:{pid}:{int(started) - 1000}:{chance}"), "the number is another process's now"
    assert place


@pytest.mark.parametrize("who", ["", "me", "host/00000000:1:1:aa", "host:1:abc", "x" * 500])
def test_of_others_nothing_is_known(who):
    assert not is_gone(who)
