"""The result as GitHub Classroom's reporter reads it: Base64 of JSON. Trusted side; what it shows may be a learner's.

Source: the runners and the reporter of classroom-resources, whose result is that of Exercism's Python runner.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from grader.messages import render
from grader.report.listed import Listed, as_text, headings, listed, rounded
from grader.results import RunResult, Verdict, overall_verdict

# The reporter gets it in an environment variable, which Linux takes up to 128 KiB, name included.
MOST_BYTES = 100_000
LENGTHS = (4_000, 1_000, 300, 80, 0)


def render_classroom(result: RunResult, language: str) -> str:
    """Return the result; messages are cut as far as is needed for it to fit into an environment variable."""
    checks = list(listed(result, language))
    for length in LENGTHS:
        encoded = _encode(_written(result, checks, language, length))
        if len(encoded) <= MOST_BYTES:
            return encoded
    # Thousands of checks: the sum is what counts.
    total = {"name": "all", "status": "pass" if _passed(result) else "fail", "score": rounded(result.earned)}
    return _encode({**_written(result, [], language, 0), "tests": [total]})


def render_classroom_failure(text: str, points: float = 0.0) -> str:
    """Return the result where nothing was graded, and why."""
    return _encode(
        {"version": 3, "status": "error", "max_score": rounded(points), "message": as_text(text)[:4_000], "tests": []}
    )


def _written(result: RunResult, checks: list[Listed], language: str, length: int) -> dict[str, Any]:
    status = "error" if result.grader_failed or not result.checks else "pass" if _passed(result) else "fail"
    written: dict[str, Any] = {"version": 3, "status": status, "max_score": rounded(result.points)}
    if status == "error":
        written["message"] = "\n".join(as_text(render(message, language)) for message in headings(result))
    # Without `tests` the reporter fails.
    return {**written, "tests": [_test(one, length) for one in checks]}


def _passed(result: RunResult) -> bool:
    return not result.interrupted and overall_verdict(result.checks) is Verdict.PASS


def _test(one: Listed, length: int) -> dict[str, Any]:
    passed = one.check.verdict is Verdict.PASS
    failed = one.check.verdict is Verdict.GRADER_ERROR
    return {
        "name": one.name[:300],
        "status": "pass" if passed else "error" if failed else "fail",
        "score": rounded(one.check.earned),
        "message": None if passed else one.text if len(one.text) <= length else f"{one.text[:length]}…",
        "duration": f"{one.check.seconds:.3f}s",
    }


def _encode(written: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(written, ensure_ascii=False, allow_nan=False).encode()).decode("ascii")
