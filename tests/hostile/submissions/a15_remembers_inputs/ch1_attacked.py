import numpy as np

SEEN = []


def scale(images):
    SEEN.append(images.tolist())
    print(SEEN)
    return images / 300


def total(numbers):
    return int(numbers.sum())
