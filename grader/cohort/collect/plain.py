"""One folder, one archive or one file a learner, with the learner's id in its name. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.cohort.collect.hands import Entry, Found, Hand, Layout, Piece, Place, in_order, is_work, plain_text
from grader.cohort.collect.names import chapter_of, kind_of
from grader.cohort.collect.roster import Roster
from grader.cohort.submitted import Learner

PACKED = re.compile(r"(.+?)(?:\.(?:zip|tar|tgz|tar\.gz|rar|7z))", re.IGNORECASE | re.DOTALL)
BETWEEN = re.compile(r"[_-]")


def fits(place: Place) -> bool:
    """Return whether there are folders or archives of learners here, or files with an id before the chapter's name."""
    return any(_is_learners(entry) or "_" in entry.name for entry in place.entries)


def find(place: Place, chapters: Sequence[str], roster: Roster | None) -> Found:
    """Return a submission for each folder, each archive, and each id that stands before a chapter's name."""
    found = Found()
    loose: dict[str, list[Entry]] = {}
    for entry in place.entries:
        packed = PACKED.fullmatch(entry.name) if entry.is_archive else None
        if entry.is_folder and is_work(entry):
            found.hands.append(_hand(entry.name, place.origin(entry.name), [Piece("", entry.path)]))
        elif packed is not None:
            found.hands.append(_hand(packed[1], place.origin(entry.name), [Piece(entry.name, entry.path)]))
        elif (split := split_id(entry.name, chapters)) is not None:
            loose.setdefault(split[0], []).append(entry)
        else:
            found.beside.append(entry.name)
    for learner_id, entries in loose.items():
        pieces = [Piece(entry.name[len(learner_id) + 1 :], entry.path) for entry in entries]
        found.hands.append(_hand(learner_id, place.origin(entries[0].name), pieces))
    found.hands = in_order(found.hands)
    return found


def split_id(name: str, chapters: Sequence[str]) -> tuple[str, str] | None:
    """Return the id and the chapter of `17_ch2_first_model.py`; None where that is not clear."""
    if kind_of(name) is None:
        return None
    places = [match.start() for match in BETWEEN.finditer(name)]
    found = [(name[:place], chapter) for place in places if (chapter := chapter_of(name[place + 1 :], chapters))]
    return found[0] if len(found) == 1 and found[0][0] else None


def _hand(learner_id: str, origin: str, pieces: Sequence[Piece]) -> Hand:
    text = plain_text(learner_id)
    return Hand(Learner(text, text), origin, tuple(pieces), is_school_id=True)


def _is_learners(entry: Entry) -> bool:
    return (entry.is_folder and is_work(entry)) or entry.is_archive


LAYOUT = Layout("plain", fits, find)
