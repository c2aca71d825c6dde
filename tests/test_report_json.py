"""The JSON report: strict, deterministic, complete, and honest about what did not run."""

from __future__ import annotations

import base64
import gettext
import json
import math

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader import messages
from grader.messages import LANGUAGES, say, verbatim
from grader.report.json_file import render_json
from grader.results import (
    ChapterResult,
    CheckResult,
    Curve,
    Feedback,
    Misread,
    ModelPicture,
    Place,
    RunResult,
    Surroundings,
    TaskResult,
    Verdict,
)

SURROUNDINGS = Surroundings("process", say("Nothing was confined."), "sample", 7, {"numpy": "2.0", "keras": "3.8"})


def make_check(verdict: Verdict, points: float = 1, feedback: Feedback | None = None) -> CheckResult:
    return CheckResult(f"check_{verdict.value}", say("A title."), points, verdict, feedback)


def make_run(*checks: CheckResult, points: float | None = None, **chapter: object) -> RunResult:
    task = TaskResult("normalize", sum(check.points for check in checks) if points is None else points, checks)
    return RunResult((ChapterResult("ch2", say("Chapter"), "ch2.py", (task,), **chapter),), SURROUNDINGS)  # type: ignore[arg-type]


def read_strictly(text: str) -> dict[str, object]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    text.encode("utf-8")
    msgspec.json.decode(text)  # A second parser, which also refuses half surrogate pairs.
    return json.loads(text, parse_constant=refuse)  # type: ignore[no-any-return]


def only_chapter(result: RunResult) -> dict:  # type: ignore[type-arg]
    (chapter,) = read_strictly(render_json(result))["chapters"]  # type: ignore[misc]
    return chapter  # type: ignore[no-any-return]


def test_every_verdict_is_written_by_its_value() -> None:
    checks = only_chapter(make_run(*map(make_check, Verdict)))["tasks"][0]["checks"]
    assert [check["verdict"] for check in checks] == [verdict.value for verdict in Verdict]
    assert [check["earned"] for check in checks] == [1.0] + 8 * [0.0]


def test_points_verdict_and_earned_are_derived_at_every_level() -> None:
    run = make_run(make_check(Verdict.PASS, 2), make_check(Verdict.FAIL, 3), make_check(Verdict.TODO, 1))
    written = read_strictly(render_json(run))
    chapter = written["chapters"][0]  # type: ignore[index]
    for level in (written, chapter, chapter["tasks"][0]):
        assert (level["points"], level["earned"], level["verdict"]) == (6, 2, "fail")


def test_sums_of_points_are_free_of_rounding_noise() -> None:
    assert only_chapter(make_run(make_check(Verdict.PASS, 0.1), make_check(Verdict.PASS, 0.2)))["earned"] == 0.3


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([Verdict.PASS, Verdict.PASS], 0),
        ([Verdict.PASS, Verdict.TODO], 1),
        ([Verdict.FAIL, Verdict.GRADER_ERROR], 3),
        ([], 1),
    ],
)
def test_exit_status_follows_the_verdicts(verdicts: list[Verdict], status: int) -> None:
    run = make_run(*map(make_check, verdicts))
    assert run.exit_status == status
    assert read_strictly(render_json(run))["exit_status"] == status


def test_what_did_not_run_has_no_verdict() -> None:
    assert only_chapter(make_run(points=3))["tasks"][0] == {
        "name": "normalize",
        "verdict": None,
        "earned": 0,
        "points": 3,
        "checks": [],
    }
    empty = read_strictly(render_json(RunResult((), SURROUNDINGS)))
    assert (empty["verdict"], empty["points"], empty["exit_status"]) == (None, 0, 1)


def test_interrupted_run_is_not_called_passed() -> None:
    run = msgspec.structs.replace(make_run(make_check(Verdict.PASS)), interrupted=True)
    written = read_strictly(render_json(run))
    assert (written["verdict"], written["exit_status"], written["interrupted"]) == (None, 1, True)


