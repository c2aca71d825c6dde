"""Expectations of what the chapter on faces asks for: lists, gaps, models of pictures, weights. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.data import Images, Labels
from grader.expect.accuracy import Floor
from grader.expect.failure import describe, fail, short, wrong_kind
from grader.expect.models import ACTIVATION_LAYERS, ModelExpectations
from grader.expect.training import SUM_TOLERANCE, TrainingExpectations
from grader.faces import Faces
from grader.messages import Message, say, verbatim
from grader.submission.values import Model

# Layers that hand on what they are given, changed in shape or scale only.
PREPARING = frozenset({"InputLayer", "Reshape", "Rescaling", "Flatten", "Lambda"})
# What guessing reaches by luck alone stays below its mean plus this many standard errors.
LUCK = 4.0
MAX_LISTED = 6


class FaceExpectations(ModelExpectations, TrainingExpectations):
    """Sentences about what the functions of the chapter on faces give back."""

    # ------------------------------------------------------------ values

    def has_parts(self, *names: str) -> tuple[Any, ...]:
        """It is a tuple or list of as many values as there are names."""
        if not isinstance(self.value, tuple | list) or len(self.value) != len(names):
            wrong_kind(
                self.value,
                say("{count} values, as in `return {names}`", count=len(names), names=", ".join(names)),
                say("Name them all behind `return`, with commas between them."),
            )
        return tuple(self.value)

    def lists(self, expected: Sequence[int] | Sequence[str], what: Message) -> None:
        """It is a list, tuple or one-dimensional array of these whole numbers or texts, in this order."""
        got = self.value.tolist() if isinstance(self.value, np.ndarray) else self.value
        if not isinstance(got, list | tuple):
            wrong_kind(self.value, say("a list: {what}", what=what))
        if [_plain(entry) for entry in got] != list(expected):
            fail(
                say("The list is not the right one: {what}.", what=what),
                _listed(expected),
                _listed(got),
                say("Compare the two lists entry by entry, and ask where the first difference comes from."),
            )

    def holds_whole_numbers(self) -> None:
        """It is an array of whole numbers."""
        if not isinstance(self.value, np.ndarray) or self.value.dtype.kind not in "iu":
            wrong_kind(
                self.value,
                say("a NumPy array of whole numbers"),
                say("`int(...)` turns a text into a whole number, and `np.array(...)` a list into an array."),
            )

    def holds_numbers(self) -> npt.NDArray[Any]:
        """It is an array of numbers, or a list of them. To insist on an array is for one check alone."""
        if isinstance(self.value, list | tuple) and all(
            isinstance(entry, int | float | np.number) for entry in self.value
        ):
            return np.array(self.value, dtype=np.float64)
        if not isinstance(self.value, np.ndarray) or self.value.dtype.kind not in "fiu":
            wrong_kind(self.value, say("a NumPy array of numbers"))
        return self.value

    def averages_to_one_over(self, labels: Labels, absolute: float) -> None:
        """Taken as weights of emotions, its mean over the faces with these labels is 1."""
        array = self.holds_numbers()
        if array.ndim != 1 or labels.max() >= len(array):
            fail(
                say("The array has the wrong shape."),
                say("one number for each emotion"),
                describe(array),
                say("There is one number for each emotion, also for one that does not occur."),
            )
        mean = float(array[labels].mean())
        if not abs(mean - 1) <= absolute:
            fail(
                say("The faces do not weigh 1 on average."),
                say("a mean of 1 for `weights[labels]`"),
                verbatim(short(mean)),
                say("The formula divides by the number of emotions that occur, and by how often each of them does."),
            )

    def equals_with_gaps(self, expected: npt.NDArray[np.floating[Any]], absolute: float) -> None:
        """It has these values, and NaN exactly where `expected` has it."""
        array = self.holds_numbers()
        if array.shape != expected.shape:
            fail(
                say("The array has the wrong shape."),
                say("shape {shape}", shape=str(expected.shape)),
                describe(array),
                say("There is one number for each emotion, also for one that does not occur."),
            )
        close = np.isclose(array, expected, rtol=0, atol=absolute, equal_nan=True)
        if not close.all():
            place = int(np.argmin(close))
            fail(
                say("The number for emotion {emotion} is wrong.", emotion=place),
                verbatim(short(expected[place])),
                verbatim(short(array[place])),
                say("Work out this one number by hand, with the labels and predictions written one below the other."),
            )

    # ------------------------------------------------------------ models

    def takes_pictures_of(self, *shape: int) -> Model:
        """One input is a picture of this shape, with or without an axis for its one channel."""
        model = self.is_built()
        got = model.description.input_shape
        if got is None or got[1:] not in (shape, (*shape, 1)):
            fail(
                say("The model does not take the pictures as they are."),
                say("inputs of shape {shape}", shape=str(shape)),
                say("inputs of shape {shape}", shape=str(got and got[1:])),
                say("Begin the list of layers with `keras.Input(shape={shape})`.", shape=str(shape)),
            )
        return model

    def computes_with(self, layers: Sequence[tuple[str, int, str]]) -> None:
        """Its layers are these, in this order: class name, filters or units (0 for none), activation ("" for none).

        An activation may stand in a layer of its own. What only prepares the picture does not count.
        """
        got = _computing(self.is_built())
        if got == list(layers):
            return
        place = next((i for i, pair in enumerate(zip(got, layers, strict=False)) if pair[0] != pair[1]), None)
        problem = say("The model has {got} such layers instead of {wanted}.", got=len(got), wanted=len(layers))
        if place is not None:
            problem = say("Layer {number} is another one than the chapter asks for.", number=place + 1)
        fail(
            problem,
            verbatim(" -> ".join(map(_layer_words, layers))),
            verbatim(" -> ".join(map(_layer_words, got)) or "-"),
            say("Compare your list of layers with the chapter's, one after another."),
        )

    def gives_probabilities(self, images: Images, classes: int, absolute: float) -> npt.NDArray[Any]:
        """For each picture it gives this many outputs, none below 0, that add up to 1."""
        outputs = self.is_built().predict(images)
        if outputs.shape != (len(images), classes):
            fail(
                say("The model does not give one output for each emotion."),
                say("outputs of shape {shape}", shape=str((len(images), classes))),
                say("outputs of shape {shape}", shape=str(outputs.shape)),
                say("The last layer has as many units as there are emotions."),
            )
        sums = outputs.sum(axis=1)
        if not (outputs >= 0).all() or not np.allclose(sums, 1, rtol=0, atol=absolute):
            worst = sums[int(np.abs(np.nan_to_num(sums, nan=np.inf) - 1).argmax())]
            fail(
                say("The outputs for a picture are no probabilities."),
                say("numbers from 0 to 1 that add up to 1"),
                say("numbers from {low} on that add up to {sum}", low=short(outputs.min()), sum=short(worst)),
                say("Look at the activation of the last layer: which one turns numbers into probabilities?"),
            )
        return outputs

    def is_unsure(self, images: Images, at_most: float) -> None:
        """Before any training its largest output is a moderate one: pixels from 0 to 255 would make it jump to 1."""
        got = float(np.nan_to_num(self.is_built().predict(images).max(axis=1), nan=1.0).mean())
        if got > at_most:
            fail(
                say("The pixels reach the layers as numbers up to 255, so even an untrained model is quite sure."),
                say("largest outputs of at most {value} on average, before any training", value=at_most),
                verbatim(short(got)),
                say("Put `keras.layers.Rescaling(1 / 255)` in front of the first convolution."),
            )

    # ------------------------------------------------------------ training

    def trained_on_all_faces(self, images: Images, labels: Labels, epochs: int) -> None:
        """Exactly these pictures, with these labels, went through the training steps, `epochs` times."""
        seen = self._trained()
        if seen.samples != len(images) * epochs:
            fail(
                say("Another number of faces went into the training than the function was given."),
                say("{count} faces in each epoch", count=len(images)),
                say("{count} faces in each epoch", count=short(seen.samples / max(1, epochs))),
                say("Give all of them to `fit`, and hold none back: there is a test set apart from these."),
            )
        sums = images.reshape(len(images), -1).sum(axis=1, dtype=np.float64)
        expected = np.array([sums.sum(), labels.sum(), (sums * labels).sum()]) * epochs
        got = np.array([seen.pixel_sum, seen.label_sum, seen.cross_sum])
        if not np.allclose(got, expected, rtol=SUM_TOLERANCE, atol=1e-3):
            fail(
                say("Other pictures or labels went into the training than the function was given."),
                say("each picture as it came, with its own label"),
                say("pictures or labels that were changed, or are in another order"),
                say("Pass `images` and `labels` on to `fit` as they are: the model scales the pixels itself."),
            )

    def answers_mostly(self, images: Images, emotion: int, share: float) -> None:
        """The model after the call gives this answer to at least this share of the pictures."""
        model = self._outcome().model
        assert model is not None, "the call had no model among its arguments"
        got = float((model.predict(images).argmax(axis=1) == emotion).mean())
        if got < share:
            fail(
                say("The weights of the emotions do not steer the training."),
                say(
                    "where only emotion {emotion} has a weight, a model that answers {emotion} to at least {share}",
                    emotion=emotion,
                    share=f"{share:.0%}",
                ),
                say("it answers {emotion} to {share}", emotion=emotion, share=f"{got:.0%}"),
                say("Give `fit` the argument `class_weight=dict(enumerate(weights))`."),
            )


def _plain(entry: Any) -> Any:
    return entry.tolist() if isinstance(entry, np.generic | np.ndarray) else entry


def _listed(entries: Sequence[Any]) -> Message:
    words = [str(_plain(entry))[:20] for entry in entries[:MAX_LISTED]]
    words += ["..."] * (len(entries) > MAX_LISTED)
    return say("{count} entries: {words}", count=len(entries), words=", ".join(words) or "-")


def _computing(model: Model) -> list[tuple[str, int, str]]:
    """Return the layers that compute; an activation layer is merged into the one before it."""
    found: list[tuple[str, int, str]] = []
    for layer in model.description.layers:
        name = layer.activation if layer.class_name == "Activation" else ACTIVATION_LAYERS.get(layer.class_name)
        if layer.class_name in PREPARING:
            continue
        if name is not None and layer.units is None:
            if found and found[-1][2] == "linear":
                found[-1] = (*found[-1][:2], name)
            else:
                found.append((layer.class_name, 0, name))
        else:
            found.append((layer.class_name, layer.units or 0, layer.activation or ""))
    return found


def _layer_words(layer: tuple[str, int, str]) -> str:
    name, units, activation = layer
    inside = ", ".join([str(units)] * bool(units) + [activation] * bool(activation))
    return f"{name}({inside})" if inside else name


def floor_of_guessing(faces: Faces) -> Floor:
    """Return the floor for faces on which nothing was calibrated: more than guessing reaches.

    The best guess is the most frequent emotion, always.
    """
    labels = faces.hidden.labels
    share = float(np.bincount(labels).max() / len(labels))
    error = (share * (1 - share) / len(labels)) ** 0.5
    return Floor(round(share, 5), round(error, 5), round(share + LUCK * error, 4), 0, (), {}, faces.source)


def expect_recognition(predictions: Labels, labels: Labels, floor: Floor) -> Message:
    """Hold the share of right answers against the floor; return the words for the report."""
    accuracy = float((predictions == labels).mean())
    recalls = [float((predictions[labels == emotion] == emotion).mean()) for emotion in np.unique(labels)]
    if floor.seeds:
        words = say(
            "{accuracy}, floor {floor}, reference {mean} ± {spread}; mean recall {recall}",
            accuracy=f"{accuracy:.3f}",
            floor=f"{floor.floor:.3f}",
            mean=f"{floor.mean:.3f}",
            spread=f"{floor.spread:.3f}",
            recall=f"{np.mean(recalls):.3f}",
        )
    else:
        words = say(
            "{accuracy}, floor {floor}, the most frequent emotion {share}; mean recall {recall}",
            accuracy=f"{accuracy:.3f}",
            floor=f"{floor.floor:.3f}",
            share=f"{floor.mean:.3f}",
            recall=f"{np.mean(recalls):.3f}",
        )
    if accuracy < floor.floor:
        fail(
            say("Your model reads too few of the hidden faces."),
            say("an accuracy of at least {floor}", floor=f"{floor.floor:.3f}"),
            words,
            say("Repair the functions above first; a right solution stays below the floor less than once in 10,000."),
        )
    return words


def predicted_emotions(model: Model, images: Images, classes: int) -> Labels:
    """Return the most likely emotion of each picture; -1 where an output is not finite."""
    outputs = model.predict(images)
    if outputs.shape != (len(images), classes):
        fail(
            say("The model does not give one output for each emotion."),
            say("outputs of shape {shape}", shape=str((len(images), classes))),
            say("outputs of shape {shape}", shape=str(outputs.shape)),
            say("The last layer has as many units as there are emotions."),
        )
    return np.where(np.isfinite(outputs).all(axis=1), outputs.argmax(axis=1), -1).astype(np.int64)
