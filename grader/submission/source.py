"""What a learner's file defines, read from its syntax alone. Trusted side: nothing is executed.

Only imports, definitions and constants are kept, each as a piece of its own, so that one broken cell costs no other
function and no training loop at top level runs.
"""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Iterable, Mapping

import msgspec

from grader.messages import Message, say, verbatim
from grader.results import Feedback, Place
from grader.submission.cells import MAX_STATEMENTS, Cell, split_cells, split_lines, too_long

BLOCK_START = re.compile(
    r"^(?=@|def\s|async\s+def\s|class\s|import\s|from\s|[A-Za-z_]\w*[ \t]*(?::[^=\n]+)?=[^=])", re.MULTILINE
)
# What of a broken file is shown: a line, and the parts that no function is named in.
MAX_LINE = 500
MAX_NOTES = 20
# `<function>__as_given` among a chapter's known mistakes is the bug that its learners are given to repair.
AS_GIVEN = "__as_given"
FUNCTION_NAME = re.compile(r"^(?:async\s+)?def\s+([A-Za-z_]\w*)", re.MULTILINE)


class Piece(msgspec.Struct, frozen=True):
    """One kept statement. `names`: what it defines; `modules`: what it imports."""

    file: str
    first_line: int
    text: str
    names: tuple[str, ...]
    modules: tuple[str, ...]


class Source(msgspec.Struct, frozen=True):
    """A file, read. `bodies`: function -> its statements without docstring, as normalised text; empty for a stub.

    `uses`: function -> the names its text mentions. `left_out`: names that a dropped statement assigns, and where.
    `broken`: function -> why it cannot be read. `as_given`: the stubs that came with a bug instead of a placeholder.
    """

    name: str
    pieces: tuple[Piece, ...]
    bodies: dict[str, str]
    parameters: dict[str, tuple[str, ...]]
    docstrings: dict[str, str]
    uses: dict[str, frozenset[str]]
    left_out: dict[str, Place]
    broken: dict[str, Feedback]
    notes: tuple[Message, ...]
    as_given: frozenset[str] = frozenset()

    def written(self, functions: Iterable[str]) -> bool:
        """Return whether any of `functions` was begun."""
        return any(self.bodies.get(name) or name in self.broken for name in functions)

    def same_functions(self, other: Source, functions: Iterable[str]) -> bool:
        """Return whether both files define `functions` alike, comments and docstrings aside."""
        return all(self.bodies.get(name) == other.bodies.get(name) for name in functions) and not self.broken

    def is_stub(self, function: str) -> bool:
        """Return whether `function` is as it came: with a placeholder, or with the bug it was given with."""
        return self.bodies.get(function) == ""

    def given_bodies(self) -> dict[str, str]:
        """Return function -> body for the bugs that a chapter gives its learners, where this is its known mistakes."""
        return {name.removesuffix(AS_GIVEN): body for name, body in self.bodies.items() if name.endswith(AS_GIVEN)}

    def without_given(self, given: Mapping[str, str]) -> Source:
        """Return it with every function that has the body it was given with taken for a stub."""
        untouched = frozenset(name for name, body in given.items() if self.bodies.get(name) == body)
        return msgspec.structs.replace(self, bodies=self.bodies | dict.fromkeys(untouched, ""), as_given=untouched)

    @property
    def modules(self) -> frozenset[str]:
        """The top-level names of all modules the file imports."""
        return frozenset(module.split(".")[0] for piece in self.pieces for module in piece.modules)

    @property
    def digest(self) -> str:
        """SHA-256 over all that is executed."""
        text = "\0".join(f"{piece.first_line} {piece.text}" for piece in self.pieces)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def join_sources(first: Source, second: Source) -> Source:
    """Return one source that defines what both do, the second's definitions last."""
    return Source(
        second.name,
        first.pieces + second.pieces,
        first.bodies | second.bodies,
        first.parameters | second.parameters,
        first.docstrings | second.docstrings,
        first.uses | second.uses,
        first.left_out | second.left_out,
        first.broken | second.broken,
        first.notes + second.notes,
    )


