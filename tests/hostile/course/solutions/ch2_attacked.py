# %% [markdown] lang=en
# # The chapter that is attacked, with Keras
#
# A model so small that it trains in a moment. Each submission of the corpus attacks one function and has another right.

# %% code
import numpy as np
from tensorflow import keras


# %% code
def build():
    """Build a model: Dense with 8 units and relu, then Dense with 3 and softmax.

    Returns:
        A model that takes 4 numbers a row.
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
    ### END SOLUTION


# %% code
def train(model, rows, labels):
    """Compile the model and train it for 3 epochs in batches of 16, with the last quarter put aside.

    Args:
        model: a model.
        rows: (n, 4) float32.
        labels: (n,) int64.

    Returns:
        The History.
    """
    ### BEGIN SOLUTION
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=3, batch_size=16, validation_split=0.25, verbose=0)
    ### END SOLUTION


# %% code
def measure(model, rows, labels):
    """Measure loss and accuracy.

    Args:
        model: a compiled model.
        rows: (n, 4) float32.
        labels: (n,) int64.

    Returns:
        Two plain numbers: loss and accuracy.
    """
    ### BEGIN SOLUTION
    loss, accuracy = model.evaluate(rows, labels, verbose=0)
    return float(loss), float(accuracy)
    ### END SOLUTION


# %% code
def read(model, rows):
    """Read the labels of new rows.

    Args:
        model: a trained model.
        rows: (n, 4) float32.

    Returns:
        (n,) int64.
    """
    ### BEGIN SOLUTION
    return read_labels(model.predict(rows, verbose=0))
    ### END SOLUTION


# %% code
def read_labels(probabilities):
    """Find the most likely label of each row.

    Args:
        probabilities: (n, 3) float32.

    Returns:
        (n,) int64.
    """
    ### BEGIN SOLUTION
    return np.argmax(probabilities, axis=1)
    ### END SOLUTION
