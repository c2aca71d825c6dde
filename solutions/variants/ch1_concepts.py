"""Right answers to chapter 1, written differently: each must get full points.

`<function>__<variant>`: the docstring says how it differs from the master, whose functions it may use.
"""

import math

import numpy as np

# ---------------------------------------------------------------- dense


def dense__dot(inputs, weights, bias):
    """Uses np.dot and np.add."""
    return np.add(np.dot(inputs, weights), bias)


def dense__einsum(inputs, weights, bias):
    """Writes the sum over the inputs as einsum does."""
    return np.einsum("nk,ku->nu", inputs, weights) + bias


def dense__broadcast(inputs, weights, bias):
    """Multiplies place by place with an axis added, and adds up."""
    return (inputs[:, :, np.newaxis] * weights).sum(axis=1) + bias


def dense__loops(inputs, weights, bias):
    """Goes through rows and neurons one by one."""
    sums = np.zeros((len(inputs), len(bias)), inputs.dtype)
    for i, row in enumerate(inputs):
        for j in range(len(bias)):
            sums[i, j] = sum(row[place] * weights[place, j] for place in range(len(row))) + bias[j]
    return sums


def dense__neuron_by_neuron(inputs, weights, bias):
    """Calculates one neuron after another and puts the columns side by side."""
    return np.stack([inputs @ column + own for column, own in zip(weights.T, bias, strict=True)], axis=1)


# ---------------------------------------------------------------- relu


def relu__where(values):
    """Chooses between the value and 0."""
    return np.where(values > 0, values, 0)


def relu__times_condition(values):
    """Multiplies by the condition."""
    return values * (values > 0)


def relu__half_the_sum(values):
    """Takes half of the value plus its absolute value."""
    return (values + np.abs(values)) / 2


def relu__clip(values):
    """Clips from below only."""
    return np.clip(values, 0, None)


def relu__copy(values):
    """Writes zeros into a copy."""
    result = values.copy()
    result[result < 0] = 0
    return result


# ---------------------------------------------------------------- softmax


def softmax__last_axis(scores):
    """Takes the last axis, and adds it again by hand."""
    powers = np.exp(scores - np.max(scores, axis=-1)[:, np.newaxis])
    return powers / np.sum(powers, axis=-1)[:, np.newaxis]


def softmax__row_by_row(scores):
    """Goes through the rows."""
    rows = []
    for row in scores:
        powers = np.exp(row - max(row))
        rows.append(powers / sum(powers))
    return np.array(rows)


def softmax__turned_round(scores):
    """Turns the table round, so that neither axis nor keepdims is needed."""
    columns = np.exp(scores.T - scores.T.max(axis=0))
    return (columns / columns.sum(axis=0)).T


def softmax__by_logarithms(scores):
    """Subtracts the logarithm of the sum before the powers are taken."""
    shifted = scores - scores.max(1, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))


# ---------------------------------------------------------------- cross_entropy


def cross_entropy__maximum(probabilities, labels):
    """Raises from below only, and divides the sum."""
    given = np.maximum(probabilities[range(len(labels)), labels], 1e-7)
    return float(-np.log(given).sum() / len(labels))


def cross_entropy__one_hot(probabilities, labels):
    """Builds a table of zeros and ones."""
    right = np.eye(probabilities.shape[1])[labels]
    return np.mean(-np.sum(right * np.log(np.clip(probabilities, 1e-7, 1 - 1e-7)), axis=1))


def cross_entropy__take_along_axis(probabilities, labels):
    """Picks with take_along_axis."""
    given = np.take_along_axis(probabilities, labels[:, np.newaxis], axis=1)
    return np.log(1 / np.clip(given, 1e-7, 1)).mean()


def cross_entropy__added(probabilities, labels):
    """Adds the tiny number instead of clipping."""
    return -np.mean(np.log(probabilities[np.arange(labels.size), labels] + 1e-7))


def cross_entropy__loop(probabilities, labels):
    """Adds up the prices in a loop, with Python's own mathematics."""
    total = 0
    for row, label in zip(probabilities, labels, strict=True):
        total -= math.log(max(row[label], 1e-7))
    return total / len(labels)


# ---------------------------------------------------------------- adam_step


def adam_step__by_differences(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Moves the averages towards the new value, as Keras does."""
    mean = mean + (gradient - mean) * (1 - 0.9)
    mean_square = mean_square + (np.square(gradient) - mean_square) * (1 - 0.999)
    pace = learning_rate * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return weights - mean * pace / (np.sqrt(mean_square) + 1e-7), mean, mean_square


def adam_step__corrected_averages(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Corrects the averages as books do, and the tiny number with them."""
    mean = 0.9 * mean + (1 - 0.9) * gradient
    mean_square = 0.999 * mean_square + (1 - 0.999) * gradient * gradient
    start = 1 - np.power(0.999, step)
    direction = mean / (1 - np.power(0.9, step))
    steepness = np.sqrt(mean_square / start)
    return [weights - learning_rate * direction / (steepness + 1e-7 / np.sqrt(start)), mean, mean_square]


def adam_step__copies(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Writes into copies."""
    new_weights, new_mean, new_mean_square = weights.copy(), mean.copy(), mean_square.copy()
    new_mean *= 0.9
    new_mean += 0.1 * gradient
    new_mean_square *= 0.999
    new_mean_square += 0.001 * gradient**2
    new_weights -= learning_rate * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step) * new_mean / (new_mean_square**0.5 + 1e-7)
    return new_weights, new_mean, new_mean_square
