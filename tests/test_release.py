"""Releasing a chapter: what a learner gets, and that his own work is never lost."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
import typer
from typer.testing import CliRunner

from grader import messages
from grader.course.cli import add_commands
from grader.course.errors import CourseError
from grader.course.release import is_current, release

ROOT = Path(__file__).resolve().parent.parent
MASTERS = sorted((ROOT / "solutions").glob("*.py"))
CHAPTER = ROOT / "solutions" / "ch2_first_model.py"
HEADER = re.compile(r'# ---\n# jupyter:\n#   first_digits: \{digest: "[0-9a-f]{16}"\}\n# ---\n\n')


@pytest.fixture
def course(tmp_path):
    """A course folder with the master of chapter 2 and nothing released yet."""
    (tmp_path / "solutions").mkdir()
    shutil.copy(CHAPTER, tmp_path / "solutions")
    return Course(tmp_path)


class Course:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.master = folder / "solutions" / CHAPTER.name
        self.script = folder / "exercises" / CHAPTER.name
        self.notebook = self.script.with_suffix(".ipynb")

    def release(self, language="en", force=False):
        """Release, and return what became of the script and of the notebook."""
        released = release(self.master, self.folder / "exercises", language, force)
        assert [one.path for one in released] == [self.script, self.notebook]
        return tuple(one.status for one in released)

    def contents(self):
        return {path.name: path.read_bytes() for path in self.script.parent.iterdir()}

    def change_master(self):
        text = self.master.read_text(encoding="utf-8")
        self.master.write_text(text.replace("## The tools", "## Your tools"), encoding="utf-8")


@pytest.mark.parametrize("master", MASTERS, ids=lambda master: master.stem)
def test_committed_exercises_are_what_the_masters_give(master):
    assert is_current(master, ROOT / "exercises") == [], "run: grader release"


def test_releasing_twice_gives_identical_bytes(course):
    assert course.release() == ("written", "written")
    first = course.contents()
    assert course.release() == ("unchanged", "unchanged")
    assert course.contents() == first
    shutil.rmtree(course.script.parent)
    course.release()
    assert course.contents() == first


def edit_script(course):
    text = course.script.read_text(encoding="utf-8")
    mine = text.replace('raise NotImplementedError("normalize")', "return images / 255")
    course.script.write_text(mine, encoding="utf-8")


def edit_notebook(course, change=lambda cells: cells[-1].update(source=["my = 1"])):
    notebook = json.loads(course.notebook.read_text(encoding="utf-8"))
    change(notebook["cells"])
    course.notebook.write_text(json.dumps(notebook), encoding="utf-8")


def test_edited_files_are_kept(course):
    course.release()
    edit_script(course)
    edit_notebook(course)
    before = course.contents()
    for language in messages.LANGUAGES:
        assert course.release(language) == ("kept", "kept")
    course.change_master()
    assert course.release() == ("kept", "kept")
    assert course.contents() == before


def test_an_edited_file_does_not_hold_up_the_other(course):
    course.release()
    edit_script(course)
    course.change_master()
    assert course.release() == ("kept", "updated")


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[2]["source"].append("\nA note of mine."),
        lambda cells: cells.pop(),
        lambda cells: cells.reverse(),
        lambda cells: cells[1].update(cell_type="raw"),
        lambda cells: cells.append({"cell_type": "code", "id": "x", "metadata": {}, "source": "1 + 1", "outputs": []}),
    ],
)
def test_any_edit_of_a_notebook_counts(course, change):
    course.release()
    edit_notebook(course, change)
    assert course.release()[1] == "kept"


@pytest.mark.parametrize("content", [b"", b"not a notebook", b"[]", b'{"cells": [1]}', b"\xff\xfe", b"[" * 100_000])
def test_what_the_course_did_not_generate_is_kept(course, content):
    course.script.parent.mkdir()
    course.script.write_bytes(content)
    course.notebook.write_bytes(content)
    assert course.release() == ("kept", "kept")
    assert set(course.contents().values()) == {content}


def test_forced_release_keeps_a_copy_each_time(course):
    course.release()
    clean = course.contents()
    lost = set()
    for version in range(3):
        edit_script(course)
        with course.script.open("a", encoding="utf-8") as file:
            file.write(f"# version {version}\n")
        edit_notebook(course, lambda cells, version=version: cells.append({**cells[0], "source": f"{version}"}))
        lost |= set(course.contents().values())
        assert course.release(force=True) == ("replaced", "replaced")
    after = course.contents()
    assert after[course.script.name] == clean[course.script.name]
    assert after[course.notebook.name] == clean[course.notebook.name]
    assert set(after.values()) >= lost
    assert {"ch2_first_model.bak-1.py", "ch2_first_model.bak-3.ipynb"} <= after.keys()
    assert len(after) == 8


def test_forced_release_makes_no_copy_of_an_untouched_file(course):
    course.release()
    assert course.release("zh", force=True) == ("updated", "updated")
    assert len(course.contents()) == 2


def test_untouched_files_of_an_older_master_or_another_language_are_updated(course):
    course.release("zh")
    assert course.release("en") == ("updated", "updated")
    course.change_master()
    assert course.release("en") == ("updated", "updated")
    assert "## Your tools" in course.script.read_text(encoding="utf-8")


def test_notebook_that_was_only_run_and_saved_is_untouched(course):
    course.release()
    notebook = nbformat.read(course.notebook, as_version=4)
    notebook.metadata.language_info.version = "3.12.1"
    for cell in notebook.cells:
        cell.metadata["trusted"] = True
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("stream", text="hello")]
    notebook.cells.append(nbformat.v4.new_code_cell(""))
    text = json.dumps(json.loads(nbformat.writes(notebook)), indent=4, ensure_ascii=True)
    course.notebook.write_bytes(text.replace("\n", "\r\n").encode())
    course.change_master()
    assert course.release() == ("updated", "updated")


def test_script_with_other_line_ends_or_without_its_header_is_untouched(course):
    course.release()
    text = course.script.read_text(encoding="utf-8")
    course.script.write_text("\ufeff" + text + "\n", encoding="utf-8", newline="\r\n")
    assert course.release()[0] == "updated"
    course.script.write_text(HEADER.sub("", text), encoding="utf-8")
    assert course.release()[0] == "updated"


def test_master_with_windows_line_ends_gives_the_same_exercises(course):
    course.release()
    expected = course.contents()
    course.master.write_text(course.master.read_text(encoding="utf-8"), encoding="utf-8", newline="\r\n")
    assert course.release() == ("unchanged", "unchanged")
    assert course.contents() == expected


def test_check_names_what_is_missing_stale_or_edited(course):
    folder = course.script.parent
    assert is_current(course.master, folder) == [course.script, course.notebook]
    course.release()
    assert is_current(course.master, folder) == []
    edit_notebook(course)
    assert is_current(course.master, folder) == [course.notebook]
    course.change_master()
    assert is_current(course.master, folder) == [course.script, course.notebook]


def test_links_and_the_master_itself_are_not_written_through(course):
    course.script.parent.mkdir()
    elsewhere = course.folder / "elsewhere.ipynb"
    elsewhere.write_text("mine")
    course.notebook.symlink_to(elsewhere)
    with pytest.raises(CourseError, match=r"ch2_first_model\.ipynb.*\n.*\n.*a link\n.*next step") as caught:
        course.release(force=True)
    assert caught.value.next_step
    assert elsewhere.read_text() == "mine" and not course.script.exists()
    before = course.master.read_bytes()
    with pytest.raises(CourseError, match="the master itself"):
        release(course.master, course.master.parent, force=True)
    assert course.master.read_bytes() == before


def test_folder_that_cannot_be_written_is_explained(course):
    course.script.parent.write_text("a file")
    with pytest.raises(CourseError, match="cannot be written") as caught:
        course.release()
    assert "permissions" in caught.value.next_step


def test_failed_write_leaves_the_old_file_and_no_draft(course, monkeypatch):
    course.release()
    before = course.contents()
    course.change_master()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CourseError, match="No space left"):
        course.release()
    assert course.contents() == before


def grader(*arguments):
    app = typer.Typer()
    app.callback()(lambda: None)
    add_commands(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_command_releases_checks_keeps_and_forces(course, monkeypatch):
    monkeypatch.chdir(course.folder)
    assert grader("release", "--check").exit_code == 1
    assert grader("release").exit_code == 0
    assert grader("release", "ch2_first_model", "--check").exit_code == 0
    edit_script(course)
    kept = grader("release")
    assert kept.exit_code == 0 and "grader release ch2_first_model --force" in kept.stdout
    stale = grader("release", "--check")
    assert stale.exit_code == 1 and f"exercises/{CHAPTER.name}: the exercise is not current" in stale.stderr
    assert ".ipynb" not in stale.stderr
    assert "ch2_first_model.bak-1.py" in grader("release", "--force").stdout


def test_command_explains_what_it_cannot_do(course):
    solutions = ("--solutions", course.master.parent)
    unknown = grader("release", "ch7", *solutions)
    assert unknown.exit_code == 1 and "one of ch2_first_model" in unknown.stderr
    nowhere = grader("release", "--solutions", course.folder / "nowhere")
    assert nowhere.exit_code == 1 and "no such folder" in nowhere.stderr
    course.master.write_text("# %%\n### END SOLUTION\n")
    broken = grader("release", *solutions, "--exercises", course.folder / "out")
    assert broken.exit_code == 1 and f"{course.master}:2: " in broken.stderr and "next step" in broken.stderr
    assert grader("release", "--lang", "fr", *solutions).exit_code == 2
    assert grader("release", "--check", "--force", *solutions).exit_code == 2
