"""What lies in a class's folder: entries, and the submissions that a site's layout makes of them. Trusted side.

Nothing of a learner's is read here beyond names, and no link is followed.
"""

from __future__ import annotations

import datetime
import itertools
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from grader.cohort.collect.roster import Roster
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback
from grader.submission.archive import READ_FLAGS, is_archive
from grader.submission.archive_names import printable

# What 5,000 learners hand in, each file by itself, and much more than that.
MAX_ENTRIES = 200_000
# What systems leave behind in folders and archives.
JUNK = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"})
# Beside what was handed in, the teacher may keep the roster, marks and settings.
TEACHERS = (".csv", ".toml", ".sqlite", ".db", ".xlsx", ".ods")
# What is no learner's work: what programs make, and environments.
NO_WORK = frozenset({"__pycache__", "node_modules", "venv", "env", "site-packages"})


class Entry(msgspec.Struct, frozen=True):
    """One entry of a folder. A link is neither folder nor file."""

    name: str
    path: Path
    is_folder: bool
    is_file: bool

    @property
    def is_archive(self) -> bool:
        return self.is_file and is_archive(self.path)


class Place(msgspec.Struct, frozen=True):
    """A folder that holds a class's work. `named`: as the teacher knows it, archive and all."""

    path: Path
    named: str
    entries: tuple[Entry, ...]

    @property
    def hand_ins(self) -> tuple[Entry, ...]:
        """The entries that may be a learner's."""
        return tuple(entry for entry in self.entries if not entry.name.lower().endswith(TEACHERS))

    def origin(self, *parts: str) -> str:
        """Return where something in this folder lies, as the teacher knows it."""
        return "/".join([self.named, *map(printable, parts)])


class Piece(msgspec.Struct, frozen=True):
    """A file, folder or archive of a learner's. `name`: as it was handed in; empty for a folder around it all."""

    name: str
    path: Path


class Hand(msgspec.Struct, frozen=True):
    """One submission as it lies there.

    Attributes:
        learner: as the site knows them.
        is_school_id: whether the learner's id is (or may be) the school's, and not only a number of the site.
        attempt: its number where the site numbers them, else None.
        title: a name of the assignment that may say the chapter where no file's name does.
        refusal: why it cannot be taken in, where that is known already.
    """

    learner: Learner
    origin: str
    pieces: tuple[Piece, ...]
    is_school_id: bool = False
    handed_in_at: datetime.datetime | None = None
    said_late: bool | None = None
    attempt: int | None = None
    title: str = ""
    refusal: Feedback | None = None


class Found(msgspec.Struct):
    """What a layout makes of a place. `beside`: entries that are no submission; `notes`: what the teacher is told."""

    hands: list[Hand] = []
    beside: list[str] = []
    notes: list[Message] = []


class Layout(msgspec.Struct, frozen=True):
    """How a site hands out a class's work. `fits`: by names alone."""

    name: str
    fits: Callable[[Place], bool]
    find: Callable[[Place, Sequence[str], Roster | None], Found]


def open_place(path: Path, named: str) -> Place:
    """Return the folder's entries, without what systems leave behind.

    Raises:
        InputError: it cannot be read, or holds more than a class.
    """
    return Place(path, named, tuple(entries_of(path, named)))


def entries_of(folder: Path, named: str, limit: int = MAX_ENTRIES) -> list[Entry]:
    """Return a folder's entries in the order of their names; hidden ones are left out.

    Raises:
        InputError: it cannot be read, or holds more than `limit`.
    """
    try:
        with os.scandir(folder) as scan:
            found = [
                Entry(
                    item.name, Path(item.path), item.is_dir(follow_symlinks=False), item.is_file(follow_symlinks=False)
                )
                for item in itertools.islice(scan, limit + 1)
            ]
    except OSError as error:
        raise InputError(
            Feedback(
                problem=say("The folder {path} cannot be read.", path=named),
                expected=say("a folder with what the class handed in"),
                got=verbatim(error.strerror or str(error)),
                next_step=say("Check that you may open this folder."),
            )
        ) from error
    if len(found) > limit:
        raise InputError(
            Feedback(
                problem=say("The folder {path} holds too much.", path=named),
                expected=say("at most {count} files and folders", count=limit),
                got=say("more than that"),
                next_step=say("Name the folder that holds only what was handed in."),
            )
        )
    return sorted((entry for entry in found if not is_junk(entry.name)), key=lambda entry: os.fsencode(entry.name))


def read_small(path: Path, max_bytes: int) -> bytes | None:
    """Return what an ordinary file holds; None where it is none, is larger, or cannot be read. No link is followed."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with os.fdopen(os.open(path, READ_FLAGS), "rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError:
        return None
    return raw if len(raw) <= max_bytes else None


def is_junk(name: str) -> bool:
    """Return whether this name is of something that no learner handed in. `.git` is asked for by its path."""
    return name.startswith(".") or name in JUNK


def is_work(entry: Entry) -> bool:
    """Return whether a learner's work may be in this folder."""
    return entry.is_folder and entry.name not in NO_WORK


def plain_text(name: str) -> str:
    """Return a name as it can be shown, kept and compared: composed, without what cannot be seen."""
    text = unicodedata.normalize("NFC", " ".join(printable(name).split()))
    # Of a name of spaces alone, something must be left to know it by.
    return text or "".join(f"<U+{ord(character):04X}>" for character in name)


def in_order(hands: Iterator[Hand] | Sequence[Hand]) -> list[Hand]:
    """Return submissions in the order of where they lie."""
    return sorted(hands, key=lambda hand: hand.origin)
