"""Marks in the CSV files of sites and spreadsheets, read back by other readers, with names as people and attackers
have them."""

from __future__ import annotations

import csv
import datetime
import io
import json

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cohort.exports.canvas import fill_canvas, new_canvas
from grader.cohort.exports.comments import comment_of, safe_name
from grader.cohort.exports.csv_cells import CsvFile, defused, number, write_rows
from grader.cohort.exports.moodle import as_html, fill_moodle
from grader.cohort.exports.tables import names_of, render_csv, render_json, render_nbgrader, render_parquet
from grader.cohort.gradings import GradedWork, Grading, Mark, Override, Status
from grader.cohort.settings import CanvasColumn
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import render, say, verbatim
from grader.results import ChapterResult, CheckResult, Feedback, TaskResult, Verdict

NOON = datetime.datetime(2026, 10, 12, 12, tzinfo=datetime.UTC)
HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "\tx", "\r=1", "＝1+1", "<script>alert(1)</script>",
    "../../etc",
    'say "hi", now', "two\nlines", "null\x00byte", "half\ud800", "王小明", "Ł, Ó;", " space ", "1e5", "007",
    "\u202egnp",
)  # fmt: skip


def mark(
    learner: str | Learner, final: float | None = 15.0, chapter: str = "ch1", points: float = 20.0, **more: object
) -> Mark:
    who = learner if isinstance(learner, Learner) else Learner(learner)
    status = Status.MISSING if final is None else Status.GRADED
    known: dict[str, object] = {"earned": final, "penalty": 0.0, "status": status, "grading_id": 1, "attempt": 1}
    return Mark(learner=who, chapter=chapter, points=points, final=final, **{**known, **more})  # type: ignore[arg-type]


def refusal(raised: pytest.ExceptionInfo[InputError]) -> dict[str, str]:
    feedback = raised.value.feedback
    parts = {part: getattr(feedback, part) for part in ("problem", "expected", "got", "next_step")}
    return {part: render(message, "en") for part, message in parts.items()}


# ---------------------------------------------------------------- cells

cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5)


@settings(deadline=None)
@given(tables, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_cells_are_those_that_python_reads_and_nothing_filled_changes_nothing(table, separator, line_end, quote, mark_):
    written = io.StringIO()
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    header = ["a", "b", "c", "d"]
    if not quote:
        # Python's writer leaves a lone carriage return bare, and every reader takes that for the end of a row.
        table = [[cell.replace("\r", "") for cell in row] for row in table]
    csv.writer(written, delimiter=separator, lineterminator=line_end, quoting=quoting).writerows([header, *table])
    raw = (b"\xef\xbb\xbf" if mark_ else b"") + written.getvalue().encode()
    file = CsvFile(raw, "f")
    assert [[cell.value for cell in row] for row in file.rows] == [header, *table]
    assert file.with_cells({}) == raw


@settings(deadline=None)
@given(tables, st.data())
def test_filled_cell_alone_changes(table, data):
    raw = ("a,b,c\r\n" + write_rows(table)).encode()
    file = CsvFile(raw, "f")
    row = data.draw(st.integers(0, len(file.rows) - 1))
    column = data.draw(st.integers(0, len(file.rows[row]) - 1))
    value = data.draw(cells)
    filled = CsvFile(file.with_cells({(row, column): value}), "f")
    want = [[cell.value for cell in cells_] for cells_ in file.rows]
    want[row][column] = value
    if (row, column) == (0, 0) and not file.rows[0][0].value and not value:
        return
    assert [[cell.value for cell in cells_] for cells_ in filled.rows] == want


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encoding_of_the_file_is_kept(encoding):
    raw = "姓名,成绩\r\n王小明,\r\n".encode(encoding)
    filled = CsvFile(raw, "f").with_cells({(1, 1): "15"})
    assert filled == "姓名,成绩\r\n王小明,15\r\n".encode(encoding)


def test_file_of_no_encoding_is_told():
    with pytest.raises(InputError) as raised:
        CsvFile(b"\xff\xfe\x00\xd8,\xff", "grades.csv")
    assert "grades.csv cannot be read" in refusal(raised)["problem"]


def test_file_that_ends_within_a_cell_is_told():
    with pytest.raises(InputError) as raised:
        CsvFile(b'a,b\n1,"2\n3', "grades.csv")
    assert "row 2 that is never closed" in refusal(raised)["got"]


@settings(deadline=None)
@given(st.text(max_size=20) | st.sampled_from(HOSTILE))
def test_no_spreadsheet_runs_a_text(text):
    written = write_rows([[text]]).encode()
    read = next(csv.reader(io.StringIO(written.decode(), newline="")), [""])[0] if written.strip() else ""
    assert not read.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert defused(defused(text)) == defused(text)


def test_numbers_stay_numbers():
    assert [number(value) for value in (-1.5, 0.1 + 0.2, 3.0, 7, -0.0)] == ["-1.5", "0.3", "3", "7", "0"]


# ---------------------------------------------------------------- tables


def hostile_marks() -> list[Mark]:
    learners = [Learner(f"s{number}", name, f"{number}@x.org", name) for number, name in enumerate(HOSTILE)]
    return [mark(one, chapter=chapter) for one in learners for chapter in ("ch1", "ch2")]


def frame(raw: bytes, **more: object) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(raw), **more)  # type: ignore[call-overload, no-any-return]


