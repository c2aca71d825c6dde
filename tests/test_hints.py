"""The hints of the masters: three for each function, in both languages, and none of them in any exercise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from grader.course.answers import functions_of
from grader.course.errors import MasterError
from grader.course.hints import hints_told, read_hints
from grader.course.master import read_master
from grader.course.release import release
from grader.messages import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
MASTERS = sorted((ROOT / "solutions").glob("*.py"))
TOUCHING = re.compile("[\u4e00-\u9fff][A-Za-z0-9`]|[A-Za-z0-9`][\u4e00-\u9fff]")
HAN = re.compile("[\u4e00-\u9fff]")

GOOD = '''\
# %%
def double(number):
    """Double a number."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `double`
#
# 1. A nudge, which is so long that it has to
#    go on in a second line.
# 2. The tool.
# 3. Nearly all.

# %% [markdown] lang="zh" tags=["hints"]
# `double`
#
# 1. 想一想，
#    再想一想：用
#    `*` 吗
#    （也许）？
# 2. 工具。
# 3. 差不多了。

# %% [markdown] lang="en"
# Prose.

# %% [markdown] lang="zh"
# 正文。
'''


@pytest.fixture
def master(tmp_path):
    """Write this text as a master; return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "ch9_try.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def without_hints(text: str) -> str:
    return text[: text.index("# %% [markdown]")] + text[text.index('# %% [markdown] lang="en"\n') :]


# ---------------------------------------------------------------- those of the course


@pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)
def test_every_function_of_the_course_has_three_hints_in_each_language(path):
    told = read_hints(read_master(path))
    for language in LANGUAGES:
        assert list(told[language]) == functions_of(path)
        assert {len(hints) for hints in told[language].values()} == {3}
    assert all(HAN.search(hint) for hints in told["zh"].values() for hint in hints)
    assert not any(HAN.search(hint) for hints in told["en"].values() for hint in hints)
    assert [hint for hints in told["zh"].values() for hint in hints if TOUCHING.search(hint)] == []


@pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)
def test_no_hint_of_the_course_reaches_an_exercise(path, tmp_path):
    told = read_hints(read_master(path))
    for language in LANGUAGES:
        released = release(path, tmp_path / language, language)
        script, notebook = (one.path.read_text(encoding="utf-8") for one in released)
        prose = script + json.dumps(json.loads(notebook), ensure_ascii=False)
        assert '["hints"]' not in prose and '"hints"' not in prose
        beginnings = [hint[:40].split("`")[0] for hints in told[language].values() for hint in hints]
        assert [begin for begin in beginnings if len(begin) > 12 and begin in prose] == []


# ---------------------------------------------------------------- reading


def test_lines_of_a_hint_are_joined_as_the_language_is_written(master):
    told = read_hints(read_master(master(GOOD)))
    assert told["en"]["double"] == (
        "A nudge, which is so long that it has to go on in a second line.",
        "The tool.",
        "Nearly all.",
    )
    assert told["zh"]["double"] == ("想一想，再想一想：用 `*` 吗（也许）？", "工具。", "差不多了。")


def test_exercise_is_the_same_to_the_byte_as_without_hints(master, tmp_path):
    with_hints = [one.path.read_bytes() for one in release(master(GOOD), tmp_path / "with")]
    assert with_hints == [one.path.read_bytes() for one in release(master(without_hints(GOOD)), tmp_path / "without")]


def test_two_functions_of_one_cell_have_hints_below_it(master):
    second = GOOD[: GOOD.index("\n\n# %% [markdown]")].removeprefix("# %%\n").replace("double", "twice")
    cells = GOOD[GOOD.index("# %% [markdown]") : GOOD.index('# %% [markdown] lang="en"\n')]
    both = GOOD.replace("\n\n# %% [markdown]", f"\n\n{second}\n\n# %% [markdown]", 1)
    text = both.replace(cells, cells + cells.replace("double", "twice"))
    assert set(read_hints(read_master(master(text)))["zh"]) == {"double", "twice"}


def test_master_without_hints_can_be_read(master):
    assert read_hints(read_master(master(without_hints(GOOD)))) == {"en": {}, "zh": {}}


ILL_FORMED = {
    "name of another function": (GOOD.replace("# `double`", "# `triple`"), 10, "do not stand below its cell"),
    "no name": (GOOD.replace("# `double`\n", ""), 11, "begin with the name"),
    "name in a sentence": (GOOD.replace("# `double`", "# Hints for `double`"), 10, "begin with the name"),
    "two hints": (GOOD.replace("# 3. Nearly all.\n", ""), 9, "not 3 hints"),
    "four hints": (GOOD.replace("all.\n", "all.\n# 4. All.\n"), 16, "not numbered"),
    "counted wrongly": (GOOD.replace("# 2. The", "# 3. The"), 14, "not numbered"),
    "text between": (GOOD.replace("# 2. The", "# The"), 14, "no part of a hint"),
    "text above the list": (GOOD.replace("# 1. A", "# A"), 12, "no part of a hint"),
    "nothing in it": (re.sub(r'tags=\["hints"\]\n(#.*\n)+', 'tags=["hints"]\n#\n', GOOD, count=1), 9, "not 3 hints"),
    "a mistyped tag": (GOOD.replace('tags=["hints"]', 'tags=["hint"]', 1), 9, "mistyped"),
    "a tag in capitals": (GOOD.replace('tags=["hints"]', 'tags=["Hints"]', 1), 9, "mistyped"),
    "no language": (GOOD.replace(' lang="en" tags', " tags").replace(' lang="zh" tags', " tags"), 9, "prose cells"),
    "English only": (GOOD.replace('lang="zh" tags=["hints"]', 'lang="zh"'), 9, "no partner"),
    "Chinese only": (GOOD.replace('lang="en" tags=["hints"]', 'lang="en"'), 18, "do not stand below"),
    "far from its function": (GOOD + GOOD[GOOD.index("# %% [markdown]") :], 33, "do not stand below"),
    "in code": (GOOD.replace("# %%\ndef", '# %% tags=["hints"]\ndef'), 1, "prose cells"),
}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_ill_formed_hints_name_their_line_and_nothing_is_released(master, tmp_path, name):
    text, line, problem = ILL_FORMED[name]
    path = master(text)
    with pytest.raises(MasterError) as caught:
        release(path, tmp_path / "exercises")
    assert (caught.value.line, problem in caught.value.problem) == (line, True), str(caught.value)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert caught.value.expected and caught.value.got and caught.value.next_step
    assert not (tmp_path / "exercises").exists()


def test_second_cell_for_a_function_is_refused(master):
    cells = GOOD[GOOD.index("# %% [markdown]") : GOOD.index('# %% [markdown] lang="en"\n')]
    with pytest.raises(MasterError, match="hints for `double` in this language already"):
        read_hints(read_master(master(GOOD.replace(cells, cells + cells))))


@pytest.mark.parametrize(
    "hint, told",
    [
        ("Write `np.maximum(values, 0)`.", "np.maximum(values, 0)"),
        ("Give `np.maximum` two things.", ""),
        ("It begins with `figure, axes = plt`.", ""),
    ],
)
def test_line_of_the_solution_in_a_hint_is_found(hint, told):
    answer = ("    figure = [", "        1,", "    ]", "    return np.maximum(values, 0)")
    assert hints_told(["A nudge.", hint], answer) == told
