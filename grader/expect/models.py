"""Expectations of Keras models: structure and what they were compiled with. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence

from grader.expect.failure import Subject, fail, short, wrong_kind
from grader.messages import Message, say, verbatim
from grader.sandbox.wire import Compiled, Layer
from grader.submission.values import Model

# Layers that only pass on what they are given, and so may stand anywhere in a stack of dense layers.
PASSING = frozenset({"InputLayer", "Flatten", "Reshape"})
ACTIVATION_LAYERS = {"ReLU": "relu", "Softmax": "softmax"}
# Keras's names for the same thing.
ALIASES = {
    "acc": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
}


class ModelExpectations(Subject):
    """Sentences about models."""

    def is_model(self) -> Model:
        """It is a Keras model."""
        if not isinstance(self.value, Model):
            wrong_kind(self.value, say("a Keras model"))
        return self.value

    def is_built(self) -> Model:
        """It is a model whose input size is known, so that its weights exist."""
        model = self.is_model()
        if not model.description.built:
            fail(
                say("The model does not know yet how large its input is, so it has no weights."),
                say("a model that is told its input size"),
                say("a model without an input size"),
                say("Begin the list of layers with `keras.Input(shape=...)`: the shape of one image."),
            )
        return model

    def takes_inputs_of(self, *shape: int) -> None:
        """One input has this shape, the batch axis left out."""
        description = self.is_built().description
        got = description.input_shape
        if got is not None and got[1:] != shape:
            fail(
                say("The model's input has the wrong size."),
                say("inputs of shape {shape}", shape=str(shape)),
                say("inputs of shape {shape}", shape=str(got[1:])),
                say("The input is one image as the function before prepares it."),
            )

    def gives_outputs_of(self, *shape: int) -> None:
        """One output has this shape, the batch axis left out."""
        got = self.is_built().description.output_shape
        if got is not None and got[1:] != shape:
            fail(
                say("The model's output has the wrong size."),
                say("outputs of shape {shape}", shape=str(shape)),
                say("outputs of shape {shape}", shape=str(got[1:])),
                say("There is one output for each digit: look at the last layer."),
            )

    def is_a_stack_of_dense_layers(self, layers: Sequence[tuple[int, str]]) -> None:
        """Its layers with weights are Dense, in this order, with these units and activations.

        An activation may stand in its own layer. Input, Flatten and Reshape layers do not count.
        """
        got = dense_stack(self.is_built())
        expected = _stack_words(layers)
        if len(got) != len(layers):
            fail(
                say(
                    "The model has {got} layers that compute something instead of {wanted}.",
                    got=len(got),
                    wanted=len(layers),
                ),
                expected,
                _stack_words(got),
                say("Compare the list of layers with the picture in the chapter."),
            )
        for number, (mine, wanted) in enumerate(zip(got, layers, strict=True), start=1):
            if mine[0] != wanted[0]:
                fail(
                    say("Layer {number} has the wrong number of units.", number=number),
                    expected,
                    _stack_words(got),
                    say("The first argument of `Dense` is the number of units."),
                )
            if mine[1] != wanted[1]:
                fail(
                    say("Layer {number} has the wrong activation.", number=number),
                    expected,
                    _stack_words(got),
                    say('Name it in the layer: `activation="{name}"`.', name=wanted[1]),
                )

    def has_parameters(self, count: int) -> None:
        """It has this many parameters (weights and biases)."""
        got = self.is_built().description.parameters
        if got != count:
            fail(
                say("The model has the wrong number of parameters."),
                say("{count} parameters", count=f"{count:,}"),
                say("{count} parameters", count="-" if got is None else f"{got:,}"),
                say("Run `model.summary()` and compare each row; a layer with a bias has one more parameter a unit."),
            )

    def is_compiled(self) -> Compiled:
        """It was compiled."""
        compiled = self.is_model().description.compiled
        if compiled is None:
            fail(
                say("The model is not compiled."),
                say("a model on which `compile` was called"),
                say("a model as `build_model` left it"),
                say("Call `model.compile(...)` in the function."),
            )
        return compiled

    def is_compiled_with_optimizer(self, name: str) -> None:
        """Its optimizer is of this kind."""
        _expect_word(
            self.is_compiled().optimizer,
            name,
            say("The optimizer is not the one the chapter asks for."),
            say("optimizer"),
        )

    def has_learning_rate(self, rate: float, relative: float) -> None:
        """Its optimizer's learning rate is `rate`, give or take the share `relative`."""
        got = self.is_compiled().learning_rate
        if got is None or abs(got - rate) > rate * relative:
            fail(
                say("The learning rate is not the one the chapter asks for."),
                say("learning rate {rate}", rate=rate),
                say("learning rate {rate}", rate=short(got) if got is not None else "-"),
                say("Leave the learning rate out: the optimizer's usual one is right here."),
            )

    def is_compiled_with_loss(self, name: str) -> None:
        """Its loss is this one."""
        got = self.is_compiled().loss
        _expect_word(got or "-", name, say("The loss is not the one the chapter asks for."), say("loss"))

    def is_compiled_with_metric(self, name: str) -> None:
        """This metric is among its metrics."""
        got = tuple(ALIASES.get(metric, metric) for metric in self.is_compiled().metrics)
        if name not in got:
            fail(
                say("The metric {name} is missing.", name=name),
                say("metrics with {name} among them", name=name),
                say("metrics: {names}", names=", ".join(got) or "-"),
                say('Give `compile` the argument `metrics=["{name}"]`.', name=name),
            )

    def has_a_loss_that_fits_its_outputs(self) -> None:
        """`from_logits` is true exactly where the last layer gives no probabilities."""
        model = self.is_model()
        compiled = self.is_compiled()
        stack = dense_stack(model)
        gives_probabilities = bool(stack) and stack[-1][1] == "softmax"
        if compiled.from_logits == gives_probabilities:
            got, wanted = str(compiled.from_logits), str(not gives_probabilities)
            fail(
                say("The loss and the last layer do not fit together."),
                say(
                    "from_logits={value}, since the last layer's activation is {name}",
                    value=wanted,
                    name=_last_name(stack),
                ),
                say("from_logits={value}", value=got),
                say("`from_logits=True` is for a last layer without softmax; with softmax leave it out."),
            )


