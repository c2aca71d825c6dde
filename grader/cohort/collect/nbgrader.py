"""nbgrader's `submitted` folder: learner, assignment, notebooks and the time they were handed in. Trusted side."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

import msgspec

from grader.cohort.collect.hands import (
    Entry,
    Found,
    Hand,
    Layout,
    Piece,
    Place,
    entries_of,
    in_order,
    plain_text,
    read_small,
)
from grader.cohort.collect.roster import Roster
from grader.cohort.collect.times import instant_of
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import say

SUBMITTED, TIMESTAMP = "submitted", "timestamp.txt"
# The other folders of a course, of which one may have been packed together with `submitted`.
BESIDE = frozenset({"source", "release", "autograded", "feedback", "nbgrader_config.py", "gradebook.db"})
MAX_LOOKED_AT = 50
MAX_TIMESTAMP_BYTES = 200


def fits(place: Place) -> bool:
    """Return whether this is a course with a folder `submitted`, or that folder."""
    place = _submitted(place)
    learners = [entry for entry in place.entries if entry.is_folder][:MAX_LOOKED_AT]
    within: list[Entry] = []
    for entry in learners:
        with contextlib.suppress(InputError):
            within += _folders(entry)
    return any(place.path.name == SUBMITTED or os.path.lexists(folder.path / TIMESTAMP) for folder in within)


def find(place: Place, chapters: Sequence[str], roster: Roster | None) -> Found:
    """Return a submission for each assignment of each learner."""
    found = Found(beside=[e.name for e in place.entries if e.name not in BESIDE and e.name != SUBMITTED])
    inner = _submitted(place)
    if inner is place:
        found.beside = []
    for student in inner.entries:
        if not student.is_folder:
            found.beside.append(student.name)
            continue
        learner = Learner(plain_text(student.name), other_ids={"nbgrader": plain_text(student.name)})
        try:
            assignments = _folders(student)
        except InputError as refused:
            origin = inner.origin(student.name)
            found.hands.append(Hand(learner, origin, (), is_school_id=True, refusal=refused.feedback))
            continue
        for assignment in assignments:
            origin = inner.origin(student.name, assignment.name)
            hand = Hand(learner, origin, (Piece("", assignment.path),), is_school_id=True, title=assignment.name)
            found.hands.append(_with_time(hand, assignment, found))
    found.hands = in_order(found.hands)
    return found


def _submitted(place: Place) -> Place:
    """Return the folder `submitted` of a course, or the place itself."""
    for entry in place.entries:
        if entry.name == SUBMITTED and entry.is_folder:
            named = place.origin(SUBMITTED)
            return Place(entry.path, named, tuple(entries_of(entry.path, named)))
    return place


def _folders(entry: Entry) -> list[Entry]:
    return [inner for inner in entries_of(entry.path, plain_text(entry.name)) if inner.is_folder]


def _with_time(hand: Hand, assignment: Entry, found: Found) -> Hand:
    path = assignment.path / TIMESTAMP
    if not os.path.lexists(path):
        return hand
    at = instant_of((read_small(path, MAX_TIMESTAMP_BYTES) or b"").decode("ascii", "replace"))
    if at is None:
        found.notes.append(
            say("{origin}: what stands in {name} is no time that is known.", origin=hand.origin, name=TIMESTAMP)
        )
    return msgspec.structs.replace(hand, handed_in_at=at)


LAYOUT = Layout("nbgrader", fits, find)
