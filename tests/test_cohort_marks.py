"""What a learner gets: late work, which submission counts, the grader's own failures, what was decided by hand."""

from __future__ import annotations

import datetime
import random

import hypothesis
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cohort.gradings import GradedWork, Grading, Mark, Override, Status
from grader.cohort.marks import marks_in, marks_of, penalty_for
from grader.cohort.settings import ClassSettings, Counts, Extension, Late, Missing, Share, Unit
from grader.cohort.submitted import Learner, Refusal
from grader.messages import render, verbatim
from grader.results import ChapterResult, CheckResult, Feedback, TaskResult, Verdict

DAY = datetime.timedelta(days=1)
DEADLINE = datetime.datetime(2026, 10, 12, 22, tzinfo=datetime.UTC)
ANNA = Learner("anna")
FAILED = object()


def settings(**more: object) -> ClassSettings:
    given = {"deadlines": {"ch1": DEADLINE}, "late": Late(percent=10), **more}
    return ClassSettings(("ch1",), **given)  # type: ignore[arg-type]


def result(earned: float, points: float = 20, verdict: Verdict = Verdict.FAIL) -> ChapterResult:
    checks = (
        CheckResult("right", verbatim("Right."), earned, Verdict.PASS),
        CheckResult("wrong", verbatim("Wrong."), points - earned, verdict),
    )
    return ChapterResult("ch1", verbatim("Chapter 1"), None, (TaskResult("task", points, checks),))


def work(
    earned: float | object = 20.0, attempt: int = 1, after: datetime.timedelta | None = -DAY, **more: object
) -> GradedWork:
    """Return a graded work. `after`: how long after the deadline it came; None: nobody knows."""
    grading = Grading(None, None, "", "no memory") if earned is FAILED else Grading(result(earned), None, "")  # type: ignore[arg-type]
    known = {
        "grading_id": attempt,
        "round": 1,
        "learner": ANNA,
        "submission_id": attempt,
        "attempt": attempt,
        "digest": "",
        "origin": f"anna/{attempt}",
        "handed_in_at": None if after is None else DEADLINE + after,
        "said_late": None,
        "chapter": "ch1",
        "grading": grading,
        "graded_at": DEADLINE,
        "graded_by": "here",
    }
    return GradedWork(**{**known, **more})  # type: ignore[arg-type]


def only(works: list[GradedWork], given: ClassSettings | None = None, **more: object) -> Mark:
    (mark,) = marks_of(works, [ANNA], given or settings(), **more)  # type: ignore[arg-type]
    return mark


def override(points: float | None, number: int = 1, learner: str = "anna") -> Override:
    return Override(number, learner, "ch1", points, "Well argued.", "teacher", "talked to her", DEADLINE + number * DAY)


def test_work_in_time_gets_what_it_earned():
    mark = only([work(15)])
    assert (mark.earned, mark.penalty, mark.final, mark.points, mark.late_s) == (15, 0, 15, 20, 0)
    assert (mark.status, mark.attempt, mark.grading_id) == (Status.GRADED, 1, 1)


@pytest.mark.parametrize(
    "late, after, penalty",
    [
        (Late(percent=10), datetime.timedelta(0), 0),
        (Late(percent=10), datetime.timedelta(seconds=1), 1),
        (Late(percent=10), DAY, 1),
        (Late(percent=10), DAY + datetime.timedelta(seconds=1), 2),
        (Late(percent=10, of=Share.MOST), DAY, 2),
        (Late(percent=10, per=Unit.HOUR), datetime.timedelta(hours=2.5), 3),
        (Late(percent=10, at_most=25), 9 * DAY, 2.5),
        (Late(percent=10, of=Share.MOST), 9 * DAY, 10),
        (Late(percent=10, nothing_after=2 * DAY), 2 * DAY, 2),
        (Late(percent=10, nothing_after=2 * DAY), 2 * DAY + datetime.timedelta(seconds=1), 10),
        (Late(percent=0, nothing_after=2 * DAY), 3 * DAY, 10),
        (Late(percent=10, grace=DAY), DAY, 0),
        (Late(percent=10, grace=DAY), 2 * DAY, 1),
        (Late(), 90 * DAY, 0),
    ],
)
def test_lateness_costs_what_is_settled(late, after, penalty):
    mark = only([work(10, after=after)], settings(late=late))
    assert (mark.earned, mark.penalty, mark.final) == (10, penalty, 10 - penalty)


def test_seconds_late_count_from_deadline_and_grace():
    assert only([work(10, after=DAY)], settings(late=Late(grace=DAY / 2))).late_s == DAY.total_seconds() / 2


def test_more_time_for_one_is_no_lateness():
    more = settings(extensions=(Extension("anna", "ill", more=2 * DAY),))
    assert only([work(10, after=2 * DAY)], more).penalty == 0
    assert only([work(10, after=3 * DAY)], more).penalty == 1


def test_word_of_the_site_counts_where_no_time_is_known():
    mark = only([work(10, after=None, said_late=True)])
    assert (mark.penalty, mark.late_s) == (1, 0)
    assert "one unit late" in render(mark.notes[0], "en")
    assert only([work(10, after=None, said_late=False)]).penalty == 0
    assert only([work(10, after=None)]).penalty == 0
    assert only([work(10, said_late=True)]).penalty == 0  # Our own deadline is the one that counts.


