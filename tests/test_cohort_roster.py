"""Rosters as schools and sites write them: whom they name, in which encoding, and whom a site means."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.cohort.collect import Roster, read_roster
from grader.cohort.collect.roster import folded, orders_of
from grader.cohort.submitted import Learner
from grader.errors import InputError, four_parts
from grader.messages import render


def write(path: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def roster_of(tmp_path: Path, content: bytes | str, encoding: str = "utf-8") -> Roster:
    return read_roster(write(tmp_path / "roster.csv", content, encoding))


def refusal(tmp_path: Path, content: bytes | str, encoding: str = "utf-8") -> str:
    with pytest.raises(InputError) as refused:
        roster_of(tmp_path, content, encoding)
    return told(refused.value)


def told(refused: InputError) -> str:
    parts = four_parts(refused.feedback)
    assert [part for part, _ in parts] == ["problem", "expected", "got", "next_step"]
    return " | ".join(render(message, "en") for _, message in parts)


# ---------------------------------------------------------------- columns


def test_roster_of_ones_own(tmp_path):
    text = "Student ID;Name;E-Mail;Section;GitHub\n17;李明;ming@example.edu;1班;Ming-Li\n18;Zoé;;;\n"
    assert roster_of(tmp_path, text).learners == (
        Learner("17", "李明", "ming@example.edu", "1班", {"github": "Ming-Li"}),
        Learner("18", "Zoé"),
    )


def test_chinese_columns(tmp_path):
    text = "学号\t姓名\t邮箱\t班级\n2024001\t李明\tming@example.edu\t三班\n"
    assert roster_of(tmp_path, text).learners == (Learner("2024001", "李明", "ming@example.edu", "三班"),)


def test_gradebook_of_canvas(tmp_path):
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (4711)\n"
        "    Points Possible,,,,,10\n"
        '"Li, Ming",5,s17,ming,A,\n"Lee, Ann",6,,ann,B,7\n"Student, Test",7,,abc,A,\n'
    )
    assert roster_of(tmp_path, text).learners == (
        Learner("s17", "Li, Ming", "", "A", {"canvas": "5", "sis_user": "s17", "sis_login": "ming"}),
        Learner("ann", "Lee, Ann", "", "B", {"canvas": "6", "sis_login": "ann"}),
    )


@pytest.mark.parametrize(
    "participant", ["Participant 1234567", "参与者1234567", "Teilnehmer/in 1234567", "参与者 1234567"]
)
def test_worksheet_of_moodle(participant, tmp_path):
    text = f"Identifier,Full name,Email address,Status,Grade\n{participant},李明,ming@example.edu,-,\n"
    assert roster_of(tmp_path, text).learners == (
        Learner("ming@example.edu", "李明", "ming@example.edu", "", {"moodle": "1234567"}),
    )


def test_ids_that_only_look_like_participants(tmp_path):
    learners = roster_of(tmp_path, "identifier,name\ns17,Ann\nming@example.edu 5,Ming\n").learners
    assert [(learner.id, learner.other_ids) for learner in learners] == [("s17", {}), ("ming@example.edu 5", {})]


def test_roster_of_gradescope(tmp_path):
    text = "First Name,Last Name,SID,Email,Sections\nMing,Li,s17,ming@example.edu,A\n"
    assert roster_of(tmp_path, text).learners == (Learner("s17", "Ming Li", "ming@example.edu", "A"),)


def test_roster_of_github_classroom(tmp_path):
    text = '"identifier","github_username","github_id","name"\n"Ming Li","ming-li","4711",""\n"Ann","","",""\n'
    assert roster_of(tmp_path, text).learners == (
        Learner("Ming Li", "Ming Li", other_ids={"github": "ming-li"}),
        Learner("Ann", "Ann"),
    )


def test_rows_that_are_short_long_or_empty(tmp_path):
    learners = roster_of(tmp_path, "name,id\n\nAnn,1\n,2\n , \nBob,3,extra,\n").learners
    assert [(learner.id, learner.name) for learner in learners] == [("1", "Ann"), ("2", ""), ("3", "Bob")]


def test_cells_that_want_to_be_more(tmp_path):
    text = 'id,name\n=cmd(),"<script>\nalert(1)</script>"\n../..,"a\u202eb"\n'
    assert [(learner.id, learner.name) for learner in roster_of(tmp_path, text).learners] == [
        ("=cmd()", "<script> alert(1)</script>"),
        ("../..", "a<U+202E>b"),
    ]


# ---------------------------------------------------------------- encodings

MANY = "id,name\n" + "".join(f"{n},{name}\n" for n, name in enumerate(["李明", "欧阳娜娜", "王履", "陈联通"] * 20))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding, tmp_path):
    learners = roster_of(tmp_path, MANY, encoding).learners
    assert [learner.name for learner in learners][:4] == ["李明", "欧阳娜娜", "王履", "陈联通"]


def test_utf16_of_big_ends(tmp_path):
    assert len(roster_of(tmp_path, b"\xfe\xff" + MANY.encode("utf-16-be"))) == 80


def test_two_encodings_name_a_line_of_each(tmp_path):
    content = "id,name\n1,Ann\n2,李明\n".encode() + "3,欧阳娜娜\n".encode("gb18030")
    sentence = refusal(tmp_path, content)
    assert "one encoding in the whole file | line 3 is in UTF-8, and line 4 is not" in sentence
    assert sentence.startswith("The roster roster.csv cannot be read.")


@pytest.mark.parametrize("name", ["Müller", "Zoé Martin", "Åsa", "Zoé\n3,Müller\n4,Ñéw"])
def test_western_encodings_are_not_taken_for_chinese(name, tmp_path):
    sentence = refusal(tmp_path, f"id,name\n1,Ann\n2,{name}\n", "latin-1")
    assert "UTF-8, UTF-16 with a mark at its beginning, or GB18030 | line 3 is in none of them" in sentence


@pytest.mark.parametrize(
    "content, line", [(b"id\n1\n\0\n", 3), (b"\xff\xfei\0d\0\n\0\x00\xd8", 2), (b"\xef\xbb\xbfid\n\xff\n", 2)]
)
def test_no_text_at_all(content, line, tmp_path):
    assert f"line {line} is in none of them" in refusal(tmp_path, content)


# ---------------------------------------------------------------- what cannot be used


def test_id_that_is_there_twice_names_both_lines(tmp_path):
    assert "ANN in line 2 and in line 4" in refusal(tmp_path, "id,name\nANN,a\nbob,b\nann,c\n").replace(
        "ann in", "ANN in"
    )
    assert "Ming in line 2 and in line 3" in refusal(tmp_path, "id,github\n1,ming\n2,Ming\n")
    # One row over three lines: the line on which it ends.
    assert "1 in line 4 and in line 5" in refusal(tmp_path, 'id,name\n1,"a\n\nb"\n1,c\n')


@pytest.mark.parametrize(
    "content, got",
    [
        ("", "an empty file"),
        ("\n\n", "an empty file"),
        ("id,name\n", "a header and nothing below it"),
        ("Name,Age\nAnn,17\n", "the columns Name, Age"),
        ("id,name\n,Ann\n", "none in line 2"),
        ("id,name\n1," + "x" * 200_000 + "\n", "line 2: field larger than field limit"),
    ],
)
def test_what_is_no_roster(content, got, tmp_path):
    assert got in refusal(tmp_path, content)


def test_roster_that_is_not_there(tmp_path):
    for path, got in ((tmp_path / "none.csv", "No such file"), (tmp_path, "something that is not a file")):
        with pytest.raises(InputError) as refused:
            read_roster(path)
        assert got in told(refused.value)


def test_roster_that_is_far_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.cohort.collect.roster_text.MAX_BYTES", 2**20)
    assert "at most 1 MiB | more than that" in refusal(tmp_path, "id\n" + "1" * 2**20)


# ---------------------------------------------------------------- whom a site means

CLASS = Roster(
    [
        Learner("s1", "Li, Ming", "Ming@Example.edu", other_ids={"canvas": "5", "sis_login": "mli"}),
        Learner("s2", "Ann Lee", "ann@example.edu", other_ids={"github": "Ann-Lee"}),
        Learner("s3", "Ming Li"),
        Learner("s4", "Åsa Ångström"),
        Learner("5", "Jean-Luc Picard"),
    ]
)


@pytest.mark.parametrize(
    "seen, is_school_id, learner_id",
    [
        (Learner("5", "x", other_ids={"canvas": "5"}), False, "s1"),
        (Learner("5", "x", other_ids={"moodle": "5"}), False, None),
        (Learner("5"), True, "5"),
        (Learner("S2"), True, "s2"),
        (Learner("MLI"), True, "s1"),
        (Learner("ann-lee"), True, "s2"),
        (Learner("x", other_ids={"github": "ANN-LEE"}), True, "s2"),
        (Learner("x", email="MING@example.edu"), False, "s1"),
        (Learner("ann@example.edu"), True, "s2"),
        (Learner("x", "Åsa Ångström".encode().decode().replace("Å", "A\u030a")), False, "s4"),
        (Learner("x", "picard jean-luc"), False, "5"),
        (Learner("x", "picardjeanluc"), False, "5"),
        (Learner("x", "Ming Li"), False, "s3"),
        (Learner("x", "Li Ming"), False, "s1"),
        (Learner("x", "Nobody"), False, None),
        (Learner("x", ""), False, None),
    ],
)
def test_whom_a_site_means(seen, is_school_id, learner_id):
    found = CLASS.find(seen, is_school_id)
    assert (found.learner and found.learner.id) == learner_id
    assert found.note is None


def test_two_learners_with_one_email_are_matched_by_name():
    pair = Roster([Learner("a", "Ann", "shared@example.edu"), Learner("b", "Bob", "shared@example.edu")])
    assert pair.find(Learner("x", "Bob", "shared@example.edu")).learner == pair.learners[1]
    assert pair.find(Learner("x", "Eve", "shared@example.edu")).learner is None


# ---------------------------------------------------------------- laws

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
WORDS = st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=6), min_size=1, max_size=5)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.dictionaries(st.integers(1, 10**9), TEXTS, min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_every_learner_comes_back(rows, encoding, delimiter, tmp_path):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["id", "name"])
    writer.writerows((f"s{number}", name) for number, name in rows.items())
    roster = roster_of(tmp_path, text.getvalue(), encoding)
    assert [learner.id for learner in roster.learners] == [f"s{number}" for number in rows]
    assert all(roster.find(Learner(f"S{number}"), True).learner.id == f"s{number}" for number in rows)
    assert all(learner.name.isprintable() or " " in learner.name for learner in roster.learners)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200)
    | st.tuples(st.sampled_from([b"id,name\n", b"Identifier;Email\n", b"\xff\xfe"]), st.binary(max_size=100)).map(
        b"".join
    )
)
def test_any_bytes_are_a_roster_or_refused_in_words(content, tmp_path):
    try:
        roster = roster_of(tmp_path, content)
    except InputError as refused:
        told(refused)
    else:
        assert len({folded(learner.id) for learner in roster.learners}) == len(roster) > 0


@given(words=WORDS)
def test_order_of_first_and_last_name_does_not_matter(words):
    name, turned = " ".join(words), ", ".join([" ".join(words[1:]), words[0]]) if len(words) > 1 else words[0]
    assert set(orders_of(name)) == set(orders_of(turned))
    assert orders_of(name)[0] == orders_of(name.upper().lower())[0] or name.upper().lower() != name.lower()
