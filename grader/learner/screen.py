"""What a learner's commands write on the screen, readable on any terminal. Trusted side."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.errors import four_parts
from grader.messages import Message, render
from grader.report.prose import MAX_WIDTH, MIN_WIDTH, Prose
from grader.report.words import PART_WORDS, make_visible
from grader.results import Feedback

ASCII = str.maketrans(
    {"✓": "+", "✗": "x", "○": "o", "•": "~", "…": "-", "·": "-", "×": "x", "√": "sqrt", "–": "-", "“": '"', "”": '"'}
)


class Screen:
    """A terminal of any kind, spoken to in one language. Without a `stream` it is the standard output.

    `plain`: whether it shows no more than ASCII.
    """

    def __init__(self, language: str, stream: TextIO | None = None) -> None:
        stream = stream or sys.stdout
        self._language = language
        self.plain = speaks_ascii_only(stream, os.environ)
        # A character that the terminal cannot show must not end the program.
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="replace")
        self._console = Console(file=stream, highlight=False, emoji=False, markup=False, legacy_windows=False)
        self.width = max(MIN_WIDTH, min(self._console.width, MAX_WIDTH))

    def spell(self, words: Message | str) -> str:
        """Return words as this terminal can show them."""
        text = make_visible(render(words, self._language) if isinstance(words, Message) else words)
        return text.translate(ASCII) if self.plain else text

    def line(self, words: Message | str, style: str = "", indent: int = 0) -> None:
        """Write words, over as many lines as they need."""
        self._print(Padding(Prose(self.spell(words), style), (0, 0, 0, indent), expand=False))

    def space(self) -> None:
        self._console.print()

    def row(self, cells: Iterable[tuple[str, str]], widths: Iterable[int], last: tuple[Message | str, str]) -> None:
        """Write cells, each with its style, in columns of these widths; a negative one is set to the right.

        `last`: what takes the room that is left.
        """
        table = Table.grid(padding=(0, 1))
        for width in widths:
            table.add_column(width=abs(width), justify="right" if width < 0 else "left", overflow="fold")
        table.add_column(overflow="fold")
        words, style = last
        texts = [Text(self.spell(text), style) for text, style in cells]
        table.add_row(*texts, Prose(self.spell(words), style))
        self._print(table)

    def four_parts(self, feedback: Feedback) -> None:
        """Write problem, expected, got and next step, as `pytest grader` does, and below them text to be copied."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for part, message in four_parts(feedback):
            table.add_row(self.spell(PART_WORDS[part]), Prose(self.spell(message)))
        self._print(table)
        if feedback.output:
            self._console.print(f"\n{self.spell(feedback.output)}", soft_wrap=True)

    def _print(self, what: Table | Padding) -> None:
        self._console.print(what, width=self.width)


def speaks_ascii_only(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether a terminal shows no more than ASCII: its encoding has no `✓`, or its locale is C or POSIX.

    There Python writes UTF-8 all the same, since 3.7, and the terminal shows something else.
    """
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if locale in ("C", "POSIX"):
        return True
    try:
        "✓○…".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return True
    return False
