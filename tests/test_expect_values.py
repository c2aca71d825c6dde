"""Sentences about arrays, numbers and results that chapter 1 brought in: what passes, and what is said otherwise."""

from collections import Counter

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import Expectation, expect
from grader.expect.accuracy import expect_share_of_points
from grader.messages import render
from grader.submission.submission import Outcome


def said(attempt):
    """Return what a learner is told: problem, expected, got, next step."""
    with pytest.raises(CheckFailed) as caught:
        attempt()
    parts = caught.value.feedback
    return [render(part, "en") if part else "" for part in (parts.problem, parts.expected, parts.got, parts.next_step)]


def outcome(*changed):
    return Outcome(None, (), changed, None, "", 0.0)


def test_finite_values_pass_and_others_are_named():
    expect(np.array([[1.0, -2.0]])).is_finite()
    for wrong in (np.inf, np.nan):
        problem, expected, got, _ = said(lambda wrong=wrong: expect(np.array([1.0, wrong])).is_finite())
        assert problem == "Some values are no ordinary numbers any more."
        assert expected == "ordinary numbers everywhere"
        assert str(wrong) in got.lower()
    assert said(lambda: expect(np.array(["a"])).is_finite())[1] == "an array of real numbers"


def test_rows_of_probabilities_pass_and_a_wrong_row_is_named():
    expect(np.array([[0.5, 0.5], [1.0, 0.0]])).has_rows_of_probabilities(absolute=1e-6)
    rows = np.array([[0.5, 0.5], [0.5, 0.75]])
    _, expected, got, _ = said(lambda: expect(rows).has_rows_of_probabilities(absolute=1e-6))
    assert (expected, got) == ("rows that each add up to 1", "row 1, counted from 0, adds up to 1.25")
    negative = np.array([[1.5, -0.5]])
    assert "outside" in said(lambda: expect(negative).has_rows_of_probabilities(absolute=1e-6))[0]
    assert "ordinary" in said(lambda: expect(rows * np.nan).has_rows_of_probabilities(absolute=1e-6))[0]


def test_number_is_compared():
    expect(np.float32(0.693)).is_the_number(0.6931, absolute=1e-3)
    _, expected, got, _ = said(lambda: expect(0.5).is_the_number(0.693, absolute=1e-3))
    assert (expected, got) == ("0.693, give or take 0.001", "0.5")
    assert said(lambda: expect(np.array([0.693])).is_the_number(0.693, absolute=1e-3))[1] == "one number"


def test_several_results_are_counted():
    assert expect([1, 2]).is_tuple_of("a", "b") == (1, 2)
    for wrong in ((1, 2, 3), np.zeros(2), None):
        expected = said(lambda wrong=wrong: expect(wrong).is_tuple_of("a", "b"))[1]
        assert expected == "2 values, as in `return a, b`"


def test_changed_argument_is_named():
    expect(outcome()).left_unchanged("weights", "mean")
    problem, expected, got, _ = said(lambda: expect(outcome(1)).left_unchanged("weights", "mean"))
    assert problem == "The function changed `mean`, which it was given."
    assert expected == "a new array; `mean` as it was"
    assert got == "`mean` with other values after the call"


def test_loss_has_to_fall():
    expect([1.1, np.float64(0.1)]).is_a_loss_that_falls_below(0.3)
    for last in (0.4, float("nan")):
        _, expected, got, _ = said(lambda last=last: expect([1.1, last]).is_a_loss_that_falls_below(0.3))
        assert expected == "a loss below 0.3 after 2 steps"
        assert got == f"1.1 at the start, {last:g} at the end"
    for wrong in (None, [], [np.zeros(2)], 0.1):
        expected = said(lambda wrong=wrong: expect(wrong).is_a_loss_that_falls_below(0.3))[1]
        assert expected == "a list with one loss for each step"


def test_share_of_points_is_measured_and_held_against_the_floor():
    assert render(expect_share_of_points(0.99, 0.95), "en") == "0.990, at least 0.950 asked for"
    _, expected, got, _ = said(lambda: expect_share_of_points(0.5, 0.95))
    assert (expected, got) == ("a share of at least 0.950", "a share of 0.500")


def test_no_two_parts_of_the_vocabulary_share_a_sentence():
    parts = [part for part in Expectation.__mro__ if part.__name__.endswith("Expectations")]
    counts = Counter(name for part in parts for name in vars(part) if not name.startswith("__"))
    assert [name for name, count in counts.items() if count > 1] == []
