"""Reads a gradebook: who is in the class, what was handed in, and what came of it. Trusted side."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from grader.cohort.gradebook.connecting import now_s
from grader.cohort.gradebook.failures import GradebookError
from grader.cohort.gradebook.packing import read_text, unpack_files, unpack_grading
from grader.cohort.gradebook.schema import GRADINGS, LEARNERS, REFUSALS, RESULTS, SUBMISSIONS, WORKS
from grader.cohort.gradebook.taking_in import learner_of
from grader.cohort.gradings import Conditions, GradedWork
from grader.cohort.submitted import Learner, Refusal
from grader.messages import Message, say
from grader.results import Feedback

State = Literal["waiting", "claimed", "done"]
# Submissions whose results are in memory at once.
PORTION = 32
# The largest number that a row can have; a person may ask for a larger one.
LARGEST_NUMBER = 2**31 - 1


class SubmissionLine(msgspec.Struct, frozen=True):
    """A submission without its files. `chapters`: where the newest grading of each stands."""

    id: int
    learner: Learner
    attempt: int
    digest: str
    origin: str
    handed_in_at: datetime.datetime | None
    said_late: bool | None
    chapters: dict[str, State]


def learners(connection: Connection) -> list[Learner]:
    """Return everybody in the class, by id."""
    return sorted((learner_of(row) for row in connection.execute(select(LEARNERS))), key=lambda learner: learner.id)


def refusals(connection: Connection) -> list[Refusal]:
    """Return what could not be taken in, in the order in which it was found."""
    return [
        Refusal(row.origin, read_text(row.feedback, Feedback), read_text(row.learner, Learner) if row.learner else None)
        for row in connection.execute(select(REFUSALS).order_by(REFUSALS.c.number))
    ]


# ------------------------------------------------------------ what came of it


def works_after(
    connection: Connection, submission_id: int, chapter: str | None, all_rounds: bool
) -> tuple[list[GradedWork], int | None]:
    """Return what was graded of the next few submissions, and the last one's id; None where there are no more."""
    following = select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.id > submission_id).order_by(SUBMISSIONS.c.id)
    ids = list(connection.execute(following.limit(PORTION)).scalars())
    if not ids:
        return [], None
    these: ColumnElement[bool] = GRADINGS.c.submission_id.in_(ids)
    if chapter is not None:
        these = and_(these, GRADINGS.c.chapter == chapter)
    done = select(GRADINGS.c.id, GRADINGS.c.submission_id, GRADINGS.c.chapter, GRADINGS.c.round).where(
        these, GRADINGS.c.graded_at.is_not(None)
    )
    rows = sorted(connection.execute(done).all(), key=lambda row: (row.submission_id, row.chapter, row.round))
    if all_rounds:
        return _works(connection, [row.id for row in rows]), ids[-1]
    rounds: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        rounds.setdefault((row.submission_id, row.chapter), []).append(row.id)
    latest = _works(connection, [numbers[-1] for numbers in rounds.values()])
    return [_that_counts(connection, work, rounds[work.submission_id, work.chapter]) for work in latest], ids[-1]


def _that_counts(connection: Connection, latest: GradedWork, rounds: list[int]) -> GradedWork:
    """Return the latest round of a work at which the grader did not fail; where it always did, the latest."""
    if not latest.grading.failure or len(rounds) == 1:
        return latest
    earlier = _works(connection, rounds[:-1])
    return next((work for work in reversed(earlier) if not work.grading.failure), latest)


def _works(connection: Connection, grading_ids: list[int]) -> list[GradedWork]:
    rows = connection.execute(_graded(GRADINGS.c.id.in_(grading_ids)))
    found = {work.grading_id: work for work in map(_work_of, rows)}
    return [found[number] for number in grading_ids]


def work(connection: Connection, grading_id: int) -> GradedWork:
    """Return one grading that is done.

    Raises:
        GradebookError: there is none with this id, or it is not done.
    """
    row = connection.execute(_graded(GRADINGS.c.id == asked_for(grading_id))).one_or_none()
    if row is None:
        raise not_there(
            say("There is no grading {number} in the gradebook that is done.", number=grading_id),
            say("the number of a grading, as the class's page and the exports have it"),
        )
    return _work_of(row)


