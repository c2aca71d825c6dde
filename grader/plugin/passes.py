"""What a class has passed: who wrote the same code as another passes with it, and it is run once. Trusted side."""

from __future__ import annotations

import msgspec
import pytest

from grader.results import CheckResult, ModelPicture

# Some kilobytes each.
MOST_PASSES = 20_000


class Remembered(msgspec.Struct, frozen=True):
    """What a check found, and what it left for the reports to draw."""

    result: CheckResult
    learner: ModelPicture | None = None
    reference: ModelPicture | None = None


class Passes:
    """What submissions have passed, by digest."""

    def __init__(self) -> None:
        self._known: dict[str, Remembered] = {}

    def get(self, digest: str) -> Remembered | None:
        return self._known.get(digest)

    def add(self, digest: str, found: Remembered) -> None:
        """Keep it; what is known longest goes first where there are too many."""
        self._known[digest] = found
        if len(self._known) > MOST_PASSES:
            del self._known[next(iter(self._known))]


PASSES: pytest.StashKey[Passes] = pytest.StashKey()