def test_messages_are_written_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    plain = messages.catalogue
    monkeypatch.setattr(messages, "catalogue", lambda language: Shouting() if language == "zh" else plain("en"))
    title = only_chapter(make_run(make_check(Verdict.PASS)))["tasks"][0]["checks"][0]["title"]
    assert title == {"en": "A title.", "zh": "A TITLE."}
    assert set(title) == set(LANGUAGES)


def test_feedback_is_complete() -> None:
    feedback = Feedback(
        problem=say("Problem {n}.", n=1),
        expected=say("Expected."),
        got=verbatim("{got}"),
        next_step=say("Next."),
        mistake=say("Mistake."),
        mistake_name="normalize__no_division",
        places=(Place("ch2.py", 4, "normalize", "    return x"),),
        output="printed\n",
    )
    check = make_check(Verdict.FAIL, feedback=feedback)
    written = only_chapter(make_run(check))["tasks"][0]["checks"][0]["feedback"]
    assert set(written) == set(Feedback.__struct_fields__)
    assert written["problem"]["zh"] == "Problem 1."
    assert written["got"]["en"] == "{got}"
    assert written["mistake_name"] == "normalize__no_division"
    assert written["places"] == [{"file": "ch2.py", "line": 4, "function": "normalize", "text": "    return x"}]
    assert written["output"] == "printed\n"


def test_numbers_that_json_lacks_become_null_and_numpy_numbers_are_numbers() -> None:
    curve = Curve({"loss": (math.nan, math.inf, -math.inf, 0.5, np.float32(0.25))})  # type: ignore[arg-type]
    confusion = ((np.int64(3), 1), (0, 2))
    picture = ModelPicture(curve, confusion, (Misread(bytes(784), 4, 9, math.nan),), np.float64(0.5))  # type: ignore[arg-type]
    written = only_chapter(make_run(learner=picture))["learner"]
    assert written["curve"]["values"]["loss"] == [None, None, None, 0.5, 0.25]
    assert written["confusion"] == [[3, 1], [0, 2]]
    assert written["misread"][0]["confidence"] is None
    assert written["accuracy"] == 0.5


def test_pixels_are_base64() -> None:
    pixels = bytes(range(256)) * 3 + bytes(16)
    picture = ModelPicture(misread=(Misread(pixels, 4, 9, 0.9),))
    written = only_chapter(make_run(learner=picture))["learner"]["misread"][0]["pixels"]
    assert base64.b64decode(written, validate=True) == pixels


def test_text_is_pretty_utf8_and_ends_in_a_newline() -> None:
    text = render_json(make_run(make_check(Verdict.FAIL, feedback=Feedback(verbatim("数字")))))
    assert "数字" in text
    assert text.startswith('{\n  "schema_version": 1,\n')
    assert text.endswith("}\n")


def test_order_of_dictionaries_does_not_change_the_text() -> None:
    turned = msgspec.structs.replace(SURROUNDINGS, versions={"keras": "3.8", "numpy": "2.0"})
    assert render_json(RunResult((), SURROUNDINGS)) == render_json(RunResult((), turned))


def test_unknown_type_is_refused_rather_than_written_as_something_else() -> None:
    with pytest.raises(TypeError, match="complex"):
        render_json(msgspec.structs.replace(make_run(), seconds=1j))


@given(st.text(st.characters(exclude_categories=()), max_size=40))
@example("a\ud800b\udc00")
@example("\ufeff\u2028\x00\u202e")
def test_any_output_survives_but_for_half_surrogate_pairs(output: str) -> None:
    run = make_run(make_check(Verdict.FAIL, feedback=Feedback(verbatim(output), output=output)))
    feedback = only_chapter(run)["tasks"][0]["checks"][0]["feedback"]
    expected = output.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert feedback["output"] == feedback["problem"]["en"] == expected
    if not any("\ud800" <= character <= "\udfff" for character in output):
        assert feedback["output"] == output
