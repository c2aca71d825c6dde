import numpy as np


def scale(images):
    name = "<script>alert(70616)</script>\x1b]0;stolen title\x07"
    raise type(name, (Exception,), {})(name + "\u202e")


def total(numbers):
    return int(numbers.sum())
