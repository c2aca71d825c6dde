"""How an expectation fails, and how a value is put into words. Trusted side."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from grader.errors import CheckFailed
from grader.messages import Message, say, verbatim
from grader.results import Feedback
from grader.submission.values import Figure, History, Model, Opaque

MAX_TEXT = 80


class Subject:
    """A value something is expected of."""

    def __init__(self, value: Any) -> None:
        self.value = value


def fail(
    problem: Message, expected: Message | None = None, got: Message | None = None, next_step: Message | None = None
) -> NoReturn:
    """End the check.

    Raises:
        CheckFailed: always.
    """
    raise CheckFailed(Feedback(problem, expected, got, next_step))


def wrong_kind(value: object, expected: Message, next_step: Message | None = None) -> NoReturn:
    """End the check because the value is of another kind. A missing `return` gets words of its own."""
    if value is None:
        fail(
            say("The function returned nothing."),
            expected,
            say("None, which is what Python returns where there is no `return`"),
            say("End the function with a line that begins with `return`."),
        )
    fail(
        say("The function returned something of another kind."),
        expected,
        describe(value),
        next_step or say("Look at what the line with `return` gives back."),
    )


def describe(value: object) -> Message:
    """Return a few words about any value."""
    match value:
        case None:
            return say("None")
        case np.ndarray():
            return describe_array(value)
        case np.generic():
            return say("the NumPy number {value} of type {dtype}", value=str(value), dtype=str(value.dtype))
        case bool() | int() | float():
            return say("the number {value} of type {type}", value=repr(value), type=type(value).__name__)
        case str():
            return say("the text {value}", value=repr(value[:MAX_TEXT]))
        case list() | tuple() | dict():
            return say("a {type} with {count} entries", type=type(value).__name__, count=len(value))
        case Model():
            return say("a Keras model with {count} layers", count=len(value.description.layers))
        case History():
            return say("a Keras History of {count} epochs", count=len(value.epochs))
        case Figure():
            return say("a matplotlib figure with {count} axes", count=len(value.axes))
        case Opaque():
            return say("an object of type {type}", type=value.type_name)
    return verbatim(type(value).__name__)


def describe_array(array: np.ndarray[Any, Any]) -> Message:
    """Return dtype, shape and range of an array."""
    dtype, shape = str(array.dtype), str(array.shape)
    if not array.size or array.dtype.kind not in "biuf":
        return say("a {dtype} array of shape {shape}", dtype=dtype, shape=shape)
    nan_count = int(np.isnan(array).sum()) if array.dtype.kind == "f" else 0
    if nan_count:
        return say(
            "a {dtype} array of shape {shape}, {count} of its values NaN (not a number)",
            dtype=dtype,
            shape=shape,
            count=nan_count,
        )
    return say(
        "a {dtype} array of shape {shape}, values from {low} to {high}",
        dtype=dtype,
        shape=shape,
        low=short(array.min()),
        high=short(array.max()),
    )


def short(number: Any) -> str:
    """Return a number in at most six significant digits."""
    if isinstance(number, bool | np.bool_):
        return str(bool(number))
    return f"{float(number):.6g}"
