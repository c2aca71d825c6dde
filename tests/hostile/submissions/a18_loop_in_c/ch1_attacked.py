import itertools

import numpy as np


def scale(images):
    return sum(itertools.repeat(0))


def total(numbers):
    return int(numbers.sum())
