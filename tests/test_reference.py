"""The reference's results: which are found on disk, and what is computed anew where only some are."""

import numpy as np
import pytest

from grader.submission.engines import SandboxEngine
from grader.submission.reference import Reference
from grader.submission.source import read_source

SOURCE = b"""
import numpy as np
import matplotlib.pyplot as plt

def doubled(images):
    return images * 2

def coloured(images):
    return images + plt.get_cmap("gray")(0.0)[0]

def added(first, second):
    return first + second

def drawn(first, second):
    return (first + second) * plt.get_cmap("gray")(1.0)[0]
"""


@pytest.mark.parametrize("function", ["added", "drawn"])
@pytest.mark.parametrize("order", [("doubled", "coloured"), ("coloured", "doubled")])
def test_kept_results_are_in_the_worker_that_uses_them(function, order):
    """Each function imports what it needs alone, and a further import brings a new worker."""
    reference = Reference(read_source("some.py", SOURCE), SandboxEngine(), f"some_{function}_{order[0]}")
    images = np.arange(12.0).reshape(3, 4)
    try:
        first, second = (getattr(reference, name).keep(images) for name in order)
        assert np.array_equal(getattr(reference, function)(first, second), images * 3)
    finally:
        reference.close()
