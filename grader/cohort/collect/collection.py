"""All that a class handed in, one submission at a time. Trusted side; nothing of a learner's is executed."""

from __future__ import annotations

import functools
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType

import msgspec

from grader.cohort.collect.hands import TEACHERS, Found, Hand, plain_text
from grader.cohort.collect.matching import match
from grader.cohort.collect.names import kind_of
from grader.cohort.collect.outer import LeftOut, unpack_class
from grader.cohort.collect.reading import read_work
from grader.cohort.collect.recognise import check_layout, recognise
from grader.cohort.collect.roster import Roster
from grader.cohort.submitted import Refusal, Submitted
from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback
from grader.submission.archive import is_archive
from grader.submission.archive_names import printable, shown

MAX_SHOWN = 5

Collected = Submitted | Refusal


class Collection:
    """What a class handed in. Iterating reads one submission after the other, in the order of learners.

    An archive of the whole class is unpacked into a private folder, which `close` removes: use it in a `with`.

    Attributes:
        layout: the site it comes from.
        missing: learners of the roster who handed in nothing.
        strangers: learners who are not in the roster. Their work is there like all other.
        notes: what else the teacher should know; it grows while the submissions are read.
    """

    def __init__(
        self, path: Path, chapters: Sequence[str], roster: Roster | None, layout: str | None, chapter: str | None
    ) -> None:
        self._chapters, self._chapter = tuple(chapters), chapter
        self._left_out: list[LeftOut] = []
        folder = self._open(path)
        # Not the whole path: the same work is the same in whatever folder the teacher keeps it.
        named = printable(path.name or str(path))
        try:
            recognised, place = recognise(folder, named, self._chapters, roster, layout)
            found = recognised.find(place, self._chapters, roster)
        except BaseException as error:
            self.close()
            if isinstance(error, InputError) and self._left_out:
                # That is why nothing is there.
                raise InputError(self._left_out[0].feedback) from error
            raise
        self.layout = recognised.name
        self._refusals, hands = self._spoilt(found.hands, folder, named)
        matched = match(hands, roster)
        self._hands, self.missing, self.strangers = matched.hands, matched.missing, matched.strangers
        self.notes = [*found.notes, *matched.notes, *_beside(found)]

    def __iter__(self) -> Iterator[Collected]:
        yield from self._refusals
        for hand in self._hands:
            yield self._read(hand)

    def __len__(self) -> int:
        return len(self._hands) + len(self._refusals)

    def __enter__(self) -> Collection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was unpacked."""
        self._remove()

    def _open(self, path: Path) -> Path:
        """Return the folder in which the class's work lies."""
        self._remove = weakref.finalize(self, _nothing_to_remove)
        if path.is_dir():
            return path
        if not is_archive(path):
            _no_class(path)
        private = Path(tempfile.mkdtemp(prefix="first-digits-class-"))
        self._remove = weakref.finalize(self, functools.partial(shutil.rmtree, private, ignore_errors=True))
        try:
            self._left_out = unpack_class(path, private / "unpacked")
        except BaseException:
            self.close()
            raise
        return private / "unpacked"

    def _spoilt(self, hands: Sequence[Hand], folder: Path, named: str) -> tuple[list[Refusal], list[Hand]]:
        """Return refusals of what was not unpacked, and the submissions, refused where it was part of theirs."""
        places = {piece.path: number for number, hand in enumerate(hands) for piece in hand.pieces}
        refused: dict[int, Feedback] = {}
        nobodys: list[Refusal] = []
        for member in self._left_out:
            name = PurePosixPath(member.name)
            path = folder.joinpath(*(part for part in name.parts if part not in ("/", "..")))
            owner = next((places[above] for above in (path, *path.parents) if above in places), None)
            matters = kind_of(name.name) is not None or is_archive(Path(name.name))
            if owner is not None and matters:
                refused.setdefault(owner, member.feedback)
            elif owner is None:
                nobodys.append(Refusal(f"{named}/{shown(member.name)}", member.feedback))
        return nobodys, [
            msgspec.structs.replace(hand, refusal=refused[number]) if number in refused else hand
            for number, hand in enumerate(hands)
        ]

    def _read(self, hand: Hand) -> Collected:
        learner = hand.learner if hand.learner.id else None
        try:
            work = read_work(hand, self._chapters, self._chapter)
        except InputError as refused:
            return Refusal(hand.origin, refused.feedback, learner)
        self.notes += work.notes
        return Submitted(hand.learner, hand.attempt or 1, work.files, hand.origin, hand.handed_in_at, hand.said_late)


def collect(
    path: Path,
    chapters: Sequence[str],
    roster: Roster | None = None,
    layout: str | None = None,
    chapter: str | None = None,
) -> Collection:
    """Find what a class handed in, in a folder or an archive as a site hands it out.

    Args:
        chapters: the names of the course's chapters.
        layout: the site; None to recognise it.
        chapter: the one to which a learner's only file belongs, whatever its name.

    Raises:
        InputError: there is nothing that can be read, or nothing that looks like a class's work. What is wrong with
            one learner's work alone is a `Refusal`.
    """
    check_layout(layout)
    if chapter is not None and chapter not in chapters:
        raise InputError(
            Feedback(
                problem=say("There is no chapter {name}.", name=plain_text(chapter)),
                expected=say("one of: {names}", names=", ".join(chapters)),
                got=say("`--chapter {name}`", name=plain_text(chapter)),
                next_step=say("Check the name; `grader list` shows them all."),
            )
        )
    try:
        there = path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(
            Feedback(
                problem=say("There are no submissions at {path}.", path=printable(str(path))),
                expected=say("the folder or archive with what the class handed in"),
                got=verbatim((error.strerror if isinstance(error, OSError) else None) or str(error)),
                next_step=say("Check the path."),
            )
        ) from error
    return Collection(there, chapters, roster, layout, chapter)


def _no_class(path: Path) -> None:
    raise InputError(
        Feedback(
            problem=say("{path} is not what a class handed in.", path=printable(str(path))),
            expected=say("a folder, or a .zip, .tar or .tar.gz file"),
            got=say("a single file"),
            next_step=say("To grade one learner's file: `pytest grader --submission PATH`"),
        )
    )


def _nothing_to_remove() -> None:
    """Do nothing: the folder is the teacher's own."""


def _beside(found: Found) -> list[Message]:
    """Return a note on entries that belong to nobody, in which the teacher's own files have no part."""
    names = [plain_text(name) for name in found.beside if not name.lower().endswith(TEACHERS)]
    if not names:
        return []
    some = ", ".join(names[:MAX_SHOWN]) + (", ..." if len(names) > MAX_SHOWN else "")
    return [say("{count} entries belong to no learner and were left out: {names}", count=len(names), names=some)]
