"""From gradings to what a learner gets: late work, which submission counts, what was decided by hand. Trusted side."""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from grader.cohort.gradings import GradedWork, Mark, Override, Status
from grader.cohort.settings import ClassSettings, Counts, Missing, Share
from grader.cohort.submitted import Learner, Refusal
from grader.messages import Message, say
from grader.results import ChapterResult, Verdict

NOWHERE: Mapping[str, float] = {}


class SubmissionSeen(Protocol):
    """A submission as the gradebook lists it. `chapters`: chapter -> waiting, claimed or done."""

    @property
    def learner(self) -> Learner: ...
    @property
    def chapters(self) -> Mapping[str, str]: ...


class ReadableGradebook(Protocol):
    """What marks are made from."""

    def learners(self) -> list[Learner]: ...
    def refusals(self) -> list[Refusal]: ...
    def works(self, chapter: str | None = None, all_rounds: bool = False) -> Iterable[GradedWork]: ...
    def submissions(self) -> Iterable[SubmissionSeen]: ...
    def overrides(self, history: bool = False) -> list[Override]: ...


class Weighed(msgspec.Struct, frozen=True):
    """A graded work after its late penalty. `earned` is None where the grader failed.

    `place`: of its submission among those of the learner, as when it was handed in and in which turn.
    """

    grading_id: int
    attempt: int
    place: tuple[float, int, int]
    points: float
    earned: float | None
    penalty: float
    late_s: float
    notes: tuple[Message, ...]

    @property
    def final(self) -> float:
        return max(0.0, (self.earned or 0.0) - self.penalty)


def marks_in(gradebook: ReadableGradebook, settings: ClassSettings) -> list[Mark]:
    """Return the marks of all learners in a gradebook."""
    waiting = {
        (submission.learner.id, chapter)
        for submission in gradebook.submissions()
        for chapter, state in submission.chapters.items()
        if state != "done"
    }
    refused = {refusal.learner.id for refusal in gradebook.refusals() if refusal.learner is not None}
    now = datetime.datetime.now(datetime.UTC)
    return marks_of(gradebook.works(), gradebook.learners(), settings, gradebook.overrides(), waiting, refused, now=now)


def marks_of(
    works: Iterable[GradedWork],
    learners: Iterable[Learner],
    settings: ClassSettings,
    overrides: Iterable[Override] = (),
    waiting: Collection[tuple[str, str]] = frozenset(),
    refused: Collection[str] = frozenset(),
    points: Mapping[str, float] = NOWHERE,
    now: datetime.datetime | None = None,
) -> list[Mark]:
    """Return a mark for each learner and chapter that counts, by learner's id and in the order of the chapters.

    The order in which works, learners and overrides come has no part in it.

    Args:
        learners: of the class; who is graded and not among them is added.
        overrides: the latest of each learner and chapter counts.
        waiting: (learner's id, chapter) of what is still to be graded.
        refused: ids of learners something of whom could not be taken in.
        points: chapter -> the most there is, where no graded work tells.
        now: what has not been handed in by then is missing for good, if its deadline has passed; None: nothing is.
    """
    known = {learner.id: learner for learner in learners}
    weighed: dict[tuple[str, str], dict[int, tuple[int, Weighed]]] = {}
    most = dict(points)
    for work in works:
        if work.chapter not in settings.chapters:
            continue
        known.setdefault(work.learner.id, work.learner)
        one = weigh(work, settings)
        most[work.chapter] = max(most.get(work.chapter, 0.0), one.points)
        # A submission that was graded anew counts by its latest round.
        rounds = weighed.setdefault((work.learner.id, work.chapter), {})
        before = rounds.get(work.submission_id)
        if before is None or (before[0], before[1].grading_id) < (work.round, one.grading_id):
            rounds[work.submission_id] = (work.round, one)
    decided: dict[tuple[str, str], Override] = {}
    for override in sorted(overrides, key=lambda override: (override.at, override.id)):
        decided[override.learner_id, override.chapter] = override
    marks = []
    for learner in sorted(known.values(), key=lambda learner: learner.id):
        for chapter in settings.chapters:
            key = (learner.id, chapter)
            attempts = [one for _, one in weighed.get(key, {}).values()]
            absent = _absent(key, waiting, refused)
            mark = _mark(learner, chapter, most.get(chapter, 0.0), attempts, absent, settings, decided.get(key))
            marks.append(_zero_if_missed(mark, settings, now))
    return marks


def _absent(key: tuple[str, str], waiting: Collection[tuple[str, str]], refused: Collection[str]) -> Status:
    if key in waiting:
        return Status.WAITING
    return Status.REFUSED if key[0] in refused else Status.MISSING


