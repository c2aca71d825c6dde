"""The whole result as strict JSON, for programs: sentences in every language, derived numbers. Trusted side."""

from __future__ import annotations

import base64
import enum
import json
import math
import numbers
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from grader.messages import LANGUAGES, Message, render
from grader.results import ChapterResult, CheckResult, RunResult, TaskResult, Verdict, overall_verdict


def render_json(result: RunResult) -> str:
    """Return the run as pretty, deterministic JSON that any strict parser reads.

    A message becomes one string a language. `verdict` is null where no check ran. Numbers that JSON cannot hold
    (NaN, infinity) are null, bytes are base64, and half a surrogate pair, which UTF-8 cannot hold, is U+FFFD.
    """
    return json.dumps(_to_plain(result), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _to_plain(value: object) -> Any:
    match value:
        case None | bool():
            return value
        case Message():
            return {language: _to_plain(render(value, language)) for language in LANGUAGES}
        case msgspec.Struct():
            fields = {name: _to_plain(getattr(value, name)) for name in value.__struct_fields__}
            first = {name: fields.pop(name) for name in ("schema_version", "name") if name in fields}
            return first | _derive(value) | fields
        case enum.Enum():
            return value.value
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case Mapping():
            return {_to_plain(str(key)): _to_plain(value[key]) for key in sorted(value)}
        case Iterable():
            return [_to_plain(item) for item in value]
        case _:
            return _to_number(value)


def _to_number(value: object) -> int | float | None:
    # The abstract classes also know NumPy's numbers, which reach a result when a metric was not converted.
    match value:
        case numbers.Integral():
            return int(value)
        case numbers.Real():
            return float(value) if math.isfinite(value) else None
        case _:
            raise TypeError(f"a result holds {type(value).__name__}, which no report can write")


def _derive(value: msgspec.Struct) -> dict[str, Any]:
    """Return the numbers that a reader would otherwise compute from the parts."""
    match value:
        case RunResult():
            verdict = overall_verdict(value.checks)
            return {
                "exit_status": value.exit_status,
                # What was cut short may still fail, so it is not called passed.
                "verdict": _name(None if value.interrupted and verdict is Verdict.PASS else verdict),
                "points": _round(value.points),
                "earned": _round(value.earned),
                "grader_failed": value.grader_failed,
            }
        case ChapterResult():
            checks = [check for task in value.tasks for check in task.checks]
            return {
                "verdict": _name(overall_verdict(checks)),
                "points": _round(value.points),
                "earned": _round(value.earned),
            }
        case TaskResult():
            return {"verdict": _name(overall_verdict(value.checks)), "earned": _round(value.earned)}
        case CheckResult():
            return {"earned": _round(value.earned)}
        case _:
            return {}


def _name(verdict: Verdict | None) -> str | None:
    return verdict.value if verdict is not None else None


def _round(points: float) -> float:
    # 0.1 + 0.2 is 0.30000000000000004, which no grade book should show.
    return round(float(points), 6)
