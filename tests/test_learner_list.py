"""`grader list`: what is done, what is open, what comes next, on any terminal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.course.new import new_chapter
from grader.course.release import release
from grader.learner.desk import ChapterState, Standing, TaskState
from grader.learner.listing import what_next
from grader.learner.screen import Screen, speaks_ascii_only
from grader.messages import LANGUAGES, Message, render
from grader.results import Verdict

ROOT = Path(__file__).parents[1]
CHAPTER = "ch1_mirror"
STUB = '# YOUR CODE HERE\n    raise NotImplementedError("mirror")'
RIGHT, WRONG = "return images[:, :, ::-1]", "return images[:, ::-1]"
PASSED, FAILED = (Verdict.PASS, ""), (Verdict.FAIL, "Upside down.")


def write(course, code, chapter=CHAPTER):
    path = course.exercises / f"{chapter}.py"
    text = path.read_text(encoding="utf-8")
    old = STUB if STUB in text else RIGHT if RIGHT in text else WRONG
    path.write_text(text.replace(old, code), encoding="utf-8")


def words(done):
    assert done.exit_code == 0, done.output
    return " ".join(done.stdout.split())


# ---------------------------------------------------------------- where a task stands


def test_untouched_course_is_all_to_do(mirror_course, invoke):
    told = words(invoke("list"))
    assert "Chapter 1: Mirrors 0/10 to do ○ mirror 0/10 to do 0 of 10 points" in told
    assert f"Next: open exercises/{CHAPTER}.py (or the .ipynb beside it), read on to `mirror`" in told
    assert told.endswith("Stuck? `grader hint mirror`")


def test_written_function_that_no_run_has_seen_is_begun(mirror_course, invoke):
    write(mirror_course, RIGHT)
    told = words(invoke("list"))
    assert "• mirror 0/10 begun" in told
    assert "Next: run `pytest grader`. As it is now, `mirror` has not been checked" in told


def test_right_function_is_done_until_it_changes(mirror_course, invoke, remember):
    write(mirror_course, RIGHT)
    remember(mirror_course, {"a": PASSED, "b": PASSED})
    told = words(invoke("list"))
    assert "Chapter 1: Mirrors 10/10 done 10 of 10 points Everything passes. Well done!" in told
    assert "✓ mirror 10/10 done" in words(invoke("list", "ch1"))
    write(mirror_course, WRONG)
    told = words(invoke("list"))
    assert "• mirror ?/10 changed since 0 of 10 points" in told
    write(mirror_course, RIGHT)
    assert "Everything passes" in words(invoke("list"))


def test_stub_is_to_do_whatever_is_remembered(mirror_course, invoke, remember):
    write(mirror_course, RIGHT)
    remember(mirror_course, {"a": PASSED})
    write(mirror_course, STUB)
    assert "○ mirror 0/10 to do" in words(invoke("list"))


def test_wrong_function_has_the_points_it_earned(mirror_course, invoke, remember):
    write(mirror_course, WRONG)
    remember(mirror_course, {"a": PASSED, "b": FAILED})
    told = words(invoke("list"))
    assert "✗ mirror 5/10 not right yet" in told
    assert "Next: look at `mirror`. To check only that: pytest grader -k mirror" in told


def test_function_of_which_some_checks_have_not_run_is_not_done(mirror_course, invoke, remember):
    write(mirror_course, RIGHT)
    remember(mirror_course, {"a": PASSED, "b": (Verdict.GRADER_ERROR, "")})
    assert "• mirror 5/10 begun" in words(invoke("list"))


def test_function_with_broken_grammar_could_not_be_read(mirror_course, invoke, remember):
    write(mirror_course, RIGHT)
    remember(mirror_course, {"a": PASSED})
    write(mirror_course, "return images[")
    assert "? mirror 0/10 could not be read" in words(invoke("list"))


def test_chapter_that_is_refused_says_why(mirror_course, invoke):
    write(mirror_course, RIGHT)
    path = mirror_course.exercises / f"{CHAPTER}.ipynb"
    path.write_bytes(path.read_bytes()[:-40])
    told = words(invoke("list"))
    assert f"{CHAPTER}.ipynb is not a notebook that can be read." in told
    assert "? mirror 0/10 could not be read" in told


def test_course_without_exercises_is_shown_with_what_is_missing(mirror_course, invoke):
    for path in mirror_course.exercises.iterdir():
        path.unlink()
    told = words(invoke("list"))
    assert "○ mirror 0/10 to do" in told
    assert "Problem The folder" in told and "holds no chapter's file" in told


# ---------------------------------------------------------------- chapters


def test_chapter_begun_comes_before_one_that_is_not(mirror_course, invoke, remember):
    new_chapter(mirror_course, "ch2_turn", "Turning", "旋转")
    write(mirror_course, WRONG, "ch2_turn")
    told = words(invoke("list"))
    assert "Chapter 1: Mirrors 0/10 to do mirror Chapter 2: Turning 0/10 • mirror 0/10 begun" in told
    remember(mirror_course, {"a": PASSED}, "ch2_turn")
    told = words(invoke("list"))
    assert "Chapter 2: Turning 10/10 done 10 of 20 points Next: open exercises/ch1_mirror.py" in told


@pytest.mark.parametrize("name", ["ch2_turn", "ch2", "ch2_turn.py", "exercises/ch2_turn.ipynb"])
def test_chapter_can_be_named_in_several_ways(mirror_course, invoke, name):
    new_chapter(mirror_course, "ch2_turn", "Turning", "旋转")
    told = words(invoke("list", name))
    assert told.startswith("Chapter 2: Turning 0/10 to do ○ mirror 0/10 to do Next: open exercises/ch2_turn.py")
    assert "Chapter 1" not in told


def test_number_of_a_chapter_is_not_taken_for_the_beginning_of_another(mirror_course, invoke):
    new_chapter(mirror_course, "ch10_turn", "Turning", "旋转")
    assert words(invoke("list", "ch1")).startswith("Chapter 1: Mirrors")


@pytest.mark.parametrize("name, problem", [("ch9", "There is no chapter ch9."), ("ch", "more than one chapter")])
def test_unknown_chapter_is_told_with_those_there_are(mirror_course, invoke, name, problem):
    new_chapter(mirror_course, "ch2_turn", "Turning", "旋转")
    done = invoke("list", name)
    told = " ".join(done.stderr.split())
    assert (done.exit_code, problem in told, "one of: ch1_mirror, ch2_turn" in told) == (1, True, True), told


def state(name, *standings, functions=None, begun=True):
    tasks = tuple(TaskState(f"task_{number}", 5, standing) for number, standing in enumerate(standings))
    file = Path("exercises", f"{name}.py")
    return ChapterState(name, Message(name), file, functions or tuple(t.name for t in tasks), tasks, begun)


@pytest.mark.parametrize(
    "standings, said",
    [
        ([Standing.DONE, Standing.TODO, Standing.WRONG], "Next: on to `task_1`."),
        ([Standing.DONE, Standing.WRONG, Standing.TODO], "Next: look at `task_1`."),
        ([Standing.DONE, Standing.UNREADABLE], "Next: look at `task_1`."),
        ([Standing.WAITING, Standing.CHANGED], "Next: run `pytest grader`. As it is now, `task_1`"),
        ([Standing.DONE, Standing.WAITING], "Next: run `pytest grader`."),
        ([Standing.DONE, Standing.DONE], "Everything passes. Well done!"),
    ],
)
def test_next_is_the_first_thing_that_can_be_done(standings, said):
    assert render(what_next([state("ch1", *standings)])[0], "en").startswith(said)


def test_chain_that_is_wrong_has_no_hint_to_offer():
    (only,) = what_next([state("ch1", Standing.WRONG, functions=("other",))])
    assert "task_0" in render(only, "en")


def test_course_of_the_project_is_listed_with_all_its_chapters(invoke, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FIRST_DIGITS_DATA", str(tmp_path))
    told = words(invoke("list", "--lang", "en"))
    assert all(f"Chapter {number}: " in told for number in range(1, 8))
    assert "0 of 700 points" in told
    assert "… all_together 0/10 waiting" in told


# ---------------------------------------------------------------- languages and terminals


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [40, 57, 80, 200])
def test_list_keeps_to_the_width_of_the_terminal(columns, language, monkeypatch, tmp_path, invoke):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FIRST_DIGITS_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", str(columns))
    done = invoke("list", "--lang", language)
    assert done.exit_code == 0
    assert max(map(cell_len, done.stdout.splitlines())) <= min(columns, 100)


def test_chinese_exercises_are_spoken_of_in_chinese(mirror_course, invoke):
    release(mirror_course.master(CHAPTER), mirror_course.exercises, "zh")
    told = words(invoke("list"))
    assert "第 1 章：镜子 0/10 待完成 ○ mirror 0/10 待完成 得分：0 / 10 接下来：打开" in told
    assert "Chapter 1: Mirrors" in words(invoke("list", "--lang", "en"))


def test_unknown_language_is_refused(mirror_course, invoke):
    done = invoke("list", "--lang", "fr")
    assert done.exit_code == 2
    assert "--lang" in done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "TERM": "dumb", "COLUMNS": "40"},
        {"LC_ALL": "en_GB.UTF-8", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        {"LC_ALL": "en_GB.UTF-8", "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    ],
    ids=lambda environment: environment.get("PYTHONIOENCODING", "LC_ALL=C"),
)
def test_terminal_of_ascii_alone_can_show_it(mirror_course, environment):
    write(mirror_course, RIGHT)
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import app; app()", "list"],
        cwd=mirror_course.root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.isascii()
    assert b"~ mirror 0/10 begun" in b" ".join(done.stdout.split())
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_words_that_a_terminal_cannot_show_do_not_end_the_program(encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    screen = Screen("zh", stream)
    screen.line("中文 × √ ✓")
    stream.flush()
    assert raw.getvalue().decode(encoding).strip() == "?? x sqrt +"


@pytest.mark.parametrize(
    "environment, plain",
    [
        ({"LANG": "C"}, True),
        ({"LC_ALL": "POSIX"}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "C"}, False),
        ({}, False),
    ],
)
def test_locale_says_what_a_terminal_shows(environment, plain):
    assert speaks_ascii_only(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), environment) is plain


# ---------------------------------------------------------------- which course


def test_course_is_found_from_a_folder_inside_it(mirror_course, invoke, monkeypatch):
    monkeypatch.chdir(mirror_course.exercises)
    assert "Chapter 1: Mirrors" in words(invoke("list"))


def test_course_elsewhere_is_named_by_its_folder(mirror_course, invoke, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert "Chapter 1: Mirrors" in words(invoke("list", "--course", str(mirror_course.root)))


def test_folder_without_a_course_is_refused(tmp_path, invoke):
    done = invoke("list", "--course", str(tmp_path), "--lang", "en")
    told = " ".join(done.stderr.split())
    assert done.exit_code == 1
    assert "Problem The checks of the course in" in told
    assert "Next step" in told and "Traceback" not in told


def test_checks_that_cannot_be_read_are_told(mirror_course, invoke):
    mirror_course.checks_of(CHAPTER).write_text("def broken(:\n", encoding="utf-8")
    done = invoke("list")
    assert done.exit_code == 1
    assert "cannot be read" in done.stderr and "Traceback (most" not in done.stderr


def test_nothing_of_the_work_is_run(mirror_course, invoke, tmp_path):
    path = mirror_course.exercises / f"{CHAPTER}.py"
    path.write_text(f"open({json.dumps(str(tmp_path / 'ran'))}, 'w')\n" + path.read_text(encoding="utf-8"))
    assert "mirror" in words(invoke("list"))
    assert not (tmp_path / "ran").exists()
