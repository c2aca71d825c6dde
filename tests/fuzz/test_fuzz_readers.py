"""Whatever a learner's file holds, it is read or refused in words, and every report can show what became of it."""

import ast
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import CheckFailed, InputError, four_parts
from grader.messages import LANGUAGES, render, verbatim
from grader.report.html import render_html
from grader.report.json_file import render_json
from grader.report.terminal import print_run
from grader.results import ChapterResult, CheckResult, RunResult, Surroundings, TaskResult, Verdict
from grader.submission.cells import MAX_CELLS, MAX_CHARACTERS, MAX_OBJECTS
from grader.submission.find import find_submission
from grader.submission.source import Source, read_source

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
ROOT = Path(__file__).parents[2]
NAMES = ["work.py", "work.ipynb"]
SEEDS = st.integers(0, 2**64 - 1)
# What the largest script and the largest notebook take.
SCRIPT_MIB, NOTEBOOK_MIB = 256, 512
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252", "gb18030", "shift_jis", "koi8_r", "utf-7"]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "solutions").glob("*.py"))]
NOTEBOOKS = [path.read_bytes() for path in sorted((ROOT / "exercises").glob("*.ipynb"))]
SNIPPETS = [
    *("def f(a):\n", "    return a\n", "import os\n", "from . import x\n", "if x:\n", "  else:\n", "try:\n", "pass\n"),
    *("except* E:\n", "match x:\n", "case [*_]:\n", "class C(", "global a\n", "with a as b, ", "nonlocal y\n", "..."),
    *(
        "async ",
        "await ",
        "yield ",
        "del ",
        "lambda x: ",
        "print 1\n",
        "x = ",
        "return\n",
        "@",
        ":",
        ";",
        "*",
        "**",
        "=",
    ),
    *("(", ")", "[", "]", "{", "}", "'", '"', "'''", '"""', "f'{", "}'", "b'", 'rb"', "'\\N{x}'", "0x", "1e999", "1_"),
    *(":=", "->", "\\", "\\\n", "# %%\n", "%%bash\n", "!ls\n", "%time ", "?", "\t", "\f", "\r", "\r\n", "\0", "\ufeff"),
    *("\u2028", "\x85", "\ud800", "\U0001f600", "数", "raise NotImplementedError\n"),
]


def inputs(quick: int, thorough: int) -> settings:
    return settings(settings.get_profile("fuzz"), max_examples=thorough if THOROUGH else quick)


def read(name: str, raw: bytes) -> Source | None:
    """Return the source; None where the file is refused. What it says in either case can be shown everywhere."""
    try:
        source = read_source(name, raw)
    except CheckFailed as refused:
        assert refused.verdict is Verdict.IMPORT_ERROR and refused.feedback.next_step is not None
        show(refused.feedback, ())
        return None
    for piece in source.pieces:
        assert piece.file.startswith("work") and piece.first_line >= 1
        piece.text.encode()
    for feedback in list(source.broken.values())[:3] or [None]:
        show(feedback, source.notes)
    assert len(source.digest) == 64
    return source


def show(feedback, notes) -> None:
    """Render every report with this in it."""
    verdict = Verdict.PASS if feedback is None else Verdict.IMPORT_ERROR
    check = CheckResult("test_x", verbatim("title"), 1.0, verdict, feedback)
    chapter = ChapterResult("c", verbatim("c"), "work.py", (TaskResult("f", 1.0, (check,)),), tuple(notes))
    run = RunResult((chapter,), Surroundings("none", verbatim(""), "sample", 0, {}))
    render_json(run).encode()
    # The other two take far more time than the readers.
    if feedback is not None and random.random() < 0.2:
        print_run(run, random.choice(LANGUAGES), 80, colour=False).encode()
    if feedback is not None and random.random() < 0.02:
        render_html(run, "en").encode()


# ---------------------------------------------------------------- any bytes, in any encoding


