"""Expectations of training: the History, and what really passed through the model. Trusted side."""

from __future__ import annotations

import numpy as np

from grader.data import Labels
from grader.expect.failure import Subject, describe, fail, short, wrong_kind
from grader.messages import say, verbatim
from grader.sandbox.wire import Observation, TrainedOn
from grader.submission.submission import Outcome
from grader.submission.values import History, Model

# The counting in the worker sums in float64; only the order of the sums differs.
SUM_TOLERANCE = 1e-6


class TrainingExpectations(Subject):
    """Sentences about a History, or about the outcome of a call that trains."""

    def is_history(self) -> History:
        """It is what `model.fit` returns."""
        if not isinstance(self.value, History):
            wrong_kind(self.value, say("the History that `model.fit` returns"), say("Write `return model.fit(...)`."))
        return self.value

    def has_curves(self, *names: str) -> None:
        """It has these curves."""
        history = self.is_history()
        missing = [name for name in names if name not in history.values]
        if missing:
            fail(
                say("The history lacks {names}.", names=", ".join(missing)),
                verbatim(", ".join(names)),
                verbatim(", ".join(history.values) or "-"),
                say("Curves whose names begin with val_ appear when `fit` gets a `validation_split`."),
            )

    def has_epochs(self, count: int) -> None:
        """Training went over the data this many times."""
        got = len(self.is_history().epochs)
        if got != count:
            fail(
                say("The number of epochs is not the one the chapter asks for."),
                say("{count} epochs", count=count),
                say("{count} epochs", count=got),
                say("Give `fit` the argument `epochs={count}`.", count=count),
            )

    def has_a_falling_curve(self, name: str) -> None:
        """The last value of a curve lies below its first."""
        curve = self.is_history().values.get(name, ())
        if len(curve) < 2 or not curve[-1] < curve[0]:
            fail(
                say("The curve {name} does not fall, so the model does not learn.", name=name),
                say("a last value below the first"),
                verbatim(", ".join(short(value) for value in curve[:6]) or "-"),
                say("Check that images and labels still belong together, and that `fit` gets both."),
            )

    def is_a_loss_that_falls_below(self, limit: float) -> None:
        """It is a list of losses, one for each step, and the last of them is at most `limit`."""
        losses = self.value
        if not isinstance(losses, list | tuple) or not losses or not all(map(_is_number, losses)):
            wrong_kind(losses, say("a list with one loss for each step"))
        if not losses[-1] <= limit:
            fail(
                say("The loss does not fall far enough, so the network does not learn."),
                say("a loss below {limit} after {count} steps", limit=limit, count=len(losses)),
                say("{first} at the start, {last} at the end", first=short(losses[0]), last=short(losses[-1])),
                say("First get your functions above right; with right ones the loss falls by itself."),
            )

    # ------------------------------------------------------------ outcomes of calls

    def used_batches_of(self, size: int, samples: int) -> None:
        """`samples` images went through in batches of `size`."""
        seen = self._trained()
        expected_batches = -(-samples // size)
        epochs = max(1, round(seen.samples / samples))
        if seen.largest_batch != size or seen.batches != expected_batches * epochs:
            fail(
                say("The batches do not have the size the chapter asks for."),
                say("batches of {size} images", size=size),
                say("batches of up to {size} images", size=seen.largest_batch),
                say("Give `fit` the argument `batch_size={size}`.", size=size),
            )

    def trained_on(
        self, inputs: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Labels, epochs: int
    ) -> None:
        """Exactly these images, with these labels, went through the training steps, `epochs` times."""
        seen = self._trained()
        if seen.samples != len(inputs) * epochs:
            fail(
                say("The model was not trained on the part of the images the chapter asks for."),
                say("{count} images in each epoch", count=len(inputs)),
                say("{count} images in each epoch", count=short(seen.samples / max(1, epochs))),
                say("`validation_split=0.2` puts the last fifth of the images aside and trains on the rest."),
            )
        self._same_content(seen, inputs, labels, epochs)

    def trained_on_all(
        self, inputs: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Labels, epochs: int
    ) -> None:
        """These images, with these labels, went through the training steps, `epochs` times, and none was held back."""
        seen = self._trained()
        if seen.samples != len(inputs) * epochs:
            fail(
                say("The model was not trained on all the images that the function was given."),
                say("{count} images in each epoch", count=len(inputs)),
                say("{count} images in each epoch", count=short(seen.samples / max(1, epochs))),
                say("Give `fit` all images and labels, and leave `validation_split` out."),
            )
        self._same_content(seen, inputs, labels, epochs)

    def ended_with_learning_rate(self, rate: float, factor: float) -> None:
        """The learning rate of the model that was passed in is `rate` in the end, give or take a `factor`."""
        self._trained()
        model = self._outcome().model
        compiled = model.description.compiled if model is not None else None
        got = compiled.learning_rate if compiled is not None else None
        if got is None or not rate / factor <= got <= rate * factor:
            fail(
                say("The learning rate does not fall during training as the chapter asks."),
                say("learning rate {rate} in the last epoch", rate=short(rate)),
                say("learning rate {rate} in the last epoch", rate=short(got) if got is not None else "-"),
                say("Give `fit` the argument `callbacks=[...]` with what the ready-made function returns."),
            )

    def validated_on(
        self, inputs: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Labels, epochs: int
    ) -> None:
        """Exactly these images, with these labels, served for validation."""
        seen = self._observation().testing
        if seen.samples != len(inputs) * epochs:
            fail(
                say("Validation used another part of the images."),
                say("{count} images after each epoch", count=len(inputs)),
                say("{count} images after each epoch", count=short(seen.samples / max(1, epochs))),
                say("Give `fit` the argument `validation_split=0.2`."),
            )
        self._same_content(seen, inputs, labels, epochs)

    def _same_content(
        self, seen: TrainedOn, inputs: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Labels, epochs: int
    ) -> None:
        sums = inputs.reshape(len(inputs), -1).sum(axis=1, dtype=np.float64)
        expected = np.array([sums.sum(), labels.sum(), (sums * labels).sum()]) * epochs
        got = np.array([seen.pixel_sum, seen.label_sum, seen.cross_sum])
        wrong = ~np.isclose(got, expected, rtol=SUM_TOLERANCE, atol=1e-3)
        if wrong[:2].any():
            fail(
                say("Other images or labels went into `fit` than the function was given."),
                say("the images and labels as they came"),
                say("images or labels that were changed, or others"),
                say("Pass `images` and `labels` on to `fit` as they are."),
            )
        if wrong[2]:
            fail(
                say("Images and labels no longer belong together."),
                say("each image with its own label"),
                say("images with other images' labels"),
                say("When you shuffle, move images and labels in the same order; `fit` shuffles for you."),
            )

    def changed_the_weights_of(self, before: Model) -> None:
        """The model that was passed in learned something."""
        if not self._weights_differ(before):
            fail(
                say("The model that was passed in has learned nothing."),
                say("weights that training changed"),
                say("the same weights as before"),
                say("Call `fit` on the model the function is given, not on another one."),
            )

    def left_the_weights_of(self, before: Model) -> None:
        """The model that was passed in was not trained."""
        if self._weights_differ(before):
            fail(
                say("The function trained the model."),
                say("the same weights before and after"),
                say("other weights after the call"),
                say("Measuring must not teach: call `evaluate` here, never `fit`."),
            )

    def left_its_arguments_unchanged(self, name: str = "images") -> None:
        """No array that was passed in was changed. `name`: what the function calls it."""
        outcome = self._outcome()
        if outcome.changed:
            fail(
                say("The function changed the array it was given."),
                say("a new array; the one passed in as it was"),
                say("an argument with other values after the call"),
                say("Do not write into `{name}`; compute a new array, or work on `{name}.copy()`.", name=name),
            )

    def left_unchanged(self, *names: str) -> None:
        """No array that was passed in was changed. `names`: the function's parameters, in their order."""
        for position in self._outcome().changed:
            name = names[position]
            fail(
                say("The function changed `{name}`, which it was given.", name=name),
                say("a new array; `{name}` as it was", name=name),
                say("`{name}` with other values after the call", name=name),
                say("Do not write into `{name}`, as `-=`, `+=` and `{name}[...] = ...` do.", name=name),
            )

    def _weights_differ(self, before: Model) -> bool:
        after = self._outcome().model
        if after is None:
            return False
        old, new = before.take().weights, after.take().weights
        return len(old) != len(new) or any(not np.array_equal(a, b) for a, b in zip(old, new, strict=True))

    def _outcome(self) -> Outcome:
        assert isinstance(self.value, Outcome), "expect(submission.function.call(...))"
        return self.value

    def _observation(self) -> Observation:
        observation = self._outcome().observation
        assert observation is not None, "the call had no model among its arguments"
        return observation

    def _trained(self) -> TrainedOn:
        seen = self._observation().training
        if not seen.batches:
            fail(
                say("The model that was passed in was not trained."),
                say("a call of `fit` on it"),
                describe(self._outcome().value),
                say("Call `model.fit(...)` on the model the function is given."),
            )
        return seen


def _is_number(thing: object) -> bool:
    return isinstance(thing, int | float | np.integer | np.floating)
