"""Where the files of a course lie: the course that comes with the grader, or a teacher's own. Trusted side, ground
floor."""

from __future__ import annotations

from pathlib import Path

import msgspec

GRADER_FOLDER = Path(__file__).resolve().parent


class Course(msgspec.Struct, frozen=True):
    """A course. `root`: its folder; `own`: whether it is a teacher's own, apart from the grader."""

    root: Path
    own: bool = False

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def exercises(self) -> Path:
        return self.root / "exercises"

    @property
    def checks(self) -> Path:
        return self.root / "checks" if self.own else self.root / "grader" / "checks"

    @property
    def locale(self) -> Path:
        return self.root / "locale" if self.own else self.root / "grader" / "locale"

    @property
    def chapters(self) -> tuple[str, ...]:
        """The chapters, by the names of their masters, in the order in which they are taken."""
        return tuple(sorted(path.stem for path in self.solutions.glob("*.py") if path.is_file()))

    def master(self, chapter: str) -> Path:
        return self.solutions / f"{chapter}.py"

    def mistakes(self, chapter: str) -> Path:
        return self.solutions / "mistakes" / f"{chapter}.py"

    def variants(self, chapter: str) -> Path:
        return self.solutions / "variants" / f"{chapter}.py"

    def oracle(self, chapter: str) -> Path:
        """The chapter's functions as a library computes them, where a chapter compares with one."""
        return self.solutions / "oracles" / f"{chapter}.py"

    def checks_of(self, chapter: str) -> Path:
        return self.checks / f"test_{chapter}.py"

    def floors(self, chapter: str) -> Path:
        """The calibrated accuracies, by fingerprint of the data."""
        return self.checks / "floors" / f"{chapter}.json"


def find_course(folder: Path | None = None, start: Path | None = None) -> Course:
    """Return the course in `folder`, or without one the course that comes with the grader.

    `start`: the project's folder, preferred to the one the grader was imported from.
    """
    if folder is not None:
        own = not (folder / "grader" / "checks").is_dir()
        return Course(folder.resolve(), own)
    here = start is not None and (start / "grader" / "checks").is_dir() and (start / "solutions").is_dir()
    return Course(start if start is not None and here else GRADER_FOLDER.parent)


def course_around(here: Path) -> Course:
    """Return the course in this folder or the nearest one above it, else the one that comes with the grader."""
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir():
            if (folder / "grader" / "checks").is_dir():
                return Course(folder)
            if any((folder / "checks").glob("test_*.py")):
                return Course(folder, own=True)
    return find_course()