def read_source(name: str, raw: bytes) -> Source:
    """Read the file called `name` from its bytes.

    Raises:
        CheckFailed: it is not text, no notebook, or far too long.
    """
    reader = _Reader(name)
    for cell in split_cells(name, raw):
        reader.read(cell)
    return reader.source(name)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._statements = 0
        self._pieces: list[Piece] = []
        self._bodies: dict[str, str] = {}
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._docstrings: dict[str, str] = {}
        self._uses: dict[str, frozenset[str]] = {}
        self._left_out: dict[str, Place] = {}
        self._broken: dict[str, Feedback] = {}
        self._bound: set[str] = set()
        self._notes: list[Message] = []

    def source(self, name: str) -> Source:
        return Source(
            name,
            tuple(self._pieces),
            self._bodies,
            self._parameters,
            self._docstrings,
            self._uses,
            {name: place for name, place in self._left_out.items() if name not in self._bound},
            {name: why for name, why in self._broken.items() if name not in self._bodies},
            tuple(self._notes),
        )

    def read(self, cell: Cell) -> None:
        """Read a cell whole; where that fails, statement by statement, so that only the broken one is lost."""
        error = self._try(cell)
        if error is None:
            return
        blocks = _blocks(cell)
        self._count(len(blocks))
        for block in blocks:
            error = self._try(block)
            if error is not None:
                self._note_broken(block, error)

    def _try(self, cell: Cell) -> SyntaxError | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(cell.text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or "nested too deeply")
        self._count(len(tree.body))
        # The grammar counts columns in bytes.
        lines = [line.encode("utf-8") for line in split_lines(cell.text)]
        for statement in tree.body:
            self._take(cell, lines, statement)
        return None

    def _count(self, statements: int) -> None:
        self._statements += statements
        if self._statements > MAX_STATEMENTS:
            raise too_long(self._name)

    def _take(self, cell: Cell, lines: list[bytes], statement: ast.stmt) -> None:
        try:
            kept = self._is_kept(statement)
            nodes = list(ast.walk(statement))
        except RecursionError:
            kept, nodes = False, []
        names = _names(statement, nodes) if nodes else ()
        if not kept:
            place = Place(cell.file, cell.first_line + statement.lineno - 1, "", "")
            self._left_out.update(dict.fromkeys(names, place))
            return
        first, text = _cut(lines, statement)
        self._pieces.append(Piece(cell.file, cell.first_line + first - 1, text, names, _modules(nodes)))
        self._bound.update(names)
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            self._bodies[statement.name] = _body(statement, text)
            self._docstrings[statement.name] = ast.get_docstring(statement) or ""
            self._uses[statement.name] = frozenset(n.id for n in nodes if isinstance(n, ast.Name))
            arguments = statement.args
            self._parameters[statement.name] = tuple(a.arg for a in [*arguments.posonlyargs, *arguments.args])
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
            self._bodies.update(dict.fromkeys(names, _dump(statement.value, text)))

    def _is_kept(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return True
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return self._is_constant(value)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                inner = [*body, *orelse, *final, *(s for handler in handlers for s in handler.body)]
                return all(self._is_kept(s) or isinstance(s, ast.Pass) for s in inner)
        return False

    def _is_constant(self, value: ast.expr) -> bool:
        match value:
            case ast.Constant() | ast.Lambda():
                return True
            case ast.Name(id=name):
                return name in self._bound
            case ast.Attribute(value=inner):
                return self._is_constant(inner) and not isinstance(inner, ast.Constant)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return all(map(self._is_constant, items))
            case ast.Dict(keys=keys, values=values):
                return all(key is not None and self._is_constant(key) for key in keys) and all(
                    map(self._is_constant, values)
                )
            case ast.UnaryOp(operand=operand):
                return self._is_constant(operand)
            case ast.BinOp(left=left, right=right):
                return self._is_constant(left) and self._is_constant(right)
        return False

    def _note_broken(self, block: Cell, error: SyntaxError) -> None:
        inside = error.lineno or 1
        lines = split_lines(block.text)
        line = block.first_line + inside - 1
        text = lines[inside - 1].rstrip("\n")[:MAX_LINE] if 0 < inside <= len(lines) else ""
        place = Place(block.file, line, "", text)
        feedback = Feedback(
            problem=say("Python cannot read this part of {file}: its grammar is broken.", file=block.file),
            got=verbatim(error.msg or "invalid syntax"),
            next_step=say(
                "Look at line {line} and the line before it: a bracket, quote, colon or indentation is missing or too "
                "many.",
                line=line,
            ),
            places=(place,),
        )
        names = FUNCTION_NAME.findall(block.text)
        self._broken.update(dict.fromkeys(names, feedback))
        if not names and len(self._notes) < MAX_NOTES:
            self._notes.append(
                say(
                    "Line {line} of {file} was left out, since Python cannot read it: {reason}",
                    line=line,
                    file=block.file,
                    reason=error.msg or "invalid syntax",
                )
            )


def _blocks(cell: Cell) -> list[Cell]:
    """Cut a cell before each line that begins a definition, an import or an assignment at the left margin."""
    starts = sorted({0, *(match.start() for match in BLOCK_START.finditer(cell.text))})
    blocks: list[Cell] = []
    text = ""
    line = cell.first_line
    for start, end in zip(starts, [*starts[1:], len(cell.text)], strict=True):
        text += cell.text[start:end]
        if cell.text.startswith("@", start) and end < len(cell.text):
            continue
        blocks.append(Cell(cell.file, line, text))
        line += text.count("\n")
        text = ""
    return [block for block in blocks if block.text.strip()]


def _cut(lines: list[bytes], statement: ast.stmt) -> tuple[int, str]:
    """Return the number of the statement's first line among `lines`, and its text, decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    last = statement.end_lineno or first
    while decorators and first > 1 and not lines[first - 1].startswith(b"@"):
        # The decorator's expression may begin below its `@`.
        first -= 1
    begin, end = (0 if decorators else statement.col_offset), statement.end_col_offset
    if first == last:
        text = lines[first - 1][begin:end]
    else:
        text = b"".join([lines[first - 1][begin:], *lines[first : last - 1], lines[last - 1][:end]])
    return first, text.decode("utf-8", "ignore") + "\n"


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> str:
    """Return a text that is the same for the same statements, and empty for a stub. `text`: as it was written."""
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    if len(body) <= 1 and all(_is_placeholder(statement) for statement in body):
        return ""
    # Without its name, so that a function and a known mistake of another name can be compared.
    return _dump(ast.Module([ast.FunctionDef("", function.args, body, [])], []), text)


def _dump(node: ast.AST, text: str) -> str:
    try:
        return ast.dump(node)
    except RecursionError:
        return text


def _is_placeholder(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(value=ast.Constant(value=value)):
            return value is ...
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _names(statement: ast.stmt, nodes: list[ast.AST]) -> tuple[str, ...]:
    """Return the names a top-level statement binds. `nodes`: the statement and all in it."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement.name,)
    names: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, ast.alias):
            names.append((node.asname or node.name).split(".")[0])
    return tuple(dict.fromkeys(names))


def _modules(nodes: list[ast.AST]) -> tuple[str, ...]:
    modules: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.append(node.module)
    return tuple(modules)
