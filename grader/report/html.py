"""The report as one web page that needs nothing else: no script, no network. Trusted side; what it shows is not."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from grader.curves import diagnose
from grader.messages import Message, render, say
from grader.report import pictures
from grader.report.groups import groups_of
from grader.report.layers import LayerRow, compare_layers
from grader.report.words import (
    NOT_RUN_SYMBOL,
    NOT_RUN_WORD,
    PART_WORDS,
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    data_words,
    format_points,
    make_visible,
)
from grader.results import (
    ChapterResult,
    CheckResult,
    Feedback,
    Misread,
    ModelPicture,
    RunResult,
    TaskResult,
    Verdict,
    overall_verdict,
)

TEMPLATE_FOLDER = Path(__file__).parent / "templates"

# Everything the page says of its own accord; the template holds no prose.
LABELS: dict[str, Message] = {
    "course": say("First Digits"),
    "all_passed": say("Everything passes. Well done!"),
    "interrupted": say("This run was interrupted, so what would have come later is missing."),
    "grader_failed": say(
        "The grader itself failed in a check. That is not your fault: please show this page to your teacher."
    ),
    "nothing_ran": say("No check ran."),
    "look_first": say("Look here first:"),
    "progress": say("Points so far"),
    "conditions": say("How this was graded"),
    "sandbox": say("Sandbox"),
    "data": say("Data"),
    "seed": say("Seed"),
    "versions": say("Versions"),
    "time": say("Time"),
    "chapters": say("Chapters"),
    "chapter": say("Chapter"),
    "result": say("Result"),
    "points": say("Points"),
    "file": say("File"),
    "no_file": say("No file of this chapter was found."),
    "mistake": say("Known mistake"),
    **PART_WORDS,
    "places": say("Where"),
    "output": say("What your code printed"),
    "measured": say("Measured"),
    "hidden": say("This check uses data that you cannot see."),
    "pictures": say("Your model in pictures"),
    "curves": say("Learning curves"),
    "epoch": say("epoch"),
    "gaps": say("Where a line is broken, that epoch has no finite number."),
    "accuracy": say("Accuracy"),
    "matrix": say("Confusion matrix"),
    "true": say("true"),
    "predicted": say("predicted"),
    "matrix_key": say(
        "The stronger the colour, the larger the share of the row. Blue: read correctly. Orange: misread."
    ),
    "you": say("you"),
    "reference": say("reference"),
    "misread": say("Misread digits"),
    "layers": say("Layer by layer"),
    "layers_key": say("A model with other layers than the reference's can be just as right."),
    "comparison": say("Compared"),
    "parameters": say("parameters"),
}


@dataclass(frozen=True)
class Badge:
    """A verdict as word and symbol; `style` is its CSS class."""

    style: str
    symbol: str
    word: str


@dataclass(frozen=True)
class CheckGroup:
    """Neighbouring checks that tell the same, which is then shown once."""

    badge: Badge
    checks: tuple[CheckResult, ...]
    feedback: Feedback | None


@dataclass(frozen=True)
class TaskCard:
    """A task as the page shows it: what needs work first, what passed folded away."""

    anchor: str
    task: TaskResult
    badge: Badge
    groups: tuple[CheckGroup, ...]
    passed: tuple[CheckResult, ...]
    passed_summary: str
    missing: str | None


@dataclass(frozen=True)
class Digit:
    """A misread digit: its image as a data URI, None when there is none, and what to say about it."""

    image: str | None
    description: str
    caption: str
    confidence: str | None


@dataclass(frozen=True)
class Gallery:
    """The pictures of a chapter. Each pair list holds the learner's before the reference's, where they exist.

    `diagnosis`: what the learner's curves say.
    """

    panels: tuple[pictures.Panel, ...]
    legend: list[tuple[str, str]]
    diagnosis: str | None
    accuracies: list[tuple[str, str]]
    matrices: list[tuple[str, list[list[pictures.Cell]]]]
    misread: tuple[Digit, ...]
    layers: tuple[LayerRow, ...] = ()

    @property
    def has_any(self) -> bool:
        return bool(self.panels or self.accuracies or self.matrices or self.misread or self.layers)


@dataclass(frozen=True)
class ChapterPart:
    """A chapter as the page shows it."""

    anchor: str
    chapter: ChapterResult
    badge: Badge
    cards: tuple[TaskCard, ...]
    gallery: Gallery


def render_html(result: RunResult, language: str) -> str:
    """Return the run as one self-contained page in `language`."""
    return environment().get_template("report.html.j2").render(**Page(language).show_run(result))


@functools.cache
def environment(*folders: Path) -> jinja2.Environment:
    """Return what renders the templates, those in `folders` first: everything is text, and none of it is markup."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, TEMPLATE_FOLDER]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["visible"] = make_visible
    environment.filters["points"] = format_points
    return environment


