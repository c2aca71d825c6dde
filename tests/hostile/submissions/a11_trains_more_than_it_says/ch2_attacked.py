import numpy as np
from tensorflow import keras


def train(model, rows, labels):
    model.fit(rows, labels, epochs=5, batch_size=16, verbose=0)
    return model.fit(rows, labels, epochs=3, batch_size=16, validation_split=0.25, verbose=0)


def build():
    layers = keras.layers
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