def test_word_of_the_site_counts_without_a_deadline_here():
    mark = only([work(10, said_late=True)], settings(deadlines={}))
    assert mark.penalty == 1 and "no deadline in the settings" in render(mark.notes[0], "en")


def test_word_of_the_site_does_not_undo_an_extension():
    more = settings(extensions=(Extension("anna", "ill", more=DAY),))
    mark = only([work(10, after=None, said_late=True)], more)
    assert mark.penalty == 0 and "nothing is off" in render(mark.notes[0], "en")


def test_best_counts_after_its_own_penalty():
    tries = [work(18, 1), work(20, 2, after=2 * DAY), work(5, 3, after=3 * DAY)]
    assert (only(tries).attempt, only(tries).final) == (1, 18)
    last = only(tries, settings(counts=Counts.LAST))
    assert (last.attempt, last.final) == (3, 3.5)


def test_of_equally_good_ones_the_first_counts():
    assert only([work(7, 3), work(7, 2)]).attempt == 2


def test_grading_anew_replaces_the_earlier_round():
    mark = only([work(12, round=2, grading_id=9), work(18, round=1, grading_id=1)])
    assert (mark.final, mark.grading_id) == (12, 9)


@pytest.mark.parametrize(
    "failed",
    [
        Grading(None, None, "", "no memory"),
        Grading(result(3), None, "", "no memory"),
        Grading(result(3, verdict=Verdict.GRADER_ERROR), None, ""),
        Grading(None, None, ""),
    ],
)
def test_failure_of_the_grader_is_never_a_zero(failed):
    mark = only([work(grading=failed)])
    assert (mark.status, mark.final, mark.earned, mark.penalty) == (Status.GRADER_ERROR, None, None, 0)
    assert mark.grading_id == 1


def test_of_two_downloads_the_later_work_is_the_last_also_when_the_earlier_was_graded_anew():
    first = work(20, 1, after=-3 * DAY, submission_id=1, grading_id=9, round=2)
    second = work(5, 1, after=-DAY, submission_id=2, grading_id=2)
    assert only([first, second], settings(counts=Counts.LAST)).final == 5
    # Where nothing tells the time, by the order in which they were taken in.
    first, second = (msgspec.structs.replace(one, handed_in_at=None) for one in (first, second))
    assert only([first, second], settings(counts=Counts.LAST)).final == 5


def test_another_attempt_counts_where_the_grader_failed():
    for counts in Counts:
        mark = only([work(12, 1), work(FAILED, 2)], settings(counts=counts))
        assert (mark.status, mark.final, mark.attempt) == (Status.GRADED, 12, 1)
        assert "grader failed" in render(mark.notes[0], "en")


@pytest.mark.parametrize(
    "more, status",
    [
        ({}, Status.MISSING),
        ({"refused": {"anna"}}, Status.REFUSED),
        ({"waiting": {("anna", "ch1")}, "refused": {"anna"}}, Status.WAITING),
        ({"waiting": {("anna", "ch2")}}, Status.MISSING),
    ],
)
def test_who_was_not_graded_has_no_points_and_no_zero(more, status):
    mark = only([], **more)
    assert (mark.status, mark.final, mark.earned, mark.grading_id) == (status, None, None, None)


@pytest.mark.parametrize(
    "missing, after, more, final",
    [
        (Missing.ZERO, datetime.timedelta(seconds=1), {}, 0),
        (Missing.ZERO, datetime.timedelta(0), {}, None),
        (Missing.EMPTY, DAY, {}, None),
        (Missing.ZERO, DAY, {"refused": {"anna"}}, None),
        (Missing.ZERO, DAY, {"waiting": {("anna", "ch1")}}, None),
        (Missing.ZERO, DAY, {"overrides": [override(7)]}, 7),
    ],
)
def test_nothing_handed_in_is_a_zero_only_after_the_deadline_and_where_that_is_settled(missing, after, more, final):
    mark = only([], settings(missing=missing), now=DEADLINE + after, **more)
    assert (mark.final, mark.earned) == (final, None)
    assert bool(mark.notes) == (final == 0)


def test_nothing_is_missing_for_good_before_an_own_deadline_or_without_any():
    more = settings(missing=Missing.ZERO, extensions=(Extension("anna", "ill", more=2 * DAY),))
    assert only([], more, now=DEADLINE + DAY).final is None
    assert only([], more, now=DEADLINE + 3 * DAY).final == 0
    assert only([], settings(missing=Missing.ZERO, deadlines={}), now=DEADLINE + DAY).final is None


def test_failure_of_the_grader_is_no_zero_whatever_is_settled():
    mark = only([work(FAILED)], settings(missing=Missing.ZERO), now=DEADLINE + DAY)
    assert (mark.status, mark.final) == (Status.GRADER_ERROR, None)


def test_most_there_is_comes_from_the_others_or_from_the_course():
    bert = work(3, learner=Learner("bert"), submission_id=7)
    assert marks_of([bert], [ANNA], settings())[0].points == 20
    assert marks_of([], [ANNA], settings(), points={"ch1": 30})[0].points == 30


