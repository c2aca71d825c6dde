"""Photos of handwritten digits, rendered from MNIST: sheets, pens, light and noise. Trusted side, ground floor.

Everything follows from the digits and a seed, so that the same photos can be made again. The labels stay outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.data import Images

Photo = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float64]
Colour = npt.NDArray[np.float64]

# Height and width of a sheet: what is left of a phone's photo after shrinking it.
SHORT_SIDE, LONG_SIDE = (110, 160), (120, 220)
# The digit's longer side, as a share of the sheet's shorter one.
DIGIT_SIZE = (0.28, 0.8)
MARGIN_PIXELS = 4
SHEAR, ROTATION_DEGREES = 0.25, 12.0
# Between these values of the enlarged digit the pen's edge lies: the lower, the thicker the pen.
PEN_EDGE, PEN_EDGE_WIDTH = (0.22, 0.55), 0.16
# Points in a row of the enlarged digit from which the sheet is drawn; the width of the smooth bell used, in old pixels.
FINE_POINTS, SMOOTHNESS = 168, 0.75
GRAY_SHARE, SHADOW_SHARE, DARK_PAPER_SHARE = 0.15, 0.5, 0.2
NOISE = (1.0, 4.0)
# Least distance between ink and paper: in colour (three channels together), and in brightness where the photo is gray.
COLOUR_CONTRAST, GRAY_CONTRAST = 110.0, 70.0
BRIGHTNESS = np.array([0.299, 0.587, 0.114])

# Red, green and blue, as a phone sees them; each is varied a little.
INKS = ((25, 25, 30), (30, 45, 150), (20, 60, 110), (175, 30, 40), (30, 110, 60), (90, 90, 95), (110, 40, 130))
PAPERS = (
    (245, 245, 240),
    (235, 235, 235),
    (250, 240, 215),
    (230, 235, 245),
    (245, 225, 130),
    (190, 215, 235),
    (200, 165, 120),
)
BRIGHT_INKS = ((240, 240, 235), (250, 225, 110), (150, 220, 250), (250, 170, 190))
DARK_PAPERS = ((35, 35, 38), (30, 65, 50), (35, 45, 90), (85, 55, 45))
COLOUR_JITTER = 8.0


def render_photos(images: Images, seed: int) -> Iterator[Photo]:
    """Yield one photo of each digit.

    Args:
        images: (n, 28, 28) uint8, 0 paper, 255 ink.
        seed: any whole number from 0; another seed gives other sheets, pens and light.

    Yields:
        (height, width, 3) uint8 in colour, some (height, width) uint8 in gray.
    """
    for number, image in enumerate(images):
        yield render_photo(image, np.random.default_rng([seed, number]))


def render_photo(image: npt.NDArray[np.uint8], rng: np.random.Generator) -> Photo:
    """Return a photo of one digit: (height, width, 3) or (height, width) uint8."""
    height, width = _sheet(rng)
    ink = _draw(image, height, width, rng)
    gray = rng.random() < GRAY_SHARE
    pen, paper = _colours(gray, rng)
    sheet = paper + ink[:, :, np.newaxis] * (pen - paper)
    photo = sheet * _light(height, width, rng)[:, :, np.newaxis] * rng.uniform(0.93, 1.0, 3)
    if gray:
        photo = photo @ BRIGHTNESS
    photo += rng.normal(0, rng.uniform(*NOISE), photo.shape)
    return np.clip(np.round(photo), 0, 255).astype(np.uint8)


def _sheet(rng: np.random.Generator) -> tuple[int, int]:
    """Return height and width of a sheet, upright or lying."""
    short, long = int(rng.integers(*SHORT_SIDE)), int(rng.integers(*LONG_SIDE))
    return (long, short) if rng.random() < 0.5 else (short, long)


def _draw(image: npt.NDArray[np.uint8], height: int, width: int, rng: np.random.Generator) -> Plane:
    """Return how much ink there is at each point of the sheet, 0 to 1."""
    fine = _enlarge(image / 255, FINE_POINTS, FINE_POINTS)
    rows, columns = np.nonzero(fine > PEN_EDGE[0])
    if not len(rows):
        return np.zeros((height, width))
    angle, shear = np.deg2rad(rng.uniform(-1, 1) * ROTATION_DEGREES), rng.uniform(-1, 1) * SHEAR
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[1, 0], [shear, 1]]
    outline = turn @ np.array([rows, columns])
    low, high = outline.min(axis=1), outline.max(axis=1)
    scale = rng.uniform(*DIGIT_SIZE) * min(height, width) / (high - low).max()
    extent = scale * (high - low)
    room = np.array([height, width]) - extent - 2 * MARGIN_PIXELS
    corner = MARGIN_PIXELS + rng.random(2) * room
    # Only the part of the sheet that the digit reaches; from each point there back to the point of the digit it shows.
    (top, left), (rows_drawn, columns_drawn) = corner.astype(int), extent.astype(int) + 2
    points = np.indices((rows_drawn, columns_drawn)).reshape(2, -1) + np.array([[top], [left]])
    source = np.linalg.inv(turn) @ ((points - corner[:, np.newaxis]) / scale + low[:, np.newaxis])
    strength = _sample(fine, source).reshape(rows_drawn, columns_drawn)
    edge = rng.uniform(*PEN_EDGE)
    stroke = np.clip((strength - edge) / PEN_EDGE_WIDTH + 0.5, 0, 1)
    pressure = 1 - 0.15 * _enlarge(rng.random((4, 4)), rows_drawn, columns_drawn)
    ink = np.zeros((height, width))
    ink[top : top + rows_drawn, left : left + columns_drawn] = stroke * stroke * (3 - 2 * stroke) * pressure
    return ink


def _enlarge(plane: npt.NDArray[Any], rows: int, columns: int) -> Plane:
    """Return the plane with this many smooth points in each direction."""
    down, across = (_smooth_weights(count, old) for count, old in zip((rows, columns), plane.shape, strict=True))
    return np.asarray(down @ plane @ across.T)


def _smooth_weights(count: int, old: int) -> Plane:
    """Return (count, old): how much each old point adds to each of `count` new ones."""
    points = (np.arange(count) + 0.5) / count * old - 0.5
    weights = np.exp(-(((points[:, np.newaxis] - np.arange(old)) / SMOOTHNESS) ** 2))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _sample(plane: Plane, points: Plane) -> Plane:
    """Return the values at `points` (2, n) between the pixels of `plane`; 0 outside."""
    padded = np.pad(plane, 1)
    inside = np.clip(points + 1, 0, np.array(padded.shape)[:, np.newaxis] - 1.001)
    rows, columns = inside.astype(int)
    down, right = inside - (rows, columns)
    upper = padded[rows, columns] * (1 - right) + padded[rows, columns + 1] * right
    lower = padded[rows + 1, columns] * (1 - right) + padded[rows + 1, columns + 1] * right
    return np.asarray(upper * (1 - down) + lower * down)


def _colours(gray: bool, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Return the colours of pen and paper, far enough from each other."""
    while True:
        dark = rng.random() < DARK_PAPER_SHARE
        pens, papers = (BRIGHT_INKS, DARK_PAPERS) if dark else (INKS, PAPERS)
        pen, paper = (
            np.clip(rng.choice(colours) + rng.normal(0, COLOUR_JITTER, 3), 15, 255) for colours in (pens, papers)
        )
        far = np.linalg.norm(pen - paper) >= COLOUR_CONTRAST
        if far and (not gray or abs((pen - paper) @ BRIGHTNESS) >= GRAY_CONTRAST):
            return pen, paper


def _light(height: int, width: int, rng: np.random.Generator) -> Plane:
    """Return the light on the sheet, about 0.4 to 1: brighter on one side, darker to the corners, often a shadow."""
    y, x = np.indices((height, width)) / max(height, width) - 0.5
    direction, shadow_direction = rng.uniform(0, 2 * np.pi, 2)
    light = 1 - rng.uniform(0, 0.45) * (0.5 + y * np.sin(direction) + x * np.cos(direction))
    light -= rng.uniform(0, 0.4) * (y**2 + x**2)
    if rng.random() < SHADOW_SHARE:
        across = y * np.sin(shadow_direction) + x * np.cos(shadow_direction) - rng.uniform(-0.3, 0.3)
        light *= 1 - rng.uniform(0.1, 0.3) / (1 + np.exp(-across / rng.uniform(0.06, 0.15)))
    return np.asarray(light * rng.uniform(0.85, 1.0))
