"""Right answers to chapter 3, written differently: each must get full points.

`<function>__<variant>`: the docstring says how it differs from the master, whose functions it may use.
"""

import collections
import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

# ---------------------------------------------------------------- compare_epochs


def compare_epochs__in_a_loop(short_model, long_model, images, labels):
    """Trains both in a loop and returns a list."""
    histories = []
    for model, epochs in ((short_model, 3), (long_model, 20)):
        history = model.fit(x=images, y=labels, batch_size=128, epochs=epochs, validation_split=0.2)
        histories.append(history)
    return histories


def compare_epochs__long_one_first(short_model, long_model, images, labels):
    """Trains the long one first, but returns it last."""
    settings = {"batch_size": 128, "validation_split": 0.2, "verbose": 0}
    long_history = long_model.fit(images, labels, epochs=20, **settings)
    return short_model.fit(images, labels, epochs=3, **settings), long_history


def compare_epochs__split_by_hand(short_model, long_model, images, labels):
    """Cuts the last fifth off itself."""
    cut = int(len(images) * 0.8)
    held_back = (images[cut:], labels[cut:])

    def train(model, epochs):
        return model.fit(
            images[:cut], labels[:cut], epochs=epochs, batch_size=128, validation_data=held_back, verbose=0
        )

    return train(short_model, 3), train(long_model, 20)


# ---------------------------------------------------------------- build_dropout_model


def build_dropout_model__added():
    """Adds one layer after the other."""
    model = keras.Sequential(name="digits")
    model.add(keras.layers.InputLayer(shape=(784,)))
    model.add(keras.layers.Dense(units=512, activation=keras.activations.relu))
    model.add(keras.layers.Dropout(rate=1 / 2, seed=1))
    model.add(keras.layers.Dense(units=10, activation=keras.activations.softmax))
    return model


def build_dropout_model__functional():
    """Uses the functional API."""
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(512, "relu")(inputs)
    hidden = keras.layers.Dropout(0.5)(hidden)
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(hidden))


def build_dropout_model__activation_layers():
    """Puts the activations into layers of their own, the first one behind the dropout, which comes to the same."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(512),
            keras.layers.Dropout(0.5),
            keras.layers.ReLU(),
            keras.layers.Dense(10),
            keras.layers.Softmax(),
        ]
    )


def build_dropout_model__built_later():
    """Takes the layers from tf.keras, has a Flatten that changes nothing, and learns its input size from build."""
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(512, "relu"),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(10, "softmax"),
        ]
    )
    model.build((None, 784))
    return model


# ---------------------------------------------------------------- confusion


def confusion__by_position(labels, predictions):
    """Counts with np.add.at."""
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix


def confusion__by_bincount(labels, predictions):
    """Numbers the cells from 0 to 99 and counts those numbers."""
    return np.bincount(labels * 10 + predictions, minlength=100).reshape(10, 10)


def confusion__cell_by_cell(labels, predictions):
    """Asks for each cell how many there are."""
    return np.array([[np.sum((labels == t) & (predictions == p)) for p in range(10)] for t in range(10)])


def confusion__by_counter(labels, predictions):
    """Counts pairs with a Counter, in an array of a small type."""
    matrix = np.zeros((10, 10), dtype="uint16")
    for pair, how_often in collections.Counter(zip(labels.tolist(), predictions.tolist(), strict=True)).items():
        matrix[pair] = how_often
    return matrix


def confusion__by_tensorflow(labels, predictions):
    """Lets TensorFlow count, and returns the tensor."""
    return tf.math.confusion_matrix(labels, predictions, num_classes=10)


# ---------------------------------------------------------------- most_confused_pairs


def most_confused_pairs__by_argsort(matrix, count):
    """Sorts the hundred cells of a copy whose diagonal is 0."""
    cells = matrix.copy()
    np.fill_diagonal(cells, 0)
    order = np.argsort(-cells, axis=None, kind="stable")[:count]
    rows, columns = np.unravel_index(order, cells.shape)
    return [(r, c, cells[r, c]) for r, c in zip(rows, columns, strict=True) if cells[r, c]]


def most_confused_pairs__one_key(matrix, count):
    """Says the whole rule in the key, and returns lists."""
    pairs = [[t, p, int(matrix[t][p])] for t in range(10) for p in range(10) if t != p and matrix[t][p]]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))[:count]


def most_confused_pairs__largest_again_and_again(matrix, count):
    """Takes the largest cell again and again."""
    cells = np.where(np.eye(10, dtype=bool), 0, matrix)
    pairs = []
    while len(pairs) < count and cells.max() > 0:
        true, predicted = divmod(int(cells.argmax()), 10)
        pairs.append((true, predicted, int(cells[true, predicted])))
        cells[true, predicted] = 0
    return tuple(pairs)


def most_confused_pairs__as_an_array(matrix, count):
    """Returns an array with one row for each pair."""
    rows, columns = np.nonzero(matrix * (1 - np.eye(10, dtype=int)))
    order = np.lexsort((columns, rows, -matrix[rows, columns]))[:count]
    return np.column_stack([rows, columns, matrix[rows, columns]])[order]


# ---------------------------------------------------------------- plot_mistakes


def plot_mistakes__grid_as_large_as_needed(images, labels, predictions):
    """Makes a grid with exactly as many rows as are needed, in shades of grey, and returns an empty figure for none."""
    wrong = [i for i in range(len(labels)) if labels[i] != predictions[i]][:12]
    if not wrong:
        return plt.figure()
    figure, grid = plt.subplots(math.ceil(len(wrong) / 4), 4, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, i in zip(grid.flat, wrong, strict=False):
        axes.imshow(images[i], cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"true: {labels[i]}, model: {predictions[i]}", fontsize=8)
    figure.tight_layout()
    return figure


def plot_mistakes__by_pyplot(images, labels, predictions):
    """Draws through pyplot, normalised pictures in the usual colours, and shows the figure."""
    wrong = labels != predictions
    figure = plt.figure()
    chosen = list(zip(images[wrong] / 255, labels[wrong], predictions[wrong], strict=True))
    for number, (image, label, prediction) in enumerate(chosen[:12]):
        plt.subplot(4, 3, number + 1)
        plt.imshow(image)
        plt.title(str(label) + " -> " + str(prediction))
        plt.xticks([])
        plt.yticks([])
    plt.show()
    return figure


def plot_mistakes__in_chinese(images, labels, predictions):
    """Draws negatives and writes its titles in Chinese, beside the pictures' left edges."""
    figure, grid = plt.subplots(3, 4)
    figure.suptitle("认错的数字")
    places = np.where(labels != predictions)[0][:12]
    for axes in grid.ravel()[len(places) :]:
        axes.remove()
    for axes, place in zip(grid.ravel(), places, strict=False):
        axes.matshow(255 - images[place], cmap="gray")
        axes.set_title(f"标签 {labels[place]}\n预测 {predictions[place]}", loc="left")
    return figure


def plot_mistakes__in_colour(images, labels, predictions):
    """Draws red ink on white paper, one picture in each set of axes of a fixed grid."""
    figure = plt.figure(figsize=(6, 5))
    number = 0
    for image, label, prediction in zip(images, labels, predictions, strict=True):
        if label != prediction and number < 12:
            number += 1
            paper = 255 - image
            axes = figure.add_subplot(3, 4, number)
            axes.imshow(np.stack([np.full_like(paper, 255), paper, paper], axis=-1))
            axes.set_title(f"{label} / {prediction}")
    return figure
