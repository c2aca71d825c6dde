"""What a piece of work can be recognised by: fingerprints of its syntax, and its own words. Trusted side.

Nothing of a learner's is executed. Names, constants, comments, docstrings and annotations have no part in a
fingerprint, so that renaming changes none.

Source: S. Schleimer, D. Wilkerson, A. Aiken, Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003.
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import io
import keyword
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from grader.cohort.similar.plain_syntax import plainly
from grader.errors import CheckFailed
from grader.submission.cells import Cell, split_cells
from grader.submission.source import Piece, read_source

# A run of syntax as long as the shortest that says something: `model.fit(x, y, epochs=5)` alone has 9 tokens.
GRAM = 8
# Of as many neighbours one fingerprint is kept: whatever two works share in GRAM + WINDOW - 1 tokens is found.
WINDOW = 4
# What no chapter asks for is not worth its time.
MAX_TOKENS = 20_000
MAX_TEXTS = 2_000
# How many characters a text has before it can be somebody's own; a Chinese one says more with fewer.
LONG_ENOUGH = {"comment": 15, "string": 12, "name": 6, "spacing": 10}
LONG_ENOUGH_CHINESE = {"comment": 6, "string": 6, "name": 2, "spacing": 10}
CHINESE = re.compile("[\u3400-\u9fff]")
# Spaces where hardly anybody puts them: two in a row, before a comma or a closing bracket, after an opening one.
ODD_SPACING = re.compile(r"\S {2,}[^\s#]|\S +[,;)\]]|[(\[] +\S|[ \t]+$")
EVERYBODYS_NAMES = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "self"))

Lines = tuple[int, int]


class Text(msgspec.Struct, frozen=True):
    """Something a person wrote that need not be so. `kind`: comment, string, name or spacing."""

    kind: str
    words: str


class Part(msgspec.Struct, frozen=True):
    """A function, a class or another statement with syntax of its own.

    Attributes:
        name: what it defines. file, first_line: where it begins. text: as it was written.
        prints: fingerprint -> the lines it stands for, first and last, counted from 1 within `text`. One of them is of
            the whole: many write this piece and that, and few the same pieces in the same order.
    """

    name: str
    file: str
    first_line: int
    text: str
    prints: Mapping[int, Lines]


class Traits(msgspec.Struct, frozen=True):
    """All that one work of a chapter can be recognised by."""

    parts: tuple[Part, ...] = ()
    texts: frozenset[Text] = frozenset()


def read_traits(files: Mapping[str, bytes]) -> Traits:
    """Return what the files of a work can be recognised by. A file that cannot be read has nothing."""
    parts: dict[str, Part] = {}
    texts: set[Text] = set()
    for name in sorted(files):
        try:
            pieces = read_source(name, files[name]).pieces
            cells = split_cells(name, files[name])
        except CheckFailed:
            continue
        # Of a function in the file and in the notebook beside it, each is looked at; of two alike, one.
        parts |= {piece.text: part for piece in pieces if (part := _part_of(piece)) is not None}
        for cell in cells:
            texts.update(texts_of(cell))
    return Traits(tuple(parts.values()), frozenset(sorted(texts, key=msgspec.structs.astuple)[:MAX_TEXTS]))


def _part_of(piece: Piece) -> Part | None:
    prints = _prints_of(piece.text)
    name = piece.names[0] if piece.names else ""
    return Part(name, piece.file, piece.first_line, piece.text, prints) if prints else None


# Most of a class writes many functions to the letter as others do.
@functools.lru_cache(maxsize=10_000)
def _prints_of(text: str) -> Mapping[int, Lines]:
    """Return the fingerprints of a statement; none of imports and of what is too short to say anything."""
    try:
        (statement,) = ast.parse(text).body
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return {}
        plain = plainly(statement)
        tokens = [token for token, _ in zip(_syntax(plain, 1), range(MAX_TOKENS), strict=False)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return winnow(tokens)


def winnow(tokens: Sequence[tuple[str, int]]) -> dict[int, Lines]:
    """Return the fingerprints of a run of tokens, each token with its line."""
    if len(tokens) < GRAM:
        return {}
    grams = [tokens[start : start + GRAM] for start in range(len(tokens) - GRAM + 1)]
    hashes = [_hash(gram) for gram in grams]
    chosen: dict[int, Lines] = {}
    for start in range(max(1, len(hashes) - WINDOW + 1)):
        window = hashes[start : start + WINDOW]
        # The rightmost of the smallest, so that neighbouring windows agree.
        place = start + max(index for index, value in enumerate(window) if value == min(window))
        lines = [line for _, line in grams[place]]
        chosen.setdefault(hashes[place], (min(lines), max(lines)))
    chosen.setdefault(_hash(tokens), (tokens[0][1], tokens[-1][1]))
    return chosen


def _hash(gram: Sequence[tuple[str, int]]) -> int:
    text = "\0".join(token for token, _ in gram)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _syntax(node: ast.AST, line: int) -> Iterator[tuple[str, int]]:
    """Give the syntax in the order in which it is written: kinds of nodes, and what libraries call things."""
    line = getattr(node, "lineno", line)
    match node:
        case ast.Name():
            yield "name", line
        case ast.Constant():
            yield "constant", line
        case ast.arg():
            yield "parameter", line
        case ast.Attribute(value=value, attr=name):
            yield from _syntax(value, line)
            yield f".{name}", getattr(node, "end_lineno", None) or line
        case ast.keyword(arg=name, value=value):
            yield f"{name}=", line
            yield from _syntax(value, line)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield type(node).__name__, line
            yield from _syntax_of_definition(node, line)
        case _:
            yield type(node).__name__, line
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, ast.expr_context):
                    yield from _syntax(child, line)


def _syntax_of_definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, line: int
) -> Iterator[tuple[str, int]]:
    inner: list[ast.AST] = list(node.bases) if isinstance(node, ast.ClassDef) else [node.args]
    for child in (*inner, *node.body):
        yield from _syntax(child, line)
    yield "end", node.end_lineno or line


def texts_of(cell: Cell) -> Iterator[Text]:
    """Give the comments, strings, names and odd spacings of a cell that are long enough to be somebody's own."""
    lines = cell.text.split("\n")
    for kind, words in _words_of(cell.text):
        least = (LONG_ENOUGH_CHINESE if CHINESE.search(words) else LONG_ENOUGH)[kind]
        if len(words) >= least:
            yield Text(kind, words)
    for line in lines:
        words = line.lstrip()
        code = words.partition("#")[0]
        if len(code) >= LONG_ENOUGH["spacing"] and not CHINESE.search(code) and ODD_SPACING.search(code):
            yield Text("spacing", words)


def _words_of(text: str) -> Iterator[tuple[str, str]]:
    before = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield "comment", " ".join(token.string.strip("# \t").split())
            elif token.type == tokenize.STRING and "\n" not in token.string:
                yield "string", token.string.strip("rbfuRBFU\"'")
            elif token.type == tokenize.NAME and token.string not in EVERYBODYS_NAMES and before != ".":
                yield "name", token.string
            before = token.string
    except (tokenize.TokenError, SyntaxError):
        # What comes after the place where the grammar breaks is not looked at.
        return
