"""What is expected of counts and of lists of mistakes."""

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import expect
from grader.messages import render

PAIRS = [(4, 9, 12), (7, 1, 8), (9, 4, 8)]


def words(sentence, *arguments):
    with pytest.raises(CheckFailed) as failed:
        sentence(*arguments)
    feedback = failed.value.feedback
    parts = (feedback.problem, feedback.expected, feedback.got, feedback.next_step)
    return " | ".join(render(part, "en") for part in parts if part is not None)


def table(**changes):
    matrix = np.arange(100).reshape(10, 10)
    for place, number in changes.items():
        matrix[int(place[1]), int(place[2])] = number
    return matrix


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_counts_may_have_any_type_of_whole_numbers(dtype):
    expect(table().astype(dtype)).has_whole_numbers()
    expect(table().astype(dtype)).counts(table())


def test_counts_of_another_type_are_named():
    for matrix in (table() / 1, table() > 3):
        assert words(expect(matrix).has_whole_numbers).startswith("The table does not hold whole numbers.")


def test_the_first_wrong_cell_is_named():
    said = words(expect(table(c71=5, c90=6)).counts, table())
    assert said.startswith("2 of the 100 cells have the wrong number. | 71 in row 7, column 1 | 5 in row 7, column 1")
    assert "shape (10, 10)" in words(expect(table()[:9]).counts, table())
    assert "an array of real numbers" in words(expect(table().astype(complex)).counts, table())
    assert "NumPy array" in words(expect([[1]]).counts, table())


@pytest.mark.parametrize(
    "value",
    [
        PAIRS,
        tuple(list(pair) for pair in PAIRS),
        np.array(PAIRS),
        [np.array(pair) for pair in PAIRS],
        [tuple(map(np.int64, pair)) for pair in PAIRS],
    ],
    ids=["list", "lists in a tuple", "array", "arrays", "NumPy numbers"],
)
def test_pairs_may_be_written_in_many_ways(value):
    expect(value).lists_confusions(PAIRS)


def test_no_pairs_are_an_empty_list():
    for value in ([], (), np.zeros((0, 3), int)):
        expect(value).lists_confusions([])


@pytest.mark.parametrize(
    "value", [[(4, 9)], [(4, 9, 12.0)], [(4, 9, True)], ["4-9"], [4, 9, 12], np.array([4, 9]), np.array(PAIRS) / 2]
)
def test_entries_that_are_not_three_whole_numbers_are_named(value):
    assert words(expect(value).lists_confusions, PAIRS).startswith("An entry of the list is not three whole numbers.")


def test_something_else_than_a_list_is_named():
    for value in (None, 3, {"4-9": 12}, "pairs", np.array(3)):
        assert "a list of (true, predicted, how often)" in words(expect(value).lists_confusions, PAIRS)


@pytest.mark.parametrize(
    "value, said",
    [
        ([(9, 9, 50), *PAIRS[:2]], "On the diagonal are the right answers"),
        ([PAIRS[0], PAIRS[2], PAIRS[1]], "Sort by how often"),
        ([*PAIRS, (0, 1, 0)], "A cell with 0 is no confusion"),
        (PAIRS[:2], "Go through all cells off the diagonal"),
        ([*PAIRS, (0, 1, 2)], "Go through all cells off the diagonal"),
        ([(1, 2, 3), *PAIRS[:2]], "Go through all cells off the diagonal"),
    ],
    ids=["diagonal", "ties", "zero", "short", "long", "other"],
)
def test_a_wrong_list_is_told_what_to_do(value, said):
    assert said in words(expect(value).lists_confusions, PAIRS)
