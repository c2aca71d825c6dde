"""A site's CSV file as its cells, each with its place in the text, so that the others can stay. Trusted side."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping

import msgspec

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.report.words import make_visible
from grader.results import Feedback

# What spreadsheets take for the beginning of a formula; those of Chinese and Japanese keyboards, too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SEPARATORS = (",", ";", "\t")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
Place = tuple[int, int]


class Cell(msgspec.Struct, frozen=True):
    """A cell: its value, and from where to where it stands in the text, quotation marks included."""

    value: str
    start: int
    end: int


class CsvFile:
    """A CSV file of a course site. `shown`: its name as the teacher knows it.

    Raises:
        InputError: it is no CSV file of any encoding that sites and spreadsheets write.
    """

    def __init__(self, raw: bytes, shown: str) -> None:
        self.shown = shown
        self._encoding, self._text = _decode(raw, shown)
        first = self._text.split("\n", 1)[0]
        self.separator = max(SEPARATORS, key=first.count)
        self.rows = _read(self._text, self.separator, shown)

    @property
    def header(self) -> list[str]:
        return [cell.value.strip() for cell in self.rows[0]] if self.rows else []

    def value(self, row: int, column: int | None) -> str:
        """Return what a cell holds; nothing where the row has no such cell."""
        cells = self.rows[row]
        return cells[column].value if column is not None and column < len(cells) else ""

    def with_cells(self, values: Mapping[Place, str]) -> bytes:
        """Return the file with these cells, by row and column, and every other byte as it was."""
        pieces, done = [], 0
        for (row, column), value in sorted(values.items()):
            cell = self.rows[row][column]
            quoted = self._text[cell.start : cell.start + 1] == '"'
            pieces.append(self._text[done : cell.start])
            pieces.append(_write(value, self.separator, quoted))
            done = cell.end
        return "".join([*pieces, self._text[done:]]).encode(self._encoding)


def write_rows(rows: Iterable[Iterable[str | float | int | None]], line_end: str = "\r\n") -> str:
    """Return a CSV file. Texts that a spreadsheet would run are defused, numbers stay numbers, None is nothing."""
    lines = []
    for row in rows:
        cells = (defused(cell) if isinstance(cell, str) else "" if cell is None else number(cell) for cell in row)
        lines.append(",".join(_write(cell, ",", False) for cell in cells) + line_end)
    return "".join(lines)


def defused(text: str) -> str:
    """Return a text that no spreadsheet runs, and any program can store: a `'` before what would begin a formula."""
    text = make_visible(text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def number(value: float, decimals: int = 4) -> str:
    """Return a number as programs read it: `2` and `1.5`."""
    written = f"{value:.{decimals}f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return "0" if written == "-0" else written


def read_number(text: str) -> float | None:
    """Return the number a site wrote, with a decimal point or comma; None where it is none."""
    found = NUMBER.fullmatch(text.strip())
    return float(found[0].replace(",", ".")) if found else None


def _write(value: str, separator: str, quoted: bool) -> str:
    if quoted or any(character in value for character in (separator, '"', "\r", "\n")) or value != value.strip():
        return '"' + value.replace('"', '""') + '"'
    return value


def _decode(raw: bytes, shown: str) -> tuple[str, str]:
    """Return the encoding and the text. UTF-16 is what some spreadsheets save, GB 18030 Excel in Chinese."""
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    little = raw.startswith(codecs.BOM_UTF16_LE)
    for encoding in ("utf-16-le" if little else "utf-16-be",) if wide else ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
            if text.encode(encoding) == raw:
                return encoding, text
        except UnicodeError:
            continue
    raise InputError(
        Feedback(
            problem=say("{file} cannot be read.", file=shown),
            expected=say("the CSV file as it was downloaded, in UTF-8"),
            got=say("bytes of another encoding"),
            next_step=say("Download it again, and do not save it with a spreadsheet in between."),
        )
    )


def _read(text: str, separator: str, shown: str) -> list[list[Cell]]:
    """Return the rows, by the rules of RFC 4180 and as lenient as Python's reader where a cell has stray marks."""
    rows: list[list[Cell]] = []
    at = 1 if text.startswith("\ufeff") else 0
    row: list[Cell] = []
    while at < len(text) or row:
        cell, at = _cell(text, at, separator, shown, len(rows) + 1)
        row.append(cell)
        if at < len(text) and text[at] == separator:
            at += 1
            continue
        if at < len(text):
            at += 2 if text.startswith("\r\n", at) else 1
        rows.append(row)
        row = []
    return rows


def _cell(text: str, at: int, separator: str, shown: str, row: int) -> tuple[Cell, int]:
    start, parts = at, []
    if text.startswith('"', at):
        at += 1
        while True:
            end = text.find('"', at)
            if end < 0:
                raise InputError(
                    Feedback(
                        problem=say("{file} ends within a cell.", file=shown),
                        expected=say("a CSV file as it was downloaded"),
                        got=say("a quotation mark in row {row} that is never closed", row=row),
                        next_step=say("Download it again."),
                    )
                )
            parts.append(text[at:end])
            at = end + 1
            if not text.startswith('"', at):
                break
            parts.append('"')
            at += 1
    ends = re.compile(f"[\r\n{re.escape(separator)}]").search(text, at)
    end = ends.start() if ends else len(text)
    parts.append(text[at:end])
    return Cell("".join(parts), start, end), end


def no_column(file: CsvFile, wanted: str, next_step: Message) -> InputError:
    """Return the refusal of a file that lacks a column."""
    return InputError(
        Feedback(
            problem=say("{file} has no column {wanted}.", file=file.shown, wanted=wanted),
            expected=say("the file as the site gave it"),
            got=verbatim(", ".join(make_visible(name) for name in file.header)[:400] or "–"),
            next_step=next_step,
        )
    )
