"""What a check can ask for by name. Trusted side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from grader.data import Digits, Split
from grader.errors import CheckFailed
from grader.expect.accuracy import Floor, accuracy_of
from grader.faces import Faces
from grader.messages import Message, say
from grader.plugin.collection import CHECK
from grader.plugin.run import RUN, Run
from grader.results import Curve, Feedback, LayerPicture, Misread, ModelPicture, Verdict
from grader.sandbox.worker import Limits
from grader.submission.reference import Reference
from grader.submission.submission import DEFAULT_LIMITS, Submission
from grader.submission.values import History, Model

MEASURED: pytest.StashKey[Message] = pytest.StashKey()
# Chapter -> the task whose checks use its worker.
AT_WORK: pytest.StashKey[dict[str, str]] = pytest.StashKey()
# What a check drew, by `learner` and `reference`.
DRAWN: pytest.StashKey[dict[str, ModelPicture]] = pytest.StashKey()
MAX_MISREAD = 12
# The deepest of the course's models has a fifth of these.
MAX_LAYERS = 60
LAYER_SETTINGS = ("units", "activation", "window", "strides", "rate", "momentum")
CLASSES = 10


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """The learner's work: any of its functions can be called."""
    run, check = request.config.stash[RUN], request.node.stash[CHECK]
    work = run.submission(check.chapter)
    work.limits = _limits(request.node)
    work.trace.clear()
    at_work = request.config.stash.setdefault(AT_WORK, {})
    before, at_work[check.chapter] = at_work.get(check.chapter, check.task), check.task
    if before != check.task:
        # What one function has changed in its process must neither cost another its points nor earn it any.
        work.begin_anew()
    yield work
    if check.hidden:
        # What its functions remember of hidden inputs must not get into what a later check shows.
        work.engine.end_worker()


def _limits(item: pytest.Item) -> Limits:
    marker = item.get_closest_marker("limits")
    asked = marker.kwargs if marker else {}
    return Limits(
        seconds=float(asked.get("seconds", DEFAULT_LIMITS.seconds)),
        memory_mib=int(asked.get("memory_mib", DEFAULT_LIMITS.memory_mib)),
    )


@pytest.fixture(scope="module")
def reference(request: pytest.FixtureRequest) -> Reference:
    """The reference solution, called like the learner's work."""
    return request.config.stash[RUN].reference(request.path.stem.removeprefix("test_"))


@pytest.fixture(scope="module")
def oracle(request: pytest.FixtureRequest) -> Reference:
    """The chapter's functions as Keras computes them, called like the reference."""
    return request.config.stash[RUN].oracle(request.path.stem.removeprefix("test_"))


@pytest.fixture(scope="module")
def digits(request: pytest.FixtureRequest) -> Digits:
    """The digits of the run's data source."""
    return request.config.stash[RUN].digits


@pytest.fixture(scope="module")
def faces(request: pytest.FixtureRequest) -> Faces:
    """The faces of the run's data source."""
    return request.config.stash[RUN].faces(request.path.stem.removeprefix("test_"))


@pytest.fixture(scope="module")
def floor(request: pytest.FixtureRequest) -> Floor:
    """The accuracy asked for on this data."""
    run: Run = request.config.stash[RUN]
    chapter = request.path.stem.removeprefix("test_")
    found = run.floor(chapter)
    if found is None:
        raise CheckFailed(
            Feedback(
                problem=say("No accuracy floor has been calibrated for this data."),
                expected=say("a floor for {source}", source=run.settings.data),
                got=say("none"),
                next_step=say(
                    "Run `grader calibrate {chapter} --data {source}` once, or leave `--data` out.",
                    chapter=chapter,
                    source=run.settings.data,
                ),
            ),
            Verdict.GRADER_ERROR,
        )
    return found


class Picture:
    """Takes down what the reports draw of this chapter's models, and what a check measured."""

    def __init__(self, run: Run, chapter: str, item: pytest.Item) -> None:
        self._run, self._chapter, self._item = run, chapter, item

    def measured(self, words: Message) -> None:
        """Show `words` beside the check."""
        self._item.stash[MEASURED] = words

    def learner(
        self,
        history: History | None,
        outputs: npt.NDArray[np.floating],
        split: Split,
        model: Model | None = None,
    ) -> float:
        """Draw the learner's model; return its accuracy.

        Args:
            outputs: (n, 10) for the images of `split`.
            model: It itself, to draw its layers; without it there is nothing of them.
        """
        picture = picture_of(history, outputs, split, model)
        self._draw("learner", picture)
        return picture.accuracy or 0.0

    def curves(self, history: History, accuracy: float) -> None:
        """Draw only the learner's learning curves."""
        self._draw("learner", ModelPicture(Curve(history.values), accuracy=accuracy))

    def reference(
        self,
        history: History | None,
        outputs: npt.NDArray[np.floating],
        split: Split,
        model: Model | None = None,
    ) -> None:
        """Draw the reference's model beside it; the arguments are those of `learner`."""
        self._draw("reference", picture_of(history, outputs, split, model))

    def _draw(self, whose: str, picture: ModelPicture) -> None:
        pictures = self._run.learner_pictures if whose == "learner" else self._run.reference_pictures
        pictures[self._chapter] = picture
        self._item.stash.setdefault(DRAWN, {})[whose] = picture


def picture_of(
    history: History | None, outputs: npt.NDArray[np.floating], split: Split, model: Model | None = None
) -> ModelPicture:
    """Return learning curve, confusion matrix, accuracy, worst misread digits and, with `model`, layers of a model."""
    accuracy = accuracy_of(outputs, split.labels)
    predicted = outputs.argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), int)
    inside = predicted < CLASSES
    np.add.at(confusion, (split.labels[inside], predicted[inside]), 1)
    confidence = np.nan_to_num(outputs.max(axis=1).astype(float))
    wrong = np.flatnonzero(predicted != split.labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:MAX_MISREAD]
    return ModelPicture(
        curve=Curve(history.values) if history else None,
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        misread=tuple(
            Misread(split.images[i].tobytes(), int(split.labels[i]), int(predicted[i]), float(confidence[i]))
            for i in worst
        ),
        accuracy=accuracy,
        layers=layers_of(model) if model is not None else (),
    )


def layers_of(model: Model) -> tuple[LayerPicture, ...]:
    """Return the layers of a model as they are drawn."""
    return tuple(
        LayerPicture(
            kind=layer.class_name,
            settings=tuple(
                (name, str(value).strip("()") if name in ("window", "strides") else f"{value}")
                for name in LAYER_SETTINGS
                if (value := getattr(layer, name)) is not None
            ),
            output_shape=layer.output_shape[1:] if layer.output_shape else None,
            parameters=layer.parameters,
        )
        for layer in model.description.layers[:MAX_LAYERS]
    )


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Iterator[Picture]:
    """Where a check puts what the reports show beside it."""
    check = request.node.stash[CHECK]
    yield Picture(request.config.stash[RUN], check.chapter, request.node)
