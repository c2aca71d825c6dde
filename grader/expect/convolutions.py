"""Expectations of convolutional networks: which layers see shapes, and in what order. Trusted side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from grader.expect.failure import fail, short
from grader.expect.models import ModelExpectations, activation_of
from grader.messages import Message, say, verbatim
from grader.sandbox.wire import Layer
from grader.submission.values import Model

CONVOLUTION, POOLING, NORMALIZATION = "Conv2D", "MaxPooling2D", "BatchNormalization"
WITH_ACTIVATION = frozenset({CONVOLUTION, "Dense"})
# What turns maps into one row and leaves every number as it is.
FLATTENING = frozenset({"Flatten", "Reshape"})


class Stage(msgspec.Struct, frozen=True):
    """A layer that counts, with its activation, whether that stands in the layer or behind it."""

    layer: Layer
    activation: str | None

    @property
    def kind(self) -> str:
        return self.layer.class_name

    @property
    def words(self) -> str:
        window = "x".join(map(str, self.layer.window or ()))
        activation = self.activation if self.activation != "linear" else "no activation"
        parts = [str(self.layer.units) if self.layer.units else "", window, activation or ""]
        inside = ", ".join(part for part in parts if part)
        return f"{self.kind}({inside})" if inside else self.kind


class ConvolutionExpectations(ModelExpectations):
    """Sentences about models with Conv2D layers."""

    def has_convolutions(self, *filters: int) -> None:
        """Its Conv2D layers have these numbers of filters, in this order."""
        model = self.is_built()
        got = [stage.layer.units for stage in _convolutions(model)]
        if got != list(filters):
            fail(
                say("The Conv2D layers are not the ones the chapter asks for."),
                say("Conv2D layers with {numbers} filters", numbers=_joined(filters)),
                _layers_words(model),
                say("The first argument of `Conv2D` is the number of filters; compare with the table in the chapter."),
            )

    def has_kernels_of(self, *size: int) -> None:
        """The filters of each Conv2D layer look at a field of this size, at every place of the image."""
        model = self.is_built()
        for number, stage in enumerate(_some_convolutions(model), start=1):
            if stage.layer.window != size:
                fail(
                    say("Conv2D number {number} has filters of another size.", number=number),
                    say("filters of {size} pixels", size=_by(size)),
                    say("filters of {size} pixels", size=_by(stage.layer.window or ())),
                    say("The second argument of `Conv2D` is the side of the window: `Conv2D(16, 5, ...)`."),
                )
            if stage.layer.strides != (1,) * len(size):
                fail(
                    say("Conv2D number {number} leaves out places on the image.", number=number),
                    say("filters that move by {stride}", stride=_by((1,) * len(size))),
                    say("filters that move by {stride}", stride=_by(stage.layer.strides or ())),
                    say("Leave `strides` out: pooling makes the maps smaller."),
                )

    def activates_convolutions_by(self, name: str) -> None:
        """Each Conv2D layer has this activation, in it or right behind it, or behind its normalization."""
        model = self.is_built()
        for number, stage in enumerate(_some_convolutions(model), start=1):
            if stage.activation != name:
                fail(
                    say("Conv2D number {number} has the wrong activation.", number=number),
                    say("activation {name}", name=name),
                    say("activation {name}", name=stage.activation or "-"),
                    say('Name it in the layer: `activation="{name}"`.', name=name),
                )

    def halves_maps_after_each_convolution(self) -> None:
        """Behind each Conv2D, and before the next, stands one MaxPooling2D of 2 x 2."""
        model = self.is_built()
        _some_convolutions(model)
        for number, block in enumerate(_blocks(model), start=1):
            pools = [stage for stage in block if stage.kind == POOLING]
            if len(pools) != 1:
                fail(
                    say(
                        "Behind Conv2D number {number} stand {count} MaxPooling2D layers.",
                        number=number,
                        count=len(pools),
                    ),
                    say("one MaxPooling2D behind each Conv2D"),
                    _layers_words(model),
                    say("Add `keras.layers.MaxPooling2D()` behind each Conv2D."),
                )
            layer = pools[0].layer
            if layer.window != (2, 2) or layer.strides != (2, 2):
                fail(
                    say("MaxPooling2D number {number} has a window of another size.", number=number),
                    say("a window of {size} that moves by {stride}", size="2 x 2", stride="2 x 2"),
                    say(
                        "a window of {size} that moves by {stride}",
                        size=_by(layer.window or ()),
                        stride=_by(layer.strides or ()),
                    ),
                    say("Leave the brackets of `MaxPooling2D()` empty: 2 x 2 is the usual size."),
                )

    def normalizes_after_each_convolution(self, momentum: float) -> None:
        """Behind each Conv2D, and before the next, stands one BatchNormalization with this momentum."""
        model = self.is_built()
        _some_convolutions(model)
        for number, block in enumerate(_blocks(model), start=1):
            found = [stage.layer.momentum for stage in block if stage.kind == NORMALIZATION]
            if len(found) != 1:
                fail(
                    say(
                        "Behind Conv2D number {number} stand {count} BatchNormalization layers.",
                        number=number,
                        count=len(found),
                    ),
                    say("one BatchNormalization behind each Conv2D"),
                    _layers_words(model),
                    say("Add `keras.layers.BatchNormalization(...)` behind each MaxPooling2D."),
                )
            if found[0] is None or not math.isclose(found[0], momentum, rel_tol=1e-6):
                fail(
                    say("BatchNormalization number {number} has another momentum.", number=number),
                    say("momentum {value}", value=momentum),
                    say("momentum {value}", value=short(found[0]) if found[0] is not None else "-"),
                    say("Write `BatchNormalization(momentum={value})`.", value=momentum),
                )

    def ends_in_one_dense_layer(self, units: int, activation: str) -> None:
        """Behind the last map the numbers are put in one row for a single Dense layer, which is the last."""
        model = self.is_built()
        stages = stages_of(model)
        dense = [stage for stage in stages if stage.kind == "Dense"]
        tail = stages[-1:]
        if tail != dense or not tail or (tail[0].layer.units, tail[0].activation) != (units, activation):
            fail(
                say("The model does not end in the one Dense layer that the chapter asks for."),
                say("one Dense layer, at the end: {units} units with {activation}", units=units, activation=activation),
                _layers_words(model),
                say(
                    'Let the list end with `keras.layers.Dense({units}, activation="{name}")`.',
                    units=units,
                    name=activation,
                ),
            )
        rows = [stage.kind for stage in stages if stage.kind in FLATTENING | {"GlobalAveragePooling2D"}]
        in_front = stages[-2].kind if len(stages) > 1 else ""
        if len(rows) != 1 or in_front not in FLATTENING | {"Dropout", NORMALIZATION} or rows[0] not in FLATTENING:
            fail(
                say("The maps are not put in one row for the last layer."),
                say("a Flatten layer between the last map and the Dense layer"),
                _layers_words(model),
                say("Put `keras.layers.Flatten()` right in front of the Dense layer."),
            )

    def has_at_most_parameters(self, count: int) -> None:
        """It has no more parameters than this."""
        got = self.is_built().description.parameters or 0
        if got > count:
            fail(
                say("The model has too many parameters."),
                say("at most {count} parameters", count=f"{count:,}"),
                say("{count} parameters", count=f"{got:,}"),
                say("Run `model.summary()` and look for the row with most of them; pooling makes the maps smaller."),
            )


def stages_of(model: Model) -> list[Stage]:
    """Return the layers that count; activation layers are merged into the layer they belong to."""
    stages: list[Stage] = []
    for layer in model.description.layers:
        name = activation_of(layer)
        if name is not None:
            _give_activation(stages, name, layer)
        elif layer.class_name != "InputLayer":
            stages.append(Stage(layer, layer.activation if layer.class_name in WITH_ACTIVATION else None))
    return stages


def _give_activation(stages: list[Stage], name: str, layer: Layer) -> None:
    """Let the last Conv2D or Dense have it, where no layer stands between that changes its meaning."""
    for place in range(len(stages) - 1, -1, -1):
        if stages[place].kind in WITH_ACTIVATION and stages[place].activation == "linear":
            stages[place] = msgspec.structs.replace(stages[place], activation=name)
            return
        if stages[place].kind not in {NORMALIZATION, POOLING}:
            break
    if name != "linear":
        stages.append(Stage(layer, name))


def _convolutions(model: Model) -> list[Stage]:
    return [stage for stage in stages_of(model) if stage.kind == CONVOLUTION]


def _some_convolutions(model: Model) -> list[Stage]:
    found = _convolutions(model)
    if not found:
        fail(
            say("The model has no Conv2D layer."),
            say("layers that slide filters over the image"),
            _layers_words(model),
            say("Begin, after the input, with `keras.layers.Conv2D(...)`."),
        )
    return found


def _blocks(model: Model) -> list[list[Stage]]:
    """Return, for each Conv2D, what stands behind it and before the next one or the row of numbers."""
    blocks: list[list[Stage]] = []
    closed = True
    for stage in stages_of(model):
        if stage.kind == CONVOLUTION:
            blocks.append([])
            closed = False
        elif stage.kind in FLATTENING:
            closed = True
        elif not closed:
            blocks[-1].append(stage)
    return blocks


def _layers_words(model: Model) -> Message:
    return verbatim(" -> ".join(stage.words for stage in stages_of(model)) or "-")


def _by(size: Sequence[int]) -> str:
    return " x ".join(map(str, size)) or "-"


def _joined(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
