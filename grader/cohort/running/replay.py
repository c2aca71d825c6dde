"""Grades once more what a mark in the gradebook came of, and says whether it comes out the same. Trusted side."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.cohort.commands.screen import ClassScreen
from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import GradedWork, Grading, Job
from grader.cohort.running.changes import reasons_for
from grader.cohort.running.grading import course_of, grade_job, unfit_for
from grader.cohort.submitted import whose
from grader.errors import InputError
from grader.messages import Message, say
from grader.plugin.judging import digest_of_checks
from grader.report.words import format_points
from grader.results import Surroundings
from grader.sandbox.confine import strongest_level
from grader.submission.reference import library_versions
from grader.submission.submission import DEFAULT_SEED

SAME, DIFFERENT = 0, 1


def replay(place: str, grading_id: int, course: Path | None, screen: ClassScreen) -> int:
    """Grade a submission again under the conditions of a stored grading; nothing is stored.

    Args:
        course: where a teacher's own course is now; without it, where it was then.

    Returns:
        The exit status: 0 where every check says the same, 1 where one does not or the grader failed.

    Raises:
        InputError: there is no such grading, or this machine cannot grade under those conditions.
    """
    with open_gradebook(place, create=False) as gradebook:
        work = gradebook.work(grading_id)
        files = gradebook.files(work.submission_id)
    if course is not None:
        conditions = msgspec.structs.replace(work.conditions, course=str(course.absolute()))
        work = msgspec.structs.replace(work, conditions=conditions)
    if (unfit := unfit_for(work.conditions)) is not None:
        raise InputError(unfit)
    _tell_stored(work, screen)
    drift = list(drift_since(work))
    for words in drift:
        screen.line(words, "yellow", indent=2)
    screen.line(say("Grading it once more ..."), "dim")
    alone = msgspec.structs.replace(work.conditions, alone=True)
    again = grade_job(Job(grading_id, work.chapter, files, work.learner.id), alone)
    return _tell_again(work.grading, again, bool(drift), screen)


def drift_since(work: GradedWork) -> Iterator[Message]:
    """Yield what is different here from what a grading was made with."""
    if work.grading.checks_digest != digest_of_checks(course_of(work.conditions), work.chapter):
        yield say("The checks have changed since, or the solution, the floors or the grader.")
    before = work.grading.surroundings
    if before is not None:
        yield from _drift_of(before)


def _drift_of(before: Surroundings) -> Iterator[Message]:
    here = {"python": platform.python_version(), **library_versions()}
    for name, version in before.versions.items():
        if here.get(name) != version:
            yield say("{name} was {before} and is {now}.", name=name, before=version, now=here.get(name, "-"))
    if before.sandbox != strongest_level().value:
        yield say("The sandbox was {before} and is {now}.", before=before.sandbox, now=strongest_level().value)
    if before.seed != DEFAULT_SEED:
        yield say("The seed was {before} and is {now}.", before=before.seed, now=DEFAULT_SEED)


def _tell_stored(work: GradedWork, screen: ClassScreen) -> None:
    screen.line(
        say(
            "Grading {number}: {learner}, {chapter}, submission {attempt}, graded {when} by {who}",
            number=work.grading_id,
            learner=whose(work.learner.id, work.learner.name),
            chapter=work.chapter,
            attempt=work.attempt,
            when=work.graded_at.strftime("%Y-%m-%d %H:%M UTC"),
            who=work.graded_by,
        ),
        "bold",
    )
    screen.line(_points(work.grading), indent=2)


def _points(grading: Grading) -> Message:
    if grading.failure or grading.result is None:
        return say("the grader failed: {why}", why=grading.failure)
    earned, points = format_points(grading.result.earned), format_points(grading.result.points)
    return say("{earned} of {points} points", earned=earned, points=points)


def _tell_again(before: Grading, again: Grading, drifted: bool, screen: ClassScreen) -> int:
    screen.line(_points(again), indent=2)
    if before.result is None or again.result is None or again.failure:
        same = before.result is None and again.result is None
        reasons: list[Message] = []
    else:
        reasons = list(reasons_for(before.result, again.result))
        same = not reasons
    for reason in reasons:
        screen.line(reason, "yellow", indent=4)
    if same:
        screen.line(say("It comes out the same, check by check."), "green")
        return SAME
    if drifted:
        screen.line(say("It comes out differently. What has changed since stands above."), "yellow")
    else:
        screen.line(
            say("It comes out differently, and nothing that it depends on has changed: please report this."), "red"
        )
    return DIFFERENT
