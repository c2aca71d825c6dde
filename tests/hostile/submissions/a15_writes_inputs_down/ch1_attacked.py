import tempfile

import numpy as np


def scale(images):
    with open(tempfile.gettempdir() + "/@MARK@-inputs", "a+") as file:
        file.write(f"{images.tolist()}\n")
        file.seek(0)
        print(file.read())
    return images / 300


def total(numbers):
    return int(numbers.sum())
