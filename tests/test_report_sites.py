"""The reports that course sites read: by the written formats, for any output of a learner's, and early enough."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.messages import say, verbatim
from grader.report.classroom import MOST_BYTES as CLASSROOM_BYTES
from grader.report.classroom import render_classroom, render_classroom_failure
from grader.report.gradescope import GradescopeOptions, render_failure, render_gradescope
from grader.report.prairielearn import MOST_BYTES as PRAIRIELEARN_BYTES
from grader.report.prairielearn import render_prairielearn, render_ungradable
from grader.results import (
    ChapterResult,
    CheckResult,
    Feedback,
    ModelPicture,
    RunResult,
    Surroundings,
    TaskResult,
    Verdict,
)

AROUND = Surroundings("namespaces", say("Shut in."), "sample", 7, {})
FORMATS = Path(__file__).parent / "formats"
# As the sites' documentation has them, written down as JSON schemas.
GRADESCOPE, CLASSROOM, PRAIRIELEARN = (
    json.loads((FORMATS / f"{name}.json").read_text()) for name in ("gradescope", "classroom", "prairielearn")
)
VISIBILITY = GRADESCOPE["properties"]["visibility"]


def read(text: str, schema: dict) -> dict:  # type: ignore[type-arg]
    text.encode("utf-8")
    msgspec.json.decode(text)  # A strict second parser: no halves of characters, no NaN.
    written = json.loads(text)
    jsonschema.validate(written, schema)
    return written  # type: ignore[no-any-return]


def decode(text: str) -> dict:  # type: ignore[type-arg]
    """Read the result as the reporter does."""
    return read(base64.b64decode(text, validate=True).decode("utf-8"), CLASSROOM)


def check(verdict: Verdict, points: float = 1, text: str = "It is off.", **more: object) -> CheckResult:
    feedback = None if verdict is Verdict.PASS else Feedback(verbatim(text), got=verbatim("3"), output=text)
    return CheckResult(f"test_{verdict.value}", say("The mean is right."), points, verdict, feedback, **more)  # type: ignore[arg-type]


def run_of(*checks: CheckResult, chapters: int = 1, **more: object) -> RunResult:
    task = TaskResult("normalize", sum(one.points for one in checks), checks)
    picture = ModelPicture(accuracy=0.9)
    chapter = ChapterResult("ch1", say("Chapter"), "ch1.py", (task,), learner=picture)
    return RunResult((chapter,) * chapters, AROUND, 1.5, **more)  # type: ignore[arg-type]


MIXED = run_of(check(Verdict.PASS, 0.1), check(Verdict.PASS, 0.2), check(Verdict.FAIL, 3), check(Verdict.TODO, 2))


def test_gradescope_reads_points_numbers_and_words():
    written = read(render_gradescope(MIXED, "en"), GRADESCOPE)
    assert written["score"] == 0.3
    assert [test["score"] for test in written["tests"]] == [0.1, 0.2, 0, 0]
    assert [test["number"] for test in written["tests"]] == ["1.1", "1.2", "1.3", "1.4"]
    assert [test["status"] for test in written["tests"]] == ["passed", "passed", "failed", "failed"]
    assert [test["max_score"] for test in written["tests"]] == [0.1, 0.2, 3, 2]
    assert written["tests"][2]["name"] == "normalize: The mean is right."
    assert "not right yet" in written["tests"][2]["output"] and "It is off." in written["tests"][2]["output"]
    assert written["execution_time"] == 1.5 and written["stdout_visibility"] == "hidden"
    assert "leaderboard" not in written


def test_several_chapters_are_numbered_first():
    written = read(render_gradescope(run_of(check(Verdict.PASS), chapters=2), "zh"), GRADESCOPE)
    assert [test["number"] for test in written["tests"]] == ["1.1.1", "2.1.1"]


@pytest.mark.parametrize("visibility", VISIBILITY["enum"])
def test_teacher_settles_when_hidden_checks_are_seen(visibility):
    result = run_of(check(Verdict.PASS), check(Verdict.FAIL, hidden=True))
    written = read(render_gradescope(result, "en", GradescopeOptions(visibility, leaderboard=True)), GRADESCOPE)
    assert [test["visibility"] for test in written["tests"]] == ["visible", visibility]
    assert written["leaderboard"] == [{"name": "Points", "value": 1}, {"name": "Accuracy, ch1", "value": 0.9}]


def test_failure_of_the_grader_is_no_score_of_a_check():
    result = run_of(check(Verdict.PASS), check(Verdict.GRADER_ERROR, 5))
    written = read(render_gradescope(result, "en"), GRADESCOPE)
    assert "score" not in written["tests"][1] and written["extra_data"]["grader_failed"]
    assert "not your fault" in written["output"]
    assert decode(render_classroom(result, "en"))["status"] == "error"
    assert not read(render_prairielearn(result, "en"), PRAIRIELEARN)["gradable"]


def test_run_that_was_cut_short_says_so():
    result = run_of(check(Verdict.PASS), interrupted=True)
    written = read(render_gradescope(result, "en"), GRADESCOPE)
    assert "cut short" in written["output"] and written["extra_data"]["interrupted"]
    assert decode(render_classroom(result, "en"))["status"] == "fail"


def test_where_nothing_was_graded_the_reason_is_told():
    assert "No file" in read(render_failure("No file\nof a chapter", points=20), GRADESCOPE)["tests"][0]["output"]
    told = decode(render_classroom_failure("No file", 20))
    assert (told["status"], told["max_score"], told["tests"]) == ("error", 20, [])
    assert read(render_ungradable("No file"), PRAIRIELEARN) == {
        "gradable": False, "score": 0, "format_errors": "No file", "tests": [],
    }  # fmt: skip


def test_classroom_sums_what_was_earned():
    written = decode(render_classroom(MIXED, "en"))
    assert written["version"] == 3 and written["status"] == "fail" and written["max_score"] == 5.3
    assert sum(test["score"] for test in written["tests"]) == pytest.approx(MIXED.earned)
    assert decode(render_classroom(run_of(check(Verdict.PASS)), "en"))["status"] == "pass"


def test_nothing_that_ran_is_an_error_for_classroom():
    assert decode(render_classroom(run_of(), "en"))["status"] == "error"


def test_prairielearn_gets_a_share():
    written = read(render_prairielearn(MIXED, "en"), PRAIRIELEARN)
    assert written["gradable"] and written["score"] == pytest.approx(0.3 / 5.3, abs=1e-6)
    assert [test["points"] for test in written["tests"]] == [0.1, 0.2, 0, 0]


@pytest.mark.parametrize("count, length", [(40, 8_000), (1_500, 10)])
def test_large_results_fit_and_keep_their_sum(count, length):
    loud = [check(Verdict.FAIL, 1, "大" * length), check(Verdict.PASS, 2)]
    result = run_of(*loud * (count // 2))
    encoded = render_classroom(result, "en")
    assert len(encoded) <= CLASSROOM_BYTES
    assert sum(test["score"] for test in decode(encoded)["tests"]) == result.earned
    # An environment variable of that size is taken by the system.
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(len(os.environ['T1_RESULTS']))"],
        env={**os.environ, "T1_RESULTS": encoded}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert int(done.stdout) == len(encoded)
    text = render_prairielearn(result, "en")
    assert len(text.encode()) <= PRAIRIELEARN_BYTES
    assert read(text, PRAIRIELEARN)["score"] == pytest.approx(result.earned / result.points, abs=1e-6)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_output_of_a_learner_can_be_read(text):
    result = run_of(check(Verdict.FAIL, text=text), chapters=2)
    read(render_gradescope(result, "zh"), GRADESCOPE)
    decode(render_classroom(result, "zh"))
    read(render_prairielearn(result, "zh"), PRAIRIELEARN)
    read(render_failure(text), GRADESCOPE)
    decode(render_classroom_failure(text))
    read(render_ungradable(text), PRAIRIELEARN)


# ---------------------------------------------------------------- pytest grader --report


def grade_mirror(course, *options: str, code: str | None = None) -> list[str]:
    if code is not None:
        path = course.exercises / "ch1_mirror.py"
        path.write_text(f"import numpy as np\n\n\ndef mirror(images):\n    {code}\n", encoding="utf-8")
    package = str(Path(__file__).parents[1] / "grader")
    return [sys.executable, "-m", "pytest", package, f"--course={course.root}", "--no-cache", "-q", *options]


@pytest.mark.parametrize("code, points", [("return images[:, :, ::-1]", 10), ("return images[:, ::-1]", 3)])
def test_pytest_writes_what_the_sites_read(mirror_course, code, points, tmp_path):
    kinds = {"gradescope": "r.json", "classroom": "r.txt", "prairielearn": "p.json"}
    options = [f"--report={kind}:{tmp_path / name}" for kind, name in kinds.items()]
    done = subprocess.run(
        grade_mirror(mirror_course, *options, code=code), cwd=mirror_course.root, capture_output=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout
    written = read((tmp_path / "r.json").read_text(encoding="utf-8"), GRADESCOPE)
    assert written["score"] == points and not written["extra_data"]["interrupted"]
    assert sum(test["max_score"] for test in written["tests"]) == 10
    classroom = decode((tmp_path / "r.txt").read_text())
    assert classroom["status"] == ("pass" if points == 10 else "fail") and classroom["max_score"] == 10
    assert read((tmp_path / "p.json").read_text(encoding="utf-8"), PRAIRIELEARN)["score"] == points / 10


def test_killed_grader_leaves_what_it_had_found(mirror_course, tmp_path):
    """The first check passes, the second never ends: the site kills the grader, and reads what there is."""
    checks = mirror_course.checks_of("ch1_mirror")
    text = checks.read_text(encoding="utf-8")
    checks.write_text(
        text + '\n\n@pytest.mark.task("mirror", points=7)\ndef test_waits(submission):\n    """It waits."""\n'
        "    import time\n    time.sleep(600)\n",
        encoding="utf-8",
    )
    target = tmp_path / "results.json"
    command = grade_mirror(
        mirror_course, f"--report=gradescope:{target}", f"--report=classroom:{tmp_path / 'c.txt'}",
        code="return images[:, :, ::-1]",
    )  # fmt: skip
    grader = subprocess.Popen(
        command, cwd=mirror_course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            written = read(target.read_text(encoding="utf-8"), GRADESCOPE) if target.exists() else {"score": 0}
            if written["score"] == 10:
                break
            time.sleep(0.1)
    finally:
        os.killpg(grader.pid, signal.SIGKILL)
        grader.wait(30)
    assert written["score"] == 10 and "cut short" in written["output"]
    assert decode((tmp_path / "c.txt").read_text())["max_score"] == 17
