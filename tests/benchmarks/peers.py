"""The same assignment for nbgrader and otter-grader: made of our master and `plain_checks.py`, and graded.

Each gets a notebook with the chapter's functions, one a cell, and the checks as its own kind of tests; each is run by
an interpreter that has it installed beside TensorFlow, in folders of its own, without containers.
"""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import NamedTuple

import nbformat
from classroom import CHAPTER, COURSE, Work, chapter_functions, source_of
from cost import Cost, measure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CHECKS = Path(__file__).resolve().parent / "plain_checks.py"
ASSIGNMENT = "first_model"
IMPORTS = "import keras\nimport matplotlib.pyplot as plt\nimport numpy as np\nimport tensorflow as tf"
# Functions that a submission may lack stay out of the namespace, so that each check fails by itself.
# nbgrader takes whatever a check writes to stderr for a failure, a warning of Keras about right work too.
GATHERED = """
import types
import warnings

warnings.simplefilter("ignore")

learner = types.SimpleNamespace(**{{name: globals()[name] for name in {functions} if name in globals()}})
digits = load_split_digits()
"""
FITS = {"small_fit": "small_fit = fit_small(learner, digits)", "chain": "chain = train_chain(learner, digits)"}
POINTS = 5
NEEDED = ("tensorflow", "keras", "matplotlib", "mlxtend", "numpy", "ipykernel")
FIND = "import importlib.util, sys; print(*[n for n in sys.argv[1:] if importlib.util.find_spec(n) is None])"
NBGRADER_CONFIG = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "benchmark"
c.ExecutePreprocessor.timeout = 600
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError"}}
"""


class Graded(NamedTuple):
    """What it cost, and the points of each learner; None where there is no result."""

    cost: Cost
    points: dict[str, float | None]


def full_points() -> float:
    """Return what a right submission gets."""
    return float(POINTS * len(checks()))


def grade_by_nbgrader(python: str, works: list[Work], folder: Path, environment: dict[str, str]) -> Graded | str:
    """Grade all in one command, and write the feedback in another; or say why it cannot be done."""
    if reason := missing(python, "nbgrader"):
        return reason
    (folder / "nbgrader_config.py").write_text(NBGRADER_CONFIG.format(root=str(folder)), encoding="utf-8")
    write_notebook(nbgrader_notebook(None), folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    for work in works:
        target = folder / "submitted" / work.name / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        write_notebook(nbgrader_notebook(work), target)
    clean = as_activated(python, environment)
    command = [python, "-m", "nbgrader"]
    made = measure([*command, "generate_assignment", ASSIGNMENT, "--create"], clean, folder)
    if made.status:
        return f"its assignment cannot be made: {made.errors[-600:]}"
    graded = measure([*command, "autograde", ASSIGNMENT], clean, folder)
    told = measure([*command, "generate_feedback", ASSIGNMENT], clean, folder)
    done = len(list((folder / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb")))
    if not done:
        return f"it graded nothing: {graded.errors[-600:]}"
    marks = measure([python, "-c", NBGRADER_MARKS, str(folder / "gradebook.db")], clean, folder)
    if marks.status:
        return f"its marks cannot be read: {marks.errors[-600:]}"
    words = f"{done} graded ({graded.cpu:.1f} CPU s), feedback written ({told.cpu:.1f} CPU s)"
    return Graded(Cost(graded.wall + told.wall, graded.cpu + told.cpu, words), json.loads(marks.output))


NBGRADER_MARKS = """
import json
import sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///" + sys.argv[1]) as book:
    print(json.dumps({s.student.id: s.score for s in book.assignment_submissions("first_model")}))
"""


def grade_by_otter(python: str, works: list[Work], folder: Path, environment: dict[str, str]) -> Graded | str:
    """Grade one submission after the other, as `otter run` does without a container; or say why it cannot be done."""
    if reason := missing(python, "otter"):
        return reason
    clean = as_activated(python, environment)
    for name, text in otter_tests().items():
        target = folder / "tests" / f"{name}.py"
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / "otter_config.json").write_text(json.dumps({"print_summary": True}), encoding="utf-8")
    archive = folder / "autograder.zip"
    options = ["-t", "tests", "-o", archive.name, "-c", "otter_config.json", "--no-requirements", "--no-environment"]
    made = measure([python, "-m", "otter", "generate", *options], clean, folder)
    if not archive.exists():
        return f"its assignment cannot be made: {made.output[-300:]} {made.errors[-600:]}"
    wall = cpu = 0.0
    points = {}
    for work in works:
        place = folder / work.name
        write_notebook(otter_notebook(work), place / f"{ASSIGNMENT}.ipynb")
        command = [
            python,
            "-m",
            "otter",
            "run",
            "-a",
            str(archive),
            "-o",
            str(place),
            str(place / f"{ASSIGNMENT}.ipynb"),
        ]
        cost = measure(command, clean, place)
        wall, cpu = wall + cost.wall, cpu + cost.cpu
        points[work.name] = otter_points(place / "results.json")
    if all(point is None for point in points.values()):
        return f"it graded nothing: {cost.output[-300:]} {cost.errors[-600:]}"
    return Graded(Cost(wall, cpu, f"{sum(point is not None for point in points.values())} graded"), points)


def otter_points(results: Path) -> float | None:
    """Return the points in Gradescope's layout; None where there is no result."""
    if not results.is_file():
        return None
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    return float(sum(test.get("score") or 0 for test in tests))


