"""Bytes of a `.py` or `.ipynb` file -> cells of Python text, each with its place. Trusted side, executes nothing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from grader.errors import CheckFailed
from grader.messages import Message, say, verbatim
from grader.results import Feedback, Verdict

CELL_MARK = re.compile(r"^# ?%%")
# What a line of Python can open or close: an escaped character, a quote, a comment, a bracket.
DELIMITER = re.compile(r"\\.|\'\'\'|\"\"\"|[\'\"#()\[\]{}]")
DEFINITION = re.compile(r"(?:def|async|class|import|from)\b|@")
MAGIC_STARTS = ("%", "!", "?")
# These run the rest of their cell as Python.
PYTHON_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
# Far more than a chapter has; each costs the reader and the worker some time, and the grammar of one byte takes some
# 600 bytes of memory.
MAX_CELLS = 5_000
MAX_STATEMENTS = 10_000
MAX_CHARACTERS = 2**18
# A notebook's outputs are numbers and pictures in a few long texts; an empty object of JSON takes 64 bytes of memory.
MAX_OBJECTS = 500_000


class Cell(msgspec.Struct, frozen=True):
    """Consecutive lines of code. `file` is what a traceback shows; `first_line` counts from 1 in it."""

    file: str
    first_line: int
    text: str


def split_cells(name: str, raw: bytes) -> list[Cell]:
    """Return the code cells of a file.

    Raises:
        CheckFailed: it is not text in UTF-8, no notebook of format 4, or far too long.
    """
    if name.endswith(".ipynb"):
        code = [cell for cell in read_notebook(name, raw) if is_python(cell.text)]
        return [Cell(f"{name}, cell {cell.number}", 1, without_magics(cell.text)) for cell in code]
    return _script_cells(name, _decode(name, raw))


def too_long(name: str) -> CheckFailed:
    """Return the refusal of a file with more code than any chapter has."""
    return CheckFailed(
        Feedback(
            problem=say("{name} is too long to be a chapter.", name=name),
            expected=say(
                "at most {statements} statements in {cells} cells, and {size} KiB of code",
                statements=MAX_STATEMENTS,
                cells=MAX_CELLS,
                size=MAX_CHARACTERS // 2**10,
            ),
            got=say("more than that"),
            next_step=say("Take out what is not code of yours, such as data pasted into the file."),
        ),
        Verdict.IMPORT_ERROR,
    )


def _too_many_objects(name: str) -> CheckFailed:
    return CheckFailed(
        Feedback(
            problem=say("{name} is too large to be a chapter.", name=name),
            expected=say("a notebook of at most {count} lists and objects", count=MAX_OBJECTS),
            got=say("more than that"),
            next_step=say("Take out data and pictures; in a notebook: Edit, Clear Outputs of All Cells, and save."),
        ),
        Verdict.IMPORT_ERROR,
    )


def _decode(name: str, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
        if "\0" not in text:
            return _line_feeds_only(text)
        got: Message = say("zero bytes in it")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        got = say("bytes of another encoding in line {line}", line=line)
    raise CheckFailed(
        Feedback(
            problem=say("{name} is not text in the encoding UTF-8.", name=name),
            expected=say("a text file saved as UTF-8"),
            got=got,
            next_step=say("Open it in your editor and choose Save with Encoding, UTF-8."),
        ),
        Verdict.IMPORT_ERROR,
    )


def _script_cells(name: str, text: str) -> list[Cell]:
    if len(text) > MAX_CHARACTERS:
        raise too_long(name)
    cells: list[Cell] = []
    lines = split_lines(text)
    start = 0
    for number, line in enumerate([*lines, "# %%"]):
        if CELL_MARK.match(line):
            if number > start:
                cells.append(Cell(name, start + 1, "".join(lines[start:number])))
            start = number
    if len(cells) > MAX_CELLS:
        raise too_long(name)
    return cells


class CellAsSaved(msgspec.Struct, frozen=True):
    """A notebook's code cell. `number` counts all cells from 1; `text` is as it was written, magics included.

    `ran`: whether its saved output says that it once ran to its end.
    """

    number: int
    text: str
    ran: bool


def read_notebook(name: str, raw: bytes) -> list[CellAsSaved]:
    """Return the code cells of a notebook as they were saved; raises as `split_cells` does."""
    if raw.count(b"{") + raw.count(b"[") > MAX_OBJECTS:
        raise _too_many_objects(name)
    return list(_code_cells(name, _decode(name, raw)))


def _code_cells(name: str, text: str) -> Iterator[CellAsSaved]:
    characters = 0
    for number, cell in enumerate(_parse_notebook(name, text)["cells"], start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = _source_of(cell)
        characters += len(source)
        if number > MAX_CELLS or characters > MAX_CHARACTERS:
            raise too_long(name)
        outputs = cell.get("outputs")
        failed = any(
            isinstance(one, dict) and one.get("output_type") == "error"
            for one in (outputs if isinstance(outputs, list) else ())
        )
        yield CellAsSaved(number, source, isinstance(cell.get("execution_count"), int) and not failed)


def is_python(source: str) -> bool:
    """Return whether a notebook's cell is Python, and not handed to something else by a magic on top of it."""
    first_word = source.split(maxsplit=1)[0] if source.strip() else ""
    return not first_word.startswith("%%") or first_word in PYTHON_CELL_MAGICS