def test_csv_has_a_row_a_learner_with_empty_cells_for_what_was_not_graded():
    table = frame(render_csv([mark("anna"), mark("anna", None, "ch2"), mark("bert", None), mark("bert", None, "ch2")]))
    assert list(table.columns) == ["learner", "name", "email", "section", "ch1", "ch2", "total", "points"]
    anna, bert = table.iloc[0], table.iloc[1]
    assert (anna["ch1"], anna["total"], anna["points"]) == (15, 15, 40)
    assert np.isnan(anna["ch2"]) and np.isnan(bert["ch1"]) and np.isnan(bert["total"])


def test_hostile_and_chinese_names_come_back_defused():
    for long in (False, True):
        raw = render_csv(hostile_marks(), long)
        assert raw.startswith(b"\xef\xbb\xbf")  # Excel shows Chinese by it.
        table = frame(raw, dtype=str, keep_default_na=False)
        names = table["name"].drop_duplicates().tolist()
        assert len(names) == len(HOSTILE)
        assert not any(name.startswith(tuple("=+-@\t\r＝")) for name in names)
        assert (
            "王小明" in names and "'=cmd|' /C calc'!A0" in names and 'say "hi", now' in names and "two\nlines" in names
        )


def test_long_csv_says_all_there_is_to_a_mark():
    given = Override(3, "anna", "ch1", 18.0, "=well argued", "teacher", "talked", NOON)
    late = mark(
        "anna",
        18.0,
        earned=15.0,
        penalty=1.5,
        late_s=90.0,
        override=given,
        notes=(say("The site called it late and tells no time: it counts as one unit late."),),
    )
    (row,) = frame(render_csv([late], long=True)).to_dict("records")
    assert (row["earned"], row["penalty"], row["final"], row["late_s"]) == (15, 1.5, 18, 90)
    assert (row["override_points"], row["override_comment"], row["override_who"]) == (18, "'=well argued", "teacher")
    assert row["status"] == "graded" and "one unit late" in row["notes"]


def test_empty_class_has_a_header():
    assert next(iter(frame(render_csv([], long=True)).columns)) == "learner"
    assert next(iter(frame(render_csv([])).columns)) == "learner"


def test_json_is_strict_and_complete():
    text = render_json(hostile_marks(), "数字")
    written = msgspec.json.decode(text)
    assert json.loads(text) == written and written["title"] == "数字" and len(written["marks"]) == 2 * len(HOSTILE)
    assert {one["final"] for one in written["marks"]} == {15.0}


