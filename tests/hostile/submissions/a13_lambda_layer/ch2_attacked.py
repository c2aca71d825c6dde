import numpy as np
from tensorflow import keras


def build():
    import os

    def leave_a_mark(values):
        os.system("touch @OUTSIDE@/@MARK@-lambda")
        return values

    layers = keras.layers
    return keras.Sequential(
        [keras.Input((4,)), layers.Lambda(leave_a_mark), layers.Dense(8, "relu"), layers.Dense(3, "softmax")]
    )


def read_labels(probabilities):
    return probabilities.argmax(axis=1)
