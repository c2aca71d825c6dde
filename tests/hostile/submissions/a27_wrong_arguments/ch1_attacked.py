import numpy as np


def scale():
    return np.zeros((5, 4))


def total(numbers):
    return int(numbers.sum())
