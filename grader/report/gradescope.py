"""The result as Gradescope's autograder reads it (`results.json`). Trusted side; what it shows may be a learner's.

Source: Gradescope's autograder specification, "Output format".
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from grader.messages import render
from grader.report.listed import Listed, as_text, headings, listed, rounded
from grader.results import RunResult, Verdict

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


class GradescopeOptions(msgspec.Struct, frozen=True):
    """What a teacher chooses.

    Attributes:
        hidden: when learners see the checks on hidden data. Our reports never show the data itself. Gradescope shows no
            total while it hides one of the tests.
        leaderboard: whether points and accuracies are shown to all.
    """

    hidden: str = "visible"
    leaderboard: bool = False


def render_gradescope(result: RunResult, language: str, options: GradescopeOptions | None = None) -> str:
    """Return `results.json`.

    A check in which the grader itself failed has a status and no score: the learner loses nothing that can be mistaken
    for a verdict, and `extra_data.grader_failed` tells a program.
    """
    options = options or GradescopeOptions()
    said = [as_text(render(message, language)) for message in headings(result)]
    written: dict[str, Any] = {
        "score": rounded(result.earned),
        "execution_time": rounded(result.seconds),
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "earned": rounded(result.earned),
            "points": rounded(result.points),
            "grader_failed": result.grader_failed,
            "interrupted": result.interrupted,
        },
        "tests": [_test(one, options) for one in listed(result, language)],
    }
    if options.leaderboard:
        written["leaderboard"] = _leaderboard(result)
    return json.dumps(written, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def render_failure(text: str, language: str = "en", points: float | None = None) -> str:
    """Return `results.json` where nothing was graded: no points, and why. `points`: the most there would be."""
    test: dict[str, Any] = {"score": 0.0, "name": as_text(text.strip().split("\n")[0][:120]), "status": "failed"}
    if points:
        test["max_score"] = rounded(points)
    written = {
        "score": 0.0,
        "output": as_text(text),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"graded": False, "language": language},
        "tests": [{**test, "number": "1", "output": as_text(text), "output_format": "text"}],
    }
    return json.dumps(written, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _test(one: Listed, options: GradescopeOptions) -> dict[str, Any]:
    check = one.check
    test: dict[str, Any] = {
        "number": one.number,
        "name": one.name,
        "name_format": "text",
        "status": "passed" if check.verdict is Verdict.PASS else "failed",
        "output": one.text,
        "output_format": "text",
        "tags": [one.task.name, check.verdict.value],
        "visibility": options.hidden if check.hidden else "visible",
        "extra_data": {"check": check.name, "verdict": check.verdict.value, "seconds": rounded(check.seconds)},
    }
    if check.verdict is not Verdict.GRADER_ERROR:
        test |= {"score": rounded(check.earned), "max_score": rounded(check.points)}
    return test


def _leaderboard(result: RunResult) -> list[dict[str, Any]]:
    board: list[dict[str, Any]] = [{"name": "Points", "value": rounded(result.earned)}]
    board.extend(
        {"name": f"Accuracy, {chapter.name}", "value": rounded(chapter.learner.accuracy)}
        for chapter in result.chapters
        if chapter.learner.accuracy is not None
    )
    return board
