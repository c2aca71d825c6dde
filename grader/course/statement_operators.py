"""Operators for whole statements: to leave one out, and to move one up. Trusted side."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.course.function_code import COMPOUND, Edit, FunctionCode

DROPPED = "(dropped)"
# Setters of a figure: each sets something else, so their order does not matter.
SETTER = re.compile(r"set_|title$|[xy]label$|tight_layout$|grid$")
# Methods that change what they are called on, although their value is used.
EFFECTS = frozenset({"fit", "compile", "pop"})


def drop_statements(code: FunctionCode) -> Iterator[Edit]:
    """Leave out a statement; of `return x`, leave out the word `return`.

    What first makes a name that is used later is kept: without it the name is unknown, which any check notices.
    """
    for block in code.blocks():
        for statement in block:
            start, end = code.span(statement)
            if isinstance(statement, ast.Return):
                if statement.value is not None:
                    yield Edit(start, code.span(statement.value)[0], "", shown=(start, code.end_of_line(statement)))
            elif not (_binds(statement) - _bound_before(code, statement)) & _read_after(code, statement):
                last = code.end_of_line(statement) if isinstance(statement, COMPOUND) else end
                yield Edit(start, end, "pass", shown=(start, last), outcome=DROPPED)


def move_statements(code: FunctionCode) -> Iterator[Edit]:
    """Move a statement up, above the nearest one whose order with it can matter."""
    for block in code.blocks():
        for place, statement in enumerate(block):
            above = next((i for i in reversed(range(place)) if _order_matters(code, block[i], statement)), None)
            if above is None or isinstance(statement, ast.Return):
                continue
            passed = block[above:place]
            bound = set[str]().union(*map(_binds, passed)) - _bound_before(code, passed[0])
            if _names(statement, ast.Load) & bound:
                continue
            (start, end), (first, last) = code.span(statement), (code.span(block[above])[0], code.span(passed[-1])[1])
            text = code.between(start, end) + code.between(last, start) + code.between(first, last)
            words = " ".join(code.source(block[above]).split("\n")[0].split())
            yield Edit(first, end, text, shown=(start, end), outcome=f"(moved above `{words}`)")


def is_setter(node: ast.AST) -> bool:
    """Tell whether a call, or a statement that is one, sets one thing of a figure."""
    call = node.value if isinstance(node, ast.Expr) else node
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and bool(SETTER.match(call.func.attr))


def _names(node: ast.AST, context: type[ast.expr_context]) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context))


def _binds(node: ast.AST) -> frozenset[str]:
    """Return the names a statement makes for those after it: not those inside comprehensions and inner functions."""
    if isinstance(node, ast.Name):
        return frozenset({node.id} if isinstance(node.ctx, ast.Store) else ())
    if isinstance(node, ast.alias):
        return frozenset({(node.asname or node.name).split(".")[0]})
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return frozenset({node.name})
    if isinstance(node, ast.comprehension | ast.Lambda):
        return frozenset()
    return frozenset[str]().union(*map(_binds, ast.iter_child_nodes(node)))


def _bound_before(code: FunctionCode, statement: ast.stmt) -> frozenset[str]:
    """Return the names that are known when a statement's turn comes: parameters, and what stands above it."""
    arguments = code.function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    names = frozenset(parameter.arg for parameter in parameters if parameter)
    start = code.span(statement)[0]
    for node in ast.walk(code.function):
        if isinstance(node, ast.stmt) and node is not code.function and code.span(node)[1] <= start:
            names |= _binds(node)
        elif isinstance(node, ast.For | ast.With) and code.span(node)[0] < start <= code.span(node)[1]:
            heads = [node.target] if isinstance(node, ast.For) else node.items
            names = names.union(*map(_binds, heads))
    return names


def _read_after(code: FunctionCode, statement: ast.stmt) -> frozenset[str]:
    end = code.span(statement)[1]
    names = [n for n in ast.walk(code.function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    return frozenset(name.id for name in names if code.span(name)[0] >= end)


def _order_matters(code: FunctionCode, first: ast.stmt, second: ast.stmt) -> bool:
    """Tell whether one of two statements can change what the other works with."""
    if is_setter(first) or is_setter(second):
        return False
    touched = [_touched(code, statement) for statement in (first, second)]
    used = [_names(statement, ast.Load) | _binds(statement) for statement in (first, second)]
    return bool(touched[0] & used[1] or touched[1] & used[0])


def _touched(code: FunctionCode, statement: ast.stmt) -> frozenset[str]:
    """Return the names a statement assigns, writes into, or hands to a call that is made for its effect."""
    names = _binds(statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= _names(code.root(node), ast.Load)
        elif isinstance(node, ast.Expr):
            names |= _names(node, ast.Load)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in EFFECTS:
            names |= _names(code.root(node.func), ast.Load)
    return names - code.modules
