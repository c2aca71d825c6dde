"""Results of an earlier run: what has not changed is not run again, and what has changed is."""

import shutil
from pathlib import Path

import pytest

from grader.layout import find_course
from grader.plugin.grade import grade
from grader.results import Verdict
from grader.sandbox.process import Sandbox
from grader.sandbox.worker import Limits
from grader.submission.closure import behaviour_digest, whole_digest
from grader.submission.reference import results_folder
from grader.submission.source import read_source

ROOT = Path(__file__).parents[1]
RELU = "def relu(values):\n    return np.maximum(values, 0)\n"
DENSE = "def dense(inputs, weights, bias):\n    return inputs @ weights + bias\n"
WRONG_RELU = "def relu(values):\n    return np.abs(values)\n"
CHOSEN = ("-k", "relu or dense", "--lang", "en")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def run(tmp_path, warm_sandbox, monkeypatch):
    """Grade this text as chapter 1; return the result and how many workers it took to run the learner's functions."""
    path = tmp_path / "ch1_concepts.py"
    fork = Sandbox.fork
    forked: list[int] = []
    monkeypatch.setattr(Sandbox, "fork", lambda self, memory: forked.append(memory) or fork(self, memory))

    def run_text(text, *options, **more):
        path.write_text("import numpy as np\n" + text, encoding="utf-8")
        forked.clear()
        graded = grade(path, *CHOSEN, *options, **({"sandbox": warm_sandbox, "cache": True} | more))
        assert graded.result is not None, graded.screen
        return graded, len(forked)

    return run_text


def verdicts(graded):
    return {task.name: task.verdict for chapter in graded.result.chapters for task in chapter.tasks if task.checks}


def checks_of(graded):
    return [check for chapter in graded.result.chapters for task in chapter.tasks for check in task.checks]


def test_unchanged_work_is_not_run_again_and_gets_the_same(run):
    first, _ = run(RELU + DENSE)
    second, workers = run(RELU + DENSE)
    assert workers == 0
    assert checks_of(second) == checks_of(first)
    assert second.result.recalled == len(checks_of(first)) > 0 == first.result.recalled
    assert f"{second.result.recalled} results are from an earlier run" in " ".join(second.screen.split())
    assert second.exit_status == first.exit_status


def test_failure_is_remembered_with_its_feedback(run):
    first, _ = run(WRONG_RELU + DENSE)
    second, workers = run(WRONG_RELU + DENSE)
    assert workers == 0
    assert verdicts(second)["relu"] is Verdict.FAIL
    assert checks_of(second) == checks_of(first)
    assert second.exit_status == first.exit_status == 1


def test_only_what_has_changed_is_run_again(run):
    whole, _ = run(RELU + DENSE)
    second, workers = run("# a line more\n" + WRONG_RELU + DENSE)
    assert workers > 0
    assert verdicts(second)["relu"] is Verdict.FAIL
    (before,) = (task for chapter in whole.result.chapters for task in chapter.tasks if task.name == "dense")
    (after,) = (task for chapter in second.result.chapters for task in chapter.tasks if task.name == "dense")
    assert after == before
    assert second.result.recalled == len(before.checks) > 0


def test_failure_is_run_again_when_its_lines_have_moved(run):
    run("def relu(values):\n    return values / 0 + nothing\n")
    second, workers = run("# a line more\ndef relu(values):\n    return values / 0 + nothing\n")
    assert workers > 0
    lines = {place.line for check in checks_of(second) if check.feedback for place in check.feedback.places}
    assert lines == {4}


def test_no_cache_runs_all_again(run):
    run(RELU + DENSE)
    second, workers = run(RELU + DENSE, cache=False)
    assert workers > 0 and second.result.recalled == 0


def test_what_names_a_function_that_is_wrong_now_waits_for_it(run):
    relu = RELU.replace("    return", "    dense\n    return")
    run(relu + DENSE)
    second, _ = run(relu + DENSE.replace("+ bias", "- bias"))
    assert verdicts(second) == {"dense": Verdict.FAIL, "relu": Verdict.BLOCKED}


def test_timeouts_are_not_remembered(run, monkeypatch):
    monkeypatch.setattr("grader.plugin.fixtures.DEFAULT_LIMITS", Limits(seconds=1.0, memory_mib=512))
    slow = "import time\ndef relu(values):\n    time.sleep(60)\n"
    assert verdicts(run(slow)[0])["relu"] is Verdict.TIMEOUT
    second, workers = run(slow)
    assert workers > 0 and verdicts(second)["relu"] is Verdict.TIMEOUT and second.result.recalled == 0


