"""The gradebook, on SQLite and PostgreSQL: what goes in comes out, and each job is done once."""

from __future__ import annotations

import datetime
import itertools

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.cohort.gradebook import GradebookError, open_gradebook
from grader.cohort.gradebook.columns import from_stored, to_storable
from grader.cohort.gradebook.packing import pack_grading, unpack_grading
from grader.cohort.gradings import MOST_TRIES, Conditions, Grading
from grader.cohort.submitted import Learner, Refusal, Submitted
from grader.messages import Message, say
from grader.results import (
    ChapterResult,
    CheckResult,
    Curve,
    Feedback,
    Misread,
    ModelPicture,
    Place,
    Surroundings,
    TaskResult,
    Verdict,
)

HOSTILE = ["=cmd()", "<script>alert(1)</script>", "../..", "a\nb\r", "小明", "\x00", "\udc80", "\x1a0000", "'; --", ""]
LONG = "界" * 4000
MOMENT = datetime.datetime(2026, 3, 1, 23, 59, 59, 999999, datetime.UTC)
COUNTER = itertools.count()
CONDITIONS = Conditions("landlock", "full", "/srv/课程")


@pytest.fixture
def book(fresh_place):
    with open_gradebook(fresh_place()) as opened:
        yield opened


def submitted(name, origin="", attempt=1, files=None, **more):
    files = {"ch1_x.py": b"x = 1\n"} if files is None else files
    return Submitted(Learner(name), attempt, files, origin or f"class.zip/{name}", **more)


def graded(text="", points=2.0, verdict=Verdict.PASS):
    check = CheckResult("test_a", say("It is right."), points, verdict, Feedback(say("Wrong."), output=text))
    result = ChapterResult("ch1_x", say("One"), "ch1_x.py", (TaskResult("f", points, (check,)),))
    return Grading(result, Surroundings("landlock", say("well"), "sample", 7, {"numpy": "2.1"}), "d" * 64, "", 1.5, 2.0)


def keep_all(book, who="grader", grading=None, lease_s=60.0):
    """Grade what waits; return the ids."""
    jobs = list(itertools.chain.from_iterable(iter(lambda: book.claim(who, 7, lease_s, CONDITIONS), [])))
    for job in jobs:
        assert book.keep(who, job.grading_id, grading or graded(job.learner_id))
    return [job.grading_id for job in jobs]


# ---------------------------------------------------------------- taking in


def test_what_is_taken_in_comes_back(book):
    files = {"ch1_x.py": b"x = 1\n", "ch2_y.ipynb": bytes(range(256)) * 50, "空.py": b""}
    one = Submitted(Learner("ada", "Ada", "a@b.c", "2", {"moodle": "7"}), 3, files, "class.zip/ada", MOMENT, True)
    number = book.take_in(one, ["ch1_x", "ch2_y"])
    assert book.files(number) == files
    (line,) = book.submissions()
    assert (line.id, line.learner, line.attempt, line.digest) == (number, one.learner, 3, one.digest)
    assert (line.origin, line.handed_in_at, line.said_late) == ("class.zip/ada", MOMENT, True)
    assert line.chapters == {"ch1_x": "waiting", "ch2_y": "waiting"} and book.chapters() == ["ch1_x", "ch2_y"]


def test_moment_of_another_zone_comes_back_in_utc(book):
    there = MOMENT.astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    book.take_in(submitted("ada", handed_in_at=there), [])
    assert book.submissions()[0].handed_in_at == MOMENT
    assert book.submissions()[0].handed_in_at.utcoffset() == datetime.timedelta(0)


def test_taking_in_again_changes_nothing(book):
    first = book.take_in(submitted("ada", handed_in_at=MOMENT), ["ch1_x"])
    keep_all(book)
    before = book.submissions(), list(book.works())
    assert book.take_in(submitted("ada", handed_in_at=MOMENT), ["ch1_x"]) == first
    assert (book.submissions(), list(book.works())) == before and book.waiting() == 0


def test_each_of_learner_origin_and_files_makes_another_submission(book):
    works = [submitted("ada"), submitted("bob", "class.zip/ada"), submitted("ada", "b"), submitted("ada", files={})]
    assert len({book.take_in(work, []) for work in works}) == 4