@pytest.mark.memory(SCRIPT_MIB)
@inputs(60, 5_000)
@given(st.binary(max_size=1000), st.sampled_from(NAMES))
def test_random_bytes(tried, raw, name):
    tried("readers: random bytes")
    read(name, raw)


@pytest.mark.memory(SCRIPT_MIB)
@inputs(50, 5_000)
@given(st.text(max_size=200), st.sampled_from(ENCODINGS), st.sampled_from(NAMES), st.booleans())
def test_every_encoding(tried, text, encoding, name, declared):
    tried("readers: encodings")
    first = f"# -*- coding: {encoding} -*-\n" if declared else ""
    read(name, (first + text).encode(encoding, "ignore"))


# ---------------------------------------------------------------- Python


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(text) + 1)
        end = min(len(text), place + chance.choice([1, 1, 3, 20, 300]))
        match chance.randrange(5):
            case 0:
                text = text[:place] + text[end:]
            case 1:
                text = text[:place] + chance.choice(SNIPPETS) + text[place:]
            case 2:
                text = text[:place] + chance.choice(SNIPPETS) + text[end:]
            case 3:
                text = text[:place] + text[place:end] * chance.choice([2, 3, 40]) + text[end:]
            case _:
                other = chance.randrange(len(text) + 1)
                text = text[:place] + text[other : other + 200] + text[place:]
    return text


@pytest.mark.memory(SCRIPT_MIB)
@inputs(40, 5_000)
@given(SEEDS)
def test_mutations_of_the_real_solutions(tried, seed):
    tried("readers: mutated solutions")
    chance = random.Random(seed)
    text = mutated(chance.choice(TEXTS), chance)
    source = read("work.py", text.encode("utf-8", "replace" if chance.random() < 0.5 else "surrogatepass"))
    if source is not None:
        kept = "\n".join(piece.text for piece in source.pieces)
        ast.parse(kept)


@pytest.mark.memory(SCRIPT_MIB)
@inputs(60, 5_000)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=60).map("".join), st.sampled_from(NAMES))
def test_scraps_of_python(tried, text, name):
    tried("readers: scraps of Python")
    raw = text.encode("utf-8", "replace")
    if name.endswith(".ipynb"):
        raw = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": text}]}).encode()
    read(name, raw)


DEPTHS = [50, 99, 190, 900, 2_000, 30_000, 300_000]
NESTED = {
    "brackets": ("(", "1", ")"),
    "open brackets": ("(", "", ""),
    "open braces": ("{0:", "", ""),
    "mixed": ("a(b[c{", "", ""),
    "calls": ("f(", "1", ")"),
    "keywords": ("f(a=", "1", ")"),
    "chained calls": ("a", "", "()"),
    "subscripts": ("a", "", "[0]"),
    "attributes": ("a", "", ".a"),
    "minus": ("-", "1", ""),
    "not": ("not ", "1", ""),
    "sums": ("1+", "1", ""),
    "powers": ("1**", "1", ""),
    "comparisons": ("1<", "1", ""),
    "and": ("1 and ", "1", ""),
    "conditions": ("1 if 1 else ", "1", ""),
    "lambdas": ("lambda: ", "1", ""),
    "f-strings": ("f'{", "1", "}'"),
    "comprehensions": ("[x for x in ", "a", "]"),
    "walrus": ("(a:=", "1", ")"),
    "targets": ("x=", "1", ""),
    "decorators": ("@a\n", "def f(): 0\n", ""),
    "else ifs": ("if x:\n 0\n", "", "elif x:\n 0\n"),
    "exceptions": ("try: 0\n", "", "except A: 0\n"),
    "texts": ("'a' ", "", ""),
    "continued lines": ("\\\n", "1", ""),
    "open texts": ('"""\n', "", ""),
    "empty cells": ("# %%\n", "", ""),
    "statements": ("x=1;", "", ""),
    "lines": ("x=1\n", "", ""),
    "broken lines": ("x = = 1\n", "", ""),
    "lonely at signs": ("@\n", "", ""),
    "body": ("def f():\n", "", " x\n"),
    "patterns": ("match x:\n case [", "a", "]: 0"),
}
# The part that is repeated stands first in some and last in others.
LAST = {"chained calls", "subscripts", "attributes", "else ifs", "exceptions", "body"}