def _mark(
    learner: Learner,
    chapter: str,
    most: float,
    attempts: list[Weighed],
    absent: Status,
    settings: ClassSettings,
    override: Override | None,
) -> Mark:
    """Return one mark. `absent`: its status where nothing was graded, not even in vain."""
    graded = [one for one in attempts if one.earned is not None]
    failed = [one for one in attempts if one.earned is None]
    status = Status.GRADED if graded else Status.GRADER_ERROR if failed and absent is not Status.WAITING else absent
    counts = choose(graded, settings.counts)
    notes = list(counts.notes if counts else ())
    if counts and any(one.place > counts.place for one in failed):
        notes.append(say("The grader failed on a later submission, so that it could not count."))
    if counts and absent is Status.WAITING:
        notes.append(say("Another submission still waits to be graded."))
    final = counts.final if counts else None
    if override is not None and override.points is not None:
        final = override.points
    return Mark(
        learner=learner,
        chapter=chapter,
        points=counts.points if counts else most,
        earned=counts.earned if counts else None,
        penalty=counts.penalty if counts else 0.0,
        final=final,
        status=status,
        grading_id=counts.grading_id if counts else max((one.grading_id for one in failed), default=None),
        attempt=counts.attempt if counts else None,
        late_s=counts.late_s if counts else 0.0,
        override=override,
        notes=tuple(notes),
    )


def _zero_if_missed(mark: Mark, settings: ClassSettings, now: datetime.datetime | None) -> Mark:
    """Return the mark with 0 points where nothing came before the deadline and the settings want a 0 for that."""
    if mark.final is not None or mark.status is not Status.MISSING or settings.missing is not Missing.ZERO:
        return mark
    deadline = settings.deadline(mark.learner.id, mark.chapter)
    if deadline is None or now is None or now <= deadline:
        return mark
    note = say("Nothing was handed in until the deadline: 0 points, as the settings say.")
    return msgspec.structs.replace(mark, final=0.0, notes=(*mark.notes, note))


def choose(graded: Sequence[Weighed], counts: Counts) -> Weighed | None:
    """Return the attempt that counts; of equally good ones the first."""
    if counts is Counts.LAST:
        return max(graded, key=lambda one: one.place, default=None)
    best = max((one.final for one in graded), default=0.0)
    return min((one for one in graded if one.final == best), key=lambda one: one.place, default=None)


def weigh(work: GradedWork, settings: ClassSettings) -> Weighed:
    """Return a work's points and its late penalty."""
    result = work.grading.result
    failed = result is None or bool(work.grading.failure) or grader_failed(result)
    points = result.points if result is not None else 0.0
    earned = None if result is None or failed else min(max(result.earned, 0.0), points)
    late_s, said, notes = lateness(work, settings)
    penalty = penalty_for(late_s, earned or 0.0, points, settings, said)
    return Weighed(work.grading_id, work.attempt, _place_of(work), points, earned, penalty, late_s, notes)


def _place_of(work: GradedWork) -> tuple[float, int, int]:
    """Return by what submissions are put in order. A site counts attempts anew in each download; time goes on."""
    when = work.handed_in_at.timestamp() if work.handed_in_at is not None else 0.0
    return when, work.attempt, work.submission_id


def grader_failed(result: ChapterResult) -> bool:
    """Return whether the grader itself failed in one of the checks; then the points say nothing of the work."""
    return any(check.verdict is Verdict.GRADER_ERROR for task in result.tasks for check in task.checks)


def lateness(work: GradedWork, settings: ClassSettings) -> tuple[float, bool, tuple[Message, ...]]:
    """Return by how many seconds a work is late, whether nobody but the site says that it is, and what to note.

    What the site says counts only where there is no deadline here or no time to compare with it.
    """
    deadline = settings.deadline(work.learner.id, work.chapter)
    if deadline is not None and work.handed_in_at is not None:
        return max(0.0, (work.handed_in_at - deadline).total_seconds()), False, ()
    if not work.said_late:
        return 0.0, False, ()
    if settings.extensions_of(work.learner.id, work.chapter):
        note = say("The site called it late. The learner had more time, and no time tells by how much: nothing is off.")
        return 0.0, False, (note,)
    if deadline is None:
        note = say("The site called it late. There is no deadline in the settings: it counts as one unit late.")
    else:
        note = say("The site called it late and tells no time: it counts as one unit late.")
    return 0.0, True, (note,)


def penalty_for(late_s: float, earned: float, points: float, settings: ClassSettings, said_late: bool = False) -> float:
    """Return the points that lateness costs: never more than were earned."""
    late = settings.late
    if late.nothing_after is not None and late_s > late.nothing_after.total_seconds():
        return earned
    units = max(math.ceil(late_s / late.per.seconds), 1 if said_late else 0)
    percent = min(units * late.percent, late.at_most)
    return min(earned, (earned if late.of is Share.EARNED else points) * percent / 100)
