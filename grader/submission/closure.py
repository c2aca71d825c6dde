"""What a function's behaviour depends on within a learner's file. Trusted side: only text is read."""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from collections.abc import Iterable

from grader.submission.source import Piece, Source

WORD = re.compile(r"\w+")
# With these a function may reach another one without naming it.
ROUNDABOUT = frozenset(
    {"globals", "locals", "vars", "eval", "exec", "compile", "getattr", "setattr", "global", "sys", "inspect", "gc"}
    | {"importlib", "ctypes", "builtins", "__import__", "__builtins__", "__dict__", "__globals__", "__main__"}
)


def behaviour_digest(source: Source, functions: Iterable[str]) -> str:
    """Return a digest of all in `source` that `functions` can depend on, wherever in the file it stands.

    That are imports, constants, and the functions that name one another, directly or not. It is the whole file where
    functions may depend on each other in other ways: through a list they share, or by looking names up.
    """
    pieces = source.pieces
    roundabout = _roundabout_names(pieces)
    if all(_is_plain(piece, source, roundabout) for piece in pieces):
        together = _connected(pieces, set(functions))
        pieces = tuple(p for p in pieces if not _is_function(p, source) or together.intersection(p.names))
    return digest_of(f"{piece.file} {piece.text}" for piece in pieces)


def code_digest(source: Source, functions: Iterable[str]) -> str:
    """Return a digest of what `functions`, and those of the file that they use, do step by step.

    Comments, docstrings and the rest of the file do not count: it tells whether somebody has worked on them.
    """
    found: set[str] = set()
    more = set(functions)
    while more:
        found |= more
        used = {name for function in more for name in source.uses.get(function, ())}
        more = used & source.bodies.keys() - found
    told = [source.bodies.get(name) or repr(source.broken.get(name)) for name in sorted(found)]
    return digest_of([*sorted(found), *told])


def needed_pieces(source: Source, function: str) -> tuple[int, ...]:
    """Return the numbers of the pieces that have to be loaded before `function` is called, in their order.

    That are all that give a name it mentions, directly or not. It is every piece where one of them may reach others
    without naming them, or where it matters what else is loaded before.
    """
    pieces, everything = source.pieces, tuple(range(len(source.pieces)))
    if _order_matters(pieces):
        return everything
    needed, more = {function, "*"}, {function}
    while more:
        words = {word for piece in pieces if more.intersection(piece.names) for word in WORD.findall(piece.text)}
        more = words - needed
        needed |= more
    chosen = tuple(number for number, piece in enumerate(pieces) if needed.intersection(piece.names))
    names = _roundabout_names(pieces)
    return everything if any(_goes_roundabout(pieces[number], names) for number in chosen) else chosen


def needed_by(source: Source, functions: Iterable[str]) -> frozenset[int]:
    """Return the numbers of all pieces that have to be loaded before any of `functions` is called."""
    return frozenset(number for function in functions for number in needed_pieces(source, function))


def needed_digest(source: Source, functions: Iterable[str]) -> str:
    """Return a digest of what a worker executes that has loaded what `functions` need, and nothing else.

    Two learners who wrote the same have the same digest, whatever else is in their files. Comments, docstrings and
    spaces do not count.
    """
    return digest_of(_plain_code(source.pieces[number].text) for number in sorted(needed_by(source, functions)))


# Most of a class writes much as others do.
@functools.lru_cache(maxsize=4096)
def _plain_code(text: str) -> str:
    """Return code as Python writes it, without docstrings where nothing reads them."""
    try:
        tree = ast.parse(text)
        if "__doc__" not in text:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node):
                    node.body = node.body[1:] or [ast.Pass()]
        return ast.unparse(tree)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