@pytest.mark.memory(SCRIPT_MIB)
@pytest.mark.parametrize("kind", NESTED)
def test_deep_and_long_python(tried, kind):
    first, middle, last = NESTED[kind]
    for depth in DEPTHS:
        tried("readers: deep and long Python")
        before, after = (1, depth) if kind in LAST else (depth, depth)
        code = first * before + middle + last * after
        read("work.py", (code if "\n" in first else "x = " + code).encode()[:MAX_CHARACTERS])


def test_blocks_inside_blocks(tried):
    for opening in ("if x:", "try:", "def f():", "class C:", "for x in y:"):
        for depth in (20, 99, 101, 500):
            tried("readers: deep and long Python")
            lines = [" " * level + opening for level in range(depth)]
            read("work.py", "\n".join([*lines, " " * depth + "pass"]).encode())


# ---------------------------------------------------------------- notebooks

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
SOURCES = st.sampled_from(SNIPPETS) | st.lists(st.sampled_from(SNIPPETS) | JSON, max_size=6) | JSON
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "code", "markdown", "raw"]) | JSON,
        "source": SOURCES,
        "outputs": JSON,
        "metadata": JSON,
        "id": JSON,
    },
)
BOOKS = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([4, 4, 4, 3, 4.0, True, "4", None]) | JSON},
    optional={"cells": st.lists(CELLS | JSON, max_size=6) | JSON, "metadata": JSON, "worksheets": JSON},
)


@pytest.mark.memory(NOTEBOOK_MIB)
@inputs(60, 5_000)
@given(BOOKS | JSON)
def test_notebooks_of_any_structure(tried, book):
    tried("readers: notebooks of any structure")
    read("work.ipynb", json.dumps(book).encode())


@pytest.mark.memory(NOTEBOOK_MIB)
@inputs(30, 2_000)
@given(SEEDS)
def test_damaged_notebooks(tried, seed):
    tried("readers: damaged notebooks")
    chance = random.Random(seed)
    raw = bytearray(chance.choice(NOTEBOOKS))
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(raw))
        raw[place : place + chance.choice([0, 1, 50])] = chance.choice(
            [
                b"",
                b"null",
                b"[",
                b"}",
                b'"',
                b"\\ud83d",
                b"\\u0000",
                b"\0",
                b"1e999",
                b"NaN",
                bytes([chance.randrange(256)]),
            ]
        )
    read("work.ipynb", bytes(raw[: chance.choice([len(raw), chance.randrange(len(raw))])]))


MIB = 2**20


def book(cells: str = "", metadata: str = "null") -> bytes:
    return f'{{"nbformat": 4, "metadata": {metadata}, "cells": [{cells}]}}'.encode()


def code(source: str) -> str:
    return f'{{"cell_type": "code", "source": {source}}}'


