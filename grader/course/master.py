"""Reads a chapter's master, one percent-format script with prose in two languages, into cells. Trusted side."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from grader.course.errors import CourseError, MasterError
from grader.messages import LANGUAGES

NOTEBOOK_ONLY = "notebook"
# Cells with this tag are read by grader.course.hints and are in no exercise.
HINTS = "hints"
CELL_MARK = re.compile(r"#\s*%%+(\s|$)")
HEADER_EDGE = "# ---"


@dataclass(frozen=True)
class Cell:
    """One cell of a master: its `# %%` line, the lines below it as they stand in the file, and what they mean.

    `first_line` is the line of the `# %%` mark, counted from 1. `language` is None for a cell that is kept in every
    language. Cells with the tag "notebook" exist in the notebook only.
    """

    kind: str
    language: str | None
    tags: tuple[str, ...]
    mark: str
    body: tuple[str, ...]
    first_line: int


@dataclass(frozen=True)
class Master:
    """A chapter's master. Its file stem is the chapter's name."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def chapter(self) -> str:
        return self.path.stem


def read_master(path: Path) -> Master:
    """Read the master at `path`.

    Raises:
        MasterError: The file is not Python, or its cells are not well formed; names file and line.
        CourseError: The file cannot be read.
    """
    lines = _read_text(path).split("\n")
    _parse(path, "\n".join(lines), first_line=1)
    start = header_length(lines)
    marks = list(_cell_marks(lines))
    for number, line in enumerate(lines[: marks[0] if marks else None]):
        if number >= start and line.strip():
            raise MasterError(
                path,
                number + 1,
                "there is text before the first cell",
                expected="the file begins with a `# %%` line",
                got=line.strip(),
                next_step="put `# %%` above it (or `# %% [markdown]` when it is prose)",
            )
    cells = tuple(_read_cell(path, lines, begin, end) for begin, end in pairwise([*marks, len(lines)]))
    _check_languages(path, cells)
    return Master(path, cells)


def read_source(mark: str, body: Sequence[str]) -> tuple[str, str, dict[str, Any]]:
    """Return kind, source and metadata of a cell as jupytext puts them into a notebook.

    Raises:
        ValueError: jupytext sees more than one cell.
    """
    # It takes as long to import as all else does, and many commands read no master.
    import jupytext

    cells = jupytext.reads("\n".join([mark, *body]) + "\n", fmt="py:percent").cells
    if len(cells) != 1:
        raise ValueError("not one cell")
    return str(cells[0].cell_type), str(cells[0].source), dict(cells[0].metadata)


def header_length(lines: Sequence[str]) -> int:
    """Return how many lines jupytext's own header takes, from `# ---` to `# ---`: 0 where there is none."""
    if not lines or lines[0].rstrip() != HEADER_EDGE:
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == HEADER_EDGE:
            return number + 1
        if not line.startswith("#"):
            return 0
    return 0


def code_comments(body: Sequence[str]) -> Iterator[tokenize.TokenInfo]:
    """Yield the comments of Python code, leaving out what only looks like one inside a string."""
    for token in tokenize.generate_tokens(io.StringIO("\n".join(body) + "\n").readline):
        if token.type == tokenize.COMMENT:
            yield token


def _read_text(path: Path) -> str:
    """Return the text with `\\n` line ends and without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(
            f"{path}: the master is not UTF-8 text",
            expected="a Python script saved as UTF-8",
            got=f"byte 0x{error.object[error.start]:02x} at position {error.start}",
            next_step="save the file as UTF-8 in your editor",
        ) from None
    except OSError as error:
        raise CourseError(
            f"{path}: the master cannot be read",
            expected="a Python script in percent format",
            got=error.strerror or str(error),
            next_step="check the name and the permissions of the file",
        ) from None


def _parse(path: Path, text: str, first_line: int) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = (getattr(error, "lineno", None) or 1) + first_line - 1
        raise MasterError(
            path,
            line,
            "the master is not valid Python",
            expected="a script that Python can read, and code cells that each stand on their own",
            got=getattr(error, "msg", str(error)),
            next_step="repair the line; a function must not be cut in two by a `# %%` line",
        ) from None


def _cell_marks(lines: Sequence[str]) -> Iterator[int]:
    """Yield the index of each `# %%` line that stands at the left margin, outside of strings."""
    for token in code_comments(lines):
        if token.start[1] == 0 and CELL_MARK.match(token.string):
            yield token.start[0] - 1


def _read_cell(path: Path, lines: Sequence[str], begin: int, end: int) -> Cell:
    mark, body = lines[begin].rstrip(), tuple(lines[begin + 1 : end])
    try:
        kind, _, metadata = read_source(mark, body)
    except ValueError:
        raise MasterError(
            path,
            begin + 1,
            "jupytext sees more than one cell here",
            expected="each `# %%` at the left margin, and none inside a function",
            got=mark,
            next_step="look for an indented `# %%` or `# In[1]:` comment below this line and reword it",
        ) from None
    language = metadata.get("lang")
    if language is not None and (language not in LANGUAGES or f'lang="{language}"' not in mark):
        raise MasterError(
            path,
            begin + 1,
            "the cell's language is unknown",
            expected=" or ".join(f'lang="{known}"' for known in LANGUAGES),
            got=mark,
            next_step="correct the `lang` of this `# %%` line",
        )
    cell = Cell(kind, language, tuple(metadata.get("tags", ())), mark, body, begin + 1)
    if kind == "code":
        _parse(path, "\n".join(body), first_line=begin + 2)
    else:
        _check_prose(path, cell)
    return cell


def _check_prose(path: Path, cell: Cell) -> None:
    for number, line in enumerate(cell.body, start=cell.first_line + 1):
        if line.strip() and not line.startswith("#"):
            raise MasterError(
                path,
                number,
                "there is code in a prose cell",
                expected="every line of a `# %% [markdown]` cell begins with `# `",
                got=line.strip(),
                next_step="put a `# %%` line above the code, or `# ` before the prose",
            )


def _check_languages(path: Path, cells: Sequence[Cell]) -> None:
    """Each English cell is followed by the same in Chinese, so that no reader misses a paragraph."""
    source, *others = LANGUAGES
    for number, cell in enumerate(cells):
        position = LANGUAGES.index(cell.language) if cell.language else 0
        group = cells[number - position : number - position + len(LANGUAGES)] if number >= position else ()
        if cell.language and [(one.kind, one.language) for one in group] != [(cell.kind, name) for name in LANGUAGES]:
            raise MasterError(
                path,
                cell.first_line,
                f'this lang="{cell.language}" cell has no partner',
                expected=f'a lang="{source}" cell, directly followed by the same in lang="{others[0]}"',
                got=cell.mark,
                next_step="write the missing cell, or remove `lang` to keep this one in every language",
            )
