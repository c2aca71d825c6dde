"""Expectations of what is counted about mistakes: the confusion matrix, and the pairs read from it. Trusted side."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grader.expect.arrays import ArrayExpectations
from grader.expect.failure import Subject, describe, fail, wrong_kind
from grader.messages import Message, say, verbatim

Confusion = tuple[int, int, int]


class ConfusionExpectations(Subject):
    """Sentences about counts of true and predicted digits."""

    def has_whole_numbers(self) -> None:
        """It is an array whose type holds whole numbers only."""
        array = ArrayExpectations(self.value).is_array()
        if array.dtype.kind not in "iu":
            fail(
                say("The table does not hold whole numbers."),
                say("counts of type int"),
                describe(array),
                say("Begin with `np.zeros((10, 10), dtype=int)`, and divide by nothing."),
            )

    def counts(self, expected: npt.NDArray[Any]) -> None:
        """Each cell counts as many as that of `expected`: rows are true digits, columns predicted ones."""
        array = ArrayExpectations(self.value).is_array()
        ArrayExpectations(array).has_shape(*expected.shape)
        if array.dtype.kind not in "biuf":
            wrong_kind(array, say("an array of real numbers"))
        wrong = np.argwhere(array != expected)
        if len(wrong):
            row, column = (int(place) for place in wrong[0])
            fail(
                say("{count} of the {total} cells have the wrong number.", count=len(wrong), total=expected.size),
                _cell_words(row, column, expected[row, column]),
                _cell_words(row, column, array[row, column]),
                say("Row: the digit that it is. Column: the digit that the model says. Count this one cell by hand."),
            )

    def is_list_of_confusions(self) -> list[Confusion]:
        """It is a list whose entries are three whole numbers each."""
        value = self.value.tolist() if isinstance(self.value, np.ndarray) else self.value
        wanted = say("a list of (true, predicted, how often), such as [(4, 9, 12), (7, 1, 8)]")
        if not isinstance(value, list | tuple):
            wrong_kind(value, wanted)
        entries = [entry.tolist() if isinstance(entry, np.ndarray) else entry for entry in value]
        for entry in entries:
            if not (isinstance(entry, list | tuple) and len(entry) == 3 and all(map(_is_whole, entry))):
                fail(
                    say("An entry of the list is not three whole numbers."),
                    wanted,
                    describe(entry),
                    say("Make a tuple of three for each pair: `(true, predicted, how_often)`."),
                )
        return [(int(true), int(predicted), int(often)) for true, predicted, often in entries]

    def lists_confusions(self, expected: list[Confusion]) -> None:
        """It lists exactly these, in this order."""
        got = self.is_list_of_confusions()
        for number, (mine, wanted) in enumerate(zip(got, expected, strict=False), start=1):
            if mine != wanted:
                fail(
                    say("Entry {number} of the list is wrong.", number=number),
                    verbatim(str(wanted)),
                    verbatim(str(mine)),
                    _next_step(got, expected, mine),
                )
        if len(got) != len(expected):
            fail(
                say("The list has the wrong length."),
                say("{count} entries", count=len(expected)),
                say("{count} entries", count=len(got)),
                _next_step(got, expected, got[len(expected)] if len(got) > len(expected) else None),
            )


def _cell_words(row: int, column: int, number: Any) -> Message:
    return say("{number} in row {row}, column {column}", number=str(number), row=row, column=column)


def _next_step(got: list[Confusion], expected: list[Confusion], first_wrong: Confusion | None) -> Message:
    """Return what to do about a wrong list."""
    if first_wrong and first_wrong[0] == first_wrong[1]:
        return say("On the diagonal are the right answers: leave out the cells whose row and column are equal.")
    if first_wrong and first_wrong[2] == 0:
        return say("A cell with 0 is no confusion: leave it out, even if the list becomes shorter.")
    if sorted(often for *_, often in got) == sorted(often for *_, often in expected):
        return say(
            "Sort by how often, the largest first; where that is equal, the smaller true digit comes first, then the "
            "smaller predicted digit."
        )
    return say("Go through all cells off the diagonal, sort them, and keep the first `count`.")


def _is_whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool | np.bool_)
