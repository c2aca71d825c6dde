"""Mutants: the reference's functions with one small thing changed in each, as a slip would change it. Trusted side."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.cosmic_ray_operators import apply_cosmic_ray
from grader.course.errors import MasterError
from grader.course.function_code import COMPOUND, FUNCTIONS, Edit, FunctionCode, parse
from grader.course.marks import find_blocks
from grader.course.master import read_master
from grader.course.mutation_operators import OWN_OPERATORS, Operator

OPERATORS: tuple[Operator, ...] = (*OWN_OPERATORS, apply_cosmic_ray)


@dataclass(frozen=True)
class Mutant:
    """A function with one thing changed. `text`: the whole function, each line where it was. `line`: in the master.

    `change` says in a few words what became what. No other mutant of the function has the same one.
    """

    path: Path
    line: int
    function: str
    change: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.change}"


def mutants_of_master(path: Path) -> dict[str, tuple[Mutant, ...]]:
    """Return the mutants of each function of a chapter: what stands between the marks of its solution is changed.

    Raises:
        MasterError: the master is not well formed, or a function is not defined exactly once.
        CourseError: it cannot be read, or the library Cosmic Ray is missing.
    """
    parts: dict[str, list[tuple[int, int]]] = {}
    for cell in read_master(path).cells:
        for block in find_blocks(path, cell):
            first = cell.first_line + 1
            parts.setdefault(block.function, []).append((first + block.begin + 1, first + block.end - 1))
    tree = ast.parse(_lines_as_text(path))
    return {function: _mutants_in(path, tree, function, lines) for function, lines in parts.items()}


def submission_with(mutant: Mutant) -> str:
    """Return the text of a submission: the master, with the mutant in its function's place."""
    text = _lines_as_text(mutant.path)
    start, end = _function_lines(mutant.path, ast.parse(text), mutant.function)
    lines = text.split("\n")
    return "\n".join([*lines[: start - 1], mutant.text, *lines[end:]])


def make_mutants(path: Path, code: FunctionCode, first_line: int = 1) -> tuple[Mutant, ...]:
    """Return the mutants of one function, from top to bottom. `first_line`: where the function stands in `path`.

    Each can be read by Python and is unlike the original and all others, whatever the spelling.
    """
    seen = {ast.dump(code.tree)}
    edits: list[tuple[Edit, str]] = []
    for edit in (edit for operator in OPERATORS for edit in operator(code)):
        text = code.replace(edit)
        tree = parse(text) if text is not None else None
        if text is None or tree is None or (dump := ast.dump(tree)) in seen:
            continue
        seen.add(dump)
        edits.append((edit, text))
    edits.sort(key=lambda pair: (pair[0].start, pair[0].end))
    changes = _tell_apart(code, [edit for edit, _ in edits])
    return tuple(
        Mutant(path, first_line - 1 + code.line_of(_first_shown(edit)), code.function.name, change, text)
        for (edit, text), change in zip(edits, changes, strict=True)
    )


def _mutants_in(path: Path, tree: ast.Module, function: str, parts: Sequence[tuple[int, int]]) -> tuple[Mutant, ...]:
    start, end = _function_lines(path, tree, function)
    text = "\n".join(_lines_as_text(path).split("\n")[start - 1 : end])
    lines = [(first - start + 1, last - start + 1) for first, last in parts]
    return make_mutants(path, FunctionCode(text, lines, _modules(tree)), start)


def _function_lines(path: Path, tree: ast.Module, function: str) -> tuple[int, int]:
    found = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name == function]
    if len(found) != 1:
        raise MasterError(
            path,
            found[1].lineno if found else 1,
            f"the function {function} is not defined exactly once at the left margin",
            expected=f"one `def {function}(`",
            got=f"{len(found)} of them",
            next_step="give each function of the chapter a name of its own",
        )
    return found[0].lineno, found[0].end_lineno or found[0].lineno


def _modules(tree: ast.Module) -> frozenset[str]:
    aliases = (alias for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names)
    return frozenset((alias.asname or alias.name).split(".")[0] for alias in aliases)


def _lines_as_text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


# ------------------------------------------------------------ words


def _tell_apart(code: FunctionCode, edits: Sequence[Edit]) -> list[str]:
    """Return for each edit the shortest words that no other edit of the function shares."""
    words = [list(_words(code, edit)) for edit in edits]
    width = [0] * len(edits)
    while True:
        changes = [choices[place] for choices, place in zip(words, width, strict=True)]
        counts = Counter(changes)
        wider = [
            place + 1 if counts[change] > 1 and place + 1 < len(choices) else place
            for change, choices, place in zip(changes, words, width, strict=True)
        ]
        if wider == width:
            return list(_numbered(changes, counts))
        width = wider


def _numbered(changes: Sequence[str], counts: Counter[str]) -> Iterator[str]:
    """Yield the words, with a number where nothing else tells the edits of two equal statements apart."""
    seen: Counter[str] = Counter()
    for change in changes:
        seen[change] += 1
        yield change if counts[change] == 1 else f"{change} ({seen[change]} of {counts[change]})"


def _words(code: FunctionCode, edit: Edit) -> Iterator[str]:
    """Yield what is said of an edit: first in its own words, then with more and more of what stands around it."""
    growth = len(edit.text.encode()) - (edit.end - edit.start)
    changed = code.raw[: edit.start] + edit.text.encode() + code.raw[edit.end :]
    for place, (start, end) in enumerate(_contexts(code, edit)):
        if edit.outcome:
            yield _one_line(code.between(start, end)) + f" -> {edit.outcome}"
            if place == 0:
                continue
        yield f"{_one_line(code.between(start, end))} -> {_one_line(changed[start : end + growth].decode())}"


def _contexts(code: FunctionCode, edit: Edit) -> Iterator[tuple[int, int]]:
    """Yield the stretches of text that hold an edit, from small to large, up to its statement."""
    if edit.shown is not None:
        yield edit.shown
    start, end = edit.shown or (edit.start, edit.end)
    start, end = min(start, edit.start), max(end, edit.end)
    spans = [_shown_of(code, node) for node in code.nodes if not isinstance(node, ast.Constant | ast.Name)]
    holding = [span for span in spans if span[0] <= start and end <= span[1] and span != edit.shown]
    yield from reversed(holding)
    if edit.shown is None and not holding:
        yield start, end


def _shown_of(code: FunctionCode, node: ast.AST) -> tuple[int, int]:
    """Return where a node stands; of a compound statement, only the head."""
    return (code.span(node)[0], code.end_of_line(node)) if isinstance(node, COMPOUND) else code.span(node)


def _first_shown(edit: Edit) -> int:
    return edit.shown[0] if edit.shown else edit.start


def _one_line(text: str) -> str:
    return " ".join(text.split())