def _source_of(cell: dict[str, Any]) -> str:
    """Return a cell's text: one text or a list of lines. JSON can hold half a character, which no text file can."""
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return _line_feeds_only(text.encode("utf-8", "replace").decode())


def _parse_notebook(name: str, text: str) -> dict[str, Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_notebook(name, verbatim(str(error)[:200])) from error
    if isinstance(notebook, dict) and "worksheets" in notebook and "cells" not in notebook:
        version = notebook.get("nbformat")
        number = str(version)[:20] if isinstance(version, int | float) else "-"
        raise _no_notebook(name, say("a notebook in the old format {version}", version=number))
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):
        raise _no_notebook(name, say("JSON without the parts of a notebook of format 4"))
    return notebook


def _no_notebook(name: str, got: Message) -> CheckFailed:
    return CheckFailed(
        Feedback(
            problem=say("{name} is not a notebook that can be read.", name=name),
            expected=say("a Jupyter notebook of format 4"),
            got=got,
            next_step=say("Open it in Jupyter and save it again; if Jupyter cannot open it, take an older copy."),
        ),
        Verdict.IMPORT_ERROR,
    )


def without_magics(source: str) -> str:
    """Replace lines that only Jupyter understands by `pass`, so that all other lines keep their numbers."""
    if not any(mark in source for mark in MAGIC_STARTS):
        return source
    kept: list[str] = []
    inside = Inside()
    for line in source.split("\n"):
        after = inside.after(line)
        if inside.is_nothing and _is_magic(line, after):
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(f"{indent}pass #{line.strip()}")
        else:
            kept.append(line)
            inside = after
    return "\n".join(kept)


def _is_magic(line: str, after: Inside) -> bool:
    code = line.strip()
    return code.startswith(MAGIC_STARTS) or (code.endswith("?") and "#" not in code and after.quote is None)


class Inside(msgspec.Struct, frozen=True):
    """What is open where a line begins: a string, brackets, a line that goes on."""

    quote: str | None = None
    depth: int = 0
    continued: bool = False

    @property
    def is_nothing(self) -> bool:
        """Return whether a statement may begin here."""
        return self.quote is None and self.depth == 0 and not self.continued

    def after(self, line: str) -> Inside:
        """Return what is open after `line`."""
        # A definition at the left margin is in no bracket: one above was forgotten.
        quote, depth = self.quote, 0 if DEFINITION.match(line) else self.depth
        position = 0
        while match := DELIMITER.search(line, position):
            mark, position = match.group(), match.end()
            if mark.startswith("\\"):
                continue
            if quote is not None:
                if mark.startswith(quote):
                    position = match.start() + len(quote)
                    quote = None
            elif mark == "#":
                return Inside(None, depth)
            elif mark[0] in "'\"":
                quote = mark
            else:
                depth = max(0, depth + (1 if mark in "([{" else -1))
        continued = line.endswith("\\")
        return Inside(quote if continued or (quote and len(quote) == 3) else None, depth, continued)


def split_lines(text: str) -> list[str]:
    """Return the lines with their ends. Python's lines end with line feeds alone; `str.splitlines` knows more ends."""
    return io.StringIO(text).readlines()


def _line_feeds_only(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