def test_graded_learner_who_is_not_on_the_roster_is_not_lost():
    assert [mark.learner.id for mark in marks_of([work(learner=Learner("zoe"))], [ANNA], settings())] == ["anna", "zoe"]


def test_points_by_hand_replace_all_else():
    mark = only([work(10, after=DAY)], overrides=[override(25)])
    assert (mark.final, mark.earned, mark.penalty, mark.override) == (25, 10, 1, override(25))
    assert only([], overrides=[override(5)]).final == 5
    assert only([work(FAILED)], overrides=[override(5)]).final == 5


def test_comment_alone_changes_no_points():
    mark = only([work(10)], overrides=[override(None)])
    assert mark.final == 10 and mark.override == override(None)


def test_latest_decision_stands():
    assert only([work(10)], overrides=[override(9, 2), override(4, 1), override(1, 3, "bert")]).final == 9


def test_chapters_that_do_not_count_are_left_out():
    assert marks_of([work(chapter="ch9")], [ANNA], settings())[0].status is Status.MISSING


def test_marks_are_made_from_what_the_gradebook_says():
    class Submission(msgspec.Struct):
        learner: Learner
        chapters: dict[str, str]

    class Book:
        def learners(self):
            return [Learner("bert"), Learner("cleo"), Learner("dan")]

        def refusals(self):
            return [Refusal("x", Feedback(verbatim("")), Learner("cleo")), Refusal("y", Feedback(verbatim("")))]

        def works(self, chapter=None, all_rounds=False):
            return iter([work(10)])

        def submissions(self):
            return [Submission(ANNA, {"ch1": "done"}), Submission(Learner("bert"), {"ch1": "claimed"})]

        def overrides(self, history=False):
            return [override(11)]

    marks = {mark.learner.id: (mark.status, mark.final) for mark in marks_in(Book(), settings())}
    assert marks == {
        "anna": (Status.GRADED, 11),
        "bert": (Status.WAITING, None),
        "cleo": (Status.REFUSED, None),
        "dan": (Status.MISSING, None),
    }  # fmt: skip


# ---------------------------------------------------------------- laws

lengths = st.integers(-5 * 86_400, 20 * 86_400).map(lambda seconds: datetime.timedelta(seconds=seconds))
lates = st.builds(
    Late,
    grace=st.sampled_from([datetime.timedelta(0), DAY]),
    percent=st.floats(0, 100),
    per=st.sampled_from(Unit),
    of=st.sampled_from(Share),
    at_most=st.floats(0, 100),
    nothing_after=st.none() | st.integers(0, 10).map(lambda days: days * DAY),
)
earnings = st.floats(0, 20) | st.just(FAILED)
tries = st.lists(st.tuples(earnings, st.none() | lengths, st.none() | st.booleans()), max_size=6)


def works_of(drawn: list) -> list[GradedWork]:  # type: ignore[type-arg]
    return [work(earned, number, after, said_late=said) for number, (earned, after, said) in enumerate(drawn, 1)]


@hypothesis.settings(deadline=None)
@given(tries, lates, st.sampled_from(Counts))
def test_what_counts_lies_between_nothing_and_all(drawn, late, counts):
    mark = only(works_of(drawn), settings(late=late, counts=counts))
    if mark.status is Status.GRADED:
        assert 0 <= mark.final <= mark.earned <= mark.points + 1e-9
        assert 0 <= mark.penalty <= mark.earned
    else:
        assert mark.final is None
    assert (mark.status is Status.GRADED) == any(earned is not FAILED for earned, *_ in drawn)


@hypothesis.settings(deadline=None)
@given(tries, lates, earnings, lengths)
def test_further_submission_never_lowers_the_best(drawn, late, earned, after):
    before = only(works_of(drawn), settings(late=late))
    behind = only([*works_of(drawn), work(earned, len(drawn) + 1, after)], settings(late=late))
    assert (behind.final if behind.final is not None else -1) >= (before.final if before.final is not None else -1)


@hypothesis.settings(deadline=None)
@given(st.floats(0, 20), lates, st.floats(0, 2e6), st.floats(0, 2e6))
def test_later_never_costs_less(earned, late, one, other):
    given = settings(late=late)
    assert penalty_for(min(one, other), earned, 20, given) <= penalty_for(max(one, other), earned, 20, given)


@hypothesis.settings(deadline=None)
@given(tries, lates, st.sampled_from(Counts), st.randoms(use_true_random=False))
def test_order_in_which_things_come_has_no_part(drawn, late, counts, chance: random.Random):
    given = settings(late=late, counts=counts)
    works = [*works_of(drawn), work(3, learner=Learner("bert"), submission_id=99), work(2, round=2, grading_id=50)]
    learners, decided = [ANNA, Learner("cleo"), Learner("bert")], [override(3, 1), override(4, 2, "bert")]
    straight = marks_of(works, learners, given, decided)
    for some in (works, learners, decided):
        chance.shuffle(some)
    assert marks_of(works, learners, given, decided) == straight
