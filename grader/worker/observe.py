"""Watches what really passes through a model's train and test steps. Untrusted side.

The counting is part of the traced step itself, so it sees every batch however `fit` was called.
"""

from __future__ import annotations

from typing import Any

import keras

from grader.sandbox import wire

ATTRIBUTE = "_first_digits_recorder"


class _Counter:
    """Sums over the batches of one kind of step, kept in framework variables."""

    def __init__(self) -> None:
        self._counts = keras.Variable([0, 0, 0], dtype="int64", trainable=False)
        self._sums = keras.Variable([0.0, 0.0, 0.0], dtype="float64", trainable=False)

    def see(self, images: Any, labels: Any) -> None:
        ops = keras.ops
        size = ops.cast(ops.shape(images)[0], "int64")
        inputs = ops.sum(ops.reshape(ops.cast(images, "float64"), (ops.shape(images)[0], -1)), axis=1)
        numbers = ops.cast(labels, "float64")
        if len(numbers.shape) > 1:
            width = numbers.shape[-1] or 1
            numbers = ops.sum(numbers * ops.arange(width, dtype="float64"), axis=-1) if width > 1 else numbers[..., 0]
        one = ops.cast(1, "int64")
        counts = ops.convert_to_tensor(self._counts)
        self._counts.assign(ops.stack([counts[0] + one, counts[1] + size, ops.maximum(counts[2], size)]))
        self._sums.assign_add(ops.stack([ops.sum(inputs), ops.sum(numbers), ops.sum(inputs * numbers)]))

    def reset(self) -> None:
        self._counts.assign([0, 0, 0])
        self._sums.assign([0.0, 0.0, 0.0])

    def result(self) -> wire.TrainedOn:
        batches, samples, largest = (int(count) for count in keras.ops.convert_to_numpy(self._counts))
        return wire.TrainedOn(batches, samples, largest, *(float(s) for s in keras.ops.convert_to_numpy(self._sums)))


class Recorder:
    """Counts for one model. Attach it before the model's steps are traced."""

    def __init__(self, model: Any) -> None:
        self._training, self._testing = _Counter(), _Counter()
        model.train_step = _counted(model.train_step, self._training)
        model.test_step = _counted(model.test_step, self._testing)

    def reset(self) -> None:
        self._training.reset()
        self._testing.reset()

    def result(self) -> wire.Observation:
        return wire.Observation(self._training.result(), self._testing.result())


def _counted(step: Any, counter: _Counter) -> Any:
    def counted_step(*arguments: Any, **options: Any) -> Any:
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(arguments[-1])
        if keras.ops.is_tensor(images) and keras.ops.is_tensor(labels):
            counter.see(images, labels)
        return step(*arguments, **options)

    return counted_step


def watch(model: Any) -> Recorder:
    """Return the model's recorder, at zero."""
    recorder = getattr(model, ATTRIBUTE, None)
    if recorder is None:
        recorder = Recorder(model)
        object.__setattr__(model, ATTRIBUTE, recorder)
    recorder.reset()
    return recorder
