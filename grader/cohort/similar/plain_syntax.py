"""Syntax without what is a matter of taste, so that only what a function does is compared. Trusted side."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence


def plainly(statement: ast.stmt) -> ast.stmt:
    """Return a statement, which may be changed, in its plain form.

    Docstrings, annotations, `print`, `assert` and `pass` are gone, keywords stand in the order of their names, and
    what was put into a variable only to be used once in the next line stands there.
    """
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and _is_use(node))
    return _Plain(Counter(name.id for name in names)).visit(statement)  # type: ignore[no-any-return]


def _is_use(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


class _Plain(ast.NodeTransformer):
    def __init__(self, uses: Counter[str]) -> None:
        self._uses = uses

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                setattr(node, field, self._joined(statements))
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        match node.value:
            case ast.Constant() | ast.Call(func=ast.Name(id="print")):
                return None
        return self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        return None

    def visit_Pass(self, node: ast.Pass) -> None:
        return None

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords.sort(key=lambda keyword: keyword.arg or "")
        return self.generic_visit(node)

    def _joined(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return the statements; what is assigned to be used once, in the next one, stands in its place."""
        kept: list[ast.stmt] = []
        for statement in reversed(statements):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if kept and self._uses[name] == 1:
                    placing = _Placing(name, value)
                    kept[-1] = placing.visit(kept[-1])
                    if placing.placed:
                        continue
            kept.append(statement)
        return kept[::-1]


class _Placing(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self._name, self._value, self.placed = name, value, False

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == self._name and _is_use(node):
            self.placed = True
            return self._value
        return node
