"""The class's page, and the one of near-identical work. Trusted side; whatever learners wrote is shown as text."""

from __future__ import annotations

import base64
import hashlib
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from grader.cohort.gradings import Mark, Status
from grader.cohort.pages import drawing
from grader.cohort.pages.figures import ChapterFigures, CheckCount
from grader.cohort.pages.file_names import file_name
from grader.cohort.pages.learner_page import TEMPLATE_FOLDER, show_points, status_badge
from grader.cohort.pages.record import ClassRecord
from grader.cohort.pages.words import LABELS, URGENCY, duration_words, moment_words
from grader.cohort.similar.similarity import Excerpt, SimilarPair
from grader.cohort.submitted import Learner
from grader.messages import say
from grader.report.html import Badge, Page, environment
from grader.report.words import format_points, make_visible

SCRIPT = (TEMPLATE_FOLDER / "class.js").read_text(encoding="utf-8")
MOST_CHECKS = 10
# With more chapters than these their points would not fit side by side; the learner's own page has them.
MOST_COLUMNS = 8


class Row(NamedTuple):
    """A learner in the table. `by_chapter`: the points of each chapter; `order`: what the status is sorted by."""

    learner: Learner
    page: str
    by_chapter: tuple[str, ...]
    points: str
    points_value: str
    late: str
    late_s: float
    badge: Badge
    order: int
    graded: str


class Share(NamedTuple):
    """A sentence, and which share of the class it is true of; `told`: how many of how many."""

    words: str
    percent: str
    share: float
    told: str
    task: str = ""
    open: str = ""


class ChapterView(NamedTuple):
    """A chapter's figures as the page shows them."""

    anchor: str
    name: str
    title: str
    graded: str
    statuses: Mapping[str, int]
    mean: str
    median: str
    points: str
    histogram: drawing.Histogram | None
    histogram_words: str
    mistakes: tuple[Share, ...]
    checks: tuple[Share, ...]
    further: tuple[Share, ...]
    accuracies: drawing.Histogram | None
    accuracy_words: str
    floor: str
    band: str
    time: str


class PairView(NamedTuple):
    """A pair as the pages show it: whose, of which chapter, and what is alike in words."""

    anchor: str
    title: str
    first: Learner
    second: Learner
    first_page: str
    second_page: str
    summary: str
    pair: SimilarPair