def _needs_work(task: TaskResult) -> bool:
    # The grader's own failure is nothing that a learner could repair.
    return overall_verdict(task.checks) not in (None, Verdict.PASS, Verdict.GRADER_ERROR)


class Page:
    """Turns results into what the template shows, in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    @property
    def words(self) -> dict[str, Any]:
        """What the pieces of a page need to speak: for the template."""
        return {
            "language": self._language,
            "speak": self.speak,
            "label": {name: self.speak(message) for name, message in LABELS.items()},
            "pass_badge": self.show_badge(Verdict.PASS),
            "picture": pictures,
        }

    def speak(self, message: Message) -> str:
        return make_visible(render(message, self._language))

    def count_passed(self, checks: Sequence[CheckResult]) -> str:
        passed = sum(check.verdict is Verdict.PASS for check in checks)
        return self.speak(say("Checks passed: {passed} of {total}", passed=passed, total=len(checks)))

    def show_run(self, result: RunResult) -> dict[str, Any]:
        """Return all that the template of a whole report shows."""
        chapters = [
            self.show_chapter(f"chapter-{number}", chapter) for number, chapter in enumerate(result.chapters, 1)
        ]
        earned, points = format_points(result.earned), format_points(result.points)
        return {
            **self.words,
            "result": result,
            "data": self.speak(data_words(result.surroundings)),
            "chapters": chapters,
            "ran": bool(result.checks),
            # All that ran may pass in a run that left checks out; that isn't everything.
            "complete": result.exit_status == 0 and earned == points,
            "share": result.earned / result.points if result.points else 0.0,
            "score": self.speak(say("{earned} of {points} points", earned=earned, points=points)),
            "passed": self.count_passed(result.checks),
            "seconds": self.speak(say("{seconds} s", seconds=f"{result.seconds:.1f}")),
            "first": next((card for part in chapters for card in part.cards if _needs_work(card.task)), None),
        }

    def show_badge(self, verdict: Verdict | None) -> Badge:
        if verdict is None:
            return Badge("not_run", NOT_RUN_SYMBOL, self.speak(NOT_RUN_WORD))
        return Badge(verdict.value, VERDICT_SYMBOLS[verdict], self.speak(VERDICT_WORDS[verdict]))

    def show_chapter(self, anchor: str, chapter: ChapterResult) -> ChapterPart:
        checks = [check for task in chapter.tasks for check in task.checks]
        # Of a chapter that was left out of the run there is nothing to say but that.
        tasks = chapter.tasks if checks else ()
        return ChapterPart(
            anchor=anchor,
            chapter=chapter,
            badge=self.show_badge(overall_verdict(checks)),
            cards=tuple(self.show_task(f"{anchor}-task-{n}", task) for n, task in enumerate(tasks, 1)),
            gallery=self.show_gallery(chapter.learner, chapter.reference),
        )

    def show_task(self, anchor: str, task: TaskResult) -> TaskCard:
        passed = tuple(check for check in task.checks if check.verdict is Verdict.PASS)
        groups = tuple(
            CheckGroup(self.show_badge(checks[0].verdict), checks, checks[0].feedback)
            for checks in groups_of(task.checks)
        )
        missing = format_points(task.points - sum(check.points for check in task.checks))
        return TaskCard(
            anchor=anchor,
            task=task,
            badge=self.show_badge(overall_verdict(task.checks)),
            groups=groups,
            passed=passed,
            passed_summary=self.count_passed(task.checks),
            missing=None
            if missing == "0"
            else self.speak(say("Points left out of this run: {points}", points=missing)),
        )

    def show_gallery(self, learner: ModelPicture, reference: ModelPicture) -> Gallery:
        both = (self.speak(LABELS["you"]), learner), (self.speak(LABELS["reference"]), reference)
        panels = pictures.draw_panels(learner.curve, reference.curve, self.speak)
        return Gallery(
            panels=panels,
            legend=pictures.list_series(panels, self.speak),
            diagnosis=self.speak(found.words) if learner.curve and (found := diagnose(learner.curve)) else None,
            accuracies=[
                (who, f"{model.accuracy:.1%}")
                for who, model in both
                if model.accuracy is not None and math.isfinite(model.accuracy)
            ],
            matrices=[
                (who, pictures.shade_matrix(model.confusion))
                for who, model in both
                if model.confusion is not None and any(model.confusion)
            ],
            misread=tuple(self.show_digit(digit) for digit in learner.misread),
            layers=compare_layers(learner.layers, reference.layers, self.speak),
        )

    def show_digit(self, digit: Misread) -> Digit:
        label, predicted = digit.label, digit.predicted
        share = f"{digit.confidence:.0%}" if math.isfinite(digit.confidence) else None
        return Digit(
            image=pictures.encode_png(digit.pixels),
            description=self.speak(say("Handwritten {label}, read as {predicted}", label=label, predicted=predicted)),
            caption=self.speak(say("{label}, read as {predicted}", label=label, predicted=predicted)),
            confidence=self.speak(say("{share} sure", share=share)) if share else None,
        )