def test_what_the_site_says_later_corrects_what_it_said(book):
    book.take_in(submitted("ada", said_late=True), ["ch1_x"])
    book.take_in(submitted("ada", attempt=2, handed_in_at=MOMENT), ["ch2_y"])
    (line,) = book.submissions()
    assert (line.attempt, line.handed_in_at, line.said_late) == (2, MOMENT, True)
    assert set(line.chapters) == {"ch1_x", "ch2_y"}


def test_roster_replaces_what_is_known_and_removes_nobody(book):
    book.take_in(submitted("ada"), [])
    book.take_in(submitted("zoe"), [])
    book.set_roster(
        [Learner("bob", "Bob"), Learner("ada", "Ada", "a@b.c", "1", {"canvas": "5"}), Learner("bob", "Rob")]
    )
    assert [(one.id, one.name) for one in book.learners()] == [("ada", "Ada"), ("bob", "Rob"), ("zoe", "")]
    assert book.learners()[0] == Learner("ada", "Ada", "a@b.c", "1", {"canvas": "5"})


def test_submission_fills_in_what_the_roster_leaves_open(book):
    book.set_roster([Learner("ada", "Ada", other_ids={"canvas": "5"})])
    book.take_in(Submitted(Learner("ada", "ada_l", "a@b.c", other_ids={"moodle": "7"}), 1, {}, "x"), [])
    assert book.learners() == [Learner("ada", "Ada", "a@b.c", "", {"canvas": "5", "moodle": "7"})]


def test_refusal_is_kept_once_with_the_last_words(book):
    for words in ("It is damaged.", "It is a bomb."):
        book.note_refusal(Refusal("class.zip/bob.zip", Feedback(say(words), got=say("{n}", n=1.5)), Learner("bob")))
    book.note_refusal(Refusal("class.zip/x.rar", Feedback(say("It is a .rar."))))
    assert [(one.origin, one.feedback.problem.text) for one in book.refusals()] == [
        ("class.zip/bob.zip", "It is a bomb."),
        ("class.zip/x.rar", "It is a .rar."),
    ]
    assert book.refusals()[0].learner == Learner("bob") and book.refusals()[1].learner is None


def test_refusal_goes_when_a_later_run_takes_the_same_in(fresh_place):
    place = fresh_place()
    with open_gradebook(place) as book:
        book.note_refusal(Refusal("class.zip/ada", Feedback(say("One file is damaged."))))
        book.take_in(submitted("ada"), ["ch1_x"])
        assert len(book.refusals()) == 1, "the same run found both"
    with open_gradebook(place) as book:
        book.take_in(submitted("ada"), ["ch1_x"])
        assert book.refusals() == []


# ---------------------------------------------------------------- any text, any number


@pytest.mark.parametrize("text", [*HOSTILE, LONG], ids=range(len(HOSTILE) + 1))
def test_hostile_text_is_stored_and_comes_back(book, text):
    learner = Learner(f"id{text}", text, text, text, {f"k{text}": text})
    number = book.take_in(Submitted(learner, 1, {f"{text}.py": b""}, f"o{text}"), ["ch1_x"])
    book.note_refusal(Refusal(text, Feedback(say("{x}", x=text), output=text), learner))
    (job,) = book.claim(f"w{text}", 1, 60, Conditions(course=text))
    assert job.learner_id == learner.id and book.keep(f"w{text}", job.grading_id, graded(text))
    work = book.work(job.grading_id)
    assert work.learner == learner and work.origin == f"o{text}" and work.graded_by == f"w{text}"
    assert work.grading == graded(text) and work.conditions == Conditions(course=text)
    assert book.files(number) == {f"{text}.py": b""}
    assert book.refusals() == [Refusal(text, Feedback(say("{x}", x=text), output=text), learner)]
    book.override(learner.id, "ch1_x", 1, f"c{text}", f"w{text}", f"y{text}")
    assert [(one.comment, one.who, one.why) for one in book.overrides()] == [(f"c{text}", f"w{text}", f"y{text}")]


