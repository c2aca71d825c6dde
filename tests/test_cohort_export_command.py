"""`grader export`: from a real gradebook to files, and what is said where something is in the way."""

from __future__ import annotations

import datetime
import io
import json
import sys
import zipfile

import pandas as pd
import pytest

from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import Conditions, Grading
from grader.cohort.submitted import Learner, Submitted
from grader.messages import say, verbatim
from grader.results import ChapterResult, CheckResult, Feedback, Surroundings, TaskResult, Verdict

CHAPTER = "ch1_mirror"
EARLY = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)
SETTINGS = f"""\
title = "A class"
timezone = "UTC"
[deadlines]
{CHAPTER} = 2026-10-02T00:00:00
[late]
percent = 10
[[extensions]]
learner = "nobody"
more = "1d"
why = "a slip of the pen"
[canvas.{CHAPTER}]
assignment = "Mirrors (77)"
"""
WORKSHEET = (
    "Identifier,Full name,Email address,Grade,Maximum Grade,Grade can be changed,Last modified (grade),"
    "Feedback comments"
    "\r\nParticipant 5,王小明,xm@x.org,,100.00,Yes,-,\r\nParticipant 6,Anna,anna@x.org,3,100.00,No,-,\r\n"
)


def graded(earned: float) -> Grading:
    checks = (
        CheckResult("right", verbatim("Right."), earned, Verdict.PASS),
        CheckResult("wrong", verbatim("Wrong."), 10 - earned, Verdict.FAIL, Feedback(verbatim("<b>=no</b>"))),
    )
    result = ChapterResult(CHAPTER, verbatim("Mirrors"), None, (TaskResult("mirror", 10, checks),))
    return Grading(result, Surroundings("namespaces", say("Shut in."), "sample", 7, {}), "digest")


@pytest.fixture
def class_folder(mirror_course):
    """Return a course's folder with a gradebook: one graded, one late, one failed by the grader, waiting, missing."""
    root = mirror_course.root
    (root / "class.toml").write_text(SETTINGS, encoding="utf-8")
    late = EARLY + datetime.timedelta(days=1, hours=1)
    handed = {
        "anna": (Learner("anna", "Anna", "anna@x.org", other_ids={"canvas": "1"}), EARLY, graded(8)),
        "xm": (Learner("xm", "王小明", "xm@x.org", other_ids={"moodle": "5"}), late, graded(5)),
        "=cmd()": (Learner("=cmd()", "=cmd()"), EARLY, Grading(None, None, "digest", "no memory")),
        "waits": (Learner("waits"), EARLY, None),
    }
    with open_gradebook(root / "gradebook.sqlite") as book:
        book.set_roster([Learner("missing", "Mo Missing")])
        for name, (learner, when, grading) in handed.items():
            files = {f"{CHAPTER}.py": name.encode()}
            book.take_in(Submitted(learner, 1, files, f"in/{name}", when), [CHAPTER])
            if grading is not None:
                (job,) = book.claim("test", 1, 60, Conditions())
                assert book.keep("test", job.grading_id, grading)
    return root


def table(path) -> dict:  # type: ignore[type-arg]
    return pd.read_csv(path, dtype={"learner": str}).set_index("learner")[CHAPTER].to_dict()


