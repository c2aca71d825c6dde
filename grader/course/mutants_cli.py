"""The command `grader mutants`: measures how strong a chapter's checks are. Trusted side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.course.errors import CourseError
from grader.course.strength import Tried, measure_strength, strength_lines


def mutants_command(
    chapter: Annotated[str, typer.Argument(help="The chapter, such as ch2_first_model.")],
    function: Annotated[
        list[str] | None, typer.Option("--function", help="Only this function's mutants; may be given several times.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many mutants of each function, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="What the sample is drawn with.")] = 0,
    solutions: Annotated[Path, typer.Option("--solutions", help="The folder of the masters.")] = Path("solutions"),
) -> None:
    """Change one small thing at a time in the reference, and say which changes the checks do not notice."""
    master = solutions / f"{chapter.removesuffix('.py')}.py"
    try:
        strength = measure_strength(master, functions=function or (), limit=limit, seed=seed, progress=show_progress)
    except CourseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join(strength_lines(strength)))
    if not strength.is_enough:
        raise typer.Exit(1)


def show_progress(done: int, total: int, one: Tried) -> None:
    """Say how far it is: on one line of a terminal, a line for each mutant in a log."""
    words = f"{done:>4} of {total} {one.fate.value:<10} {one.mutant}"
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words[:100]}" + ("\r\x1b[K" if done == total else ""))
        sys.stderr.flush()
    else:
        typer.echo(f"{words}: {one.reason}" if one.reason else words, err=True)
