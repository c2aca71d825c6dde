"""A drawing -> a picture as MNIST has it: cut out, fitted to a box, centred by mass. Trusted side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Drawing: (SIDE, SIDE) uint8, 0 where nothing is drawn, 255 where the pen was.
SIDE = 280
PICTURE_SIDE, BOX, CENTRE = 28, 20, 14

Drawing = npt.NDArray[np.uint8]
Picture = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.float64]


def prepare_drawing(drawing: Drawing) -> Picture:
    """Return the drawing as a picture of 28 x 28 pixels, 0 to 255. It needs some ink.

    Source: LeCun et al., the MNIST database's page: fitted to 20 x 20, centred by the centre of mass in 28 x 28.
    """
    small = _fit_to_box(_cut_out(drawing / 255))
    top, left = (_place(small, axis) for axis in (0, 1))
    height, width = small.shape
    sheet = np.zeros((PICTURE_SIDE, PICTURE_SIDE))
    sheet[top : top + height, left : left + width] = small
    return np.asarray(np.round(sheet / sheet.max() * 255), np.uint8)


def photograph(drawing: Drawing) -> npt.NDArray[np.uint8]:
    """Return the drawing as a photo in grey: a black pen on white paper."""
    return np.ascontiguousarray(255 - drawing)


def _cut_out(ink: Ink) -> Ink:
    """Return the part of `ink` that its bounding box holds."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit_to_box(ink: Ink) -> Ink:
    """Return it with a longer side of 20 pixels, each the mean of the area that it covers."""
    factor = BOX / max(ink.shape)
    down, across = (_shares(side, max(1, round(side * factor))) for side in ink.shape)
    return np.asarray(down @ ink @ across.T)


def _shares(side: int, count: int) -> Ink:
    """Return (count, side): the share that each of `side` pixels has in each of `count` equal fields."""
    ends = np.arange(count + 1) * side / count
    pixels = np.arange(side)
    covered = np.minimum(ends[1:, np.newaxis], pixels + 1) - np.maximum(ends[:-1, np.newaxis], pixels)
    return np.asarray(np.clip(covered, 0, 1) * count / side)


def _place(small: Ink, axis: int) -> int:
    """Return where the picture begins on `axis`, so that its centre of mass comes to the middle and all fits on."""
    amounts = small.sum(axis=1 - axis)
    centre = (amounts * np.arange(len(amounts))).sum() / amounts.sum()
    return int(np.clip(round(CENTRE - centre), 0, PICTURE_SIDE - len(amounts)))
