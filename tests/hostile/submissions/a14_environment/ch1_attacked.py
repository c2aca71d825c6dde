import os
import sys

import numpy as np


def scale(images):
    print(dict(os.environ), sys.argv)
    for process in ("self", os.getppid(), int("@BYSTANDER@")):
        for name in ("environ", "cmdline"):
            try:
                content = open(f"/proc/{process}/{name}", "rb").read()
                print(content[max(0, content.find(b"canary")) :][:40])
            except OSError as error:
                print(error)
    return images / 300


def total(numbers):
    return int(numbers.sum())
