"""A folder of pages, written whole or not at all: beside the old one, and then in its place. Trusted side."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

# Says that a folder is ours, and of which content each page was made.
MANIFEST = ".first-digits-pages.json"


class Pages:
    """The new pages. What is as it was comes over from the old ones."""

    def __init__(self, folder: Path, old: Path) -> None:
        self._folder, self._old = folder, old
        self._before = _read_manifest(old)
        self._digests: dict[str, str] = {}
        self.written = self.kept = 0

    def keep(self, name: str, digest: str) -> bool:
        """Take a page over where the old one was made of the same; return whether it was."""
        if self._before.get(name) != digest:
            return False
        target = self._folder / name
        target.parent.mkdir(exist_ok=True)
        try:
            os.link(self._old / name, target, follow_symlinks=False)
        except OSError:
            # Not every disk has links; a page that somebody took away is made anew.
            try:
                shutil.copyfile(self._old / name, target, follow_symlinks=False)
            except OSError:
                return False
        self._digests[name] = digest
        self.kept += 1
        return True

    def write(self, name: str, text: str, digest: str = "") -> None:
        """Write a page. `digest`: of all it was made of."""
        target = self._folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
        self._digests[name] = digest
        self.written += 1

    def finish(self) -> None:
        """Note what the pages were made of."""
        text = json.dumps(self._digests, indent=1, sort_keys=True)
        (self._folder / MANIFEST).write_text(text, encoding="utf-8")


@contextlib.contextmanager
def new_pages(folder: Path) -> Iterator[Pages]:
    """Give a place for new pages; they take the place of those in `folder` when all are there.

    Raises:
        InputError: `folder` is something else than pages of ours, or cannot be written. Then it is as it was.
    """
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - it must not follow a link
    new = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _restore(target)
        _refuse_what_is_not_ours(target)
        new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:60]}.new."))
        pages = Pages(new, target)
        yield pages
        pages.finish()
        _swap(new, target)
    except OSError as error:
        raise _unwritable(folder, verbatim(error.strerror or str(error))) from error
    finally:
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)


def _before(target: Path) -> Path:
    return target.parent / f".{target.name[:60]}.before"


def _restore(target: Path) -> None:
    """Put the old pages back, where a run ended between taking them away and putting the new ones there."""
    before = _before(target)
    if before.is_dir() and (before / MANIFEST).is_file():
        if os.path.lexists(target):
            shutil.rmtree(before)
        else:
            before.rename(target)


def _refuse_what_is_not_ours(target: Path) -> None:
    if not os.path.lexists(target) or (not target.is_symlink() and target.is_dir() and _is_ours(target)):
        return
    if target.is_symlink():
        got = say("a link")
    else:
        got = say("a folder with other files in it") if target.is_dir() else say("a file")
    raise InputError(
        Feedback(
            problem=say("There is something else at {path}.", path=str(target)),
            expected=say(
                "a folder that is not there yet, an empty one, or one with pages of an earlier `grader report`"
            ),
            got=got,
            next_step=say("Give another folder after `-o`. Nothing has been changed."),
        )
    )


def _is_ours(target: Path) -> bool:
    return (target / MANIFEST).is_file() or not any(target.iterdir())


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    before = _before(target)
    target.rename(before)
    try:
        new.rename(target)
    except OSError:
        before.rename(target)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _read_manifest(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: digest for name, digest in found.items() if isinstance(digest, str) and digest}


def _unwritable(folder: Path, reason: Message) -> InputError:
    return InputError(
        Feedback(
            problem=say("The pages cannot be written to {path}.", path=str(folder)),
            expected=say("a folder that may be written to, with room for the pages"),
            got=reason,
            next_step=say("Make room, or give another folder after `-o`. What was there before is as it was."),
        )
    )
