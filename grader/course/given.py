"""The bugs a chapter gives its learners to repair, in the place of stubs. Trusted side.

They are the functions called `<function>__as_given` among the chapter's known mistakes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.errors import MasterError
from grader.submission.source import AS_GIVEN, read_source

FOLDER = "mistakes"


@dataclass(frozen=True)
class Given:
    """A function with its bug: the lines below its docstring, where it stands, and its body as it is compared."""

    lines: tuple[str, ...]
    path: Path
    first_line: int
    body: str


def read_given(master_path: Path) -> dict[str, Given]:
    """Return function -> what learners are given of it, for the chapter of this master.

    Raises:
        MasterError: The file of mistakes is not Python.
    """
    path = master_path.parent / FOLDER / master_path.name
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8-sig")
    if AS_GIVEN not in text:
        return {}
    try:
        statements = ast.parse(text).body
    except SyntaxError as error:
        raise MasterError(
            path,
            error.lineno or 1,
            "the chapter's mistakes are not valid Python",
            expected="functions that Python can read",
            got=error.msg,
            next_step="repair the line",
        ) from None
    bodies = read_source(path.name, text.encode()).given_bodies()
    lines = text.split("\n")
    found = {}
    for statement in statements:
        if isinstance(statement, ast.FunctionDef) and statement.name.endswith(AS_GIVEN):
            function = statement.name.removesuffix(AS_GIVEN)
            found[function] = Given(_code(statement, lines), path, statement.lineno, bodies[function])
    return found


def _code(function: ast.FunctionDef, lines: list[str]) -> tuple[str, ...]:
    """Return the function's lines below its docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    begin = (first.end_lineno or first.lineno) if has_docstring else first.lineno - 1
    return tuple(line.rstrip() for line in lines[begin : function.end_lineno])


def require_whole(script: str, given: Mapping[str, Given]) -> None:
    """Make sure that the exercise has each function exactly as it is given, so that an untouched one is recognised.

    Raises:
        MasterError: It has not: the function's marks enclose less than its code, or its parameters differ.
    """
    bodies = read_source("exercise.py", script.encode()).bodies
    for function, bug in given.items():
        if bodies.get(function) != bug.body:
            raise MasterError(
                bug.path,
                bug.first_line,
                f"`{function}{AS_GIVEN}` cannot take the place of the solution",
                expected=f"a function `{function}` in the master, with the same parameters, all its code between marks",
                got="another function with the bug put in" if function in bodies else "no such function",
                next_step="correct the name or the parameters, or move the marks in the master",
            )
