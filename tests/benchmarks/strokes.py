"""Digits of MNIST as the strokes of a pen: thinned to a skeleton, and the skeleton followed from end to end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grader.play.prepare import SIDE

Point = tuple[float, float]
Mask = npt.NDArray[np.bool_]
Place = tuple[int, int]

# Fine points for each pixel of a digit: the skeleton is as much smoother.
FINE = 6
# A stroke that is shorter than so many fine points is a burr of the thinning, where there are longer ones.
SHORTEST = 2 * FINE


def strokes_of(image: npt.NDArray[np.uint8]) -> list[list[Point]]:
    """Return the strokes of a digit, each a way of points (x, y) from 0 to `SIDE`, which fill most of the sheet."""
    fine = _enlarge(image)
    ways = [way for way in _follow(_thin(fine > 110)) if way]
    longest = max(map(len, ways))
    ways = [way for way in ways if len(way) >= min(SHORTEST, longest)]
    return [[((x + 0.5) * SIDE / (28 * FINE), (y + 0.5) * SIDE / (28 * FINE)) for y, x in way] for way in ways]


def _enlarge(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the digit with `FINE` points for each pixel, between which it changes evenly."""
    places = (np.arange(28 * FINE) + 0.5) / FINE - 0.5
    rows = np.array([np.interp(places, np.arange(28), column) for column in image.T]).T
    return np.array([np.interp(places, np.arange(28), row) for row in rows])


def _thin(ink: Mask) -> Mask:
    """Return the skeleton of `ink`, one point wide.

    Source: Zhang and Suen, A fast parallel algorithm for thinning digital patterns, CACM 27 (1984).
    """
    ink = np.pad(ink, 1)
    while True:
        before = ink.sum()
        for first in (True, False):
            around = _neighbours(ink)
            count = sum(n.astype(int) for n in around)
            turns = sum((~one & other).astype(int) for one, other in zip(around, around[1:] + around[:1], strict=True))
            up, right, down, left = around[0], around[2], around[4], around[6]
            one, other = (up & right & down, right & down & left) if first else (up & right & left, up & down & left)
            ink &= ~((count >= 2) & (count <= 6) & (turns == 1) & ~one & ~other)
        if ink.sum() == before:
            return ink[1:-1, 1:-1]


def _neighbours(ink: Mask) -> list[Mask]:
    """Return the eight neighbours of each point, clockwise from above."""
    shifts = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]
    return [np.roll(ink, shift, (0, 1)) for shift in shifts]


def _follow(skeleton: Mask) -> list[list[Place]]:
    """Return the ways through the skeleton, which together pass every point: from an end as straight on as it goes."""
    left = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    everything, ways = set(left), []
    while left:
        here = min(left, key=lambda place: (len(_near(place, left)), place))
        way = [here]
        left.discard(here)
        while near := _near(here, left):
            heading = np.subtract(way[-1], way[-min(len(way), FINE)])
            here = max(near, key=lambda place: (float(np.dot(np.subtract(place, way[-1]), heading)), place))
            way.append(here)
            # What lies beside the way belongs to it, too.
            left.discard(here)
        # A way that ends beside a point passed before runs into it.
        for end in (0, -1):
            joined = [place for place in _near(way[end], everything) if place not in way]
            if joined:
                way.insert(0 if end == 0 else len(way), joined[0])
        ways.append(way)
    return ways


def _near(place: Place, places: set[Place]) -> list[Place]:
    row, column = place
    around = [(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return [one for one in around if one != place and one in places]
