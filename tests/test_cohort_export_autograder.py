"""Gradescope's autograder, laid out and run as there, and GitHub Classroom's workflow, run as its runner would."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from grader.cohort.exports import autograder
from grader.cohort.exports.autograder import AutograderSettings
from grader.cohort.exports.gradescope_zip import build_autograder, requirements
from grader.cohort.exports.workflow import WorkflowOptions, render_workflow
from grader.errors import InputError
from grader.layout import find_course
from grader.messages import render

FORMATS = Path(__file__).parent / "formats"
GRADESCOPE, CLASSROOM = (json.loads((FORMATS / f"{name}.json").read_text()) for name in ("gradescope", "classroom"))
RIGHT = "import numpy as np\n\n\ndef mirror(images):\n    return images[:, :, ::-1]\n"
HALF = RIGHT.replace("[:, :, ::-1]", "[:, ::-1]")


def decode(text: str) -> dict:  # type: ignore[type-arg]
    """Read the result as Classroom's reporter does."""
    written = json.loads(base64.b64decode(text, validate=True))
    jsonschema.validate(written, CLASSROOM)
    return written  # type: ignore[no-any-return]


# ---------------------------------------------------------------- Gradescope


@pytest.fixture
def container(mirror_course, tmp_path, invoke):
    """Return /autograder as Gradescope has it after making the image, with the archive of our command."""
    root = tmp_path / "autograder"
    done = invoke("export", "gradescope", "--lang", "en", "-o", str(tmp_path / "autograder.zip"))
    assert done.exit_code == 0, done.stderr
    for folder in ("source", "submission", "results", "venv/bin"):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        for entry in archive.infolist():
            target = Path(archive.extract(entry, root / "source"))
            target.chmod(stat.S_IMODE(entry.external_attr >> 16))
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    # What setup.sh installs; the grader itself has to come out of the archive.
    python = root / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    metadata = {"id": 7, "assignment": {"id": 1, "title": "Chapter 1", "total_points": "10.0"}, "users": []}
    (root / "submission_metadata.json").write_text(json.dumps(metadata))
    return root


