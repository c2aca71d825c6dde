"""The checks of a run one after the other, numbered and in words, as course sites list them. Trusted side."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.messages import Message, render, say
from grader.report.terminal import print_feedback
from grader.report.words import VERDICT_WORDS, make_visible
from grader.results import CheckResult, RunResult, TaskResult, Verdict

WIDTH = 100
INTERRUPTED = say("This run was cut short, so what would have come later is missing.")
GRADER_FAILED = say("The grader itself failed in a check. That is not your fault: please show this to your teacher.")


class Listed(msgspec.Struct, frozen=True):
    """A check. `number`: task and check, such as 2.1, with the chapter before them where there are several.

    `text`: what the learner is told, as plain text; it may hold a learner's output.
    """

    number: str
    name: str
    text: str
    task: TaskResult
    check: CheckResult


def listed(result: RunResult, language: str) -> Iterator[Listed]:
    """Yield all checks that ran."""
    for first, chapter in enumerate(result.chapters, 1):
        for second, task in enumerate(chapter.tasks, 1):
            for third, check in enumerate(task.checks, 1):
                parts = (first, second, third) if len(result.chapters) > 1 else (second, third)
                yield Listed(
                    number=".".join(map(str, parts)),
                    name=as_text(f"{task.name}: {render(check.title, language)}"),
                    text=_told(check, language),
                    task=task,
                    check=check,
                )


def _told(check: CheckResult, language: str) -> str:
    told = [] if check.verdict is Verdict.PASS else [as_text(render(VERDICT_WORDS[check.verdict], language))]
    if check.measured is not None:
        told.append(as_text(render(check.measured, language)))
    if check.feedback is not None:
        told.append(print_feedback(check.feedback, language, WIDTH))
    return "\n\n".join(told)


def headings(result: RunResult) -> list[Message]:
    """Return what is to be said of the run as a whole: how it is isolated, and what is missing in it."""
    said = [INTERRUPTED] if result.interrupted else []
    if result.grader_failed:
        said.append(GRADER_FAILED)
    said.extend(note for chapter in result.chapters for note in chapter.notes)
    said.append(say("sandbox: {level}", level=result.surroundings.sandbox))
    return said


def as_text(text: str) -> str:
    """Return a text that any reader of JSON takes: no control characters, no halves of characters."""
    return make_visible(text)


def rounded(points: float) -> float:
    """Return points free of the noise of sums."""
    return round(float(points), 6)
