"""Readings of files that are kept between runs: what has not changed is not read again. Trusted side.

Each file has one place on disk, by its path, so that what is kept grows with the files and not with their versions.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from grader.layout import GRADER_FOLDER
from grader.submission.reference import results_folder
from grader.submission.source import Source, read_source
from grader.whole_file import keep_whole

# The code that reads a submission: a new version never takes an old one's reading.
CODE = ("submission/source.py", "submission/cells.py", "results.py", "messages.py")
DIGEST_BYTES = 32

Reading = TypeVar("Reading")


def read_again(path: Path, raw: bytes) -> Source:
    """Return what `read_source` reads in `raw`, the bytes of the file that is known as `path`.

    Raises:
        CheckFailed: it is not text, no notebook, or far too long.
    """
    return keep_reading(path, raw, Source, CODE, lambda: read_source(path.name, raw))


def keep_reading(
    path: Path, raw: bytes, kind: type[Reading], code: tuple[str, ...], read: Callable[[], Reading]
) -> Reading:
    """Return what `read` returns, or returned for the same bytes in an earlier run.

    Args:
        path: under which `raw` is known; one reading of each kind is kept for it.
        kind: what `read` returns, as msgspec knows it.
        code: the files of the grader's that a reading depends on besides.
    """
    name = hashlib.sha256(os.fsencode(path.absolute()) + b"\0" + repr(kind).encode()).hexdigest()
    place = results_folder() / "readings" / name
    content = _digest(*_reader(code), os.fsencode(path.name), raw)
    kept = _kept(place, content, kind)
    if kept is None:
        kept = read()
        _keep(place, content, kept)
    return kept


def _kept(place: Path, content: bytes, kind: type[Reading]) -> Reading | None:
    """Return the reading kept at `place`, where it is one of this content and whole."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        told = place.read_bytes()
        packed = told[2 * DIGEST_BYTES :]
        if told[: 2 * DIGEST_BYTES] == content + _digest(packed):
            return msgspec.msgpack.decode(packed, type=kind)
    return None


def _keep(place: Path, content: bytes, reading: object) -> None:
    """Keep a reading, whole or not at all. Text that cannot be written as UTF-8 is read anew each time."""
    with contextlib.suppress(UnicodeEncodeError):
        packed = msgspec.msgpack.encode(reading)
        keep_whole(place, content, _digest(packed), packed)


@functools.cache
def _reader(code: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return what a reading depends on besides the file."""
    return (sys.version.encode(), *((GRADER_FOLDER / part).read_bytes() for part in code))


def _digest(*parts: bytes) -> bytes:
    together = hashlib.sha256()
    for part in parts:
        together.update(len(part).to_bytes(8, "big"))
        together.update(part)
    return together.digest()
