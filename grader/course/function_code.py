"""The source text of one function with its syntax tree, and places in it where text can be replaced. Trusted side."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Positioned = ast.expr | ast.stmt | ast.keyword | ast.comprehension | ast.ExceptHandler | ast.arg
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPOUND = (
    *(*FUNCTIONS, ast.ClassDef, ast.If, ast.For, ast.AsyncFor, ast.While),
    *(ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match),
)


@dataclass(frozen=True)
class Edit:
    """Replace bytes `start` to `end` by `text`.

    `shown`: the bytes that tell a reader what is changed; None leaves that to the syntax tree. `outcome`: what is
    said of them instead of their new text, such as "(dropped)".
    """

    start: int
    end: int
    text: str
    shown: tuple[int, int] | None = None
    outcome: str = ""


class FunctionCode:
    """A function at the left margin. `lines`: first and last line, counted from 1, of each part that may change.

    Without `lines`, all of the body but the docstring may. `modules`: names that stand for imported modules. Offsets
    count bytes of UTF-8, as the syntax tree's columns do.
    """

    def __init__(self, text: str, lines: Sequence[tuple[int, int]] = (), modules: frozenset[str] = frozenset()) -> None:
        self.text = text
        self.raw = text.encode()
        self.modules = modules
        tree = parse(text)
        assert tree is not None, "the text of a function that Python can read"
        self.tree = tree
        function = tree.body[0]
        assert isinstance(function, FUNCTIONS), "one function at the left margin"
        self.function = function
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._lines = tuple(lines) or (_body_lines(function),)
        self._opaque = [self.span(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]

    @functools.cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for line in self.raw.split(b"\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line, counted from 1, and a column in bytes, counted from 0."""
        return self._line_starts[line - 1] + column

    def line_of(self, offset: int) -> int:
        """Return the line an offset lies on, counted from 1."""
        return self.raw.count(b"\n", 0, offset) + 1

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends."""
        place: Positioned = node  # type: ignore[assignment]
        if isinstance(place, ast.comprehension):
            return self.span(place.target)[0], self.span(place.ifs[-1] if place.ifs else place.iter)[1]
        assert place.end_lineno is not None
        assert place.end_col_offset is not None
        return self.offset(place.lineno, place.col_offset), self.offset(place.end_lineno, place.end_col_offset)

    def source(self, node: ast.AST) -> str:
        """Return the text of a node, without parentheses around it."""
        return self.between(*self.span(node))

    def between(self, start: int, end: int) -> str:
        return self.raw[start:end].decode()

    def may_change(self, start: int, end: int) -> bool:
        """Tell whether an edit stays inside the parts that may change, and out of f-strings.

        Python before 3.12 does not say where in an f-string its pieces stand; a whole one may be replaced.
        """
        first, last = self.line_of(start), self.line_of(end)
        inside = any(begin <= first and last <= stop for begin, stop in self._lines)
        return inside and not any(a <= start and end <= b and (start, end) != (a, b) for a, b in self._opaque)

    @functools.cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The nodes that may change, as they stand in the text from top to bottom; outer ones first."""
        found = [node for node in _outside_of_strings(self.function) if hasattr(node, "lineno")]
        docstring = self.function.body[0] if ast.get_docstring(self.function, clean=False) is not None else None
        changing = [
            node for node in found if self.may_change(*self.span(node)) and docstring not in (node, self.parents[node])
        ]
        return tuple(sorted(changing, key=lambda node: (self.span(node)[0], -self.span(node)[1])))

    def blocks(self) -> Iterator[list[ast.stmt]]:
        """Yield each run of statements of one level, outer ones first."""
        for node in ast.walk(self.function):
            for _, value in ast.iter_fields(node):
                if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                    yield [statement for statement in value if self.may_change(*self.span(statement))]

    def end_of_line(self, node: ast.stmt) -> int:
        """Return where a statement ends, or where its first line does when that comes before."""
        return min(self.span(node)[1], self.offset(node.lineno + 1, 0) - 1)

    def root(self, node: ast.expr) -> ast.expr:
        """Return what a chain of attributes, calls and subscripts begins with."""
        while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        return node

    def is_module(self, node: ast.expr) -> bool:
        """Tell whether an expression is a module or something in one, such as `keras.layers`."""
        inner = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        return isinstance(inner, ast.Name) and inner.id in self.modules

    def replace(self, edit: Edit) -> str | None:
        """Return the function with one edit, every line still where it was; None where Python cannot read it."""
        begin, end = self.raw[: edit.start].decode(), self.raw[edit.end :].decode()
        changed = begin + edit.text + end
        tree = parse(changed)
        if tree is None:
            return None
        lost = self.between(edit.start, edit.end).count("\n") - edit.text.count("\n")
        if lost <= 0:
            return changed if lost == 0 else None
        for padded in (begin + edit.text + "\n" * lost + end, self._padded_below(edit, lost)):
            same = parse(padded)
            if same is not None and ast.dump(same) == ast.dump(tree):
                return padded
        return None

    def _padded_below(self, edit: Edit, lost: int) -> str:
        """Return the edited text with empty lines below the statement that was edited."""
        ends = [self.span(node)[1] for node in ast.walk(self.function) if isinstance(node, ast.stmt)]
        below = min(end for end in ends if end >= edit.end)
        parts = (self.raw[: edit.start], edit.text.encode(), self.raw[edit.end : below], b"\n" * lost, self.raw[below:])
        return b"".join(parts).decode()


def parse(text: str) -> ast.Module | None:
    """Return the syntax tree of a text; None where Python can neither read nor compile it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
            compile(tree, "<mutant>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return tree


def _outside_of_strings(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes below `node`, but none inside an f-string."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.JoinedStr):
            yield from _outside_of_strings(child)


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    body = function.body
    first = body[1] if ast.get_docstring(function, clean=False) is not None and len(body) > 1 else body[0]
    return first.lineno, function.end_lineno or first.lineno
