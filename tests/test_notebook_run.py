"""`grader notebook-run`: a whole notebook in the sandbox, and why a cell breaks."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from typer.testing import CliRunner

from grader.cli import app
from grader.notebook.whole import names_given
from grader.submission.cells import CellAsSaved, read_notebook

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """Run a notebook of these cells; return the exit status and what was said, in one line."""

    def run_cells(*cells, options=(), **ran):
        path = tmp_path / "work.ipynb"
        made = [cell if not isinstance(cell, str) else new_code_cell(cell, **ran) for cell in cells]
        nbformat.write(new_notebook(cells=made), path)
        return invoke(path, *options)

    return run_cells


def invoke(path, *options):
    done = CliRunner().invoke(app, ["notebook-run", str(path), "--lang=en", *options], env={"COLUMNS": "100"})
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def test_notebook_that_is_whole_runs_from_top_to_bottom(run):
    status, words = run(
        "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt",
        new_markdown_cell("Some words."),
        "import grader\ndef f(x):\n    return x + 1\ngrader.check(f)\n%grade f",
        "%%time\nplt.plot([1, 2]); plt.show()\nlines = !echo hello\nprint(lines)\nf(2)",
    )
    assert status == 0, words
    assert "All 3 cells run" in words and "cell 4" in words and "cell 2" not in words


def test_old_variable_in_memory_is_named(run):
    status, words = run("import math", "print(scale * 2)", execution_count=3)
    assert status == 1
    assert "✗ cell 2" in words and "no cell gives `scale` any more" in words
    assert "only because an old variable is still in memory" in words and "cell 2, line 1" in words


def test_name_that_was_never_there_is_no_old_variable(run):
    status, words = run("print(scael)")
    assert status == 1 and "uses `scael`, which no cell gives" in words and "spelling" in words
    failed = new_code_cell(
        "print(x)", execution_count=1, outputs=[new_output("error", ename="NameError", evalue="", traceback=[])]
    )
    assert "old variable" not in run(failed)[1]


def test_cell_in_the_wrong_order_is_named_with_the_one_it_needs(run):
    status, words = run("y = x + 1", "import math", "for x in [1, 2]: pass", "print(z)")
    assert status == 1 and "uses `x` before it is there" in words
    assert "`x` comes in cell 3: move that cell up, above cell 1" in words
    assert "cell 2" not in words and "were not run" in words


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("def f(:\n    pass", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("name = input()", "asks for input"),
        ("open('photos/my.png')", "none of your files are in sight"),
        ("import a_library_nobody_has", "Install this library"),
        ("import os; os._exit(4)", "The program ended in the middle of cell 1"),
        ("raise SystemExit(1)", "SystemExit"),
        ("while True: pass", "cell 1 did not finish in time"),
        ("block = bytearray(6 * 2**30)", "emory"),
        ("print('x' * 10**8)", "printed so much"),
    ],
)
def test_reason_is_told_in_words(run, cell, expected):
    status, words = run(cell, options=["--seconds=3"])
    assert status == 1 and expected in words and "Next step" in words, words
    assert "Traceback" not in words


def test_nothing_of_the_course_or_of_this_machine_is_in_sight(run):
    text = f"import os\nprint(os.path.exists({str(ROOT / 'solutions')!r}), os.path.exists({str(Path.home())!r}))\n1 / 0"
    status, words = run("import socket\nsocket.create_connection(('127.0.0.1', 22))")
    assert status == 1 and "Error" in words
    hidden = f"import os\nassert not os.path.exists({str(ROOT / 'solutions')!r})"
    assert run(hidden)[0] == 0, text


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("half.ipynb", b'{"cells": [{"cell_type": "code", "sour', "is not a notebook that can be read"),
        ("empty.ipynb", b"", "is not a notebook that can be read"),
        ("work.py", b"x = 1", "is no notebook"),
        ("old.ipynb", b'{"worksheets": [], "nbformat": 3}', "old format"),
        ("bytes.ipynb", b"\xff\xfe\x00", "not text in the encoding UTF-8"),
    ],
)
def test_file_that_is_no_notebook_is_refused_in_four_parts(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    status, words = invoke(path)
    assert status == 2 and expected in words and "Next step" in words
    assert path.read_bytes() == content


def test_missing_file_and_unknown_language_are_told(tmp_path):
    status, words = invoke(tmp_path / "not there.ipynb")
    assert status == 2 and "cannot be read" in words and "No such file" in words
    assert CliRunner().invoke(app, ["notebook-run", "x.ipynb", "--lang=fr"]).exit_code == 2


def test_it_speaks_chinese(run):
    _, words = run("print(scale)", options=["--lang=zh"], execution_count=1)
    assert "旧变量" in words and "从头到尾" in words


def test_text_of_a_cell_cannot_steer_the_terminal(run):
    _, words = run("'\x1b[2J\u202e' + 3")
    assert "\x1b" not in words and "\u202e" not in words and r"\x1b[2J" in words


def test_saved_output_tells_whether_a_cell_once_ran(tmp_path):
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    cells = [
        {"cell_type": "code", "source": "a", "execution_count": 1, "outputs": []},
        {"cell_type": "code", "source": ["b\n", "c"], "execution_count": 2, "outputs": [error]},
        {"cell_type": "code", "source": "d", "execution_count": None, "outputs": "odd"},
    ]
    raw = json.dumps({"cells": cells, "nbformat": 4}).encode()
    assert [(cell.number, cell.text, cell.ran) for cell in read_notebook("n.ipynb", raw)] == [
        (1, "a", True),
        (2, "b\nc", False),
        (3, "d", False),
    ]


def test_names_that_a_cell_gives():
    text = "import a.b\nfrom c import d as e\n%time\nx, (y, z) = 1, (2, 3)\ndef f(): q = 1\nclass G: pass"
    text += "\nfor i in []: pass"
    assert names_given(CellAsSaved(1, text, False)) == {"a", "e", "x", "y", "z", "f", "q", "G", "i"}
    assert names_given(CellAsSaved(1, "def (", False)) == set()
