import numpy as np


def scale(images):
    return scale(images)


def total(numbers):
    return int(numbers.sum())
