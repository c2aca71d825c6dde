"""What the loop that grades a class agrees on with those around it. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from grader.cohort.gradings import Conditions, Grading, Job
from grader.messages import say, verbatim
from grader.results import Feedback


class Book(Protocol):
    """What of a gradebook the loop needs."""

    def claim(self, who: str, count: int, lease_s: float, conditions: Conditions) -> list[Job]: ...
    def extend(self, who: str, grading_ids: Sequence[int], lease_s: float) -> None: ...
    def give_back(self, who: str, grading_id: int, failed: bool) -> None: ...
    def keep(self, who: str, grading_id: int, grading: Grading) -> bool: ...
    def waiting(self) -> int: ...


class Tell(Protocol):
    """Who is told how it goes on."""

    def graded(self, job: Job, grading: Grading) -> None: ...
    def tried(self, job: Job, why: str) -> None: ...
    def worker_left(self, worker: str, why: str) -> None: ...
    def worker_refused(self, worker: str, why: Feedback) -> None: ...
    def waits_for_others(self, count: int) -> None: ...


class Clocks(msgspec.Struct, frozen=True):
    """How long things may take, in seconds.

    Attributes:
        job: one grading. silent: a worker that is not heard of. lease: a job may be ours without a sign from us.
        greeting: a worker's answer to what it can do. no_worker: there is nobody to send anything to; refused: all who
            are there cannot grade.
    """

    job: float = 1800.0
    silent: float = 60.0
    lease: float = 120.0
    greeting: float = 180.0
    no_worker: float = 120.0
    refused: float = 5.0


USUAL = Clocks()


class Tally(msgspec.Struct):
    """What a run came to.

    `elsewhere`: graded, but meanwhile another grader's. `given_back`: begun or claimed only. `shared`: checks that were
    not run, since another submission with the same code had passed them.
    """

    graded: int = 0
    failures: int = 0
    elsewhere: int = 0
    given_back: int = 0
    shared: int = 0
    stopped: bool = False


def no_grader(worker: str, why: str) -> Feedback:
    return Feedback(
        problem=say("The worker at {address} cannot grade.", address=worker),
        expected=say("the same version of first-digits where the scheduler and its workers run"),
        got=verbatim(why[:500]),
        next_step=say("Install it there with what `[class]` brings, and start the scheduler and the workers again."),
    )


def other_checks(host: str) -> Feedback:
    return Feedback(
        problem=say("The workers on {host} judge by other checks than those here.", host=host),
        expected=say("the same version of first-digits, and the same course, on every machine"),
        got=say("checks with another digest"),
        next_step=say("Bring both to the same version, and start the workers again."),
    )