def test_parquet_has_types_and_nulls():
    table = pd.read_parquet(io.BytesIO(render_parquet([*hostile_marks(), mark("zoe", None, attempt=None)])))
    assert table["final"].dtype == np.float64 and table["points"].dtype == np.float64
    zoe = table[table["learner"] == "zoe"].iloc[0]
    assert np.isnan(zoe["final"]) and pd.isna(zoe["attempt"]) and zoe["status"] == "missing"
    assert "王小明" in set(table["name"])
    assert len(pd.read_parquet(io.BytesIO(render_parquet([])))) == 0


def test_nbgrader_has_its_columns():
    marks = [
        mark(Learner("anna", "Li, Anna", "a@x.org"), 13.5, earned=15.0, penalty=1.5),
        mark("bert", None, grading_id=None),
    ]
    raw = render_nbgrader(marks, {"ch1": NOON}, lambda number: NOON)
    assert raw.decode().splitlines()[0] == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,"
        "max_score"
    )
    anna, bert = frame(raw).to_dict("records")
    assert (anna["raw_score"], anna["late_submission_penalty"], anna["score"], anna["max_score"]) == (15, 1.5, 13.5, 20)
    assert (anna["last_name"], anna["first_name"], anna["timestamp"]) == ("Li", "Anna", "2026-10-12 12:00:00")
    assert np.isnan(bert["score"]) and pd.isna(bert["timestamp"])


@pytest.mark.parametrize(
    "name, last, first", [("Anna Li", "Li", "Anna"), ("Li, Anna", "Li", "Anna"), ("王小明", "王小明", ""), ("", "", "")]
)
def test_names_are_taken_apart(name, last, first):
    assert names_of(name) == (last, first)


# ---------------------------------------------------------------- Canvas

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (11),Chapter 1 (12345),Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    '"    Points Possible",,,,,10,40,(read only)\r\n'
    '"Li, Anna",101,u1,anna@x.org,"A, ""one""",7.5,,88.1\r\n'
    '"王, 小明",102,u2,xm,B,"8",EX,\r\n'
    "Zoe Zed,103,u3,zz,B,,12,\r\n"
    '"Smith, Sam",104,,,B,,3,\r\n'
    "Stranger,999,,,B,1,2,\r\n"
    '"Student, Test",1000,,,B,,,\r\n'
)
COLUMN = CanvasColumn("Chapter One, renamed (12345)")


def canvas_marks() -> list[Mark]:
    return [
        mark(Learner("l1", other_ids={"canvas": "101"})),
        mark(Learner("u2"), 20.0),
        mark(Learner("zz"), 9.99),
        mark(Learner("l4", "Sam Smith"), None),
        mark(Learner("l5", "Nobody There"), 3.0),
        mark(Learner("l1", other_ids={"canvas": "101"}), 1.0, "ch2"),
    ]


def test_canvas_column_is_filled_and_all_else_is_unchanged():
    filled = fill_canvas(CANVAS.encode(), "c.csv", canvas_marks(), "ch1", COLUMN)
    expected = CANVAS.replace('""one""",7.5,,88.1', '""one""",7.5,30,88.1').replace("B,,12,", "B,,19.98,")
    assert filled.content.decode() == expected
    assert filled.filled == 2 and filled.strangers == ("Stranger",) and filled.absent == ("Nobody There (l5)",)
    assert filled.kept == ("王, 小明: EX",) and filled.scaled == (20, 40)


def test_canvas_file_with_semicolons_and_decimal_commas_keeps_both():
    raw = "Student;ID;Section;Chapter 1 (12345)\n    Points Possible;;;20,0\nAnna;l1;A;1,5\n"
    assert (
        fill_canvas(raw.encode(), "c", [mark(Learner("x", other_ids={"canvas": "l1"}), 7.25)], "ch1", COLUMN).content
        == raw.replace("1,5\n", "7,25\n").encode()
    )


def test_name_that_two_learners_share_finds_neither():
    marks = [mark(Learner("a", "Anna Li")), mark(Learner("b", "Li Anna"))]
    filled = fill_canvas(CANVAS.encode(), "c", marks, "ch1", COLUMN)
    assert filled.filled == 0 and "Li, Anna" in filled.strangers


