"""Finds the solution marks of a master and puts stubs in the place of what they enclose. Trusted side."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.errors import MasterError
from grader.course.master import Cell, code_comments
from grader.messages import render, say

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
LOOKS_LIKE_A_MARK = re.compile(r"#[#\s]*(begin|end)[\s_-]*solution[\s#:.!]*$", re.IGNORECASE)
PLACE_FOR_CODE = say("YOUR CODE HERE")


@dataclass(frozen=True)
class Block:
    """A marked solution: indices of its two marks in the cell's body, and the function it belongs to."""

    function: str
    begin: int
    end: int
    indent: str


def find_blocks(path: Path, cell: Cell) -> tuple[Block, ...]:
    """Return the marked solutions of a cell, top to bottom.

    Raises:
        MasterError: A mark is mistyped, nested, unclosed, stray, empty, outside a function, or cuts a statement.
    """
    place = _Place(path, cell)
    if cell.kind != "code":
        for number, line in enumerate(cell.body):
            if LOOKS_LIKE_A_MARK.match(line.strip()):
                raise place.error(number, "a solution mark stands outside a function", **_INSIDE_A_FUNCTION)
        return ()
    marks = list(_find_marks(place))
    if not marks:
        return ()
    tree = ast.parse("\n".join(cell.body))
    return tuple(_check_block(place, tree, begin, end) for begin, end in _pair_marks(place, marks))


def put_stubs(
    body: Sequence[str], blocks: Iterable[Block], language: str, given: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the lines of a cell with each marked solution replaced: by the lines `given` for its function, if any.

    The others get a comment and a `raise NotImplementedError`.
    """
    stubbed = list(body)
    for block in sorted(blocks, key=lambda block: block.begin, reverse=True):
        stub = (
            f"{block.indent}# {render(PLACE_FOR_CODE, language)}",
            f'{block.indent}raise NotImplementedError("{block.function}")',
        )
        stubbed[block.begin : block.end + 1] = given.get(block.function, stub)
    return stubbed


_INSIDE_A_FUNCTION = {
    "expected": f"`{BEGIN}` and `{END}` inside one function, below its docstring",
    "next_step": "move the marks into the function whose solution they enclose",
}


@dataclass(frozen=True)
class _Place:
    """A cell in its file, to say where something is wrong."""

    path: Path
    cell: Cell

    def line(self, index: int) -> int:
        return self.cell.first_line + 1 + index

    def error(self, index: int, problem: str, *, expected: str, next_step: str, got: str | None = None) -> MasterError:
        shown = got or self.cell.body[index].strip()
        return MasterError(self.path, self.line(index), problem, expected=expected, got=shown, next_step=next_step)


def _find_marks(place: _Place) -> Iterator[tuple[int, str]]:
    """Yield index and text of each mark; a mark that is nearly right would leak the solution, so it is an error."""
    for comment in code_comments(place.cell.body):
        index = comment.start[0] - 1
        if not LOOKS_LIKE_A_MARK.match(comment.string):
            continue
        if place.cell.body[index].strip() not in (BEGIN, END):
            raise place.error(
                index,
                "the solution mark is mistyped",
                expected=f"`{BEGIN}` or `{END}`, alone on its line",
                next_step="write the mark exactly like that",
            )
        yield index, comment.string


def _pair_marks(place: _Place, marks: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    opened: int | None = None
    for index, text in marks:
        if text == BEGIN:
            if opened is not None:
                raise place.error(
                    index,
                    "a solution begins inside another one",
                    expected=f"`{END}` before the next `{BEGIN}`",
                    got=f"`{BEGIN}` on line {place.line(opened)} is still open",
                    next_step="close the first solution, or remove one of the two marks",
                )
            opened = index
        elif opened is None:
            raise place.error(
                index,
                "a solution ends that never began",
                expected=f"a `{BEGIN}` above every `{END}`, in the same cell",
                next_step=f"add `{BEGIN}` above the solution, or remove this mark",
            )
        else:
            yield opened, index
            opened = None
    if opened is not None:
        raise place.error(
            opened,
            "a solution begins and never ends",
            expected=f"an `{END}` below every `{BEGIN}`, in the same cell",
            next_step=f"add `{END}` below the solution",
        )


def _check_block(place: _Place, tree: ast.Module, begin: int, end: int) -> Block:
    """Return the block between two marks, after making sure that a stub can take its place."""
    body = place.cell.body
    indent = _indent(body[begin])
    if _indent(body[end]) != indent:
        raise place.error(
            end,
            "the two marks of a solution are not indented alike",
            expected=f"`{END}` under `{BEGIN}` (line {place.line(begin)}), {len(indent)} spaces in",
            got=f"{len(_indent(body[end]))} spaces",
            next_step="indent both marks like the code between them",
        )
    inside = [node for node in _statements(tree) if begin < node.lineno - 1 < end]
    if not inside:
        raise place.error(
            begin,
            "the solution is empty",
            expected=f"code between `{BEGIN}` and `{END}`",
            got="no code between them",
            next_step="write the reference solution, or remove both marks",
        )
    function = _outermost_function(tree, begin + 1, inside)
    if function is None:
        raise place.error(begin, "a solution mark stands outside a function", **_INSIDE_A_FUNCTION)
    if not _are_whole_siblings(tree, inside, len(indent), begin, end):
        raise place.error(
            begin,
            "the marks cut through the code",
            expected="whole statements between the marks, indented like the marks",
            got=f"lines {place.line(begin)} to {place.line(end)} of `{function}`",
            next_step="move the marks so that they enclose whole statements of one level",
        )
    return Block(function, begin, end, indent)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _statements(tree: ast.Module) -> list[ast.stmt]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _outermost_function(tree: ast.Module, begin_line: int, inside: Sequence[ast.stmt]) -> str | None:
    """Return the name of the outermost function that is open at the mark and holds every statement of the block."""
    last = max(node.end_lineno or node.lineno for node in inside)
    for node in _statements(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.lineno < begin_line and last <= (node.end_lineno or 0):
            return node.name
    return None


def _decorator_lines(node: ast.stmt) -> list[int]:
    """Return the indices of the lines on which a definition's decorators stand; they come before its own line."""
    return [decorator.lineno - 1 for decorator in getattr(node, "decorator_list", [])]


def _are_whole_siblings(tree: ast.Module, inside: Sequence[ast.stmt], column: int, begin: int, end: int) -> bool:
    """Tell whether the block is a run of statements of one suite, none of them reaching over a mark."""
    level = [node for node in inside if node.col_offset <= column]
    starts_inside = all(decorator in range(begin + 1, end) for node in inside for decorator in _decorator_lines(node))
    ends_inside = all((node.end_lineno or node.lineno) - 1 < end for node in inside)
    if not starts_inside or not ends_inside or inside[0].col_offset != column:
        return False
    suites = [value for node in ast.walk(tree) for _, value in ast.iter_fields(node) if isinstance(value, list)]
    return any(all(node in suite for node in level) for suite in suites if inside[0] in suite)
