"""Whether two calls had the same outcome: by this a known mistake is recognised. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from grader.errors import CheckFailed
from grader.sandbox.wire import Axes
from grader.submission.submission import Outcome
from grader.submission.values import Figure, History, Model

# Two correct ways to compute the same thing differ by rounding; training carries that on through its steps.
VALUE_TOLERANCE = 1e-5
TRAINED_TOLERANCE = 1e-3

Result = Outcome | CheckFailed


def same_result(first: Result, second: Result) -> bool:
    """Return whether both calls returned the same, did the same to their arguments, or failed in the same way."""
    if isinstance(first, CheckFailed) or isinstance(second, CheckFailed):
        return (
            isinstance(first, CheckFailed)
            and isinstance(second, CheckFailed)
            and first.verdict is second.verdict
            and first.feedback.got == second.feedback.got
        )
    return (
        first.changed == second.changed
        and _same(first.observations, second.observations, VALUE_TOLERANCE)
        and _same(first.arguments, second.arguments, VALUE_TOLERANCE)
        and _same(first.value, second.value, TRAINED_TOLERANCE if first.observation else VALUE_TOLERANCE)
    )


def _same(first: Any, second: Any, tolerance: float) -> bool:
    if isinstance(first, bool | np.bool_) or isinstance(second, bool | np.bool_):
        return bool(first == second)
    if isinstance(first, float | np.floating) and isinstance(second, float | np.floating):
        return bool(np.isclose(first, second, rtol=tolerance, atol=tolerance, equal_nan=True))
    if type(first) is not type(second):
        return False
    match first:
        case np.ndarray():
            return _same_arrays(first, second, tolerance)
        case list() | tuple():
            return len(first) == len(second) and all(_same(a, b, tolerance) for a, b in zip(first, second, strict=True))
        case Mapping():
            return first.keys() == second.keys() and all(_same(first[key], second[key], tolerance) for key in first)
        case Model():
            return _same_models(first, second)
        case History():
            return _same(msgspec.structs.asdict(first), msgspec.structs.asdict(second), tolerance)
        case Figure():
            return _same(_drawn(first), _drawn(second), tolerance)
        case msgspec.Struct():
            return _same(msgspec.structs.asdict(first), msgspec.structs.asdict(second), tolerance)
    return bool(first == second)


def _same_arrays(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any], tolerance: float) -> bool:
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    return bool(np.allclose(first, second, rtol=tolerance, atol=tolerance, equal_nan=first.dtype.kind in "fc"))


def _same_models(first: Model, second: Model) -> bool:
    """Compare structure and compilation. Names count up through a program, and weights are compared by what they do."""
    a, b = (msgspec.structs.asdict(model.description) for model in (first, second))
    for description in (a, b):
        description["handle"] = None
        description["layers"] = [msgspec.structs.replace(layer, name="") for layer in description["layers"]]
    return bool(a == b)


def _drawn(figure: Figure) -> tuple[object, ...]:
    """Return what a figure shows and which of its texts are there, whatever their words."""
    axes = [a for a in figure.axes if a.lines or a.images or len(figure.axes) == 1]
    has_title = bool(figure.title) or any(a.title for a in axes)
    return has_title, bool(figure.missing_glyphs), [_drawn_axes(a) for a in axes]


def _drawn_axes(axes: Axes) -> tuple[object, ...]:
    lines = sorted(axes.lines, key=lambda line: (line.y, line.x))
    labels = [line.label for line in lines]
    named = [label != "" and not label.startswith("_") for label in labels]
    distinct = len(set(labels)) == len(labels)
    shown = None if axes.legend is None else len(set(axes.legend))
    curves = [(line.x, line.y) for line in lines]
    names = bool(axes.x_label.strip()), bool(axes.y_label.strip()), named, distinct, shown
    # Above a picture the numbers are what the title says.
    numbers = re.findall(r"\d+", axes.title) if axes.images else []
    return *names, curves, [(image.height, image.width, image.pixels) for image in axes.images], numbers
