"""The command `grader release`: from the masters to the exercises. Trusted side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.course.errors import CourseError
from grader.course.release import Released, Status, is_current, release
from grader.messages import LANGUAGES

DESCRIPTIONS = {
    Status.WRITTEN: "new",
    Status.UPDATED: "was as generated before",
    Status.UNCHANGED: "is current",
    Status.KEPT: "somebody changed it since it was released, so it stays",
    Status.REPLACED: "somebody had changed it",
}


def add_commands(app: typer.Typer) -> None:
    """Register the authoring commands."""
    app.command("release")(release_command)


def release_command(
    chapter: Annotated[str | None, typer.Argument(help="The chapter, such as ch2_first_model. Default: all.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="The language of the prose: en or zh.")] = "en",
    force: Annotated[
        bool, typer.Option("--force", help="Replace changed files too; a copy of each is kept next to it.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when an exercise is not what its master gives.")
    ] = False,
    solutions: Annotated[Path, typer.Option("--solutions", help="The folder of the masters.")] = Path("solutions"),
    exercises: Annotated[Path, typer.Option("--exercises", help="The folder to write into.")] = Path("exercises"),
) -> None:
    """Write the exercises that learners fill in, from the masters."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"'{lang}' is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    if check and force:
        raise typer.BadParameter("--check writes nothing, so it cannot be combined with --force", param_hint="--check")
    failed = False
    try:
        masters = _masters(solutions, chapter)
    except CourseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for master in masters:
        try:
            good = _check(master, exercises, lang) if check else _release(master, exercises, lang, force)
        except CourseError as error:
            typer.echo(str(error), err=True)
            good = False
        failed = failed or not good
    if failed:
        raise typer.Exit(1)


def _masters(solutions: Path, chapter: str | None) -> list[Path]:
    """Return the masters to release, or explain which there are."""
    found = sorted(path for path in solutions.glob("*.py") if path.is_file())
    wanted = [path for path in found if chapter in (None, path.stem, path.name)]
    if wanted:
        return wanted
    raise CourseError(
        f"{solutions}: there is no chapter {chapter}" if chapter else f"{solutions}: there are no masters",
        expected=f"one of {', '.join(path.stem for path in found)}" if found else "a folder with one .py a chapter",
        got=chapter if chapter and found else "no .py file" if solutions.is_dir() else "no such folder",
        next_step="correct the name, or run this in the course folder, or give the folder with --solutions",
    )


def _release(master: Path, exercises: Path, language: str, force: bool) -> bool:
    for released in release(master, exercises, language, force):
        typer.echo(f"{released.status:<9} {released.path}: {_description(released)}")
        if released.status is Status.KEPT:
            typer.echo(f"          to replace it and keep a copy: {_command(master, language)} --force")
    return True


def _command(master: Path, language: str) -> str:
    return f"grader release {master.stem}" + ("" if language == LANGUAGES[0] else f" --lang {language}")


def _description(released: Released) -> str:
    text = DESCRIPTIONS[released.status]
    return f"{text}; that version is now {released.backup}" if released.backup else text


def _check(master: Path, exercises: Path, language: str) -> bool:
    stale = is_current(master, exercises, language)
    for path in stale:
        got = "it differs from that" if path.exists() else "no such file"
        error = CourseError(
            f"{path}: the exercise is not current",
            expected=f"what {master} gives in language {language}",
            got=got,
            next_step=_command(master, language),
        )
        typer.echo(str(error), err=True)
    return not stale
