"""Who wrote the same code as another of the class passes with it; nothing else in a submission has a part in that."""

import pytest

from grader.layout import find_course
from grader.plugin.grade import grade
from grader.plugin.passes import Passes
from grader.results import Verdict
from grader.submission.closure import needed_by, needed_digest
from grader.submission.source import read_source

HEAD = "import numpy as np\n"
RELU = "def relu(values):\n    return np.maximum(values, 0)\n"
DENSE = "def dense(inputs, weights, bias):\n    return inputs @ weights + bias\n"
OTHER_DENSE = "def dense(inputs, weights, bias):\n    return bias + np.matmul(inputs, weights)\n"
WRONG_RELU = "def relu(values):\n    return np.abs(values)\n"


@pytest.fixture
def hand_in(tmp_path, warm_sandbox):
    """Grade a text as chapter 1 of one class; return verdicts by task, and how many checks were not run."""
    passes = Passes()

    def hand_in_text(text):
        path = tmp_path / "ch1_concepts.py"
        path.write_text(HEAD + text, encoding="utf-8")
        done = grade(path, "-k", "relu or dense", "--lang", "en", sandbox=warm_sandbox, passes=passes)
        assert done.result is not None, done.screen
        tasks = [task for chapter in done.result.chapters for task in chapter.tasks if task.checks]
        return {task.name: task for task in tasks}, done.result.recalled

    return hand_in_text


def verdicts(tasks):
    return {name: task.verdict for name, task in tasks.items()}


def test_same_function_of_another_is_not_run_again_and_gets_the_same(hand_in):
    first, recalled = hand_in(RELU + DENSE)
    assert recalled == 0
    second, recalled = hand_in("MY_NAME = 'Bert'\n" + RELU + OTHER_DENSE)
    assert recalled == len(first["relu"].checks) > 0
    assert second["relu"] == first["relu"]
    assert verdicts(second) == {"dense": Verdict.PASS, "relu": Verdict.PASS}


def test_comments_docstrings_and_spaces_are_the_same_code_and_names_are_not(hand_in):
    first, _ = hand_in(RELU)
    in_words = 'def relu( values ):\n    """Off below 0."""\n    # the switch\n    return np.maximum(values,0)\n'
    assert hand_in(in_words)[1] == len(first["relu"].checks)
    assert hand_in(RELU.replace("values", "numbers"))[1] == 0


def test_failures_are_each_ones_own_with_their_own_lines(hand_in):
    crash = "def relu(values):\n    return values + nothing\n"
    first, _ = hand_in(crash)
    second, recalled = hand_in("\n\n" + crash)
    assert recalled == 0 and verdicts(first)["relu"] is verdicts(second)["relu"] is Verdict.FAIL
    lines = {
        place.line
        for tasks in (first, second)
        for check in tasks["relu"].checks
        if check.feedback
        for place in check.feedback.places
    }
    assert lines == {3, 5}


def test_what_one_function_does_to_a_library_earns_another_one_nothing(hand_in):
    helping = DENSE.replace("    return", "    np.abs = lambda v: np.maximum(v, 0)\n    return")
    assert verdicts(hand_in(helping + WRONG_RELU)[0])["relu"] is Verdict.FAIL
    assert verdicts(hand_in(DENSE + WRONG_RELU)[0])["relu"] is Verdict.FAIL


@pytest.mark.parametrize(
    "help_of_ones_own",
    [
        "class Help:\n    np.abs = lambda v: np.maximum(v, 0)\n",
        "def help_it(v):\n    return np.maximum(v, 0)\nclass Help:\n    np.abs = help_it\n",
    ],
)
def test_what_is_executed_beside_a_function_passes_with_it_for_nobody_else(hand_in, help_of_ones_own):
    first, _ = hand_in(help_of_ones_own + WRONG_RELU)
    assert verdicts(first)["relu"] is Verdict.PASS
    second, recalled = hand_in(DENSE + WRONG_RELU)
    assert verdicts(second)["relu"] is Verdict.FAIL
    assert recalled == 0


def test_pass_that_needed_other_code_than_the_tasks_own_is_not_kept(mirror_course, warm_sandbox, tmp_path):
    course = find_course(mirror_course.root)
    checks = course.checks_of("ch1_mirror")
    text = checks.read_text(encoding="utf-8").replace("submission.mirror", "submission.other")
    checks.write_text(text, encoding="utf-8")
    path, passes = tmp_path / "ch1_mirror.py", Passes()
    mirror = "def mirror(images):\n    return images\n"
    for other, verdict in (("images[:, :, ::-1]", Verdict.PASS), ("images", Verdict.FAIL)):
        path.write_text(f"{mirror}def other(images):\n    return {other}\n", encoding="utf-8")
        done = grade(path, "--lang=en", course=course, chapter="ch1_mirror", sandbox=warm_sandbox, passes=passes)
        assert done.result is not None and done.result.recalled == 0
        assert verdict in {check.verdict for task in done.result.chapters[0].tasks for check in task.checks}


def test_known_longest_goes_first_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr("grader.plugin.passes.MOST_PASSES", 2)
    passes = Passes()
    for name in ("one", "two", "three"):
        passes.add(name, name)
    assert [passes.get(name) for name in ("one", "two", "three")] == [None, "two", "three"]


# ---------------------------------------------------------------- what a function needs


def digest(text, function="a"):
    return needed_digest(read_source("work.py", text.encode()), [function])


A = "def a():\n    return 1\n"
B = "def b():\n    return 2\n"


@pytest.mark.parametrize(
    "before, after, same",
    [
        (A + B, A + B.replace("2", "3"), True),
        ("SIZE = 28\n" + A, "SIZE = 29\n" + A, True),
        ("SIZE = 28\n" + A.replace("1", "SIZE"), "SIZE = 29\n" + A.replace("1", "SIZE"), False),
        (A.replace("1", "b()") + B, A.replace("1", "b()") + B.replace("2", "3"), False),
        (A.replace("1", "globals()['b']()") + B, A.replace("1", "globals()['b']()") + B.replace("2", "3"), False),
        ("class C:\n    x = 1\n" + A, "class C:\n    x = 2\n" + A, False),
        (A, A.replace("return 1", "'''One.'''\n    return 1  # one"), True),
        (A.replace("1", "a.__doc__"), A.replace("return 1", "'''One.'''\n    return a.__doc__"), False),
        ("import numpy as np\n" + A.replace("1", "np"), "import math as np\n" + A.replace("1", "np"), False),
    ],
)
def test_digest_is_of_what_is_executed_and_nothing_else(before, after, same):
    assert (digest(before) == digest(after)) is same


def test_needed_of_several_is_what_each_needs():
    source = read_source("work.py", (HEAD + "SIZE = 1\n" + A + B.replace("2", "np.ones(SIZE)")).encode())
    assert needed_by(source, ["a"]) == {2}
    assert needed_by(source, ["a", "b"]) == {0, 1, 2, 3}
