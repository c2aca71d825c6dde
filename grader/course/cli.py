"""The commands of authors: `grader release`, `grader calibrate`, `grader translate`. Trusted side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.course.calibrate import accuracies, floor_from, source_name
from grader.course.catalogue import po_file, update
from grader.course.errors import CourseError
from grader.course.mutants_cli import mutants_command
from grader.course.release import Released, Status, is_current, release
from grader.data import load_digits
from grader.errors import InputError, four_parts
from grader.expect.accuracy import floors_file, read_floors, write_floors
from grader.messages import LANGUAGES, render
from grader.report.words import PART_WORDS
from grader.submission.source import read_source

CHECKS_FOLDER = Path(__file__).resolve().parents[1] / "checks"

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
    app.command("calibrate")(calibrate_command)
    app.command("translate")(translate_command)
    app.command("mutants", hidden=True)(mutants_command)


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


def calibrate_command(
    chapter: Annotated[str, typer.Argument(help="The chapter, such as ch2_first_model.")],
    seeds: Annotated[int, typer.Option("--seeds", min=3, help="How many times to train the reference.")] = 20,
    data: Annotated[str, typer.Option("--data", help="sample, full, or the path of a data file.")] = "sample",
    solutions: Annotated[Path, typer.Option("--solutions", help="The folder of the masters.")] = Path("solutions"),
) -> None:
    """Train the reference over seeds and store the accuracy floor for this data."""
    try:
        master = _masters(solutions, chapter)[0]
        digits = load_digits(data)
        values: list[float] = []
        for value in accuracies(read_source(master.name, master.read_bytes()), chapter, digits, seeds):
            values.append(value)
            typer.echo(f"seed {len(values):>3} of {seeds}: {value:.4f}")
    except CourseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except InputError as error:
        for part, words in four_parts(error.feedback):
            typer.echo(f"{render(PART_WORDS[part], 'en')}: {render(words, 'en')}", err=True)
        raise typer.Exit(1) from None
    floor = floor_from(values, source_name(data))
    path = floors_file(CHECKS_FOLDER, chapter)
    write_floors(path, read_floors(path) | {digits.fingerprint: floor})
    typer.echo(f"mean {floor.mean:.4f}, spread {floor.spread:.4f}, floor {floor.floor:.4f}: stored in {path}")


def translate_command() -> None:
    """Bring the catalogue up to date with the source, compile it, and say what is still to be translated."""
    total = 0
    for language in LANGUAGES[1:]:
        try:
            flaws = update(Path.cwd(), language)
        except CourseError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        for kind, texts in (("not translated", flaws.missing), ("placeholders differ", flaws.placeholders)):
            for text in texts:
                typer.echo(f"{po_file(language)}: {kind}: {text}")
        total += len(flaws.missing) + len(flaws.placeholders)
    if total:
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
