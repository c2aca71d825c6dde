"""Right answers to chapter 6, written differently: each must get full points.

`<function>__<variant>`: the docstring says how it differs from the master, whose functions it may use.
"""

import csv

import keras
import numpy as np

# ---------------------------------------------------------------- read_faces


def read_faces__row_by_row(lines):
    """Asks one question after another, keeps arrays, and gives the usage as an array, too."""
    images, labels, usage, broken = [], [], [], []
    reader = csv.reader(lines)
    next(reader)
    number = 1
    for columns in reader:
        number += 1
        if len(columns) != 3 or columns[0] not in list("0123456") or columns[2] not in PARTS:
            broken.append(number)
            continue
        pixels = columns[1].split()
        if not all(pixel.isdigit() for pixel in pixels):
            broken.append(number)
            continue
        pixels = np.array(pixels, dtype=float)
        if pixels.size != 2304 or pixels.max() > 255:
            broken.append(number)
            continue
        images.append(pixels.reshape(48, 48).astype(np.uint8))
        labels.append(int(columns[0]))
        usage.append(columns[2])
    return np.stack(images), np.array(labels), np.array(usage), np.array(broken, dtype=int)


def read_faces__all_in_try(lines):
    """Raises errors of its own, lets `bytes` test the range, and returns a list."""
    faces, broken = [], []
    for number, columns in enumerate(csv.reader(lines)):
        if number == 0:
            continue
        try:
            emotion, pixels, part = columns
            face = np.frombuffer(bytes(map(int, pixels.split())), np.uint8).reshape(48, 48)
            EMOTIONS[int(emotion)]
            if int(emotion) < 0:
                raise IndexError
            faces.append((face, int(emotion), PARTS[PARTS.index(part)]))
        except (ValueError, IndexError):
            broken.append(number + 1)
    images, labels, usage = zip(*faces, strict=True)
    return [np.array(images), np.array(labels, dtype="int32"), usage, broken]


def read_faces__by_hand(lines):
    """Takes the lines apart without the csv module."""
    images, labels, usage, broken = [], [], [], []
    for number, line in enumerate(lines, start=1):
        columns = [column.strip('"') for column in line.rstrip().split(",")]
        if number == 1:
            continue
        try:
            label = int(columns[0])
            pixels = np.array(columns[1].split(" ")).astype("int64")
        except (ValueError, IndexError):
            broken.append(number)
            continue
        fits = len(columns) == 3 and 0 <= label < 7 and len(pixels) == 48 * 48 and columns[2] in PARTS
        if fits and pixels.min() >= 0 and pixels.max() < 256:
            images.append(pixels)
            labels.append(label)
            usage.append(columns[2])
        else:
            broken.append(number)
    return np.array(images, np.uint8).reshape((len(images), 48, 48)), np.asarray(labels), usage, tuple(broken)


# ---------------------------------------------------------------- class_weights


def class_weights__in_a_loop(labels):
    """Counts in a loop over the emotions."""
    emotions = set(labels.tolist())
    weights = []
    for emotion in range(7):
        count = np.sum(labels == emotion)
        weights.append(len(labels) / (len(emotions) * count) if count else 0)
    return np.array(weights, dtype="float32")


def class_weights__by_unique(labels):
    """Lets `unique` name and count those that occur."""
    emotions, counts = np.unique(labels, return_counts=True)
    weights = np.zeros(7)
    weights[emotions] = counts.sum() / counts / len(emotions)
    return weights


def class_weights__by_where(labels):
    """Never divides by 0, and takes the results where there is a count."""
    counts = np.bincount(labels, minlength=7)
    return np.where(counts > 0, labels.size / np.count_nonzero(counts) / np.maximum(counts, 1), 0.0)


def class_weights__mean_of_the_counts(labels):
    """Sees the formula as the mean count over the count."""
    counts = np.bincount(labels, minlength=7).astype(float)
    return np.divide(counts[counts > 0].mean(), counts, out=np.zeros(7), where=counts > 0)


# ---------------------------------------------------------------- build_face_model


def build_face_model__layer_by_layer():
    """Adds layers one by one, with activations in layers of their own, and takes an axis for the colour."""
    model = keras.Sequential()
    model.add(keras.layers.InputLayer(shape=(48, 48, 1)))
    model.add(keras.layers.Rescaling(scale=1.0 / 255))
    model.add(keras.layers.Conv2D(32, (5, 5), strides=(2, 2)))
    model.add(keras.layers.ReLU())
    model.add(keras.layers.MaxPooling2D((2, 2)))
    model.add(keras.layers.Conv2D(64, kernel_size=3))
    model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(128))
    model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Dense(7))
    model.add(keras.layers.Softmax())
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model


def build_face_model__functional():
    """Uses the functional API and scales behind the reshaping."""
    inputs = keras.Input((48, 48))
    x = keras.layers.Reshape((48, 48, 1))(inputs)
    x = keras.layers.Rescaling(1 / 255)(x)
    x = keras.layers.Conv2D(32, 5, 2, activation="relu")(x)
    x = keras.layers.MaxPool2D()(x)
    x = keras.layers.Conv2D(64, 3, activation=keras.activations.relu)(x)
    x = keras.layers.MaxPool2D()(x)
    x = keras.layers.Dense(128, "relu")(keras.layers.Flatten()(x))
    model = keras.Model(inputs, keras.layers.Dense(7, "softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__reshaped_at_the_end():
    """Flattens by Reshape."""
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((48, 48)),
            layers.Reshape((48, 48, 1)),
            layers.Rescaling(0.003921568859368563),
            layers.Conv2D(filters=32, kernel_size=5, strides=2, activation="relu", padding="valid"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D(),
            layers.Reshape((1024,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["acc"])
    return model


# ---------------------------------------------------------------- fit_faces


def fit_faces__one_weight_for_each_face(model, images, labels, weights):
    """Gives each face its weight."""
    return model.fit(images, labels, sample_weight=weights[labels], epochs=12, batch_size=32, verbose=0)


def fit_faces__dictionary_by_hand(model, images, labels, weights):
    """Writes the dictionary out, with Python's own numbers, and batches as Keras makes them unasked."""
    weight_of = {emotion: float(weights[emotion]) for emotion in range(7)}
    history = model.fit(x=images, y=labels, epochs=12, class_weight=weight_of, verbose=0)
    return history


# ---------------------------------------------------------------- recall_per_class


def recall_per_class__from_counts(labels, predictions):
    """Divides counts by counts."""
    right = np.bincount(labels[labels == predictions], minlength=7)
    shown = np.bincount(labels, minlength=7)
    return np.divide(right, shown, out=np.full(7, np.nan), where=shown > 0)


def recall_per_class__from_the_confusion_matrix(labels, predictions):
    """Reads the diagonal of a confusion matrix; 0 / 0 gives nan by itself."""
    confusion = np.zeros((7, 7))
    for true, answered in zip(labels, predictions, strict=True):
        confusion[true, answered] += 1
    with np.errstate(invalid="ignore"):
        return np.diag(confusion) / confusion.sum(axis=1)


def recall_per_class__in_a_list(labels, predictions):
    """Collects them in a list."""
    recalls = []
    for emotion in range(7):
        answers = predictions[labels == emotion]
        recalls.append((answers == emotion).sum() / len(answers) if len(answers) else float("nan"))
    return np.array(recalls, dtype="float32")
