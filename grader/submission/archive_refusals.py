"""How much an archive may hold, and what is said to somebody whose archive is refused. Trusted side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import msgspec

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback
from grader.submission.archive_names import shown
from grader.submission.archive_readers import DAMAGE, Damaged, TooMuchAsked

MIB = 2**20


class Allowance(msgspec.Struct, frozen=True):
    """What one archive may hold. `ratio`: how many times its own size, beyond what every archive may."""

    archive_bytes: int
    members: int
    file_bytes: int
    total_bytes: int
    ratio: int


# All chapters as scripts and notebooks with their pictures are some 10 MiB in 20 files. A notebook is packed to a
# quarter, one full of blank pictures to a fiftieth.
ONE_LEARNER = Allowance(archive_bytes=64 * MIB, members=2_000, file_bytes=64 * MIB, total_bytes=256 * MIB, ratio=100)
# A thousand learners who each hand in 100 files and 20 MiB.
WHOLE_CLASS = Allowance(
    archive_bytes=20_000 * MIB, members=100_000, file_bytes=2_000 * MIB, total_bytes=20_000 * MIB, ratio=100
)


class DamagedArchive(InputError):
    """An archive that ends early, or is none."""


class Refusals:
    """The refusals of one archive, each in four parts."""

    def __init__(self, path: Path, allowance: Allowance) -> None:
        self._name, self._allowance = shown(path.name), allowance

    def refuse(self, expected: Message, got: Message, next_step: Message) -> NoReturn:
        """Refuse the archive as a whole."""
        raise InputError(Feedback(say("{archive} cannot be unpacked.", archive=self._name), expected, got, next_step))

    def member(self, member: str, got: Message) -> NoReturn:
        """Refuse the archive for one of its members."""
        raise InputError(
            Feedback(
                problem=say(
                    "{archive} is refused for what it holds: {member}", archive=self._name, member=shown(member)
                ),
                expected=say("ordinary files, each once, with names that any computer can write into one folder"),
                got=got,
                next_step=say("Pack the folder you work in anew, with the file manager of your system."),
            )
        )

    def kind(self) -> NoReturn:
        self.refuse(
            say("a .zip, .tar or .tar.gz file"),
            say("an archive of another kind"),
            say("Pack your folder as a .zip file: the file manager of your system can do it."),
        )

    def too_many(self) -> NoReturn:
        self.refuse(
            say("at most {count} files and folders", count=self._allowance.members),
            say("more than that"),
            say("Pack only the folder you work in; leave out environments such as `.venv`."),
        )

    def too_large(self, limit: int, member: str = "") -> NoReturn:
        got = say("more than that, at {member}", member=shown(member)) if member else say("more than that")
        self.refuse(
            say("at most {limit} MiB", limit=limit // MIB),
            got,
            say("Pack only the files you work in; leave out data and pictures."),
        )

    def too_dense(self, member: str = "") -> NoReturn:
        got = say("more than that, at {member}", member=shown(member)) if member else say("more than that")
        self.refuse(
            say("files of at most {ratio} times the archive's own size", ratio=self._allowance.ratio),
            got,
            say("Pack only the files you work in; leave out data and pictures."),
        )

    def unreadable(self, reason: str) -> NoReturn:
        self.refuse(say("a file that can be read"), verbatim(reason), say("Check that you may open this file."))

    def no_file(self, is_link: bool) -> NoReturn:
        got = say("a link to another file") if is_link else say("something that is not a file")
        self.refuse(say("the file itself"), got, say("Put a copy of the file there instead."))

    def not_written(self, folder: Path, error: OSError) -> NoReturn:
        self.refuse(
            say("room for its files in {folder}", folder=str(folder)),
            verbatim(error.strerror or str(error)),
            say("Make room on the disk, or unpack it yourself and name the folder after `--submission`."),
        )

    def damaged(self, member: str = "") -> NoReturn:
        got = say("bytes that are damaged, end early or are of another kind")
        if member:
            got = say("bytes that are damaged or end early, at {member}", member=shown(member))
        raise DamagedArchive(
            Feedback(
                say("{archive} cannot be unpacked.", archive=self._name),
                say("a whole archive of the kind its name says"),
                got,
                say("Pack it again and try the new one."),
            )
        )

    @contextlib.contextmanager
    def damage_named(self, member: str = "") -> Iterator[None]:
        """Turn what the readers raise over bytes that are no archive into words."""
        try:
            yield
        except TooMuchAsked:
            self.too_many()
        except (Damaged, *DAMAGE):
            self.damaged(member)
