"""What teachers decide by hand: entries that are never changed, and taken back by further ones. Trusted side."""

from __future__ import annotations

import datetime
import math

import msgspec
from sqlalchemy import Connection, insert, select

from grader.cohort.gradebook.failures import GradebookError
from grader.cohort.gradebook.packing import key_of
from grader.cohort.gradebook.reading import asked_for, not_there
from grader.cohort.gradebook.schema import LEARNERS, OVERRIDES
from grader.cohort.gradings import Override
from grader.messages import Message, say, verbatim
from grader.report.words import format_points
from grader.results import Feedback


def override(connection: Connection, decision: Override) -> int:
    """Write down a decision and return its id; `decision.id` has no part in it.

    Raises:
        GradebookError: the learner is not in the class, or it says too little.
    """
    number = connection.execute(select(LEARNERS.c.number).where(LEARNERS.c.key == key_of(decision.learner_id))).scalar()
    if number is None:
        raise GradebookError(
            Feedback(
                problem=say("There is no learner with the id {id} in the gradebook.", id=decision.learner_id),
                expected=say("the id of a learner of the roster, or of one who has handed something in"),
                got=verbatim(decision.learner_id),
                next_step=say("See how it is spelled there, and whether it is the right gradebook (--gradebook)."),
            )
        )
    _check(decision)
    return _append(connection, int(number), decision)


def withdraw(connection: Connection, override_id: int, who: str, why: str, at: datetime.datetime) -> None:
    """Take a decision back by a further entry.

    Raises:
        GradebookError: there is none with this id, or it is taken back already.
    """
    row = connection.execute(select(OVERRIDES).where(OVERRIDES.c.id == asked_for(override_id))).one_or_none()
    if row is None or row.withdraws is not None:
        raise not_there(
            say("There is no decision {number} in the gradebook.", number=override_id),
            say("the number of a decision, as `grader override --list` shows it"),
        )
    taken_back = connection.execute(select(OVERRIDES.c.id).where(OVERRIDES.c.withdraws == override_id)).scalar()
    if taken_back is not None:
        raise not_there(
            say("The decision {number} is taken back already.", number=override_id),
            say("the number of a decision that stands, as `grader override --list` shows it"),
            say("one that does not stand any more"),
        )
    entry = Override(0, "", row.chapter, None, "", who, why, at, override_id)
    _check_who_and_why(entry)
    _append(connection, row.learner_number, entry)


def overrides(connection: Connection, history: bool) -> list[Override]:
    """Return what stands for each learner and chapter, or with `history` every entry, in the order of writing.

    What stands is the last decision that was not taken back. A comment alone leaves the points as they were decided.
    """
    rows = connection.execute(
        select(OVERRIDES, LEARNERS.c.id.label("learner_id"))
        .join(LEARNERS, OVERRIDES.c.learner_number == LEARNERS.c.number)
        .order_by(OVERRIDES.c.id)
    )
    names = Override.__struct_fields__
    entries = [Override(**{name: getattr(row, name) for name in names}) for row in rows]
    return entries if history else _standing(entries)


def _standing(entries: list[Override]) -> list[Override]:
    taken_back = {entry.withdraws for entry in entries if entry.withdraws is not None}
    found: dict[tuple[str, str], Override] = {}
    for entry in entries:
        if entry.id in taken_back or entry.withdraws is not None:
            continue
        place = (entry.learner_id, entry.chapter)
        before = found.get(place)
        if entry.points is None and before is not None:
            entry = msgspec.structs.replace(entry, points=before.points)
        found[place] = entry
    return sorted(found.values(), key=lambda entry: entry.id)


def _append(connection: Connection, learner_number: int, decision: Override) -> int:
    row = msgspec.structs.asdict(decision)
    del row["id"], row["learner_id"]
    done = connection.execute(insert(OVERRIDES).values(learner_number=learner_number, **row).returning(OVERRIDES.c.id))
    return int(done.scalar_one())


def _check(decision: Override) -> None:
    points = decision.points
    if points is not None and not (math.isfinite(points) and points >= 0):
        told = format_points(points)
        raise _too_little(say("No learner can get {points} points.", points=told), say("0 or more"), verbatim(told))
    if points is None and not decision.comment.strip():
        problem = say("A decision without points and without a comment decides nothing.")
        raise _too_little(problem, say("points, a comment, or both"), say("neither points nor a comment"))
    _check_who_and_why(decision)


def _check_who_and_why(decision: Override) -> None:
    if not (decision.who.strip() and decision.why.strip()):
        problem = say("A decision by hand says who made it, and why.")
        got = say("who: {who}, why: {why}", who=decision.who.strip() or "-", why=decision.why.strip() or "-")
        raise _too_little(problem, say("a name and a reason"), got)


def _too_little(problem: Message, expected: Message, got: Message) -> GradebookError:
    next_step = say("Say it again with what is missing. Nothing was changed.")
    return GradebookError(Feedback(problem=problem, expected=expected, got=got, next_step=next_step))
