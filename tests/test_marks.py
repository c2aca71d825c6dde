"""Masters that are not well formed are refused, with the line to repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.errors import MasterError
from grader.course.release import release

GOOD = '''\
# %% [markdown] lang="en"
# Prose.

# %% [markdown] lang="zh"
# 正文。

# %%
def double(number):
    """Double a number."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION
'''


def refuse(tmp_path: Path, text: str, **spelling: str) -> MasterError:
    """Return the error that releasing this master gives, after making sure that nothing was written."""
    master = tmp_path / "ch9_try.py"
    master.write_text(text, encoding="utf-8", **spelling)
    with pytest.raises(MasterError) as caught:
        release(master, tmp_path / "exercises")
    assert not (tmp_path / "exercises").exists()
    assert str(caught.value).startswith(f"{master}:{caught.value.line}: ")
    assert caught.value.expected and caught.value.got and caught.value.next_step
    return caught.value


def with_body(*lines: str) -> str:
    """Return a master whose function `double` has this body; the first line of the body is line 3."""
    return "\n".join(["# %%", "def double(number):", *(f"    {line}" for line in lines), ""])


BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ILL_MARKED = {
    "nested": (with_body(BEGIN, "a = 1", BEGIN, "return a", END, END), 5, "begins inside another"),
    "two begins": (with_body(BEGIN, "a = 1", BEGIN, "return a", END), 5, "begins inside another"),
    "unclosed": (with_body("a = 1", BEGIN, "return a"), 4, "never ends"),
    "closed in the next cell": (with_body(BEGIN, "return 1") + f"\n# %%\n    {END}\n", 3, "never ends"),
    "stray end": (with_body("return 1", END), 4, "never began"),
    "end twice": (with_body(BEGIN, "return 1", END, END), 6, "never began"),
    "empty": (with_body("a = 1", BEGIN, END, "return a"), 4, "empty"),
    "only a comment inside": (with_body("a = 1", BEGIN, "# nothing yet", "", END, "return a"), 4, "empty"),
    "end indented more": (with_body(BEGIN, "if number:", "    return 1", f"    {END}"), 6, "not indented alike"),
    "end at the margin": (with_body(BEGIN, "return 1") + f"{END}\n", 5, "not indented alike"),
    "marks indented less than the code": (with_body("if number:", BEGIN, "    return 1", END), 4, "cut through"),
    "half a statement": (with_body(BEGIN, "a = 1", "if a:", f"    {BEGIN}", "    a = 2", END), 6, "inside another"),
    "over two branches": (
        with_body("if number:", f"    {BEGIN}", "    a = 1", "else:", "    a = 2", f"    {END}", "return a"),
        4,
        "cut through",
    ),
    "end inside a statement": (with_body(BEGIN, "return [", "1,", END, "]"), 3, "cut through"),
    "decorator left outside": (
        with_body("@staticmethod", BEGIN, "def inner():", "    pass", END, "return inner"),
        4,
        "cut through",
    ),
    "outside a function": (f"# %%\n{BEGIN}\nANSWER = 42\n{END}\n", 2, "outside a function"),
    "around a function": (f"# %%\n{BEGIN}\ndef double(number):\n    return 1\n{END}\n", 2, "outside a function"),
    "over two functions": (
        f"# %%\ndef one():\n    a = 1\n    {BEGIN}\n    return a\ndef two():\n    return 2\n    {END}\n",
        4,
        "outside a function",
    ),
    "in prose": (
        f'# %% [markdown]\n# Text.\n{BEGIN}\n# Text.\n\n# %%\ndef f():\n    """F."""\n',
        3,
        "outside a function",
    ),
    "lower case": (with_body("### begin solution", "return 1", "### end solution"), 3, "mistyped"),
    "two hashes": (with_body("## BEGIN SOLUTION", "return 1", END), 3, "mistyped"),
    "no space": (with_body("###BEGIN SOLUTION", "return 1", END), 3, "mistyped"),
    "behind code": (with_body(BEGIN, f"return 1  {END}"), 4, "mistyped"),
    "none at all": (with_body("return 1"), 1, "no solution marks"),
}


@pytest.mark.parametrize("name", ILL_MARKED)
def test_ill_formed_marks_name_their_line(tmp_path, name):
    text, line, problem = ILL_MARKED[name]
    error = refuse(tmp_path, text)
    assert (error.line, problem in error.problem) == (line, True), str(error)


@pytest.mark.parametrize("name", ILL_MARKED)
def test_line_is_counted_in_the_whole_file(tmp_path, name):
    text, line, _ = ILL_MARKED[name]
    above = '# %% [markdown] lang="en"\n# A.\n\n# %% [markdown] lang="zh"\n# 甲。\n\n'
    if name != "none at all":
        assert refuse(tmp_path, above + text).line == line + 6


def test_line_is_the_same_with_windows_line_ends(tmp_path):
    text, line, _ = ILL_MARKED["unclosed"]
    assert refuse(tmp_path, text, newline="\r\n").line == line


ILL_FORMED = {
    "not Python": (GOOD.replace("2 * number", "2 * * number"), 11, "not valid Python"),
    "a function cut in two by a cell": (GOOD.replace("    ###", "# %%\n    ###", 1), 12, "not valid Python"),
    "text before the first cell": ("import os\n\n" + GOOD, 1, "before the first cell"),
    "code in a prose cell": (GOOD.replace("# %%\ndef", "def"), 7, "code in a prose cell"),
    "an indented cell mark": (GOOD.replace("    ###", "    # %%\n    ###", 1), 7, "more than one cell"),
    "an unknown language": (GOOD.replace('"zh"', '"fr"'), 4, "language is unknown"),
    "English without Chinese": (GOOD.replace(' lang="zh"', ""), 1, "no partner"),
    "Chinese without English": (GOOD.replace(' lang="en"', ""), 4, "no partner"),
    "Chinese first": (GOOD.replace("en", "xx").replace("zh", "en").replace("xx", "zh"), 1, "no partner"),
}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_ill_formed_cells_name_their_line(tmp_path, name):
    text, line, problem = ILL_FORMED[name]
    error = refuse(tmp_path, text)
    assert (error.line, problem in error.problem) == (line, True), str(error)


def exercise(tmp_path: Path, text: str) -> str:
    master = tmp_path / "ch9_try.py"
    master.write_text(text, encoding="utf-8")
    return release(master, tmp_path / "exercises")[0].path.read_text(encoding="utf-8")


def test_stub_stands_in_for_the_solution_at_its_indent(tmp_path):
    text = with_body("for step in number:", f"    {BEGIN}", "    a = step", "    print(a)", f"    {END}", "return a")
    assert exercise(tmp_path, text).endswith(
        "def double(number):\n"
        "    for step in number:\n"
        "        # YOUR CODE HERE\n"
        '        raise NotImplementedError("double")\n'
        "    return a\n"
    )


def test_two_solutions_in_one_function_and_methods_have_their_stubs(tmp_path):
    text = with_body(BEGIN, "a = 1", END, "b = 2", BEGIN, "return a + b", END)
    assert exercise(tmp_path, text).count('raise NotImplementedError("double")') == 2
    text = f"# %%\nclass Layer:\n    def call(self, x):\n        {BEGIN}\n        return x\n        {END}\n"
    assert '        raise NotImplementedError("call")' in exercise(tmp_path, text)


def test_an_inner_function_is_called_by_the_name_of_the_outer(tmp_path):
    text = with_body("def inner():", f"    {BEGIN}", "    return 1", f"    {END}", "return inner")
    assert 'NotImplementedError("double")' in exercise(tmp_path, text)


def test_what_only_looks_like_a_mark_stays(tmp_path):
    text = with_body('"""Text', BEGIN, '"""', "# the solution begins here", BEGIN, "return 1", END)
    released = exercise(tmp_path, text)
    assert f'"""Text\n    {BEGIN}\n    """\n    # the solution begins here\n    # YOUR CODE HERE\n' in released