def test_csv_has_everybody_and_no_zero_for_what_was_not_graded(class_folder, invoke):
    done = invoke("export", "csv", "--settings", "class.toml", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    finals = table(class_folder / "marks.csv")
    assert finals["anna"] == 8 and finals["xm"] == 4.5
    assert {name for name, final in finals.items() if pd.isna(final)} == {"'=cmd()", "waits", "missing"}
    assert "Still to be graded, and empty here: 1" in done.stderr
    assert "The grader failed on 1" in done.stderr and "nobody" in done.stderr


def test_nothing_handed_in_is_a_zero_in_the_files_where_the_settings_say_so(class_folder, invoke):
    past = SETTINGS.replace("2026-10-02", "2020-10-02").replace("percent = 10", "percent = 0")
    (class_folder / "class.toml").write_text(f'missing = "zero"\n{past}', encoding="utf-8")
    assert invoke("export", "csv", "--settings", "class.toml", "--lang", "en").exit_code == 0
    found = table(class_folder / "marks.csv")
    assert found["missing"] == 0 and found["anna"] == 8
    # Who waits, or was failed by the grader, has none.
    assert pd.isna(found["waits"]) and pd.isna(found["'=cmd()"])
    assert invoke("export", "canvas", "--settings", "class.toml", "--lang", "en").exit_code == 0
    rows = (class_folder / "canvas.csv").read_text(encoding="utf-8").splitlines()
    assert next(row for row in rows if row.startswith("Mo Missing")).endswith(",0")


@pytest.mark.parametrize("name, suffix", [("csv", ".csv"), ("json", ".json"), ("parquet", ".parquet")])
def test_file_that_is_there_is_not_replaced_unless_wanted(class_folder, invoke, name, suffix):
    target = class_folder / f"marks{suffix}"
    target.write_text("mine")
    done = invoke("export", name, "--lang", "en")
    assert done.exit_code == 4 and f"something at marks{suffix} already" in done.stderr
    assert target.read_text() == "mine"
    assert invoke("export", name, "--force").exit_code == 0
    assert target.read_bytes() != b"mine"
    assert [path.name for path in class_folder.glob(".marks*")] == []


def test_place_that_cannot_be_written_is_told(class_folder, invoke):
    (class_folder / "file").write_text("x")
    done = invoke("export", "csv", "-o", "file/marks.csv", "--lang", "en")
    assert done.exit_code == 4 and "cannot be written" in done.stderr and "Traceback" not in done.stderr


def test_screen_gets_the_file_alone(class_folder, invoke):
    done = invoke("export", "json", "-o", "-")
    assert len(json.loads(done.stdout)["marks"]) == 5


def test_every_format_of_marks_can_be_read(class_folder, invoke):
    for words in (["csv", "--long"], ["json"], ["parquet"], ["nbgrader"], ["prairielearn"]):
        done = invoke("export", *words, "--settings", "class.toml", "--lang", "en")
        assert done.exit_code == 0, done.stderr
    long = pd.read_csv(class_folder / "marks.csv")
    parquet = pd.read_parquet(class_folder / "marks.parquet")
    marks = pd.DataFrame(json.loads((class_folder / "marks.json").read_text())["marks"])
    assert list(long["final"].fillna(-1)) == list(parquet["final"].fillna(-1)) == list(marks["final"].fillna(-1))
    assert set(parquet["status"]) == {"graded", "grader_error", "waiting", "missing"}
    nbgrader = pd.read_csv(class_folder / "nbgrader.csv").set_index("student_id")
    assert nbgrader.loc["xm", "timestamp"] == "2026-10-02 01:00:00"
    with zipfile.ZipFile(class_folder / "prairielearn.zip") as archive:
        assert sorted(archive.namelist()) == [f"anna/{CHAPTER}.json", f"xm/{CHAPTER}.json"]
        assert json.loads(archive.read(f"anna/{CHAPTER}.json"))["score"] == 0.8


def test_moodle_worksheet_is_filled(class_folder, invoke):
    (class_folder / "w.csv").write_bytes(WORKSHEET.encode())
    done = invoke("export", "moodle", "--from", "w.csv", "--settings", "class.toml", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    rows = pd.read_csv(class_folder / "moodle.csv")
    assert list(rows["Grade"]) == [45, 3]
    comment = rows["Feedback comments"][0]
    assert comment.startswith("4.5 of 10 points<br>Handed in late: 0.5 points") and "&lt;b&gt;=no&lt;/b&gt;" in comment
    assert (
        "Points are scaled: 10 here are 100 on the site." in done.stderr and "Anna (Participant 6): No" in done.stderr
    )
    assert (class_folder / "w.csv").read_bytes() == WORKSHEET.encode()


def test_canvas_file_is_filled_or_begun(class_folder, invoke):
    text = "Student,ID,Section,Mirrors (77)\n    Points Possible,,,10\nAnna,1,A,\nWho,9,A,\n"
    (class_folder / "c.csv").write_text(text)
    done = invoke("export", "canvas", "--from", "c.csv", "--settings", "class.toml", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    assert (class_folder / "canvas.csv").read_text() == text.replace("Anna,1,A,", "Anna,1,A,8")
    assert "  Who" in done.stderr and "In the gradebook and not in the file" in done.stderr
    assert invoke("export", "canvas", "--settings", "class.toml", "--force").exit_code == 0
    assert pd.read_csv(class_folder / "canvas.csv")["Mirrors (77)"].tolist()[0] == 10


def test_unsettled_assignment_missing_file_and_unknown_chapter_are_told(class_folder, invoke):
    done = invoke("export", "canvas", "--lang", "en")
    assert done.exit_code == 4 and f"[canvas.{CHAPTER}]" in done.stderr
    done = invoke("export", "moodle", "--from", "none.csv", "--lang", "en")
    assert done.exit_code == 4 and "none.csv cannot be read" in done.stderr
    done = invoke("export", "csv", "--chapter", "ch9", "--lang", "en")
    assert done.exit_code == 4 and f"one of: {CHAPTER}" in done.stderr


def test_worksheet_of_several_chapters_is_told(monkeypatch, invoke, class_folder):
    (class_folder / "solutions" / "ch2_more.py").write_text("")
    (class_folder / "w.csv").write_bytes(WORKSHEET.encode())
    assert invoke("export", "moodle", "--from", "w.csv", "-o", "one.csv").exit_code == 0
    with open_gradebook(class_folder / "gradebook.sqlite") as book:
        book.take_in(Submitted(Learner("anna"), 2, {"ch2_more.py": b""}, "in/more"), ["ch2_more"])
    done = invoke("export", "moodle", "--from", "w.csv", "--lang", "en")
    assert done.exit_code == 4 and f"--chapter {CHAPTER}" in done.stderr


def test_missing_gradebook_is_told_and_not_made(mirror_course, invoke):
    done = invoke("export", "csv", "--lang", "en")
    assert done.exit_code == 4 and "gradebook.sqlite" in done.stderr and "Traceback" not in done.stderr
    assert not (mirror_course.root / "gradebook.sqlite").exists()


def test_without_the_libraries_for_classes_it_is_said_how_to_get_them(class_folder, invoke, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = invoke("export", "parquet", "--lang", "en")
    assert done.exit_code == 4 and 'pip install -e ".[class]"' in done.stderr
    assert not (class_folder / "marks.parquet").exists()


def test_gradebook_is_named_by_the_environment_too(class_folder, invoke, monkeypatch):
    (class_folder / "gradebook.sqlite").rename(class_folder / "other.sqlite")
    monkeypatch.setenv("FIRST_DIGITS_GRADEBOOK", "other.sqlite")
    assert invoke("export", "csv").exit_code == 0
    assert pd.read_csv(io.BytesIO((class_folder / "marks.csv").read_bytes())).shape[0] == 5
