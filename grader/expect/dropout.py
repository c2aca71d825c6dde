"""Expectations of dropout: where it stands, and what it really does in training and in prediction. Trusted side."""

from __future__ import annotations

from typing import Any, Self

import msgspec
import numpy as np
import numpy.typing as npt

from grader.expect.failure import Subject, fail, short
from grader.expect.models import ModelExpectations
from grader.messages import say, verbatim
from grader.submission.values import Model

# A unit is watched through an output of its own; one more output stays at zero, to compare with.
WATCHED_UNITS = 9
OUTPUTS = WATCHED_UNITS + 1
# So many passes at once: with nine units they settle the share of silent ones to 0.004 (one standard deviation).
PASSES = 2000
# Two predictions of one model differ by rounding at most.
SAME_OUTPUT = 1e-5
SAME_RATE = 1e-6


class DropoutExpectations(Subject):
    """Sentences about a model with dropout between two dense layers."""

    def without_dropout(self) -> Self:
        """Go on with the same model, its dropout layers left out of the description."""
        model = ModelExpectations(self.value).is_built()
        layers = tuple(layer for layer in model.description.layers if not layer.class_name.endswith("Dropout"))
        return type(self)(Model(msgspec.structs.replace(model.description, layers=layers), model.owner))

    def has_one_dropout_layer(self, rate: float) -> None:
        """It has a single layer of the kind Dropout, with this rate."""
        layers = ModelExpectations(self.value).is_built().description.layers
        rates = [layer.rate for layer in layers if layer.class_name == "Dropout"]
        if len(rates) != 1:
            fail(
                say("The model has the wrong number of Dropout layers."),
                say("one Dropout layer"),
                say("layers: {names}", names=", ".join(layer.class_name for layer in layers) or "-"),
                say("Put one `keras.layers.Dropout({rate})` into the list of layers.", rate=rate),
            )
        got = rates[0]
        if got is None or abs(got - rate) > SAME_RATE:
            fail(
                say("The Dropout layer has another rate."),
                say("rate {rate}", rate=rate),
                say("rate {rate}", rate="-" if got is None else short(got)),
                say("The rate is the share of the units that falls silent, between 0 and 1."),
            )

    def has_dropout_between_its_dense_layers(self) -> None:
        """Its Dropout layer comes after the first dense layer and before the second."""
        layers = ModelExpectations(self.value).is_built().description.layers
        order = [layer.class_name for layer in layers if layer.class_name in ("Dense", "Dropout")]
        if order != ["Dense", "Dropout", "Dense"]:
            fail(
                say("The Dropout layer is not between the two dense layers."),
                verbatim("Dense -> Dropout -> Dense"),
                verbatim(" -> ".join(order) or "-"),
                say("The list of layers is read from top to bottom: put Dropout between the two Dense layers."),
            )

    def silences_hidden_units(self, rate: float, absolute: float) -> None:
        """In training this share of the hidden units gives zero, and other ones in each pass; seen from outside."""
        model = ModelExpectations(self.value).is_built()
        names = [layer.class_name for layer in model.description.layers]
        if not any(name.endswith("Dropout") for name in names):
            fail(
                say("The model has no layer that silences units in training."),
                say("one Dropout layer"),
                say("layers: {names}", names=", ".join(names) or "-"),
                say("Put one `keras.layers.Dropout({rate})` into the list of layers.", rate=rate),
            )
        first, second = self._silent_units(model), self._silent_units(model)
        share = float(np.concatenate([first, second]).mean())
        if abs(share - rate) > absolute:
            fail(
                say("In training, the wrong share of the hidden units falls silent."),
                say("{percent} of 100", percent=round(100 * rate)),
                say("{percent} of 100", percent=round(100 * share)),
                say("Look at the rate of the Dropout layer, and at the layer in front of it."),
            )
        if np.array_equal(first, second):
            fail(
                say("In training, the same hidden units fall silent each time."),
                say("other units in each pass"),
                say("the same units in two passes"),
                say("Use `keras.layers.Dropout`, which draws anew for each picture."),
            )

    def _silent_units(self, model: Model) -> npt.NDArray[np.bool_]:
        """Return which watched units were silent in each of many passes: (passes, units).

        The model's own weights are replaced: now every hidden unit gives 1, and each watched one alone reaches one of
        the outputs. A silent unit's output equals that of the last one, which nothing reaches.
        """
        weights = model.take().weights
        shapes = [weight.shape for weight in weights]
        if len(shapes) != 4 or shapes[2] != (*shapes[1], OUTPUTS) or shapes[2][0] < WATCHED_UNITS:
            fail(
                say("The model does not have the two dense layers that the chapter asks for."),
                say("two dense layers, each with weights and a bias"),
                say("weights of the shapes {shapes}", shapes=", ".join(str(shape) for shape in shapes[:6]) or "-"),
                say("Compare the list of layers with the picture in the chapter."),
            )
        inputs, hidden = shapes[0][0], shapes[2][0]
        reaching = np.zeros((hidden, OUTPUTS), np.float32)
        reaching[np.linspace(0, hidden - 1, WATCHED_UNITS).astype(int), np.arange(WATCHED_UNITS)] = 1
        probe = model.with_weights(
            np.zeros((inputs, hidden), np.float32),
            np.ones(hidden, np.float32),
            reaching,
            np.zeros(OUTPUTS, np.float32),
        )
        shape = (model.description.input_shape or (None, inputs))[1:]
        outputs = probe.predict(np.zeros((PASSES, *(size or 1 for size in shape)), np.float32), training=True)
        if outputs.shape != (PASSES, OUTPUTS):
            ModelExpectations(model).gives_outputs_of(OUTPUTS)
        silent: npt.NDArray[np.bool_] = np.isclose(outputs[:, :-1], outputs[:, -1:], rtol=0, atol=SAME_OUTPUT)
        return silent

    def predicts_the_same_twice(self, images: npt.NDArray[Any]) -> None:
        """Two predictions for the same images agree: nothing is left to chance once training is over."""
        model = ModelExpectations(self.value).is_built()
        first, second = model.predict(images), model.predict(images)
        if first.shape != second.shape or not np.allclose(first, second, rtol=0, atol=SAME_OUTPUT):
            fail(
                say("Two predictions for the same pictures differ, so dropout is at work outside training, too."),
                say("the same outputs both times"),
                say("outputs that differ by up to {value}", value=short(np.abs(first - second).max())),
                say("Take the layer `keras.layers.Dropout`, which `fit` turns on and `predict` turns off."),
            )
