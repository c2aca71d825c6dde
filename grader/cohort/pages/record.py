"""What the pages of a class are made from. Trusted side; what learners wrote is in it as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from grader.cohort.gradings import GradedWork, Mark, Override
from grader.cohort.similar.similarity import SimilarPair
from grader.cohort.submitted import Learner, Refusal
from grader.expect.accuracy import Floor
from grader.results import Surroundings

FindFloor = Callable[[str, Surroundings], Floor | None]


def no_floor(chapter: str, around: Surroundings) -> Floor | None:
    """Know of no floor."""
    return None


class ClassRecord(msgspec.Struct, frozen=True):
    """A class as it stands.

    Attributes:
        title: what the page is called; empty for the course's name alone.
        chapters: those that count, in their order.
        marks: one for each learner and chapter.
        work: gives a grading by its id; all of them at once would not fit into memory.
        similar: chapter -> pairs of learners' ids whose work is much alike.
        floors: gives the accuracy that was asked for in a chapter with certain data.
    """

    title: str
    chapters: tuple[str, ...]
    marks: tuple[Mark, ...]
    refusals: tuple[Refusal, ...]
    work: Callable[[int], GradedWork]
    similar: Mapping[str, tuple[SimilarPair, ...]] = {}
    floors: FindFloor = no_floor

    def by_learner(self) -> dict[str, tuple[Learner, list[Mark]]]:
        """Return learner's id -> the learner and the marks of the chapters that count, in their order."""
        found: dict[str, tuple[Learner, list[Mark]]] = {}
        for mark in sorted(self.marks, key=lambda mark: (mark.learner.id, self._place(mark.chapter))):
            found.setdefault(mark.learner.id, (mark.learner, []))[1].append(mark)
        return found

    def _place(self, chapter: str) -> int:
        return self.chapters.index(chapter) if chapter in self.chapters else len(self.chapters)

    def refusals_of(self, learner_id: str) -> list[Refusal]:
        return [one for one in self.refusals if one.learner is not None and one.learner.id == learner_id]

    @property
    def overrides(self) -> list[tuple[Mark, Override]]:
        return [(mark, mark.override) for mark in self.marks if mark.override is not None]


def latest_surroundings(works: Iterable[GradedWork]) -> Surroundings | None:
    """Return under what conditions the newest of these was graded."""
    known = [work for work in works if work.grading.surroundings is not None]
    return max(known, key=lambda work: (work.graded_at, work.grading_id)).grading.surroundings if known else None
