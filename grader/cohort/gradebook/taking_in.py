"""Takes in what a class handed in, what was refused, and who is in it. Trusted side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from grader.cohort.gradebook.packing import key_of, pack_files, write_text
from grader.cohort.gradebook.schema import GRADINGS, LEARNERS, REFUSALS, SUBMISSIONS, WORKS
from grader.cohort.submitted import Learner, Refusal, Submitted, digest_of_files

FIRST_ROUND = 1


def take_in(connection: Connection, submitted: Submitted, chapters: Sequence[str]) -> int:
    """Keep a submission, and what is to be graded of it. What is there already stays.

    Of a submission that is known, the attempt, the time and the lateness are corrected by what is said now.
    """
    learner_number = number_of(connection, submitted.learner)
    digest = digest_of_files(submitted.files)
    key = key_of(submitted.learner.id, submitted.origin, digest)
    said = {"attempt": submitted.attempt}
    said |= {name: value for name in ("handed_in_at", "said_late") if (value := getattr(submitted, name)) is not None}
    found = connection.execute(select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.key == key)).scalar()
    if found is None:
        _keep_work(connection, digest, submitted.files)
        row = {"key": key, "learner_number": learner_number, "digest": digest, "origin": submitted.origin, **said}
        insert_missing(connection, SUBMISSIONS, [row])
        found = connection.execute(select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.key == key)).scalar_one()
    else:
        connection.execute(update(SUBMISSIONS).where(SUBMISSIONS.c.id == found).values(said))
    _keep_jobs(connection, found, chapters)
    return int(found)


def _keep_work(connection: Connection, digest: str, files: dict[str, bytes]) -> None:
    if connection.execute(select(WORKS.c.digest).where(WORKS.c.digest == digest)).scalar() is None:
        insert_missing(connection, WORKS, [{"digest": digest, "packed": pack_files(files)}])


def _keep_jobs(connection: Connection, submission_id: int, chapters: Sequence[str]) -> None:
    of_it = select(GRADINGS.c.chapter).where(GRADINGS.c.submission_id == submission_id)
    there = set(connection.execute(of_it).scalars())
    insert_missing(
        connection,
        GRADINGS,
        [
            {"submission_id": submission_id, "chapter": chapter, "round": FIRST_ROUND, "begun": 0}
            for chapter in dict.fromkeys(chapters)
            if chapter not in there
        ],
    )


def note_refusal(connection: Connection, refusal: Refusal) -> None:
    """Keep what could not be taken in; what was said of the same origin before is replaced."""
    key = key_of(refusal.origin)
    learner = write_text(refusal.learner) if refusal.learner is not None else None
    row = {"origin": refusal.origin, "feedback": write_text(refusal.feedback), "learner": learner}
    insert_missing(connection, REFUSALS, [{"key": key, **row}])
    connection.execute(update(REFUSALS).where(REFUSALS.c.key == key).values(row))


def forget_refusal(connection: Connection, origin: str) -> None:
    """Take back that something could not be taken in."""
    connection.execute(delete(REFUSALS).where(REFUSALS.c.key == key_of(origin)))


def set_roster(connection: Connection, learners: Iterable[Learner]) -> None:
    """Insert learners, or replace what is known of them. The last one counts where an id comes twice."""
    rows = {key_of(learner.id): _row(learner) for learner in learners}
    # In one order, so that two graders do not wait for each other for ever.
    for key, row in sorted(rows.items()):
        insert_missing(connection, LEARNERS, [row])
        connection.execute(update(LEARNERS).where(LEARNERS.c.key == key).values(row))


def number_of(connection: Connection, learner: Learner) -> int:
    """Return the number of the learner, who is kept where nobody has this id yet. What is empty is filled in."""
    known = select(LEARNERS).where(LEARNERS.c.key == key_of(learner.id))
    row = connection.execute(known).one_or_none()
    if row is None:
        insert_missing(connection, LEARNERS, [_row(learner)])
        row = connection.execute(known).one()
    before = learner_of(row)
    after = Learner(
        id=before.id,
        name=before.name or learner.name,
        email=before.email or learner.email,
        section=before.section or learner.section,
        other_ids={**learner.other_ids, **before.other_ids},
    )
    if after != before:
        connection.execute(update(LEARNERS).where(LEARNERS.c.number == row.number).values(_row(after)))
    return int(row.number)


def _row(learner: Learner) -> dict[str, Any]:
    texts = {name: getattr(learner, name) for name in ("id", "name", "email", "section")}
    return {"key": key_of(learner.id), **texts, "other_ids": write_text(learner.other_ids)}


def learner_of(row: Any) -> Learner:
    """Return the learner of a row that has the columns of `LEARNERS`."""
    return Learner(id=row.id, name=row.name, email=row.email, section=row.section, other_ids=json.loads(row.other_ids))


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows of which no key is there yet."""
    if not rows:
        return
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(kind.insert(table).on_conflict_do_nothing(), list(rows))
