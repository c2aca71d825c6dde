"""The chapters' files of one submission, out of folders and archives, or why there are none. Trusted side.

An archive is unpacked for as long as its submission is read. Nothing of a learner's is executed.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from grader.cohort.collect.hands import Entry, Hand, entries_of, is_work
from grader.cohort.collect.names import chapter_of, kind_of
from grader.errors import CheckFailed, InputError
from grader.messages import Message, say
from grader.results import Feedback
from grader.submission.archive import Spent, is_archive, unpack
from grader.submission.archive_names import printable, shown
from grader.submission.archive_refusals import ONE_LEARNER
from grader.submission.find import MAX_ENTRIES, read_regular_file

MAX_FOLDERS = 20
# An archive inside the one that was handed in, and no further.
MAX_ARCHIVES_DEEP = 2
MAX_SHOWN = 8
EXERCISES = "exercises"


class ReadWork(msgspec.Struct, frozen=True):
    """What a submission holds. `files`: name as in `exercises` -> content; `notes`: what the teacher should know."""

    files: dict[str, bytes]
    notes: tuple[Message, ...] = ()


class File(msgspec.Struct, frozen=True):
    """A script or notebook. `shown`: how the learner knows it; `depth`: of its folder, `exercises` not counted."""

    path: Path
    shown: str
    kind: str
    depth: int
    in_exercises: bool

    @property
    def name(self) -> str:
        return PurePosixPath(self.shown).name


class _Trove:
    """All that a submission holds, by names alone."""

    def __init__(self, hand: Hand, private: Path) -> None:
        self.files: list[File] = []
        self.others: list[str] = []
        self.notes: list[Message] = []
        self._origin, self._private = hand.origin, private
        self._entries = self._unpacked = 0
        self._spent = Spent()
        self._archives: list[tuple[Path, str, int]] = []

    def add(self, path: Path, shown: str, depth: int, in_exercises: bool = False) -> None:
        """Take in a file, or whatever a folder holds. `shown`: empty for a folder around all."""
        if path.is_dir() and not path.is_symlink():
            self._add_folder(path, shown, depth, in_exercises)
            return
        name = PurePosixPath(shown).name
        kind = kind_of(name)
        if kind is not None:
            self.files.append(File(path, shown, kind, depth, in_exercises))
        elif is_archive(path) and path.is_file() and not path.is_symlink():
            self._archives.append((path, shown, depth))
        else:
            self.others.append(shown)

    def _add_folder(self, folder: Path, shown: str, depth: int, in_exercises: bool) -> None:
        if shown.count("/") >= MAX_FOLDERS:
            self.others.append(shown)
            return
        entries = entries_of(folder, f"{self._origin}/{shown}" if shown else self._origin, MAX_ENTRIES)
        self._entries += len(entries)
        if self._entries > MAX_ENTRIES:
            raise InputError(_too_many(self._origin))
        for entry in entries:
            self._add_entry(entry, f"{shown}/{printable(entry.name)}" if shown else printable(entry.name), depth, shown)

    def _add_entry(self, entry: Entry, shown: str, depth: int, above: str) -> None:
        in_exercises = PurePosixPath(above).name.lower() == EXERCISES
        if not entry.is_folder:
            self.add(entry.path, shown, depth, in_exercises)
        elif is_work(entry):
            self.add(entry.path, shown, depth + (entry.name.lower() != EXERCISES))

    def open_archives(self) -> None:
        """Unpack the archives found so far, and those in them."""
        for _ in range(MAX_ARCHIVES_DEEP):
            archives, self._archives = self._archives, []
            for path, shown_name, depth in archives:
                self._unpacked += 1
                folder = self._private / str(self._unpacked)
                try:
                    unpack(path, folder, ONE_LEARNER, self._spent)
                except InputError as refused:
                    if not self.files:
                        raise
                    # Beside work that can be read, it may be data or pictures.
                    problem = refused.feedback.problem
                    self.notes.append(say("{origin}: {problem}", origin=self._origin, problem=problem))
                    continue
                self.add(folder, shown_name, depth + 1)
        self.others += [shown_name for _, shown_name, _ in self._archives]


def read_work(hand: Hand, chapters: Sequence[str], chapter: str | None = None) -> ReadWork:
    """Read the chapters' files of a submission.

    Args:
        chapter: the one to which the only file belongs, whatever its name.

    Raises:
        InputError: there are none, two for the same, or something cannot be read.
    """
    if hand.refusal is not None:
        raise InputError(hand.refusal)
    with contextlib.ExitStack() as stack:
        private = tempfile.TemporaryDirectory(prefix="first-digits-", ignore_cleanup_errors=True)
        trove = _Trove(hand, Path(stack.enter_context(private)))
        for piece in hand.pieces:
            trove.add(piece.path, printable(piece.name), 0 if not piece.name or piece.path.is_file() else 1)
        trove.open_archives()
        chosen = _choose(trove, chapters, [chapter, chapter_of(hand.title, chapters)])
        if not chosen:
            raise InputError(_nothing(hand, chapters, trove))
        try:
            files = {name: _read_one(found, hand) for name, found in chosen.items()}
        except CheckFailed as refused:
            raise InputError(refused.feedback) from refused
        return ReadWork(files, tuple(trove.notes))


def _choose(trove: _Trove, chapters: Sequence[str], wanted: Iterable[str | None]) -> dict[str, list[File]]:
    """Return name as in `exercises` -> the files that stand for it, of which there should be one.

    For each chapter the topmost files count, since learners keep older versions in folders. Where there is a folder
    `exercises`, what is below others, such as `solutions` of the whole project, does not count.
    """
    named: dict[str, list[File]] = {}
    unnamed: list[File] = []
    for file in trove.files:
        chapter = chapter_of(file.name, chapters)
        if chapter is None:
            unnamed.append(file)
        else:
            named.setdefault(chapter, []).append(file)
    exercises = min((file.depth for files in named.values() for file in files if file.in_exercises), default=None)
    chosen: dict[str, list[File]] = {}
    for chapter in chapters:
        files = named.get(chapter, [])
        top = min((file.depth for file in files), default=0)
        if exercises is not None and top > exercises:
            continue
        for file in files:
            if file.depth == top:
                chosen.setdefault(f"{chapter}{file.kind}", []).append(file)
    for only in wanted:
        if only is not None and only not in named and _is_one_work(unnamed):
            return chosen | {f"{only}{file.kind}": [file] for file in unnamed}
    return chosen


def _is_one_work(files: Sequence[File]) -> bool:
    """Return whether these are one file, or the script and the notebook of the same work."""
    stems = {PurePosixPath(file.shown).with_suffix("") for file in files}
    return len(stems) == 1 and len({file.kind for file in files}) == len(files)


def _read_one(files: Sequence[File], hand: Hand) -> bytes:
    """Read the file that counts; the same one twice is no harm."""
    contents = [read_regular_file(file.path, file.shown) for file in files]
    for file, content in zip(files[1:], contents[1:], strict=True):
        if content != contents[0]:
            raise InputError(
                Feedback(
                    problem=say("{origin} holds two files of the same chapter.", origin=hand.origin),
                    expected=say("one of the two"),
                    got=say("{first} and {second}", first=shown(files[0].shown), second=shown(file.shown)),
                    next_step=say("Ask which one counts, and take the other out."),
                )
            )
    return contents[0]


def _nothing(hand: Hand, chapters: Sequence[str], trove: _Trove) -> Feedback:
    there = [shown(name) for name in (*[file.shown for file in trove.files], *trove.others)]
    names = ", ".join(there[:MAX_SHOWN]) + (", ..." if len(there) > MAX_SHOWN else "")
    return Feedback(
        problem=say("{origin} holds no chapter's file.", origin=hand.origin),
        expected=say("a `.py` or `.ipynb` file whose name starts with one of: {names}", names=", ".join(chapters)),
        got=say("{count} files: {names}", count=len(there), names=names) if there else say("an empty folder"),
        next_step=say(
            "Give the file the name of its chapter. Where all files are of one chapter, say which: `--chapter NAME`"
        ),
    )


def _too_many(origin: str) -> Feedback:
    return Feedback(
        problem=say("{origin} holds too much to be the work of a learner.", origin=origin),
        expected=say("at most {count} files and folders", count=MAX_ENTRIES),
        got=say("more than that"),
        next_step=say("Take out environments and data, such as `.venv`."),
    )
