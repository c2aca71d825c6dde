"""The command `grader settings`: a first file of settings, and what one means. Trusted side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from grader.cohort.chapters import course_for
from grader.cohort.commands.options import CourseOption, LangOption
from grader.cohort.commands.output import write_output
from grader.cohort.commands.speaking import speaking
from grader.cohort.settings import ClassSettings, Counts, Missing, Share, Unit, read_settings
from grader.errors import InputError
from grader.layout import Course
from grader.messages import Message, render, say, verbatim
from grader.report.words import format_points, make_visible
from grader.results import Feedback

TEMPLATES = Path(__file__).parent / "template"
DATE = "%Y-%m-%d %H:%M UTC"
UNIT_WORDS = {Unit.DAY: say("day"), Unit.HOUR: say("hour")}


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("settings")(settings_command)


def settings_command(
    file: Annotated[Path | None, typer.Argument(help="The file of settings.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Write a first file, with all settings explained.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """Check the settings of a class and say what they mean; with --new, write a first file, or show it."""
    with speaking(lang) as teacher:
        taught = course_for(course)
        if new:
            text = first_settings(taught, teacher.language)
            if file is None:
                typer.echo(text, nl=False)
                return
            write_output(file, text.encode(), force)
            teacher.tell(say("{path} is written. Read it from the top, and change what is not so.", path=str(file)))
            return
        if file is None:
            raise InputError(
                Feedback(
                    problem=say("No file of settings is named."),
                    expected=say("`grader settings FILE` to check one, or `grader settings --new FILE` to begin one"),
                    got=say("neither of them"),
                    next_step=say("Begin one: `grader settings --new class.toml`."),
                )
            )
        for words in meaning(read_settings(file, taught.chapters)):
            typer.echo(make_visible(render(words, teacher.language)))


def first_settings(course: Course, language: str) -> str:
    """Return a file of settings with the meaning of each, in which nothing is settled yet."""
    text = (TEMPLATES / f"class.{language}.toml").read_text(encoding="utf-8")
    chapters = ", ".join(map(_quoted, course.chapters))
    return text.replace("{chapters}", f"[{chapters}]").replace("{first}", _key(course.chapters[0]))


def _quoted(text: str) -> str:
    # Each JSON string of printable text is a TOML string, too.
    return json.dumps(text, ensure_ascii=False)


def _key(text: str) -> str:
    bare = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text if bare else _quoted(text)


def meaning(settings: ClassSettings) -> Iterator[Message]:
    """Yield what settings mean, in sentences."""
    yield say("Chapters that count: {names}", names=", ".join(settings.chapters))
    if settings.counts is Counts.BEST:
        yield say("Of several submissions the best counts, each after its own late penalty.")
    else:
        yield say("Of several submissions the last counts.")
    if settings.missing is Missing.ZERO:
        yield say("Who has handed in nothing of a chapter gets 0 points for it once its deadline has passed.")
    else:
        yield say("Who has handed in nothing of a chapter gets no points for it, which is no 0.")
    for chapter in settings.chapters:
        if (deadline := settings.deadlines.get(chapter)) is None:
            yield say("{chapter}: no deadline", chapter=chapter)
        else:
            yield say("{chapter}: until {when}", chapter=chapter, when=f"{deadline:{DATE}}")
    yield from _late_meaning(settings)
    for extension in settings.extensions:
        when = verbatim(f"+{extension.more}") if extension.until is None else verbatim(f"{extension.until:{DATE}}")
        yield say(
            "More time for {learner}, {chapter}: {when} ({why})",
            learner=extension.learner,
            chapter=extension.chapter or say("all chapters"),
            when=when,
            why=extension.why,
        )


def _late_meaning(settings: ClassSettings) -> Iterator[Message]:
    late = settings.late
    if late.grace:
        yield say("Still in time: {length} after the deadline", length=str(late.grace))
    if late.percent:
        yield say(
            "Late: {percent} % of {share} for each {unit} that has begun, at most {most} %",
            percent=format_points(late.percent),
            share=say("the points earned") if late.of is Share.EARNED else say("the most there is"),
            unit=UNIT_WORDS[late.per],
            most=format_points(late.at_most),
        )
    else:
        yield say("Late work costs nothing.")
    if late.nothing_after is not None:
        yield say("Later than {length} nothing is earned.", length=str(late.nothing_after))
