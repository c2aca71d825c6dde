"""The hints of a master: three for each function in each language, in cells that no exercise gets. Trusted side.

Such a cell has the tag "hints" and stands below the function's. It holds the function's name and a list from 1. to 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.errors import MasterError
from grader.course.function_code import parse
from grader.course.marks import find_blocks
from grader.course.master import HINTS, Cell, Master
from grader.messages import LANGUAGES

NUMBER = 3
# A line of code with more characters than this is an answer.
LONG = 12
NAME = re.compile(r"`?([A-Za-z_]\w*)`?")
ITEM = re.compile(r"(\d+)\.\s+(\S.*)")
WIDE = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60“”‘’…"
# Where a line of Chinese was broken no space was left out, unless a Latin word or code stands there.
NO_SPACE = re.compile(rf"[{WIDE}]\n(?=[{WIDE}])|[，。、；：？！）》”…]\n|\n(?=[（《“])")

# Language -> function -> its hints, from the first to the last.
Hints = dict[str, dict[str, tuple[str, ...]]]


def write_hints(function: str, language: str) -> str:
    """Return what to write for a function that has no hints in `language`."""
    return f'a cell `# %% [markdown] lang="{language}" tags=["{HINTS}"]` with `# {function}` and a list from 1. to 3.'


def read_hints(master: Master) -> Hints:
    """Return the hints of a master. A function without any is in none of the languages.

    Raises:
        MasterError: A cell of hints is not well formed, stands below another cell than its function's, or has no
            partner in another language; or the solution marks are not well formed.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    above: tuple[str, ...] = ()
    for number, cell in enumerate(master.cells):
        _require_tag(master.path, cell)
        if HINTS not in cell.tags:
            above = tuple(dict.fromkeys(block.function for block in find_blocks(master.path, cell)))
            continue
        hints = _read_cell(master.path, cell)
        assert cell.language is not None, "_read_cell has made sure of it"
        if hints.function not in above:
            raise hints.error(
                hints.name_line,
                f"these hints for `{hints.function}` do not stand below its cell",
                expected=f"the name of {' or '.join(above)}" if above else "the cell of a function with solution marks",
                got=hints.function,
                next_step="move the cell to right below the function's own, or correct the name",
            )
        if hints.function in found[cell.language]:
            raise hints.error(
                0,
                f"there are hints for `{hints.function}` in this language already",
                expected=f"one cell with {NUMBER} hints",
                got="a second one",
                next_step="put all into one cell",
            )
        _require_partner(master, number, hints)
        found[cell.language][hints.function] = hints.texts
    return found


def hints_told(hints: Sequence[str], answer: Sequence[str]) -> str:
    """Return the first line of the `answer` that the hints hold as a whole, or nothing.

    Short lines such as `return matrix` give nothing away, nor do those that are no code by themselves.
    """
    for line in answer:
        code = line.strip().removeprefix("return ").rstrip(",")
        if len(code) > LONG and parse(code) is not None and any(code in hint for hint in hints):
            return code
    return ""


@dataclass
class _HintsCell:
    """A cell of hints while it is read. Lines are counted from its `# %%` line, which is 0."""

    path: Path
    cell: Cell
    function: str = ""
    name_line: int = 0
    items: list[list[str]] = field(default_factory=list)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(_join(lines) for lines in self.items)

    def error(self, line: int, problem: str, *, expected: str, got: str, next_step: str) -> MasterError:
        return MasterError(
            self.path, self.cell.first_line + line, problem, expected=expected, got=got, next_step=next_step
        )


def _require_tag(path: Path, cell: Cell) -> None:
    """Refuse a tag that was meant to be the one of hints: the cell would get into the exercises."""
    for tag in cell.tags:
        if tag != HINTS and tag.strip().lower() in (HINTS, HINTS.removesuffix("s")):
            raise MasterError(
                path,
                cell.first_line,
                "the tag of this cell is mistyped",
                expected=f'tags=["{HINTS}"]',
                got=f'tags=["{tag}"]',
                next_step="write the tag exactly like that",
            )


def _read_cell(path: Path, cell: Cell) -> _HintsCell:
    hints = _HintsCell(path, cell)
    if cell.kind != "markdown" or cell.language is None:
        raise hints.error(
            0,
            "hints stand in prose cells, one for each language",
            expected=f'# %% [markdown] lang="{LANGUAGES[0]}" tags=["{HINTS}"]',
            got=cell.mark,
            next_step="write the line like that",
        )
    for line, text in _lines(cell):
        if not hints.function:
            _take_name(hints, line, text)
        elif item := ITEM.fullmatch(text):
            _take_item(hints, line, item)
        elif hints.items and text.startswith(" "):
            hints.items[-1].append(text.strip())
        else:
            raise hints.error(
                line,
                "this line is no part of a hint",
                expected="`1. ` and the first hint, or a further line of a hint, set in by three spaces",
                got=text,
                next_step="number the hint, or set the line in",
            )
    if len(hints.items) != NUMBER:
        raise hints.error(
            0,
            f"there are not {NUMBER} hints here",
            expected=f"the function's name, and a list from 1. to {NUMBER}.",
            got=f"{len(hints.items)} hints" if hints.function else "an empty cell",
            next_step="write a nudge first, then the tool, then nearly the answer",
        )
    return hints


def _lines(cell: Cell) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold anything, without what makes comments of them."""
    for number, line in enumerate(cell.body, start=1):
        text = line.removeprefix("#").removeprefix(" ").rstrip()
        if text:
            yield number, text


def _take_name(hints: _HintsCell, line: int, text: str) -> None:
    name = NAME.fullmatch(text)
    if name is None:
        raise hints.error(
            line,
            "hints begin with the name of their function",
            expected="a line with nothing but the name",
            got=text,
            next_step="put the function's name on a line of its own above the list",
        )
    hints.function, hints.name_line = name[1], line


def _take_item(hints: _HintsCell, line: int, item: re.Match[str]) -> None:
    number = len(hints.items) + 1
    if item[1] != str(number) or number > NUMBER:
        raise hints.error(
            line,
            "the hints are not numbered one after the other",
            expected=f"{number}." if number <= NUMBER else f"{NUMBER} hints, no more",
            got=f"{item[1]}.",
            next_step=f"number them from 1. to {NUMBER}.",
        )
    hints.items.append([item[2]])


def _require_partner(master: Master, number: int, hints: _HintsCell) -> None:
    """Each cell of hints is followed by, or follows, the same function's in the other language.

    Prose is known to have a partner; where that is no cell of hints, it would get into the exercises.
    """
    cell = master.cells[number]
    other = master.cells[number + (1 if cell.language == LANGUAGES[0] else -1)]
    partner = _read_cell(master.path, other) if HINTS in other.tags else None
    if partner is None or partner.function != hints.function:
        raise hints.error(
            0,
            f"these hints for `{hints.function}` have no partner in the other language",
            expected=write_hints(hints.function, other.language or ""),
            got=f"hints for `{partner.function}`" if partner else other.mark,
            next_step="write the hints in both languages, one cell directly below the other",
        )


def _join(lines: Sequence[str]) -> str:
    return NO_SPACE.sub(lambda found: found[0].replace("\n", ""), "\n".join(lines)).replace("\n", " ")