LARGE_BOOKS = {
    "deep lists": lambda: book(metadata="[" * 100_000),
    "deep objects": lambda: book(metadata='{"a":' * 100_000),
    "deep source": lambda: book(code("[" * 900 + "]" * 900)),
    "deep source, nearly too deep": lambda: book(code('[["a' + '",["' * 480 + '"]' + "]" * 481)),
    "deep version": lambda: b'{"worksheets": 1, "nbformat": ' + b"[" * 960 + b"]" * 960 + b"}",
    "many objects": lambda: book(metadata="[" + '{"a":0},' * (19 * MIB // 8) + "0]"),
    "as many objects as are read": lambda: book(metadata="[" + '{"a":0},' * (MAX_OBJECTS - 9) + "0]"),
    "many texts": lambda: book(metadata="[" + '"abcd",' * (19 * MIB // 7) + "0]"),
    "many numbers": lambda: book(metadata="[" + "1.5," * (19 * MIB // 4) + "0]"),
    "many keys": lambda: book(metadata="{" + ",".join(f'"{key:x}":0' for key in range(19 * MIB // 10)) + "}"),
    "null cells": lambda: book("null," * MAX_CELLS + "null"),
    "many cells": lambda: book(",".join([code('"x = 1"')] * (MAX_CELLS + 1))),
    "many lines": lambda: book(code('["' + '\\n","' * 200_000 + '"]')),
    "one long line": lambda: book(code('"x = ' + "1" * (19 * MIB) + '"')),
    "one wide character": lambda: book(code('"x = 1 # \U0001f600' + "a" * (19 * MIB) + '"')),
    "a long number": lambda: book(metadata="1" * MIB),
    "half characters": lambda: book(code("\"x = '" + "\\ud800" * 10_000 + "'\"")),
    "a large picture": lambda: book(code('"x = 1"') + ',{"outputs": "' + "A" * (19 * MIB) + '"}'),
}


@pytest.mark.memory(NOTEBOOK_MIB)
@pytest.mark.parametrize("name", LARGE_BOOKS)
def test_the_largest_notebooks(tried, name):
    tried("readers: large and deep notebooks")
    read("work.ipynb", LARGE_BOOKS[name]())


def test_half_a_character_in_a_notebook_costs_nothing_else():
    source = read("work.ipynb", book(code("\"NAME = '\\ud83d'\\n\\ndef f():\\n    return NAME\"")))
    assert set(source.bodies) == {"f"} and not source.broken


def test_a_notebook_of_too_many_cells_is_refused_and_not_cut_off():
    assert read("work.ipynb", LARGE_BOOKS["many cells"]()) is None
    assert read("work.py", b"# %%\nx = 1\n" * (MAX_CELLS + 1)) is None


# ---------------------------------------------------------------- folders

CHAPTER = "ch2_first_model"
ENTRIES = st.sampled_from(
    [
        *(f"{CHAPTER}{end}" for end in (".py", ".ipynb", " (1).py", "\udcff.py", ".PY", ".py\u202e", ".zip")),
        *("numpy.py", "random.py", "\udcff.py", "a\nb.py", "\x1b[2J.py", "x" * 255, "conftest.py", "tensorflow"),
    ]
)
KINDS = st.sampled_from(["file", "empty", "link", "broken link", "loop", "folder", "fifo", "unreadable", "large"])


def make(path: Path, kind: str) -> None:
    match kind:
        case "file":
            path.write_bytes(b"def normalize(images):\n    return images\n")
        case "empty":
            path.touch()
        case "link":
            path.symlink_to("/etc/passwd")
        case "broken link":
            path.symlink_to("/nowhere")
        case "loop":
            path.symlink_to(path.name)
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "unreadable":
            path.touch(mode=0)
        case "large":
            with path.open("wb") as file:
                file.truncate(2**40)


@pytest.mark.memory(SCRIPT_MIB)
@inputs(60, 5_000)
@given(st.dictionaries(ENTRIES, KINDS, max_size=5), st.none() | ENTRIES)
def test_folders_of_anything(tried, tmp_path_factory, entries, chosen):
    tried("readers: folders with links, pipes and odd names")
    folder = tmp_path_factory.mktemp("folder")
    for name, kind in entries.items():
        make(folder / name, kind)
    path = folder if chosen is None else folder / chosen
    try:
        handed = find_submission(path, [CHAPTER], {CHAPTER: ["normalize"]})[CHAPTER]
    except InputError as error:
        for part, message in four_parts(error.feedback):
            words = render(message, "en")
            assert "root:" not in words and part
            assert all(c.isprintable() for c in words if c != "\n")
            words.encode()
        return
    assert "root:" not in str(handed.source)
    str(handed.file).encode()
    if handed.refusal is not None:
        show(handed.refusal, handed.notes)
    else:
        assert handed.source is not None
        show(None, handed.notes)
