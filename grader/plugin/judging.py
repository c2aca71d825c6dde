"""All that judges a submission, as one digest a chapter: who has the same one gets the same verdicts. Trusted side."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from grader.layout import GRADER_FOLDER, Course
from grader.submission.closure import digest_of
from grader.submission.submission import DEFAULT_SEED

# The grader's own part in it. Reports only show what was judged.
JUDGING = ("expect", "plugin", "sandbox", "submission", "worker", "data.py", "faces.py", "photos.py", "results.py")


def digest_of_checks(course: Course, chapter: str) -> str:
    """Return a digest of the checks of a chapter, its solutions, floors and seed, and the grader's judging code.

    The libraries' versions and the data are not in it: each result names them.
    """
    files = (course.checks_of, course.master, course.mistakes, course.oracle, course.floors)
    parts = (digest_of_file(path(chapter)) for path in files)
    return digest_of((chapter, str(DEFAULT_SEED), _code_digest(), *parts))


def digest_of_file(path: Path) -> str:
    """Return the digest of a file's content, and "none" where there is no file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "none"


@functools.cache
def _code_digest() -> str:
    places = [GRADER_FOLDER / part for part in JUDGING]
    files = [file for place in places for file in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    return digest_of(map(digest_of_file, files))
