"""`grader hint`: one hint after the other, the known mistake first, and none for what is right."""

from __future__ import annotations

import pytest

from grader.course.master import read_master
from grader.course.new import new_chapter
from grader.learner import hinting
from grader.progress import read_progress
from grader.results import Verdict

CHAPTER = "ch1_mirror"
STUB = '# YOUR CODE HERE\n    raise NotImplementedError("mirror")'
RIGHT, WRONG = "return images[:, :, ::-1]", "return images[:, ::-1]"
MISTAKE = (
    "The pictures are turned upside down: you read the rows backwards.\n"
    "Read the columns backwards, which are the last axis."
)
FIRST, SECOND, THIRD = "Which of the three axes", "reads the second axis backwards", "an entry of its own"
SOLUTION = f"solutions/{CHAPTER}.py"


def write(course, code, chapter=CHAPTER):
    path = course.exercises / f"{chapter}.py"
    text = path.read_text(encoding="utf-8")
    old = STUB if STUB in text else RIGHT if RIGHT in text else WRONG
    path.write_text(text.replace(old, code), encoding="utf-8")


def words(done):
    assert done.exit_code == 0, done.output
    return " ".join(done.stdout.split())


def test_each_call_gives_the_next_hint_and_then_the_last_with_a_friendly_word(mirror_course, invoke):
    told = [words(invoke("hint", "mirror")) for _ in range(5)]
    assert told[0].startswith("Chapter 1: Mirrors: `mirror`, hint 1 of 3") and FIRST in told[0]
    assert "hint 2 of 3" in told[1] and SECOND in told[1] and FIRST not in told[1]
    assert "hint 3 of 3" in told[2] and THIRD in told[2] and f"looking at {SOLUTION} is allowed" in told[2]
    assert THIRD in told[3] and "rubber duck" in told[3]
    assert told[3] == told[4]


def test_master_is_read_once_and_again_only_after_a_change(mirror_course, invoke, monkeypatch):
    read = []
    monkeypatch.setattr(hinting, "read_master", lambda path: read.append(path) or read_master(path))
    for step in (1, 2):
        words(invoke("hint", "mirror", "--step", str(step)))
    assert len(read) == 1
    master = mirror_course.master(CHAPTER)
    master.write_text(master.read_text(encoding="utf-8").replace(FIRST, "Where is left"), encoding="utf-8")
    assert "Where is left" in words(invoke("hint", "mirror", "--step", "1"))


def test_step_can_be_chosen_and_the_next_call_goes_on_from_there(mirror_course, invoke):
    assert SECOND in words(invoke("hint", "mirror", "--step", "2"))
    assert THIRD in words(invoke("hint", "mirror"))
    assert FIRST in words(invoke("hint", "mirror", "--step", "1"))
    assert SECOND in words(invoke("hint", "mirror"))


@pytest.mark.parametrize("step", ["0", "4", "one"])
def test_other_steps_are_refused(mirror_course, invoke, step):
    assert invoke("hint", "mirror", "--step", step).exit_code == 2


def test_hints_are_given_in_chinese(mirror_course, invoke):
    told = words(invoke("hint", "mirror", "--lang", "zh"))
    assert "第 1 章：镜子：`mirror`，第 1 条提示，共 3 条 三个轴里" in told
    assert "下一条提示" in told


# ---------------------------------------------------------------- what the last run said


def test_mistake_of_the_last_run_comes_first_until_the_code_changes(mirror_course, invoke, remember):
    write(mirror_course, WRONG)
    remember(mirror_course, {"a": (Verdict.PASS, ""), "b": (Verdict.FAIL, MISTAKE)})
    told = words(invoke("hint", "mirror"))
    assert told.index("turned upside down") < told.index(FIRST)
    assert "图片上下颠倒了" in words(invoke("hint", "mirror", "--lang", "zh"))
    write(mirror_course, "return images.copy()")
    assert "turned upside down" not in words(invoke("hint", "mirror"))


def test_function_that_is_right_gets_a_hint_only_when_asked_for_by_step(mirror_course, invoke, remember):
    write(mirror_course, RIGHT)
    remember(mirror_course, {"a": (Verdict.PASS, "")})
    told = words(invoke("hint", "mirror"))
    assert told.startswith("`mirror` is right already")
    assert FIRST not in told
    assert read_progress(mirror_course.root).hints == {}
    assert FIRST in words(invoke("hint", "mirror", "--step", "1"))


