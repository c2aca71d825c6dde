"""The vocabulary of checks: `expect(value).lies_within(0, 1)`. Trusted side.

Each sentence passes silently or raises `CheckFailed` with words for the learner. Tolerances have no defaults: each
check states its own.
"""

from __future__ import annotations

from grader.expect.arrays import ArrayExpectations
from grader.expect.confusion import ConfusionExpectations
from grader.expect.convolutions import ConvolutionExpectations
from grader.expect.datasets import DatasetExpectations, FittingExpectations
from grader.expect.dropout import DropoutExpectations
from grader.expect.faces import FaceExpectations
from grader.expect.figures import FigureExpectations
from grader.expect.numbers import NumberExpectations
from grader.expect.pictures import PictureExpectations
from grader.expect.training import TrainingExpectations


class Expectation(
    ArrayExpectations,
    NumberExpectations,
    FittingExpectations,
    FaceExpectations,
    ConvolutionExpectations,
    TrainingExpectations,
    FigureExpectations,
    PictureExpectations,
    DropoutExpectations,
    ConfusionExpectations,
    DatasetExpectations,
):
    """All that can be expected of a value."""


def expect(value: object) -> Expectation:
    """Begin a sentence about `value`."""
    return Expectation(value)


__all__ = ["Expectation", "expect"]
