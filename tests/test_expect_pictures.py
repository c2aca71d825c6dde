"""Expectations of pictures: each passes in silence, and fails with words about what was seen."""

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import expect
from grader.messages import render


def picture(rows, columns, shape=(28, 28)):
    ink = np.zeros(shape)
    ink[rows, columns] = 1.0
    return ink


def parts_of(failed):
    feedback = failed.value.feedback
    return [render(part, "en") for part in (feedback.problem, feedback.expected, feedback.got, feedback.next_step)]


def test_centre_of_mass_counts_the_amount_of_ink():
    ink = picture([10, 20], [14, 14])
    expect(ink).has_centre_of_mass(15, 14, absolute=1e-9)
    ink[20, 14] = 3
    expect(ink).has_centre_of_mass(17.5, 14, absolute=1e-9)
    with pytest.raises(CheckFailed) as failed:
        expect(ink).has_centre_of_mass(14, 14, absolute=0.5)
    assert "row 17.50 and column 14.00" in parts_of(failed)


@pytest.mark.parametrize(("slant", "passes"), [(0, True), (1, False), (-1, False)])
def test_upright_means_no_slant(slant, passes):
    rows = np.arange(5, 15)
    ink = picture(rows, 14 + slant * (rows - 10))
    if passes:
        expect(ink).is_upright(absolute=0.01)
        return
    with pytest.raises(CheckFailed) as failed:
        expect(ink).is_upright(absolute=0.01)
    assert f"a slant of {slant}.00" in parts_of(failed)


def test_one_row_of_ink_has_no_slant():
    expect(picture([3, 3, 3], [4, 5, 6])).is_upright(absolute=0)


def test_box_is_measured_on_its_longer_side():
    ink = picture([4, 23], [10, 14])
    expect(ink).fills_a_box_of(20, absolute=0)
    expect(ink).fills_a_box_of(19, absolute=1)
    with pytest.raises(CheckFailed) as failed:
        expect(ink).fills_a_box_of(18, absolute=1)
    assert "a box of 20 x 5" in parts_of(failed)


def test_span_is_exact():
    numbers = np.array([[0, 255], [3, 4]], np.uint8)
    expect(numbers).spans(0, 255)
    with pytest.raises(CheckFailed) as failed:
        expect(numbers).spans(0, 1)
    assert "the smallest value 0, the largest 1" in parts_of(failed)


def test_resemblance_is_an_average():
    ink = picture([4], [4], (10, 10))
    expect(ink).resembles(np.zeros((10, 10)), difference=0.01)
    with pytest.raises(CheckFailed) as failed:
        expect(ink).resembles(np.zeros((10, 10)), difference=0.009)
    assert "values that differ by 0.01 on average" in parts_of(failed)


def test_resemblance_needs_the_same_shape():
    with pytest.raises(CheckFailed) as failed:
        expect(np.zeros((10, 9))).resembles(np.zeros((9, 10)), difference=1)
    assert "shape (9, 10)" in parts_of(failed)


def test_unsigned_pictures_are_not_subtracted_as_such():
    expect(np.array([[0]], np.uint8)).resembles(np.array([[1]], np.uint8), difference=1)


@pytest.mark.parametrize(
    "value", [None, 7, [1, 2], np.zeros(5), np.zeros((2, 2, 2)), np.zeros((0, 3)), np.array([["a"]])]
)
def test_what_is_no_picture_is_named(value):
    with pytest.raises(CheckFailed) as failed:
        expect(value).spans(0, 1)
    assert "a picture: an array of numbers with two axes" in parts_of(failed)


def test_picture_without_ink_is_named():
    for sentence in ("has_ink", "is_upright"):
        with pytest.raises(CheckFailed, match="no ink"):
            getattr(expect(np.zeros((3, 3))), sentence)(*((0.1,) if sentence == "is_upright" else ()))
    expect(picture([1], [1])).has_ink()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_named(value):
    with pytest.raises(CheckFailed, match="finite"):
        expect(np.array([[1.0, value]])).resembles(np.ones((1, 2)), difference=1)


def test_size_is_rows_and_columns():
    expect(np.zeros((3, 5))).has_size(3, 5)
    with pytest.raises(CheckFailed) as failed:
        expect(np.zeros((3, 5))).has_size(5, 3)
    assert "shape (5, 3)" in parts_of(failed)
