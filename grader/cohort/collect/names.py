"""Which chapter a file's name speaks of, whatever browsers and sites have added to it. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from grader.submission.find import SUFFIXES

# What Canvas adds to the name of a file that its learner has uploaded before.
NUMBER = re.compile(r"-(\d{1,4})$")


def kind_of(name: str) -> str | None:
    """Return `.py` or `.ipynb`; None for every other file."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in SUFFIXES else None


def chapter_of(name: str, chapters: Sequence[str]) -> str | None:
    """Return the chapter whose name this one starts with, the longest of them."""
    text = name.casefold()
    matching = [chapter for chapter in chapters if _starts_with(text, chapter.casefold())]
    return max(matching, key=len, default=None)


def _starts_with(text: str, chapter: str) -> bool:
    """Return whether a name starts with a chapter's, and not with that of one with a further digit."""
    rest = text[len(chapter) :]
    return text.startswith(chapter) and not (chapter[-1:].isdigit() and rest[:1].isdigit())


def without_number(name: str) -> tuple[str, int]:
    """Return a file's name as it was, and which upload of it this is: 0 for the first."""
    path = PurePosixPath(name)
    # The suffix of `work.tar.gz` is cut at its first dot.
    stem, dot, suffix = path.name.partition(".") if path.name.lower().endswith(".tar.gz") else _parts(path)
    match = NUMBER.search(stem)
    return (f"{stem[: match.start()]}{dot}{suffix}", int(match[1])) if match else (name, 0)


def _parts(path: PurePosixPath) -> tuple[str, str, str]:
    return path.stem, "", path.suffix
