"""Expectations of pictures: where the ink lies, how large it is, how much it looks like another one. Trusted side."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grader.expect.failure import Subject, describe, fail, short, wrong_kind
from grader.messages import say

Numbers = npt.NDArray[np.float64]


class PictureExpectations(Subject):
    """Sentences about pictures: arrays of two axes, 0 where there is no ink and more the more there is."""

    def has_size(self, rows: int, columns: int) -> None:
        """It is a picture of so many rows and columns."""
        if self._numbers().shape != (rows, columns):
            fail(
                say("The picture has the wrong shape."),
                say("shape {shape}", shape=str((rows, columns))),
                describe(self.value),
                say("Print `.shape` before and after each step."),
            )

    def has_centre_of_mass(self, row: float, column: float, absolute: float) -> None:
        """The centre of mass of its ink lies at `row` and `column`, give or take `absolute` on each axis."""
        rows, columns = _centre(self._ink())
        if max(abs(rows - row), abs(columns - column)) > absolute:
            fail(
                say("The ink does not have its centre of mass in the middle."),
                say(
                    "row {row} and column {column}, give or take {tolerance}",
                    row=row,
                    column=column,
                    tolerance=absolute,
                ),
                say("row {row} and column {column}", row=f"{rows:.2f}", column=f"{columns:.2f}"),
                say("Work out the centre of mass of your result in the same way, and see on which axis it is off."),
            )

    def is_upright(self, absolute: float) -> None:
        """Its ink leans by at most `absolute` columns for each row."""
        slant = slant_of(self._ink())
        if abs(slant) > absolute:
            fail(
                say("The digit still leans."),
                say("a slant of 0, give or take {tolerance}", tolerance=absolute),
                say("a slant of {slant}", slant=f"{slant:.2f}"),
                say("Print the slant before and after: nothing done leaves it the same, the wrong sign doubles it."),
            )

    def fills_a_box_of(self, side: int, absolute: int) -> None:
        """The longer side of its bounding box has `side` pixels, give or take `absolute`."""
        ink = self._ink()
        height, width = (np.ptp(np.flatnonzero((ink > 0).any(axis=axis))) + 1 for axis in (1, 0))
        if abs(max(height, width) - side) > absolute:
            fail(
                say("The digit has the wrong size."),
                say("a box with a longer side of {side}, give or take {tolerance}", side=side, tolerance=absolute),
                say("a box of {height} x {width}", height=int(height), width=int(width)),
                say("Check the steps in between: print `.shape` after each of them."),
            )

    def spans(self, low: float, high: float) -> None:
        """Its smallest value is `low` and its largest is `high`."""
        numbers = self._numbers()
        if numbers.min() != low or numbers.max() != high:
            fail(
                say("The smallest or the largest value is not what it should be."),
                say("the smallest value {low}, the largest {high}", low=short(low), high=short(high)),
                describe(self.value),
                say(
                    "Look at the step that scales the values, and at the order of scaling, rounding and changing type."
                ),
            )

    def resembles(self, expected: npt.NDArray[Any], difference: float) -> None:
        """It has the shape of `expected`, and its values differ by at most `difference` on average."""
        self.has_size(*expected.shape)
        numbers = self._numbers()
        got = float(np.abs(numbers - expected.astype(np.float64)).mean())
        if not got <= difference:
            fail(
                say("The picture shows something else."),
                say("values that differ by {difference} or less on average", difference=short(difference)),
                say("values that differ by {difference} on average", difference=f"{got:.3g}"),
                say('Draw your result with `plt.imshow(..., cmap="gray")` beside what went in: what has changed?'),
            )

    def has_ink(self) -> None:
        """It is a picture with some ink in it."""
        self._ink()

    def _numbers(self) -> Numbers:
        """Return its values; anything but a picture of finite numbers ends the check."""
        value = self.value
        if not isinstance(value, np.ndarray) or value.ndim != 2 or not value.size or value.dtype.kind not in "biuf":
            wrong_kind(value, say("a picture: an array of numbers with two axes"))
        if not np.isfinite(value).all():
            fail(
                say("Some values are not finite."),
                say("ordinary numbers everywhere"),
                describe(value),
                say("Look for a division by zero, or a logarithm of zero."),
            )
        return value.astype(np.float64)

    def _ink(self) -> Numbers:
        """Return its values; a picture without any ink ends the check."""
        numbers = self._numbers()
        if numbers.sum() <= 0:
            fail(
                say("There is no ink in the picture."),
                say("the whole digit"),
                describe(self.value),
                say("Look for a step that loses it: a cut in the wrong place, or numbers below 1 turned into 0."),
            )
        return numbers


def _centre(ink: Numbers) -> tuple[float, float]:
    """Return row and column of the centre of mass."""
    rows, columns = np.indices(ink.shape)
    return float((ink * rows).sum() / ink.sum()), float((ink * columns).sum() / ink.sum())


def slant_of(ink: Numbers) -> float:
    """Return by how many columns the ink moves to the right for each row down: covariance by variance of the rows."""
    rows, columns = np.indices(ink.shape)
    row, column = _centre(ink)
    spread = (ink * (rows - row) ** 2).sum()
    return float((ink * (rows - row) * (columns - column)).sum() / spread) if spread else 0.0
