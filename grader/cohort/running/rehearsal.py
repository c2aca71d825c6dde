"""Grading anew without a gradebook's leave, and using what came of it when it is done in earnest. Trusted side.

What a dry run found is kept with the results of the reference, by all that it depends on. So nothing is in the
gradebook before it is wanted there, and nothing is trained twice.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from grader.cohort.gradings import Conditions, GradedWork, Grading, Job
from grader.cohort.running.terms import Book, Tell
from grader.cohort.submitted import digest_of_files
from grader.submission.closure import digest_of
from grader.submission.reference import environment_identity, results_folder
from grader.whole_file import keep_whole


class Known:
    """Gradings that are known already. `checks`: chapter -> digest of all that judges it."""

    def __init__(self, conditions: Conditions, checks: dict[str, str]) -> None:
        self._conditions, self._checks = conditions, checks

    def recall(self, digest: str, chapter: str) -> Grading | None:
        """Return what is known of a chapter of the submission with this digest."""
        with contextlib.suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
            return msgspec.json.decode(self._place(digest, chapter).read_bytes(), type=Grading)
        return None

    def keep(self, digest: str, chapter: str, grading: Grading) -> None:
        """Keep what was found, unless the grader itself failed."""
        if not grading.failure and grading.checks_digest == self._checks[chapter]:
            keep_whole(self._place(digest, chapter), msgspec.json.encode(grading))

    def _place(self, digest: str, chapter: str) -> Path:
        conditions = msgspec.json.encode(self._conditions).decode()
        key = digest_of((digest, chapter, self._checks[chapter], conditions, *environment_identity()))
        return results_folder() / "gradings" / key


class Rehearsal:
    """Takes the gradebook's place: hands out these works to be graded, and keeps what came of them here."""

    def __init__(self, works: Iterable[GradedWork], files: Callable[[int], dict[str, bytes]], known: Known) -> None:
        self._files, self._known = files, known
        self._works: dict[int, GradedWork] = {}
        self._tries: dict[int, int] = {}
        self._waiting: deque[int] = deque()
        self._out: set[int] = set()
        self.found: dict[int, Grading] = {}
        for work in works:
            grading = known.recall(work.digest, work.chapter)
            if grading is not None:
                self.found[work.grading_id] = grading
            else:
                self._works[work.grading_id] = work
                self._waiting.append(work.grading_id)

    def claim(self, who: str, count: int, lease_s: float, conditions: Conditions) -> list[Job]:
        chosen = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
        self._out.update(chosen)
        return [self._job(number) for number in chosen]

    def _job(self, number: int) -> Job:
        work = self._works[number]
        files = self._files(work.submission_id)
        return Job(number, work.chapter, files, work.learner.id, self._tries.get(number, 0))

    def extend(self, who: str, grading_ids: Sequence[int], lease_s: float) -> None:
        """Nobody else is at these."""

    def give_back(self, who: str, grading_id: int, failed: bool) -> None:
        self._tries[grading_id] = self._tries.get(grading_id, 0) + failed
        self._out.discard(grading_id)
        self._waiting.append(grading_id)

    def keep(self, who: str, grading_id: int, grading: Grading) -> bool:
        self._out.discard(grading_id)
        self.found[grading_id] = grading
        work = self._works[grading_id]
        self._known.keep(work.digest, work.chapter, grading)
        return True

    def waiting(self) -> int:
        return len(self._waiting) + len(self._out)


class Rehearsed:
    """A gradebook in which what is known of a job already is stored as soon as it is claimed."""

    def __init__(self, book: Book, known: Known, tell: Tell | None = None) -> None:
        self._book, self._known, self._tell = book, known, tell

    def claim(self, who: str, count: int, lease_s: float, conditions: Conditions) -> list[Job]:
        while jobs := self._book.claim(who, count, lease_s, conditions):
            if unknown := [job for job in jobs if not self._is_known(who, job)]:
                return unknown
        return []

    def _is_known(self, who: str, job: Job) -> bool:
        grading = self._known.recall(digest_of_files(job.files), job.chapter)
        if grading is None:
            return False
        if self._book.keep(who, job.grading_id, grading) and self._tell is not None:
            self._tell.graded(job, grading)
        return True

    def extend(self, who: str, grading_ids: Sequence[int], lease_s: float) -> None:
        self._book.extend(who, grading_ids, lease_s)

    def give_back(self, who: str, grading_id: int, failed: bool) -> None:
        self._book.give_back(who, grading_id, failed)

    def keep(self, who: str, grading_id: int, grading: Grading) -> bool:
        return self._book.keep(who, grading_id, grading)

    def waiting(self) -> int:
        return self._book.waiting()