@pytest.mark.parametrize(
    "raw, wanted", [("Name,Mark\nAnna,3\n", "ID"), ("Student,ID,Section,Essay (11)\n", "Chapter One, renamed (12345)")]
)
def test_canvas_file_that_lacks_a_column_is_told(raw, wanted):
    with pytest.raises(InputError) as raised:
        fill_canvas(raw.encode(), "c.csv", [], "ch1", COLUMN)
    told = refusal(raised)
    assert f"no column {wanted}" in told["problem"] and raw.split(",")[1].split("\n")[0] in told["got"]


def test_new_canvas_file_has_the_required_columns_and_points():
    marks = [
        mark(Learner(f"s{n}", name, section=name, other_ids={"sis_login": f"l{n}"})) for n, name in enumerate(HOSTILE)
    ]
    table = frame(new_canvas(marks, {"ch1": CanvasColumn("Chapter 1 (12345)", 10)}), keep_default_na=False, dtype=str)
    assert list(table.columns) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Chapter 1 (12345)"]
    assert table.iloc[0].tolist() == ["    Points Possible", "", "", "", "", "10"]
    assert set(table["Chapter 1 (12345)"][1:]) == {"7.5"}
    assert "'=cmd|' /C calc'!A0" in set(table["Student"])


def test_canvas_takes_its_own_new_file_back():
    marks = [mark(Learner("s1", "王小明")), mark(Learner("s2", "Anna Li"), None)]
    columns = {"ch1": CanvasColumn("Chapter 1 (12345)")}
    filled = fill_canvas(new_canvas(marks, columns), "c", marks, "ch1", columns["ch1"])
    assert filled.content == new_canvas(marks, columns) and filled.filled == 1 and filled.strangers == ()


# ---------------------------------------------------------------- Moodle

ENGLISH = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
    "Last modified (grade),Feedback comments"
)
CHINESE = "标识符,全名,电子邮件地址,状态,成绩,最高分,允许更改成绩,上次修改（作业）,上次修改（评分）,反馈意见"
ROWS = """\
"Participant 11","Li, Anna",anna@x.org,"Submitted for grading - ","",100.00,Yes,"Monday, 12 October 2026, 9:00 AM",-,""
Participant 12,王小明,xm@x.org,No submission,,100.00,Yes,-,-,
Participant 13,"Zed ""Z"" Zoe",ZZ@x.org,Submitted,42.00,100.00,No,-,-,<p>old</p>
Participant 14,Stranger,s@x.org,Submitted,,100.00,Yes,-,-,
"""
WORKSHEETS = {"en": ENGLISH, "new": ENGLISH.replace("Maximum Grade", "Maximum grade"), "zh": CHINESE}


def moodle_marks() -> list[Mark]:
    return [
        mark(Learner("a", other_ids={"moodle": "11"}), 15.0),
        mark(Learner("b", email="XM@x.org"), 0.0),
        mark(Learner("zz@x.org"), 20.0),
        mark(Learner("d", "Not There"), 1.0),
    ]


