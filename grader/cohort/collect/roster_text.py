"""The text of a roster and its rows: in which encoding it is, and what separates its columns. Trusted side."""

from __future__ import annotations

import codecs
import csv
import io
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import msgspec

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback
from grader.submission.archive_names import printable

MAX_BYTES = 20 * 2**20
DELIMITERS = (",", ";", "\t")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Three bytes that are one character of UTF-8. By chance, bytes of GB18030 hardly ever look like this for a whole line.
LONG_UTF8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
# `Müller` of a western encoding, read as GB18030: a Chinese character in the middle of a word of Latin letters.
MISREAD = re.compile("[A-Za-z][\u4e00-\u9fff][a-z]")
# All but rare characters of GB18030 are two bytes beyond ASCII; letters with accents stand alone among others.
TWO_BEYOND_ASCII = re.compile(rb"[\x80-\xff]{2}")


class Row(msgspec.Struct, frozen=True):
    """One row. `line`: the line on which it ends, counted from 1."""

    line: int
    cells: tuple[str, ...]


def refuse(path: Path, expected: Message, got: Message, next_step: Message) -> NoReturn:
    """Refuse a roster in four parts."""
    name = printable(path.name)
    raise InputError(Feedback(say("The roster {name} cannot be read.", name=name), expected, got, next_step))


def read_roster_text(path: Path) -> str:
    """Return what stands in the file.

    Raises:
        InputError: it cannot be read, is too large, or is in no encoding or in two.
    """
    raw = _read(path)
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return _decoded_as(raw[len(mark) :], encoding, path)
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        _no_encoding(path, line)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        odd = raw[: error.start].count(b"\n") + 1
    _check_for_two(raw, odd, path)
    if not TWO_BEYOND_ASCII.search(raw):
        _no_encoding(path, odd)
    text = _decoded_as(raw, "gb18030", path)
    misread = MISREAD.search(text)
    if misread is not None:
        _no_encoding(path, text[: misread.start()].count("\n") + 1)
    return text


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            refuse(
                path, say("a CSV file"), say("something that is not a file"), say("Check the path after `--roster`.")
            )
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        refuse(path, say("a CSV file"), verbatim(reason), say("Check the path after `--roster`."))
    if len(raw) > MAX_BYTES:
        limit = MAX_BYTES // 2**20
        refuse(
            path,
            say("at most {limit} MiB", limit=limit),
            say("more than that"),
            say("Check that it is the list of the learners."),
        )
    return raw


def _decoded_as(raw: bytes, encoding: str, path: Path) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        # Up to there it can be read, or else is too damaged to count lines in.
        _no_encoding(path, raw[: error.start].decode(encoding, "replace").count("\n") + 1)


def _check_for_two(raw: bytes, odd: int, path: Path) -> None:
    """Refuse a file that has lines in UTF-8 and others, such as the one with the number `odd`, that are not."""
    for number, line in enumerate(raw.split(b"\n"), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if LONG_UTF8.search(line):
            refuse(
                path,
                say("one encoding in the whole file"),
                say("line {first} is in UTF-8, and line {second} is not", first=number, second=odd),
                say("Open it as UTF-8, correct the names that look wrong, and save it as UTF-8."),
            )


def _no_encoding(path: Path, line: int) -> NoReturn:
    refuse(
        path,
        say("text in UTF-8, UTF-16 with a mark at its beginning, or GB18030"),
        say("line {line} is in none of them", line=line),
        say("Open it in a spreadsheet or editor and save it as CSV in UTF-8."),
    )


def rows_of(text: str, delimiter: str, path: Path) -> Iterator[Row]:
    """Yield the rows that are not empty.

    Raises:
        InputError: a row makes no sense.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            refuse(
                path,
                say("one learner in each row"),
                say("line {line}: {reason}", line=reader.line_num, reason=str(error)),
                say("Look for a quotation mark that is not closed there."),
            )
        if cells is None:
            return
        plain = tuple(" ".join(printable(" ".join(cell.split())).split()) for cell in cells)
        if any(plain):
            yield Row(reader.line_num, plain)
