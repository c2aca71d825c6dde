"""A notebook as text: where in it the characters of each code cell stand, so that some can be replaced and no other
byte changes. Trusted side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import msgspec

from grader.learner.places import LINE, Part
from grader.submission.cells import is_python

SPACE = re.compile(r"[ \t\n\r]*")
# A character inside a JSON string: half a surrogate pair never stands alone where a whole one can be read.
CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\"\\]", re.DOTALL
)
DECODER = json.JSONDecoder(strict=False)


class Value(msgspec.Struct, frozen=True):
    """A value in JSON text: where it begins and ends."""

    start: int
    end: int


class CellText(msgspec.Struct, frozen=True):
    """A code cell. `places`: where in the notebook's text each of its characters stands, and after the last one its
    end; `joint`: what stands between two lines, closing one string and opening the next."""

    part: Part
    places: tuple[int, ...]
    joint: str


def code_cells(name: str, text: str) -> list[CellText]:
    """Return the code cells of a notebook that can be read, under the names that the grader gives them."""
    found = []
    root = _members(text, _value(text, 0).start)
    for number, cell in enumerate(_items(text, root["cells"].start), start=1):
        if text[cell.start] != "{":
            continue
        members = _members(text, cell.start)
        kind, source = members.get("cell_type"), members.get("source")
        if kind is None or source is None or DECODER.decode(text[kind.start : kind.end]) != "code":
            continue
        strings = [source] if text[source.start] == '"' else []
        if text[source.start] == "[":
            strings = [item for item in _items(text, source.start) if text[item.start] == '"']
        cell_text = _cell_text(f"{name}, cell {number}", text, strings)
        if is_python(cell_text.part.text):
            found.append(cell_text)
    return found


def replace_in_cell(text: str, cell: CellText, start: int, end: int, new: str) -> str:
    """Return the notebook's text with characters `start` to `end` of a cell replaced by `new`."""
    ascii_only = text.isascii()
    lines = [line for line in LINE.findall(new) if line]
    written = cell.joint.join(json.dumps(line, ensure_ascii=ascii_only)[1:-1] for line in lines)
    first = cell.places[start]
    # The end of the last character that goes, not the beginning of the next one: a joint may lie between them.
    last = first if end == start else _after_character(text, cell.places[end - 1])
    return text[:first] + written + text[last:]


def _after_character(text: str, place: int) -> int:
    match = CHARACTER.match(text, place)
    assert match is not None, "a character stood there when the cell was read"
    return match.end()


def _cell_text(name: str, text: str, strings: Sequence[Value]) -> CellText:
    characters: list[str] = []
    places: list[int] = []
    end = 0
    for value in strings:
        position, end = value.start + 1, value.end - 1
        while position < end:
            match = CHARACTER.match(text, position)
            assert match is not None, "JSON that has been read once"
            characters.append(DECODER.decode(f'"{match[0]}"'))
            places.append(position)
            position = match.end()
    # A single string may have line ends in it, even where it is the only one of a list.
    joint = text[strings[0].end - 1 : strings[1].start + 1] if len(strings) > 1 else ""
    return CellText(Part(name, 0, 1, "".join(characters)), (*places, end), joint)


# ---------------------------------------------------------------- JSON


def _value(text: str, position: int) -> Value:
    """Return the next value from `position` on."""
    match = SPACE.match(text, position)
    start = match.end() if match else position
    _, end = DECODER.raw_decode(text, start)
    return Value(start, end)


def _members(text: str, start: int) -> dict[str, Value]:
    """Return the members of the object that begins at `start`. Of two with one name the last counts, as in Python."""
    found: dict[str, Value] = {}
    position = start + 1
    while text[position := _skip(text, position, ",")] != "}":
        key = _value(text, position)
        colon = _skip(text, key.end, ":")
        value = _value(text, colon)
        found[DECODER.decode(text[key.start : key.end])] = value
        position = value.end
    return found


def _items(text: str, start: int) -> Iterator[Value]:
    """Yield the items of the array that begins at `start`."""
    position = start + 1
    while text[position := _skip(text, position, ",")] != "]":
        value = _value(text, position)
        yield value
        position = value.end


def _skip(text: str, position: int, mark: str) -> int:
    """Return where the next thing begins, behind white space and one `mark`."""
    match = re.compile(rf"[ \t\n\r]*(?:{mark}[ \t\n\r]*)?").match(text, position)
    return match.end() if match else position