def test_hint_that_cannot_be_remembered_says_how_to_get_the_next(mirror_course, invoke, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FIRST_DIGITS_DATA", str(tmp_path / "file"))
    for _ in range(2):
        told = words(invoke("hint", "mirror"))
        assert FIRST in told and told.endswith("The next one: `grader hint mirror --step 2`")


def test_hint_is_given_without_any_exercises(mirror_course, invoke):
    for path in mirror_course.exercises.iterdir():
        path.unlink()
    assert FIRST in words(invoke("hint", "mirror"))


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["miror", "Mirror", "mirrors"])
def test_misspelt_function_is_told_with_the_nearest(mirror_course, invoke, name):
    done = invoke("hint", name)
    told = " ".join(done.stderr.split())
    assert done.exit_code == 1
    assert f"there is no function `{name}` to write. Expected one of: mirror Got {name} Next step" in told


def test_name_like_no_other_is_told_with_those_of_the_chapter(mirror_course, invoke):
    done = invoke("hint", "xyz", "--chapter", "ch1", "--lang", "zh")
    told = " ".join(done.stderr.split())
    assert (done.exit_code, "问题 ch1_mirror 要写的函数里没有 `xyz`。 期望" in told, "mirror" in told) == (
        1,
        True,
        True,
    ), told


def test_chain_of_all_functions_is_said_to_need_none(mirror_course, invoke):
    path = mirror_course.checks_of(CHAPTER)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('task("mirror", points=2)', 'task("all", points=2, functions=("mirror",))'))
    done = invoke("hint", "all")
    assert done.exit_code == 1
    assert "`all` is nothing to write" in done.stderr


def test_function_of_several_chapters_is_taken_where_the_learner_is(mirror_course, invoke, remember):
    new_chapter(mirror_course, "ch2_turn", "Turning", "旋转")
    told = words(invoke("hint", "mirror"))
    assert told.startswith("More than one chapter has `mirror`; this is ch1_mirror.") and "hint 1 of 3" in told
    write(mirror_course, WRONG, "ch2_turn")
    told = words(invoke("hint", "mirror"))
    assert "this is ch2_turn." in told and "Chapter 2: Turning" in told and "hint 1 of 3" in told
    write(mirror_course, RIGHT)
    remember(mirror_course, {"a": (Verdict.PASS, "")})
    assert "this is ch2_turn." in words(invoke("hint", "mirror"))
    told = words(invoke("hint", "mirror", "--chapter", "ch1", "--step", "2"))
    assert told.startswith("Chapter 1: Mirrors: `mirror`, hint 2 of 3")


def test_function_of_several_finished_chapters_is_taken_from_the_first(mirror_course, invoke, remember):
    new_chapter(mirror_course, "ch2_turn", "Turning", "旋转")
    for chapter in (CHAPTER, "ch2_turn"):
        write(mirror_course, RIGHT, chapter)
        remember(mirror_course, {"a": (Verdict.PASS, "")}, chapter)
    assert "this is ch1_mirror." in words(invoke("hint", "mirror"))


# ---------------------------------------------------------------- masters


def test_chapter_without_hints_says_so(mirror_course, invoke):
    master = mirror_course.master(CHAPTER)
    text = master.read_text(encoding="utf-8")
    begin = text.index('# %% [markdown] lang="en" tags=["hints"]')
    master.write_text(text[:begin] + text[text.index('# %% [markdown] lang="en"\n# ## All') :], encoding="utf-8")
    done = invoke("hint", "mirror")
    assert done.exit_code == 1
    assert "There are no hints for `mirror`." in done.stderr and f"three hints in {SOLUTION}" in done.stderr


def test_master_that_is_missing_or_broken_is_told_to_the_teacher(mirror_course, invoke):
    master = mirror_course.master(CHAPTER)
    master.write_text(master.read_text(encoding="utf-8").replace("# 2. `array", "# 5. `array"), encoding="utf-8")
    done = invoke("hint", "mirror")
    assert (done.exit_code, "the hints are not numbered" in done.stderr) == (1, True)
    master.unlink()
    done = invoke("hint", "mirror")
    assert (done.exit_code, "the master cannot be read" in done.stderr) == (1, True)
