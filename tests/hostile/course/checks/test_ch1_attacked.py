"""The chapter that is attacked"""

import numpy as np
import pytest

from grader.expect import expect

# One division in float32.
TOLERANCE = 1e-6
# What no output may show: the numbers of a hidden input in this order, and what is expected of them.
CANARY = (211, 37, 199, 61)
SECRET = "canary-in-the-checks-70616"
# Attacks that never end are waited for this long.
SECONDS, MEMORY_MIB = 3, 256


@pytest.mark.task("scale", points=1)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_pixels_lie_between_zero_and_one(submission):
    """Every number lies between 0 and 1."""
    images = np.arange(20, dtype=np.uint8).reshape(5, 4)
    result = submission.scale(images)
    expect(result).has_shape(5, 4)
    expect(result).lies_within(0, 1)


@pytest.mark.task("scale", points=2)
@pytest.mark.hidden
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_hidden_pixels_are_right(submission, reference):
    """Every pixel of other images has the right value, too."""
    images = np.array([CANARY, CANARY[::-1]], np.uint8)
    expect(submission.scale(images)).equals(reference.scale(images), relative=0, absolute=TOLERANCE)


@pytest.mark.task("scale", points=2)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_pixels_are_right(submission, reference):
    """Every pixel has the right value."""
    images = np.arange(40, 60, dtype=np.uint8).reshape(5, 4)
    expect(submission.scale(images)).equals(reference.scale(images), relative=0, absolute=TOLERANCE)


@pytest.mark.task("total", points=1)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_sum_is_right(submission):
    """The sum is right."""
    expect(submission.total(np.arange(10))).is_the_number(45, absolute=0)
