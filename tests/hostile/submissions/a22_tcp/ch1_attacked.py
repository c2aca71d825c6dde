import socket

import numpy as np


def scale(images):
    with socket.create_connection(("127.0.0.1", int("@PORT@")), 1) as connection:
        connection.sendall(b"canary")
    return images / 300


def total(numbers):
    return int(numbers.sum())
