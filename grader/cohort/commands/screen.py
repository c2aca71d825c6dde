"""What the commands for a class write: lines, a bar with rate and time left, four parts. Trusted side."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.errors import four_parts
from grader.messages import Message, render, say
from grader.report.prose import Prose
from grader.report.words import PART_WORDS, make_visible
from grader.results import Feedback

MINUTE_S = 60.0


class ClassScreen:
    """A terminal, or a file that takes its place, spoken to in one language."""

    def __init__(self, language: str, stream: TextIO | None = None) -> None:
        stream = stream or sys.stdout
        self.language = language
        # A character that the terminal cannot show must not end the program.
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="replace")
        self._console = Console(file=stream, highlight=False, emoji=False, markup=False, legacy_windows=False)

    def spell(self, words: Message | str) -> str:
        """Return words as a terminal may show them: a name in them steers nothing."""
        return make_visible(render(words, self.language) if isinstance(words, Message) else words)

    def line(self, words: Message | str, style: str = "", indent: int = 0) -> None:
        """Write one line; line ends in it are spelt out."""
        text = self.spell(words).replace("\n", "\\n").replace("\t", "\\t")
        self._console.print(Padding(Prose(text, style), (0, 0, 0, indent), expand=False))

    def space(self) -> None:
        self._console.print()

    def four_parts(self, feedback: Feedback) -> None:
        """Write problem, expected, got and next step."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for part, message in four_parts(feedback):
            table.add_row(self.spell(PART_WORDS[part]), Prose(self.spell(message)))
        self._console.print(table)

    @contextlib.contextmanager
    def bar(self, words: Message, total: int) -> Iterator[Bar]:
        """Show how far it is, with the rate and the time left, below the lines that are written meanwhile."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(self.language),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console, speed_estimate_period=120.0) as progress:
            yield Bar(progress, self.spell(words), total)


class Bar:
    """What is shown of how far it is."""

    def __init__(self, progress: Progress, words: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(words, total=total)

    def step(self) -> None:
        self._progress.advance(self._task)

    def expect(self, total: int) -> None:
        """Let it be known that there are so many in all."""
        self._progress.update(self._task, total=total)


class _RateColumn(ProgressColumn):
    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        rate = say("{count} a minute", count=f"{task.speed * MINUTE_S:.3g}")
        return Text(render(rate, self._language), style="progress.data.speed")
