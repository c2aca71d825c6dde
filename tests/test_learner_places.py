"""A function is found to the character in any script, and characters of a cell in any notebook."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.learner.notebook_text import code_cells, replace_in_cell
from grader.learner.places import Part, find_function, parts_of_script

NAME = "def f(x):"
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
OTHERS = st.lists(
    st.one_of(
        WORDS.map(lambda words: f"# {words}"),
        WORDS.map(lambda words: f"x = {words!r}"),
        WORDS.map(lambda words: f"def g(a):\n    return {words!r}"),
        st.just(""),
    ),
    max_size=4,
)
BODIES = st.lists(
    st.one_of(
        WORDS.map(lambda words: f"    y = {words!r}"), WORDS.map(lambda words: f"    # {words}"), st.just("    pass")
    ),
    min_size=1,
    max_size=4,
).filter(lambda lines: not all(line.strip().startswith("#") for line in lines))


@given(above=OTHERS, body=BODIES, below=OTHERS, line_end=st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=150, deadline=None)
def test_function_is_found_to_the_character_in_any_script(above, body, below, line_end):
    function = line_end.join([NAME, *body])
    text = line_end.join(["# %%", *above, "# %%", *above, function, *below]) + line_end
    found = [place for part in parts_of_script("ch.py", text) for place in find_function(part, "f")]
    assert [text[place.start : place.end] for place in found] == [function]


@given(lines=st.lists(st.text(max_size=6), min_size=1, max_size=5), data=st.data())
@settings(max_examples=150, deadline=None)
def test_characters_of_a_cell_are_replaced_in_the_notebook_and_no_others(lines, data):
    source = [*(f"{line}\n" for line in lines), "end"]
    single, ascii_only = data.draw(st.booleans()), data.draw(st.booleans())
    cell = {"cell_type": "code", "source": "".join(source) if single else source}
    other = {"source": ["x"], "cell_type": "markdown", "s": lines}
    text = json.dumps({"cells": [other, cell, other]}, ensure_ascii=ascii_only, indent=data.draw(st.integers(0, 2)))
    (found,) = code_cells("ch.ipynb", text)
    whole = "".join(source)
    assert found.part == Part("ch.ipynb, cell 2", 0, 1, json.loads(json.dumps(whole)))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    new = data.draw(st.text(max_size=8))
    after = json.loads(replace_in_cell(text, found, start, end, new))
    assert after["cells"][0] == after["cells"][2] == json.loads(json.dumps(other))
    assert "".join(after["cells"][1]["source"]) == whole[:start] + new + whole[end:]


@pytest.mark.parametrize(
    "text, found",
    [
        ("@a\n@b\ndef f(x):\n    return x\n", "@a\n@b\ndef f(x):\n    return x"),
        ("async def f(x): return x; y = 1 # c\nz = 1\n", "async def f(x): return x; y = 1 # c"),
        ("def f(x):\n    return (\n1)\n\n    # mine\n\n# not mine\n", "def f(x):\n    return (\n1)\n\n    # mine"),
        ("if True:\n    def f(x): pass\nclass A:\n    def f(self): pass\n", None),
        ('f = 1\n"def f(x): pass"\n"""\ndef f(x): pass\n"""\n', None),
        ("@a\ndef f(x:\n    return x\n\n    y\nz = 1\n", "@a\ndef f(x:\n    return x\n\n    y"),
        ("def f(x):\n    return (\n)\n) + (\n\n\nz = 1\n", "def f(x):\n    return (\n)\n) + ("),
    ],
    ids=["decorated", "one line", "comments", "inside others", "in strings", "broken", "broken bracket"],
)
def test_function_ends_where_what_belongs_to_it_ends(text, found):
    (part,) = parts_of_script("ch.py", text)
    assert [text[place.start : place.end] for place in find_function(part, "f")] == ([found] if found else [])


def test_lines_of_jupyter_do_not_hide_a_function():
    text = "%matplotlib inline\ndef f(x):\n    !ls\n    %time 1\n!pwd\n"
    (place,) = find_function(Part("ch.ipynb, cell 1", 0, 1, text), "f")
    assert (text[place.start : place.end], place.line) == ("def f(x):\n    !ls\n    %time 1", 2)
