"""The command `grader doctor`. Trusted side."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.doctor.arena import Arena, Outcome
from grader.doctor.corpus import CORPUS, Case, Corpus, read_corpus
from grader.doctor.findings import Finding, State
from grader.doctor.machine import look_at_machine, train_tiny_model
from grader.doctor.sandboxes import look_at_sandbox
from grader.doctor.table import put_table, render_table
from grader.messages import LANGUAGES, Message, choose_language, render, say
from grader.report.words import make_visible
from grader.sandbox.confine import strongest_level

SYMBOLS = {State.GOOD: ("✓", "green"), State.NOTE: ("–", "yellow"), State.BAD: ("✗", "red")}
WIDTH = 100


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor")(doctor_command)


def doctor_command(
    quick: Annotated[bool, typer.Option("--quick", help="Leave the attacks out.")] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="The language to speak: en or zh.")] = None,
    write_table: Annotated[
        Path | None,
        typer.Option("--write-table", metavar="FILE", help="Only write the table of attacks into FILE."),
    ] = None,
) -> None:
    """Look at this machine: libraries, sandbox, fonts, data, room; then try every known attack on the sandbox."""
    if lang not in (None, *LANGUAGES):
        raise typer.BadParameter(f"'{lang}' is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    if write_table is not None:
        _write_table(write_table)
        return
    printer = _Printer(choose_language(lang))
    good = printer.findings(say("This machine"), look_at_machine())
    good &= printer.findings(say("The sandbox"), (*look_at_sandbox(), train_tiny_model()))
    if not quick:
        good &= _try_attacks(printer)
    printer.closing(good)
    if not good:
        raise typer.Exit(1)


def _write_table(path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        path.write_text(put_table(text, render_table(read_corpus())), encoding="utf-8")
    except (OSError, ValueError) as error:
        typer.echo(f"{path}: {error}", err=True)
        raise typer.Exit(1) from None


def _try_attacks(printer: _Printer) -> bool:
    """Run the corpus at this machine's level; return whether it went as it should."""
    corpus = read_corpus()
    printer.title(say("Attacks"))
    if not corpus.cases:
        printer.line(say("The attacks are not here: they come with the project's folder, at {path}.", path=str(CORPUS)))
        return True
    if sys.platform != "linux":
        printer.line(say("On this system the sandbox promises no protection, so the attacks are not tried."))
        return True
    return printer.outcomes(corpus, _run(corpus))


def _run(corpus: Corpus) -> Iterator[Outcome]:
    with Arena(corpus, strongest_level()) as arena:
        yield from map(arena.run, corpus.cases)


class _Printer:
    def __init__(self, language: str) -> None:
        self._language = language
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
        self._width = min(self._console.width, WIDTH)

    def title(self, words: Message) -> None:
        self._console.print(Text(f"\n{self._say(words)}", "bold"))

    def line(self, words: Message, style: str = "", indent: int = 2) -> None:
        self._console.print(Padding(Text(make_visible(self._say(words)), style), (0, 0, 0, indent)), width=self._width)

    def findings(self, title: Message, findings: Iterable[Finding]) -> bool:
        """Print findings as they are found; return whether none is bad."""
        self.title(title)
        good = True
        for finding in findings:
            symbol, style = SYMBOLS[finding.state]
            row = Table.grid(padding=(0, 1))
            row.add_column(width=2, justify="right")
            row.add_column(width=26)
            row.add_column(overflow="fold")
            words = Text(make_visible(self._say(finding.words)))
            if finding.advice is not None:
                words.append(f"\n{make_visible(self._say(finding.advice))}", "bold")
            row.add_row(Text(symbol, style), Text(make_visible(self._say(finding.about))), words)
            self._console.print(row, width=self._width)
            good &= finding.state is not State.BAD
        return good

    def outcomes(self, corpus: Corpus, outcomes: Iterator[Outcome]) -> bool:
        """Print one line for each attack; return whether each went as the table of attacks says."""
        good, held = True, 0
        for outcome in outcomes:
            expected = outcome.level.value not in outcome.case.gets_through
            state = State.GOOD if outcome.held else State.NOTE if not expected else State.BAD
            good &= state is not State.BAD
            held += outcome.held
            self._outcome(outcome, state)
        self.line(say("{held} of {count} held back.", held=held, count=len(corpus.cases)), "bold")
        return good

    def _outcome(self, outcome: Outcome, state: State) -> None:
        symbol, style = SYMBOLS[state]
        row = Text(f" {symbol} ", style)
        row.append(f"{outcome.case.attack:<4}", "dim").append(self._title_of(outcome.case))
        self._console.print(row, width=self._width)
        for breach in outcome.breaches:
            self.line(breach, style, indent=8)

    def _title_of(self, case: Case) -> str:
        return case.title if self._language == LANGUAGES[0] else case.title_zh

    def closing(self, good: bool) -> None:
        """Say in a sentence how things stand."""
        words = say("All is well: run `pytest grader`.") if good else say("Something is missing: see the lines with ✗.")
        self._console.print(Text(f"\n{self._say(words)}", "bold green" if good else "bold red"))

    def _say(self, words: Message) -> str:
        return render(words, self._language)
