"""Who grades what: jobs are claimed for a time, begun three times at most, and done once. Trusted side.

Each function is one transaction. On SQLite it holds the only right to write; on PostgreSQL the rows that it looks at
are locked, and those that another grader has locked are passed over.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from grader.cohort.gradebook.connecting import now_s
from grader.cohort.gradebook.packing import pack_grading, unpack_files, write_text
from grader.cohort.gradebook.schema import GRADINGS, LEARNERS, RESULTS, SUBMISSIONS, WORKS
from grader.cohort.gradings import MOST_TRIES, Conditions, Grading, Job

# Values in one statement: every database takes as many.
AT_ONCE = 500
NOT_DONE = GRADINGS.c.graded_at.is_(None)


def claim(connection: Connection, who: str, count: int, lease_s: float, conditions: Conditions) -> list[Job]:
    """Take up to `count` jobs that nobody is at, those begun least often first.

    One that was begun `MOST_TRIES` times in vain is done with that: as a failure of the grader.
    """
    now = now_s(connection)
    _give_up(connection, who, now)
    free = (
        select(GRADINGS.c.id)
        .where(NOT_DONE, _nobody_is_at_it(now))
        .order_by(GRADINGS.c.begun, GRADINGS.c.id)
        .limit(max(0, count))
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(free).scalars())
    for some in in_portions(ids):
        connection.execute(
            update(GRADINGS)
            .where(GRADINGS.c.id.in_(some))
            .values(
                begun=GRADINGS.c.begun + 1,
                claimed_by=who,
                leased_until_s=now + lease_s,
                conditions=write_text(conditions),
            )
        )
    return _jobs(connection, ids)


def _nobody_is_at_it(now: float) -> ColumnElement[bool]:
    return or_(GRADINGS.c.leased_until_s.is_(None), GRADINGS.c.leased_until_s <= now)


def _give_up(connection: Connection, who: str, now: float) -> None:
    in_vain = (
        select(GRADINGS.c.id, GRADINGS.c.claimed_by, GRADINGS.c.begun)
        .where(NOT_DONE, _nobody_is_at_it(now), GRADINGS.c.begun >= MOST_TRIES)
        .with_for_update(skip_locked=True)
    )
    for row in connection.execute(in_vain).all():
        failure = f"It was begun {row.begun} times, and no grader came to its end."
        _store(connection, row.id, row.claimed_by or who, pack_grading(Grading(None, None, "", failure)), now)


def _jobs(connection: Connection, ids: Sequence[int]) -> list[Job]:
    found: dict[int, Job] = {}
    files: dict[str, dict[str, bytes]] = {}
    for some in in_portions(ids):
        rows = connection.execute(
            select(
                GRADINGS.c.id, GRADINGS.c.chapter, GRADINGS.c.begun, SUBMISSIONS.c.digest, LEARNERS.c.id.label("who")
            )
            .join(SUBMISSIONS, GRADINGS.c.submission_id == SUBMISSIONS.c.id)
            .join(LEARNERS, SUBMISSIONS.c.learner_number == LEARNERS.c.number)
            .where(GRADINGS.c.id.in_(some))
        ).all()
        wanted = {row.digest for row in rows} - files.keys()
        for digest, packed in connection.execute(select(WORKS).where(WORKS.c.digest.in_(wanted))):
            files[digest] = unpack_files(packed)
        for row in rows:
            found[row.id] = Job(row.id, row.chapter, files[row.digest], row.who, row.begun - 1)
    return [found[number] for number in ids]


def extend(connection: Connection, who: str, grading_ids: Sequence[int], lease_s: float) -> None:
    """Keep jobs for longer, those that are still `who`'s."""
    until = now_s(connection) + lease_s
    for some in in_portions(grading_ids):
        connection.execute(update(GRADINGS).where(GRADINGS.c.id.in_(some), _is_at_it(who)).values(leased_until_s=until))


