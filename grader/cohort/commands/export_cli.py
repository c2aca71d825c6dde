"""The commands `grader export ...`: what a class got, for other programs and course sites. Trusted side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from grader.cohort.chapters import course_for, settings_for
from grader.cohort.commands import autograder_cli
from grader.cohort.commands.export_options import ChaptersOption, ForceOption, OneChapterOption, OutOption, put
from grader.cohort.commands.options import DEFAULT_GRADEBOOK, CourseOption, GradebookOption, LangOption, SettingsOption
from grader.cohort.commands.speaking import Teacher, speaking
from grader.cohort.exports.matching import Filled
from grader.cohort.gradings import Mark, Status
from grader.cohort.marks import marks_in
from grader.cohort.settings import CanvasColumn, ClassSettings
from grader.errors import InputError
from grader.messages import say
from grader.report.words import format_points
from grader.results import Feedback

if TYPE_CHECKING:
    from grader.cohort.gradebook import Gradebook

exports = typer.Typer(no_args_is_help=True, help="Write what a class got for other programs and course sites.")


def add_commands(app: typer.Typer) -> None:
    """Register the commands."""
    autograder_cli.add_commands(exports)
    app.add_typer(exports, name="export")


class Class(msgspec.Struct, frozen=True):
    """A class as the exports see it. `marks`: of the chapters that were asked for."""

    gradebook: Gradebook
    settings: ClassSettings
    marks: list[Mark]
    teacher: Teacher


@exports.command("csv")
def csv_command(
    long: Annotated[bool, typer.Option("--long", help="A row for each learner and chapter.")] = False,
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """A table for a spreadsheet: a row for each learner."""
    from grader.cohort.exports.tables import render_csv

    with _opened(gradebook, settings, chapter, course, lang) as found:
        put(found.teacher, output or Path("marks.csv"), render_csv(found.marks, long), force)


@exports.command("json")
def json_command(
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """All marks as JSON."""
    from grader.cohort.exports.tables import render_json

    with _opened(gradebook, settings, chapter, course, lang) as found:
        put(found.teacher, output or Path("marks.json"), render_json(found.marks, found.settings.title), force)


@exports.command("parquet")
def parquet_command(
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """All marks as Parquet, for pandas and the like."""
    from grader.cohort.exports.tables import render_parquet

    with _opened(gradebook, settings, chapter, course, lang) as found:
        put(found.teacher, output or Path("marks.parquet"), render_parquet(found.marks), force)


@exports.command("nbgrader")
def nbgrader_command(
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """A table as `nbgrader export` writes it."""
    from grader.cohort.exports.tables import render_nbgrader

    with _opened(gradebook, settings, chapter, course, lang) as found:
        content = render_nbgrader(
            found.marks, found.settings.deadlines, lambda number: found.gradebook.work(number).handed_in_at
        )
        put(found.teacher, output or Path("nbgrader.csv"), content, force)


@exports.command("prairielearn")
def prairielearn_command(
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """An archive with the result of each learner as PrairieLearn's external graders write it."""
    from grader.cohort.exports.comments import render_prairielearn_archive

    with _opened(gradebook, settings, chapter, course, lang) as found:
        content, count = render_prairielearn_archive(found.marks, found.gradebook.work, found.teacher.language)
        put(found.teacher, output or Path("prairielearn.zip"), content, force)
        found.teacher.tell(say("Results: {count}", count=count))


