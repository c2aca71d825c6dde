"""Puts the docstrings of a cell into a learner's language, through the message catalogue. Trusted side."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence

from grader.messages import catalogue


def translate_docstrings(body: Sequence[str], language: str) -> list[str]:
    """Return the lines of a code cell with its functions' docstrings in `language`.

    A docstring's key in the catalogue is its text as `inspect.cleandoc` gives it. One that has no translation
    stays as it is, to the byte.
    """
    lines = list(body)
    for docstring in reversed(_docstrings(body)):
        source = inspect.cleandoc(str(docstring.value))
        translated = catalogue(language).gettext(source) if source else source
        if translated != source:
            first, last = docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1
            before = lines[first].encode()[: docstring.col_offset].decode()
            after = lines[last].encode()[docstring.end_col_offset :].decode()
            indent = " " * (len(before) - len(before.lstrip()))
            quoted = _quote(translated, indent)
            lines[first : last + 1] = [before + quoted[0], *quoted[1:]]
            lines[first + len(quoted) - 1] += after
    return lines


def _docstrings(body: Sequence[str]) -> list[ast.Constant]:
    """Return the docstrings of all functions in the cell, in the order in which they stand there."""
    found = []
    for node in ast.walk(ast.parse("\n".join(body))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None:
            statement = node.body[0]
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                found.append(statement.value)
    return sorted(found, key=lambda docstring: docstring.lineno)


def _quote(text: str, indent: str) -> list[str]:
    """Return a docstring as lines, the first without its indent; the closing quotes of a long one stand alone."""
    first, *rest = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split("\n")
    if not rest:
        return [f'"""{first}"""']
    return [f'"""{first}', *(indent + line if line.strip() else "" for line in rest), f'{indent}"""']
