# ---
# jupyter:
#   first_digits: {digest: "45923088e94dad01"}
# ---

# %% [markdown]
# # Chapter 6 · Reading faces
#
# In this chapter you build a program that sorts pictures of faces by their *expression* (表情): angry, disgusted,
# afraid, happy, sad, surprised or neutral. You read the pictures from a file that has flaws, as real files do. You
# deal with an emotion of which there are hardly any examples. And you measure the result for each emotion by itself,
# because one number for all of them hides too much.
#
# **The idea.**
#
# ```text
#    a text file        pictures, labels        a weight for          a network of           how many of the
#   with one face  ──►  and the numbers   ──►   each emotion:   ──►   convolutions,   ──►    angry, the sad ...
#     on a line         of broken lines         rare ones more        as in chapter 4        were recognised?
#
#   read_faces                                 class_weights         build_face_model,      recall_per_class
#                                                                    fit_faces
# ```
#
# **The data.** FER-2013 is a famous collection of 35,887 small photographs of faces, gathered from the web for a
# competition in 2013 and labelled by people. It is one text file, `fer2013.csv`. The file is large and has terms of
# its own, so it does not come with the course, and you do not need it: the course *draws* faces, with circles and
# lines, and stores them in the same layout. They are drawings and nothing more. On real photographs everything is
# harder; if you have the file, you can try that at the end.
#
# **What such a program cannot know.** It looks at a picture and names the word that people gave to similar pictures.
# It does not look into anybody. A smile may be politeness, a frown may be hard thinking, and the same feeling shows
# differently in different people and different cultures. The labels of FER-2013 are guesses, too, and two people often
# disagree. A face is no proof of a feeling. So nothing that matters to a person, such as a job, a mark or a suspicion,
# may ever depend on what such a program answers.
#
# **How to work.** As before: fill in one function after another, and run `pytest grader` as often as you like.

# %% [markdown]
# ## The tools
#
# `csv` comes with Python and takes the lines of a CSV file apart. The others you know.
#
# Two functions are finished; you only use them, and need not read them. `draw_faces` draws faces: every emotion has its
# own brows, eyes and mouth, and everything else is left to chance, such as place, size, tilt, colours, light and
# noise. `write_lines` stores faces as lines of text, in the layout of FER-2013.

# %%
import csv
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
PARTS = ("Training", "PublicTest", "PrivateTest")


def draw_faces(count, seed):
    """Draw faces. They are drawings, made by the lines below, and nobody's photograph.

    Args:
        count: How many.
        seed: A whole number. The same number gives the same faces.

    Returns:
        images: (count, 48, 48) uint8, 0 (black) to 255 (white).
        labels: (count,) int64, 0 to 6, the emotion that was drawn. Each is as frequent as in FER-2013.
    """
    rng = np.random.default_rng(seed)
    faces_in_fer2013 = np.array([4953, 547, 5121, 8989, 6077, 4002, 6198])
    labels = rng.choice(7, size=count, p=faces_in_fer2013 / faces_in_fer2013.sum())
    # One row an emotion: brows (height, slant, arch), eyes (opening), mouth (curve, opening, width), sneer.
    drawings = np.array(
        [
            [0.14, -0.80, 0.0, 0.75, -0.30, 0.10, 0.85, 0.1],  # angry: brows down to the nose, lips pressed
            [0.17, -0.55, 0.0, 0.60, -0.45, 0.15, 0.85, 1.0],  # disgust: nose wrinkled, one side of the lip up
            [0.34, 0.65, 0.2, 1.30, -0.25, 0.45, 0.95, 0.0],  # fear: brows up in the middle, mouth stretched open
            [0.26, 0.00, 0.5, 0.80, 0.95, 0.35, 1.20, 0.0],  # happy: the corners of the mouth up
            [0.25, 0.75, 0.0, 0.65, -0.80, 0.00, 0.85, 0.0],  # sad: brows up in the middle, mouth turned down
            [0.40, 0.00, 0.7, 1.40, 0.00, 1.35, 0.55, 0.0],  # surprise: brows high, eyes and mouth wide open
            [0.25, 0.00, 0.3, 0.95, 0.00, 0.00, 0.90, 0.0],  # neutral
        ]
    )
    strength = rng.uniform(0.6, 1.2, (count, 1))
    shapes = drawings[6] + strength * (drawings[labels] - drawings[6])
    shapes += rng.normal(0, [0.03, 0.14, 0.15, 0.1, 0.13, 0.07, 0.08, 0.1], shapes.shape)
    # A few hundred at a time, so that thousands of faces fit into the memory.
    parts = np.split(shapes, range(250, count, 250))
    return np.concatenate([paint_faces(rng, part) for part in parts]), labels