# The same few statements are asked about for every check.
@functools.lru_cache(maxsize=4096)
def _names_in(text: str) -> frozenset[str]:
    """Return the names that `text` mentions, and its attributes of Python's own such as `__dict__`."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ROUNDABOUT
    own = {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr.startswith("__")}
    statements = {"global" for node in nodes if isinstance(node, ast.Global)}
    return frozenset({node.id for node in nodes if isinstance(node, ast.Name)} | own | statements)


@functools.lru_cache(maxsize=64)
def _order_matters(pieces: tuple[Piece, ...]) -> bool:
    """Return whether loading a piece may do more than give names, or takes a value that others change later."""
    texts: dict[str, str] = {}
    twice = {name for piece in pieces for name in piece.names if texts.setdefault(name, piece.text) != piece.text}
    try:
        parts = [part for piece in pieces for statement in ast.parse(piece.text).body for part in _loaded_at(statement)]
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return True
    nodes = [node for part in parts for node in ast.walk(part)]
    return any(isinstance(node, ast.Call | ast.stmt) for node in nodes) or any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in twice for node in nodes
    )


def _loaded_at(statement: ast.stmt) -> list[ast.AST]:
    """Return what of a statement is evaluated when it is loaded: all of a class, the defaults of a function."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return []
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return [value.args if isinstance(value, ast.Lambda) else value]
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
            return [statement.args, *([statement.returns] if statement.returns else [])]
    return [statement]


def whole_digest(source: Source) -> str:
    """Return a digest of the whole file, with the place of each piece and of what was left out."""
    left_out = [f"{name} {place.file} {place.line}" for name, place in sorted(source.left_out.items())]
    broken = sorted(source.broken)
    return digest_of([source.name, source.digest, *(piece.file for piece in source.pieces), *left_out, *broken])


def _is_plain(piece: Piece, source: Source, roundabout: frozenset[str]) -> bool:
    if _goes_roundabout(piece, roundabout) or _sets_attributes(piece.text):
        return False
    return bool(piece.modules) or _is_function(piece, source) or _is_constant(piece.text)


def _roundabout_names(pieces: Iterable[Piece]) -> frozenset[str]:
    """Return the names by which a function may reach another one: Python's own, and what is imported from there."""
    return ROUNDABOUT.union(*(piece.names for piece in pieces if _imports_roundabout(piece) and _is_import(piece)))


def _goes_roundabout(piece: Piece, names: frozenset[str]) -> bool:
    """Return whether a piece may reach what it does not name. To import a library is not yet to use it."""
    if _is_import(piece):
        return "*" in piece.names and _imports_roundabout(piece)
    return bool(names & _names_in(piece.text)) or _imports_roundabout(piece)


def _is_import(piece: Piece) -> bool:
    return bool(piece.modules) and re.match(r"import\b|from\b", piece.text) is not None


def _imports_roundabout(piece: Piece) -> bool:
    return not ROUNDABOUT.isdisjoint(module.split(".")[0] for module in piece.modules)


@functools.lru_cache(maxsize=4096)
def _sets_attributes(text: str) -> bool:
    """Return whether it changes things that others may hold, too: a library's function, or an entry of its settings."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return True
    written = [n for n in nodes if isinstance(n, ast.Attribute | ast.Subscript) and not isinstance(n.ctx, ast.Load)]
    return any(isinstance(n, ast.Attribute) or isinstance(n.value, ast.Attribute) for n in written)


def _is_function(piece: Piece, source: Source) -> bool:
    return any(name in source.bodies for name in piece.names)


@functools.lru_cache(maxsize=4096)
def _is_constant(text: str) -> bool:
    """Return whether `text` gives names to values that nobody can change."""
    try:
        statements = ast.parse(text).body
        return all(
            isinstance(statement, ast.Assign) and isinstance(hash(ast.literal_eval(statement.value)), int)
            for statement in statements
        )
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False


def _connected(pieces: Iterable[Piece], functions: set[str]) -> set[str]:
    """Return the names that `functions` are connected with by naming them or being named by them."""
    words = [(set(piece.names), set(WORD.findall(piece.text))) for piece in pieces]
    found = set(functions)
    while True:
        more = {name for names, mentioned in words if names & found or mentioned & found for name in names}
        more |= {name for names, mentioned in words if names & found for name in mentioned}
        known = {name for names, _ in words for name in names}
        if more & known <= found:
            return found
        found |= more & known


def digest_of(parts: Iterable[str]) -> str:
    """Return SHA-256 over texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
