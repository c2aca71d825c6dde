"""A model's layers beside the reference's: which are the same, which are others. Trusted side; names may not be."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.messages import Message, say
from grader.report.words import make_visible
from grader.results import LayerPicture

Speak = Callable[[Message], str]

# How two layers that stand side by side compare: by a sign and by words, so that nobody needs to tell colours apart.
SIGNS = {"same": "=", "other": "≠", "yours": "+", "reference": "−"}
WORDS: dict[str, Message] = {
    "same": say("the same"),
    "other": say("different"),
    "yours": say("only in yours"),
    "reference": say("only in the reference"),
}
SETTINGS: dict[str, Message] = {
    "units": say("units {value}"),
    "activation": say("activation {value}"),
    "window": say("window {value}"),
    "strides": say("strides {value}"),
    "rate": say("rate {value}"),
    "momentum": say("momentum {value}"),
}


@dataclass(frozen=True)
class DrawnLayer:
    """A layer in words."""

    kind: str
    settings: str
    shape: str
    parameters: str


@dataclass(frozen=True)
class LayerRow:
    """Two layers side by side. `relation`: a key of `SIGNS`; `word` is empty where there is nothing to compare with."""

    learner: DrawnLayer | None
    reference: DrawnLayer | None
    relation: str
    sign: str
    word: str


def compare_layers(
    learner: Sequence[LayerPicture], reference: Sequence[LayerPicture], speak: Speak
) -> tuple[LayerRow, ...]:
    """Return the learner's layers from the first to the last, each beside the reference's that it corresponds to."""
    if not learner:
        return ()
    pairs = _pair(learner, reference) if reference else [(layer, None) for layer in learner]
    rows = []
    for one, other in pairs:
        relation = _relation(one, other) if reference else "same"
        rows.append(
            LayerRow(
                _draw(one, speak) if one is not None else None,
                _draw(other, speak) if other is not None else None,
                relation,
                SIGNS[relation],
                speak(WORDS[relation]) if reference else "",
            )
        )
    return tuple(rows)


def _pair(
    learner: Sequence[LayerPicture], reference: Sequence[LayerPicture]
) -> list[tuple[LayerPicture | None, LayerPicture | None]]:
    """Lay both side by side so that as many kinds of layers as possible meet their like."""
    matcher = difflib.SequenceMatcher(None, [one.kind for one in learner], [one.kind for one in reference], False)
    pairs: list[tuple[LayerPicture | None, LayerPicture | None]] = []
    for _, first, last, other_first, other_last in matcher.get_opcodes():
        pairs += itertools.zip_longest(learner[first:last], reference[other_first:other_last])
    return pairs


def _relation(learner: LayerPicture | None, reference: LayerPicture | None) -> str:
    if learner is None:
        return "reference"
    if reference is None:
        return "yours"
    return "same" if learner == reference else "other"


def _draw(layer: LayerPicture, speak: Speak) -> DrawnLayer:
    told = [speak(Message(SETTINGS[name].text, {"value": value})) for name, value in layer.settings if name in SETTINGS]
    shape = " × ".join("?" if size is None else str(size) for size in layer.output_shape or ())
    return DrawnLayer(make_visible(layer.kind), ", ".join(told), shape, f"{layer.parameters:,}")