def paint_faces(rng, shapes):
    """Paint one face for each row of `shapes`; what the row does not say is left to chance."""
    n = len(shapes)

    def between(low, high):
        return rng.uniform(low, high, (n, 1, 1)).astype("float32")

    def paint(amount, colour):
        np.add(picture, np.clip(amount, 0, 1) * (colour - picture), out=picture)

    def line(distance):
        return line_width + 0.5 - distance * size

    brow_height, slant, arch, eye_opening, curve, opening, mouth_width, sneer = (
        column.reshape(n, 1, 1) for column in shapes.T.astype("float32")
    )
    # Where each pixel lies in the face: x to the right of the nose, y down, 1 is half the width of the face.
    rows, columns = np.mgrid[0:48, 0:48].astype("float32") - 23.5
    size, tilt, line_width = between(15, 20), between(-0.2, 0.2), between(0.5, 1.2)
    across, down = columns - between(-3, 3), rows - between(-2, 2)
    x = (across * np.cos(tilt) + down * np.sin(tilt)) / size
    y = (down * np.cos(tilt) - across * np.sin(tilt)) / size
    side = np.abs(x)  # both halves of a face are alike
    # Background, skin, hair and nostrils.
    picture = np.zeros((n, 48, 48), "float32") + between(20, 235)
    skin, ink, hair = between(90, 230), between(0, 45), between(10, 190)
    head = (1 - np.hypot(x, y / between(1.15, 1.35))) * size + 0.5
    paint(head, skin)
    paint(np.minimum(head, (0.12 * x * x - y - between(0.6, 0.95)) * size), hair)
    paint(line(np.hypot(side - 0.05, np.maximum(np.abs(y - 0.14), 0.03) - 0.03)), 0.6 * skin)
    # Eyes: the white, the pupil and the rim.
    eye_x, eye_y = between(0.36, 0.44), between(-0.28, -0.16)
    eye = np.hypot((side - eye_x) / 0.2, (y - eye_y) / (0.115 * np.maximum(eye_opening, 0.25)))
    pupil = np.hypot(np.abs(x - between(-0.05, 0.05)) - eye_x, y - eye_y)
    paint((1 - eye) * 0.12 * size + 0.5, np.minimum(skin + 60, 255))
    paint(np.minimum(0.085 - pupil, (1 - eye) * 0.12) * size + 0.5, ink)
    paint(line(np.abs(eye - 1) * 0.11), ink)
    # Brows: from -1 at the nose to 1 at the temple.
    along = (side - eye_x) / 0.26
    brow = eye_y - brow_height + 0.13 * slant * along + 0.09 * arch * along**2
    beyond = np.maximum(np.abs(along) - 1, 0) * 0.26
    paint(1.3 * line(np.hypot(beyond, (y - brow) * 0.85)), np.minimum(hair, skin - 50))
    # Mouth: lips that part by `opening`, and that the sneer lifts on one side.
    along = x / (0.36 * mouth_width)
    lift = sneer * rng.choice([-1, 1], (n, 1, 1)) * np.clip(along, -1, 1)
    lips = between(0.5, 0.62) - 0.2 * curve * (np.minimum(along**2, 1.5) - 0.4) - 0.1 * lift
    gap = 0.17 * np.maximum(opening, 0) * np.sqrt(np.maximum(1 - along**2, 0))
    beyond = np.maximum(np.abs(along) - 1, 0) * 0.36
    paint(line(np.hypot(beyond, np.maximum(np.abs(y - lips) - gap, 0) * 0.85)), ink)
    # Wrinkles beside the nose.
    wrinkle = np.hypot(np.maximum(np.abs(side - 0.17) - 0.07, 0), y - 0.02 - 0.6 * (side - 0.17))
    paint(np.maximum(sneer, 0) * line(wrinkle), ink)
    # Light from one side, and the noise of a cheap camera.
    direction = between(0, 2 * np.pi)
    picture *= 1 + between(0, 0.35) * (columns * np.cos(direction) + rows * np.sin(direction)) / 24
    picture += between(2, 12) * rng.standard_normal(picture.shape, "float32")
    return np.clip(picture, 0, 255).astype("uint8")


