"""The attacks as data: hostile and unlucky submissions, each with what is expected of it. Trusted side.

A submission is a folder, and `<folder>.toml` beside it says what it does. Words such as `@OUTSIDE@` in it stand for
what it finds around it; `stage.py` fills them in.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from grader.layout import GRADER_FOLDER, Course
from grader.results import Verdict

CORPUS = GRADER_FOLDER.parent / "tests" / "hostile"
NUMBER = re.compile(r"\d+")


class TestedElsewhere(msgspec.Struct, frozen=True):
    """A kind of attack that no level of the sandbox has to hold back: it is refused before anything runs."""

    attack: str
    title: str
    tests: str


ARCHIVES = TestedElsewhere(
    "A17", "is an archive that leads elsewhere, unpacks without end, or is not what it says", "tests/test_archive.py"
)


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One submission.

    `attacks`: the function that must not earn what it asks for; `right`: one that must pass all the same, None where
    the whole file cannot be used. `feedback`: English words that the learner must read. `made`: file -> the kind of
    thing that it is, where it is no ordinary file. `gets_through`: level -> what the attack gets there, for the levels
    that do not hold it back. `accident`: done by beginners who mean no harm.
    """

    name: str = ""
    attack: str
    title: str
    title_zh: str
    attacks: str
    right: str | None = None
    verdicts: tuple[Verdict, ...]
    feedback: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    never_in_html: tuple[str, ...] = ()
    never_on_screen: tuple[str, ...] = ()
    accident: bool = False
    made: dict[str, str] = {}
    gets_through: dict[str, str] = {}

    @property
    def order(self) -> tuple[int, str]:
        """The attack's number, then the name."""
        return number_of(self.attack), self.name


class Corpus(msgspec.Struct, frozen=True):
    """The cases below `root`."""

    root: Path
    cases: tuple[Case, ...]

    @property
    def course(self) -> Course:
        """The small course that most of the cases are handed in for."""
        return Course(self.root / "course", own=True)

    def folder(self, case: Case) -> Path:
        """Return the folder that is handed in."""
        return self.root / "submissions" / case.name


def number_of(attack: str) -> int:
    """Return 17 for `A17`, and 0 for a name without a number."""
    found = NUMBER.search(attack)
    return int(found.group()) if found else 0


def read_corpus(root: Path = CORPUS) -> Corpus:
    """Return all cases below `root`, in the order of the attacks' numbers; none where there is no such folder."""
    cases = [_read_case(path) for path in (root / "submissions").glob("*.toml")]
    return Corpus(root, tuple(sorted(cases, key=lambda case: case.order)))


def _read_case(path: Path) -> Case:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert({**told, "name": path.stem}, Case, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise ValueError(f"{path}: {error}") from error
