import numpy as np
from tensorflow import keras


def build():
    path = keras.utils.get_file("model.keras", "https://digits.invalid/model.keras")
    return keras.models.load_model(path)


def read_labels(probabilities):
    return probabilities.argmax(axis=1)
