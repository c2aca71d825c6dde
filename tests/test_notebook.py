"""Checks in a notebook: in a real kernel, cell by cell, as JupyterLab, Visual Studio Code and Colab show them."""

import re
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader.course.answers import functions_of
from grader.layout import Course, course_around
from grader.notebook import check
from grader.notebook.check import Shown, tasks_of
from grader.notebook.live import fingerprint, live_source, name_of_cell
from grader.results import Feedback

ROOT = Path(__file__).parents[1]
COURSE = Course(ROOT)
START = "import numpy as np\nimport grader"
RIGHT = "def relu(values):\n    return np.maximum(values, 0)"
WRONG = "def relu(values):\n    return np.abs(values)"
DENSE = "def dense(inputs, weights, bias):\n    return inputs @ weights + bias"


def run_cells(*sources, folder=ROOT, allow_errors=False):
    """Run the cells in a fresh kernel; return for each what it shows as text, and the notebook."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(notebook, timeout=600, resources=resources, allow_errors=allow_errors).execute()
    return [shown_by(cell) for cell in notebook.cells], notebook


def shown_by(cell):
    outputs = [output.get("data", {}).get("text/plain") or output.get("text", "") for output in cell.outputs]
    return "\n".join(filter(None, outputs))


def html_of(cell):
    (page,) = [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


@pytest.fixture
def names():
    """Return the names of a program with a right and a wrong function, and a stub."""
    module: dict = {"__name__": "__main__", "np": np}
    return module


def define(names, tmp_path, text):
    """Run `text` as a file, so that its source is known."""
    path = tmp_path / f"cell_{len(list(tmp_path.iterdir()))}.py"
    path.write_text(text, encoding="utf-8")
    exec(compile(text, str(path), "exec", dont_inherit=True), names)


@pytest.fixture
def called_from(names, tmp_path):
    """Run a text, then evaluate an expression beside it, as a program does that calls `grader.check`."""
    names["check"] = check

    def call(text, expression):
        define(names, tmp_path, text)
        return eval(expression, names)

    return call


# ---------------------------------------------------------------- in a kernel


@pytest.fixture(scope="module")
def session():
    return run_cells(
        START,
        WRONG,
        "grader.check(relu)",
        DENSE,
        "%grade dense",
        "%grade dense",
        "grader.check()",
        RIGHT,
        "grader.check(relu, dense)",
    )


def test_table_is_brought_up_to_date_when_the_cell_was_changed_and_run(session):
    # The cell that asks stands above the repaired function, and was not run again.
    assert "✓ relu" in session[0][2] and "not right yet" not in session[0][2]


def test_wrong_function_is_told_with_its_mistake_and_four_parts():
    (_, _, told), notebook = run_cells(START, WRONG, "grader.check(relu)")
    for words in ("✗ relu", "Problem", "Expected", "Got", "Next step"):
        assert words in told
    assert "run its cell: it is checked again" in told
    page = html_of(notebook.cells[-1])
    assert "tone-fail" in page and "Next step" in page and "<script" not in page


def test_magic_checks_and_an_unchanged_function_is_not_run_again(session):
    texts, _ = session
    assert "✓ dense" in texts[4] and "Nothing has changed" not in texts[4]
    assert "✓ dense" in texts[5] and "Nothing has changed" in texts[5]


def test_all_written_functions_are_checked_and_no_others(session):
    texts, notebook = session
    assert "✓ dense" in texts[6] and "✗ relu" in texts[6] and "softmax" not in texts[6].replace("Go on", "")
    assert html_of(notebook.cells[8]).count("tone-pass") >= 2 and "Go on to `softmax`" in texts[8]


def test_notebook_keeps_its_random_numbers_and_its_figures():
    plots = "import random, os\nimport matplotlib.pyplot as plt\nplt.figure()\nbefore = dict(os.environ)"
    state = "random.seed(3); np.random.seed(3); grader.check(relu)"
    drawn = "print(random.random(), np.random.rand(), plt.get_fignums(), before == dict(os.environ))"
    expected = (
        "import random\nimport numpy as np\nrandom.seed(3); np.random.seed(3); print(random.random(), np.random.rand())"
    )
    texts, _ = run_cells("%matplotlib agg", START, plots, RIGHT, state, drawn, expected)
    assert texts[5].strip() == f"{texts[6].strip()} [1] True"


def test_what_a_function_prints_stays_out_of_the_cell_and_goes_into_the_report():
    text = "def relu(values):\n    print('I was here')\n    return np.abs(values)"
    (_, _, told), _ = run_cells(START, text, "grader.check(relu)")
    assert "Printed" in told and "I was here" in told


def test_error_is_told_by_cell_and_line():
    text = "def helper(values):\n    return values.no_such_thing\ndef relu(values):\n    return helper(values)"
    (_, _, told), _ = run_cells(START, text, "grader.check(relu)")
    assert "no_such_thing" in told
    assert re.search(r"Cell In\[2\], line 2", told), told


@pytest.mark.parametrize("text", ["def relu():\n    return 1", "relu = 3", "relu = lambda values, more: values"])
def test_function_of_another_signature_is_no_crash(text):
    (_, _, told), _ = run_cells(START, text, "grader.check('relu')")
    assert "✗ relu" in told or "could not be read" in told or "↯" in told, told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("np.array", "no function of this name"),
        ("'rellu'", "such as relu"),
        ("3", "no function of this name"),
        ("'softmax'", "is not defined in this notebook yet"),
        ("relu, dense, 'normalize'", "is not defined in this notebook yet"),
    ],
)
def test_wrong_request_is_answered_in_four_parts(asked, words, called_from):
    shown = called_from(RIGHT + "\n" + DENSE, f"check({asked})")
    assert isinstance(shown.outcome, Feedback)
    text = repr(shown)
    assert words in text and "Next step" in text
    assert "Next step" in shown._repr_html_()


def test_nothing_written_yet_is_said(called_from):
    shown = called_from("def relu(values):\n    raise NotImplementedError('relu')", "check()")
    assert "No function of this chapter is written yet" in repr(shown)
    shown = called_from("def relu(values):\n    raise NotImplementedError('relu')", "check(relu)")
    assert "to do" in repr(shown)


def test_chinese_notebook_is_spoken_to_in_chinese(called_from):
    shown = called_from('def relu(values):\n    """负数变成 0。"""\n    return np.abs(values)', "check(relu)")
    assert "还不对" in repr(shown) and "重新检查" in repr(shown) and 'lang="zh"' in shown._repr_html_()
    assert "passed" not in repr(called_from('def relu(v):\n    """负数变成 0。"""\n    return v', "check(relu)"))


def test_interrupted_check_shows_what_there_is(called_from):
    text = f"{DENSE}\ndef relu(values):\n    raise KeyboardInterrupt"
    shown = called_from(text, "check(dense, relu)")
    assert shown.outcome.interrupted and "was interrupted" in repr(shown)
    assert "✓ dense" in repr(shown)


def test_hostile_text_stays_text(called_from):
    text = "def relu(values):\n    print('<script>alert(1)</script>\\x1b[31m')\n    return np.abs(values)"
    shown = called_from(text, "check(relu)")
    assert isinstance(shown, Shown) and "<script" not in shown._repr_html_() and "\x1b" not in repr(shown)


# ---------------------------------------------------------------- the parts


def test_tasks_are_those_that_pytest_counts():
    tasks = tasks_of(COURSE)
    assert list(tasks) == list(COURSE.chapters)
    for chapter, names in tasks.items():
        written = functions_of(COURSE.master(chapter))
        assert [name for name in names if name != "all_together"] == written, chapter


def test_functions_are_read_as_they_are_now(names, tmp_path):
    define(names, tmp_path, f"{WRONG}\nother = relu\nsoftmax = np.exp")
    source = live_source(names, "ch1_concepts", ("relu", "softmax"))
    assert source.name == "ch1_concepts.ipynb"
    assert {"relu", "other", "softmax"} <= {name for piece in source.pieces for name in piece.names}
    assert not source.is_stub("relu") and "abs" in source.bodies["relu"]
    names["__vsc_ipynb_file__"] = "C:\\course\\my work.ipynb"
    assert live_source(names, "ch1_concepts", ()).name == "my work.ipynb"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("unused = 3", True),
        ("LIMIT = 0", True),
        ("LIMIT = 1", False),
        ("def helper(values):\n    return np.maximum(values, LIMIT + 0)", False),
        ("def stranger():\n    return 1", True),
        ("LIMIT = [0]", None),
    ],
)
def test_a_function_has_changed_when_anything_it_mentions_has(names, tmp_path, change, same):
    helper = "LIMIT = 0\ndef helper(values):\n    return np.maximum(values, LIMIT)"
    define(names, tmp_path, f"{helper}\ndef relu(values):\n    return helper(values)")
    before = fingerprint(names, ["relu"])
    define(names, tmp_path, change)
    after = fingerprint(names, ["relu"])
    assert before is not None
    assert after is None if same is None else (after == before) is same


def test_course_of_ones_own_is_found_around_the_notebook(tmp_path):
    for folder in ("checks", "solutions", "exercises"):
        (tmp_path / folder).mkdir()
    assert course_around(tmp_path / "exercises").root != tmp_path
    (tmp_path / "checks" / "test_ch1_own.py").write_text("")
    course = course_around(tmp_path / "exercises")
    assert course.root == tmp_path and course.own


def test_file_that_is_no_cell_keeps_its_name():
    assert name_of_cell("/some/file.py") == "/some/file.py"


# ---------------------------------------------------------------- the released notebooks


def paste_reference(chapter):
    """Return the released notebook with the reference's functions in place of the stubs."""
    notebook = nbformat.read(ROOT / "exercises" / f"{chapter}.ipynb", as_version=4)
    master = COURSE.master(chapter).read_text(encoding="utf-8")
    for function in functions_of(COURSE.master(chapter)):
        (stub,) = [c for c in notebook.cells if c.cell_type == "code" and re.match(rf"def {function}\(", c.source)]
        found = re.search(rf"^def {function}\(.*?(?=^# %%)", master, re.MULTILINE | re.DOTALL)
        stub.source = re.sub(r"^ *### (?:BEGIN|END) SOLUTION\n?", "", found[0], flags=re.MULTILINE).rstrip()
    return notebook


@pytest.mark.parametrize(
    "released",
    [
        pytest.param(chapter, marks=[] if chapter == "ch1_concepts" else [pytest.mark.slow])
        for chapter in COURSE.chapters
    ],
)
def test_released_notebook_with_the_reference_runs_from_top_to_bottom(released):
    notebook = paste_reference(released)
    client = nbclient.NotebookClient(notebook, timeout=1800, resources={"metadata": {"path": str(ROOT / "exercises")}})
    client.execute()
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("grader.check(")]
    assert len(checks) == len(functions_of(COURSE.master(released))) + 1
    for cell in checks:
        text = shown_by(cell)
        assert "✓" in text and not re.search("not right|could not|failed|ended|to do|waiting", text), (
            cell.source,
            text,
        )
    assert "Everything passes. Well done!" in shown_by(checks[-1])
