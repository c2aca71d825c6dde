"""Faces drawn by a chapter's own `draw_faces`, which its learners have, too. Trusted side."""

from __future__ import annotations

import numpy as np

from grader.data import Images, Labels, Split
from grader.faces import Faces
from grader.results import DRAWN
from grader.submission.reference import Reference, ReferenceFailed
from grader.submission.source import Source
from grader.submission.values import digest

FUNCTION = "draw_faces"
# How many faces, and the seed they are drawn with.
DRAWINGS = {"train": (1000, 61), "test": (300, 62), "hidden": (1000, 63)}


def drawn_faces(reference: Reference) -> Faces:
    """Return faces drawn in the reference's sandbox.

    Their fingerprint is that of the drawing code: another processor may round a pixel differently.
    """
    train, test, hidden = (Split(*_draw(reference, *DRAWINGS[name])) for name in ("train", "test", "hidden"))
    return Faces(DRAWN, digest(*_drawing_code(reference.source), repr(DRAWINGS)), train, test, hidden)


def _draw(reference: Reference, count: int, seed: int) -> tuple[Images, Labels]:
    drawn = getattr(reference, FUNCTION)(count, seed)
    if not isinstance(drawn, tuple) or [type(array) for array in drawn] != [np.ndarray, np.ndarray]:
        raise ReferenceFailed(f"the reference solution's {FUNCTION} gave no pair of arrays")
    images, labels = drawn
    return images, labels.astype(np.int64)


def _drawing_code(source: Source) -> list[str]:
    """Return the text of the drawing function and of what it uses of its own file: the same in every Python."""
    texts = {name: piece.text for piece in source.pieces for name in piece.names if not piece.modules}
    names: set[str] = set()
    waiting = {FUNCTION}
    while waiting:
        names |= waiting
        waiting = {used for name in waiting for used in source.uses.get(name, ()) if used in texts} - names
    return [f"{name} {texts[name]}" for name in sorted(names)]
