"""Functions that learners are given with a bug: how they get into an exercise, and that untouched ones are to do."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path

import nbformat
import pytest

from grader.course.errors import MasterError
from grader.course.release import release
from grader.messages import LANGUAGES
from grader.plugin.grade import grade
from grader.plugin.run import Run
from grader.results import Verdict
from grader.submission.source import AS_GIVEN, read_source

SOLUTIONS = Path(__file__).parents[1] / "solutions"
CHAPTER = "ch5_pitfalls"
FUNCTIONS = ["average_image", "scale_both", "shuffle_together", "compile_and_fit", "make_sets"]
REPAIRED = "    return images.mean(axis=0)\n"
MASTER = '''\
# %%
def double(number):
    """Double it."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION


def halve(number):
    """Halve it."""
    ### BEGIN SOLUTION
    return number / 2
    ### END SOLUTION
'''
MISTAKES = '''\
def halve__as_given(number):
    """What the learner reads when he is recognised."""
    text = """
not indented"""
    return number // 2


def double__half(number):
    """Halves."""
    return number / 2
'''


def write_course(folder, master=MASTER, mistakes=MISTAKES):
    (folder / "mistakes").mkdir()
    (folder / "mistakes" / "ch9_try.py").write_text(mistakes, encoding="utf-8")
    path = folder / "ch9_try.py"
    path.write_text(master, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    """Chapter 5 as it is released: script and notebook."""
    return tuple(one.path for one in release(SOLUTIONS / f"{CHAPTER}.py", tmp_path_factory.mktemp("released")))


def code_of(path):
    """Return the code of an exercise file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = nbformat.reads(text, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


# ---------------------------------------------------------------- release


def test_bug_takes_the_place_of_the_solution_and_others_stay_stubs(tmp_path):
    for path in (one.path for one in release(write_course(tmp_path), tmp_path / "out")):
        functions = (node for node in ast.parse(code_of(path)).body if isinstance(node, ast.FunctionDef))
        double, halve = map(ast.unparse, functions)
        assert double == 'def double(number):\n    """Double it."""\n    raise NotImplementedError(\'double\')'
        assert halve == (
            'def halve(number):\n    """Halve it."""\n    text = \'\\nnot indented\'\n    return number // 2'
        )


@pytest.mark.parametrize(
    "master, bugs, line",
    [
        (MASTER, MISTAKES.replace("halve__", "half__"), 1),
        (MASTER, MISTAKES.replace("halve__as_given(number)", "halve__as_given(value)"), 1),
        (MASTER.replace('"""Halve it."""\n', '"""Halve it."""\n    number = number + 0\n'), MISTAKES, 1),
        (MASTER, MISTAKES.replace("return number // 2", "return number //"), 5),
    ],
    ids=["no such function", "other parameters", "code outside the marks", "no Python"],
)
def test_bug_that_fits_no_function_is_named(tmp_path, master, bugs, line):
    with pytest.raises(MasterError) as caught:
        release(write_course(tmp_path, master, bugs), tmp_path / "out")
    assert (caught.value.path.parent.name, caught.value.line) == ("mistakes", line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapter_gives_every_bug_and_no_comment_on_it(tmp_path, language):
    mistakes = ast.parse((SOLUTIONS / "mistakes" / f"{CHAPTER}.py").read_text(encoding="utf-8")).body
    given = {node.name.removesuffix(AS_GIVEN) for node in mistakes if getattr(node, "name", "").endswith(AS_GIVEN)}
    assert given == set(FUNCTIONS)
    for path in (one.path for one in release(SOLUTIONS / f"{CHAPTER}.py", tmp_path, language)):
        code = code_of(path)
        assert "NotImplementedError" not in code
        for node in ast.parse(code.replace("%pip", "#")).body:
            if getattr(node, "name", "") in given:
                assert "#" not in ast.get_source_segment(code, node)


# ---------------------------------------------------------------- to do


@pytest.fixture
def no_worker(monkeypatch):
    """Fail a test in which a worker is started."""

    def refuse(run):
        raise AssertionError("a worker was started")

    monkeypatch.setattr(Run, "_engine", refuse)
    monkeypatch.setattr(Run, "_trusted_engine", refuse)


def graded_as_untouched(path, language="en"):
    outcome = grade(path, "--lang", language)
    verdicts = {task.name: task.verdict for task in outcome.result.chapters[0].tasks}
    assert verdicts == {**dict.fromkeys(FUNCTIONS, Verdict.TODO), "all_together": Verdict.BLOCKED}
    assert outcome.result.earned == 0
    return outcome


@pytest.mark.parametrize("kind", [0, 1], ids=["script", "notebook"])
def test_untouched_exercise_is_to_do_and_starts_no_worker(exercise, kind, no_worker):
    outcome = graded_as_untouched(exercise[kind])
    for check in outcome.result.checks:
        if check.verdict is Verdict.TODO:
            assert check.feedback.problem.text == "`{function}` still has its bug."
            assert "find the bug" in check.feedback.next_step.text


def test_comments_layout_and_docstrings_do_not_count(exercise, tmp_path, no_worker):
    text = (
        exercise[0]
        .read_text(encoding="utf-8")
        .replace(
            "    return total / len(images)\n", "    # Where is it?\n\n    return (total\n            / len(images))\n"
        )
    )
    path = tmp_path / f"{CHAPTER}.py"
    path.write_text(text.replace("Calculate the mean", "Work out the mean"), encoding="utf-8")
    graded_as_untouched(path)


def with_average_image(exercise, body):
    """Return the text of the exercise's script with another body of `average_image`."""
    text = exercise.read_text(encoding="utf-8")
    begin = text.index("    total = np.zeros(")
    end = text.index("    return total / len(images)\n") + len("    return total / len(images)\n")
    return text[:begin] + body + text[end:]


def test_the_same_bug_in_other_words_is_recognised(exercise, tmp_path, warm_sandbox):
    path = tmp_path / f"{CHAPTER}.py"
    body = '    return images.sum(axis=0, dtype="uint8") / len(images)\n'
    path.write_text(with_average_image(exercise[0], body), encoding="utf-8")
    outcome = grade(path, "-k", "average_image", "--lang", "en", sandbox=warm_sandbox)
    named = [check.feedback.mistake_name for check in outcome.result.checks if check.feedback]
    assert "average_image__as_given" in named
    damage = next(check for check in outcome.result.checks if check.name == "test_averages_tell_digits_apart")
    assert float(damage.feedback.got.values["accuracy"]) < float(damage.feedback.expected.values["accuracy"]) - 0.5


@pytest.mark.parametrize("begun", [".py", ".ipynb"])
def test_the_file_that_was_begun_is_graded(exercise, tmp_path, warm_sandbox, begun):
    script, notebook = (path.read_text(encoding="utf-8") for path in exercise)
    if begun == ".py":
        script = with_average_image(exercise[0], REPAIRED)
    else:
        book = json.loads(notebook)
        cell = next(cell for cell in book["cells"] if "def average_image" in "".join(cell["source"]))
        source = "".join(cell["source"])
        cell["source"] = source[: source.index("    total = np.zeros(")] + REPAIRED
        notebook = json.dumps(book)
    (tmp_path / f"{CHAPTER}.py").write_text(script, encoding="utf-8")
    (tmp_path / f"{CHAPTER}.ipynb").write_text(notebook, encoding="utf-8")
    outcome = grade(tmp_path, "-k", "average_image", sandbox=warm_sandbox)
    assert outcome.result.chapters[0].file.endswith(begun)
    tasks = {task.name: task for task in outcome.result.chapters[0].tasks}
    assert (tasks["average_image"].verdict, tasks["average_image"].earned) == (Verdict.PASS, 18)


def test_both_files_untouched_are_no_conflict(exercise, tmp_path, no_worker):
    for path in exercise:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    graded_as_untouched(tmp_path, "zh")


# ---------------------------------------------------------------- sources


def source(text):
    return read_source("work.py", textwrap.dedent(text).encode())


GIVEN = source("""
    def f__as_given(a):
        \"\"\"What it does.\"\"\"
        return a  # here
    def g__other(a):
        return a
    """).given_bodies()


def test_only_bodies_as_given_are_given():
    assert list(GIVEN) == ["f"]


@pytest.mark.parametrize(
    "text, untouched",
    [
        ("def f(a):\n    return a\n", True),
        ('def f(a):\n    """Mine."""\n\n    return (a)\n', True),
        ("def f(a):\n    return a + 0\n", False),
        ("def f(b):\n    return b\n", False),
        ("def f(a):\n    return a\ndef f(a):\n    return 2 * a\n", False),
        ("def g(a):\n    return a\n", False),
    ],
)
def test_a_body_as_given_is_a_stub(text, untouched):
    read = source(text).without_given(GIVEN)
    assert read.is_stub("f") is untouched
    assert ("f" in read.as_given) is untouched
    assert read.written(["f", "g"]) is not untouched
