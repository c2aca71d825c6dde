"""What is remembered of a learner's runs: by task and code, whole or not at all, and only of his own exercises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.messages import Message
from grader.plugin.grade import grade
from grader.progress import Progress, keep_progress, progress_file, read_progress
from grader.results import CheckResult, Feedback, Verdict
from grader.submission.closure import code_digest
from grader.submission.source import read_source

CHAPTER = "ch1_mirror"
RIGHT = "return images[:, :, ::-1]"
UPSIDE_DOWN = "return images[:, ::-1]"
STUB = '# YOUR CODE HERE\n    raise NotImplementedError("mirror")'


def result(name, verdict, points=2.0, mistake=None):
    feedback = Feedback(problem=Message("Wrong."), mistake=Message(mistake) if mistake else None)
    return CheckResult(name, Message(name), points, verdict, feedback if verdict is not Verdict.PASS else None)


def write(course, code, suffix=".py"):
    path = course.exercises / f"{CHAPTER}{suffix}"
    text = path.read_text(encoding="utf-8")
    assert STUB in text
    path.write_text(text.replace(STUB, code), encoding="utf-8")
    return path


def run(course, *options):
    """Type `pytest grader` in the course's folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "grader", "-p", "no:cacheprovider", *options],
        cwd=course.root,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def noted(course):
    return read_progress(course.root).note_of(CHAPTER, "mirror")


# ---------------------------------------------------------------- keeping


def test_what_is_kept_is_read_again(mirror_course):
    progress = Progress(str(mirror_course.root.resolve()))
    progress.note(CHAPTER, "mirror", "code", 4, [result("a", Verdict.PASS), result("b", Verdict.FAIL, mistake="Oh.")])
    progress.hints[CHAPTER] = {"mirror": 2}
    assert keep_progress(mirror_course.root, progress)
    again = read_progress(mirror_course.root)
    assert again == progress
    note = again.note_of(CHAPTER, "mirror")
    assert (note.verdict, note.earned, note.points, note.mistake) == (Verdict.FAIL, 2, 4, Message("Oh."))
    assert again.hint_read(CHAPTER, "mirror") == 2
    assert again.hint_read(CHAPTER, "other") == again.hint_read("ch2", "mirror") == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"course": 3}', b'{"course": "/elsewhere", "version": 1}'],
)
def test_broken_and_foreign_files_are_as_good_as_none(mirror_course, content):
    place = progress_file(mirror_course.root)
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    assert read_progress(mirror_course.root).tasks == {}
    assert keep_progress(mirror_course.root, read_progress(mirror_course.root))
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_file_of_another_version_is_not_taken_for_one_of_this(mirror_course):
    progress = Progress(str(mirror_course.root.resolve()), version=2, hints={CHAPTER: {"mirror": 3}})
    assert keep_progress(mirror_course.root, progress)
    assert read_progress(mirror_course.root).hints == {}


