"""Accuracy, computed here, and the floors it is held against. Trusted side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from grader.data import Digits, Labels
from grader.expect.failure import fail
from grader.faces import Faces
from grader.messages import Message, say


class Floor(msgspec.Struct, frozen=True):
    """What the reference reached on one source of data, over seeds, and what is asked of a learner.

    `floor`: a right solution stays below it less than once in 10,000.
    """

    mean: float
    spread: float
    floor: float
    seeds: int
    accuracies: tuple[float, ...]
    versions: dict[str, str]
    source: str


def read_floors(path: Path) -> dict[str, Floor]:
    """Return the floors in `path`; none where there is no such file."""
    if not path.is_file():
        return {}
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Floor])


def write_floors(path: Path, floors: dict[str, Floor]) -> None:
    """Write `floors`, one number a line, so that a change can be read in a diff."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(msgspec.to_builtins(floors), indent=1) + "\n", encoding="utf-8")


def accuracy_of(outputs: npt.NDArray[Any], labels: Labels) -> float:
    """Return the share of rows whose largest output stands at the label's place.

    Args:
        outputs: (n, classes), any real dtype. A row with NaN counts as wrong.
        labels: (n,).
    """
    if outputs.ndim != 2 or len(outputs) != len(labels):
        fail(
            say("The model's outputs have the wrong shape."),
            say("shape ({count}, 10)", count=len(labels)),
            say("shape {shape}", shape=str(outputs.shape)),
            say("Look at the last layer: one output for each digit."),
        )
    finite = np.isfinite(outputs).all(axis=1)
    return float(((outputs.argmax(axis=1) == labels) & finite).mean())


def expect_accuracy(accuracy: float, floor: Floor) -> Message:
    """Hold a model's accuracy on hidden digits against the floor; return the words for the report."""
    words = say(
        "{accuracy}, floor {floor}, reference {mean} ± {spread}",
        accuracy=f"{accuracy:.3f}",
        floor=f"{floor.floor:.3f}",
        mean=f"{floor.mean:.3f}",
        spread=f"{floor.spread:.3f}",
    )
    if accuracy < floor.floor:
        fail(
            say("Your model reads too few of the hidden digits."),
            say("an accuracy of at least {floor}", floor=f"{floor.floor:.3f}"),
            words,
            say("Repair the functions above first; a right solution stays below the floor less than once in 10,000."),
        )
    return words


def expect_share_of_points(accuracy: float, minimum: float) -> Message:
    """Hold the share of new points that a network puts into the right group against `minimum`."""
    words = say("{accuracy}, at least {minimum} asked for", accuracy=f"{accuracy:.3f}", minimum=f"{minimum:.3f}")
    if accuracy < minimum:
        fail(
            say("Your network puts too few of the new points into their group."),
            say("a share of at least {minimum}", minimum=f"{minimum:.3f}"),
            say("a share of {accuracy}", accuracy=f"{accuracy:.3f}"),
            say("First get your functions above right: with right ones the network learns these groups."),
        )
    return words


def floor_for(floors: dict[str, Floor], data: Digits | Faces) -> Floor | None:
    """Return the floor calibrated on exactly this data."""
    return floors.get(data.fingerprint)