def write_lines(images, labels, part):
    """Return faces as the lines of a file in the layout of FER-2013, the header first. `part`: one of PARTS."""
    lines = ["emotion,pixels,Usage\n"]
    for image, label in zip(images, labels, strict=True):
        pixels = " ".join(map(str, image.reshape(-1)))
        lines.append(f"{label},{pixels},{part}\n")
    return lines


# %% [markdown]
# ## What the pictures look like
#
# Run the next cell: it draws some faces for each emotion, and prints the beginning of one line of the file. Each
# picture has 48 rows of 48 pixels. The emotions are numbered as in FER-2013: 0 angry, 1 disgust, 2 fear, 3 happy,
# 4 sad, 5 surprise, 6 neutral. And they are as unequal as there: one face in four is happy, one in 66 is disgusted.

# %%
if __name__ == "__main__":
    images, labels = draw_faces(1000, seed=1)
    figure, places = plt.subplots(7, 8, figsize=(8, 8))
    for emotion, row in enumerate(places):
        faces = images[labels == emotion]
        for number, place in enumerate(row):
            place.imshow(faces[number], cmap="gray", vmin=0, vmax=255)
            place.axis("off")
        row[0].set_title(f"{emotion} {EMOTIONS[emotion]}", loc="left")
    figure.tight_layout()
    plt.show()
    print(np.bincount(labels, minlength=7))
    print(write_lines(images, labels, "Training")[1][:60])

# %% [markdown]
# ## 1 · `read_faces`: from lines of text to pictures
#
# **What it is for.** A CSV file is a table written as text: one row a line, the columns separated by commas. The first
# line, the *header* (表头), names the columns. In `fer2013.csv` it reads
#
# ```text
# emotion,pixels,Usage
# 3,70 80 82 72 58 ... 104 88,Training
# ```
#
# and every line below it holds one face: the number of the emotion; the 48 × 48 = 2304 pixels, row after row, with
# spaces between them; and the part of the data that the face belongs to, Training, PublicTest or PrivateTest.
#
# Real files have flaws: somebody edited a line, a download broke off. A good reader neither stops at a broken line nor
# takes rubbish for a face. It skips the line and says which one it was.
#
# **Your task.** `lines` gives one line of text after another, as an open file does. Return four things,
# `images, labels, usage, broken`:
# - `images`: an array of shape `(n, 48, 48)` and type `uint8`, the n whole faces in the order of the file;
# - `labels`: an array with their n emotions, whole numbers;
# - `usage`: a list of n texts, such as `"Training"`;
# - `broken`: a list with the numbers of the broken lines. The header is line 1, the first line below it is line 2.
#
# A line below the header is broken when
# - it has not exactly three columns (an empty line has none);
# - its emotion is no whole number from 0 to 6;
# - its pixels are not exactly 2304 whole numbers from 0 to 255;
# - its usage is none of the three in `PARTS`.
#
# **Tools.** `csv.reader(lines)` gives each line as a list of its columns. It takes off the end of the line, and the
# quotation marks that some programs put around a column. `enumerate(..., start=1)` counts along. `text.split()` cuts a
# text at its spaces. `int(text)` turns a text into a whole number; where it is none, it raises a `ValueError`, which
# you can catch:
#
# ```text
# try:
#     emotion = int("three")
# except ValueError:
#     ...                     # what to do then
# ```
#
# At the end, `np.array(faces, dtype="uint8").reshape(-1, 48, 48)` makes pictures of a list of faces.
#
# **Watch out.** Use `lines` in a loop only, and only once: an open file can't be asked for `lines[0]` or `len(lines)`.
# And test the range of the pixels before you make them `uint8`: that type has no room for 300, and some ways to convert
# simply make 44 of it.