def _expect_word(got: str, wanted: str, problem: Message, what: Message) -> None:
    if got != wanted:
        fail(
            problem,
            say("{what} {name}", what=what, name=wanted),
            say("{what} {name}", what=what, name=got),
            say('Give `compile` the name the chapter asks for: "{name}".', name=wanted),
        )


def dense_stack(model: Model) -> list[tuple[int, str]]:
    """Return (units, activation) of each layer that computes; activation layers are merged into the one before.

    A layer that is not Dense shows as (0, its class name).
    """
    stack: list[tuple[int, str]] = []
    for layer in model.description.layers:
        name = activation_of(layer)
        if layer.class_name in PASSING:
            continue
        if name is not None and stack and stack[-1][1] == "linear":
            stack[-1] = (stack[-1][0], name)
        elif layer.class_name == "Dense" and layer.units is not None:
            stack.append((layer.units, layer.activation or "linear"))
        elif name is None or name != "linear":
            stack.append((0, layer.class_name))
    return stack


def activation_of(layer: Layer) -> str | None:
    """Return the activation of a layer that is nothing else."""
    if layer.class_name == "Activation":
        return layer.activation
    return ACTIVATION_LAYERS.get(layer.class_name)


def _stack_words(layers: Sequence[tuple[int, str]]) -> Message:
    words = " -> ".join(f"Dense({units}, {name})" if units else name for units, name in layers)
    return verbatim(words or "-")


def _last_name(stack: list[tuple[int, str]]) -> str:
    return stack[-1][1] if stack else "-"