def run_autograder(root: Path, **more: str) -> dict:  # type: ignore[type-arg]
    """Run the script as Gradescope does, and read what it left by the written format."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [root / "run_autograder"], cwd="/", env={**environment, "AUTOGRADER_ROOT": str(root), **more},
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    text = (root / "results" / "results.json").read_text(encoding="utf-8")
    msgspec.json.decode(text)
    written = json.loads(text)
    jsonschema.validate(written, GRADESCOPE)
    assert b"Traceback" not in done.stdout + done.stderr, done.stderr
    return written  # type: ignore[no-any-return]


@pytest.mark.parametrize("code, score", [(RIGHT, 10), (HALF, 3)])
def test_gradescope_grades_a_file(container, code, score):
    (container / "submission" / "ch1_mirror.py").write_text(code)
    written = run_autograder(container)
    assert written["score"] == score == sum(test["score"] for test in written["tests"])
    assert sum(test["max_score"] for test in written["tests"]) == 10
    assert [test["number"] for test in written["tests"]] == [f"1.{n}" for n in range(1, len(written["tests"]) + 1)]
    assert not written["extra_data"]["interrupted"]


def test_gradescope_tells_what_is_wrong_with_a_submission(container):
    (container / "submission" / "essay.txt").write_text("x")
    written = run_autograder(container)
    assert written["score"] == 0 and "holds no chapter's file" in written["output"]
    assert "ch1_mirror.py" in written["output"]


def test_broken_autograder_is_not_the_learners_fault(container):
    (container / "submission" / "ch1_mirror.py").write_text(RIGHT)
    (container / "source" / "autograder.json").write_text("{")
    written = run_autograder(container)
    assert "not your fault" in written["output"]


def test_hostile_work_gets_nothing_and_changes_nothing(container):
    results = container / "results" / "results.json"
    (container / "submission" / "ch1_mirror.py").write_text(
        f"def mirror(images):\n    open({str(results)!r}, 'w').write('{{\"score\": 1000}}')\n    return images\n"
    )
    assert run_autograder(container)["score"] == 0


def test_weak_machine_grades_nothing(container, monkeypatch):
    from grader.sandbox.confine import Level

    monkeypatch.setattr(autograder, "strongest_level", lambda: Level.PROCESS)
    (container / "submission" / "ch1_mirror.py").write_text(RIGHT)
    assert autograder.main(container) == 1
    written = json.loads((container / "results" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, GRADESCOPE)
    assert "Nothing was graded" in written["output"] and "landlock" in written["output"]


def test_result_is_there_before_the_grading_begins(container, monkeypatch):
    seen = []

    def killed(*arguments: object, **more: object) -> None:
        seen.append(json.loads((container / "results" / "results.json").read_text(encoding="utf-8")))
        raise RuntimeError("as if the machine had gone")

    monkeypatch.setattr(autograder, "grade", killed)
    assert autograder.main(container) == 1
    jsonschema.validate(seen[0], GRADESCOPE)
    assert "cut off" in seen[0]["output"]


def test_failure_of_the_grader_is_tried_once_more(container, monkeypatch):
    (container / "submission" / "ch1_mirror.py").write_text(RIGHT)
    calls = []
    right = autograder.grade

    def fails_once(*arguments, **more):
        graded = right(*arguments, **more)
        calls.append(graded)
        if len(calls) > 1:
            return graded
        chapter = graded.result.chapters[0]
        checks = tuple(
            msgspec.structs.replace(check, verdict=autograder_verdict()) for check in chapter.tasks[0].checks
        )
        task = msgspec.structs.replace(chapter.tasks[0], checks=checks)
        broken = msgspec.structs.replace(chapter, tasks=(task,))
        return msgspec.structs.replace(graded, result=msgspec.structs.replace(graded.result, chapters=(broken,)))

    monkeypatch.setattr(autograder, "grade", fails_once)
    assert autograder.main(container) == 0
    assert len(calls) == 2
    assert json.loads((container / "results" / "results.json").read_text(encoding="utf-8"))["score"] == 10


def autograder_verdict():
    from grader.results import Verdict

    return Verdict.GRADER_ERROR


def test_archive_has_what_gradescope_needs_and_no_addresses(container):
    source = container / "source"
    assert os.access(source / "setup.sh", os.X_OK) and os.access(source / "run_autograder", os.X_OK)
    for script in ("setup.sh", "run_autograder"):
        text = (source / script).read_text()
        assert "://" not in text and "\r" not in text
        subprocess.run(["bash", "-n", source / script], check=True, timeout=30)
    assert any(line.startswith("tensorflow") for line in (source / "requirements.txt").read_text().splitlines())
    assert not list(source.rglob("__pycache__")) and not list(source.rglob("*.pyc"))
    assert (source / "course" / "solutions" / "ch1_mirror.py").is_file()
    assert not any("sqlalchemy" in one or "pytest-xdist" in one for one in requirements())


def test_same_course_gives_the_same_archive():
    course, settings = find_course(), AutograderSettings(("ch1_concepts",))
    first = build_autograder(course, settings)
    assert first == build_autograder(course, settings)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = archive.namelist()
        assert {"first_digits/solutions/ch1_concepts.py", "first_digits/grader/checks/test_ch1_concepts.py"} < {*names}
        assert json.loads(archive.read("autograder.json"))["chapters"] == ["ch1_concepts"]


def test_unknown_choices_are_told(mirror_course, invoke):
    done = invoke("export", "gradescope", "--chapter", "ch9", "--lang", "en")
    assert done.exit_code == 4 and "There is no chapter ch9" in done.stderr
    for words in (["--hidden", "never"], ["--level", "none"]):
        done = invoke("export", "gradescope", *words, "--lang", "en")
        assert done.exit_code == 4
        assert f"`{words[0]}` cannot be this" in done.stderr and words[1] in done.stderr and "one of: " in done.stderr


# ---------------------------------------------------------------- GitHub Classroom


def workflow(**options: object) -> dict:  # type: ignore[type-arg]
    return yaml.safe_load(render_workflow(WorkflowOptions(**options)))  # type: ignore[arg-type, no-any-return]


def steps_of(read: dict) -> list[dict]:  # type: ignore[type-arg]
    return read["jobs"]["run-autograding-tests"]["steps"]  # type: ignore[no-any-return]


def test_workflow_is_what_classroom_looks_for():
    read = workflow()
    assert read["name"] == "Autograding Tests" and read["on"] == ["push", "repository_dispatch"]
    assert read["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    assert read["jobs"]["run-autograding-tests"]["if"] == "github.actor != 'github-classroom[bot]'"
    reporter = steps_of(read)[-1]
    assert reporter["uses"] == "classroom-resources/autograding-grading-reporter@v1"
    runner = reporter["with"]["runners"]
    assert reporter["env"] == {f"{runner.upper()}_RESULTS": "${{steps.t1.outputs.result}}"}
    assert [step["id"] for step in steps_of(read) if "id" in step][-1] == runner


def test_grader_comes_from_the_teachers_repository_where_that_is_named():
    read = workflow(grader="school/first-digits@v2", course="own", chapters=("ch1", "ch2"), language="zh", minutes=9)
    checkouts = [step["with"] for step in steps_of(read) if step.get("uses") == "actions/checkout@v4"]
    assert checkouts == [
        {"path": "work"}, {"repository": "school/first-digits", "path": "first_digits", "ref": "v2"}
    ]  # fmt: skip
    step = next(step for step in steps_of(read) if step.get("id") == "grade")
    assert step["timeout-minutes"] == 9
    assert step["run"].split()[1:7] == [
        "first_digits/grader", "first_digits/own/checks/test_ch1.py", "first_digits/own/checks/test_ch2.py",
        "--course=first_digits/own", "--submission=work/exercises", "--lang=zh",
    ]  # fmt: skip


def test_steps_hand_on_what_the_reporter_can_read(mirror_course, tmp_path):
    """Run the two steps as the runner would, with the learner's work and the course where the checkouts put them."""
    read = workflow(grader="school/first-digits", course="own", chapters=("ch1_mirror",))
    (tmp_path / "work" / "exercises").mkdir(parents=True)
    (tmp_path / "work" / "exercises" / "ch1_mirror.py").write_text(HALF)
    (tmp_path / "first_digits").mkdir()
    (tmp_path / "first_digits" / "grader").symlink_to(Path(__file__).parents[1] / "grader")
    shutil.copytree(mirror_course.root, tmp_path / "first_digits" / "own")
    for name in ("grade", "t1"):
        run_step(next(step for step in steps_of(read) if step.get("id") == name), tmp_path)
    written = decode(output_of(tmp_path))
    assert (written["max_score"], sum(test["score"] for test in written["tests"])) == (10, 3)
    assert written["status"] == "fail"