def test_folder_that_cannot_be_written_is_told_and_costs_nothing(mirror_course, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FIRST_DIGITS_DATA", str(tmp_path / "file"))
    assert not keep_progress(mirror_course.root, Progress(str(mirror_course.root)))
    assert read_progress(mirror_course.root).tasks == {}


def test_two_courses_do_not_know_of_each_other(mirror_course, tmp_path):
    keep_progress(mirror_course.root, Progress(str(mirror_course.root.resolve()), hints={CHAPTER: {"mirror": 1}}))
    assert read_progress(tmp_path).hints == {}


# ---------------------------------------------------------------- notes


def test_checks_that_were_not_run_keep_their_note_while_the_code_stays():
    progress = Progress("here")
    progress.note("ch1", "f", "code", 4, [result("a", Verdict.PASS), result("b", Verdict.FAIL, mistake="Oh.")])
    progress.note("ch1", "f", "code", 4, [result("b", Verdict.PASS)])
    note = progress.note_of("ch1", "f")
    assert (note.is_complete, note.earned, note.mistake) == (True, 4, None)
    progress.note("ch1", "f", "other code", 4, [result("b", Verdict.PASS)])
    note = progress.note_of("ch1", "f")
    assert (note.verdict, note.is_complete, note.earned) == (Verdict.PASS, False, 2)


@pytest.mark.parametrize("verdict", [Verdict.TODO, Verdict.GRADER_ERROR])
def test_what_says_nothing_of_the_work_changes_no_note(verdict):
    progress = Progress("here")
    progress.note("ch1", "f", "code", 2, [result("a", Verdict.PASS)])
    before = progress.note_of("ch1", "f")
    progress.note("ch1", "f", "other code", 2, [result("a", verdict)])
    assert progress.note_of("ch1", "f") == before
    progress.note("ch1", "g", "code", 2, [result("a", verdict)])
    assert progress.note_of("ch1", "g") is None


F = b"import numpy as np\n\ndef helper(x):\n    return x\n\ndef f(x):\n    return helper(x) + 1\n"


@pytest.mark.parametrize(
    "changed, same",
    [
        (F.replace(b"def f(x):", b'def f(x):\n    """Words."""\n    # and more'), True),
        (F + b"\ndef g(x):\n    return f(x)\n", True),
        (F.replace(b"+ 1", b"+ 2"), False),
        (F.replace(b"return x\n", b"return -x\n"), False),
        (F.replace(b"f(x):", b"f(x, y=1):"), False),
        (F.replace(b"+ 1", b"+ ("), False),
    ],
)
def test_code_is_the_same_as_long_as_the_function_and_what_it_uses_is(changed, same):
    before, after = (code_digest(read_source("ch1.py", raw), ["f"]) for raw in (F, changed))
    assert (before == after) is same


# ---------------------------------------------------------------- ordinary runs


def test_ordinary_run_is_remembered_with_the_mistake_in_words(mirror_course):
    write(mirror_course, UPSIDE_DOWN)
    assert run(mirror_course).returncode == 1
    note = noted(mirror_course)
    assert (note.verdict, note.earned, note.points) == (Verdict.FAIL, 3, 10)
    assert note.mistake.text.startswith("The pictures are turned upside down")
    assert len(note.checks) == 3


def test_run_of_one_check_updates_only_that(mirror_course):
    write(mirror_course, RIGHT)
    run(mirror_course, "-k", "test_shape_stays")
    note = noted(mirror_course)
    assert (note.verdict, note.earned, note.points, note.is_complete) == (Verdict.PASS, 3, 10, False)
    run(mirror_course, "-k", "not test_shape_stays")
    assert noted(mirror_course).is_complete


def test_notebook_of_the_exercises_counts_as_well(mirror_course):
    path = mirror_course.exercises / f"{CHAPTER}.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('raise NotImplementedError(\\"mirror\\")', RIGHT), encoding="utf-8")
    run(mirror_course)
    assert noted(mirror_course).is_complete


def test_untouched_exercises_leave_no_file(mirror_course):
    assert run(mirror_course).returncode == 1
    assert not progress_file(mirror_course.root).exists()


def test_work_of_others_is_not_the_learner_s_progress(mirror_course, tmp_path):
    theirs = tmp_path / f"{CHAPTER}.py"
    theirs.write_text(write(mirror_course, RIGHT).read_text(encoding="utf-8"), encoding="utf-8")
    copy = mirror_course.exercises / f"{CHAPTER}.bak-1.py"
    copy.write_bytes(theirs.read_bytes())
    for path in (theirs, copy, mirror_course.solutions):
        assert run(mirror_course, f"--submission={path}").returncode == 0
    assert noted(mirror_course) is None
    assert run(mirror_course, f"--submission=exercises/{CHAPTER}.py").returncode == 0
    assert noted(mirror_course).is_complete


def test_divided_run_notes_nothing(mirror_course):
    pytest.importorskip("xdist")
    write(mirror_course, RIGHT)
    assert "bringing up nodes" in run(mirror_course, "-p", "xdist", "-n", "2").stdout
    assert noted(mirror_course) is None


def test_collecting_notes_nothing(mirror_course):
    write(mirror_course, RIGHT)
    run(mirror_course, "--collect-only")
    assert noted(mirror_course) is None


def test_grading_from_a_program_notes_nothing_unless_it_is_asked_to(mirror_course):
    path: Path = write(mirror_course, RIGHT)
    assert grade(path, course=mirror_course).exit_status == 0
    assert noted(mirror_course) is None
    assert grade(path, course=mirror_course, remember=True).exit_status == 0
    assert noted(mirror_course).is_complete


def test_run_on_a_disk_that_cannot_be_written_is_as_any_other(mirror_course, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FIRST_DIGITS_DATA", str(tmp_path / "file"))
    write(mirror_course, RIGHT)
    done = run(mirror_course)
    assert done.returncode == 0
    assert "10 of 10 points" in done.stdout
    assert done.stderr == ""
