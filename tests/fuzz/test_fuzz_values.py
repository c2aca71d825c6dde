"""Well-formed messages that say absurd things: every expectation either holds or fails in words for the learner."""

import inspect
import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import CheckFailed, four_parts
from grader.expect import Expectation, expect
from grader.messages import LANGUAGES, render, say
from grader.sandbox import wire
from grader.sandbox.confine import Level
from grader.submission.compare import same_result
from grader.submission.explain import explain_error
from grader.submission.source import read_source
from grader.submission.submission import DEFAULT_LIMITS, Outcome, Submission
from grader.submission.values import Model, Taken, decode, digest

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
MEMORY_MIB = 512
SOURCE = read_source("work.py", b"def f(a):\n    return a\n")
EDGES = [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1]
INTS = st.integers(-3, 12) | st.sampled_from(EDGES)
FLOATS = st.floats(width=64) | st.sampled_from([0.0, 0.5, 1.0, math.nan, math.inf, -math.inf, 1e308, 5e-324])
NAMES = st.sampled_from(["", "dense", "Dense", "Dropout", "Conv2D", "MaxPooling2D", "BatchNormalization", "accuracy"])
TEXTS = NAMES | st.text(max_size=8) | st.sampled_from(["\x1b[2J", "{x}", "\u202e", "x" * 5000, "\0", "{", "%s"])
SHORT = TEXTS.map(lambda text: text[: wire.MAX_NAME])
SIZES = st.lists(INTS, max_size=4).map(tuple)
SHAPES = st.lists(st.none() | INTS, max_size=4).map(tuple)
CURVES = st.dictionaries(
    st.sampled_from(["loss", "accuracy", "val_loss", "val_accuracy", "", "x" * 300]),
    st.lists(FLOATS, max_size=4).map(tuple),
    max_size=4,
)


def inputs(quick: int, thorough: int) -> settings:
    return settings(settings.get_profile("fuzz"), max_examples=thorough if THOROUGH else quick)


def some(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


@st.composite
def arrays(draw) -> tuple[wire.Array, bytes]:
    """Return an array whose parts nearly always fit, of any type, with any bytes in it."""
    dtype = draw(st.sampled_from(sorted(wire.DTYPES)))
    shape = tuple(draw(st.lists(st.sampled_from([0, 1, 2, 3, 10, 28]), max_size=4)))
    count = math.prod(shape) * np.dtype(dtype).itemsize
    pattern = draw(st.binary(min_size=1, max_size=16))
    raw = (pattern * (count // len(pattern) + 1))[:count]
    if dtype == "bool":
        raw = bytes(byte & 1 for byte in raw)
    return wire.Array(dtype, shape, 0, draw(st.sampled_from(["array", "scalar", "tensor"]))), raw


LAYERS = st.builds(
    wire.Layer,
    NAMES | TEXTS,
    TEXTS,
    st.none() | INTS,
    st.none() | TEXTS | st.sampled_from(["relu", "softmax"]),
    st.none() | FLOATS,
    st.none() | SHAPES,
    INTS,
    st.none() | SIZES,
    st.none() | SIZES,
    st.none() | FLOATS,
)
COMPILED = st.builds(wire.Compiled, TEXTS, st.none() | FLOATS, st.none() | TEXTS, st.booleans(), some(TEXTS), INTS)
MODELS = st.builds(
    wire.ModelValue,
    INTS,
    TEXTS,
    some(LAYERS, 6),
    st.booleans(),
    st.none() | SHAPES,
    st.none() | SHAPES,
    st.none() | INTS,
    st.none() | COMPILED,
)
HISTORIES = st.builds(wire.HistoryValue, INTS, CURVES, some(INTS, 5))
LINES = st.builds(wire.Line, TEXTS, some(FLOATS, 4), some(FLOATS, 4))
PICTURES = st.one_of(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 255)).map(
        lambda size: wire.Image(size[0], size[1], bytes([size[2]]) * (size[0] * size[1]))
    ),
    st.just(wire.Image(2**62, 2**62, b"")),
    st.just(wire.Image(0, 2**63, b"")),
)
AXES = st.builds(wire.Axes, TEXTS, TEXTS, TEXTS, some(LINES), st.none() | some(TEXTS), some(PICTURES))
FIGURES = st.builds(wire.FigureValue, INTS, TEXTS, some(AXES), some(TEXTS))
PLAINS = st.builds(wire.Plain, st.none() | st.booleans() | INTS | FLOATS | TEXTS)
LEAVES = PLAINS | MODELS | HISTORIES | FIGURES | st.builds(wire.Opaque, SHORT, SHORT) | st.builds(wire.Held, INTS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(wire.Items, st.sampled_from(["list", "tuple"]), some(inner, 4)),
        st.builds(wire.Mapping, some(TEXTS), some(inner)),
    ),
    max_leaves=6,
)
SUMS = st.builds(wire.TrainedOn, INTS, INTS, INTS, FLOATS, FLOATS, FLOATS)
OBSERVATIONS = st.builds(wire.Observation, SUMS, SUMS)


