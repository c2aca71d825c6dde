"""The gradebook of a class: each call is one transaction, stored whole or not at all. Trusted side."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine

from grader.cohort.gradebook import deciding, jobs, reading, taking_in
from grader.cohort.gradebook.addresses import Address, address_of
from grader.cohort.gradebook.connecting import connect_to, writing
from grader.cohort.gradebook.failures import GradebookError, failures_named
from grader.cohort.gradebook.migrating import bring_up_to_date, no_gradebook
from grader.cohort.gradebook.packing import pack_grading
from grader.cohort.gradebook.reading import SubmissionLine
from grader.cohort.gradings import Conditions, GradedWork, Grading, Job, Override
from grader.cohort.submitted import Learner, Refusal, Submitted
from grader.messages import say, verbatim
from grader.results import Feedback


def open_gradebook(url: str | Path, create: bool = True) -> Gradebook:
    """Open the gradebook at a path, which means SQLite, or at a URL of PostgreSQL; bring it to this grader's schema.

    Args:
        create: whether it is made where there is none.

    Raises:
        NewerGradebook: it was written by a newer grader.
        GradebookError: it cannot be opened, or there is none.
    """
    address = address_of(url)
    if address.file is not None and not create and not address.file.exists():
        raise no_gradebook(address)
    engine = _engine_for(address)
    try:
        with failures_named(address.shown, address.without_secrets):
            bring_up_to_date(engine, address, create)
    except BaseException:
        engine.dispose()
        raise
    return Gradebook(engine, address)


def _engine_for(address: Address) -> Engine:
    try:
        return connect_to(address)
    except ImportError as error:
        raise GradebookError(
            Feedback(
                problem=say("The gradebook {place} is a database of PostgreSQL.", place=address.shown),
                expected=say("the package {name}, which speaks to it", name="psycopg"),
                got=verbatim(str(error)),
                next_step=say('Run `pip install -e ".[class]"` in the project\'s folder, then the command again.'),
            )
        ) from None


class Gradebook:
    """What a class handed in, what came of it, and what teachers decided.

    Many threads and many graders may use one at the same time. Every method may raise `GradebookError`; what was
    stored before is still there then, and the call can be made again.
    """

    def __init__(self, engine: Engine, address: Address) -> None:
        self._engine, self._address = engine, address
        self._refused_now: set[str] = set()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Gradebook {self._address.shown}>"

    @property
    def shown(self) -> str:
        """How it may be named to people: without a password."""
        return self._address.shown

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with failures_named(self._address.shown, self._address.without_secrets), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        named = failures_named(self._address.shown, self._address.without_secrets)
        with named, writing(self._engine).begin() as connection:
            yield connection

    # ------------------------------------------------------------ taking in

    def take_in(self, submitted: Submitted, chapters: Sequence[str]) -> int:
        """Keep a submission with its files, and a job for each of `chapters`; return its id.

        The same files of the same learner from the same place are one submission, however often they come.
        """
        with self._writing() as connection:
            if submitted.origin not in self._refused_now:
                taking_in.forget_refusal(connection, submitted.origin)
            return taking_in.take_in(connection, submitted, chapters)

    def note_refusal(self, refusal: Refusal) -> None:
        """Keep that something could not be taken in, and why, until it is taken in from the same place another day."""
        self._refused_now.add(refusal.origin)
        with self._writing() as connection:
            taking_in.note_refusal(connection, refusal)

    def set_roster(self, learners: Sequence[Learner]) -> None:
        """Keep who is in the class. What is known of a learner is replaced; nobody is removed."""
        with self._writing() as connection:
            taking_in.set_roster(connection, learners)

    # ------------------------------------------------------------ work to do

    def claim(self, who: str, count: int, lease_s: float, conditions: Conditions) -> list[Job]:
        """Take up to `count` jobs for `lease_s` seconds: those that wait, or whose lease has run out."""
        with self._writing() as connection:
            return jobs.claim(connection, who, count, lease_s, conditions)

    def extend(self, who: str, grading_ids: Sequence[int], lease_s: float) -> None:
        """Keep jobs for `lease_s` seconds from now, those that are still `who`'s."""
        with self._writing() as connection:
            jobs.extend(connection, who, grading_ids, lease_s)

    def give_back(self, who: str, grading_id: int, failed: bool) -> None:
        """Let a job go. `failed`: it counts as one of its tries."""
        with self._writing() as connection:
            jobs.give_back(connection, who, grading_id, failed)

    def keep(self, who: str, grading_id: int, grading: Grading) -> bool:
        """Store what came of a job. False: it was no longer `who`'s, and nothing is stored."""
        # Before it is our turn to write, so that others do not wait for it.
        packed = pack_grading(grading)
        with self._writing() as connection:
            return jobs.keep(connection, who, grading_id, packed)

    def claimed(self) -> dict[str, list[int]]:
        """Return who is at which jobs, by the name they were claimed under."""
        with self._reading() as connection:
            return jobs.claimed(connection)

    def waiting(self) -> int:
        """Return how many jobs are not done yet, those included that somebody is at."""
        with self._reading() as connection:
            return jobs.waiting(connection)

    def open_round(self, grading_ids: Sequence[int]) -> int:
        """Have graded anew what these gradings graded; return the round. The old ones count until it is done."""
        with self._writing() as connection:
            return jobs.open_round(connection, grading_ids)

    # ------------------------------------------------------------ reading

    def learners(self) -> list[Learner]:
        """Return everybody in the class, by id."""
        with self._reading() as connection:
            return reading.learners(connection)

    def refusals(self) -> list[Refusal]:
        """Return what could not be taken in."""
        with self._reading() as connection:
            return reading.refusals(connection)

    def chapters(self) -> list[str]:
        """Return the chapters of which anything is to be graded, or was."""
        with self._reading() as connection:
            return reading.chapters(connection)

    def works(self, chapter: str | None = None, all_rounds: bool = False) -> Iterator[GradedWork]:
        """Yield the latest grading of each submission and chapter at which the grader did not fail, if there is one.

        They come by submission, chapter and round. Few are in memory at once, and no connection is held between them.
        """
        last: int | None = 0
        while last is not None:
            with self._reading() as connection:
                found, last = reading.works_after(connection, last, chapter, all_rounds)
            yield from found

    def work(self, grading_id: int) -> GradedWork:
        """Return one grading that is done."""
        with self._reading() as connection:
            return reading.work(connection, grading_id)

    def files(self, submission_id: int) -> dict[str, bytes]:
        """Return the files of a submission, as they were taken in."""
        with self._reading() as connection:
            return reading.files(connection, submission_id)

    def submissions(self) -> list[SubmissionLine]:
        """Return all submissions without their files, in the order in which they were taken in."""
        with self._reading() as connection:
            return reading.submissions(connection)

    # ------------------------------------------------------------ deciding by hand

    def override(
        self,
        learner_id: str,
        chapter: str,
        points: float | None,
        comment: str,
        who: str,
        why: str,
        at: datetime.datetime | None = None,
    ) -> int:
        """Write down what a teacher decided, and return the number of the entry. It outlives every grading.

        Args:
            points: those the learner gets for the chapter; None for a comment alone.
            at: when, if not now.
        """
        moment = at or datetime.datetime.now(datetime.UTC)
        with self._writing() as connection:
            decision = Override(0, learner_id, chapter, points, comment, who, why, moment)
            return deciding.override(connection, decision)

    def withdraw(self, override_id: int, who: str, why: str) -> None:
        """Take back what was decided, by a further entry. What was decided before that stands again."""
        with self._writing() as connection:
            deciding.withdraw(connection, override_id, who, why, datetime.datetime.now(datetime.UTC))

    def overrides(self, history: bool = False) -> list[Override]:
        """Return what stands for each learner and chapter, or with `history` every entry."""
        with self._reading() as connection:
            return deciding.overrides(connection, history)
