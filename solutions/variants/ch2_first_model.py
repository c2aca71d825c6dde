"""Right answers to chapter 2, written differently: each must get full points.

`<function>__<variant>`: the docstring says how it differs from the master, whose functions it may use.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

# ---------------------------------------------------------------- normalize


def normalize__flattened_by_minus_one(images):
    """Lets reshape work out the number of columns, and divides first."""
    return (images / 255.0).astype(np.float32).reshape(images.shape[0], -1)


def normalize__multiplied(images):
    """Multiplies by one 255th in float32."""
    return images.reshape(-1, 784).astype(np.float32) * np.float32(1 / 255)


def normalize__by_tensorflow(images):
    """Computes with tensors and turns the result into an array."""
    return tf.reshape(tf.cast(images, tf.float32) / 255.0, (-1, 784)).numpy()


def normalize__left_a_tensor(images):
    """Returns the tensor itself, which Keras takes as gladly."""
    return tf.reshape(tf.cast(images, tf.float32) / 255.0, (len(images), 784))


def normalize__image_by_image(images):
    """Prepares one image after another."""
    return np.array([image.ravel() / 255 for image in images], dtype="float32")


# ---------------------------------------------------------------- build_model


def build_model__input_shape():
    """Gives the input size to the first layer."""
    return keras.Sequential(
        [
            keras.layers.Dense(512, activation="relu", input_shape=(784,)),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__input_layer():
    """Begins with an InputLayer and adds layers one by one."""
    model = keras.Sequential(name="digits")
    model.add(keras.layers.InputLayer(shape=(784,)))
    model.add(keras.layers.Dense(512, activation=keras.activations.relu))
    model.add(keras.layers.Dense(10, activation=keras.activations.softmax))
    return model


def build_model__functional():
    """Uses the functional API."""
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(512, "relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(hidden))


def build_model__activation_layers():
    """Puts the activations into layers of their own."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(512),
            keras.layers.ReLU(),
            keras.layers.Dense(10),
            keras.layers.Activation("softmax"),
        ]
    )


def build_model__flattened():
    """Has a Flatten layer that changes nothing."""
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__built_later():
    """Learns its input size from build."""
    model = tf.keras.Sequential([tf.keras.layers.Dense(512, "relu"), tf.keras.layers.Dense(10, "softmax")])
    model.build((None, 784))
    return model


# ---------------------------------------------------------------- compile_model


def compile_model__objects(model):
    """Gives optimizer, loss and metric as objects."""
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model


def compile_model__in_place(model):
    """Compiles in place and returns nothing."""
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])


def compile_model__function(model):
    """Gives the loss as a function and spells the optimizer with a capital."""
    model.compile(
        optimizer="Adam", loss=keras.losses.sparse_categorical_crossentropy, metrics=["sparse_categorical_accuracy"]
    )
    return model


def compile_model__learning_rate_said(model):
    """Says the usual learning rate aloud."""
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=False)
    model.compile(optimizer=optimizer, loss=loss, metrics=["acc"])
    return model


# ---------------------------------------------------------------- fit_model


def fit_model__by_name(model, images, labels):
    """Names all arguments and keeps the History in a variable."""
    history = model.fit(x=images, y=labels, batch_size=128, epochs=5, validation_split=0.2)
    return history


def fit_model__split_by_hand(model, images, labels):
    """Cuts the last fifth off itself."""
    cut = int(len(images) * 0.8)
    held_back = (images[cut:], labels[cut:])
    return model.fit(images[:cut], labels[:cut], epochs=5, batch_size=128, validation_data=held_back, verbose=0)


def fit_model__dataset(model, images, labels):
    """Feeds a tf.data pipeline."""
    cut = int(len(images) * 0.8)
    train = tf.data.Dataset.from_tensor_slices((images[:cut], labels[:cut])).shuffle(cut, seed=1).batch(128)
    held_back = tf.data.Dataset.from_tensor_slices((images[cut:], labels[cut:])).batch(128)
    return model.fit(train, epochs=5, validation_data=held_back, verbose=0)


# ---------------------------------------------------------------- evaluate_model


def evaluate_model__as_dictionary(model, images, labels):
    """Asks Keras for names."""
    result = model.evaluate(images, labels, return_dict=True, verbose=0)
    return result["loss"], result["accuracy"]


def evaluate_model__as_list(model, images, labels):
    """Hands on Keras's own list."""
    return model.evaluate(images, labels, verbose=0)


def evaluate_model__by_hand(model, images, labels):
    """Computes both from the predictions."""
    probabilities = model.predict(images, verbose=0)
    right = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.clip(right, 1e-7, 1)).mean()
    return float(loss), np.mean(probabilities.argmax(axis=1) == labels)


# ---------------------------------------------------------------- predict_digit


def predict_digit__called(model, image):
    """Calls the model instead of predict, and returns a NumPy int."""
    probabilities = model(normalize(image[None]), training=False)
    return np.argmax(probabilities)


def predict_digit__prepared_by_hand(model, image):
    """Prepares the image without normalize."""
    row = np.expand_dims(image.reshape(784).astype("float32") / 255, axis=0)
    return int(model.predict(row, verbose=0).argmax(axis=-1)[0])


def predict_digit__by_tensorflow(model, image):
    """Takes TensorFlow's argmax."""
    return int(tf.argmax(model.predict(normalize(image.reshape(1, 28, 28)), verbose=0), axis=1)[0])


# ---------------------------------------------------------------- plot_history


def plot_history__by_pyplot(history):
    """Draws through pyplot and returns the current figure."""
    plt.figure(figsize=(6, 4))
    epochs = [epoch + 1 for epoch in history.epoch]
    plt.plot(epochs, history.history["accuracy"], "b-", label="train")
    plt.plot(epochs, history.history["val_accuracy"], "r--", label="validation")
    plt.title("Accuracy")
    plt.xlabel("Epoch")
    plt.ylabel("Accuracy")
    plt.grid()
    plt.legend(loc="lower right")
    return plt.gcf()


def plot_history__in_chinese(history):
    """Writes its labels in Chinese."""
    figure = plt.figure()
    axes = figure.add_subplot()
    for name, label in (("accuracy", "训练"), ("val_accuracy", "验证")):
        values = history.history[name]
        axes.plot(np.arange(1, len(values) + 1), values, label=label)
    axes.set(title="学习曲线", xlabel="轮次", ylabel="准确率")
    figure.legend()
    axes.legend()
    return figure


def plot_history__shown(history):
    """Shows the figure, which opens no window here, and titles it above all axes."""
    figure, axes = plt.subplots()
    lines = axes.plot(range(1, len(history.epoch) + 1), history.history["val_accuracy"])
    lines += axes.plot(range(1, len(history.epoch) + 1), history.history["accuracy"])
    for line, label in zip(lines, ("validation accuracy", "training accuracy"), strict=True):
        line.set_label(label)
    figure.suptitle("How the model learned")
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy")
    axes.legend()
    plt.show()
    return figure
