"""Sentences about pictures with labels and about the damage of a bug: each passes where it should, or says why not."""

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import expect
from grader.expect.datasets import expect_little_damage, expect_no_foresight
from grader.messages import render, say
from grader.sandbox.wire import Observation, TrainedOn
from grader.submission.submission import Outcome

PICTURES = np.arange(5 * 4, dtype=np.uint8).reshape(5, 2, 2)
LABELS = np.array([0, 1, 2, 3, 4])
ORDER = np.array([3, 0, 4, 1, 2])
ROWS = np.arange(6, dtype=np.float32).reshape(3, 2)
DIGITS = np.array([7, 0, 2])


def told(sentence, *arguments):
    """Return what a learner is told."""
    with pytest.raises(CheckFailed) as caught:
        sentence(*arguments)
    feedback = caught.value.feedback
    return " ".join(render(part, "en") for part in (feedback.problem, feedback.expected, feedback.got) if part)


def test_arrays_come_as_tuple_or_list():
    for value in ((PICTURES, LABELS), [PICTURES, LABELS]):
        assert len(expect(value).are_arrays("images", "labels")) == 2


@pytest.mark.parametrize(
    "value, words",
    [
        (None, "returned nothing"),
        (PICTURES, "of another kind"),
        ((PICTURES,), "another number of values"),
        ((PICTURES, LABELS, 3), "another number of values"),
        ((PICTURES, [1, 2]), "of another kind"),
        ((PICTURES, None), "returned nothing"),
    ],
)
def test_what_is_not_two_arrays_is_told(value, words):
    text = told(expect(value).are_arrays, "images", "labels")
    assert words in text and "2 arrays, as in `return images, labels`" in text


def test_decimal_numbers():
    expect(np.zeros(3, np.float32)).holds_decimal_numbers()
    assert "uint8" in told(expect(PICTURES).holds_decimal_numbers)
    assert "the number 3" in told(expect(3).holds_decimal_numbers)


def test_pictures_are_compared_in_any_order():
    expect(PICTURES[ORDER]).holds_exactly(PICTURES)


def test_missing_repeated_and_changed_pictures_are_counted():
    assert "4 pictures: 1 are missing, 0 are" in told(expect(PICTURES[:4]).holds_exactly, PICTURES)
    assert "5 pictures: 4 are missing, 4 are" in told(expect(PICTURES[[0] * 5]).holds_exactly, PICTURES)
    assert "5 pictures: 5 are missing, 5 are" in told(expect(PICTURES + 100).holds_exactly, PICTURES)


def test_labels_go_with_their_pictures():
    expect(PICTURES[ORDER]).keeps_the_label_of_each(LABELS[ORDER], PICTURES, LABELS)
    expect(PICTURES[:2]).keeps_the_label_of_each(LABELS[:2].astype(float), PICTURES, LABELS)


def test_labels_of_other_pictures_are_counted():
    sentence = expect(PICTURES).keeps_the_label_of_each
    assert "2 of 5 pictures" in told(sentence, np.array([0, 1, 3, 4, 2]), PICTURES, LABELS)
    assert "shape (4,)" in told(sentence, LABELS[:4], PICTURES, LABELS)
    assert "0 of 5 pictures" in told(expect(PICTURES + 100).keeps_the_label_of_each, LABELS, PICTURES, LABELS)


def test_random_order():
    before = np.repeat([0, 1], 4)
    expect(np.array([0, 1, 1, 0, 1, 0, 0, 1])).is_well_mixed(before, 3)
    assert "4 times the same label" in told(expect(before).is_well_mixed, before, 4)
    assert "4 times the same label" in told(expect(before[::-1]).is_well_mixed, before, 3)


def test_another_order():
    expect(ORDER).differs_from(LABELS)
    assert "the same order twice" in told(expect(ORDER).differs_from, ORDER)


def test_sets_are_apart():
    expect(PICTURES[:2]).is_apart_from(PICTURES[2:])
    assert "1 of 3 test pictures" in told(expect(PICTURES[:3]).is_apart_from, PICTURES[2:])


def outcome_of(rows, labels, epochs):
    sums = rows.sum(axis=1, dtype=np.float64)
    seen = [float(part) * epochs for part in (sums.sum(), labels.sum(), (sums * labels).sum())]
    training = TrainedOn(epochs, len(rows) * epochs, len(rows), *seen)
    return Outcome(None, (), (), (Observation(training, TrainedOn(0, 0, 0, 0.0, 0.0, 0.0)),), "", 0.0)


def test_training_on_all_rows():
    expect(outcome_of(ROWS, DIGITS, 5)).trained_on_all_rows(ROWS, DIGITS, 5)


@pytest.mark.parametrize(
    "outcome, words",
    [
        (outcome_of(ROWS[:2], DIGITS[:2], 5), "10 rows in all"),
        (outcome_of(ROWS, DIGITS, 1), "3 rows in all"),
        (outcome_of(ROWS / 255, DIGITS, 5), "Other rows or labels"),
        (outcome_of(ROWS, DIGITS[::-1], 5), "Other rows or labels"),
    ],
)
def test_training_on_something_else_is_told(outcome, words):
    assert words in told(expect(outcome).trained_on_all_rows, ROWS, DIGITS, 5)


def test_damage_is_told_in_numbers():
    words = expect_little_damage(0.85, 0.9, 0.1, say("Look."))
    assert render(words, "en") == "0.85 of the test digits read correctly, 0.90 with the reference"
    text = told(expect_little_damage, 0.4, 0.92, 0.1, say("Look."))
    assert "0.92 of the test digits read correctly, as without the bug" in text
    assert "0.40 of the test digits read correctly" in text


def test_foresight_is_told_in_numbers():
    assert "0.12 of them known" in render(expect_no_foresight(0.12, 0.3), "en")
    assert "0.75 of the labels known" in told(expect_no_foresight, 0.75, 0.3)
