"""What teachers decide by hand: it stands until it is taken back, whatever is graded; and `grader override`."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys

import pytest
from sqlalchemy import text

from grader.cohort.commands import deciding_cli
from grader.cohort.gradebook import GradebookError, open_gradebook
from grader.cohort.gradings import Conditions, Grading
from grader.cohort.submitted import Learner, Submitted
from grader.messages import render

MOMENT = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
HOSTILE_NAME = "=cmd()\n99  bob, ch1_x\x1b[2J\u202e"


@pytest.fixture
def book(fresh_place):
    with open_gradebook(fresh_place()) as opened:
        for name in ("ada", "bob"):
            opened.take_in(Submitted(Learner(name), 1, {}, name), ["ch1_x", "ch2_y"])
        yield opened


def standing(book):
    return {(one.learner_id, one.chapter): (one.points, one.comment) for one in book.overrides()}


def test_decision_says_who_when_and_why(book):
    number = book.override("ada", "ch1_x", 7.5, "well argued", "Ms Lee", "oral exam", MOMENT)
    (one,) = book.overrides()
    assert (one.id, one.learner_id, one.chapter, one.points, one.comment) == (
        number,
        "ada",
        "ch1_x",
        7.5,
        "well argued",
    )
    assert (one.who, one.why, one.at, one.withdraws) == ("Ms Lee", "oral exam", MOMENT, None)


def test_decision_without_a_moment_is_made_now(book):
    book.override("ada", "ch1_x", 1, "", "w", "y")
    assert abs(datetime.datetime.now(datetime.UTC) - book.overrides()[0].at) < datetime.timedelta(minutes=1)


def test_last_decision_stands_for_each_learner_and_chapter(book):
    for learner, chapter, points in [
        ("ada", "ch1_x", 1),
        ("bob", "ch1_x", 2),
        ("ada", "ch2_y", 3),
        ("ada", "ch1_x", 4),
    ]:
        book.override(learner, chapter, points, "", "w", "y")
    assert standing(book) == {("bob", "ch1_x"): (2, ""), ("ada", "ch2_y"): (3, ""), ("ada", "ch1_x"): (4, "")}
    assert [one.points for one in book.overrides(history=True)] == [1, 2, 3, 4]


def test_what_was_decided_before_stands_again_after_withdrawal(book):
    book.override("ada", "ch1_x", 1, "first", "w", "y")
    second = book.override("ada", "ch1_x", 2, "second", "w", "y")
    book.withdraw(second, "Mr Wu", "a slip")
    assert standing(book) == {("ada", "ch1_x"): (1, "first")}
    last = book.overrides(history=True)[-1]
    assert (last.withdraws, last.who, last.why, last.learner_id, last.chapter) == (
        second,
        "Mr Wu",
        "a slip",
        "ada",
        "ch1_x",
    )


def test_comment_alone_leaves_the_points_that_were_decided(book):
    book.override("ada", "ch1_x", None, "Nice.", "w", "y")
    assert standing(book) == {("ada", "ch1_x"): (None, "Nice.")}
    first = book.override("ada", "ch1_x", 6, "", "w", "y")
    book.override("ada", "ch1_x", None, "See me.", "w", "y")
    assert standing(book) == {("ada", "ch1_x"): (6, "See me.")}
    book.withdraw(first, "w", "y")
    assert standing(book) == {("ada", "ch1_x"): (None, "See me.")}


def test_decision_stays_through_grading_anew(book):
    book.override("ada", "ch1_x", 5, "", "w", "y")
    before = book.overrides()
    for _ in range(2):
        for job in book.claim("one", 9, 60, Conditions()):
            book.keep("one", job.grading_id, Grading(None, None, "d"))
        book.open_round([work.grading_id for work in book.works()])
    book.take_in(Submitted(Learner("ada", "Ada"), 2, {"ch1_x.py": b""}, "later"), ["ch1_x"])
    assert book.overrides() == before == book.overrides(history=True)


@pytest.mark.parametrize("statement", ["UPDATE overrides SET points = 9", "DELETE FROM overrides"])
def test_no_program_changes_what_was_decided(book, statement):
    book.override("ada", "ch1_x", 5, "", "w", "y")
    with pytest.raises(GradebookError, match="the database refused") as told, book._writing() as connection:
        connection.execute(text(statement))
    assert "decisions are withdrawn by a further entry, never changed" in render(told.value.feedback.got, "en")
    assert [one.points for one in book.overrides()] == [5]


@pytest.mark.parametrize(
    "learner, points, comment, who, why, words",
    [
        ("eve", 1, "", "w", "y", "no learner with the id eve"),
        ("ada", -1, "", "w", "y", "No learner can get -1 points"),
        ("ada", float("nan"), "", "w", "y", "No learner can get nan points"),
        ("ada", float("inf"), "", "w", "y", "No learner can get inf points"),
        ("ada", None, " ", "w", "y", "decides nothing"),
        ("ada", 1, "", " ", "y", "who made it, and why"),
        ("ada", 1, "", "w", "", "who made it, and why"),
    ],
)
def test_decision_that_says_too_little_is_refused(book, learner, points, comment, who, why, words):
    with pytest.raises(GradebookError, match=words) as told:
        book.override(learner, "ch1_x", points, comment, who, why)
    assert told.value.feedback.expected and told.value.feedback.got and told.value.feedback.next_step
    assert book.overrides(history=True) == []


def test_withdrawal_is_refused_where_nothing_stands(book):
    number = book.override("ada", "ch1_x", 1, "", "w", "y")
    with pytest.raises(GradebookError, match="who made it, and why"):
        book.withdraw(number, "w", "")
    book.withdraw(number, "w", "y")
    with pytest.raises(GradebookError, match=f"decision {number} is taken back already"):
        book.withdraw(number, "w", "y")
    with pytest.raises(GradebookError, match=f"no decision {number + 1}"):
        book.withdraw(number + 1, "w", "a withdrawal is withdrawn")
    assert len(book.overrides(history=True)) == 2


# ---------------------------------------------------------------- the command


@pytest.fixture
def override(tmp_path, monkeypatch, invoke):
    """Type `grader override` in a folder with a gradebook; return the exit status and the words."""
    with open_gradebook(tmp_path / "gradebook.sqlite") as book:
        book.set_roster(
            [Learner("a1", "Ada", "ada@b.c"), Learner("b1", "Bob"), Learner("b2", "bob"), Learner("h", HOSTILE_NAME)]
        )
        book.take_in(Submitted(Learner("a1"), 1, {}, "x"), ["ch1_own", "ch1_other"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIRST_DIGITS_GRADEBOOK", raising=False)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def run(*words, **more):
        done = invoke("override", *words, **more)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def test_decision_is_made_listed_and_taken_back(override):
    status, words = override(
        "a1", "ch1_own", "--points", "7.5", "--comment", "well argued", "--why", "oral", "--who", "Lee"
    )
    assert status == 0
    assert re.fullmatch(
        r"1  a1 \(Ada\), ch1_own\n    7\.5 points\n    comment: well argued\n    Lee, .* UTC: oral\n", words
    )
    assert override("--list") == (0, words)
    assert override("--withdraw", "1", "--why", "a slip", "--who", "Wu")[0] == 0
    assert override("--list") == (0, "Nothing was decided by hand.\n")
    status, history = override("--history")
    assert history.startswith(words) and "2  a1 (Ada), ch1_own\n    takes back decision 1\n    Wu, " in history


@pytest.mark.parametrize("learner", ["a1", "Ada", "ada", "ADA@B.C"])
def test_learner_is_found_by_id_email_or_name(override, learner):
    assert "a1 (Ada), ch1_own" in override(learner, "ch1_own", "--points", "1", "--why", "y")[1]


@pytest.mark.parametrize("typed, found", [("ch1_ow", "ch1_own"), ("ch2", "ch2_first_model")])
def test_chapter_is_found_by_its_beginning_in_gradebook_and_course(override, typed, found):
    assert f"a1 (Ada), {found}" in override("a1", typed, "--points", "1", "--why", "y")[1]


def test_decider_is_the_user_of_the_machine(override, monkeypatch):
    monkeypatch.setattr(deciding_cli.getpass, "getuser", lambda: "小王")
    assert "小王, " in override("a1", "ch1_own", "--points", "1", "--why", "y")[1]


def test_user_without_a_name_is_asked_for_one(override, monkeypatch):
    def nobody():
        raise KeyError("uid not found")

    monkeypatch.setattr(deciding_cli.getpass, "getuser", nobody)
    status, words = override("a1", "ch1_own", "--points", "1", "--why", "y")
    assert status == 4 and "says who made it, and why" in words


def test_hostile_name_stays_in_its_line(override):
    _, words = override("h", "ch1_own", "--points", "1", "--why", HOSTILE_NAME, "--comment", HOSTILE_NAME, "--who", "w")
    assert len(words.splitlines()) == 4 and "\x1b" not in words and "\u202e" not in words
    assert [line[:4] for line in words.splitlines()[1:]] == ["    "] * 3


@pytest.mark.parametrize(
    "words, told",
    [
        (["zoe", "ch1_own"], "There is no learner zoe in the gradebook"),
        (["bob", "ch1_own"], "more than one learner bob"),
        (["a1", "ch9"], "There is no chapter ch9"),
        (["a1", "ch1_o"], "more than one chapter that begins with ch1_o"),
        (["a1"], "not said whose points are decided"),
        ([], "not said whose points are decided"),
        (["a1", "ch1_own", "--points", "-1", "--why", "y"], "No learner can get -1 points"),
        (["a1", "ch1_own", "--points", "1"], "who made it, and why"),
        (["--withdraw", "5", "--why", "y"], "There is no decision 5"),
        (["--list", "--gradebook", "none.sqlite"], "There is no gradebook at none.sqlite"),
    ],
)
def test_what_cannot_be_done_is_told_in_four_parts(override, words, told):
    status, said = override(*words)
    assert status == 4 and told in " ".join(said.split())
    parts = [said.index(f"{part}  ") for part in ("Problem", "Expected", "Got", "Next step")]
    assert parts == sorted(parts)
    assert override("--history") == (0, "Nothing was decided by hand.\n")


def test_gradebook_is_taken_from_the_environment(override, tmp_path):
    with open_gradebook(tmp_path / "other.sqlite") as book:
        book.set_roster([Learner("zoe")])
    environment = {"FIRST_DIGITS_GRADEBOOK": str(tmp_path / "other.sqlite")}
    assert override("zoe", "ch1_concepts", "--points", "1", "--why", "y", env=environment)[0] == 0
    assert override("--list") == (0, "Nothing was decided by hand.\n")


def test_without_the_extra_the_command_says_how_to_install_it(override, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    status, words = override("--list")
    assert status == 4 and 'pip install -e ".[class]"' in words


def test_grader_starts_without_the_extra():
    program = (
        "import sys\n"
        "for name in ('sqlalchemy', 'alembic', 'psycopg'): sys.modules[name] = None\n"
        "from grader.cli import app\n"
        "app(['override', '--help'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "--withdraw" in done.stdout, done.stderr
