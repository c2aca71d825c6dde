"""What grading a submission anew changes in its points, and why. Trusted side."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.cohort.gradings import GradedWork, Grading
from grader.cohort.submitted import Learner
from grader.messages import Message, say
from grader.report.words import format_points
from grader.results import ChapterResult, CheckResult


class Change(msgspec.Struct, frozen=True):
    """The points of a submission's chapter before and after, as (earned, possible), and what brought it about."""

    learner: Learner
    chapter: str
    submission_id: int
    before: tuple[float, float]
    after: tuple[float, float]
    reasons: tuple[Message, ...]

    @property
    def gain(self) -> float:
        return self.after[0] - self.before[0]


def change_in(work: GradedWork, after: Grading) -> Change | None:
    """Return what `after` changes in the points of `work`; None where nothing, or where either gave no result."""
    before = work.grading
    if before.result is None or after.result is None or before.failure or after.failure:
        return None
    points_before, points_after = _points(before.result), _points(after.result)
    if points_before == points_after:
        return None
    reasons = tuple(reasons_for(before.result, after.result))
    return Change(work.learner, work.chapter, work.submission_id, points_before, points_after, reasons)


def reasons_for(before: ChapterResult, after: ChapterResult) -> Iterator[Message]:
    """Yield for each check what became of it, in the order of the new result; what is gone comes last."""
    old, new = _by_place(before), _by_place(after)
    for place, check in new.items():
        if place not in old:
            yield say("{task}: new check: {title} {verdict}", **_told(place, check), verdict=_verdict(check))
        elif old[place].verdict is not check.verdict:
            yield say(
                "{task}: {title} {verdict}, before: {before}",
                **_told(place, check),
                verdict=_verdict(check),
                before=old[place].verdict.value,
            )
        elif old[place].points != check.points:
            yield say(
                "{task}: {title} {after} points, before: {before}",
                **_told(place, check),
                after=format_points(check.points),
                before=format_points(old[place].points),
            )
    for place, check in old.items():
        if place not in new:
            yield say("{task}: gone: {title}", **_told(place, check))


def _told(place: tuple[str, str], check: CheckResult) -> dict[str, str | Message]:
    return {"task": place[0], "title": check.title}


def _verdict(check: CheckResult) -> str | Message:
    if check.feedback is None:
        return check.verdict.value
    return say("{verdict} ({problem})", verdict=check.verdict.value, problem=check.feedback.problem)


def _by_place(result: ChapterResult) -> dict[tuple[str, str], CheckResult]:
    return {(task.name, check.name): check for task in result.tasks for check in task.checks}


def _points(result: ChapterResult) -> tuple[float, float]:
    return result.earned, result.points
