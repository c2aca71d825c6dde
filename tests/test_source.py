"""Reading a learner's file: what is kept, what is dropped, and that no bytes whatever get anything else out of it."""

import ast
import json
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.errors import CheckFailed
from grader.messages import render
from grader.results import Verdict
from grader.submission.source import Source, read_source

BOUND_S = 10.0
PROPERTY = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PYTHON_PARTS = st.sampled_from(
    [
        *(
            "def f(a):\n",
            "    return a\n",
            "    pass\n",
            "@deco\n",
            "@(\n    deco\n)\n",
            "class C:\n",
            "x = 1\n",
            "x = [1,\n",
            "]\n",
        ),
        *(
            '"""\n',
            "'''",
            "# %%\n",
            "#%% [markdown]\n",
            "import os\n",
            "from a import *\n",
            "%matplotlib inline\n",
            "!ls\n",
            "f?\n",
        ),
        *(
            "\f",
            "\x0b",
            "\x1c",
            "\x85",
            "\u2028",
            "é",
            "数",
            "\t",
            "\\\n",
            ";",
            "(",
            "{",
            ")",
            "if x:\n",
            "try:\n",
            "except:\n",
        ),
        *(
            "lambda: 0",
            "x = y = z\n",
            "async def g(): ...\n",
            "raise NotImplementedError\n",
            "\0",
            "\ud800",
            "\ufeff",
            "\r",
            "\r\n",
        ),
    ]
)
PYTHON_LIKE = st.lists(PYTHON_PARTS, max_size=30).map("".join)


def script(text: str) -> Source:
    return read_source("work.py", text.encode())


def notebook(*cells: str | list[str], kind: str = "code") -> bytes:
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{"cell_type": kind, "metadata": {}, "source": source} for source in cells],
    }
    return json.dumps(document).encode()


def kept(source: Source) -> list[str]:
    return [piece.text.rstrip("\n") for piece in source.pieces]


def read_or_refuse(name: str, raw: bytes) -> Source | None:
    """Return the source; None where it was refused. Anything else is raised, or takes too many CPU seconds."""
    started = time.process_time()
    try:
        source = read_source(name, raw)
    except CheckFailed as refused:
        assert refused.verdict is Verdict.IMPORT_ERROR
        assert refused.feedback.next_step is not None
        source = None
    assert time.process_time() - started < BOUND_S
    return source


# ---------------------------------------------------------------- any bytes


@PROPERTY
@given(st.binary(max_size=400), st.sampled_from(["work.py", "work.ipynb"]))
def test_any_bytes_are_read_or_refused(raw, name):
    read_or_refuse(name, raw)


@PROPERTY
@given(PYTHON_LIKE)
@example("@(\n    deco\n)\ndef f(): ...\n")
@example('TITLE = "a\fb"\n\n\ndef f():\n    return TITLE\n')
def test_whatever_looks_like_python_is_read_and_every_piece_is_python(text):
    source = read_or_refuse("work.py", text.encode("utf-8", "surrogatepass"))
    for piece in source.pieces if source else ():
        assert len(ast.parse(piece.text).body) == 1


