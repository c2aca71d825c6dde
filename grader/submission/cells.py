"""Bytes of a `.py` or `.ipynb` file -> cells of Python text, each with its place. Trusted side, executes nothing."""

from __future__ import annotations

import io
import json
import re
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
MAX_CELLS = 5_000


class Cell(msgspec.Struct, frozen=True):
    """Consecutive lines of code. `file` is what a traceback shows; `first_line` counts from 1 in it."""

    file: str
    first_line: int
    text: str


def split_cells(name: str, raw: bytes) -> list[Cell]:
    """Return the code cells of a file.

    Raises:
        CheckFailed: it is not text in UTF-8, or no notebook of format 4.
    """
    text = _decode(name, raw)
    return _notebook_cells(name, text) if name.endswith(".ipynb") else _script_cells(name, text)


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
    cells: list[Cell] = []
    lines = split_lines(text)
    start = 0
    for number, line in enumerate([*lines, "# %%"]):
        if CELL_MARK.match(line):
            if number > start:
                cells.append(Cell(name, start + 1, "".join(lines[start:number])))
            start = number
    return cells


def _notebook_cells(name: str, text: str) -> list[Cell]:
    notebook = _parse_notebook(name, text)
    cells: list[Cell] = []
    for number, cell in enumerate(notebook["cells"][:MAX_CELLS], start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        source = _line_feeds_only("".join(map(str, source)) if isinstance(source, list) else str(source))
        first_word = source.split(maxsplit=1)[0] if source.strip() else ""
        if not first_word.startswith("%%") or first_word in PYTHON_CELL_MAGICS:
            cells.append(Cell(f"{name}, cell {number}", 1, _without_magics(source)))
    return cells


def _parse_notebook(name: str, text: str) -> dict[str, Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_notebook(name, verbatim(str(error)[:200])) from error
    if isinstance(notebook, dict) and "worksheets" in notebook and "cells" not in notebook:
        raise _no_notebook(
            name, say("a notebook in the old format {version}", version=str(notebook.get("nbformat"))[:20])
        )
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


def _without_magics(source: str) -> str:
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
