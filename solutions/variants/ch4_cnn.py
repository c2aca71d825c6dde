"""Right answers to chapter 4, written differently: each must get full points.

`<function>__<variant>`: the docstring says how it differs from the master, whose functions it may use.
"""

import keras
import numpy as np
import tensorflow as tf

# ---------------------------------------------------------------- to_images


def to_images__reshaped(images):
    """Divides first and gives the final shape by reshape."""
    return (images / 255.0).astype(np.float32).reshape(-1, 28, 28, 1)


def to_images__expanded(images):
    """Adds the axis by expand_dims and multiplies by one 255th in float32."""
    return np.expand_dims(images, -1).astype(np.float32) * np.float32(1 / 255)


def to_images__stacked(images):
    """Stacks one channel, image by image."""
    return np.stack([images.astype("float32") / 255], axis=3)


def to_images__by_tensorflow(images):
    """Returns a tensor, which Keras takes as gladly."""
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0


# ---------------------------------------------------------------- build_cnn


def build_cnn__functional():
    """Uses the functional API, and pads the maps so that they keep their size."""
    inputs = keras.Input(shape=(28, 28, 1))
    maps = inputs
    for filters in (16, 32):
        maps = keras.layers.Conv2D(filters, (5, 5), padding="same", activation="relu")(maps)
        maps = keras.layers.MaxPooling2D((2, 2))(maps)
        maps = keras.layers.BatchNormalization(momentum=0.9)(maps)
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(keras.layers.Flatten()(maps)))


def build_cnn__input_shape():
    """Gives the input shape to the first layer and normalizes in front of the pooling."""
    return keras.Sequential(
        [
            keras.layers.Conv2D(16, kernel_size=5, activation="relu", input_shape=(28, 28, 1)),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.MaxPool2D(2),
            keras.layers.Conv2D(32, kernel_size=5, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.MaxPool2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__layer_by_layer():
    """Adds the layers one by one, and normalizes between a convolution and its activation."""
    model = keras.Sequential(name="shapes")
    model.add(keras.layers.InputLayer(shape=(28, 28, 1)))
    for filters in (16, 32):
        model.add(keras.layers.Conv2D(filters, 5, use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.9))
        model.add(keras.layers.ReLU())
        model.add(keras.layers.MaxPooling2D(pool_size=(2, 2), strides=2))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Softmax())
    return model


def build_cnn__blocks():
    """Puts each convolution with what follows into a model of its own, and flattens by Reshape."""

    def block(filters):
        return keras.Sequential(
            [
                keras.layers.Conv2D(filters, 5, activation=keras.activations.relu),
                keras.layers.MaxPooling2D(),
                keras.layers.BatchNormalization(momentum=0.9),
            ]
        )

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            block(16),
            block(32),
            keras.layers.Reshape((-1,)),
            keras.layers.Dense(10, activation=keras.activations.softmax),
        ]
    )


def build_cnn__built_later():
    """Learns its input size from build."""
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Conv2D(16, 5, activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.BatchNormalization(momentum=0.9),
            tf.keras.layers.Conv2D(32, 5, activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.BatchNormalization(momentum=0.9),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.build((None, 28, 28, 1))
    return model


# ---------------------------------------------------------------- fit_cnn


def fit_cnn__by_name(model, images, labels, epochs):
    """Names all arguments, keeps the History in a variable and gives the callback without a list."""
    history = model.fit(
        x=images, y=labels, batch_size=64, epochs=epochs, callbacks=falling_learning_rate(epochs), verbose=0
    )
    return history


def fit_cnn__own_callback(model, images, labels, epochs):
    """Makes its own callback."""
    rates = np.geomspace(0.003, 0.0003, epochs)
    follow = keras.callbacks.LearningRateScheduler(lambda epoch, rate: float(rates[epoch]))
    return model.fit(images, labels, 64, epochs, callbacks=[follow])


def fit_cnn__dataset(model, images, labels, epochs):
    """Feeds a tf.data pipeline that shuffles by itself."""
    pairs = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(labels), seed=1).batch(64)
    return model.fit(pairs, epochs=epochs, callbacks=[falling_learning_rate(epochs)], verbose=0)


def fit_cnn__schedule_by_steps(model, images, labels, epochs):
    """Lets the optimizer's own schedule make the rate fall, step by step."""
    steps = epochs * -(-len(labels) // 64)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.003, steps, 0.1)
    model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, batch_size=64, verbose=0)
