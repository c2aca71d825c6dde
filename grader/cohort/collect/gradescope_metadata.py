"""What Gradescope says of each submission of an export, in YAML with Ruby's names. Trusted side.

The file is read event by event and nothing is built of it but what is asked for: most of it is the results of an
autograder, which a learner's program may have written. So no tag is followed, and no alias is multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from grader.cohort.collect.hands import read_small
from grader.errors import InputError
from grader.messages import Message, say
from grader.results import Feedback

NAME = "submission_metadata.yml"
MAX_BYTES = 256 * 2**20
MAX_TEXT = 500
SUBMITTER_KEYS = (":name", ":email", ":sid")


class Submitter(msgspec.Struct, frozen=True):
    """A learner as Gradescope has them. `sid`: the school's id."""

    name: str = ""
    email: str = ""
    sid: str = ""


class About(msgspec.Struct):
    """What stands of one submission. `earlier`: how many came before it."""

    submitters: list[Submitter] = []
    created_at: str = ""
    earlier: int = 0


def read_metadata(path: Path, named: str) -> dict[str, About]:
    """Return the folder's name -> what is said of it.

    Raises:
        InputError: it cannot be read, or is no such file.
    """
    raw = read_small(path, MAX_BYTES)
    if raw is None:
        _refuse(named, say("nothing that can be read, or more than {limit} MiB", limit=MAX_BYTES // 2**20))
    return _Reader(raw, named).read()


def _refuse(named: str, got: Message) -> NoReturn:
    raise InputError(
        Feedback(
            problem=say("{path} cannot be used.", path=named),
            expected=say("the file that Gradescope puts beside the submissions of an export"),
            got=got,
            next_step=say("Export the submissions again, and leave this file as it comes."),
        )
    )


class _Reader:
    """The file on its way. Each `_read` method takes the events of one value."""

    def __init__(self, raw: bytes, named: str) -> None:
        # With the extra `class` alone; the commands for a class ask for it when they begin.
        import yaml

        self._yaml, self._named = yaml, named
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Any] = iter(yaml.parse(raw, Loader=loader))
        self._event: Any = None
        # An event that was looked at, and is to be read again.
        self._back: Any = None

    def read(self) -> dict[str, About]:
        abouts: dict[str, About] = {}
        try:
            for expected in (self._yaml.StreamStartEvent, self._yaml.DocumentStartEvent, self._yaml.MappingStartEvent):
                if not isinstance(self._next(), expected):
                    self._refuse(say("something else than a list of submissions"))
            self._read_mapping(lambda key: abouts.setdefault(key, self._read_about()))
        except self._yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark is not None else self._line
            self._refuse(say("no YAML at line {line}", line=line))
        except (ValueError, RecursionError):
            self._refuse(say("no YAML at line {line}", line=self._line))
        return abouts

    @property
    def _line(self) -> int:
        return self._event.end_mark.line + 1 if self._event is not None else 1

    def _refuse(self, got: Message) -> NoReturn:
        _refuse(self._named, got)

    def _next(self) -> Any:
        # The parser closes what is open, or raises: there always is a next one.
        self._event, self._back = self._back or next(self._events), None
        return self._event

    def _read_mapping(self, take: Callable[[str], object]) -> None:
        """Read what is left of a mapping whose start was read. `take`: reads the value of a key."""
        while not isinstance(event := self._next(), self._yaml.MappingEndEvent):
            if not isinstance(event, self._yaml.ScalarEvent):
                self._refuse(say("a name that is no text, in line {line}", line=self._line))
            take(event.value)

    def _read_about(self) -> About:
        about = About()

        def take(key: str) -> None:
            if key == ":submitters":
                self._read_list(lambda: about.submitters.append(self._read_submitter()))
            elif key == ":created_at":
                about.created_at = self._read_text()
            elif key == ":history":
                about.earlier = self._read_list(self._skip)
            else:
                self._skip()

        self._expect(self._yaml.MappingStartEvent)
        self._read_mapping(take)
        return about

    def _read_submitter(self) -> Submitter:
        parts = dict.fromkeys(SUBMITTER_KEYS, "")

        def take(key: str) -> None:
            if key in parts:
                parts[key] = self._read_text()
            else:
                self._skip()

        self._expect(self._yaml.MappingStartEvent)
        self._read_mapping(take)
        return Submitter(*parts.values())

    def _expect(self, kind: type) -> None:
        if not isinstance(self._next(), kind):
            self._refuse(say("something that does not belong there, in line {line}", line=self._line))

    def _read_list(self, take: Callable[[], object]) -> int:
        """Read a list and return how long it is. Nothing, which Ruby writes for an empty one, is none."""
        event = self._next()
        if isinstance(event, self._yaml.ScalarEvent):
            return 0
        if not isinstance(event, self._yaml.SequenceStartEvent):
            self._refuse(say("something that does not belong there, in line {line}", line=self._line))
        count = 0
        while not isinstance(event := self._next(), self._yaml.SequenceEndEvent):
            self._back = event
            take()
            count += 1
        return count

    def _read_text(self) -> str:
        event = self._next()
        if not isinstance(event, self._yaml.ScalarEvent):
            self._refuse(say("something that does not belong there, in line {line}", line=self._line))
        is_nothing = event.value in ("", "~", "null") and event.style is None
        return "" if is_nothing else event.value[:MAX_TEXT]

    def _skip(self) -> None:
        """Read over a value, whatever it holds."""
        depth = 0
        while True:
            event = self._next()
            if isinstance(event, self._yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, self._yaml.CollectionEndEvent):
                depth -= 1
            if depth == 0:
                return
