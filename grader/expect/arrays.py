"""Expectations of arrays. Trusted side."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grader.expect.failure import Subject, describe, fail, short, wrong_kind
from grader.messages import say


class ArrayExpectations(Subject):
    """Sentences about NumPy arrays and tensors."""

    def is_array(self) -> npt.NDArray[Any]:
        """It is an array of numbers."""
        if not isinstance(self.value, np.ndarray):
            wrong_kind(self.value, say("a NumPy array"))
        return self.value

    def has_shape(self, *shape: int) -> None:
        """Its shape is `shape`."""
        array = self.is_array()
        if array.shape != shape:
            fail(
                say("The array has the wrong shape."),
                say("shape {shape}", shape=str(shape)),
                describe(array),
                say("Print `.shape` before and after each step; `reshape` changes it."),
            )

    def has_dtype(self, dtype: str) -> None:
        """Its element type is `dtype`."""
        array = self.is_array()
        if array.dtype != np.dtype(dtype):
            fail(
                say("The array holds numbers of the wrong type."),
                say("dtype {dtype}", dtype=dtype),
                describe(array),
                say('Convert it with `.astype("{dtype}")`.', dtype=dtype),
            )

    def lies_within(self, low: float, high: float) -> None:
        """All values lie between `low` and `high`, both included."""
        array = self.is_array()
        if array.dtype.kind not in "biuf":
            wrong_kind(array, say("an array of real numbers"))
        inside = (array >= low) & (array <= high)
        if not inside.all():
            fail(
                say("Some values lie outside the range."),
                say("every value between {low} and {high}", low=low, high=high),
                describe(array),
                say("Compare the smallest and the largest value before and after your calculation."),
            )

    def equals(self, expected: npt.NDArray[Any], relative: float, absolute: float) -> None:
        """It has the shape of `expected`, and each value is as close as `relative` and `absolute` say."""
        array = self.is_array()
        self.has_shape(*expected.shape)
        if array.dtype.kind not in "biuf":
            wrong_kind(array, say("an array of real numbers"))
        close = np.isclose(array, expected, rtol=relative, atol=absolute, equal_nan=False)
        if not close.all():
            where = tuple(int(i) for i in np.argwhere(~close)[0])
            fail(
                say("{count} of {total} values are wrong.", count=int((~close).sum()), total=close.size),
                say("{value} at {index}", value=short(expected[where]), index=str(list(where))),
                say("{value} at {index}", value=short(array[where]), index=str(list(where))),
                say("Work out this one value by hand and compare each step."),
            )

    def is_finite(self) -> None:
        """No value is infinite or NaN."""
        array = self.is_array()
        if array.dtype.kind not in "biuf":
            wrong_kind(array, say("an array of real numbers"))
        if not np.isfinite(array).all():
            fail(
                say("Some values are no ordinary numbers any more."),
                say("ordinary numbers everywhere"),
                describe(array),
                say("Look for a number that grew too large (`inf`), and for 0 / 0 or inf / inf (`nan`)."),
            )

    def has_rows_of_probabilities(self, absolute: float) -> None:
        """Each row of a two-dimensional array lies between 0 and 1 and adds up to 1."""
        self.is_finite()
        self.lies_within(-absolute, 1 + absolute)
        sums = self.is_array().sum(axis=-1).reshape(-1)
        wrong = np.flatnonzero(np.abs(sums - 1) > absolute)
        if wrong.size:
            row = int(wrong[0])
            fail(
                say("The numbers in a row do not add up to 1, so they are no probabilities."),
                say("rows that each add up to 1"),
                say("row {row}, counted from 0, adds up to {value}", row=row, value=short(sums[row])),
                say("Divide each row by its own sum: `axis=1` adds up along the rows."),
            )

    def has_rows_that_sum_to(self, total: float, absolute: float) -> None:
        """Each row of a two-dimensional array adds up to `total`."""
        array = self.is_array()
        sums = array.sum(axis=-1)
        if not np.allclose(sums, total, rtol=0, atol=absolute):
            worst = sums.reshape(-1)[int(np.abs(np.nan_to_num(sums.reshape(-1), nan=np.inf) - total).argmax())]
            fail(
                say("The outputs for one image do not add up to {total}, so they are no probabilities.", total=total),
                say("ten outputs that add up to {total}", total=total),
                say("outputs that add up to {value}", value=short(worst)),
                say("Look at the activation of the last layer: which one turns numbers into probabilities?"),
            )
