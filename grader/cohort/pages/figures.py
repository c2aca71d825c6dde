"""What a class did in a chapter, counted: points, checks, mistakes, accuracies, time. Trusted side."""

from __future__ import annotations

import math
import statistics
from collections import Counter

import msgspec

from grader.cohort.gradings import GradedWork, Mark, Status
from grader.cohort.pages.record import ClassRecord
from grader.expect.accuracy import Floor
from grader.messages import Message, verbatim
from grader.results import CheckResult, Verdict

OPEN = (Verdict.TODO, Verdict.BLOCKED)


class CheckCount(msgspec.Struct):
    """How a class fared in a check. `failed`: was not right; `open`: not begun, or waiting for another task."""

    task: str
    title: Message
    asked: int = 0
    failed: int = 0
    open: int = 0

    @property
    def share(self) -> float:
        return self.failed / self.asked if self.asked else 0.0


class MistakeCount(msgspec.Struct):
    """A known mistake, and who makes it."""

    sentence: Message
    learners: set[str]


class ChapterFigures:
    """Counts one chapter of a class, learner by learner."""

    def __init__(self, chapter: str) -> None:
        self.chapter = chapter
        self.title: Message = verbatim(chapter)
        self.points = 0.0
        self.statuses: Counter[Status] = Counter()
        self.finals: list[float] = []
        self.late = 0
        self.graded = 0
        self.checks: dict[tuple[str, str], CheckCount] = {}
        self.mistakes: dict[str, MistakeCount] = {}
        self.accuracies: list[float] = []
        self.reference: list[float] = []
        self.floor: Floor | None = None
        self.seconds: list[float] = []

    def take(self, mark: Mark, work: GradedWork | None, record: ClassRecord) -> None:
        """Count one learner. `work`: the one that counts, where there is one."""
        self.statuses[mark.status] += 1
        self.points = max(self.points, mark.points)
        self.late += mark.late_s > 0 or mark.penalty > 0
        # A 0 for nothing at all tells nothing of how the work went.
        if mark.final is not None and (mark.status is not Status.MISSING or mark.override is not None):
            self.finals.append(mark.final)
        if work is None or work.grading.result is None:
            return
        result, around = work.grading.result, work.grading.surroundings
        self.title = result.title
        self.graded += 1
        self.seconds.append(work.grading.seconds)
        if self.floor is None and around is not None:
            self.floor = record.floors(self.chapter, around)
        for accuracies, picture in ((self.accuracies, result.learner), (self.reference, result.reference)):
            if picture.accuracy is not None and math.isfinite(picture.accuracy):
                accuracies.append(picture.accuracy)
        for task in result.tasks:
            for check in task.checks:
                self._take_check(task.name, check, mark.learner.id)

    def _take_check(self, task: str, check: CheckResult, learner_id: str) -> None:
        if check.verdict is Verdict.GRADER_ERROR:
            return
        count = self.checks.setdefault((task, check.name), CheckCount(task, check.title))
        count.asked += 1
        count.open += check.verdict in OPEN
        count.failed += check.verdict not in (Verdict.PASS, *OPEN)
        if check.feedback is not None and check.feedback.mistake is not None:
            name = check.feedback.mistake_name or check.feedback.mistake.text
            self.mistakes.setdefault(name, MistakeCount(check.feedback.mistake, set())).learners.add(learner_id)

    @property
    def hardest(self) -> list[CheckCount]:
        """The checks that somebody fails or leaves open, those that most fail first."""
        told = [check for check in self.checks.values() if check.failed or check.open]
        return sorted(told, key=lambda check: (-check.share, -check.open, check.task, check.title.text))

    @property
    def commonest(self) -> list[MistakeCount]:
        """The known mistakes, those that most make first."""
        return sorted(self.mistakes.values(), key=lambda one: (-len(one.learners), one.sentence.text))

    @property
    def reference_band(self) -> tuple[float, float] | None:
        """From where to where the reference's accuracy reaches: over the seeds it was calibrated with, else here."""
        if self.floor is not None and self.floor.accuracies:
            return min(self.floor.accuracies), max(self.floor.accuracies)
        return (min(self.reference), max(self.reference)) if self.reference else None

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.finals) if self.finals else None

    @property
    def median(self) -> float | None:
        return statistics.median(self.finals) if self.finals else None
