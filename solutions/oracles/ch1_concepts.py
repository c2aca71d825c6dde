"""The functions of chapter 1 as Keras itself computes them: what the learner's own are held against.

Each takes the same arguments as the function of that name in `solutions/ch1_concepts.py`. Only a worker executes this.
"""

import keras
import numpy as np


def dense(inputs, weights, bias):
    """Run a Dense layer that was given these weights."""
    layer = keras.layers.Dense(weights.shape[1])
    layer.build(inputs.shape)
    layer.set_weights([weights, bias])
    return keras.ops.convert_to_numpy(layer(inputs))


def relu(values):
    return keras.ops.convert_to_numpy(keras.activations.relu(keras.ops.convert_to_tensor(values)))


def softmax(scores):
    return keras.ops.convert_to_numpy(keras.activations.softmax(keras.ops.convert_to_tensor(scores)))


def cross_entropy(probabilities, labels):
    return float(keras.losses.SparseCategoricalCrossentropy()(labels, probabilities))


def adam_step(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Let an Adam that has `step - 1` steps behind it take one more."""
    variable = keras.Variable(weights, dtype=weights.dtype.name)
    optimizer = keras.optimizers.Adam(learning_rate=learning_rate)
    optimizer.build([variable])
    optimizer.iterations.assign(step - 1)
    state = {part: found for found in optimizer.variables for part in ("momentum", "velocity") if part in found.path}
    state["momentum"].assign(mean)
    state["velocity"].assign(mean_square)
    optimizer.apply([keras.ops.convert_to_tensor(gradient)])
    after = (variable, state["momentum"], state["velocity"])
    return tuple(np.array(keras.ops.convert_to_numpy(part)) for part in after)