class Owner:
    """Gives a model's weights and outputs that do not fit it."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def fetch(self, handle):
        return Taken("{}", None, (self._array, self._array[:0] if self._array.ndim else self._array))

    def predict(self, model, images, training=False):
        return self._array


def through_the_wire(message: wire.Reply, raw: bytes = b"") -> wire.Unpacker | None:
    frame = bytearray(b"".join(bytes(piece) for piece in wire.pack(message, [raw], bytes(16), 1)))
    unpacker = wire.Unpacker("reply", bytes(16), 1)
    try:
        while unpacker.message is None:
            data, frame = frame[: unpacker.wanted], frame[unpacker.wanted :]
            unpacker.feed(data)
    except wire.WireError:
        return None
    return unpacker


IMAGES = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
ROWS = IMAGES.reshape(2, -1).astype("float32") / 255
LABELS = np.array([3, 7], np.uint8)
COUNTS = np.eye(10, dtype=int)
CURVE = {"loss": (1.0, 0.5)}
# What a chapter would ask for, for each sentence that takes anything.
ARGUMENTS = {
    "activates_convolutions_by": ("relu",),
    "are_arrays": ("images", "labels"),
    "averages_to_one_over": (LABELS % 2, 0.1),
    "computes_with": ([("Conv2D", 8, "relu"), ("Dense", 10, "softmax")],),
    "counts": (COUNTS,),
    "differs_from": (ROWS,),
    "ends_in_one_dense_layer": (10, "softmax"),
    "equals": (ROWS, 0.1, 0.1),
    "equals_digit": (3,),
    "equals_with_gaps": (np.array([0.5, np.nan]), 0.1),
    "fills_a_box_of": (20, 1),
    "gives_outputs_of": (10,),
    "gives_probabilities": (IMAGES, 10, 0.1),
    "has_a_falling_curve": ("loss",),
    "has_at_most_parameters": (1000,),
    "has_centre_of_mass": (14.0, 14.0, 0.5),
    "has_convolutions": (8, 16),
    "has_curves": ("loss", "val_loss"),
    "has_dtype": ("float32",),
    "has_epochs": (2,),
    "has_kernels_of": (3, 3),
    "has_learning_rate": (0.001, 0.1),
    "has_one_dropout_layer": (0.5,),
    "has_parameters": (5130,),
    "has_parts": ("images", "labels"),
    "has_points_at": ((1.0, 2.0),),
    "has_rows_of_probabilities": (0.1,),
    "has_rows_that_sum_to": (1.0, 0.1),
    "has_shape": (2, 784),
    "has_size": (28, 28),
    "holds_exactly": (IMAGES,),
    "is_a_loss_that_falls_below": (0.5,),
    "is_a_stack_of_dense_layers": ([(512, "relu"), (10, "softmax")],),
    "is_apart_from": (IMAGES,),
    "is_close_to": (0.5, 0.1),
    "is_compiled_with_loss": ("mse",),
    "is_compiled_with_metric": ("accuracy",),
    "is_compiled_with_one_of": ("mse", "mae"),
    "is_compiled_with_optimizer": ("adam",),
    "is_the_number": (0.5, 0.1),
    "is_tuple_of": ("loss", "accuracy"),
    "is_unsure": (IMAGES, 0.5),
    "is_upright": (0.1,),
    "keeps_the_label_of_each": (LABELS, IMAGES, LABELS),
    "lies_within": (0.0, 1.0),
    "lists": ([1, 2], say("numbers")),
    "lists_confusions": ([(3, 5, 2)],),
    "normalizes_after_each_convolution": (0.9,),
    "predicts_the_same_twice": (IMAGES,),
    "resembles": (IMAGES[0], 0.1),
    "shows_curves": (CURVE, 0.1),
    "shows_pictures": (list(IMAGES),),
    "silences_hidden_units": (0.5, 0.1),
    "spans": (0.0, 1.0),
    "takes_inputs_of": (784,),
    "takes_pictures_of": (48, 48),
    "titles_pictures_with_numbers": (list(IMAGES), [(1,), (2,)]),
}
# The same for those about the outcome of a call. `Model`: the model before it.
OUTCOME_ARGUMENTS = {
    "answers_mostly": (IMAGES, 3, 0.5),
    "changed_the_weights_of": (Model,),
    "ended_with_learning_rate": (0.001, 2.0),
    "left_its_arguments_unchanged": (),
    "left_the_weights_of": (Model,),
    "left_unchanged": ("model", "images"),
    "trained_on": (ROWS, LABELS, 2),
    "trained_on_all": (ROWS, LABELS, 2),
    "trained_on_all_faces": (IMAGES, LABELS, 2),
    "trained_on_all_rows": (ROWS, LABELS, 2),
    "used_batches_of": (2, 2),
    "validated_on": (ROWS, LABELS, 2),
}
# Said of an array that the check has made itself.
OF_OWN_ARRAYS = {"is_well_mixed"}
METHODS = {name: method for name, method in inspect.getmembers(Expectation, inspect.isfunction) if name[0] != "_"}


def test_every_sentence_is_tried():
    takes_something = {name for name, method in METHODS.items() if len(inspect.signature(method).parameters) > 1}
    assert takes_something == {*ARGUMENTS, *OUTCOME_ARGUMENTS, *OF_OWN_ARRAYS}


def try_all(value, owner) -> None:
    """Try every sentence on the value: it holds, or it fails in words that can be shown."""
    before = Model(wire.ModelValue(1, "M", (), True, None, None, None, None), owner)
    for name, method in METHODS.items():
        if name not in OF_OWN_ARRAYS and (name in OUTCOME_ARGUMENTS) == isinstance(value, Outcome):
            given_arguments = {**ARGUMENTS, **OUTCOME_ARGUMENTS}.get(name, ())
            with np.errstate(all="ignore"):
                try:
                    method(expect(value), *(before if a is Model else a for a in given_arguments))
                except CheckFailed as failed:
                    show(failed)
                except Exception as error:
                    error.add_note(f"in {name}")
                    raise


def show(failed: CheckFailed) -> None:
    for _, message in four_parts(failed.feedback):
        for language in LANGUAGES:
            words = render(message, language)
            assert len(words) < 100_000
            words.encode()


@pytest.mark.memory(MEMORY_MIB)
@inputs(60, 5_000)
@given(VALUES)
def test_absurd_values(tried, value):
    tried("values: absurd plain values, models, histories, figures")
    check(value, b"")


@pytest.mark.memory(MEMORY_MIB)
@inputs(60, 5_000)
@given(arrays(), st.sampled_from(["itself", "in a list", "three"]))
def test_absurd_arrays(tried, array, where):
    tried("values: absurd arrays")
    value, raw = array
    wrapped = {
        "itself": value,
        "in a list": wire.Items("list", (value, wire.Plain(1))),
        "three": wire.Items("tuple", (value,) * 3),
    }
    check(wrapped[where], raw)


def check(value: wire.Value, raw: bytes) -> None:
    unpacker = through_the_wire(wire.Returned(value), raw)
    if unpacker is None:
        return
    owner = Owner(np.zeros((2, 3), np.float32))
    try:
        thing = decode(unpacker.message.value, unpacker.buffers, owner)
    except wire.WireError:
        return
    try_all(thing, owner)
    outcomes = [Outcome(thing, (), (), (), "", 0.0) for _ in range(2)]
    assert isinstance(same_result(*outcomes), bool)
    digest(thing)


class Answers:
    """An engine whose worker answers every call with the same reply."""

    generation = 0
    level = Level.NAMESPACES

    def __init__(self, reply: wire.Reply, buffers: list[bytearray]) -> None:
        self._reply, self._buffers = reply, buffers

    def warm(self, modules):
        return

    def request(self, message, buffers, limits):
        from grader.sandbox.worker import Answer

        reply = wire.Loaded() if isinstance(message, wire.Segment) else self._reply
        return Answer(reply, self._buffers, "", 0.0)

    def share(self, array, limits):
        return None

    def close(self):
        return


RETURNED = st.builds(
    wire.Returned,
    VALUES,
    some(st.none() | MODELS | VALUES),
    some(INTS),
    some(st.none() | OBSERVATIONS),
    some(st.none() | st.builds(wire.Snapshot, TEXTS, st.none() | TEXTS, some(arrays().map(lambda pair: pair[0])))),
)
FRAMES = st.builds(wire.Frame, SHORT, INTS, SHORT, SHORT)
RAISED = st.builds(
    wire.Raised,
    SHORT | st.sampled_from(["NameError", "TypeError", "MemoryError", "SystemExit", "RecursionError", "ImportError"]),
    TEXTS.map(lambda text: text[: wire.MAX_MESSAGE]),
    some(FRAMES, 4),
    st.none() | SHORT,
)
OTHER_REPLIES = st.sampled_from([wire.Loaded(), wire.Ended(-(2**63)), wire.Ended(None), wire.Ready(2**64 - 1)])


@pytest.mark.memory(MEMORY_MIB)
@inputs(60, 5_000)
@given(RETURNED | RAISED | OTHER_REPLIES, st.booleans())
def test_absurd_replies_to_a_call(tried, reply, with_model):
    """A call of a function with a model among its arguments, and what a check then expects of the outcome."""
    tried("values: absurd replies to a call")
    unpacker = through_the_wire(reply, bytes(8))
    if unpacker is None:
        return
    submission = Submission(SOURCE, Answers(unpacker.message, unpacker.buffers), "work")
    model = Model(wire.ModelValue(1, "M", (), True, None, None, None, None), submission)
    try:
        outcome = submission.f.call(model if with_model else ROWS, LABELS)
    except CheckFailed as failed:
        show(failed)
        return
    except wire.WireError:
        return
    owner = Owner(np.zeros((2, 3), np.float32))
    if with_model:
        try_all(outcome, owner)
    try_all(outcome.value, owner)
    assert isinstance(same_result(outcome, outcome), bool)


@inputs(100, 5_000)
@given(RAISED)
def test_absurd_errors(tried, raised):
    tried("values: absurd errors")
    unpacker = through_the_wire(raised)
    if unpacker is not None:
        show(explain_error(unpacker.message, "f", SOURCE, DEFAULT_LIMITS, "", {}))
