"""Bytes of a `.py` or `.ipynb` file -> cells of Python text, each with its place. Trusted side, executes nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from grader.errors import CheckFailed
from grader.messages import Message, say, verbatim
from grader.results import Feedback, Verdict

CELL_MARK = re.compile(r"^# ?%%")
MAGIC = re.compile(r"^(\s*)(%|!|\?|.*\?\s*$)")
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
            return text.replace("\r\n", "\n").replace("\r", "\n")
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
    lines = text.splitlines(keepends=True)
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
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if not source.lstrip().startswith("%%"):
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
    if not re.search(r"^\s*[%!?]|\?\s*$", source, re.MULTILINE):
        return source
    kept = [
        MAGIC.sub(r"\1pass #", line, count=1) if MAGIC.match(line) and not _is_comment(line) else line
        for line in source.splitlines()
    ]
    return "\n".join(kept)


def _is_comment(line: str) -> bool:
    return "#" in line and not line.lstrip().startswith(("%", "!", "?"))
