"""The command `grader report`: pages of a class, one for each learner and one for all. Trusted side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from grader.cohort.chapters import course_for, settings_for
from grader.cohort.commands.export_options import ChaptersOption
from grader.cohort.commands.needs import require
from grader.cohort.commands.options import DEFAULT_GRADEBOOK, CourseOption, GradebookOption, LangOption, SettingsOption
from grader.cohort.commands.speaking import Teacher, speaking
from grader.cohort.gradings import Mark
from grader.expect.accuracy import Floor, read_floors
from grader.layout import Course
from grader.messages import also_translate_by, say
from grader.results import Surroundings

if TYPE_CHECKING:
    from grader.cohort.gradebook import Gradebook
    from grader.cohort.settings import ClassSettings
    from grader.cohort.similar.similarity import SimilarPair


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("report")(report_command)


def report_command(
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    settings: SettingsOption = None,
    chapter: ChaptersOption = None,
    course: CourseOption = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write the pages into.")] = Path("pages"),
    lang: LangOption = None,
) -> None:
    """Write pages of a class: what it did well and badly, near-identical work, and each learner's report."""
    with speaking(lang) as teacher:
        require("sqlalchemy", "alembic")
        # What it needs is not there without the extra, and takes a while to import.
        from grader.cohort.gradebook import open_gradebook

        place = course_for(course)
        also_translate_by(place.locale)
        with open_gradebook(gradebook, create=False) as book:
            _report(book, settings_for(settings, place, book, chapter or ()), place, output, teacher)


def _report(book: Gradebook, settings: ClassSettings, course: Course, output: Path, teacher: Teacher) -> None:
    from grader.cohort.marks import marks_in
    from grader.cohort.pages import ClassRecord, build_pages

    marks = tuple(marks_in(book, settings))
    record = ClassRecord(
        title=settings.page_title or settings.title,
        chapters=settings.chapters,
        marks=marks,
        refusals=tuple(book.refusals()),
        work=book.work,
        similar={chapter: tuple(_similar(book, marks, course, chapter)) for chapter in settings.chapters},
        floors=floors_of(course),
    )
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("")
        built = build_pages(
            record, output, teacher.language, lambda done, total: progress.update(bar, completed=done, total=total)
        )
    kept = say("{learners} learners; {kept} of their pages are as they were.", learners=built.learners, kept=built.kept)
    teacher.tell(kept)
    pairs = sum(map(len, record.similar.values()))
    if pairs:
        teacher.tell(say("{pairs} pairs of submissions are much alike: ask the learners.", pairs=pairs))
    typer.echo(str(output / "index.html"))


def floors_of(course: Course) -> Callable[[str, Surroundings], Floor | None]:
    """Return what finds the floor of a chapter, by the name of the data: the data itself need not be here."""
    read: dict[str, dict[str, Floor]] = {}

    def find(chapter: str, around: Surroundings) -> Floor | None:
        if chapter not in read:
            read[chapter] = read_floors(course.floors(chapter))
        sources = {Path(source).name for source in (around.data, around.faces) if source}
        return next((floor for floor in read[chapter].values() if floor.source in sources), None)

    return find


def _similar(book: Gradebook, marks: Sequence[Mark], course: Course, chapter: str) -> list[SimilarPair]:
    """Return who handed in work of a chapter that is much alike, by the submissions that count."""
    from grader.cohort.similar.fingerprints import Traits, read_traits
    from grader.cohort.similar.similarity import find_similar, known_traits

    numbers = {mark.learner.id: mark.grading_id for mark in marks if mark.chapter == chapter}
    traits: dict[str, Traits] = {}
    for learner, number in numbers.items():
        if number is not None:
            files: Mapping[str, bytes] = book.files(book.work(number).submission_id)
            traits[learner] = read_traits({name: raw for name, raw in files.items() if Path(name).stem == chapter})
    return find_similar(traits, known_traits(course, chapter))