# %%
def read_faces(lines):
    """Read faces from the lines of a file in the layout of FER-2013; skip broken lines and say which they are.

    Args:
        lines: One line of text after another, the header first; an open file or a list.

    Returns:
        images: (n, 48, 48) uint8, 0 to 255, the whole faces.
        labels: (n,) whole numbers, 0 to 6.
        usage: A list of n texts, each one of PARTS.
        broken: A list of the numbers of the broken lines; the header is line 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError("read_faces")


# %% [markdown]
# ## 2 · `class_weights`: a louder voice for the rare
#
# **What it is for.** One face in 66 is disgusted. A model that never answers "disgust" is wrong with these few only, so
# it has hardly a reason to learn what disgust looks like. This is called *class imbalance* (类别不平衡). The remedy: in
# the loss, each face counts with the *class weight* (类别权重) of its emotion, which is the larger the rarer the
# emotion is.
#
# **Your task.** `labels` holds n emotions, whole numbers from 0 to 6. Return an array of 7 numbers, the weight of
# emotion 0 first:
#
# ```text
#                                   n
# weight of an emotion  =  ───────────────────
#                            k  ×  how often
# ```
#
# Here `k` is the number of different emotions that occur in `labels`, and "how often" is how many of the labels are
# this emotion. An emotion that does not occur gets the weight 0.
#
# An example: the labels 3, 3, 3, 6 are n = 4 labels of k = 2 emotions. Emotion 3 gets 4 / (2 × 3) = 0.667, emotion 6
# gets 4 / (2 × 1) = 2, all others get 0. So the three and the one weigh the same, 2 each. And the mean weight of the
# four faces is (0.667 + 0.667 + 0.667 + 2) / 4 = 1, as without any weights.
#
# **Tools.** `np.bincount(labels, minlength=7)` counts how often each number from 0 to 6 occurs. `counts > 0` tells
# where an emotion occurs, `(counts > 0).sum()` how many do. `np.zeros(7)` is an array of seven zeros, and
# `weights[counts > 0] = ...` fills in some of them.
#
# **Watch out.** A division by a count of 0 gives `inf`, and one `inf` spoils the whole training. And without
# `minlength=7` the array is too short when the last emotions do not occur.

# %%
def class_weights(labels):
    """Return a weight for each emotion, so that all that occur count the same in total.

    Args:
        labels: (n,) whole numbers, 0 to 6, at least one.

    Returns:
        (7,) floats: n / (number of emotions that occur * count of this one); 0 for an emotion that does not occur.
    """
    # YOUR CODE HERE
    raise NotImplementedError("class_weights")


# %% [markdown]
# ## 3 · `build_face_model`: a network for faces
#
# **What it is for.** A face may stand a little to the left, be tilted or small. So the model is a *convolutional neural
# network* (卷积神经网络), which looks for small shapes, such as a corner of a mouth, wherever they are.
#
# One thing is new: this model takes the pictures as they come, whole numbers from 0 to 255, and scales them itself, in
# its first layer. Nobody who uses it can forget that any more.
#
# **Your task.** Return a compiled `keras.Sequential` model of these layers:
#
# | layer | what comes out |
# |---|---|
# | `keras.Input(shape=(48, 48))` | 48 × 48 |
# | `Rescaling(1 / 255)`: pixels become numbers from 0 to 1 | 48 × 48 |
# | `Reshape((48, 48, 1))`: convolutions want an axis for colours; grey has one | 48 × 48 × 1 |
# | `Conv2D`: 32 filters of 5 × 5, with `strides=2`, `relu` | 22 × 22 × 32 |
# | `MaxPooling2D()` | 11 × 11 × 32 |
# | `Conv2D`: 64 filters of 3 × 3, `relu` | 9 × 9 × 64 |
# | `MaxPooling2D()` | 4 × 4 × 64 |
# | `Flatten()` | 1024 |
# | `Dense`: 128 units, `relu` | 128 |
# | `Dense`: 7 units, `softmax` | 7 probabilities |
#
# Compile it with the optimizer `adam`, the loss `sparse_categorical_crossentropy` and the metric `accuracy`. It has
# 151,431 parameters; `build_face_model().count_params()` should say so.
#
# **Tools.** All layers are in `keras.layers`. `Conv2D(filters, size, ...)`: the filters and their size come first.
# `strides=2` moves the filters two pixels at a time, which leaves out every second place and saves three quarters of
# the work.
#
# **Watch out.** `model.compile(...)` returns nothing, so `return model` needs a line of its own.

# %%
def build_face_model():
    """Build and compile the network: pictures of 48 x 48 pixels in, 7 probabilities out.

    Returns:
        A compiled keras.Sequential model, not trained yet. It takes uint8 pictures as they are.
    """
    # YOUR CODE HERE
    raise NotImplementedError("build_face_model")


# %% [markdown]
# ## 4 · `fit_faces`: training with weights
#
# **What it is for.** Training as you know it, except that a mistake with a rare face now costs more than one with a
# frequent face.
#
# **Your task.** Train the compiled `model` on all the `images`, shape `(n, 48, 48)`, with their `labels`, for 12 epochs
# in batches of 32, with `verbose=0`. Each face counts as much as the weight of its emotion: `weights` is what
# `class_weights` returns, seven numbers. Return the History that Keras gives you.
#
# **Tools.** `model.fit(...)` has an argument `class_weight`. It wants a dictionary, with the class before the colon and
# its weight behind it: `{0: 1.03, 1: 9.5, ...}`. `dict(enumerate(weights))` makes one.
#
# **Watch out.** Hold nothing back for validation: rare faces are too precious, and the exam will be on other faces. And
# do not divide the images by 255: the model does that.

# %%
def fit_faces(model, images, labels, weights):
    """Train the model for 12 epochs in batches of 32; each face counts as much as the weight of its emotion.

    Args:
        model: What build_face_model returns.
        images: (n, 48, 48) uint8, 0 to 255.
        labels: (n,) whole numbers, 0 to 6.
        weights: (7,) floats, what class_weights returns.

    Returns:
        The History that Keras returns.
    """
    # YOUR CODE HERE
    raise NotImplementedError("fit_faces")


# %% [markdown]
# ## 5 · `recall_per_class`: a mark for each emotion
#
# **What it is for.** A model that never answers "disgust" can still have an accuracy of 98 percent. Accuracy hides what
# happens to the rare. So we ask for each emotion by itself: of all the faces that really show it, what share did the
# model recognise? This share is called *recall* (召回率).
#
# **Your task.** `labels` are the true emotions of n faces and `predictions` what a model answered, whole numbers from 0
# to 6. Return an array of 7 numbers, the recall of emotion 0 first:
#
# ```text
#                         faces that show it and were answered with it
# recall of an emotion = ──────────────────────────────────────────────
#                                     faces that show it
# ```
#
# Where no face shows the emotion there is nothing to divide by: the recall is then `np.nan`, "not a number".
#
# An example: labels 0, 0, 0, 4 and predictions 0, 4, 0, 4. Two of the three faces with emotion 0 were recognised, so
# its recall is 0.667. The recall of emotion 4 is 1: the only face was recognised. That another face was taken for a 4,
# too, does not matter here. All others are `nan`.
#
# **Tools.** `labels == emotion` tells for each face whether it shows the emotion. `predictions[labels == emotion]` are
# the answers for these faces alone, and the mean of `... == emotion` is the share of right ones.
# `np.full(7, np.nan)` is an array of seven `nan`.
#
# **Watch out.** Choose by `labels`, not by `predictions`: "of the faces answered with it, which share shows it" is
# another measure, called precision. And `nan` is not 0: 0 would say that the model failed, and nobody knows that.

# %%
def recall_per_class(labels, predictions):
    """Return for each emotion the share of its faces that were recognised.

    Args:
        labels: (n,) whole numbers, 0 to 6, the true emotions.
        predictions: (n,) whole numbers, 0 to 6, what a model answered.

    Returns:
        (7,) floats, 0 to 1; nan for an emotion that no face shows.
    """
    # YOUR CODE HERE
    raise NotImplementedError("recall_per_class")


# %% [markdown]
# ## All together
#
# The last two cells run everything twice: once with the weights of your `class_weights`, once with all weights equal
# to 1. For each emotion you see how many test faces show it, and both recalls. Look at disgust. This takes a minute or
# two. As long as a function is missing, the cell tells you which.
#
# **And then, play.** Draw 3000 faces to train on instead of 1000. Make the weights ten times as large, or square them.
# Which emotions does the model take for each other? Guess first.
#
# **With real photographs.** If you have `fer2013.csv`, write its path behind `FILE =`, in quotation marks. Reading
# takes a minute, and training many. Expect recalls far below those of the drawings, and ask yourself how many of the
# misread photographs you would have named as their label does. `pytest grader --data fer2013.csv` checks this chapter
# on the real file.

# %%
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
READ = "{count} faces were read, {broken} broken lines were skipped."
HEADING = "emotion     test faces   recall, weighted   recall, all weights 1"
ACCURACY = "accuracy                 {weighted:16.1%}   {plain:21.1%}"

# %%
FILE = None

if __name__ == "__main__":
    lines = write_lines(*draw_faces(1000, seed=1), "Training")
    lines += ["3,1 2 3,Training\n", "\n"]
    lines += write_lines(*draw_faces(2000, seed=2), "PublicTest")[1:]
    try:
        if FILE:
            with Path(FILE).open(encoding="utf-8-sig", newline="") as lines:
                images, labels, usage, broken = read_faces(lines)
        else:
            images, labels, usage, broken = read_faces(lines)
        print(READ.format(count=len(images), broken=len(broken)))
        training = np.array(usage) == "Training"
        testing = np.array(usage) == "PublicTest"
        predictions = []
        for weights in (class_weights(labels[training]), np.ones(7)):
            keras.utils.set_random_seed(1)
            model = build_face_model()
            fit_faces(model, images[training], labels[training], weights)
            predictions.append(model.predict(images[testing], verbose=0).argmax(axis=1))
        truth = labels[testing]
        weighted, plain = (recall_per_class(truth, answers) for answers in predictions)
        print(HEADING)
        for emotion, name in enumerate(EMOTIONS):
            count = np.sum(truth == emotion)
            print(f"{emotion} {name:10}{count:10}{weighted[emotion]:19.2f}{plain[emotion]:24.2f}")
        weighted, plain = (np.mean(answers == truth) for answers in predictions)
        print(ACCURACY.format(weighted=weighted, plain=plain))
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))