class ClassView:
    """Turns the record of a class, counted, into what the templates show in one language."""

    def __init__(self, record: ClassRecord, figures: Sequence[ChapterFigures], language: str) -> None:
        self._record, self._figures, self._page = record, figures, Page(language)
        self._learners = record.by_learner()
        self._titles = {one.chapter: self._page.speak(one.title) for one in figures}
        self._pairs = self._view_pairs()

    def render_class(self) -> str:
        """Return the class's page."""
        chapters = [self._view_chapter(number, one) for number, one in enumerate(self._figures, 1)]
        rows = [self._view_row(learner, marks) for learner, marks in self._learners.values()]
        rows.sort(key=lambda row: ((row.learner.name or row.learner.id).casefold(), row.learner.id))
        policy = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
        return self._render(
            "class.html.j2",
            drawing=drawing,
            facts=self._facts(),
            chapters=chapters,
            columns=[one.name for one in chapters] if 1 < len(chapters) <= MOST_COLUMNS else [],
            rows=rows,
            refusals=self._record.refusals,
            overrides=[self._view_override(mark) for mark, _ in self._record.overrides],
            script=SCRIPT,
            script_digest=policy,
            count_words=self._page.speak(say("{shown} of {total} learners", shown="{shown}", total=len(rows))),
            count_all=self._page.speak(say("{total} learners", total=len(rows))),
        )

    def render_similar(self) -> str:
        """Return the page that shows near-identical work side by side."""
        return self._render("similar.html.j2", lines_of=lines_of)

    def _render(self, template: str, **more: Any) -> str:
        words = self._page.words
        labels = words["label"] | {name: self._page.speak(message) for name, message in LABELS.items()}
        title = make_visible(self._record.title)
        shown = words | {"label": labels, "title": title, "pairs": self._pairs} | more
        return environment(TEMPLATE_FOLDER).get_template(template).render(**shown)

    # ------------------------------------------------------------ the class as a whole

    def _facts(self) -> list[tuple[str, int]]:
        """Return how many learners stand where: one counts as missing who handed in nothing at all."""
        overall = Counter(_overall(marks) for _, marks in self._learners.values())
        names = (
            ("missing", overall[Status.MISSING]),
            ("refused", len(self._record.refusals)),
            ("waiting", overall[Status.WAITING]),
            ("grader_failed", overall[Status.GRADER_ERROR]),
            ("late", sum(_late_s(marks) > 0 for _, marks in self._learners.values())),
            ("overrides", len(self._record.overrides)),
        )
        handed_in = sum(any(_handed_in(mark) for mark in marks) for _, marks in self._learners.values())
        facts = [("learners", len(self._learners)), ("handed_in", handed_in), *names]
        return [(self._page.speak(LABELS[name]), count) for name, count in facts]

    def _view_row(self, learner: Learner, marks: Sequence[Mark]) -> Row:
        finals = [mark.final for mark in marks if mark.final is not None]
        total = sum(finals) if finals else None
        late = _late_s(marks)
        status = _overall(marks)
        graded = sum(mark.status is Status.GRADED for mark in marks)
        some = say("{graded} of {chapters} chapters", graded=graded, chapters=len(marks))
        most = format_points(sum(mark.points for mark in marks))
        return Row(
            learner=learner,
            page=f"learners/{file_name(learner.id)}",
            by_chapter=tuple(show_points(mark.final) for mark in marks),
            points=f"{show_points(total)} / {most}",
            points_value="" if total is None else f"{total:.6g}",
            late=self._page.speak(duration_words(late)) if late > 0 else "",
            late_s=late,
            badge=status_badge(status, self._page),
            order=URGENCY.index(status),
            graded=self._page.speak(some) if len(marks) > 1 else "",
        )

    def _view_override(self, mark: Mark) -> dict[str, Any]:
        assert mark.override is not None
        return {
            "learner": mark.learner,
            "page": f"learners/{file_name(mark.learner.id)}",
            "title": self._titles.get(mark.chapter, mark.chapter),
            "points": show_points(mark.override.points),
            "when": moment_words(mark.override.at),
            "override": mark.override,
        }

    # ------------------------------------------------------------ a chapter

    def _view_chapter(self, number: int, figures: ChapterFigures) -> ChapterView:
        speak = self._page.speak
        band = figures.reference_band
        floor = figures.floor.floor if figures.floor else None
        checks = [self._view_check(check) for check in figures.hardest]
        seconds = figures.seconds
        return ChapterView(
            anchor=f"chapter-{number}",
            name=figures.chapter.partition("_")[0] if figures.chapter.startswith("ch") else figures.chapter,
            title=speak(figures.title),
            graded=speak(say("{count} graded", count=figures.graded)),
            statuses={status.value: figures.statuses[status] for status in Status} | {"late": figures.late},
            mean=show_points(figures.mean),
            median=show_points(figures.median),
            points=format_points(figures.points),
            histogram=drawing.draw_points(figures.finals, figures.points),
            histogram_words=speak(self._points_words(figures)) if figures.finals else "",
            mistakes=tuple(self._share(one.sentence, len(one.learners), figures.graded) for one in figures.commonest),
            checks=tuple(checks[:MOST_CHECKS]),
            further=tuple(checks[MOST_CHECKS:]),
            accuracies=drawing.draw_accuracies(figures.accuracies, band, floor),
            accuracy_words=speak(self._accuracy_words(figures.accuracies)) if figures.accuracies else "",
            floor=f"{floor:.1%}" if floor is not None else "",
            band="" if band is None else f"{band[0]:.1%}" if band[0] == band[1] else f"{band[0]:.1%} – {band[1]:.1%}",
            time=speak(
                say(
                    "half of them within {median} s, the longest {most} s",
                    median=f"{statistics.median(seconds):.1f}",
                    most=f"{max(seconds):.1f}",
                )
            )
            if seconds
            else "",
        )

    @staticmethod
    def _points_words(figures: ChapterFigures) -> Any:
        return say(
            "Final points of {count} learners: from {least} to {most}, half of them at {median} or more.",
            count=len(figures.finals),
            least=format_points(min(figures.finals)),
            most=format_points(max(figures.finals)),
            median=show_points(figures.median),
        )

    @staticmethod
    def _accuracy_words(accuracies: Sequence[float]) -> Any:
        return say(
            "Accuracy of {count} models: from {least} to {most}, half of them at {median} or more.",
            count=len(accuracies),
            least=f"{min(accuracies):.1%}",
            most=f"{max(accuracies):.1%}",
            median=f"{statistics.median(accuracies):.1%}",
        )

    def _view_check(self, check: CheckCount) -> Share:
        shown = self._share(check.title, check.failed, check.asked)
        return shown._replace(task=check.task, open=str(check.open) if check.open else "")

    def _share(self, sentence: Any, count: int, total: int) -> Share:
        share = count / total if total else 0.0
        told = self._page.speak(say("{count} of {total}", count=count, total=total))
        return Share(self._page.speak(sentence), f"{share:.0%}", share, told)

    # ------------------------------------------------------------ near-identical work

    def _view_pairs(self) -> list[PairView]:
        views: list[PairView] = []
        for chapter in self._record.chapters:
            for pair in self._record.similar.get(chapter, ()):
                first, second = (
                    self._learners[who][0] if who in self._learners else Learner(who) for who in _both(pair)
                )
                functions = ", ".join(dict.fromkeys(part.first.name or "…" for part in pair.parts[:8]))
                summary = say("{count} functions: {names}", count=len(pair.parts), names=functions)
                if not pair.parts:
                    summary = LABELS["same_texts"]
                views.append(
                    PairView(
                        f"pair-{len(views) + 1}",
                        self._titles.get(chapter, chapter),
                        first,
                        second,
                        f"learners/{file_name(first.id)}",
                        f"learners/{file_name(second.id)}",
                        self._page.speak(summary),
                        pair,
                    )
                )
        return views


def _both(pair: SimilarPair) -> tuple[str, str]:
    return pair.first, pair.second


def lines_of(excerpt: Excerpt) -> list[tuple[int, str, bool]]:
    """Return number, text and whether the other has it, too, of each line."""
    lines = excerpt.text.rstrip("\n").split("\n")
    return [(excerpt.first_line + n, make_visible(line), n + 1 in excerpt.same) for n, line in enumerate(lines)]


def _handed_in(mark: Mark) -> bool:
    return mark.status is not Status.MISSING


def _late_s(marks: Sequence[Mark]) -> float:
    return max((mark.late_s for mark in marks), default=0.0)


def _overall(marks: Sequence[Mark]) -> Status:
    """Return the status that a teacher has to look at first; missing is only who handed in nothing at all."""
    statuses = {mark.status for mark in marks}
    if statuses - {Status.MISSING}:
        statuses.discard(Status.MISSING)
    return next((status for status in URGENCY if status in statuses), Status.MISSING)
