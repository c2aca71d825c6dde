"""The command `grader notebook-run`. Trusted side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader.errors import CheckFailed, grader_failed
from grader.messages import LANGUAGES, Message, choose_language, render, say, verbatim
from grader.notebook.whole import Ran, run_notebook
from grader.report.terminal import print_feedback
from grader.report.words import make_visible
from grader.results import Feedback
from grader.sandbox.confine import can_fork
from grader.sandbox.process import SandboxError
from grader.sandbox.worker import Limits
from grader.submission.cells import CellAsSaved, read_notebook
from grader.submission.engines import SandboxEngine

MEMORY_MIB = 4096
MAX_BYTES = 20 * 2**20
MAX_TITLE = 50


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("notebook-run")(notebook_run)


def notebook_run(
    file: Annotated[Path, typer.Argument(help="The notebook, a .ipynb file.", show_default=False)],
    seconds: Annotated[int, typer.Option(help="How long one cell may take.", min=1)] = 600,
    lang: Annotated[str | None, typer.Option("--lang", help="The language to speak: en or zh.")] = None,
) -> None:
    """Run a notebook from top to bottom in the sandbox, as in a fresh kernel; say which cell breaks, and why."""
    if lang not in (None, *LANGUAGES):
        raise typer.BadParameter(f"'{lang}' is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    language = choose_language(lang)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        cells = [cell for cell in _read(file) if cell.text.strip()]
        done = _run(cells, seconds)
    except CheckFailed as failed:
        _refuse(console, failed.feedback, language)
    for ran in done:
        _print_cell(console, ran, language)
    broken = [ran for ran in done if ran.broke]
    if broken:
        console.print(render(say("The cells below it were not run."), language), style="dim")
        raise typer.Exit(1)
    words = say("All {count} cells run from top to bottom in a fresh kernel.", count=len(done))
    console.print(render(words, language), style="bold green")


def _read(file: Path) -> list[CellAsSaved]:
    if file.suffix != ".ipynb":
        raise CheckFailed(
            Feedback(
                problem=say("{name} is no notebook.", name=make_visible(file.name)),
                expected=say("a file that ends in .ipynb"),
                got=verbatim(make_visible(file.suffix or file.name)),
                next_step=say("Name the notebook: `grader notebook-run exercises/ch2_first_model.ipynb`."),
            )
        )
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(file, verbatim(error.strerror or str(error))) from error
    if len(raw) > MAX_BYTES:
        raise _unreadable(file, say("a file of more than {size} MiB", size=MAX_BYTES // 2**20))
    return read_notebook(file.name, raw)


def _unreadable(file: Path, got: Message) -> CheckFailed:
    return CheckFailed(
        Feedback(
            problem=say("The notebook {name} cannot be read.", name=make_visible(str(file))),
            expected=say("a notebook of at most {size} MiB", size=MAX_BYTES // 2**20),
            got=got,
            next_step=say("Check the path; take pictures and data out of a notebook that is too large."),
        )
    )


def _run(cells: list[CellAsSaved], seconds: int) -> list[Ran]:
    if not can_fork():
        raise CheckFailed(
            Feedback(
                problem=say("There is no sandbox on this system to run a notebook in."),
                expected=say("Linux or macOS"),
                next_step=say("In Jupyter, choose Restart Kernel and Run All Cells: that shows the same."),
            )
        )
    engine = SandboxEngine()
    try:
        return run_notebook(cells, engine, Limits(seconds=float(seconds), memory_mib=MEMORY_MIB))
    except SandboxError as error:
        raise CheckFailed(grader_failed(say("the sandbox failed"), str(error))) from error
    finally:
        engine.close()


def _print_cell(console: Console, ran: Ran, language: str) -> None:
    first = next(line for line in ran.cell.text.splitlines() if line.strip())
    title = make_visible(first.strip())
    title = title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"
    symbol, style = ("✗", "red") if ran.broke else ("✓", "green")
    where = render(say("cell {number}", number=ran.cell.number), language)
    console.print(f"{symbol} {where:<8} {title}  ({ran.seconds:.1f} s)", style=style if ran.broke else None)
    if ran.broke:
        text = print_feedback(ran.broke, language, console.width - 4)
        console.print("\n".join(f"    {line}" for line in text.splitlines()))


def _refuse(console: Console, feedback: Feedback, language: str) -> None:
    console.print(print_feedback(feedback, language, console.width))
    raise typer.Exit(2)
