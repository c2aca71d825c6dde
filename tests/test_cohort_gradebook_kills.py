"""Graders that die at any moment, and several at once: nothing is lost, and nothing is graded twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradebook.schema import GRADINGS, RESULTS, SUBMISSIONS, WORKS
from grader.cohort.gradings import Conditions

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
SEED = 6
CHAPTERS = ("ch1_x", "ch2_y")
# It imports everything once and forks a grader for each line it reads: who, gradebook, submissions, lease, the file in
# which the grader notes what it has kept. It answers with the number of the process.
NURSERY = r"""
import os, sys, time
from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import Conditions, Grading
from grader.cohort.submitted import Learner, Submitted

CHAPTERS = ("ch1_x", "ch2_y")

def submitted(number):
    name = f"l{number:04}"
    return Submitted(Learner(name, f"小明 {number}"), 1, {"ch1_x.py": name.encode() * 20}, f"class.zip/{name}")

def grade(who, place, count, lease_s, noted):
    log = os.open(noted, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_gradebook(place) as book:
        book.set_roster([submitted(number).learner for number in range(count)])
        taken = len(book.submissions())
        while True:
            for number in range(taken, min(taken + 4, count)):
                book.take_in(submitted(number), CHAPTERS)
                taken = number + 1
            jobs = book.claim(who, 3, lease_s, Conditions())
            if not jobs:
                if taken >= count and book.waiting() == 0:
                    return
                time.sleep(0.02)
            for job in jobs:
                book.extend(who, [job.grading_id], lease_s)
                if book.keep(who, job.grading_id, Grading(None, None, job.learner_id + job.chapter)):
                    os.write(log, f"{job.grading_id} {who}\n".encode())

for line in sys.stdin:
    who, place, count, lease_s, noted = line.rstrip("\n").split("\t")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            grade(who, place, int(count), float(lease_s), noted)
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    print(pid, flush=True)
    _, status = os.waitpid(pid, 0) if who.startswith("alone") else (0, 0)
    if who.startswith("alone"):
        print(status, flush=True)
while True:
    try:
        print(os.wait()[1], flush=True)
    except ChildProcessError:
        break
"""


class Nursery:
    """Starts graders on one gradebook."""

    def __init__(self, place: str | Path, count: int, lease_s: float, folder: Path) -> None:
        self._rest = f"{place}\t{count}\t{lease_s}\t{folder / 'noted'}"
        self._noted = folder / "noted"
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, who: str) -> int:
        self._process.stdin.write(f"{who}\t{self._rest}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def ended(self) -> int:
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(60)

    def kept(self) -> list[tuple[int, str]]:
        """Return what graders noted after they had kept it."""
        words = [line.split() for line in self._noted.read_text().splitlines()]
        return [(int(number), who) for number, who in words]


def check_whole(place, count, kept):
    """Check that each job is done once and right, and that all that was said to be kept is there."""
    with open_gradebook(place, create=False) as book:
        assert book.waiting() == 0 and len(book.learners()) == count
        lines = book.submissions()
        assert [line.learner.id for line in lines] == [f"l{number:04}" for number in range(count)]
        assert all(line.chapters == dict.fromkeys(CHAPTERS, "done") for line in lines)
        works = list(book.works(all_rounds=True))
        assert Counter((work.learner.id, work.chapter) for work in works) == Counter(
            (line.learner.id, chapter) for line in lines for chapter in CHAPTERS
        )
        assert all(work.grading.checks_digest == work.learner.id + work.chapter for work in works)
        assert [work.grading.failure for work in works] == [""] * len(works)
        assert all(book.files(line.id) == {"ch1_x.py": line.learner.id.encode() * 20} for line in lines)
        with book._reading() as connection:
            sizes = [connection.scalar(select(func.count()).select_from(table)) for table in (RESULTS, GRADINGS)]
            assert sizes == [len(works)] * 2
            assert [connection.scalar(select(func.count()).select_from(t)) for t in (SUBMISSIONS, WORKS)] == [count] * 2
    stored = {(work.grading_id, work.graded_by) for work in works}
    assert max(Counter(number for number, _ in kept).values()) == 1
    assert set(kept) <= stored


def die_and_go_on(place, kills, count, folder):
    """Kill a grader at random moments, start the next one, and let the last one end."""
    chance = random.Random(SEED)
    nursery = Nursery(place, count, 0.5, folder)
    died = 0
    try:
        for number in range(kills):
            pid = nursery.start(f"alone{number}")
            time.sleep(chance.uniform(0.01, 0.25))
            os.kill(pid, signal.SIGKILL)
            died += nursery.ended() == signal.SIGKILL
        with open_gradebook(place) as book:
            left = count - len(book.submissions()), book.waiting()
        assert died == kills and max(left) > 0, "the work was done before the last one was killed"
        nursery.start("alone_at_the_end")
        assert nursery.ended() == 0
    finally:
        nursery.close()
    check_whole(place, count, nursery.kept())


@pytest.mark.parametrize("kills, count", [(4, 80), pytest.param(20, 600, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_goes_on(tmp_path, kills, count):
    place = tmp_path / "gradebook.sqlite"
    die_and_go_on(place, kills, count, tmp_path)
    connection = sqlite3.connect(place)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_killed_at_any_moment_on_postgresql_it_goes_on(postgresql, tmp_path):
    die_and_go_on(postgresql(), 5, 200, tmp_path)


def test_four_graders_at_once_do_each_job_once(fresh_place, tmp_path):
    place, count = fresh_place(), 120
    nursery = Nursery(place, count, 60.0, tmp_path)
    for number in range(4):
        nursery.start(f"grader{number}")
    nursery._process.stdin.close()
    assert [nursery.ended() for _ in range(4)] == [0] * 4
    nursery._process.wait(60)
    kept = nursery.kept()
    check_whole(place, count, kept)
    assert len(kept) == count * len(CHAPTERS)
    assert len({who for _, who in kept}) > 1, "one grader did it all"


def test_two_that_open_a_new_gradebook_at_once_make_one(fresh_place, tmp_path):
    place = fresh_place()
    program = "import sys; from grader.cohort.gradebook import open_gradebook; open_gradebook(sys.argv[1]).close()"
    many = [subprocess.Popen([sys.executable, "-c", program, str(place)]) for _ in range(3)]
    assert [one.wait(60) for one in many] == [0] * 3
    with open_gradebook(place, create=False) as book:
        assert book.claim("w", 1, 60, Conditions()) == []