# ---------------------------------------------------------------- notebooks


def nbgrader_notebook(work: Work | None) -> nbformat.NotebookNode:
    """Return the assignment with its solution, or with what a learner handed in."""
    cells = [new_markdown_cell("# Your first model"), new_code_cell(IMPORTS)]
    for function in chapter_functions():
        cells.append(_nbgrader_cell(handed_in(work, function), function, solution=True))
    cells.append(_nbgrader_cell(setup_cell(), "setup"))
    cells += [_nbgrader_cell(text, name) for name, text in FITS.items()]
    for check in checks():
        call = f"{check.name}({', '.join(needs(check))})"
        cells.append(_nbgrader_cell(f"{ast.unparse(check)}\n{call}", check.name, points=POINTS))
    return new_notebook(cells=cells, metadata=KERNEL)


def otter_notebook(work: Work) -> nbformat.NotebookNode:
    """Return what a learner handed in, ready for otter: the fits are made by cells that came with it."""
    functions = chapter_functions()
    cells = [new_code_cell(IMPORTS)]
    cells += [new_code_cell(handed_in(work, function)) for function in functions]
    cells += [new_code_cell(text) for text in (setup_cell(), *FITS.values())]
    return new_notebook(cells=cells, metadata=KERNEL)


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def otter_tests() -> dict[str, str]:
    """Return a test file for each check, by name. A test's arguments are the notebook's variables of those names."""
    head = "from otter.test_files import test_case\nimport numpy as np\n\nOK_FORMAT = False\n"
    helpers = "\n\n\n".join(ast.unparse(statement) for statement in statements() if not is_check(statement))
    return {
        check.name: f"{head}name = {check.name!r}\npoints = {POINTS}\n\n{helpers}\n\n\n"
        f"@test_case()\n{ast.unparse(check)}\n"
        for check in checks()
    }


def _nbgrader_cell(text: str, name: str, solution: bool = False, points: int = 0) -> nbformat.NotebookNode:
    marks = {"grade": bool(points), "grade_id": name, "locked": not solution, "schema_version": 3}
    marks |= {"solution": solution, "task": False} | ({"points": points} if points else {})
    return new_code_cell(text, metadata={"nbgrader": marks})


def handed_in(work: Work | None, function: str) -> str:
    """Return a function as a learner has it, or, without one, as the master has it, with both of its marks."""
    master = source_of(COURSE.master(CHAPTER).read_text(encoding="utf-8"), function)
    if work is None:
        return f"{master}\n    ### END SOLUTION"
    return work.functions.get(function, master.replace("    ### BEGIN SOLUTION\n", ""))


def setup_cell() -> str:
    """Return the cell that gathers the learner's functions for the checks."""
    helpers = "\n\n\n".join(ast.unparse(statement) for statement in statements() if not is_check(statement))
    return helpers + GATHERED.format(functions=chapter_functions())


def statements() -> list[ast.stmt]:
    """Return what stands between the two marks of `plain_checks.py`."""
    text = CHECKS.read_text(encoding="utf-8")
    return ast.parse(text.partition("# BEGIN CHECKS\n")[2].partition("# END CHECKS")[0]).body


def checks() -> list[ast.FunctionDef]:
    return [statement for statement in statements() if isinstance(statement, ast.FunctionDef) and is_check(statement)]


def is_check(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_")


def needs(check: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in check.args.args]


def write_notebook(notebook: nbformat.NotebookNode, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, target)


# ---------------------------------------------------------------- the other interpreter


def missing(python: str, package: str) -> str:
    """Return why `python` cannot run `package`, and nothing where it can."""
    try:
        done = measure([python, "-c", FIND, package, *NEEDED], as_activated(python, dict(os.environ)))
    except RuntimeError as error:
        return str(error)
    lacking = done.output.strip()
    return done.errors.strip()[-300:] if done.status else f"{python} lacks {lacking}" if lacking else ""


def as_activated(python: str, environment: dict[str, str]) -> dict[str, str]:
    """Return an environment in which the programs beside `python` are found, and our own package is not."""
    left = {name: value for name, value in environment.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return left | {"PATH": f"{Path(python).parent}{os.pathsep}{environment.get('PATH', '')}"}
