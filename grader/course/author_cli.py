"""The commands for a chapter as a whole: `grader new`, `grader validate`. Trusted side."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader.course.cli import CourseOption, find_masters
from grader.course.errors import CourseError
from grader.course.new import new_chapter
from grader.course.strength import Tried, measure_strength, strength_lines
from grader.course.trial import Proof, Trial
from grader.course.validate import validate
from grader.layout import find_course
from grader.sandbox.process import Sandbox


def add_commands(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("new")(new_command)
    app.command("validate")(validate_command)


def new_command(
    chapter: Annotated[str, typer.Argument(help="The new chapter's name, such as ch8_augment.")],
    title: Annotated[str, typer.Option("--title", help="What learners read above it, in English.")] = "",
    title_zh: Annotated[str, typer.Option("--title-zh", help="The same in Chinese.")] = "",
    course: Annotated[
        Path | None, typer.Option("--course", help="The folder of your own course; it may be empty or missing.")
    ] = None,
) -> None:
    """Write all files of a new chapter, ready to run, with one worked function to change."""
    found = find_course(course or Path())
    try:
        if course is None and not found.checks.is_dir():
            raise CourseError(
                f"{found.root}: this folder holds no course",
                expected="a folder with `solutions`, and with `grader` or `checks`",
                got="none of them",
                next_step="go to the course's folder, or say where a new one shall be: --course FOLDER",
            )
        for path in new_chapter(found, chapter, title, title_zh):
            typer.echo(f"written   {path}")
    except (CourseError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    own = f" --course {course}" if found.own else ""
    typer.echo(f"Try it:   pytest grader{own} --submission {found.master(chapter)}")
    typer.echo(f"Prove it: grader validate {chapter}{own}")


def validate_command(
    chapter: Annotated[str | None, typer.Argument(help="The chapter, such as ch2_first_model. Default: all.")] = None,
    only: Annotated[
        str, typer.Option("--only", help="Try only the known answers whose names begin like this.", metavar="NAME")
    ] = "",
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Instead, change the reference in small ways and count what is noticed.")
    ] = False,
    function: Annotated[
        list[str] | None, typer.Option("--function", help="Only this function's mutants; may be given several times.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many mutants of each function, drawn at random.")
    ] = None,
    course: CourseOption = Path(),
) -> None:
    """Prove that a chapter keeps its promises: solution, exercises, known answers, translations, floors."""
    found = find_course(course)
    sandbox = Sandbox()
    screen = Console(highlight=False)
    wrong = 0
    try:
        for master in find_masters(found.solutions, chapter):
            screen.print(f"[bold]{master.stem}[/bold]")
            if not mutants:
                wrong += _validate_chapter(Trial(found, master.stem, sandbox), only, screen)
                continue
            strength = measure_strength(
                master, sandbox=sandbox, functions=function or (), limit=limit, progress=_show_mutant, course=found
            )
            screen.print("\n".join(strength_lines(strength)), markup=False, soft_wrap=True)
            wrong += not strength.is_enough
    except CourseError as error:
        typer.echo(str(error), err=True)
        wrong += 1
    finally:
        sandbox.close()
    if wrong:
        typer.echo(f"{wrong} to repair", err=True)
        raise typer.Exit(1)


def _validate_chapter(trial: Trial, only: str, screen: Console) -> int:
    """Print each proof as it ends; return how many flaws were found."""
    wrong = 0
    began = time.monotonic()
    with screen.status("") as status:
        trial.step = lambda name: status.update(f"grading {name}")
        for proof in validate(trial, only):
            now = time.monotonic()
            screen.print(_line(proof, now - began), soft_wrap=True)
            began = now
            for flaw in proof.flaws:
                screen.print(str(flaw), style="red", markup=False, soft_wrap=True)
            wrong += len(proof.flaws)
    return wrong


def _line(proof: Proof, seconds: float) -> str:
    sign = "[red]✗[/red]" if proof.flaws else "[green]✓[/green]"
    return f" {sign} {proof.subject:<13} {proof.found}  [dim]{seconds:.0f} s[/dim]"


def _show_mutant(done: int, total: int, one: Tried) -> None:
    """Say how far it is: on one line of a terminal, a line for each mutant in a log."""
    words = f"{done:>4} of {total} {one.fate.value:<10} {one.mutant}"
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words[:100]}" + ("\r\x1b[K" if done == total else ""))
        sys.stderr.flush()
    else:
        typer.echo(f"{words}: {one.reason}" if one.reason else words, err=True)
