"""Faces and their emotions: a file in FER-2013's layout, read, checked and split. Trusted side, ground floor."""

from __future__ import annotations

import csv
import functools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec
import numpy as np

from grader.data import MAX_FILE_BYTES, Split, fingerprint_of
from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

SIDE = 48
PIXELS = SIDE * SIDE
EMOTIONS = ("0", "1", "2", "3", "4", "5", "6")
COLUMNS = ("emotion", "pixels", "Usage")
# FER-2013's names of its parts, and what each of them is for here.
PARTS = {"Training": "train", "PublicTest": "test", "PrivateTest": "hidden"}
FEWEST = {"Training": 100, "PublicTest": 20, "PrivateTest": 20}
# Four characters a pixel, and room to spare. What is longer is no row.
MAX_LINE_CHARACTERS = 100_000
MAX_LINES_NAMED = 10


class Broken(msgspec.Struct, frozen=True):
    """A row that was skipped. `line`: its number in the file, where the header is line 1."""

    line: int
    reason: Message


class Faces(msgspec.Struct, frozen=True):
    """Three splits of faces, 48 x 48 pixels each. The labels of `hidden` never enter a worker.

    `source`: "drawn", or the path of the file. `fingerprint`: by which calibrations are found.
    """

    source: str
    fingerprint: str
    train: Split
    test: Split
    hidden: Split
    broken: tuple[Broken, ...] = ()


def is_faces_file(source: str) -> bool:
    """Return whether `--data` names a file of faces: whatever ends in .csv."""
    return Path(source).suffix.lower() == ".csv"


def require_faces_file(path: Path) -> None:
    """Look at the beginning of the file only.

    Raises:
        InputError: there is no file, it is too large, or its first line is not FER-2013's header.
    """
    _require_file(path)
    with _open(path) as file:
        _read_header(file, path)


@functools.cache
def load_faces(source: str) -> Faces:
    """Return the faces of the file at `source`; broken rows are skipped and told.

    Raises:
        InputError: the file is not there, is of another kind, or has too few whole rows.
    """
    path = Path(source).expanduser()
    _require_file(path)
    pixels = {part: bytearray() for part in PARTS}
    emotions = {part: bytearray() for part in PARTS}
    broken = []
    with _open(path) as file, warnings.catch_warnings():
        # Older versions of NumPy only warn where a text goes on with something that is no number.
        warnings.simplefilter("error", DeprecationWarning)
        places = _read_header(file, path)
        for number, line in enumerate(_lines(file), start=2):
            row = _read_row(line, places)
            if isinstance(row, Message):
                broken.append(Broken(number, row))
            else:
                part, emotion, face = row
                emotions[part].append(emotion)
                pixels[part] += face
    if any(len(emotions[part]) < fewest for part, fewest in FEWEST.items()):
        raise _too_few(path, {part: len(found) for part, found in emotions.items()}, broken)
    splits = {
        PARTS[part]: Split(
            np.frombuffer(bytes(pixels.pop(part)), np.uint8).reshape(-1, SIDE, SIDE),
            np.frombuffer(bytes(emotions[part]), np.uint8).astype(np.int64),
        )
        for part in PARTS
    }
    contents = [array for split in splits.values() for array in (split.images, split.labels)]
    return Faces(source, fingerprint_of(*contents), **splits, broken=tuple(broken))


def _open(path: Path) -> TextIO:
    # A byte order mark is dropped; what is not UTF-8 becomes a character that is no number.
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def _lines(file: TextIO) -> Iterator[str]:
    """Yield one line after another; of one that is far too long, only its beginning."""
    while line := file.readline(MAX_LINE_CHARACTERS):
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = file.readline(MAX_LINE_CHARACTERS)
        yield line


