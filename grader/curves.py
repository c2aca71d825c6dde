"""What a learning curve says of a training, in one sentence. Ground floor: numbers in, words out.

Every threshold lies between what was measured where it holds and where it does not: `tests/benchmarks/curves.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from grader.messages import Message, say
from grader.results import Curve

Kind = Literal["diverging", "not_learning", "overfitting", "stopped_early", "suspicious"]

# A rule needs so many epochs to say anything.
FEWEST_EPOCHS = 2
# Guessing among 1,000 classes gives a loss of 6.9; steps that are too large gave 60 and more in some epoch.
WORSE_THAN_GUESSING = 10.0
# Below were the trainings that taught nothing or got out of hand (at most 0.26), above all others (0.74 and more).
LITTLE_ACCURACY = 0.5
# Training loss that ends so much above that of the first epoch.
RISEN = 0.2
# A loss that hardly moved fell by 0.001 and less, slow but honest training by 0.31 and more.
HARDLY_FALLEN = 0.05
# Validation images that had been seen or were too easy: 0.17 and more; all others 0.04 and less.
FAR_AHEAD = 0.1
# Learning by heart: 0.04 and more above the lowest validation loss, 7 epochs and more after it; else at most 0.02.
CLEARLY_RISEN, EPOCHS_OF_RISING = 0.03, 3
# Stopped early: 0.10 and more in the last epoch; enough epochs: 0.04 and less.
STILL_FALLING = 0.07
BARS = "▁▂▃▄▅▆▇█"


class Diagnosis(msgspec.Struct, frozen=True):
    """What is to be said of a training. `epoch`: from which one on, counted from 1, where that is part of it."""

    kind: Kind
    words: Message
    epoch: int | None = None


class Features(msgspec.Struct, frozen=True):
    """What the rules look at.

    `finite`: whether every number is one. `worst`: the highest training loss. `fall`: by which part the training loss
    fell from the first epoch to the last; negative where it rose. `accuracy`: the last of the training, nan where none
    was measured. `best`: the epoch with the lowest validation loss, counted from 1. `after`: epochs since then. `rise`:
    by which part of it the validation loss has risen since. `last_fall`: by which part it fell in the last epoch.
    `ahead`: the smallest share, over the epochs, by which the validation loss lies below the training loss; negative
    where it ever lies above.
    """

    epochs: int
    finite: bool
    worst: float
    fall: float
    accuracy: float
    best: int = 0
    after: int = 0
    rise: float = 0.0
    last_fall: float = 0.0
    ahead: float = -1.0


def features_of(curve: Curve) -> Features:
    """Return what the rules look at. `curve` has a `loss` of at least one epoch."""
    loss, validation = curve.values.get("loss", ()), curve.values.get("val_loss", ())
    measured = (values for name, values in curve.values.items() if "acc" in name and not name.startswith("val_"))
    accuracies = next(measured, ()) or (math.nan,)
    finite = all(map(math.isfinite, [*loss, *validation]))
    fall = (loss[0] - loss[-1]) / loss[0] if finite and loss and loss[0] else 0.0
    base = Features(len(loss), finite, max(loss, default=math.nan), fall, accuracies[-1])
    if not finite or len(validation) < FEWEST_EPOCHS or len(validation) != len(loss):
        return base
    lowest = min(validation)
    best = validation.index(lowest) + 1
    return msgspec.structs.replace(
        base,
        best=best,
        after=len(validation) - best,
        rise=(validation[-1] - lowest) / lowest if lowest else 0.0,
        last_fall=(validation[-2] - validation[-1]) / validation[-2] if validation[-2] else 0.0,
        ahead=min((one - other) / one if one else 0.0 for one, other in zip(loss, validation, strict=True)),
    )


def diagnose(curve: Curve) -> Diagnosis | None:
    """Return what is wrong with a training, the gravest first; None where nothing is, or too little is known."""
    if len(curve.values.get("loss", ())) < FEWEST_EPOCHS:
        return None
    features = features_of(curve)
    for rule in (_diverging, _not_learning, _suspicious, _overfitting, _stopped_early):
        found = rule(features)
        if found is not None:
            return found
    return None


def _diverging(features: Features) -> Diagnosis | None:
    lost = features.worst > WORSE_THAN_GUESSING and not features.accuracy >= LITTLE_ACCURACY
    if features.finite and not lost and features.fall > -RISEN:
        return None
    words = say(
        "The loss got out of hand: with steps of this size, training never settles. Try a learning rate ten times "
        "smaller, and look whether the images are scaled to numbers from 0 to 1."
    )
    return Diagnosis("diverging", words)


def _not_learning(features: Features) -> Diagnosis | None:
    if features.accuracy >= LITTLE_ACCURACY:
        return None
    if features.fall < HARDLY_FALLEN:
        words = say(
            "In {epochs} epochs the loss hardly moved: the network learns nothing. Look whether the learning rate is "
            "tiny, and whether the images still show something.",
            epochs=features.epochs,
        )
        return Diagnosis("not_learning", words)
    if features.best == 1 and features.epochs > FEWEST_EPOCHS:
        words = say(
            "The network learns nothing that holds for other images: the validation loss never fell below that of the "
            "first epoch. Look whether each image still has its own label."
        )
        return Diagnosis("not_learning", words)
    return None


def _suspicious(features: Features) -> Diagnosis | None:
    if features.ahead < FAR_AHEAD:
        return None
    words = say(
        "From the first epoch on, the network does better on the validation images than on those it trains on. With "
        "much dropout that can be; else look whether the same images are in both, or only easy ones in one."
    )
    return Diagnosis("suspicious", words)


def _overfitting(features: Features) -> Diagnosis | None:
    if features.after < EPOCHS_OF_RISING or features.rise < CLEARLY_RISEN:
        return None
    words = say(
        "From epoch {epoch} on, the network learns its training images by heart (overfitting): the validation loss "
        "rose again, by {share}, while the training loss went on falling. Stop there, or use dropout.",
        epoch=features.best + 1,
        share=f"{features.rise:.0%}",
    )
    return Diagnosis("overfitting", words, features.best + 1)


def _stopped_early(features: Features) -> Diagnosis | None:
    if features.after or features.last_fall < STILL_FALLING:
        return None
    words = say(
        "Training stopped early: in the last epoch the validation loss still fell by {share}. Give it more epochs.",
        share=f"{features.last_fall:.0%}",
    )
    return Diagnosis("stopped_early", words)


def sparkline(values: Sequence[float]) -> str:
    """Return a curve as one line of text; an epoch without a finite number is left blank."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    # Halved, so that the largest numbers there are have a difference, too.
    width = high / 2 - low / 2
    shares = ((value / 2 - low / 2) / width if width else 0.0 for value in values)
    return "".join(BARS[round(share * (len(BARS) - 1))] if math.isfinite(share) else " " for share in shares)
