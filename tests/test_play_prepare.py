"""Drawings become pictures as MNIST has them, wherever on the sheet and however large they were drawn."""

import numpy as np
import pytest

from grader.data import load_digits
from grader.play.preparation import draw_enlarged
from grader.play.prepare import SIDE, photograph, prepare_drawing

DIGITS = load_digits("sample").test.images[:40]


def centre_of(picture):
    rows, columns = np.indices(picture.shape)
    return float((picture * rows).sum() / picture.sum()), float((picture * columns).sum() / picture.sum())


def box_of(picture):
    rows, columns = np.nonzero(picture)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def disc(row, column, radius):
    rows, columns = np.indices((SIDE, SIDE))
    return np.where((rows - row) ** 2 + (columns - column) ** 2 <= radius**2, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("image", DIGITS, ids=range(len(DIGITS)))
def test_digit_of_mnist_enlarged_comes_back_as_it_was(image):
    prepared = prepare_drawing(np.kron(image, np.ones((10, 10), np.uint8)))
    # MNIST's own were centred by the same rule, some of them one pixel apart.
    shifts = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    nearest = min(np.abs(np.roll(image, shift, (0, 1)).astype(int) - prepared).mean() for shift in shifts)
    assert nearest < 6


@pytest.mark.parametrize("times", [2, 4, 6, 10])
@pytest.mark.parametrize("image", DIGITS[:5], ids=range(5))
def test_size_and_place_on_the_sheet_do_not_matter(image, times):
    small = prepare_drawing(draw_enlarged(image, times))
    assert (small.shape, small.dtype) == ((28, 28), np.uint8)
    assert (small.max(), small.min()) == (255, 0)
    assert max(box_of(small)) == 20
    assert max(abs(place - 14) for place in centre_of(small)) <= 0.55
    assert np.abs(small.astype(int) - prepare_drawing(draw_enlarged(image, 8))).mean() < 12


@pytest.mark.parametrize(("row", "column", "radius"), [(0, 0, 1), (279, 279, 0), (140, 140, 11), (140, 140, 139)])
def test_dot_fills_the_box(row, column, radius):
    assert box_of(prepare_drawing(disc(row, column, radius))) == (20, 20)


@pytest.mark.parametrize("axis", [0, 1])
def test_thin_line_keeps_a_pixel(axis):
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    drawing[(slice(None), 100) if axis else (100, slice(None))] = 255
    assert sorted(box_of(prepare_drawing(drawing))) == [1, 20]


def test_faint_drawing_is_made_strong():
    faint = draw_enlarged(DIGITS[0], 5) // 9
    assert np.array_equal(prepare_drawing(faint), prepare_drawing(draw_enlarged(DIGITS[0], 5)))


def test_photo_is_black_on_white():
    photo = photograph(disc(140, 140, 30))
    assert (photo.shape, photo.dtype) == ((SIDE, SIDE), np.uint8)
    assert photo[140, 140] == 0 and photo[0, 0] == 255
