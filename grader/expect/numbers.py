"""Expectations of single numbers. Trusted side."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expect.failure import Subject, describe, fail, short, wrong_kind
from grader.messages import say, verbatim


class NumberExpectations(Subject):
    """Sentences about numbers."""

    def is_whole_number(self) -> int:
        """It is an int of Python's or NumPy's, and no bool."""
        value = self.value
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
            wrong_kind(
                value,
                say("one whole number, such as 7"),
                say("`int(...)` makes a whole number of one; `np.argmax` gives the place of the largest value."),
            )
        return int(value)

    def is_plain_number(self) -> float:
        """It is a float or int of Python's or NumPy's, and finite."""
        value = self.value
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
            wrong_kind(value, say("one number"), say("`float(...)` makes a plain number of one."))
        if not np.isfinite(value):
            fail(
                say("The number is not finite."),
                say("an ordinary number"),
                describe(value),
                say("Look for a division by zero, or a logarithm of zero."),
            )
        return float(value)

    def is_pair(self) -> tuple[Any, Any]:
        """It is a tuple or list of two."""
        if not isinstance(self.value, tuple | list) or len(self.value) != 2:
            wrong_kind(self.value, say("two values, as in `return loss, accuracy`"))
        first, second = self.value
        return first, second

    def is_close_to(self, expected: float, absolute: float) -> None:
        """It differs from `expected` by at most `absolute`."""
        number = self.is_plain_number()
        if abs(number - expected) > absolute:
            fail(
                say("The number is not the one the grader computes."),
                say("{value}, give or take {tolerance}", value=short(expected), tolerance=absolute),
                verbatim(short(number)),
                say("Check which data and which model the number comes from."),
            )

    def is_the_number(self, expected: float, absolute: float) -> None:
        """It is `expected`, give or take `absolute`; what was calculated by hand can be compared."""
        number = self.is_plain_number()
        if abs(number - expected) > absolute:
            fail(
                say("The number is not right."),
                say("{value}, give or take {tolerance}", value=short(expected), tolerance=absolute),
                verbatim(short(number)),
                say("Work out a single row by hand and compare each step."),
            )

    def is_tuple_of(self, *names: str) -> tuple[Any, ...]:
        """It is a tuple or list with one value for each of `names`."""
        if not isinstance(self.value, tuple | list) or len(self.value) != len(names):
            wrong_kind(
                self.value,
                say("{count} values, as in `return {names}`", count=len(names), names=", ".join(names)),
                say("Put all the values behind `return`, with commas between them."),
            )
        return tuple(self.value)

    def equals_digit(self, expected: int) -> None:
        """It is the whole number `expected`."""
        digit = self.is_whole_number()
        if digit != expected:
            fail(
                say("The answer is another digit than the one the model finds most likely."),
                verbatim(str(expected)),
                verbatim(str(digit)),
                say("Prepare the image exactly as for training, and take the place of the largest of the ten outputs."),
            )
