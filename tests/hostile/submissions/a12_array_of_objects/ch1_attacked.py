import os

import numpy as np


class Payload:
    def __reduce__(self):
        return os.system, ("touch @OUTSIDE@/@MARK@-object",)

    def __float__(self):
        os.system("touch @OUTSIDE@/@MARK@-float")
        return 0.5


def scale(images):
    return np.array([Payload()] * 20, dtype=object).reshape(5, 4)


def total(numbers):
    return int(numbers.sum())
