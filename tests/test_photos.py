"""Rendered photos are the same for the same seed, differ otherwise, and show the digit with enough contrast."""

import numpy as np
import pytest

from grader.data import load_digits
from grader.photos import COLOUR_CONTRAST, render_photos


@pytest.fixture(scope="module")
def images():
    return load_digits("sample").test.images[:40]


@pytest.fixture(scope="module")
def photos(images):
    return list(render_photos(images, seed=3))


def test_same_seed_gives_the_same_photos(images, photos):
    again = list(render_photos(images, seed=3))
    assert all(np.array_equal(one, other) for one, other in zip(photos, again, strict=True))


def test_photo_depends_on_its_own_digit_and_place_alone(images, photos):
    [*_, fifth] = render_photos(images[:5], seed=3)
    assert np.array_equal(fifth, photos[4])


def test_another_seed_gives_other_photos(images, photos):
    others = list(render_photos(images, seed=4))
    assert not any(
        one.shape == other.shape and np.array_equal(one, other) for one, other in zip(photos, others, strict=True)
    )


def test_photos_are_of_many_kinds(photos):
    assert {photo.dtype.name for photo in photos} == {"uint8"}
    assert {photo.ndim for photo in photos} == {2, 3}
    assert {photo.shape[2] for photo in photos if photo.ndim == 3} == {3}
    assert len({photo.shape[:2] for photo in photos}) > 20
    upright = [photo.shape[0] > photo.shape[1] for photo in photos]
    assert any(upright) and not all(upright)


def test_digit_stands_out_from_its_paper(photos):
    for photo in photos:
        colours = photo.reshape(*photo.shape[:2], -1).astype(float)
        distance = np.linalg.norm(colours - np.median(colours, axis=(0, 1)), axis=2)
        assert distance.max() > 0.3 * COLOUR_CONTRAST / 3**0.5


def test_empty_picture_gives_an_empty_sheet():
    [photo] = render_photos(np.zeros((1, 28, 28), np.uint8), seed=1)
    assert photo.ndim in (2, 3)