@pytest.mark.parametrize("header", WORKSHEETS.values(), ids=WORKSHEETS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("byte_order_mark", ["", "\ufeff"])
def test_worksheet_is_filled_and_every_other_byte_stays(header, line_end, byte_order_mark):
    text = (byte_order_mark + header + "\n" + ROWS).replace("\n", line_end)
    filled = fill_moodle(text.encode(), "w.csv", moodle_marks(), lambda one: f'For {one.learner.id}:\n<b>, "ok"')
    expected = (
        text.replace('- ","",100.00', '- ","75",100.00')
        .replace('AM",-,""', 'AM",-,"For a:<br>&lt;b&gt;, &quot;ok&quot;"')
        .replace("submission,,100.00,Yes,-,-,", 'submission,0,100.00,Yes,-,-,"For b:<br>&lt;b&gt;, &quot;ok&quot;"')
    )
    assert filled.content.decode() == expected
    assert filled.filled == 2 and filled.strangers == ("Stranger (Participant 14)",)
    assert filled.kept == ('Zed "Z" Zoe (Participant 13): No',) and filled.absent == ("Not There (d)",)
    assert filled.scaled == (20, 100)
    frame(filled.content)


def test_what_was_not_graded_keeps_what_the_site_has():
    text = f"{ENGLISH}\n{ROWS}"
    marks = [mark(Learner("a", other_ids={"moodle": "11"}), None)]
    assert fill_moodle(text.encode(), "w", marks, lambda one: "x").content == text.encode()


def test_titles_of_another_language_can_be_settled():
    german = "ID,Vollständiger Name,Bewertung,Zuletzt geändert (Bewertung),Feedback\nTeilnehmer/in 11,Anna,,-,\n"
    titles = {
        "identifier": "ID",
        "grade": "Bewertung",
        "modified": "Zuletzt geändert (Bewertung)",
        "feedback": "Feedback",
    }
    filled = fill_moodle(german.encode(), "w", moodle_marks()[:1], lambda one: "gut", 10, titles)
    assert filled.content.decode() == german.replace("Anna,,-,", "Anna,7.5,-,gut")


@pytest.mark.parametrize("header", ["ID,Bewertung", "Identifier,Grade", "Identifier,Last modified (grade)", ""])
def test_file_that_is_no_worksheet_is_told(header):
    with pytest.raises(InputError) as raised:
        fill_moodle(f"{header}\n1,2\n".encode(), "w.csv", [], lambda one: "")
    told = refusal(raised)
    assert "w.csv is no worksheet" in told["problem"] and "[moodle.columns]" in told["next_step"]


def test_assignment_graded_by_words_is_told():
    text = f"{ENGLISH}\nParticipant 11,Anna,a@x.org,,,Scale: good,Yes,-,-,\n"
    with pytest.raises(InputError) as raised:
        fill_moodle(text.encode(), "w.csv", moodle_marks()[:1], lambda one: "")
    assert "row 2" in refusal(raised)["problem"] and refusal(raised)["got"] == "Scale: good"


@settings(deadline=None)
@given(st.text(max_size=40) | st.sampled_from(HOSTILE))
def test_nothing_of_a_learners_is_markup_in_a_comment(text):
    written = as_html(text).replace("<br>", "")
    assert "<" not in written and ">" not in written and "\n" not in written


def test_comment_says_points_lateness_the_teachers_word_and_each_task():
    checks = (CheckResult("t", verbatim("Mean."), 20, Verdict.FAIL, Feedback(verbatim("It is <b>off</b>."))),)
    result = ChapterResult("ch1", verbatim("Chapter 1"), None, (TaskResult("normalize", 20, checks),))
    work = GradedWork(
        1, 1, Learner("a"), 1, 1, "", "", None, None, "ch1", Grading(result, None, ""), NOON, "here"
    )  # fmt: skip
    late = mark("a", 13.5, penalty=1.5)
    told = comment_of(late, work, "en")
    assert told.startswith("13.5 of 20 points\nHanded in late: 1.5 points are taken off.")
    assert "normalize" in told and "It is <b>off</b>." in told
    given = Override(1, "a", "ch1", 18.0, "Well argued.", "t", "talked", NOON)
    told = comment_of(mark("a", 18.0, penalty=1.5, override=given), None, "en")
    assert "Your teacher has decided the points." in told and "Well argued." in told and "late" not in told


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80) | st.sampled_from([*HOSTILE, "con", "nul.x", "Anna"]))
def test_any_learner_has_a_folder_of_a_name_that_every_disk_takes(text):
    name = safe_name(text)
    assert name not in ("", ".", "..") and len(name) <= 70 and not set(name) & set('/\\:*?"<>|\0\n')
    assert not name.startswith(".") and not name.endswith((".", " "))
    assert name.split(".")[0] not in ("con", "nul")
    if text != text.swapcase():
        assert name.casefold() != safe_name(text.swapcase()).casefold()


def test_plain_learner_keeps_the_plain_name():
    assert (safe_name("s01"), safe_name("王小明")) == ("s01", "王小明")
