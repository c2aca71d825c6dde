"""Right answers to chapter 5 that are written differently from the reference. All of them must get full points."""

import keras
import numpy as np

# ---------------------------------------------------------------- average_image


def average_image__bug_repaired(images):
    """The loop stays, and the sum gets room."""
    total = np.zeros((28, 28), dtype="float64")
    for image in images:
        total = total + image
    return total / len(images)


def average_image__single_precision(images):
    """The sum is kept in float32, which holds whole numbers up to 16 million exactly."""
    return images.sum(axis=0, dtype="float32") / len(images)


def average_image__sum_of_whole_numbers(images):
    """NumPy adds small whole numbers up in a large type of its own accord."""
    return np.sum(images, axis=0) / images.shape[0]


def average_image__running_mean(images):
    """The mean moves a little with each picture."""
    mean = np.zeros((28, 28))
    for number, image in enumerate(images, start=1):
        mean += (image - mean) / number
    return mean


# ---------------------------------------------------------------- scale_both


def scale_both__bug_repaired(train_images, test_images):
    """The line for the training rows is written once more for the test rows."""
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__rows_first(train_images, test_images):
    """Rows first, in float32 from the beginning."""
    train_rows = train_images.reshape(-1, 784).astype("float32") / 255
    test_rows = test_images.reshape(-1, 784).astype("float32") / 255
    average = train_rows.mean(axis=0)
    return train_rows - average, test_rows - average


def scale_both__stacked(train_images, test_images):
    """Both go through the same line as one array and are taken apart afterwards, as a list."""
    count = len(train_images)
    both = np.concatenate([train_images, test_images]).astype("float64")
    both = (both - np.average(both[:count], axis=0)) / 255
    rows = np.float32(both.reshape(len(both), 784))
    return [rows[:count], rows[count:]]


# ---------------------------------------------------------------- shuffle_together


def shuffle_together__same_seed_twice(images, labels, seed):
    """Two generators with the same seed give the same order."""
    first, second = np.random.default_rng(seed), np.random.default_rng(seed)
    return images[first.permutation(len(images))], labels[second.permutation(len(labels))]


def shuffle_together__positions_shuffled(images, labels, seed):
    """A list of positions is shuffled in place."""
    order = np.arange(len(images))
    np.random.default_rng(seed).shuffle(order)
    return images[order], labels[order]


def shuffle_together__pairs(images, labels, seed):
    """Pairs are shuffled and taken apart again."""
    import random

    pairs = list(zip(images, labels, strict=True))
    random.Random(seed).shuffle(pairs)
    shuffled_images, shuffled_labels = zip(*pairs, strict=True)
    return np.stack(shuffled_images), np.array(shuffled_labels)


def shuffle_together__old_interface(images, labels, seed):
    """NumPy's older generator."""
    np.random.seed(seed)
    order = np.random.permutation(len(labels))
    return np.take(images, order, axis=0), np.take(labels, order)


# ---------------------------------------------------------------- compile_and_fit


def compile_and_fit__one_hot(model, rows, labels):
    """One-hot labels with the loss that goes with them."""
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    one_hot = keras.utils.to_categorical(labels, 10)
    return model.fit(rows, one_hot, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__column_kept(model, rows, labels):
    """A column of plain digits is fine for the sparse loss."""
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    column = labels.reshape(-1, 1)
    return model.fit(rows, column, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__objects(model, rows, labels):
    """Objects instead of names, one-hot by indexing an identity matrix; 32 is what `fit` takes by itself."""
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.CategoricalCrossentropy(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    history = model.fit(x=rows, y=np.eye(10)[labels], epochs=5, verbose=0)
    return history


# ---------------------------------------------------------------- make_sets


def make_sets__bug_repaired(images, labels):
    """The line with the copies moves below the division."""
    split = len(images) * 4 // 5
    test_images, test_labels = images[split:], labels[split:]
    images, labels = add_shifted(images[:split], labels[:split])
    return images, labels, test_images, test_labels


def make_sets__counted_from_behind(images, labels):
    """The test set is counted from the end, and everything is a list."""
    count = len(images) // 5
    train_images, train_labels = add_shifted(images[:-count], labels[:-count])
    return [train_images, train_labels, images[-count:], labels[-count:]]


def make_sets__mixed_again(images, labels):
    """The training set is mixed once more, so that copies do not stand in blocks."""
    train_part, test_part = np.split(np.arange(len(images)), [int(0.8 * len(images))])
    train_images, train_labels = add_shifted(images[train_part], labels[train_part])
    order = np.random.default_rng(0).permutation(len(train_images))
    return train_images[order], train_labels[order], images[test_part].copy(), labels[test_part].copy()