@PROPERTY
@given(PYTHON_LIKE)
def test_a_valid_file_keeps_its_functions_and_their_lines(text):
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    source = script(text)
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        lines = [piece.first_line for piece in source.pieces if function.name in piece.names]
        first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
        assert any(line <= first <= function.lineno and first - line <= 1 for line in lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "nbformat", "cell_type", "source", "metadata", "worksheets", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
CELL = st.fixed_dictionaries(
    {}, optional={"cell_type": st.sampled_from(["code", "markdown", 3]), "source": JSON | PYTHON_LIKE}
)


@PROPERTY
@given(JSON)
def test_any_json_is_read_or_refused(value):
    read_or_refuse("work.ipynb", json.dumps(value).encode("utf-8", "surrogatepass"))


@PROPERTY
@given(st.lists(CELL | JSON, max_size=5))
def test_any_cells_are_read(cells):
    document = json.dumps({"nbformat": 4, "cells": cells})
    source = read_or_refuse("work.ipynb", document.encode("utf-8", "surrogatepass"))
    assert source is not None
    for piece in source.pieces:
        ast.parse(piece.text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("work.py", "(" * 100_000),
        ("work.py", "x = " + "[" * 150 + "]" * 150),
        ("work.py", "-" * 200_000 + "1"),
        ("work.py", "def f():\n    return " + "+".join(["1"] * 3000) + "\n"),
        ("work.py", "def f():\n    return " + "-" * 2500 + "1\n"),
        ("work.py", "x = " + "+".join(["1"] * 3000) + "\n"),
        ("work.py", "f = lambda: " + "+".join(["1"] * 3000) + "\n"),
        ("work.py", "x = " + "a." * 5000 + "b\n"),
        ("work.py", "def f():\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99))),
        ("work.ipynb", "[" * 200_000),
        ("work.ipynb", '{"a":' * 100_000),
        ("work.ipynb", '{"nbformat": 4, "cells": ' + "[" * 900 + "]" * 900 + "}"),
        ("work.ipynb", '{"nbformat": 4, "cells": ' + "9" * 10_000 + "}"),
    ],
    ids=lambda value: value[:24].strip(),
)
def test_deep_nesting_is_read_or_refused(name, text):
    read_or_refuse(name, text.encode())


MEGABYTE = 2**20


@pytest.mark.parametrize(
    "text",
    [
        "x = '" + "a" * MEGABYTE + "'\n",
        "a=1;" * (MEGABYTE // 4),
        "a=1\n" * (MEGABYTE // 4),
        "a:\n" * (MEGABYTE // 3),
        "a:b\n" * (MEGABYTE // 4) + "(",
        "\n" * MEGABYTE,
        " " * MEGABYTE + "x",
        "@\n" * (MEGABYTE // 2),
        "def\n" * (MEGABYTE // 4),
        "async " * (MEGABYTE // 6),
        "# %%\n" * (MEGABYTE // 5),
        "def f(): 0\n" * (MEGABYTE // 11) + "(",
        "a" * MEGABYTE,
        "a " * (MEGABYTE // 2),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_megabyte_of_anything_takes_bounded_time(text):
    read_or_refuse("work.py", text.encode())


@pytest.mark.parametrize("text", ["\n" * MEGABYTE + "!", " " * MEGABYTE + "x ?", "? " * (MEGABYTE // 2)])
def test_a_megabyte_in_a_notebook_cell_takes_bounded_time(text):
    read_or_refuse("work.ipynb", notebook(text))


def test_far_too_much_code_is_refused_in_words():
    for name, raw in (("work.py", b"a=1;" * 20_000), ("work.ipynb", notebook(*["x = '" + "a" * MEGABYTE + "'"] * 5))):
        with pytest.raises(CheckFailed) as refused:
            read_source(name, raw)
        assert "too long to be a chapter" in render(refused.value.feedback.problem, "en")


@pytest.mark.parametrize("name, work", [("work.py", "x = 1\n"), ("work.ipynb", "a?\n")])
def test_far_too_many_statements_are_refused_in_words(name, work):
    text = work * (MEGABYTE // 5)
    with pytest.raises(CheckFailed) as refused:
        read_source(name, notebook(text) if name.endswith(".ipynb") else text.encode())
    assert render(refused.value.feedback.problem, "en") == f"{name} is too long to be a chapter."


def test_zero_bytes_are_refused_in_words():
    with pytest.raises(CheckFailed) as refused:
        script("x = 1\0\n")
    assert "zero bytes" in render(refused.value.feedback.got, "en")


def test_zero_byte_in_a_notebook_cell_costs_only_that_cell():
    source = read_source("work.ipynb", notebook("def f():\n    return '\0'\n", "def g():\n    return 1\n"))
    assert "g" in source.bodies and "f" in source.broken


def test_another_encoding_is_refused_with_its_line():
    with pytest.raises(CheckFailed) as refused:
        read_source("work.py", "x = 1\n# caf\xe9\n".encode("latin-1"))
    assert "line 2" in render(refused.value.feedback.got, "en")


# ---------------------------------------------------------------- keeping and dropping


@pytest.mark.parametrize(
    "statement",
    [
        "import numpy as np",
        "from keras import layers",
        "def f(a): return a",
        "async def f(a): return a",
        "class Net: pass",
        "EPOCHS = 5",
        "EPOCHS: int = 5",
        "NAMES = ['a', ('b', 2), {'c': -3}]",
        "SIZE = 28 * 28",
        "f = lambda a: a",
        "try:\n    import numpy\nexcept ImportError:\n    numpy = None",
        "try:\n    import numpy\nexcept ImportError:\n    pass",
    ],
)
def test_imports_definitions_and_constants_are_kept(statement):
    assert kept(script(statement + "\n")) == [statement]


@pytest.mark.parametrize(
    "statement",
    [
        "print('hello')",
        "x = load()",
        "x = [load()]",
        "x = (y for y in z)",
        "x = f'{y}'",
        "x = data['a']",
        "x += 1",
        "x: int",
        "del x",
        "if True:\n    x = 1",
        "for i in range(9):\n    x = i",
        "while True: pass",
        "with open('a') as x: pass",
        "try:\n    x = load()\nexcept OSError:\n    pass",
        "try:\n    import numpy\nfinally:\n    print()",
        "raise SystemExit",
        "assert False",
    ],
)
def test_whatever_computes_is_dropped(statement):
    assert kept(script(statement + "\n")) == []


def test_a_constant_may_use_names_that_are_kept_and_no_others():
    source = script("import math\nSIDE = 28\nPIXELS = SIDE * SIDE\nPI = math.pi\nrows = images\n")
    assert kept(source) == ["import math", "SIDE = 28", "PIXELS = SIDE * SIDE", "PI = math.pi"]
    assert source.left_out["rows"].line == 5


def test_a_dropped_name_is_remembered_with_its_place():
    source = script("x = 1\n\nfor a, (b, *c) in d():\n    e = 2\n")
    assert {name: place.line for name, place in source.left_out.items()} == dict.fromkeys("abce", 3)


def test_a_name_that_is_also_kept_is_not_called_dropped():
    assert "x" not in script("x = load()\nx = 5\n").left_out


def test_statements_on_one_line_are_told_apart():
    source = script("a = 1; b = f(); c = 'é'; d = 4\n")
    assert kept(source) == ["a = 1", "c = 'é'", "d = 4"]
    assert {piece.first_line for piece in source.pieces} == {1}


def test_columns_are_counted_in_bytes():
    assert kept(script("a = '数字'; b = '😀é'; c = 3\n")) == ["a = '数字'", "b = '😀é'", "c = 3"]


@pytest.mark.parametrize("separator", ["\f", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
def test_characters_that_only_look_like_line_ends_end_no_line(separator):
    source = script(f'a = "x{separator}y"\n\n\ndef f():\n    return "{separator}"\n\n\nb = 2\n')
    assert kept(source) == [f'a = "x{separator}y"', f'def f():\n    return "{separator}"', "b = 2"]
    assert [piece.first_line for piece in source.pieces] == [1, 4, 8]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end):
    source = script(end.join(["import os", "", "def f():", "    return 1", "", "x = 2", ""]))
    assert [(piece.first_line, piece.text) for piece in source.pieces] == [
        (1, "import os\n"),
        (3, "def f():\n    return 1\n"),
        (6, "x = 2\n"),
    ]


def test_a_byte_order_mark_is_read_over():
    assert kept(read_source("work.py", b"\xef\xbb\xbfx = 1\n")) == ["x = 1"]


def test_lines_count_from_the_top_of_the_file_across_cells():
    source = script("# %%\nimport os\n\n# %% [markdown]\n# text\n\n# %%\ndef f():\n    return 1\n")
    assert [(piece.names[0], piece.first_line) for piece in source.pieces] == [("os", 2), ("f", 8)]


def test_decorators_belong_to_their_function():
    text = "@first\n@second(\n    3\n)\ndef f():\n    return 1"
    source = script(f"import os\n\n\n{text}\n")
    assert source.pieces[1].text == text + "\n" and source.pieces[1].first_line == 4


def test_a_decorator_may_begin_below_its_at_sign():
    text = "@(\n    first\n)\ndef f():\n    return 1"
    source = script(f"x = 1\n{text}\n")
    assert source.pieces[1].text == text + "\n" and source.pieces[1].first_line == 2


def test_modules_are_found_inside_functions_too():
    source = script(
        "import numpy as np\n\n\ndef f():\n    import tensorflow.keras as k\n    from matplotlib import pyplot\n"
    )
    assert source.modules == {"numpy", "tensorflow", "matplotlib"}


# ---------------------------------------------------------------- stubs


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        '"""What it does."""',
        '"""What it does."""\n    pass',
        '"""What it does."""\n    ...',
        "raise NotImplementedError",
        'raise NotImplementedError("later")',
        '"""What it does."""\n    # Your turn.\n    raise NotImplementedError("f")',
    ],
)
def test_placeholders_are_stubs(body):
    assert script(f"def f():\n    {body}\n").is_stub("f")


@pytest.mark.parametrize(
    "body", ["return", "return None", "pass\n    pass", "x = 1", "raise ValueError", "'text'\n    'text'"]
)
def test_anything_written_is_no_stub(body):
    assert not script(f"def f():\n    {body}\n").is_stub("f")


def test_the_last_definition_counts():
    assert not script("def f(): pass\ndef f(): return 1\n").is_stub("f")
    assert script("def f(): return 1\ndef f(): pass\n").is_stub("f")


def test_comments_and_docstrings_do_not_make_functions_differ():
    one = script('def f(a):\n    """One."""\n    return a  # this\n')
    assert one.same_functions(script("def f(a):\n\n    return (a)\n"), ["f"])
    assert not one.same_functions(script("def f(b):\n    return b\n"), ["f"])


# ---------------------------------------------------------------- broken parts


BROKEN = {
    "bracket": "def bad(a):\n    return (a + 1\n",
    "colon": "def bad(a)\n    return a\n",
    "quote": "def bad(a):\n    return 'a\n",
    "indentation": "def bad(a):\n    x = 1\n  return x\n",
    "word": "def bad(a):\n    retrun a\n",
    "triple quote": 'def bad(a):\n    """Never closed.\n    return a\n',
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("mark", ["", "# %%\n"], ids=["one cell", "cells"])
def test_a_broken_function_costs_no_other(broken, mark):
    before, after = "import os\n\n\ndef first(a):\n    return a\n\n\n", "\n\ndef last(a):\n    return a\n\n\nSIZE = 3\n"
    source = script(before + mark + broken + mark + after)
    assert set(source.broken) == {"bad"}
    assert set(source.bodies) == {"first", "last"}
    assert kept(source)[0] == "import os" and kept(source)[-1] == "SIZE = 3"
    assert source.broken["bad"].places[0].line in range(8, 13)


def test_lines_below_a_broken_function_are_still_right():
    source = script("import os\n\ndef bad(a:\n    pass\n\n@deco\ndef good():\n    return 1\n\nx = 5\n")
    assert {piece.names[0]: piece.first_line for piece in source.pieces} == {"os": 1, "good": 6, "x": 10}


def test_a_broken_line_outside_functions_is_noted():
    source = script("import os\n\nx = = 3\n\ndef f():\n    return 1\n")
    assert "f" in source.bodies and not source.broken
    assert "Line 3" in render(source.notes[0], "en")


def test_a_decorator_at_the_end_of_the_file_is_noted():
    assert "Line 2" in render(script("import os\n@deco\n").notes[0], "en")


def test_a_broken_definition_beside_a_good_one_does_not_count():
    assert not script("def f():\n    return 1\n\ndef f(:\n").broken


# ---------------------------------------------------------------- notebooks


def test_places_in_a_notebook_name_the_cell():
    source = read_source("work.ipynb", notebook("import os\n", ["def f():\n", "    return 1\n"]))
    assert [(piece.file, piece.first_line) for piece in source.pieces] == [
        ("work.ipynb, cell 1", 1),
        ("work.ipynb, cell 2", 1),
    ]


def test_text_cells_are_no_code():
    assert read_source("work.ipynb", notebook("x = 1", kind="markdown")).pieces == ()


@pytest.mark.parametrize(
    "magic", ["%matplotlib inline", "!pip install numpy", "?print", "print?", "print??", "  %time f()"]
)
def test_lines_only_jupyter_understands_cost_nothing(magic):
    source = read_source("work.ipynb", notebook(f"import os\n{magic}\n\ndef f():\n    return 1\n"))
    indented = magic.startswith(" ")
    assert indented or kept(source) == ["import os", "def f():\n    return 1"]
    assert source.bodies["f"] and source.pieces[-1].first_line == 4


def test_a_magic_inside_a_function_costs_only_itself():
    source = read_source("work.ipynb", notebook("def f(a):\n    %time a\n    !ls\n    return a\n"))
    assert "f" in source.bodies and source.pieces[0].text.count("\n") == 4


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    """Is it right?\n\n    Really?\n    """\n    return 1',
        "def f(a, b):\n    return (a\n        % b)",
        "def f(a):\n    return '%d' \\\n        % a",
        "def f(a):\n    x = a  # why?\n    return x",
        "def f():\n    return '''\n%matplotlib\n!ls\n'''",
        "def f():\n    return ['?'\n]",
        "def f():\n    return 'it\\'s (?', \"'''\"",
    ],
)
def test_python_that_looks_like_a_magic_is_left_alone(code):
    assert kept(read_source("work.ipynb", notebook(code))) == [code]


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile a.py", "%%javascript"])
def test_cells_in_other_languages_are_dropped(magic):
    assert read_source("work.ipynb", notebook(f"{magic}\ndef f(): return 1\n")).pieces == ()


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 3", "%%capture output"])
def test_a_cell_magic_that_runs_python_keeps_its_cell(magic):
    source = read_source("work.ipynb", notebook(f"{magic}\ndef f():\n    return 1\n"))
    assert "f" in source.bodies and source.pieces[0].first_line == 2


def test_windows_line_ends_inside_a_notebook_are_read():
    source = read_source("work.ipynb", notebook("%matplotlib inline\r\nimport os\r\n\r\ndef f():\r\n    return 1\r\n"))
    assert [(piece.names[0], piece.first_line) for piece in source.pieces] == [("os", 2), ("f", 4)]
