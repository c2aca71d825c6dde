import numpy as np
from tensorflow import keras


def build():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda values: values)])
    model.save("/tmp/@MARK@.keras")
    with open("/tmp/@MARK@.keras", "rb") as file:
        return file.read()


def read_labels(probabilities):
    return probabilities.argmax(axis=1)
