"""Writes a chapter's exercise files, and never over a file that a learner has changed. Trusted side."""

from __future__ import annotations

import contextlib
import enum
import shutil
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from grader.course.digest import is_pristine
from grader.course.errors import CourseError
from grader.course.exercise import build_exercise
from grader.course.master import read_master
from grader.messages import LANGUAGES
from grader.whole_file import write_whole


class Status(enum.StrEnum):
    """What became of one exercise file."""

    WRITTEN = "written"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Released:
    """One exercise file after a release. `backup` is where a replaced file of the learner's now lies."""

    path: Path
    status: Status
    backup: Path | None = None


@dataclass(frozen=True)
class _Target:
    """An exercise file to be: its text, and the digests of all that the current master can give in its place."""

    path: Path
    text: str
    digests: Set[str]


def release(master_path: Path, exercises_folder: Path, language: str = "en", force: bool = False) -> list[Released]:
    """Write the chapter's `.py` and `.ipynb` into `exercises_folder`.

    A file that somebody changed since it was generated is left alone ("kept"), unless `force` is set: then it is
    copied next to itself before it is replaced. A file as any release left it is updated.

    Raises:
        MasterError: The master is not well formed. Nothing has been written.
        CourseError: A file or folder cannot be read or written, or a link stands in the way.
    """
    targets = _targets(master_path, exercises_folder, language)
    with _explained(exercises_folder):
        exercises_folder.mkdir(parents=True, exist_ok=True)
    for target in targets:
        _refuse_to_follow(target.path, master_path)
    return [_release_file(target, force) for target in targets]


def is_current(master_path: Path, exercises_folder: Path, language: str = "en") -> list[Path]:
    """Return the chapter's exercise files that are missing or are not what the master gives.

    Raises:
        MasterError: The master is not well formed.
        CourseError: A file cannot be read.
    """
    stale = []
    for target in _targets(master_path, exercises_folder, language):
        with _explained(target.path):
            if not target.path.is_file() or not _has_text(target.path, target.text):
                stale.append(target.path)
    return stale


def _targets(master_path: Path, folder: Path, language: str) -> list[_Target]:
    master = read_master(master_path)
    every = {known: build_exercise(master, known) for known in LANGUAGES}
    exercise = every[language]
    scripts = {one.script_digest for one in every.values()}
    notebooks = {one.notebook_digest for one in every.values()}
    return [
        _Target(folder / f"{master.chapter}.py", exercise.script, scripts),
        _Target(folder / f"{master.chapter}.ipynb", exercise.notebook, notebooks),
    ]


def _refuse_to_follow(path: Path, master_path: Path) -> None:
    """Refuse what would write elsewhere than into the exercises folder, or over the master."""
    if path.is_symlink():
        got, step = "a link", "remove the link, or give another folder with --exercises"
    elif path.exists() and path.samefile(master_path):
        got, step = "the master itself", "give another folder than the masters' with --exercises"
    elif path.exists() and not path.is_file():
        got, step = "something else", "move it away, or give another folder with --exercises"
    else:
        return
    raise CourseError(
        f"{path}: the exercise cannot be written here",
        expected="a file of its own, or none yet",
        got=got,
        next_step=step,
    )


def _release_file(target: _Target, force: bool) -> Released:
    path = target.path
    with _explained(path):
        if not path.exists():
            write_whole(path, target.text.encode())
            return Released(path, Status.WRITTEN)
        if _has_text(path, target.text):
            return Released(path, Status.UNCHANGED)
        if is_pristine(path, target.digests):
            write_whole(path, target.text.encode())
            return Released(path, Status.UPDATED)
        if not force:
            return Released(path, Status.KEPT)
        backup = _back_up(path)
        write_whole(path, target.text.encode())
        return Released(path, Status.REPLACED, backup)


def _has_text(path: Path, text: str) -> bool:
    """Tell whether the file holds this text, whatever its line ends."""
    return path.read_bytes().replace(b"\r\n", b"\n") == text.encode()


def _back_up(path: Path) -> Path:
    """Copy the file to the first free name next to it, such as `ch2_first_model.bak-1.py`."""
    number = 1
    while True:
        backup = path.with_name(f"{path.stem}.bak-{number}{path.suffix}")
        try:
            with path.open("rb") as source, backup.open("xb") as copy:
                shutil.copyfileobj(source, copy)
            shutil.copystat(path, backup)
            return backup
        except FileExistsError:
            number += 1


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about `path` into an error that names the next step."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{error.filename or path}: the exercise cannot be written here",
            expected="a folder in which you may create files",
            got=error.strerror or str(error),
            next_step="check the permissions of the folder, or give another one with --exercises",
        ) from None
