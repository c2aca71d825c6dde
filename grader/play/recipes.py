"""How a chapter's functions make a model that reads digits, and which of them is to blame where they do not. Trusted
side."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from grader.data import Digits
from grader.errors import CheckFailed
from grader.expect import expect
from grader.expect.accuracy import accuracy_of
from grader.messages import Message, say
from grader.plugin.collection import still_to_do
from grader.results import Feedback
from grader.sandbox.worker import Limits
from grader.submission.submission import DEFAULT_LIMITS, Submission
from grader.submission.values import Model

TRAINING_LIMITS = Limits(seconds=1800.0, memory_mib=4096)
# Softmax in float32 over ten outputs.
SUM_TOLERANCE = 1e-3
CLASSES, TRIED_IMAGES = 10, 5
# As the last check of Chapter 4 trains it. Its file can only be imported where pytest runs checks.
MANY_IMAGES, EPOCHS_OF_MANY, EPOCHS_OF_FEW = 20_000, 3, 5
STEPS = 6

Tell = Callable[[Message], None]


class Unready(Exception):
    """A function of a chapter is not written, or does not do its part."""

    def __init__(self, chapter: str, function: str, feedback: Feedback) -> None:
        super().__init__(f"{chapter}: {function}")
        self.chapter, self.function, self.feedback = chapter, function, feedback


class Recipe(msgspec.Struct, frozen=True):
    """The functions of a chapter that make a model, by what they do. `inputs`: the shape of a prepared image.

    `epochs`: whether `fit` is told how many. `given`: those that the chapter brings ready.
    """

    chapter: str
    prepare: str
    build: str
    compile: str
    fit: str
    inputs: tuple[int, ...]
    epochs: bool = False
    given: tuple[str, ...] = ()

    @property
    def functions(self) -> tuple[str, ...]:
        return (self.prepare, self.build, self.compile, self.fit)

    @property
    def asked(self) -> tuple[str, ...]:
        """Those that a learner writes."""
        return tuple(function for function in self.functions if function not in self.given)


# The better model comes last.
RECIPES = (
    Recipe("ch2_first_model", "normalize", "build_model", "compile_model", "fit_model", (784,)),
    Recipe(
        "ch4_cnn",
        "to_images",
        "build_cnn",
        "compile_model",
        "fit_cnn",
        (28, 28, 1),
        epochs=True,
        given=("compile_model",),
    ),
)


class Trained(msgspec.Struct, frozen=True):
    """A model whose weights are here. `accuracy`: on hidden digits, computed here. `asked`: how many they were."""

    model: Model
    accuracy: float
    asked: int


def train(work: Submission, recipe: Recipe, digits: Digits, tell: Tell) -> Trained:
    """Train a model by the chapter's own functions, one after another, on all training images.

    Args:
        work: The submission.
        recipe: Which functions.
        digits: What it learns from.
        tell: Is told of each of the `STEPS` steps when it begins.

    Raises:
        Unready: one of them is still to be written or does not do its part.
    """
    require_written(work, recipe)
    tell(say("starting TensorFlow"))
    work.engine.warm(frozenset({"keras"}))
    tell(say("preparing the digits"))
    with blamed(recipe, recipe.prepare):
        require_prepared(prepare(work, recipe, digits.train.first(TRIED_IMAGES).images), recipe, TRIED_IMAGES)
        images = getattr(work, recipe.prepare).keep(digits.train.images)
    tell(say("building the model"))
    with blamed(recipe, recipe.build):
        model = getattr(work, recipe.build)()
        expect(model).takes_inputs_of(*recipe.inputs)
        expect(model).gives_outputs_of(CLASSES)
    tell(say("compiling it"))
    with blamed(recipe, recipe.compile):
        outcome = getattr(work, recipe.compile).call(model)
        # Some compile the model in place and return nothing.
        model = outcome.model if outcome.value is None else outcome.value
        expect(model).is_compiled()
        untrained = Model(model.description, work, model.take())
    tell(say("training it on {count} digits", count=len(digits.train.images)))
    with blamed(recipe, recipe.fit):
        work.limits = TRAINING_LIMITS
        outcome = getattr(work, recipe.fit).call(model, images, digits.train.labels, *_epochs(recipe, digits))
        work.limits = DEFAULT_LIMITS
        expect(outcome).changed_the_weights_of(untrained)
        trained = take_away(outcome.model, work)
    tell(say("examining it on digits that it has never seen"))
    hidden = digits.hidden
    outputs = read(work, recipe, trained, hidden.images)
    return Trained(trained, accuracy_of(outputs, hidden.labels), len(hidden.labels))


def require_written(work: Submission, recipe: Recipe) -> None:
    """Make sure that none of the functions is as it came.

    Raises:
        Unready: one is.
    """
    for function in recipe.functions:
        if work.source.is_stub(function):
            raise Unready(recipe.chapter, function, still_to_do(work.source, function).feedback)


def take_away(model: Model | None, work: Submission) -> Model:
    """Return the model with its weights, so that it outlives the worker it was trained in."""
    found = expect(model).is_model()
    # Nobody trains it any more: how it was compiled need not be kept, nor be possible to restore.
    taken = msgspec.structs.replace(found.take(), compiled=None)
    return Model(found.description, work, taken, is_held=False)


def read(work: Submission, recipe: Recipe, model: Model, images: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the probabilities, (n, 10), that `model` gives for `images`, (n, 28, 28) uint8.

    Raises:
        Unready: they are no probabilities, or there are none.
    """
    # A process that has ended is replaced here, with the libraries that the model needs.
    work.engine.warm(frozenset({"keras"}))
    work.load_all()
    with blamed(recipe, recipe.prepare):
        prepared = prepare(work, recipe, images)
        require_prepared(prepared, recipe, len(images))
    with blamed(recipe, recipe.build):
        outputs = model.predict(prepared)
        expect(outputs).has_shape(len(images), CLASSES)
        expect(outputs).has_rows_that_sum_to(1, absolute=SUM_TOLERANCE)
        expect(outputs).lies_within(0, 1)
    return outputs


def prepare(work: Submission, recipe: Recipe, images: npt.NDArray[Any]) -> Any:
    return getattr(work, recipe.prepare)(np.ascontiguousarray(images))


def require_prepared(prepared: object, recipe: Recipe, count: int) -> None:
    """Make sure that images were prepared as the chapter's model takes them."""
    expect(prepared).has_shape(count, *recipe.inputs)
    expect(prepared).is_finite()


@contextlib.contextmanager
def blamed(recipe: Recipe, function: str) -> Iterator[None]:
    """Say of what fails in here that it was `function`."""
    try:
        yield
    except CheckFailed as failed:
        raise Unready(recipe.chapter, function, failed.feedback) from failed


def _epochs(recipe: Recipe, digits: Digits) -> tuple[int, ...]:
    if not recipe.epochs:
        return ()
    return (EPOCHS_OF_MANY if len(digits.train.images) >= MANY_IMAGES else EPOCHS_OF_FEW,)
