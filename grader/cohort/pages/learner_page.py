"""A learner's page: the report, and above it what counts: late work, and what the teacher decided. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from grader.cohort.gradings import GradedWork, Mark, Status
from grader.cohort.pages.record import latest_surroundings
from grader.cohort.pages.words import (
    LABELS,
    STATUS_STYLES,
    STATUS_SYMBOLS,
    STATUS_WORDS,
    duration_words,
    moment_words,
)
from grader.cohort.submitted import Learner, Refusal
from grader.messages import Message, say, verbatim
from grader.report.html import Badge, Page, environment
from grader.report.words import data_words, format_points
from grader.results import RunResult, Surroundings

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
NOWHERE = Surroundings("", verbatim(""), "", 0, {})
NO_POINTS = "–"


class Row(NamedTuple):
    """A chapter in the table of what counts. `comment`: the teacher's."""

    title: str
    badge: Badge
    handed_in: str
    earned: str
    penalty: str
    final: str
    points: str
    by_hand: bool
    comment: str
    notes: tuple[str, ...]


class Condition(NamedTuple):
    """Under what conditions some of the chapters were graded."""

    titles: str
    around: Surroundings
    data: str


def render_learner(
    learner: Learner,
    marks: Sequence[Mark],
    works: Sequence[GradedWork],
    refusals: Sequence[Refusal],
    language: str,
    title: str = "",
) -> str:
    """Return a learner's page.

    Args:
        marks: One for each chapter that counts, in their order.
        works: The gradings that count, in the same order.
        refusals: What of the learner's could not be taken in.
        title: What the class is called.
    """
    page = Page(language)
    result = _result(works)
    by_chapter = {work.chapter: work for work in works}
    shown = page.show_run(result)
    final, most = _final(marks), sum(mark.points for mark in marks)
    shown |= {
        "label": shown["label"] | {f"class_{name}": page.speak(words) for name, words in LABELS.items()},
        "title": title,
        "learner": learner,
        "rows": [_row(mark, by_chapter.get(mark.chapter), page) for mark in marks],
        "refusals": refusals,
        "conditions": _conditions(works, page),
        "failures": [page.speak(title_of(work)) for work in works if work.grading.failure],
        "score": page.speak(_score(final, most)),
        "share": min(1.0, max(0.0, (final or 0.0) / most)) if most else 0.0,
    }
    return environment(TEMPLATE_FOLDER).get_template("learner.html.j2").render(**shown)


def title_of(work: GradedWork) -> Message:
    """Return a chapter's title; where the grader failed, only its name is known."""
    return work.grading.result.title if work.grading.result is not None else verbatim(work.chapter)


def status_badge(status: Status, page: Page) -> Badge:
    """Return a status as word and symbol."""
    return Badge(STATUS_STYLES[status], STATUS_SYMBOLS[status], page.speak(STATUS_WORDS[status]))


def show_points(points: float | None) -> str:
    """Return points, or a dash where there are none: that is no 0."""
    return NO_POINTS if points is None else format_points(points)


def _result(works: Sequence[GradedWork]) -> RunResult:
    chapters = tuple(work.grading.result for work in works if work.grading.result is not None)
    seconds = sum(work.grading.seconds for work in works)
    return RunResult(chapters, latest_surroundings(works) or NOWHERE, seconds)


def _final(marks: Sequence[Mark]) -> float | None:
    finals = [mark.final for mark in marks if mark.final is not None]
    return sum(finals) if finals else None


def _score(final: float | None, most: float) -> Message:
    if final is None:
        return say("No points yet")
    return say("{earned} of {points} points", earned=format_points(final), points=format_points(most))


def _row(mark: Mark, work: GradedWork | None, page: Page) -> Row:
    handed_in = []
    if work is not None:
        if work.handed_in_at is not None:
            handed_in.append(moment_words(work.handed_in_at))
        handed_in.append(page.speak(say("submission {number}", number=work.attempt)))
    if mark.late_s > 0:
        handed_in.append(page.speak(say("late by {time}", time=duration_words(mark.late_s))))
    override = mark.override
    return Row(
        title=page.speak(title_of(work) if work is not None else verbatim(mark.chapter)),
        badge=status_badge(mark.status, page),
        handed_in=", ".join(handed_in),
        earned=show_points(mark.earned),
        penalty=f"−{format_points(mark.penalty)}" if mark.penalty else "",
        final=show_points(mark.final),
        points=format_points(mark.points),
        by_hand=override is not None and override.points is not None,
        comment=override.comment if override is not None else "",
        notes=tuple(map(page.speak, mark.notes)),
    )


def _conditions(works: Sequence[GradedWork], page: Page) -> list[Condition]:
    """Return the conditions of the chapters, each once."""
    found: list[tuple[Surroundings, list[Any]]] = []
    for work in works:
        around = work.grading.surroundings
        if around is None:
            continue
        same = next((titles for known, titles in found if known == around), None)
        if same is None:
            found.append((around, same := []))
        same.append(page.speak(title_of(work)))
    return [Condition(" · ".join(titles), around, page.speak(data_words(around))) for around, titles in found]
