"""Checks that tell a learner the same: it is said once, below all their titles. Trusted side."""

from __future__ import annotations

from collections.abc import Iterable

from grader.results import CheckResult, Feedback, Verdict


def groups_of(checks: Iterable[CheckResult]) -> list[tuple[CheckResult, ...]]:
    """Return the checks that did not pass, neighbours that tell the same together.

    Where they stopped at the same lines with the same problem, what was different in what they got is left out.
    """
    groups: list[list[CheckResult]] = []
    for check in (check for check in checks if check.verdict is not Verdict.PASS):
        if groups and _tells_the_same(groups[-1][0], check):
            groups[-1].append(check)
        else:
            groups.append([check])
    return [tuple(group) for group in groups]


def _tells_the_same(first: CheckResult, other: CheckResult) -> bool:
    if first.verdict is not other.verdict:
        return False
    if first.feedback is None or other.feedback is None:
        return first.feedback is other.feedback
    return first.feedback == other.feedback or _stopped_alike(first.feedback, other.feedback)


def _stopped_alike(first: Feedback, other: Feedback) -> bool:
    """Return whether both stopped in the same way at the same place, whatever numbers came with it."""
    same = all(getattr(first, part) == getattr(other, part) for part in ("problem", "expected", "next_step", "places"))
    return bool(first.places) and same and other.mistake in (None, first.mistake) and first.output == other.output