def _read_header(file: TextIO, path: Path) -> tuple[int, ...]:
    """Return where emotion, pixels and usage stand in a row."""
    header = next(_lines(file), "")
    names = [name.strip() for name in _columns(header) or []]
    if sorted(names) != sorted(COLUMNS):
        raise _not_faces(path, verbatim(header.strip()[:80]) if header.strip() else say("an empty line"))
    return tuple(names.index(name) for name in COLUMNS)


def _read_row(line: str, places: tuple[int, ...]) -> tuple[str, int, bytes] | Message:
    """Return part, emotion and pixels, or what is wrong with the row."""
    columns = _columns(line)
    if columns is None or len(columns) != len(COLUMNS):
        return say("{count} columns instead of 3", count=len(columns or ()))
    emotion, pixels, usage = (columns[place].strip() for place in places)
    if emotion not in EMOTIONS:
        return say("{text} is no emotion from 0 to 6", text=repr(emotion[:20]))
    if usage not in PARTS:
        return say("{text} is no Usage that is known", text=repr(usage[:20]))
    count = len(pixels.split())
    if count != PIXELS:
        return say("{count} pixels instead of {wanted}", count=count, wanted=PIXELS)
    try:
        # Seven times as fast as int(): the file has 83 million pixels.
        values = np.fromstring(pixels, dtype=np.int64, sep=" ")
    except (DeprecationWarning, ValueError):
        values = np.array([-1])
    if values.min() < 0 or values.max() > 255:
        return say("a pixel that is no whole number from 0 to 255")
    return usage, int(emotion), values.astype(np.uint8).tobytes()


def _columns(line: str) -> list[str] | None:
    """Return the columns of one line. A quotation mark that is never closed spoils no line but its own."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return None


def describe_broken(faces: Faces) -> Message | None:
    """Return a sentence on the rows that were skipped; None where there are none."""
    if not faces.broken:
        return None
    lines = ", ".join(str(row.line) for row in faces.broken[:MAX_LINES_NAMED])
    return say(
        "{count} broken rows of {file} were skipped: line {lines}. What is wrong with line {line}: {reason}.",
        count=len(faces.broken),
        file=Path(faces.source).name,
        lines=lines + (" ..." if len(faces.broken) > MAX_LINES_NAMED else ""),
        line=faces.broken[0].line,
        reason=faces.broken[0].reason,
    )


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise InputError(
            Feedback(
                problem=say("There is no data file {path}.", path=str(path)),
                expected=say("a CSV file in the layout of FER-2013, with the header {header}", header=_header()),
                got=say("a path at which there is no file"),
                next_step=say("Check the path after `--data`, or leave `--data` out to work with drawn faces."),
            )
        )
    if path.stat().st_size > MAX_FILE_BYTES:
        raise _not_faces(path, say("a file of {size} MiB", size=path.stat().st_size // 2**20))


def _not_faces(path: Path, got: Message) -> InputError:
    return InputError(
        Feedback(
            problem=say("{path} holds no faces in the layout of FER-2013.", path=str(path)),
            expected=say("a first line {header}, and below it one face a line", header=_header()),
            got=got,
            next_step=say("Name the file fer2013.csv, or leave `--data` out to work with drawn faces."),
        )
    )


def _too_few(path: Path, counts: dict[str, int], broken: list[Broken]) -> InputError:
    found = ", ".join(f"{part} {count}" for part, count in counts.items())
    got = say("whole rows: {found}; broken rows: {count}", found=found, count=len(broken))
    if broken:
        got = say(
            "{got}, the first of them line {line}: {reason}", got=got, line=broken[0].line, reason=broken[0].reason
        )
    return InputError(
        Feedback(
            problem=say("{path} holds too few faces to learn from.", path=str(path)),
            expected=say("at least {counts}", counts=", ".join(f"{part} {fewest}" for part, fewest in FEWEST.items())),
            got=got,
            next_step=say("Take the whole file, or leave `--data` out to work with drawn faces."),
        )
    )


def _header() -> str:
    return ",".join(COLUMNS)
