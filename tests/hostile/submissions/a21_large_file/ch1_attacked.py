import tempfile

import numpy as np


def scale(images):
    with open(tempfile.gettempdir() + "/@MARK@-large", "wb") as file:
        for _ in range(100):
            file.write(bytes(2**20))
    raise RuntimeError("a larger file than any function needs")


def total(numbers):
    return int(numbers.sum())
