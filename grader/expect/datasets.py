"""Expectations of sets of pictures with their labels, and of the damage a bug in them does. Trusted side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.data import Images, Labels
from grader.expect.failure import Subject, describe, fail, short, wrong_kind
from grader.expect.models import ModelExpectations
from grader.expect.training import TrainingExpectations
from grader.messages import Message, say, verbatim

# The counting in the worker sums in float64; only the order of the sums differs.
SUM_TOLERANCE = 1e-6
# Each of them counts right answers among several; fit raises an error where one does not go with the labels.
ACCURACIES = frozenset({"accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy"})


class DatasetExpectations(Subject):
    """Sentences about arrays that belong together."""

    def are_arrays(self, *names: str) -> tuple[npt.NDArray[Any], ...]:
        """It is a tuple or list of as many arrays as there are names."""
        value = self.value
        wanted = say("{count} arrays, as in `return {names}`", count=len(names), names=", ".join(names))
        if not isinstance(value, tuple | list):
            wrong_kind(value, wanted)
        if len(value) != len(names):
            fail(
                say("The function returned another number of values."),
                wanted,
                describe(value),
                say("Write all of them behind `return`, in this order, with commas between them."),
            )
        for item in value:
            if not isinstance(item, np.ndarray):
                wrong_kind(item, wanted)
        return tuple(value)

    def holds_decimal_numbers(self) -> None:
        """Its element type is a floating-point one."""
        array = self.value
        if not isinstance(array, np.ndarray):
            wrong_kind(array, say("a NumPy array"))
        if array.dtype.kind != "f":
            fail(
                say("The array holds whole numbers, so all that stood after the point is lost."),
                say("an array of decimal numbers, such as float64"),
                describe(array),
                say("Look for `//` and for a conversion to a type of whole numbers."),
            )

    def holds_exactly(self, pictures: Images) -> None:
        """It holds each of these pictures, in any order, as often as they do, and no others."""
        array = self._pictures()
        got, wanted = Counter(_keys(array)), Counter(_keys(pictures))
        if got != wanted:
            fail(
                say("These are not the pictures they should be."),
                say("{count} pictures, each as it was passed in", count=wanted.total()),
                say(
                    "{count} pictures: {missing} are missing, {more} are too many or changed",
                    count=got.total(),
                    missing=(wanted - got).total(),
                    more=(got - wanted).total(),
                ),
                say("Count the pictures before and after each line, and look at some of them."),
            )

    def keeps_the_label_of_each(self, labels: npt.NDArray[Any], pictures: Images, their_labels: Labels) -> None:
        """Each of its pictures is among `pictures`, and `labels` says of it what `their_labels` says there."""
        array = self._pictures()
        if labels.shape != (len(array),):
            fail(
                say("There is not one label for each picture."),
                say("labels of shape ({count},)", count=len(array)),
                say("labels of shape {shape}", shape=str(labels.shape)),
                say("Whatever is done to the pictures has to be done to the labels, too."),
            )
        known = dict(zip(_keys(pictures), their_labels.tolist(), strict=True))
        right = [known.get(key) == label for key, label in zip(_keys(array), labels.tolist(), strict=True)]
        if not all(right):
            fail(
                say("Pictures and labels no longer belong together."),
                say("each of the {count} pictures with its own label", count=len(array)),
                say("{count} of {total} pictures with their own label", count=sum(right), total=len(array)),
                say("Draw some of the pictures with their labels above them, before and after each line."),
            )

    def is_well_mixed(self, before: npt.NDArray[Any], longest_run: int) -> None:
        """It is not in the order of `before`, and nowhere do more than `longest_run` equal values follow each other."""
        array = self.value
        assert isinstance(array, np.ndarray)
        run = _longest_run(array.tolist())
        if np.array_equal(array, before) or run > longest_run:
            fail(
                say("The order is not random."),
                say("labels of sorted pictures all mixed up"),
                say("{count} times the same label in a row", count=run),
                say("A list of positions in a random order comes from `rng.permutation(n)`."),
            )

    def differs_from(self, other: npt.NDArray[Any]) -> None:
        """It is another order than `other`."""
        if np.array_equal(self.value, other):
            fail(
                say("Two different seeds give the same order."),
                say("another order for another seed"),
                say("the same order twice"),
                say("Pass `seed` on: `np.random.default_rng(seed)`."),
            )

    def is_apart_from(self, others: Images) -> None:
        """None of its pictures is among `others`."""
        array = self._pictures()
        there = set(_keys(others))
        known = sum(key in there for key in _keys(array))
        if known:
            fail(
                say("Training has seen what the test set asks."),
                say("no test picture with a copy among the training pictures"),
                say("{count} of {total} test pictures with a copy among them", count=known, total=len(array)),
                say("Ask of each test picture whether it, or a shifted copy of it, is in the training set."),
            )

    def _pictures(self) -> npt.NDArray[Any]:
        if not isinstance(self.value, np.ndarray) or not self.value.ndim:
            wrong_kind(self.value, say("a NumPy array"))
        return self.value


class FittingExpectations(ModelExpectations, TrainingExpectations):
    """Sentences about a model that was compiled and trained on all that was there."""

    def is_compiled_with_one_of(self, *losses: str) -> None:
        """Its loss is one of these."""
        got = self.is_compiled().loss
        if got not in losses:
            fail(
                say("The loss is not one that fits labels and outputs."),
                say("one of these losses: {names}", names=", ".join(losses)),
                verbatim(got or "-"),
                say("Ask of what form the labels are that `fit` gets: plain digits, or ten numbers each?"),
            )

    def measures_right_answers(self) -> None:
        """Among its metrics is one that counts which of several answers are right."""
        metrics = self.is_compiled().metrics
        if not ACCURACIES.intersection(metrics):
            fail(
                say("The metric {name} is missing.", name="accuracy"),
                say("metrics with {name} among them", name="accuracy"),
                say("metrics: {names}", names=", ".join(metrics) or "-"),
                say('Give `compile` the argument `metrics=["{name}"]`.', name="accuracy"),
            )

    def trained_on_all_rows(self, rows: npt.NDArray[Any], labels: Labels, epochs: int) -> None:
        """All these rows, with their labels, went through the training steps, `epochs` times."""
        seen = self._trained()
        if seen.samples != len(rows) * epochs:
            fail(
                say("The model was not trained on all the rows, as often as the chapter asks for."),
                say("{count} rows in each of {epochs} epochs", count=len(rows), epochs=epochs),
                say("{count} rows in all", count=seen.samples),
                say("Pass all rows on to `fit`, with `epochs={epochs}`.", epochs=epochs),
            )
        sums = rows.sum(axis=1, dtype=np.float64)
        expected = np.array([sums.sum(), labels.sum(), (sums * labels).sum()]) * epochs
        got = np.array([seen.pixel_sum, seen.label_sum, seen.cross_sum])
        if not np.allclose(got, expected, rtol=SUM_TOLERANCE, atol=1e-3):
            fail(
                say("Other rows or labels went into `fit` than the function was given."),
                say("each row as it came, with its own label"),
                say("rows or labels that were changed, or do not belong together"),
                say("The rows are scaled already, and the labels say which digit it is."),
            )


def _keys(pictures: npt.NDArray[Any]) -> list[bytes]:
    """Return something to tell pictures apart by."""
    return [picture.tobytes() for picture in pictures]


def _longest_run(values: Sequence[object]) -> int:
    longest = run = 0
    for number, value in enumerate(values):
        run = run + 1 if number and value == values[number - 1] else 1
        longest = max(longest, run)
    return longest


def expect_little_damage(accuracy: float, undamaged: float, tolerance: float, next_step: Message) -> Message:
    """Hold an accuracy against the one without a bug; return the words for the report."""
    words = say(
        "{accuracy} of the test digits read correctly, {undamaged} with the reference",
        accuracy=f"{accuracy:.2f}",
        undamaged=f"{undamaged:.2f}",
    )
    if accuracy < undamaged - tolerance:
        fail(
            say("This is the damage: with what your function makes, fewer test digits are read."),
            say("{accuracy} of the test digits read correctly, as without the bug", accuracy=f"{undamaged:.2f}"),
            say("{accuracy} of the test digits read correctly", accuracy=f"{accuracy:.2f}"),
            next_step,
        )
    return words


def expect_no_foresight(accuracy: float, limit: float) -> Message:
    """Hold an accuracy on labels drawn by lot against what guessing can give; return the words for the report."""
    words = say("labels drawn by lot: {accuracy} of them known, guessing gives 0.10", accuracy=f"{accuracy:.2f}")
    if accuracy > limit:
        fail(
            say("This is the damage: the labels were drawn by lot, and your test set says the model knows them."),
            say("about 0.10 of the labels known, and at most {limit}", limit=short(limit)),
            say("{accuracy} of the labels known", accuracy=f"{accuracy:.2f}"),
            say("Nobody can foretell a lot. Find out how the answers got into the training set."),
        )
    return words
