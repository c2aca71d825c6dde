"""A whole notebook, run from top to bottom in the sandbox: which cell breaks, and why. Trusted side."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import msgspec

from grader.messages import Message, say, verbatim
from grader.results import Feedback, Place
from grader.sandbox import wire
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.worker import Limits
from grader.submission.cells import CellAsSaved, without_magics
from grader.submission.engines import Engine
from grader.submission.explain import explain_ending

MISSING_NAME = re.compile(r"name '([^']+)' is not defined")
NO_FILE, NO_INPUT = "FileNotFoundError", "EOFError"


class Ran(msgspec.Struct, frozen=True):
    """What came of a cell: what it printed, and why it broke; None where it did not."""

    cell: CellAsSaved
    output: str
    seconds: float
    broke: Feedback | None = None


def run_notebook(cells: Sequence[CellAsSaved], engine: Engine, limits: Limits) -> list[Ran]:
    """Run the cells one after another, as in a kernel that was just started, up to the first that breaks.

    Raises:
        SandboxError: the sandbox failed.
    """
    engine.warm(frozenset(module for cell in cells for module in _modules(cell)))
    done: list[Ran] = []
    for cell in cells:
        try:
            answer = engine.request(wire.NotebookCell(cell.number, cell.text), (), limits)
        except WorkerEnded as ended:
            name = f"cell {cell.number}"
            done.append(Ran(cell, ended.output, 0.0, explain_ending(ended, name, limits).feedback))
            break
        broke = _explain(answer.reply, cell, cells) if isinstance(answer.reply, wire.Raised) else None
        done.append(Ran(cell, answer.output, answer.seconds, broke))
        if broke is not None:
            break
    return done


def _modules(cell: CellAsSaved) -> set[str]:
    """Return the libraries a cell imports, so that they are there without counting against it."""
    nodes = _nodes(cell)
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names}


def _nodes(cell: CellAsSaved) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(without_magics(cell.text))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def names_given(cell: CellAsSaved) -> set[str]:
    """Return the names that a cell gives at its top level or inside."""
    given = set[str]()
    for node in _nodes(cell):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                given.add(name)
            case ast.alias():
                given.add((node.asname or node.name).split(".")[0])
    return given


def _explain(raised: wire.Raised, cell: CellAsSaved, cells: Sequence[CellAsSaved]) -> Feedback:
    got = verbatim(f"{raised.type_name}: {raised.text}"[:400].rstrip(": "))
    places = tuple(Place(frame.file, frame.line, frame.function, frame.text) for frame in raised.frames[-1:])
    problem = say("Cell {number} stops with an error.", number=cell.number)
    missing = MISSING_NAME.search(raised.text) if raised.type_name in ("NameError", "UnboundLocalError") else None
    if missing:
        return _explain_missing(missing[1], cell, cells, got, places)
    next_step: Message = say("Repair this cell, then choose Restart Kernel and Run All Cells.")
    if raised.type_name == NO_INPUT:
        next_step = say("It asks for input, and here nobody answers: write the value into the cell.")
    elif raised.type_name == NO_FILE:
        next_step = say("Here none of your files are in sight. If it works for you in Jupyter, all is well.")
    elif raised.type_name in ("ModuleNotFoundError", "ImportError"):
        next_step = say("Install this library, or do without it.")
    return Feedback(problem=problem, got=got, next_step=next_step, places=places)


def _explain_missing(
    name: str, cell: CellAsSaved, cells: Sequence[CellAsSaved], got: Message, places: tuple[Place, ...]
) -> Feedback:
    """Explain a name that is not there in a fresh kernel: it comes later, or from a cell that is gone."""
    later = [other.number for other in cells if other.number > cell.number and name in names_given(other)]
    if later:
        problem = say("Cell {number} uses `{name}` before it is there.", number=cell.number, name=name)
        next_step = say(
            "`{name}` comes in cell {later}: move that cell up, above cell {number}.",
            name=name,
            later=later[0],
            number=cell.number,
        )
    elif cell.ran:
        problem = say(
            "Cell {number} works only because an old variable is still in memory: no cell gives `{name}` any more.",
            number=cell.number,
            name=name,
        )
        next_step = say(
            "Write the line that gave `{name}` its value into a cell above, or use another name.", name=name
        )
    else:
        problem = say("Cell {number} uses `{name}`, which no cell gives.", number=cell.number, name=name)
        next_step = say("Check the spelling of `{name}`, or write the line that gives it its value.", name=name)
    expected = say("a notebook that runs from top to bottom in a kernel that was just started")
    return Feedback(problem=problem, expected=expected, got=got, next_step=next_step, places=places)