# Two halves of a pair side by side are the same as the pair for every program that reads JSON.
any_text = st.text(st.characters(exclude_categories=()), max_size=20).filter(
    lambda text: text == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
any_float = st.floats(allow_nan=True, allow_infinity=True)
messages = st.recursive(
    st.builds(Message, any_text),
    lambda inner: st.builds(
        Message,
        any_text,
        st.dictionaries(any_text, any_text | any_float | st.integers(-(2**63), 2**63 - 1) | inner, max_size=2),
    ),
    max_leaves=3,
)
places = st.builds(Place, any_text, st.integers(1, 9), any_text, any_text)
feedbacks = st.builds(Feedback, messages, st.none() | messages, places=st.tuples(places), output=any_text)
checks = st.builds(CheckResult, any_text, messages, any_float, st.sampled_from(Verdict), st.none() | feedbacks)
curves = st.builds(Curve, st.dictionaries(any_text, st.lists(any_float, max_size=3).map(tuple), max_size=2))
misread = st.builds(Misread, st.binary(max_size=9), st.integers(0, 9), st.integers(0, 9), any_float)
pictures = st.builds(ModelPicture, st.none() | curves, misread=st.tuples(misread), accuracy=st.none() | any_float)
tasks = st.builds(TaskResult, any_text, any_float, st.lists(checks, max_size=2).map(tuple))
chapters = st.builds(
    ChapterResult, any_text, messages, st.none() | any_text, st.lists(tasks, max_size=2).map(tuple), learner=pictures
)
surroundings = st.builds(Surroundings, any_text, messages, any_text, st.integers(0, 9), st.just({"a": "1"}))
gradings = st.builds(Grading, st.none() | chapters, st.none() | surroundings, any_text, any_text, any_float, any_float)
known_learners = st.builds(Learner, any_text, any_text, any_text, any_text, st.dictionaries(any_text, any_text))


@given(gradings)
@settings(max_examples=150, deadline=None)
def test_any_grading_comes_back_from_its_packing(grading):
    # NaN is no number's equal, and is written the same.
    assert repr(unpack_grading(pack_grading(grading))) == repr(grading)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_storable_and_comes_back(text):
    stored = to_storable(text)
    assert "\x00" not in stored and stored.encode().decode() == stored and from_stored(stored) == text


def test_ordinary_text_is_stored_as_it_is():
    assert to_storable("Zoë 小明 =cmd() \\x1a ☃") == "Zoë 小明 =cmd() \\x1a ☃"


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_submission_and_result_come_back(fresh_book, data):
    book = fresh_book
    learner = data.draw(known_learners)
    book.set_roster([learner])
    moment = data.draw(st.none() | st.datetimes(timezones=st.just(datetime.UTC)))
    files = data.draw(st.dictionaries(any_text, st.binary(max_size=60), max_size=3))
    late, origin = data.draw(st.none() | st.booleans()), f"{data.draw(any_text)}{next(COUNTER)}"
    grading = data.draw(gradings)
    number = book.take_in(Submitted(learner, 1, files, origin, moment, late), ["ch1_x"])
    (line,) = [line for line in book.submissions() if line.id == number]
    assert (line.learner, line.origin) == (learner, origin) and book.files(number) == files
    assert (line.handed_in_at, line.said_late) == (moment, late)
    (job,) = book.claim("w", 1, 60, CONDITIONS)
    assert job.files == files and book.keep("w", job.grading_id, grading)
    assert repr(book.work(job.grading_id).grading) == repr(grading)


@pytest.fixture
def fresh_book(book):
    """One gradebook for all examples of a test: a database for each would take minutes."""
    return book


# ---------------------------------------------------------------- who grades what


def test_job_has_what_grading_needs_and_its_conditions_are_kept(book):
    book.take_in(submitted("ada"), ["ch1_x", "ch2_y"])
    jobs = book.claim("one", 5, 60, CONDITIONS)
    assert [(job.chapter, job.learner_id, job.tries) for job in jobs] == [("ch1_x", "ada", 0), ("ch2_y", "ada", 0)]
    assert jobs[0].files == {"ch1_x.py": b"x = 1\n"}
    assert book.submissions()[0].chapters == {"ch1_x": "claimed", "ch2_y": "claimed"} and book.waiting() == 2
    before = datetime.datetime.now(datetime.UTC)
    assert book.keep("one", jobs[0].grading_id, graded())
    work = book.work(jobs[0].grading_id)
    assert (work.conditions, work.graded_by, work.round, work.grading) == (CONDITIONS, "one", 1, graded())
    assert abs((work.graded_at - before).total_seconds()) < 30
    assert book.submissions()[0].chapters == {"ch1_x": "done", "ch2_y": "claimed"} and book.waiting() == 1


def test_claimed_job_is_nobody_elses_until_its_lease_ends(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    (job,) = book.claim("one", 5, 60, CONDITIONS)
    assert book.claim("two", 5, 60, CONDITIONS) == [] == book.claim("one", 5, 60, CONDITIONS)
    book.extend("two", [job.grading_id], -1)
    assert book.claim("two", 5, 60, CONDITIONS) == [], "another's lease was ended"
    book.extend("one", [job.grading_id], -1)
    (again,) = book.claim("two", 5, 60, CONDITIONS)
    assert (again.grading_id, again.tries) == (job.grading_id, 1)


def test_result_of_one_whose_job_went_to_another_is_not_stored(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    (job,) = book.claim("one", 5, -1, CONDITIONS)
    assert book.claim("two", 5, 60, CONDITIONS)
    assert not book.keep("one", job.grading_id, graded("one's"))
    assert book.waiting() == 1 and list(book.works()) == []
    assert book.keep("two", job.grading_id, graded("two's"))
    assert not book.keep("one", job.grading_id, graded("one's"))
    assert [work.grading for work in book.works()] == [graded("two's")]


def test_lease_that_ran_out_costs_nothing_where_nobody_took_the_job(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    (job,) = book.claim("one", 5, -1, CONDITIONS)
    assert book.keep("one", job.grading_id, graded())


def test_same_result_twice_is_stored_once_and_another_is_not(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    (job,) = book.claim("one", 5, 60, CONDITIONS)
    assert book.keep("one", job.grading_id, graded()) and book.keep("one", job.grading_id, graded())
    assert not book.keep("one", job.grading_id, graded("other"))
    assert [work.grading for work in book.works()] == [graded()]


def test_those_tried_least_come_first(book):
    for name in ("ada", "bob", "cyd"):
        book.take_in(submitted(name), ["ch1_x"])
    (first,) = book.claim("one", 1, 60, CONDITIONS)
    book.give_back("one", first.grading_id, failed=True)
    assert [(job.learner_id, job.tries) for job in book.claim("one", 9, 60, CONDITIONS)] == [
        ("bob", 0),
        ("cyd", 0),
        ("ada", 1),
    ]


def test_job_given_back_unharmed_has_no_try_more(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    for _ in range(MOST_TRIES + 2):
        (job,) = book.claim("one", 1, 60, CONDITIONS)
        assert job.tries == 0
        book.give_back("two", job.grading_id, failed=False)
        assert book.claim("two", 1, 60, CONDITIONS) == [], "another gave it back"
        book.give_back("one", job.grading_id, failed=False)


@pytest.mark.parametrize("way", ["given back", "lease ran out"])
def test_third_failure_ends_it_as_the_graders_own_and_never_as_0_points(book, way):
    book.take_in(submitted("ada"), ["ch1_x"])
    for tries in range(MOST_TRIES):
        (job,) = book.claim("one", 1, 60 if way == "given back" else -1, CONDITIONS)
        assert job.tries == tries
        if way == "given back":
            book.give_back("one", job.grading_id, failed=True)
    assert book.waiting() == 1
    assert book.claim("two", 1, 60, CONDITIONS) == [] and book.waiting() == 0
    (work,) = book.works()
    assert work.grading.result is None and "begun 3 times" in work.grading.failure
    assert not book.keep("one", job.grading_id, graded())


def test_claims_of_many_files_and_ids_at_once(book):
    for number in range(40):
        book.take_in(submitted(f"l{number}", files={"a.py": b"%d" % number}), [f"ch{k}_x" for k in range(20)])
    jobs = book.claim("one", 10_000, 60, CONDITIONS)
    assert len({job.grading_id for job in jobs}) == 800
    assert all(job.files == {"a.py": job.learner_id[1:].encode()} for job in jobs)
    book.extend("one", [job.grading_id for job in jobs], -1)
    assert len(book.claim("two", 10_000, 60, CONDITIONS)) == 800
    assert book.claim("two", 0, 60, CONDITIONS) == []


# ---------------------------------------------------------------- grading anew


def test_old_results_count_until_the_new_ones_are_done(book):
    for name in ("ada", "bob"):
        book.take_in(submitted(name), ["ch1_x", "ch2_y"])
    keep_all(book, grading=graded("old"))
    anew = [work.grading_id for work in book.works("ch1_x")]
    assert book.open_round(anew) == 2
    assert {work.grading.result.tasks[0].checks[0].feedback.output for work in book.works()} == {"old"}
    assert book.submissions()[0].chapters == {"ch1_x": "waiting", "ch2_y": "done"}
    (job,) = book.claim("one", 1, 60, CONDITIONS)
    book.keep("one", job.grading_id, graded("new"))
    told = {(work.learner.id, work.chapter): (work.round, work.grading == graded("new")) for work in book.works()}
    assert told == {
        ("ada", "ch1_x"): (2, True),
        ("ada", "ch2_y"): (1, False),
        ("bob", "ch1_x"): (1, False),
        ("bob", "ch2_y"): (1, False),
    }
    assert [(work.round, work.learner.id) for work in book.works("ch1_x", all_rounds=True)] == [
        (1, "ada"),
        (2, "ada"),
        (1, "bob"),
    ]


def test_round_opened_twice_is_graded_once(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    (number,) = keep_all(book)
    assert book.open_round([number, number]) == 2 == book.open_round([number])
    assert book.waiting() == 1
    keep_all(book)
    assert book.open_round([number]) == 3 and book.open_round([]) == 3


def test_round_opened_while_another_is_graded_waits_for_its_turn(book):
    book.take_in(submitted("ada"), ["ch1_x"])
    (number,) = keep_all(book)
    book.open_round([number])
    book.claim("slow", 1, 60, CONDITIONS)
    assert book.open_round([number]) == 3 and book.waiting() == 2


def test_works_may_be_read_while_others_write(book):
    for number in range(100):
        book.take_in(submitted(f"l{number:03}"), ["ch1_x"])
    keep_all(book)
    seen = []
    for work in book.works():
        seen.append(work.learner.id)
        book.open_round([work.grading_id])
    assert seen == [f"l{number:03}" for number in range(100)] and book.waiting() == 100


# ---------------------------------------------------------------- the two databases


def test_both_databases_give_the_same(postgresql, tmp_path):
    def all_of_it(place):
        with open_gradebook(place) as book:
            book.set_roster([Learner(text or "nobody", text) for text in HOSTILE])
            for number, text in enumerate(["b", "a", "B", "ä", "_", *HOSTILE]):
                book.take_in(submitted(f"x{text}", said_late=[None, True, False][number % 3]), ["ch2_y", "ch1_x"])
            for job in book.claim("one", 9, 60, CONDITIONS):
                book.keep("one", job.grading_id, graded(job.learner_id))
            for job in book.claim("two", 4, 60, CONDITIONS):
                book.give_back("two", job.grading_id, failed=True)
            book.open_round([work.grading_id for work in book.works("ch1_x")])
            book.withdraw(book.override("xb", "ch1_x", 2.5, "", "w", "y", MOMENT), "w", "y")
            book.override("xa", "ch1_x", None, "well done", "w", "y", MOMENT)
            works = [msgspec.structs.replace(work, graded_at=MOMENT) for work in book.works(all_rounds=True)]
            entries = [msgspec.structs.replace(one, at=MOMENT) for one in book.overrides(history=True)]
            return works, book.submissions(), book.learners(), book.overrides(), entries, book.waiting()

    assert all_of_it(tmp_path / "g.sqlite") == all_of_it(postgresql())


@pytest.mark.parametrize("number", [0, -1, 99, 2**31, 2**70])
def test_number_that_nothing_has_is_told(book, number):
    book.take_in(submitted("ada"), ["ch1_x"])
    for call in (book.work, book.files, lambda n: book.withdraw(n, "w", "y")):
        with pytest.raises(GradebookError, match=f"There is no .* {number} in the gradebook") as told:
            call(number)
        assert told.value.feedback.expected and told.value.feedback.got and told.value.feedback.next_step
    with pytest.raises(GradebookError):
        book.work(1)
