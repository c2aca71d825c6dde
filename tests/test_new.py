"""`grader new` writes a chapter that runs, is proven, and is ready to be changed."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.course.errors import CourseError
from grader.course.new import new_chapter
from grader.layout import Course, find_course

ROOT = Path(__file__).parents[1]


@pytest.fixture
def own(tmp_path):
    return find_course(tmp_path / "own")


def run_grader(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "grader", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_new_course_in_an_empty_folder_runs_from_there(own):
    new_chapter(own, "ch1_mirror", "Mirrors", "镜子")
    untouched = run_grader(own.root)
    assert untouched.returncode == 1
    assert "Chapter 1: Mirrors" in untouched.stdout
    assert "0 of 10 points" in untouched.stdout
    solved = run_grader(own.root, "--submission", "solutions", "--lang", "zh")
    assert solved.returncode == 0, solved.stdout
    assert "第 1 章：镜子" in solved.stdout


def test_course_elsewhere_is_graded_by_its_path_from_the_project_s_folder(own):
    new_chapter(own, "ch1_mirror")
    wrong = own.root / "ch1_mirror.py"
    master = own.master("ch1_mirror").read_text(encoding="utf-8")
    wrong.write_text(master.replace("images[:, :, ::-1]", "images[:, ::-1]"), encoding="utf-8")
    done = run_grader(ROOT, f"--course={own.root}", f"--submission={wrong}")
    assert done.returncode == 1
    assert "turned upside down" in done.stdout
    assert "3/10" in done.stdout


def test_second_chapter_stands_beside_the_first(own):
    new_chapter(own, "ch1_mirror")
    new_chapter(own, "ch2_turn", "Turning", "旋转")
    done = run_grader(own.root)
    assert "Chapter 1: Mirror" in done.stdout
    assert "Chapter 2: Turning" in done.stdout
    assert "0 of 20 points" in done.stdout


def test_chapter_joins_the_course_of_the_project(tmp_path):
    course = Course(tmp_path)
    course.checks.mkdir(parents=True)
    paths = new_chapter(course, "ch8_augment")
    assert {path.relative_to(tmp_path).as_posix() for path in paths} == {
        "solutions/ch8_augment.py",
        "solutions/mistakes/ch8_augment.py",
        "solutions/variants/ch8_augment.py",
        "grader/checks/test_ch8_augment.py",
        "exercises/ch8_augment.py",
        "exercises/ch8_augment.ipynb",
    }
    assert all(path.is_file() for path in paths)


def test_nothing_that_exists_is_overwritten(own):
    new_chapter(own, "ch1_mirror")
    exercise = own.exercises / "ch1_mirror.py"
    exercise.write_text("mine", encoding="utf-8")
    own.master("ch1_mirror").unlink()
    with pytest.raises(CourseError, match="there is such a file already"):
        new_chapter(own, "ch1_mirror")
    assert exercise.read_text(encoding="utf-8") == "mine"
    assert not own.master("ch1_mirror").exists()


@pytest.mark.parametrize("name", ["Ch8", "8", "ch8-augment", "../ch8", "ch8__x", "ch8_", "", "ch8 x", "级"])
def test_other_names_are_refused(own, name):
    with pytest.raises(CourseError, match="cannot be a chapter's name"):
        new_chapter(own, name)
    assert not own.root.exists()


def test_settings_of_pytest_stay_as_they_are(own):
    own.root.mkdir()
    (own.root / "pyproject.toml").write_text("", encoding="utf-8")
    new_chapter(own, "ch1_mirror")
    assert not (own.root / "pytest.ini").exists()


def test_command_outside_a_course_asks_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["new", "ch1_mirror"])
    assert done.exit_code == 1
    assert "--course FOLDER" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_folder_without_checks_is_no_course(tmp_path):
    done = run_grader(ROOT, f"--course={tmp_path}", "--lang=en")
    assert done.returncode == 4
    assert "holds no course" in done.stderr
    assert "grader new" in done.stderr
