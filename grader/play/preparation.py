"""The learner's own `prepare_photo` for drawings, where it does what Chapter 7 asks. Trusted side."""

from __future__ import annotations

import numpy as np

from grader.data import Digits
from grader.errors import CheckFailed
from grader.expect import expect
from grader.play.prepare import BOX, CENTRE, PICTURE_SIDE, SIDE, Drawing, Picture, photograph
from grader.play.recipes import Unready
from grader.plugin.collection import still_to_do
from grader.submission.submission import Submission

CHAPTER, FUNCTION = "ch7_own_digits", "prepare_photo"
# It and those that it is made of.
FUNCTIONS = ("to_ink", "crop_to_ink", "fit_to_box", "centre_by_mass", "straighten", FUNCTION)
TRIED_DRAWINGS = 4
# The faint edge of a stroke may round to 0; whole pixels and rounded grey values move the centre by as much.
BOX_TOLERANCE, CENTRE_TOLERANCE = 1, 0.55


def prepare_own(work: Submission, drawing: Drawing) -> Picture:
    """Return the picture that the learner's `prepare_photo` makes of a drawing.

    Raises:
        CheckFailed: it fails, or gives no picture of 28 x 28 pixels.
    """
    picture = work.prepare_photo(photograph(drawing))
    expect(picture).has_size(PICTURE_SIDE, PICTURE_SIDE)
    expect(picture).has_dtype("uint8")
    return np.asarray(picture, np.uint8)


def try_preparation(work: Submission, digits: Digits) -> None:
    """Let the learner's `prepare_photo` prepare some drawings whose place and size are known.

    Raises:
        Unready: it is still to be written, or a picture is not as the chapter asks.
    """
    if work.source.is_stub(FUNCTION):
        raise Unready(CHAPTER, FUNCTION, still_to_do(work.source, FUNCTION).feedback)
    try:
        for number, image in enumerate(digits.test.first(TRIED_DRAWINGS).images):
            picture = prepare_own(work, draw_enlarged(image, times=4 + number))
            expect(picture).spans(0, 255)
            expect(picture).fills_a_box_of(BOX, absolute=BOX_TOLERANCE)
            expect(picture).has_centre_of_mass(CENTRE, CENTRE, absolute=CENTRE_TOLERANCE)
    except CheckFailed as failed:
        raise Unready(CHAPTER, FUNCTION, failed.feedback) from failed


def draw_enlarged(image: Picture, times: int) -> Drawing:
    """Return a drawing on which the digit stands at the top left, each of its pixels `times` as large, its ink full."""
    large = np.kron(image, np.ones((times, times), np.uint8))
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    drawing[: len(large), : len(large)] = np.where(large > 127, 255, 0)
    return drawing
