import threading
import time

import numpy as np


def scale(images):
    for _ in range(700):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    raise RuntimeError("more threads than any function needs")


def total(numbers):
    return int(numbers.sum())
