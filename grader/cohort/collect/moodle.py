"""Moodle's "Download all submissions": a folder a learner, or all files in one folder. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.cohort.collect.hands import Found, Hand, Layout, Piece, Place, in_order, plain_text
from grader.cohort.collect.roster import Roster
from grader.cohort.submitted import Learner
from grader.messages import say

# `Full Name_1234567_assignsubmission_file_`, and with the file's name after it where there are no folders. The number
# is the participant's in this assignment, the one that stands in the grading worksheet.
ENTRY = re.compile(
    r"(?P<name>.*?)_(?P<participant>\d{1,12})_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)", re.DOTALL
)
FILES = "file"


def fits(place: Place) -> bool:
    """Return whether Moodle has written these names."""
    return any(ENTRY.fullmatch(entry.name) for entry in place.entries)


def find(place: Place, chapters: Sequence[str], roster: Roster | None) -> Found:
    """Return a submission for each participant. What was written into Moodle's own editor is no file, and is told."""
    found = Found()
    pieces: dict[str, list[Piece]] = {}
    first: dict[str, tuple[str, str]] = {}
    for entry in place.entries:
        match = ENTRY.fullmatch(entry.name)
        if match is None:
            found.beside.append(entry.name)
        elif match["kind"] != FILES:
            found.notes.append(say("{origin} is no file and was left out.", origin=place.origin(entry.name)))
        else:
            participant = match["participant"]
            first.setdefault(participant, (match["name"], entry.name))
            pieces.setdefault(participant, []).append(Piece(match["rest"], entry.path))
    for participant, (name, entry_name) in first.items():
        full_name = _name(name, participant, roster)
        learner = Learner(participant, full_name, other_ids={"moodle": participant})
        found.hands.append(Hand(learner, place.origin(entry_name), tuple(pieces[participant])))
    found.hands = in_order(found.hands)
    return found


def _name(name: str, participant: str, roster: Roster | None) -> str:
    """Return the name without that of the learner's group, which Moodle may put before it."""
    full_name = plain_text(name)
    _, _, without_group = full_name.partition("-")
    if roster is not None and without_group:
        seen = Learner(participant, full_name)
        if roster.find(seen).learner is None and roster.find(Learner(participant, without_group)).learner is not None:
            return without_group
    return full_name


LAYOUT = Layout("moodle", fits, find)
