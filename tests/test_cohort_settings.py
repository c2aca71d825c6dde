"""The settings of a class: what they mean, and what is said with file and line where they cannot be meant so."""

from __future__ import annotations

import datetime
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cohort.commands.settings_cli import first_settings
from grader.cohort.settings import ClassSettings, Counts, Late, Missing, Share, Unit, read_settings
from grader.cohort.submitted import Learner
from grader.cohort.toml_table import Document
from grader.errors import InputError
from grader.layout import find_course
from grader.messages import LANGUAGES, render

CHAPTERS = ("ch1_a", "ch2_b")
UTC = datetime.UTC
FULL = """\
title = "数字"
timezone = "Europe/Berlin"
chapters = [
  "ch2_b",
  "ch1_a",
]
counts = "last"
missing = "zero"

[deadlines]
ch1_a = 2026-10-12T23:59:00
ch2_b = 2026-10-12

[late]
grace = "1h 30m"
percent = 12.5
per = "hour"
of = "most"
at_most = 50
nothing_after = "7d"

[[extensions]]
learner = "王"
more = "3d"
why = "ill"

[[extensions]]
learner = "s2"
chapter = "ch1_a"
until = 2026-11-01T12:00:00+01:00
why = "moved"

[page]
title = "A class"

[canvas.ch1_a]
assignment = "One (12345)"
points = 10

[moodle.points]
ch1_a = 100

[moodle.columns]
grade = "Bewertung"
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text: str | bytes) -> ClassSettings:
        path = tmp_path / "class.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_settings(path, CHAPTERS)

    return read_text


def refusal(read, text) -> dict[str, str]:
    with pytest.raises(InputError) as raised:
        read(text)
    feedback = raised.value.feedback
    parts = {part: getattr(feedback, part) for part in ("problem", "expected", "got", "next_step")}
    return {part: render(message, "en") for part, message in parts.items() if message is not None}


def test_every_setting_is_read(read):
    settings = read(FULL)
    assert settings.chapters == ("ch2_b", "ch1_a")
    assert (settings.title, settings.page_title, settings.counts) == ("数字", "A class", Counts.LAST)
    assert settings.missing is Missing.ZERO
    assert settings.deadlines == {
        "ch1_a": datetime.datetime(2026, 10, 12, 21, 59, tzinfo=UTC),
        "ch2_b": datetime.datetime(2026, 10, 12, 22, 0, tzinfo=UTC),
    }
    hours = datetime.timedelta(hours=1.5)
    assert settings.late == Late(hours, 12.5, Unit.HOUR, Share.MOST, 50, datetime.timedelta(days=7))
    assert [extension.learner for extension in settings.extensions] == ["王", "s2"]
    assert settings.canvas["ch1_a"].assignment == "One (12345)" and settings.canvas["ch1_a"].points == 10
    assert settings.moodle_points == {"ch1_a": 100} and settings.moodle_columns == {"grade": "Bewertung"}


def test_nothing_settled_means_all_chapters_and_no_deadline(read):
    assert read("") == ClassSettings(CHAPTERS)


def test_extension_moves_the_deadline_of_its_learner_and_chapter_alone(read):
    settings = read(FULL)
    grace, ends = datetime.timedelta(hours=1.5), settings.deadlines
    assert settings.deadline("s1", "ch1_a") == ends["ch1_a"] + grace
    assert settings.deadline("王", "ch2_b") == ends["ch2_b"] + datetime.timedelta(days=3) + grace
    assert settings.deadline("s2", "ch1_a") == datetime.datetime(2026, 11, 1, 11, tzinfo=UTC) + grace
    assert settings.deadline("s2", "ch2_b") == ends["ch2_b"] + grace


def test_who_has_an_extension_and_is_not_in_the_class_is_told(read):
    assert read(FULL).strangers([Learner("s2"), Learner("s3")]) == ["王"]


@pytest.mark.parametrize(
    "text, line, problem, got",
    [
        ("title = 'x'\n\ngrase = '2h'\n", 3, "no setting `grase`", "grase"),
        ("[late]\n# more\ngrase = '2h'\n", 3, "no setting `grase`", "grase"),
        ("title = 3\n", 1, "`title` cannot be this", "3"),
        ("counts = 'first'\n", 1, "`counts` cannot be this", '"first"'),
        ("missing = 0\n", 1, "`missing` cannot be this", "0"),
        ("chapters = 'ch1_a'\n", 1, "`chapters` cannot be this", '"ch1_a"'),
        ("\nchapters = [\n  'ch1_a',\n  'ch9',\n]\n", 2, "no such chapter", "ch9"),
        ("chapters = ['ch1_a', 'ch1_a']\n", 1, "named twice", "ch1_a"),
        ("[deadlines]\nch1_a = 2026-02-30\n", 2, "not TOML", "2026-02-30"),
        ("[deadlines]\nch1_a = '2026-10-12'\n", 2, "`ch1_a` cannot be this", '"2026-10-12"'),
        ("[deadlines]\n\n\nch1_a = 2026-10-12T10:00:00\n", 4, "time zone", "2026-10-12 10:00:00"),
        ("[deadlines]\nch3_c = 2026-10-12T10:00:00Z\n", 2, "no setting `ch3_c`", "ch3_c"),
        ("[deadlines]\nch1_a = 0001-01-01T00:00:00+10:00\n", 2, "`ch1_a` cannot be this", "0001-01-01"),
        ("timezone = 'Mars/Base'\n", 1, "no such time zone", "Mars/Base"),
        ("timezone = '../../etc/passwd'\n", 1, "no such time zone", "../../etc/passwd"),
        ("[late]\ngrace = '2 fortnights'\n", 2, "`grace` cannot be this", '"2 fortnights"'),
        ("[late]\ngrace = 30\n", 2, "`grace` cannot be this", "30"),
        ("[late]\ngrace = '-3h'\n", 2, "`grace` cannot be this", '"-3h"'),
        ("[late]\ngrace = '99999d'\n", 2, "`grace` cannot be this", '"99999d"'),
        ("[late]\npercent = -1\n", 2, "`percent` cannot be this", "-1"),
        ("[late]\npercent = 101\n", 2, "`percent` cannot be this", "101"),
        ("[late]\npercent = nan\n", 2, "`percent` cannot be this", "nan"),
        ("[late]\npercent = true\n", 2, "`percent` cannot be this", "true"),
        ("[late]\nper = 'week'\n", 2, "`per` cannot be this", '"week"'),
        ("late = 3\n", 1, "`late` cannot be this", "3"),
        ("extensions = 3\n", 1, "`extensions` cannot be this", "3"),
        ("[[extensions]]\nlearner = 's1'\nmore = '2h'\n", 1, "lacks its `why`", "nothing"),
        ("[[extensions]]\nwhy = 'x'\nmore = '2h'\n", 1, "lacks its `learner`", "nothing"),
        ("[[extensions]]\nlearner = 's1'\nwhy = 'x'\n", 2, "in one way", "neither"),
        (
            "[[extensions]]\nlearner='a'\nwhy='x'\nmore='2h'\n\n[[extensions]]\nlearner='b'\nwhy='x'\nmore='2h'\n"
            "until=2026-10-12T10:00:00Z\n",
            10,
            "in one way",
            "both",
        ),
        ("[[extensions]]\nlearner='a'\nwhy='x'\nmore='2h'\nchapter='ch3'\n", 5, "no such chapter", "ch3"),
        ("[canvas.ch1_a]\npoints = 10\n", 1, "has no name", "nothing"),
        ("[canvas.ch1_a]\nassignment = 'x'\npoints = 0\n", 3, "`points` cannot be this", "0"),
        ("[canvas.ch7]\nassignment = 'x'\n", 1, "no setting `ch7`", "ch7"),
        ("[moodle.columns]\ngrades = 'x'\n", 2, "no setting `grades`", "grades"),
        ("title = 'x'\ntitle = 'y'\n", 2, "not TOML", "title"),
        ("title = 'x\n", 1, "not TOML", "title"),
        ("a = [[" * 3000, 1, "not TOML", "a = [["),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_line(read, text, line, problem, got):
    told = refusal(read, text)
    assert f"class.toml, line {line}: " in told["problem"]
    assert problem in told["problem"]
    assert got in told["got"]
    assert told["expected"] and told["next_step"]


def test_slip_of_the_pen_is_answered_with_what_was_meant(read):
    assert refusal(read, "[late]\ngrase = '2h'\n")["next_step"] == "Did you mean `grace`?"
    assert refusal(read, "chapters = ['ch1-a']\n")["next_step"] == "Did you mean `ch1_a`?"


@pytest.mark.parametrize("text", ["title = 'x'\n".encode("utf-16"), b"title = '\xff'\n"])
def test_file_that_is_not_utf8_is_told(read, text):
    told = refusal(read, text)
    assert "cannot be read" in told["problem"] and "UTF-8" in told["got"]


def test_file_that_is_far_too_large_is_told(read):
    assert refusal(read, b"#" * (5 * 2**20))["got"] == "more than 4 MiB"


def test_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_settings(tmp_path / "none.toml", CHAPTERS)


def test_windows_file_with_a_byte_order_mark_is_read(read):
    assert read(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode()) == read(FULL)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["", "# x = 1", "other{} = 1", 'text{} = """\nx = 9\n"""', "list{} = [\n1,\n# x\n2]", "\n"]),
        max_size=8,
    ),
    st.sampled_from(["x = 1", "x = [\n1,\n]", 'x = """\na\n"""', "[x]", "[[x]]", "x.y = 1", "  x={a=1}"]),
    st.lists(st.sampled_from(["# end", "", "z{} = 2"]), max_size=3),
)
def test_line_of_a_key_is_where_it_is_written(before, key, after):
    lines = [line.format(number) for number, line in enumerate(before)]
    text = "\n".join([*lines, key, *(line.format(number) for number, line in enumerate(after))])
    tomllib.loads(text)
    line = Document(text, "f").line_of(("x",))
    assert text.split("\n")[line - 1] == key.split("\n")[0]


# ---------------------------------------------------------------- the command


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_file_settles_nothing_and_names_every_setting(language, tmp_path):
    course = find_course()
    text = first_settings(course, language)
    path = tmp_path / "class.toml"
    path.write_text(text, encoding="utf-8")
    assert read_settings(path, course.chapters) == ClassSettings(course.chapters, title="First Digits")
    # With the examples no longer commented out, it still is a file of settings.
    examples = [line[2:] if line.startswith("# ") and _is_setting(line) else line for line in text.splitlines()]
    kept = [line for number, line in enumerate(examples) if line not in examples[:number] or not line.startswith("ch")]
    path.write_text("\n".join(_once(kept)), encoding="utf-8")
    settings = read_settings(path, course.chapters)
    assert settings.deadlines and settings.extensions and settings.canvas and settings.moodle_points
    assert settings.late.nothing_after and settings.moodle_columns and settings.page_title


def _is_setting(line: str) -> bool:
    return " = " in line or line.startswith("# [")


def _once(lines: list[str]) -> list[str]:
    """Leave out the second example of a deadline."""
    return [line for number, line in enumerate(lines) if not line.endswith("= 2026-10-12")]


def test_settings_are_begun_checked_and_not_overwritten(mirror_course, invoke):
    begun = invoke("settings", "--new", "class.toml", "--lang", "en")
    assert begun.exit_code == 0 and "class.toml is written" in begun.stderr
    checked = invoke("settings", "class.toml", "--lang", "en")
    assert checked.exit_code == 0
    assert "Chapters that count: ch1_mirror" in checked.stdout and "ch1_mirror: no deadline" in checked.stdout
    again = invoke("settings", "--new", "class.toml", "--lang", "en")
    assert again.exit_code == 4 and "something at class.toml already" in again.stderr
    assert invoke("settings", "--new", "class.toml", "--force").exit_code == 0


def test_meaning_is_said_in_sentences(mirror_course, invoke):
    path = mirror_course.root / "class.toml"
    path.write_text(FULL.replace("ch1_a", "ch1_mirror").replace('"ch2_b",', "").replace("ch2_b = 2026-10-12", ""))
    told = invoke("settings", "class.toml", "--lang", "en").stdout
    assert "ch1_mirror: until 2026-10-12 21:59 UTC" in told
    assert "Who has handed in nothing of a chapter gets 0 points for it once its deadline has passed." in told
    assert "12.5 % of the most there is for each hour that has begun, at most 50 %" in told
    assert "More time for 王, all chapters: +3 days, 0:00:00 (ill)" in told


def test_wrong_settings_end_with_four_parts(mirror_course, invoke):
    (mirror_course.root / "class.toml").write_text("[late]\npercent = 'ten'\n")
    done = invoke("settings", "class.toml", "--lang", "en")
    assert done.exit_code == 4
    said = " ".join(done.stderr.split())
    for part in ("Problem class.toml, line 2", "Expected a number from 0 to 100", 'Got "ten"', "Next step "):
        assert part in said


def test_no_file_and_no_course_are_told(mirror_course, invoke, tmp_path):
    assert "No file of settings" in invoke("settings", "--lang", "en").stderr
    (tmp_path / "empty").mkdir()
    done = invoke("settings", "--new", "--course", str(tmp_path / "empty"), "--lang", "en")
    assert done.exit_code == 4 and "holds no course" in done.stderr