def give_back(connection: Connection, who: str, grading_id: int, failed: bool) -> None:
    """Let a job go, if it is still `who`'s. Unless it failed, it counts as not begun."""
    free: dict[str, Any] = {"leased_until_s": None, "claimed_by": None}
    if not failed:
        free["begun"] = GRADINGS.c.begun - 1
    connection.execute(update(GRADINGS).where(GRADINGS.c.id == grading_id, _is_at_it(who)).values(free))


def _is_at_it(who: str) -> ColumnElement[bool]:
    return and_(NOT_DONE, GRADINGS.c.claimed_by == who)


def keep(connection: Connection, who: str, grading_id: int, packed: bytes) -> bool:
    """Store what came of a job, packed already; return whether it was `who`'s to store.

    A lease that has run out does no harm while nobody else has taken the job. The same result once more, from one who
    did not learn that it was stored, is taken as stored.
    """
    mine = select(GRADINGS.c.id).where(GRADINGS.c.id == grading_id, _is_at_it(who)).with_for_update()
    if connection.execute(mine).scalar() is None:
        stored = select(RESULTS.c.packed).join(GRADINGS, GRADINGS.c.id == RESULTS.c.grading_id)
        before = connection.execute(stored.where(GRADINGS.c.id == grading_id, GRADINGS.c.graded_by == who)).scalar()
        return before is not None and bytes(before) == packed
    _store(connection, grading_id, who, packed, now_s(connection))
    return True


def _store(connection: Connection, grading_id: int, who: str, packed: bytes, now: float) -> None:
    connection.execute(
        update(GRADINGS)
        .where(GRADINGS.c.id == grading_id)
        .values(graded_at=datetime.datetime.fromtimestamp(now, datetime.UTC), graded_by=who, leased_until_s=None)
    )
    connection.execute(insert(RESULTS).values(grading_id=grading_id, packed=packed))


def claimed(connection: Connection) -> dict[str, list[int]]:
    """Return who is at which jobs, by the name they were claimed under; leases that have run out included."""
    found: dict[str, list[int]] = {}
    at_work = select(GRADINGS.c.claimed_by, GRADINGS.c.id).where(NOT_DONE, GRADINGS.c.claimed_by.is_not(None))
    for row in connection.execute(at_work.order_by(GRADINGS.c.id)):
        found.setdefault(row.claimed_by, []).append(row.id)
    return found


def waiting(connection: Connection) -> int:
    """Return how many jobs are not done, those included that somebody is at."""
    return int(connection.execute(select(func.count()).select_from(GRADINGS).where(NOT_DONE)).scalar_one())


def open_round(connection: Connection, grading_ids: Sequence[int]) -> int:
    """Make new jobs for what these gradings graded, and return their round.

    Where a job waits already that nobody is at, it stays the only one, so that a regrading begun twice is done once.
    """
    last = connection.execute(select(func.max(GRADINGS.c.round))).scalar() or 0
    wanted = {pair: None for some in in_portions(grading_ids) for pair in _pairs(connection, GRADINGS.c.id.in_(some))}
    waiting_already = set(_pairs(connection, and_(NOT_DONE, _nobody_is_at_it(now_s(connection)))))
    rows = [
        {"submission_id": submission_id, "chapter": chapter, "round": last + 1, "begun": 0}
        for submission_id, chapter in wanted
        if (submission_id, chapter) not in waiting_already
    ]
    if rows:
        connection.execute(insert(GRADINGS), rows)
    return last + bool(rows)


def _pairs(connection: Connection, which: ColumnElement[bool]) -> list[tuple[int, str]]:
    asked = select(GRADINGS.c.submission_id, GRADINGS.c.chapter).where(which).order_by(GRADINGS.c.id)
    return [(row.submission_id, row.chapter) for row in connection.execute(asked)]


def in_portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the ids in portions that one statement takes."""
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
