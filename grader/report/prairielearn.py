"""The result as PrairieLearn's external grader hands it over. Trusted side; what it shows may be a learner's.

Source: PrairieLearn's documentation, "External grading", result format.
"""

from __future__ import annotations

import json
from typing import Any

from grader.messages import render
from grader.report.listed import Listed, as_text, headings, listed, rounded
from grader.results import RunResult

MOST_BYTES = 1_000_000
LENGTHS = (20_000, 4_000, 1_000, 300, 80, 0)


def render_prairielearn(result: RunResult, language: str) -> str:
    """Return the result of at most 1 MB; messages are cut as far as is needed.

    It is not gradable where the grader itself failed or nothing ran: PrairieLearn then takes no attempt and no points.
    """
    checks = list(listed(result, language))
    for length in LENGTHS:
        text = _written(result, checks, language, length)
        if len(text.encode()) <= MOST_BYTES:
            return text
    return _written(result, [], language, 0)


def render_ungradable(text: str) -> str:
    """Return the result where the work could not be read, and why."""
    written = {"gradable": False, "score": 0.0, "format_errors": as_text(text)[:20_000], "tests": []}
    return json.dumps(written, ensure_ascii=False, allow_nan=False) + "\n"


def _written(result: RunResult, checks: list[Listed], language: str, length: int) -> str:
    written = {
        "gradable": bool(result.checks) and not result.grader_failed,
        "score": rounded(min(1.0, result.earned / result.points)) if result.points else 0.0,
        "message": "\n".join(as_text(render(message, language)) for message in headings(result))[:4_000],
        "tests": [_test(one, length) for one in checks],
    }
    return json.dumps(written, ensure_ascii=False, allow_nan=False) + "\n"


def _test(one: Listed, length: int) -> dict[str, Any]:
    return {
        "name": one.name[:300],
        "description": one.number,
        "points": rounded(one.check.earned),
        "max_points": rounded(one.check.points),
        "message": one.text if len(one.text) <= length else f"{one.text[:length]}…",
    }
