"""Canvas's "Download Submissions": all files in one folder, each with its learner's name and number. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from grader.cohort.collect.hands import Found, Hand, Layout, Piece, Place, in_order, plain_text
from grader.cohort.collect.names import without_number
from grader.cohort.collect.roster import Roster
from grader.cohort.submitted import Learner

# `lastfirst_123_456_name.ipynb`, with `_LATE` after the name: the learner's number, and that of the upload.
ENTRY = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d{1,20})_(?P<upload>\d{1,20})_(?P<file>.+)", re.DOTALL)


class Upload(msgspec.Struct, frozen=True):
    """One file. `name`: as the learner uploaded it; `number`: 0 where it was the first of that name."""

    piece: Piece
    entry_name: str
    number: int
    late: bool


def fits(place: Place) -> bool:
    """Return whether Canvas has written most of these names."""
    files = [entry for entry in place.entries if not entry.is_folder]
    matching = sum(ENTRY.fullmatch(entry.name) is not None for entry in files)
    return matching > 0 and 2 * matching >= len(files)


def find(place: Place, chapters: Sequence[str], roster: Roster | None) -> Found:
    """Return the submissions of each learner, as many as can be told apart."""
    found = Found()
    uploads: dict[str, list[Upload]] = {}
    names: dict[str, str] = {}
    for entry in place.entries:
        match = ENTRY.fullmatch(entry.name)
        if match is None or entry.is_folder:
            found.beside.append(entry.name)
            continue
        name, number = without_number(match["file"])
        names.setdefault(match["user"], plain_text(match["name"]))
        upload = Upload(Piece(name, entry.path), entry.name, number, match["late"] is not None)
        uploads.setdefault(match["user"], []).append(upload)
    for user, all_uploads in uploads.items():
        learner = Learner(user, names[user], other_ids={"canvas": user})
        for number, counting in _attempts(all_uploads):
            found.hands.append(
                Hand(
                    learner,
                    place.origin(counting[-1].entry_name),
                    tuple(upload.piece for upload in counting),
                    said_late=any(upload.late for upload in counting),
                    attempt=number + 1,
                )
            )
    found.hands = in_order(found.hands)
    return found


def _attempts(uploads: Sequence[Upload]) -> Iterator[tuple[int, list[Upload]]]:
    """Yield the number of each further upload, and the files that counted after it."""
    numbers = sorted({upload.number for upload in uploads})
    names = [(upload.piece.name, upload.number) for upload in uploads]
    if len({name for name, _ in names}) == len(names):
        # No file is there twice, so it is one submission.
        numbers = numbers[-1:]
    for number in numbers:
        reached = [upload for upload in uploads if upload.number <= number]
        newest = {
            name: max(u.number for u in reached if u.piece.name == name) for name in {u.piece.name for u in reached}
        }
        yield (
            number,
            sorted(
                (upload for upload in reached if upload.number == newest[upload.piece.name]),
                key=lambda upload: upload.number,
            ),
        )


LAYOUT = Layout("canvas", fits, find)
