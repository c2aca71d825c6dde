"""A TOML file read key by key, so that what is wrong is told with its line. Trusted side."""

from __future__ import annotations

import bisect
import datetime
import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

Key = str | int
Value = TypeVar("Value")
PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
LENGTH = re.compile(r"(\d+)\s*(d|h|m|s)", re.IGNORECASE)
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
# More than a course lasts; beyond it dates cannot be counted with.
LONGEST_DAYS = 3_650
MAX_BYTES = 4 * 2**20


class Table:
    """A table of a TOML file. `keys`: the way to it from the top of the file."""

    def __init__(self, document: Document, values: dict[str, Any], keys: tuple[Key, ...] = ()) -> None:
        self._document, self._values, self._keys = document, values, keys

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def names(self) -> list[str]:
        return list(self._values)

    def only(self, *known: str) -> None:
        """Refuse keys that mean nothing here."""
        for name in self._values:
            if name not in known:
                raise self.unknown(name, known)

    def unknown(self, name: str, known: Sequence[str]) -> InputError:
        """Return the refusal of a key that is none of these, with the one that may be meant."""
        near = difflib.get_close_matches(name, known, 1)
        return self.fault(
            name,
            say("There is no setting `{name}` here.", name=name),
            say("one of: {names}", names=", ".join(known)),
            verbatim(name),
            say("Did you mean `{name}`?", name=near[0]) if near else None,
        )

    def text(self, name: str, default: str = "") -> str:
        return self._typed(name, str, default, say("a text in quotation marks"))

    def number(self, name: str, default: float = 0.0, most: float | None = None) -> float:
        """Return a number that is not negative, nor larger than `most`."""
        expected = say("a number from 0 to {most}", most=most) if most is not None else say("a number from 0 on")
        value = self._values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, expected)
        if not 0 <= value <= (most if most is not None else 1e9):
            raise self._wrong(name, expected)
        return float(value)

    def flag(self, name: str, default: bool = False) -> bool:
        return self._typed(name, bool, default, say("true or false"))

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        value = self._values.get(name, default)
        if value not in known:
            raise self._wrong(name, say("one of: {names}", names=", ".join(f'"{word}"' for word in known)))
        return str(value)

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list; none where it is not there."""
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(name, say("a list of texts, such as {example}", example='["ch1", "ch2"]'))
        return list(value)

    def length(self, name: str) -> datetime.timedelta | None:
        """Return a length of time, such as "2h" or "1d 12h"; None where it is not there."""
        if name not in self._values:
            return None
        value = self._values[name]
        seconds = _seconds(value) if isinstance(value, str) else None
        if seconds is None:
            raise self._wrong(name, say('a length of time, such as "30m", "2h", "3d" or "1d 12h"'))
        return datetime.timedelta(seconds=seconds)

    def moment(self, name: str, zone: datetime.tzinfo | None) -> datetime.datetime | None:
        """Return a moment in UTC; None where it is not there. `zone`: of those that name none.

        A date alone means the end of that day.
        """
        if name not in self._values:
            return None
        value = self._values[name]
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            value = datetime.datetime.combine(value, datetime.time()) + datetime.timedelta(days=1)
        if not isinstance(value, datetime.datetime):
            raise self._wrong(name, say("a date and time without quotation marks, such as 2026-10-12T23:59:00"))
        if value.tzinfo is None and zone is None:
            raise self.fault(
                name,
                say("`{name}` does not say in which time zone it is.", name=name),
                say("a time zone for the whole file, or an offset at the date, such as 2026-10-12T23:59:00+02:00"),
                verbatim(str(value)),
                say('Write at the top of the file, for example, timezone = "Europe/Berlin".'),
            )
        try:
            return (value.replace(tzinfo=zone) if value.tzinfo is None else value).astimezone(datetime.UTC)
        except (OverflowError, ValueError):
            raise self._wrong(name, say("a date of these times")) from None

    def table(self, name: str) -> Table:
        """Return the table of this name; an empty one where it is not there."""
        return Table(self._document, self._typed(name, dict, {}, say("a table: [{name}]", name=name)), self._way(name))

    def tables(self, name: str) -> list[Table]:
        """Return the tables of a list; none where it is not there."""
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(name, say("tables in a list: [[{name}]]", name=name))
        return [Table(self._document, item, (*self._way(name), number)) for number, item in enumerate(value)]

    def fault(
        self, name: str, problem: Message, expected: Message, got: Message, next_step: Message | None = None
    ) -> InputError:
        """Return the refusal of what stands at this key, or of the table that lacks it."""
        keys = self._way(name) if name in self._values else self._keys
        return self._document.fault(self._document.line_of(keys), problem, expected, got, next_step)

    def _way(self, name: str) -> tuple[Key, ...]:
        return (*self._keys, name)

    def _typed(self, name: str, kind: type[Value], default: Value, expected: Message) -> Value:
        value = self._values.get(name, default)
        if not isinstance(value, kind):
            raise self._wrong(name, expected)
        return value

    def _wrong(self, name: str, expected: Message) -> InputError:
        value = self._values[name]
        shown = (
            f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        )
        return self.fault(name, say("`{name}` cannot be this.", name=name), expected, verbatim(shown[:200]))


class Document:
    """A TOML file. `shown`: its name as the teacher knows it."""

    def __init__(self, text: str, shown: str) -> None:
        self._shown = shown
        self._lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        try:
            self.top = Table(self, tomllib.loads("\n".join(self._lines)))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = PLACE.search(str(error))
            line = int(place[1]) if place else len(self._lines)
            # A text that never ends is noticed behind its line.
            while line > 1 and not self._lines[line - 1].strip():
                line -= 1
            said = PLACE.sub("", str(error))
            raise self.fault(
                line, say("This is not TOML."), say("`name = value` in each line, and texts in quotation marks"),
                say("{said}: {line}", said=said, line=self._lines[line - 1].strip()[:120]),
            ) from None  # fmt: skip

    def line_of(self, keys: Sequence[Key]) -> int:
        """Return the line in which a key stands, counted from 1.

        The parser tells no lines. So the file's beginnings are read: a key stands behind the longest without it.
        """
        ends = range(len(self._lines) + 1)
        first = bisect.bisect_left(ends, True, key=lambda end: _has(self._beginning(end)[0], keys))
        _, line = self._beginning(first - 1)
        while line + 1 < first and not self._lines[line].split("#")[0].strip():
            line += 1
        return min(line + 1, len(self._lines))

    def _beginning(self, end: int) -> tuple[dict[str, Any], int]:
        """Return what the first `end` lines hold, less those of a value that goes on behind them, and their number."""
        for count in range(end, 0, -1):
            try:
                return tomllib.loads("\n".join(self._lines[:count])), count
            except tomllib.TOMLDecodeError:
                continue
        return {}, 0

    def fault(
        self, line: int, problem: Message, expected: Message, got: Message, next_step: Message | None = None
    ) -> InputError:
        """Return the refusal of what stands in this line."""
        place = say("{file}, line {line}", file=self._shown, line=line)
        return InputError(
            Feedback(
                problem=say("{place}: {problem}", place=place, problem=problem),
                expected=expected,
                got=got,
                next_step=next_step
                or say("Change this line. `grader settings --new` shows a file with every setting and its meaning."),
            )
        )


def read_document(path: Path) -> Document:
    """Read a TOML file.

    Raises:
        InputError: it cannot be read, or is no TOML.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, say("more than {limit} MiB", limit=MAX_BYTES // 2**20))
        return Document(path.read_bytes().decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        # Windows' editors and PowerShell's `>` write UTF-16.
        raise _unreadable(path, say("bytes that are not UTF-8")) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, verbatim(_said(error))) from error


def _unreadable(path: Path, got: Message) -> InputError:
    return InputError(
        Feedback(
            problem=say("The settings in {path} cannot be read.", path=str(path)),
            expected=say("a text file in TOML, saved as UTF-8"),
            got=got,
            next_step=say("Check the path after `--settings`; `grader settings --new FILE` writes a first one."),
        )
    )


def _said(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _has(values: Any, keys: Sequence[Key]) -> bool:
    for key in keys:
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _seconds(text: str) -> int | None:
    parts = LENGTH.findall(text)
    if not parts or LENGTH.sub("", text).strip():
        return None
    # Of numbers with thousands of digits Python will not even speak.
    if any(len(number) > 9 for number, _ in parts):
        return None
    seconds = sum(int(number) * SECONDS[unit.lower()] for number, unit in parts)
    return seconds if seconds <= LONGEST_DAYS * SECONDS["d"] else None
