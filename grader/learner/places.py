"""Where a function stands in a learner's text, to the character. Trusted side: nothing is executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

import msgspec

from grader.submission.cells import CELL_MARK, without_magics
from grader.submission.source import FUNCTION_NAME

# Python's lines end in these three ways; `str.splitlines` knows more.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
DECORATOR = re.compile(r"@")
COMMENT = re.compile(r"[ \t]*(?:#.*)?")
SET_IN_COMMENT = re.compile(r"[ \t]+#")
# What belongs to a statement that began above: it is set in, or closes a bracket.
GOES_ON = re.compile(r"[ \t)\]}]|$")


class Part(msgspec.Struct, frozen=True):
    """A piece of the learner's text that Python reads by itself: a cell. `start`: where in the whole text it begins;
    `first_line` counts from 1; `name`: what it is called in messages."""

    name: str
    start: int
    first_line: int
    text: str


class Place(msgspec.Struct, frozen=True):
    """Where a function stands: characters `start` to `end` of the whole text, and its first line in its part.

    `guessed`: Python cannot read the part as it is, so the end was found by how the lines are set in.
    """

    part: Part
    start: int
    end: int
    line: int
    guessed: bool = False


class SyntaxErrorAt(msgspec.Struct, frozen=True):
    """What Python says of a text that it cannot read, and the line."""

    line: int
    reason: str


def parts_of_script(name: str, text: str) -> Iterator[Part]:
    """Yield the cells of a script, as the grader divides it."""
    start = first = 0
    position = 0
    for number, line in enumerate(_lines(text)):
        if CELL_MARK.match(line) and number > first:
            yield Part(name, start, first + 1, text[start:position])
            start, first = position, number
        position += len(line)
    yield Part(name, start, first + 1, text[start:])


def find_function(part: Part, function: str) -> list[Place]:
    """Return the places in a part where `function` is defined at the left margin."""
    tree = _parse(part.text)
    if isinstance(tree, SyntaxErrorAt):
        return list(_by_lines(part, function))
    lines = _lines(part.text)
    starts = _starts(lines)
    found = []
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == function:
            first = min([statement.lineno, *(decorator.lineno for decorator in statement.decorator_list)])
            last = statement.end_lineno or first
            end = starts[last - 1] + _column(lines[last - 1], statement.end_col_offset or 0)
            end = _with_comments(lines, starts, last - 1, end)
            found.append(Place(part, part.start + starts[first - 1], part.start + end, part.first_line + first - 1))
    return found


def _with_comments(lines: list[str], starts: list[int], last: int, end: int) -> int:
    """Return the end of a function with the comment on its `last` line, and those set in below: they are its own."""
    bare = lines[last].rstrip("\r\n")
    if not COMMENT.fullmatch(bare, end - starts[last]):
        return end
    end = starts[last] + len(bare)
    for number, line in enumerate(lines[last + 1 :], start=last + 1):
        bare = line.rstrip("\r\n")
        if SET_IN_COMMENT.match(bare):
            end = starts[number] + len(bare)
        elif bare.strip():
            break
    return end


def _column(line: str, offset: int) -> int:
    """Return where in a line a statement ends. The grammar counts bytes, of a line as it stands without magics."""
    if (bare := line.rstrip("\r\n")) not in without_magics(bare):
        return len(bare)
    return len(_whole_characters(line).encode()[:offset].decode("utf-8", "ignore"))


def broken_around(place: Place, new: str) -> SyntaxErrorAt | None:
    """Return what is still broken in the part when `new` stands in the place of the function; None, when nothing is.

    The line is that of the part as it is now.
    """
    text, begin, end = place.part.text, place.start - place.part.start, place.end - place.part.start
    tree = _parse(text[:begin] + new + text[end:])
    if not isinstance(tree, SyntaxErrorAt):
        return None
    line = tree.line + place.part.first_line - 1
    if line >= place.line + len(_lines(new)):
        line += len(_lines(text[begin:end])) - len(_lines(new))
    return SyntaxErrorAt(line, tree.reason)


def _by_lines(part: Part, function: str) -> Iterator[Place]:
    """Yield the places in a part that Python cannot read: from `def`, or what decorates it, to the last line set in."""
    lines = _lines(part.text)
    starts = _starts(lines)
    for number, line in enumerate(lines):
        match = FUNCTION_NAME.match(line)
        if match is None or match[1] != function:
            continue
        first, last = number, number + 1
        while first > 0 and DECORATOR.match(lines[first - 1]):
            first -= 1
        while last < len(lines) and GOES_ON.match(lines[last]):
            last += 1
        while not lines[last - 1].strip():
            last -= 1
        end = starts[last - 1] + len(lines[last - 1].rstrip("\r\n"))
        yield Place(part, part.start + starts[first], part.start + end, part.first_line + first, guessed=True)


def _parse(text: str) -> ast.Module | SyntaxErrorAt:
    plain = without_magics(_whole_characters("".join(line.rstrip("\r\n") + "\n" for line in _lines(text))))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(plain)
    except SyntaxError as error:
        return SyntaxErrorAt(error.lineno or 1, error.msg or "invalid syntax")
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxErrorAt(1, str(error) or "nested too deeply")


def _whole_characters(text: str) -> str:
    """Return a text of the same length without halves of characters, which JSON can hold and Python cannot read."""
    return text.encode("utf-8", "replace").decode()


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, whichever they are."""
    return [line for line in LINE.findall(text) if line] or [""]


def _starts(lines: list[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts
