"""Mutants that a person looked at and found to be as right as the original, with the reason. Trusted side.

One file a chapter, `solutions/equivalents/<chapter>.toml`:

    [[equivalent]]
    function = "plot_history"
    changes = ['marker="o" -> marker=""']
    reason = "How a point is drawn is left to the learner."

A change is written as the survivor's line says it after the line number; numbers of lines do not matter.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.errors import CourseError

FOLDER = "equivalents"
EXAMPLE = "`[[equivalent]]` with `function`, `changes` (a list of texts) and `reason`"
KEYS = {"function", "changes", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """One change that makes no difference. `line`: where it stands in the chapter's file, counted from 1."""

    path: Path
    line: int
    function: str
    change: str
    reason: str

    @property
    def key(self) -> tuple[str, str]:
        return self.function, self.change

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.function}: {self.change}"


def equivalents_file(master: Path) -> Path:
    """Return where the equivalent mutants of a chapter are listed."""
    return master.parent / FOLDER / f"{master.stem}.toml"


def read_equivalents(path: Path) -> tuple[Equivalent, ...]:
    """Return what is listed in `path`; nothing where there is no such file.

    Raises:
        CourseError: it cannot be read, or an entry is incomplete or repeated; names file and line.
    """
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
        entries = tomllib.loads(text).get("equivalent", [])
    except (OSError, ValueError) as error:
        raise _error(path, 1, "the list of equivalent mutants cannot be read", str(error)) from None
    found: dict[tuple[str, str], Equivalent] = {}
    for number, entry in enumerate(entries):
        for equivalent in _read_entry(path, text, number, entry):
            if equivalent.key in found:
                raise _error(path, equivalent.line, "a change is listed twice", equivalent.change)
            found[equivalent.key] = equivalent
    return tuple(found.values())


def _read_entry(path: Path, text: str, number: int, entry: Any) -> list[Equivalent]:
    heads = [place for place, line in enumerate(text.split("\n"), start=1) if line.strip() == "[[equivalent]]"]
    head = heads[number] if number < len(heads) else 1
    function, changes, reason = (entry.get(key) for key in ("function", "changes", "reason"))
    words = [function, reason, *changes] if isinstance(changes, list) else [None]
    if entry.keys() != KEYS or not changes or not all(isinstance(word, str) and word.strip() for word in words):
        raise _error(path, head, "an entry is incomplete", f"the keys {', '.join(entry)}")
    return [Equivalent(path, _line_of(text, change, head), function, change, reason) for change in changes]


def _line_of(text: str, change: str, head: int) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines[head:], start=head + 1) if change in line), head)


def _error(path: Path, line: int, problem: str, got: str) -> CourseError:
    return CourseError(
        f"{path}:{line}: {problem}",
        expected=EXAMPLE,
        got=got,
        next_step="correct the entry; texts with double quotes in them stand in single ones",
    )
