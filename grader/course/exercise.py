"""Makes a chapter's exercise, as a script and as a notebook, from its master in one language. Trusted side."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.course.digest import NOTEBOOK_KEY, digest_of_notebook, digest_of_script, stamp_script
from grader.course.docstrings import translate_docstrings
from grader.course.errors import MasterError
from grader.course.given import read_given, require_whole
from grader.course.hints import read_hints
from grader.course.marks import BEGIN, END, find_blocks, put_stubs
from grader.course.master import HINTS, NOTEBOOK_ONLY, Cell, Master, read_source
from grader.messages import render, say

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Exercise:
    """What a learner gets: the same exercise as text of a percent-format script and of a notebook."""

    language: str
    script: str
    notebook: str
    script_digest: str
    notebook_digest: str


# The notebook's first cell of code. Without the course, in Colab for example, all other cells still work.
IMPORT_CELL = """try:
    import grader
except ModuleNotFoundError:
    import types

    grader = types.SimpleNamespace(check=lambda *functions: print({words!r}))"""
NOT_INSTALLED = say(
    "Nothing is checked here: the course is not installed for this notebook. The README beside the exercises says how."
)


@dataclass(frozen=True)
class _ExerciseCell:
    """A cell as the learner sees it: its `# %%` line, and its lines in the script.

    `functions`: those he writes in it.
    """

    mark: str
    body: tuple[str, ...]
    notebook_only: bool
    functions: tuple[str, ...]


def build_exercise(master: Master, language: str) -> Exercise:
    """Return the exercise of a chapter in `language`.

    Raises:
        MasterError: The solution marks are not well formed, or there are none; a bug fits no function; or hints are
            not well formed, so that they might get into the exercise.
    """
    read_hints(master)
    given = read_given(master.path)
    cells = _exercise_cells(master, language, {function: bug.lines for function, bug in given.items()})
    script = _script(cells)
    require_whole(script, given)
    script_digest = digest_of_script(script)
    parts = list(_parts(cells, language))
    notebook_digest = digest_of_notebook((kind, source) for kind, source, _ in parts)
    return Exercise(
        language=language,
        script=stamp_script(script, script_digest),
        notebook=_notebook(parts, notebook_digest),
        script_digest=script_digest,
        notebook_digest=notebook_digest,
    )


def _exercise_cells(master: Master, language: str, given: Mapping[str, Sequence[str]]) -> list[_ExerciseCell]:
    blocks = [find_blocks(master.path, cell) for cell in master.cells]
    if not any(blocks):
        raise MasterError(
            master.path,
            1,
            "the master has no solution marks, so there is nothing to fill in",
            expected=f"at least one function with `{BEGIN}` and `{END}`",
            got="none",
            next_step="put the marks around each reference solution, below the function's docstring",
        )
    return [
        _exercise_cell(
            cell, put_stubs(cell.body, found, language, given), language, [block.function for block in found]
        )
        for cell, found in zip(master.cells, blocks, strict=True)
        if cell.language in (None, language) and HINTS not in cell.tags
    ]


def _exercise_cell(cell: Cell, body: Sequence[str], language: str, functions: Sequence[str]) -> _ExerciseCell:
    if cell.kind == "code":
        body = translate_docstrings(body, language)
    mark = re.sub(rf'\s+lang="{cell.language}"', "", cell.mark)
    return _ExerciseCell(mark, tuple(body), NOTEBOOK_ONLY in cell.tags, tuple(functions))


def _script(cells: Iterable[_ExerciseCell]) -> str:
    lines = [line for cell in cells if not cell.notebook_only for line in (cell.mark, *cell.body)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _parts(cells: Iterable[_ExerciseCell], language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the notebook's cells: those of the script, and after each that has functions to write one to check them."""
    imported = False
    functions: list[str] = []
    for cell in cells:
        kind, source, metadata = read_source(cell.mark, cell.body)
        if kind == "code" and not imported and NOTEBOOK_ONLY not in metadata.get("tags", ()):
            imported = True
            yield "code", IMPORT_CELL.format(words=render(NOT_INSTALLED, language)), {}
        yield kind, source, metadata
        functions += cell.functions
        if cell.functions:
            yield "code", f"grader.check({', '.join(cell.functions)})", {}
    if len(functions) > 1:
        yield "code", "grader.check()", {}


def _notebook(parts: Iterable[tuple[str, str, dict[str, Any]]], digest: str) -> str:
    """Return the text of a notebook without outputs. The same cells always give the same bytes."""
    seen: dict[str, int] = {}
    notebook = {
        "cells": [_notebook_cell(kind, source, metadata, seen) for kind, source, metadata in parts],
        "metadata": {**KERNEL, NOTEBOOK_KEY: {"digest": digest}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _notebook_cell(kind: str, source: str, metadata: dict[str, Any], seen: dict[str, int]) -> dict[str, Any]:
    tags = [tag for tag in metadata.get("tags", ()) if tag != NOTEBOOK_ONLY]
    cell = {
        "cell_type": kind,
        "id": _cell_id(kind, source, seen),
        "metadata": {"tags": tags} if tags else {},
        "source": source.splitlines(keepends=True),
    }
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def _cell_id(kind: str, source: str, seen: dict[str, int]) -> str:
    """Return an id that follows from the cell's content, and for equal cells from their order."""
    content = f"{kind}\n{source}"
    seen[content] = seen.get(content, 0) + 1
    return hashlib.sha256(f"{seen[content]}\n{content}".encode()).hexdigest()[:12]
