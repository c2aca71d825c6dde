"""Builds all pages of a class, one learner after the other, so that a large class fits into memory. Trusted side."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from grader.cohort.gradings import GradedWork, Mark
from grader.cohort.pages.class_page import ClassView
from grader.cohort.pages.figures import ChapterFigures
from grader.cohort.pages.file_names import file_name
from grader.cohort.pages.folder import Pages, new_pages
from grader.cohort.pages.learner_page import render_learner
from grader.cohort.pages.record import ClassRecord
from grader.cohort.submitted import Learner
from grader.layout import GRADER_FOLDER

# All that decides what a learner's page looks like.
SHOWING = ("report", "cohort/pages", "locale", "curves.py", "messages.py", "results.py")
SHOWN_ENDINGS = (".py", ".j2", ".css", ".mo")


class Built(msgspec.Struct, frozen=True):
    """What was built: how many pages, and how many of them were as they had been."""

    learners: int
    written: int
    kept: int


def build_pages(
    record: ClassRecord, folder: Path, language: str, on_progress: Callable[[int, int], None] | None = None
) -> Built:
    """Write index.html, similar.html and learners/*.html into `folder`, whole or not at all.

    Args:
        on_progress: Takes how many learners are done, and how many there are.

    Raises:
        InputError: there is something else at `folder`, or it cannot be written.
    """
    figures = {chapter: ChapterFigures(chapter) for chapter in record.chapters}
    learners = record.by_learner()
    with new_pages(folder) as pages:
        for done, (learner, marks) in enumerate(learners.values(), 1):
            works = [None if mark.grading_id is None else record.work(mark.grading_id) for mark in marks]
            for mark, work in zip(marks, works, strict=True):
                if mark.chapter in figures:
                    figures[mark.chapter].take(mark, work, record)
            _write_learner(pages, record, learner, marks, [work for work in works if work is not None], language)
            if on_progress is not None:
                on_progress(done, len(learners))
        view = ClassView(record, list(figures.values()), language)
        pages.write("similar.html", view.render_similar())
        pages.write("index.html", view.render_class())
    return Built(len(learners), pages.written, pages.kept)


def _write_learner(
    pages: Pages,
    record: ClassRecord,
    learner: Learner,
    marks: Sequence[Mark],
    works: Sequence[GradedWork],
    language: str,
) -> None:
    name = f"learners/{file_name(learner.id)}"
    refusals = record.refusals_of(learner.id)
    made_of = (language, record.title, _digest_of_showing(), learner, marks, works, refusals)
    # A name can hold half a character, which JSON cannot.
    digest = hashlib.sha256(repr(made_of).encode("utf-8", "surrogatepass")).hexdigest()
    if not pages.keep(name, digest):
        pages.write(name, render_learner(learner, marks, works, refusals, language, record.title), digest)


@functools.cache
def _digest_of_showing() -> str:
    whole = hashlib.sha256()
    for part in SHOWING:
        place = GRADER_FOLDER / part
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.suffix in SHOWN_ENDINGS:
                whole.update(file.read_bytes())
    return whole.hexdigest()
