import tempfile

import numpy as np
from tensorflow import keras


def build():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda values: values)])
    path = tempfile.gettempdir() + "/@MARK@.keras"
    model.save(path)
    with open(path, "rb") as file:
        return file.read()


def read_labels(probabilities):
    return probabilities.argmax(axis=1)