@pytest.mark.parametrize("language, words", [("en", "show your teacher"), ("zh", "老师")])
def test_reporter_gets_a_result_where_nothing_was_graded(tmp_path, language, words):
    run_step(next(step for step in steps_of(workflow(language=language)) if step.get("id") == "t1"), tmp_path)
    written = decode(output_of(tmp_path))
    assert written["status"] == "error" and written["tests"] == [] and words in written["message"]


def run_step(step: dict, folder: Path) -> None:  # type: ignore[type-arg]
    (folder / "bin").mkdir(exist_ok=True)
    pytest_command = folder / "bin" / "pytest"
    pytest_command.write_text(f'#!/bin/sh\nexec {sys.executable} -m pytest "$@"\n')
    pytest_command.chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "RESULT": str(folder / "result.txt"),
        "GITHUB_OUTPUT": str(folder / "output"),
    }  # fmt: skip
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=folder, env=environment, capture_output=True, timeout=300,
        check=step["id"] != "grade",
    )  # fmt: skip


def output_of(folder: Path) -> str:
    (line,) = (folder / "output").read_text().splitlines()
    return line.removeprefix("result=")


@pytest.mark.parametrize(
    "options",
    [
        {"grader": "school"}, {"grader": "a/b; rm -rf /"}, {"grader": "a/b@$(id)"}, {"course": "../up"},
        {"submission": "a b"}, {"submission": "$(id)"}, {"chapters": ("ch1; id",)}, {"course": "-x"},
    ],
)  # fmt: skip
def test_names_that_a_shell_would_run_are_told(options):
    with pytest.raises(InputError) as raised:
        render_workflow(WorkflowOptions(**options))
    assert "cannot be this" in render(raised.value.feedback.problem, "en")


def test_command_writes_the_workflow_where_github_looks(mirror_course, invoke):
    done = invoke("export", "github", "--lang", "en")
    path = mirror_course.root / ".github" / "workflows" / "classroom.yml"
    assert done.exit_code == 0 and path.is_file() and "Learners can change checks" in done.stderr
    assert invoke("export", "github").exit_code == 4
    done = invoke("export", "github", "--grader", "a/b", "--force", "--lang", "en")
    assert done.exit_code == 0 and "repository: a/b" in path.read_text() and "Learners can" not in done.stderr
