import numpy as np
from tensorflow import keras


def read(model, rows):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot(rows[0], label=f"{rows.tolist()}")
    axes.set_title(f"{rows.tolist()}")
    return figure


def build():
    layers = keras.layers
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