def test_damaged_file_is_run_again(run):
    first, _ = run(RELU)
    for file in (results_folder() / "checks").iterdir():
        file.write_bytes(file.read_bytes()[:20])
    second, workers = run(RELU)
    assert workers > 0 and [c.verdict for c in checks_of(second)] == [c.verdict for c in checks_of(first)]


def test_changed_checks_are_run_again(tmp_path, run):
    folder = tmp_path / "course"
    for part in ("solutions", "exercises"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copytree(ROOT / "grader" / "checks", folder / "checks")
    course = find_course(folder)
    assert run(RELU + DENSE, course=course)[1] > 0
    assert run(RELU + DENSE, course=course)[1] == 0
    checks = folder / "checks" / "test_ch1_concepts.py"
    checks.write_text(checks.read_text() + "\n# a change\n")
    assert run(RELU + DENSE, course=course)[1] > 0


def test_unwritable_folder_costs_only_speed(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path / "file"))
    assert verdicts(run(RELU)[0])["relu"] is Verdict.PASS
    assert verdicts(run(RELU)[0])["relu"] is Verdict.PASS


# ---------------------------------------------------------------- what a function depends on


def source(text):
    return read_source("work.py", text.encode())


A = "def a():\n    return 1\n"
C_CALLS_B = "def c():\n    return b()\n"
B = "def b():\n    return 2\n"


@pytest.mark.parametrize(
    "before, after, same",
    [
        (A + B, A + B.replace("2", "3"), True),
        (A + B, B + "\n\n" + A, True),
        (A + B, A.replace("1", "4") + B, False),
        (A + "def b():\n    return a()\n", A + "def b():\n    return a() + 1\n", False),
        (A.replace("1", "b()") + B, A.replace("1", "b()") + B.replace("2", "3"), False),
        (
            A.replace("1", "c()") + B + "def c():\n    return b()\n",
            A.replace("1", "c()") + "def c():\n    return b()\n",
            False,
        ),
        ("SIZE = 28\n" + A + B, "SIZE = 29\n" + A + B, False),
        ("SIZE = (28, 28)\n" + A + B, "SIZE = (28, 28)\n" + A, True),
        ("SHARED = []\n" + A + B, "SHARED = []\n" + A + B.replace("2", "SHARED.append(1)"), False),
        (A.replace("1", "globals()['b']()") + B, A.replace("1", "globals()['b']()") + B.replace("2", "3"), False),
        (A + B.replace("return 2", "global a\n    a = 1"), A + B.replace("return 2", "global a\n    a = 2"), False),
        (A + B.replace("return 2", "np.max = len"), A + B.replace("return 2", "np.max = sum"), False),
        (A + B.replace("return 2", "np.d['x'] = 1"), A + B.replace("return 2", "np.d['x'] = 2"), False),
        (A + B.replace("return 2", "x = [0]; x[0] = 1"), A + B.replace("return 2", "x = [0]; x[0] = 2"), True),
        ("import numpy as np\n" + A, "import math as np\n" + A, False),
        ("class C:\n    x = 1\n" + A + B, "class C:\n    x = 2\n" + A + B, False),
    ],
)
def test_behaviour_depends_on_what_a_function_can_reach(before, after, same):
    assert (behaviour_digest(source(before), ["a"]) == behaviour_digest(source(after), ["a"])) is same


def test_whole_digest_tells_where_things_stand():
    assert whole_digest(source(A + B)) != whole_digest(source("\n" + A + B))


COMPILED = "import sys\ndef compile_model(model):\n    model.compile('adam')\n    return model\n"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        # A method of that name is not Python's own `compile`, and a library that is imported is not yet used.
        (COMPILED, True),
        (f"{COMPILED}def other(x):\n    return sys.modules\n", False),
        (f"{COMPILED}def other(x):\n    import sys as s\n    return s.modules\n", False),
        (f"{COMPILED}from sys import modules\ndef other(x):\n    return modules\n", False),
        (f"{COMPILED}def other(x):\n    return compile(x, '', 'exec')\n", False),
    ],
)
def test_only_what_may_reach_a_function_counts_for_it(text, same):
    source = read_source("work.py", text.encode())
    more = read_source("work.py", f"{text}def unrelated():\n    return 1\n".encode())
    digests = [behaviour_digest(one, ["compile_model"]) for one in (source, more)]
    assert (digests[0] == digests[1]) is same