@exports.command("canvas")
def canvas_command(
    source: Annotated[Path | None, typer.Option("--from", help="The gradebook as exported from Canvas.")] = None,
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """Fill the file exported from Canvas, or without --from, write a new one to import there."""
    from grader.cohort.exports.canvas import fill_canvas, new_canvas

    with _opened(gradebook, settings, chapter, course, lang) as found:
        columns = _canvas_columns(found, chapter)
        target = output or Path("canvas.csv")
        if source is None:
            put(found.teacher, target, new_canvas(found.marks, columns), force)
            return
        content = _read(source)
        filled = []
        for name, column in columns.items():
            filled.append(fill_canvas(content, str(source), found.marks, name, column))
            content = filled[-1].content
        put(found.teacher, target, content, force)
        for name, one in zip(columns, filled, strict=True):
            _tell(found.teacher, name, one)


@exports.command("moodle")
def moodle_command(
    source: Annotated[Path, typer.Option("--from", help="The worksheet as downloaded from Moodle.")],
    chapter: OneChapterOption = None,
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """Fill grades and comments into the worksheet of a Moodle assignment."""
    from grader.cohort.exports.comments import comment_of
    from grader.cohort.exports.moodle import fill_moodle

    with _opened(gradebook, settings, [chapter] if chapter else None, course, lang) as found:
        name = _only_chapter(found.settings.chapters)

        def comment(mark: Mark) -> str:
            work = found.gradebook.work(mark.grading_id) if mark.grading_id is not None else None
            return comment_of(mark, work, found.teacher.language)

        points, titles = found.settings.moodle_points.get(name), found.settings.moodle_columns
        filled = fill_moodle(_read(source), str(source), found.marks, comment, points, titles)
        put(found.teacher, output or Path("moodle.csv"), filled.content, force)
        _tell(found.teacher, name, filled)


@contextlib.contextmanager
def _opened(
    gradebook: str, settings: Path | None, chapters: list[str] | None, course: Path | None, lang: str | None
) -> Iterator[Class]:
    with speaking(lang) as teacher:
        from grader.cohort.gradebook import open_gradebook

        taught = course_for(course)
        with open_gradebook(gradebook, create=False) as book:
            known = settings_for(settings, taught, book, chapters or ())
            marks = marks_in(book, known)
            _warn(teacher, known, marks)
            yield Class(book, known, marks, teacher)


def _warn(teacher: Teacher, settings: ClassSettings, marks: list[Mark]) -> None:
    waiting = sum(mark.status is Status.WAITING for mark in marks)
    failed = sum(mark.status is Status.GRADER_ERROR for mark in marks)
    if waiting:
        teacher.tell(say("Still to be graded, and empty here: {count}. Run `grader grade` first.", count=waiting))
    if failed:
        teacher.tell(say("The grader failed on {count}: these are empty here, and no zeros.", count=failed))
    strangers = settings.strangers(mark.learner for mark in marks)
    teacher.name_all(say("Of these the settings have an extension, and the gradebook has no such learner:"), strangers)


def _tell(teacher: Teacher, chapter: str, filled: Filled) -> None:
    teacher.tell(say("{chapter}: {count} marks filled in.", chapter=chapter, count=filled.filled))
    if filled.scaled is not None:
        here, there = map(format_points, filled.scaled)
        teacher.tell(say("Points are scaled: {here} here are {there} on the site.", here=here, there=there))
    teacher.name_all(say("In the file and not in the gradebook, left as they are:"), list(filled.strangers))
    teacher.name_all(say("In the gradebook and not in the file:"), list(filled.absent))
    teacher.name_all(say("Settled on the site, left as they are:"), list(filled.kept))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise InputError(
            Feedback(
                problem=say("{file} cannot be read.", file=str(path)),
                expected=say("the file as it was downloaded from the site"),
                got=say("a path that cannot be followed: {reason}", reason=reason or str(error)),
                next_step=say("Check the path after `--from`."),
            )
        ) from error


def _only_chapter(chapters: tuple[str, ...]) -> str:
    if len(chapters) != 1:
        raise InputError(
            Feedback(
                problem=say("A worksheet is of one assignment, and there are several chapters."),
                expected=say("one of: {names}", names=", ".join(chapters)),
                got=say("no `--chapter`"),
                next_step=say("Say which: `--chapter {chapter}`.", chapter=chapters[0]),
            )
        )
    return chapters[0]


def _canvas_columns(found: Class, chapters: list[str] | None) -> dict[str, CanvasColumn]:
    columns = {name: found.settings.canvas[name] for name in found.settings.chapters if name in found.settings.canvas}
    lacking = [name for name in chapters or () if name not in columns]
    if not columns or lacking:
        raise InputError(
            Feedback(
                problem=say("It is not settled which assignment in Canvas a chapter is."),
                expected=say('in the settings: [canvas.{chapter}], and below it assignment = "Title (12345)"',
                             chapter=(lacking or found.settings.chapters)[0]),
                got=say("nothing"),
                next_step=say("Begin them with `grader settings --new class.toml`, and add `--settings class.toml`."),
            )
        )  # fmt: skip
    return columns
