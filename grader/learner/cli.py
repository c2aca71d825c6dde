"""The commands of learners: `grader list`, `grader hint`, `grader reset`. Trusted side."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from grader.course.errors import CourseError
from grader.course.hints import NUMBER
from grader.errors import CheckFailed, InputError
from grader.learner.desk import Desk, sit_down, taken_among_several
from grader.learner.hinting import give_hint
from grader.learner.listing import print_list
from grader.learner.reset import Replacement, carry_out, plan, question
from grader.learner.screen import Screen
from grader.messages import LANGUAGES, choose_language, say

ChapterOption = Annotated[
    str | None, typer.Option("--chapter", help="The chapter, where more than one has such a function.")
]
LangOption = Annotated[str | None, typer.Option("--lang", help="The language to speak: en or zh.")]
CourseOption = Annotated[Path | None, typer.Option("--course", help="The folder of your course.")]
FunctionArgument = Annotated[str, typer.Argument(help="The function, such as normalize.")]


def add_commands(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("list")(list_command)
    app.command("hint")(hint_command)
    app.command("reset")(reset_command)
    app.command("watch")(watch_command)


def list_command(
    chapter: Annotated[str | None, typer.Argument(help="The chapter, such as ch2. Default: all.")] = None,
    lang: LangOption = None,
    course: CourseOption = None,
) -> None:
    """Show the course: what is done, what is open, and what comes next."""
    with _at_desk(course, lang) as desk:
        print_list(desk, desk.chapter(chapter) if chapter else None, Screen(desk.language))


def hint_command(
    function: FunctionArgument,
    step: Annotated[
        int | None, typer.Option("--step", min=1, max=NUMBER, help="Which hint. Default: the next one.")
    ] = None,
    chapter: ChapterOption = None,
    lang: LangOption = None,
    course: CourseOption = None,
) -> None:
    """Give a hint for a function, and at the next call a further one: a nudge, the tool, nearly the answer."""
    with _at_desk(course, lang) as desk:
        give_hint(desk, function, chapter, step, Screen(desk.language))


def reset_command(
    function: FunctionArgument,
    chapter: ChapterOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    lang: LangOption = None,
    course: CourseOption = None,
) -> None:
    """Put a function back as it came, and keep a copy of yours."""
    with _at_desk(course, lang) as desk:
        if desk.trouble is not None:
            raise desk.trouble
        _reset(desk, function, chapter, yes, Screen(desk.language))


def watch_command(
    chapter: Annotated[str | None, typer.Argument(help="The chapter, such as ch2. Default: yours.")] = None,
    lang: LangOption = None,
    course: CourseOption = None,
) -> None:
    """Check again whenever a file is saved, only what has changed; with keys for hints, the list, and a new start."""
    with _at_desk(course, lang) as desk:
        if chapter:
            desk.chapter(chapter)
        if desk.trouble is not None:
            raise desk.trouble
        # What it needs beside the others is not waited for by them.
        from grader.learner.watch import Watch

        Watch(desk, chapter, lambda: sit_down(course, lang), lang).run()


def _reset(desk: Desk, function: str, wanted: str | None, yes: bool, screen: Screen) -> None:
    chapter, among_several = desk.chapter_with(function, wanted)
    replacements = plan(desk.course, chapter, function)
    if among_several:
        screen.line(taken_among_several(function, chapter), "dim")
    if not replacements:
        screen.line(say("`{function}` is as it came: there is nothing to put back.", function=function))
        return
    if not yes and not all(_agreed(function, replacement, screen) for replacement in replacements):
        screen.line(say("Nothing has been changed."))
        raise typer.Exit(1)
    for replacement in replacements:
        copy = carry_out(desk.course, chapter.name, function, replacement)
        screen.line(say("`{function}` in {file} is as it came.", function=function, file=replacement.file.name))
        screen.line(say("Your version is kept in {path}", path=_as_typed(copy)))
    screen.line(say("If the file is open in an editor or in Jupyter, load it anew there before you go on."), "dim")


def _agreed(function: str, replacement: Replacement, screen: Screen) -> bool:
    try:
        return typer.confirm(screen.spell(question(function, replacement)))
    except typer.Abort:
        screen.space()
        return False


def _as_typed(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@contextlib.contextmanager
def _at_desk(course: Path | None, language: str | None) -> Iterator[Desk]:
    """Sit down at the learner's course, and tell in its language what goes wrong from then on."""
    with _explained(language):
        desk = sit_down(course, language)
        with _explained(desk.language):
            yield desk


@contextlib.contextmanager
def _explained(language: str | None) -> Iterator[None]:
    """Turn what goes wrong into four parts on the screen and exit status 1."""
    if language not in (None, *LANGUAGES):
        raise typer.BadParameter(f"'{language}' is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    try:
        yield
    except (InputError, CheckFailed) as error:
        Screen(choose_language(language), sys.stderr).four_parts(error.feedback)
        raise typer.Exit(1) from None
    except CourseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
