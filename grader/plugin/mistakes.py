"""Recognises a known mistake by what it does: the same calls with the same results. Trusted side."""

from __future__ import annotations

from typing import Any

from grader.errors import CheckFailed
from grader.plugin.collection import Check
from grader.plugin.run import Run
from grader.submission.compare import Result, same_result
from grader.submission.reference import Reference

SEPARATOR = "__"


def recognise(run: Run, check: Check) -> tuple[str, str] | None:
    """Return name and sentence of the mistake whose results equal the learner's in every call of this check."""
    work = run.submission(check.chapter)
    calls = [(arguments, result) for function, arguments, result in work.trace if function == check.task]
    mistakes = run.mistakes(check.chapter)
    if not calls or mistakes is None:
        return None
    for name, sentence in mistakes.source.docstrings.items():
        if name.startswith(check.task + SEPARATOR) and _explains(mistakes, name, calls):
            return name, sentence
    return None


def _explains(mistakes: Reference, name: str, calls: list[tuple[tuple[Any, ...], Result]]) -> bool:
    return all(same_result(result, _perform(mistakes, name, arguments)) for arguments, result in calls)


def _perform(mistakes: Reference, name: str, arguments: tuple[Any, ...]) -> Result:
    try:
        return mistakes.perform(name, arguments)
    except CheckFailed as failed:
        return failed
