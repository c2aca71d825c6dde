import numpy as np


def scale(images):
    while True:
        pass


def total(numbers):
    return int(numbers.sum())