def _graded(which: ColumnElement[bool]) -> Select[Any]:
    of_gradings = [GRADINGS.c[name] for name in ("round", "chapter", "graded_at", "graded_by", "conditions")]
    of_submissions = [SUBMISSIONS.c[name] for name in ("attempt", "digest", "origin", "handed_in_at", "said_late")]
    return (
        select(
            GRADINGS.c.id.label("grading_id"),
            SUBMISSIONS.c.id.label("submission_id"),
            RESULTS.c.packed,
            *of_gradings,
            *of_submissions,
            *LEARNERS.c,
        )
        .join(RESULTS, RESULTS.c.grading_id == GRADINGS.c.id)
        .join(SUBMISSIONS, GRADINGS.c.submission_id == SUBMISSIONS.c.id)
        .join(LEARNERS, SUBMISSIONS.c.learner_number == LEARNERS.c.number)
        .where(which)
    )


def _work_of(row: Any) -> GradedWork:
    return GradedWork(
        grading_id=row.grading_id,
        round=row.round,
        learner=learner_of(row),
        submission_id=row.submission_id,
        attempt=row.attempt,
        digest=row.digest,
        origin=row.origin,
        handed_in_at=row.handed_in_at,
        said_late=row.said_late,
        chapter=row.chapter,
        grading=unpack_grading(row.packed),
        graded_at=row.graded_at,
        graded_by=row.graded_by,
        conditions=read_text(row.conditions, Conditions) if row.conditions else Conditions(),
    )


# ------------------------------------------------------------ what was handed in


def files(connection: Connection, submission_id: int) -> dict[str, bytes]:
    """Return the files of a submission, as they were taken in.

    Raises:
        GradebookError: there is none with this id.
    """
    asked = select(WORKS.c.packed).join(SUBMISSIONS).where(SUBMISSIONS.c.id == asked_for(submission_id))
    packed = connection.execute(asked).scalar()
    if packed is None:
        raise not_there(
            say("There is no submission {number} in the gradebook.", number=submission_id),
            say("the number of a submission, as the class's page and the exports have it"),
        )
    return unpack_files(packed)


def submissions(connection: Connection) -> list[SubmissionLine]:
    """Return all submissions without their files, in the order in which they were taken in."""
    states = _states(connection)
    rows = connection.execute(
        select(
            SUBMISSIONS.c.id.label("submission_id"),
            *(SUBMISSIONS.c[name] for name in ("attempt", "digest", "origin", "handed_in_at", "said_late")),
            *LEARNERS.c,
        )
        .join(LEARNERS, SUBMISSIONS.c.learner_number == LEARNERS.c.number)
        .order_by(SUBMISSIONS.c.id)
    )
    return [
        SubmissionLine(
            id=row.submission_id,
            learner=learner_of(row),
            attempt=row.attempt,
            digest=row.digest,
            origin=row.origin,
            handed_in_at=row.handed_in_at,
            said_late=row.said_late,
            chapters=states.get(row.submission_id, {}),
        )
        for row in rows
    ]


def _states(connection: Connection) -> dict[int, dict[str, State]]:
    now = now_s(connection)
    leased = or_(GRADINGS.c.leased_until_s.is_(None), GRADINGS.c.leased_until_s <= now).label("free")
    asked = select(GRADINGS.c.submission_id, GRADINGS.c.chapter, GRADINGS.c.graded_at, leased).order_by(
        GRADINGS.c.round, GRADINGS.c.id
    )
    found: dict[int, dict[str, State]] = {}
    for row in connection.execute(asked):
        state: State = "done" if row.graded_at is not None else "waiting" if row.free else "claimed"
        found.setdefault(row.submission_id, {})[row.chapter] = state
    return found


def asked_for(number: int) -> int:
    """Return a number that a database takes: instead of one that nothing can have, one that nothing has."""
    return number if 0 < number <= LARGEST_NUMBER else 0


def chapters(connection: Connection) -> list[str]:
    """Return the chapters of which anything is to be graded, or was."""
    return sorted(connection.execute(select(GRADINGS.c.chapter).distinct()).scalars())


def not_there(problem: Message, expected: Message, got: Message | None = None) -> GradebookError:
    """Return the error for a number that nothing in the gradebook has, or not what is asked for."""
    return GradebookError(
        Feedback(
            problem=problem,
            expected=expected,
            got=got or say("a number that nothing has"),
            next_step=say("See whether it is the right gradebook (--gradebook) and the right number."),
        )
    )
