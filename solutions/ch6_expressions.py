# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# # 第 6 章 · 看懂表情
#
# 这一章，你要写一个程序，按*表情*（expression）给人脸图片分类：
# 愤怒、厌恶、恐惧、高兴、悲伤、惊讶、平静，一共七种。
# 图片要从一个带有毛病的文件里读出来，真实的文件总有毛病。
# 有一种表情的例子少得可怜，你要想办法对付。
# 最后，你要分别衡量每一种表情认得怎么样，因为只用一个总分，会掩盖太多东西。
#
# **基本想法。**
#
# ```text
#     文本文件            图片、标签            每种表情的权重：         卷积网络，            愤怒的、悲伤的……
#    一行一张脸    ──►   和坏行的行号    ──►    少见的权重大    ──►    像第 4 章那样   ──►    各认出了几成？
#
#   read_faces                                 class_weights          build_face_model、     recall_per_class
#                                                                     fit_faces
# ```
#
# **数据。** FER-2013 是一个有名的人脸数据集，有 35,887 张小照片，
# 是 2013 年为一次比赛从网上收集来的，标签由人来标。
# 它就是一个文本文件 `fer2013.csv`。这个文件很大，使用上另有规定，所以课程里不带它，你也用不着：
# 课程会用圆圈和线条把脸*画*出来，再按同样的格式存好。它们是画出来的，仅此而已。
# 换成真实照片，样样都会更难；如果你手里有那个文件，最后可以试一试。
#
# **这样的程序不可能知道什么？** 它看一张图片，说出人们给类似图片起的名字。它看不到任何人的内心。
# 微笑也许只是客气，皱眉也许只是在用心思考；
# 同样的感受，在不同的人、不同的文化里，流露的样子也不一样。
# FER-2013 的标签本身也是人猜的，两个人常常意见不一。
# 一张脸，证明不了一种感受。
# 所以，凡是对人要紧的事，比如录用、成绩、怀疑，都绝不能听凭这样一个程序的回答来决定。
#
# **怎么做练习？** 和以前一样：一个函数接一个函数地写，随时可以运行 `pytest grader`。

# %% [markdown] lang="en"
# ## The tools
#
# `csv` comes with Python and takes the lines of a CSV file apart. The others you know.
#
# Two functions are finished; you only use them, and need not read them. `draw_faces` draws faces: every emotion has its
# own brows, eyes and mouth, and everything else is left to chance, such as place, size, tilt, colours, light and
# noise. `write_lines` stores faces as lines of text, in the layout of FER-2013.

# %% [markdown] lang="zh"
# ## 工具
#
# `csv` 是 Python 自带的，用来拆开 CSV 文件的各行。其余的你都认识了。
#
# 有两个函数已经写好了，直接用就行，不必读懂。
# `draw_faces` 画人脸：每种表情有自己的眉毛、眼睛和嘴，其余的，比如位置、大小、倾斜、颜色、光线、噪点，全凭随机。
# `write_lines` 把人脸存成一行行文本，格式和 FER-2013 一样。

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


# %% [markdown] lang="en"
# ## What the pictures look like
#
# Run the next cell: it draws some faces for each emotion, and prints the beginning of one line of the file. Each
# picture has 48 rows of 48 pixels. The emotions are numbered as in FER-2013: 0 angry, 1 disgust, 2 fear, 3 happy,
# 4 sad, 5 surprise, 6 neutral. And they are as unequal as there: one face in four is happy, one in 66 is disgusted.

# %% [markdown] lang="zh"
# ## 图片是什么样子
#
# 运行下面这个单元格：它会为每种表情画几张脸，再打印出文件里一行的开头。
# 每张图片有 48 行，每行 48 个像素。
# 表情的编号和 FER-2013 一样：0 愤怒、1 厌恶、2 恐惧、3 高兴、4 悲伤、5 惊讶、6 平静。
# 它们的多少也和那里一样悬殊：每 4 张脸里就有一张高兴的，66 张里才有一张厌恶的。

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 1 · `read_faces`：从一行行文本到图片
#
# **用来做什么？** CSV 文件就是写成文本的表格：一行就是表格的一行，各列之间用逗号隔开。
# 第一行是*表头*（header），写着各列的名称。在 `fer2013.csv` 里，它是这样的：
#
# ```text
# emotion,pixels,Usage
# 3,70 80 82 72 58 ... 104 88,Training
# ```
#
# 下面的每一行是一张脸：先是表情的编号；再是 48 × 48 = 2304 个像素，一排接一排，用空格隔开；
# 最后是这张脸属于数据的哪一部分：Training、PublicTest 或 PrivateTest。
#
# 真实的文件总有毛病：有人手工改过一行，或者下载到一半断了。
# 好的程序遇到坏行，既不会停下来，也不会把垃圾当成人脸，而是跳过这一行，并说清楚是第几行。
#
# **你的任务。** `lines` 会一行接一行地给出文本，就像一个打开的文件。
# 请返回四样东西：`images, labels, usage, broken`。
# - `images`：形状 `(n, 48, 48)`、类型 `uint8` 的数组，是 n 张完好的脸，顺序和文件里一样；
# - `labels`：一个数组，是它们的 n 个表情编号，都是整数；
# - `usage`：一个列表，有 n 个字符串，例如 `"Training"`；
# - `broken`：一个列表，是所有坏行的行号。表头是第 1 行，它下面那行是第 2 行。
#
# 表头以下的一行，只要有下面任何一种情况，就是坏行：
# - 不是正好三列（空行一列也没有）；
# - 表情不是 0 到 6 的整数；
# - 像素不是正好 2304 个 0 到 255 的整数；
# - 所属部分不是 `PARTS` 里的三个之一。
#
# **工具。** `csv.reader(lines)` 把每一行变成一个列表，里面是各列的文本；
# 行尾的换行符，还有某些程序给一列加上的引号，它都会去掉。
# `enumerate(..., start=1)` 一边循环一边数数。`text.split()` 在空格处把文本切开。
# `int(text)` 把文本变成整数；如果它不是整数，就会抛出 `ValueError`，可以这样接住：
#
# ```text
# try:
#     emotion = int("three")
# except ValueError:
#     ...                     # 这时该怎么办
# ```
#
# 最后，`np.array(faces, dtype="uint8").reshape(-1, 48, 48)` 把人脸的列表变成图片。
#
# **小心。** `lines` 只能放在循环里用，而且只能用一遍：对打开的文件，不能写 `lines[0]`，也不能写 `len(lines)`。
# 另外，先检查像素的范围，再转成 `uint8`：这个类型放不下 300，有些转换方法会一声不响地把它变成 44。


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
    ### BEGIN SOLUTION
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 48 * 48 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(np.array(face, dtype="uint8"))
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `read_faces`
#
# 1. Think of a clerk who sorts letters: for each line he decides once, whole or broken. What are all the reasons for
#    saying "broken"? The list in the task has them.
# 2. `enumerate(csv.reader(lines), start=1)` gives the number and the columns. Take the columns apart into three names
#    and convert with `int` inside one `try`: a wrong number of columns and a text that is no number both raise a
#    `ValueError`.
# 3. Skip number 1. In `try`: the three columns, the emotion as an `int`, the pixels as a list of `int`. In `except`:
#    note the number, `continue`. Below, one `if` asks for the rest: the emotion's range, 2304 pixels, their smallest
#    and largest, the part. Only then append to the three lists, else note the number.

# %% [markdown] lang="zh" tags=["hints"]
# `read_faces`
#
# 1. 想象一个分拣信件的人：每一行他都要作一次决定，完好还是坏行。判作坏行的理由一共有哪些？题目里都列出来了。
# 2. `enumerate(csv.reader(lines), start=1)` 给出行号和各列。在同一个 `try` 里把各列拆成三个名字，
#    再用 `int` 转换：列数不对，或者文本不是整数，都会抛出 `ValueError`。
# 3. 跳过第 1 行。在 `try` 里：拆开三列，把表情变成 `int`，把像素变成一串 `int`。在 `except` 里：记下行号，
#    然后 `continue`。再往下，用一个 `if` 检查其余的：表情的范围、像素是不是 2304 个、最小和最大的像素、
#    所属部分。全都合格，才添进三个列表，否则记下行号。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 2 · `class_weights`：让少数也有声音
#
# **用来做什么？** 66 张脸里才有一张厌恶的。
# 一个从不回答“厌恶”的模型，只会错在这寥寥几张上，所以它几乎没有动力去学厌恶长什么样。
# 这叫作*类别不平衡*（class imbalance）。
# 办法是：计算损失时，每张脸都乘上它那种表情的*类别权重*（class weight）；表情越少见，权重越大。
#
# **你的任务。** `labels` 里有 n 个表情编号，都是 0 到 6 的整数。
# 请返回一个有 7 个数的数组，从表情 0 的权重开始排：
#
# ```text
#                            n
# 一种表情的权重  =  ──────────────────
#                     k  ×  出现的次数
# ```
#
# 其中 `k` 是 `labels` 里出现了几种不同的表情，“出现的次数”是有多少个标签是这种表情。
# 没有出现的表情，权重是 0。
#
# 举个例子：标签是 3、3、3、6，也就是 n = 4 个标签，k = 2 种表情。
# 表情 3 的权重是 4 / (2 × 3) = 0.667，表情 6 的权重是 4 / (2 × 1) = 2，其余都是 0。
# 这样，那三张和那一张的分量就一样了，都是 2。
# 而且四张脸的平均权重是 (0.667 + 0.667 + 0.667 + 2) / 4 = 1，和不加权重时一样。
#
# **工具。** `np.bincount(labels, minlength=7)` 数出 0 到 6 的每个数各出现几次。
# `counts > 0` 指出哪些表情出现了，`(counts > 0).sum()` 是出现了几种。
# `np.zeros(7)` 是七个 0 的数组，`weights[counts > 0] = ...` 可以只填其中几个。
#
# **小心。** 次数是 0 的话，除法会得到 `inf`，只要有一个 `inf`，整个训练就毁了。
# 另外，不写 `minlength=7`，遇到最后几种表情没有出现时，数组就会太短。


# %%
def class_weights(labels):
    """Return a weight for each emotion, so that all that occur count the same in total.

    Args:
        labels: (n,) whole numbers, 0 to 6, at least one.

    Returns:
        (7,) floats: n / (number of emotions that occur * count of this one); 0 for an emotion that does not occur.
    """
    ### BEGIN SOLUTION
    counts = np.bincount(labels, minlength=7)
    occurs = counts > 0
    weights = np.zeros(7)
    weights[occurs] = len(labels) / (occurs.sum() * counts[occurs])
    return weights
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `class_weights`
#
# 1. Do the example by hand: the labels 3, 3, 3, 6. Which three numbers do you need for emotion 3, and which of them
#    are the same for all emotions?
# 2. `np.bincount` gives all counts at once. To leave out those that are 0, select with `counts > 0` on both sides of
#    `=`.
# 3. Begin with `np.zeros(7)`. The places with a count above 0 get `len(labels)` divided by a product: how many
#    emotions occur, times the counts of just these emotions.

# %% [markdown] lang="zh" tags=["hints"]
# `class_weights`
#
# 1. 把例子手算一遍：标签 3、3、3、6。算表情 3 的权重要用到哪三个数？其中哪些对所有表情都一样？
# 2. `np.bincount` 一次数出全部次数。要避开次数为 0 的，就在等号两边都用 `counts > 0` 来挑。
# 3. 从 `np.zeros(7)` 开始。次数大于 0 的那些位置，填上 `len(labels)` 除以一个乘积：出现了几种表情，
#    乘以这几种表情各自的次数。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 3 · `build_face_model`：认脸的网络
#
# **用来做什么？** 一张脸可能偏左一点，可能歪着，也可能小一些。
# 所以我们用*卷积神经网络*（convolutional neural network）：它寻找嘴角这样的小形状，不管出现在哪里都能找到。
#
# 有一点是新的：这个模型直接接收原样的图片，也就是 0 到 255 的整数，由它的第一层自己来缩放。
# 这样，谁用它都不会再忘记这一步了。
#
# **你的任务。** 返回一个编译好的 `keras.Sequential` 模型，各层如下：
#
# | 层 | 出来的是 |
# |---|---|
# | `keras.Input(shape=(48, 48))` | 48 × 48 |
# | `Rescaling(1 / 255)`：像素变成 0 到 1 的数 | 48 × 48 |
# | `Reshape((48, 48, 1))`：卷积要有一个颜色轴，灰度图只有一种颜色 | 48 × 48 × 1 |
# | `Conv2D`：32 个 5 × 5 的卷积核，`strides=2`，`relu` | 22 × 22 × 32 |
# | `MaxPooling2D()` | 11 × 11 × 32 |
# | `Conv2D`：64 个 3 × 3 的卷积核，`relu` | 9 × 9 × 64 |
# | `MaxPooling2D()` | 4 × 4 × 64 |
# | `Flatten()` | 1024 |
# | `Dense`：128 个单元，`relu` | 128 |
# | `Dense`：7 个单元，`softmax` | 7 个概率 |
#
# 编译时，优化器用 `adam`，损失用 `sparse_categorical_crossentropy`，指标用 `accuracy`。
# 它一共有 151,431 个参数，`build_face_model().count_params()` 给出的也应该是它。
#
# **工具。** 这些层都在 `keras.layers` 里。`Conv2D(卷积核个数, 大小, ...)`：先写个数和大小。
# `strides=2` 让卷积核每次移动两个像素，每隔一个位置就跳过一个，省下四分之三的计算。
#
# **小心。** `model.compile(...)` 什么也不返回，所以 `return model` 要另起一行。


# %%
def build_face_model():
    """Build and compile the network: pictures of 48 x 48 pixels in, 7 probabilities out.

    Returns:
        A compiled keras.Sequential model, not trained yet. It takes uint8 pictures as they are.
    """
    ### BEGIN SOLUTION
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `build_face_model`
#
# 1. Each row of the table is one entry of the list, and its right column says what must come out. Which layers have
#    weights, and which only rearrange numbers?
# 2. Print `build_face_model().summary()` and compare it with the table line by line. Where 44 stands instead of 22,
#    `strides=2` is missing.
# 3. Give the model a name: `model = keras.Sequential([...])`, with `Rescaling(1 / 255)` and `Reshape((48, 48, 1))`
#    right behind `Input`. The first `Conv2D` has 32 filters of size 5 and `strides=2`, the second 64 of size 3.
#    Compile it on the next line, and return `model` on the last.

# %% [markdown] lang="zh" tags=["hints"]
# `build_face_model`
#
# 1. 表里的每一行就是列表里的一项，右边一列告诉你该出来什么。哪些层有权重，哪些只是把数重新排一排？
# 2. 打印 `build_face_model().summary()`，一行一行地和表对照。该是 22 的地方如果是 44，
#    那就是漏了 `strides=2`。
# 3. 给模型起个名字：`model = keras.Sequential([...])`，
#    `Input` 后面紧跟 `Rescaling(1 / 255)` 和 `Reshape((48, 48, 1))`。第一个 `Conv2D` 有 32 个卷积核，
#    大小 5，`strides=2`；第二个 64 个，大小 3。下一行编译，最后一行返回 `model`。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 4 · `fit_faces`：带权重的训练
#
# **用来做什么？** 训练还是老样子，只是现在认错一张少见的脸，比认错一张常见的脸代价更大。
#
# **你的任务。** 用全部 `images`（形状 `(n, 48, 48)`）和它们的 `labels` 训练已编译的 `model`：
# 12 个轮次，每批 32 张，`verbose=0`。
# 每张脸的分量，就是它那种表情的权重；`weights` 是 `class_weights` 返回的七个数。
# 最后返回 Keras 给你的训练历史。
#
# **工具。** `model.fit(...)` 有一个参数 `class_weight`，它要的是字典，冒号前是类别，冒号后是权重：
# `{0: 1.03, 1: 9.5, ...}`。`dict(enumerate(weights))` 就能做出来。
#
# **小心。** 不要留出验证集：少见的脸太宝贵了，而且考试用的是另外的脸。
# 也不要把图片除以 255，模型自己会除。


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
    ### BEGIN SOLUTION
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `fit_faces`
#
# 1. This is the training you know, with one thing more. In which form do you have the seven weights, and in which
#    does `fit` want them?
# 2. The argument is called `class_weight`. It takes a dictionary from class to weight: `enumerate` numbers the
#    weights, and `dict` makes a dictionary of that.
# 3. Return `model.fit(...)` with the images and the labels as they are, 12 epochs, batches of 32, `class_weight` made
#    of your `weights`, and `verbose=0`. No `validation_split`.

# %% [markdown] lang="zh" tags=["hints"]
# `fit_faces`
#
# 1. 训练还是那样，只多了一样东西。七个权重你手上是什么形式，`fit` 要的又是什么形式？
# 2. 参数名叫 `class_weight`，要的是从类别到权重的字典：`enumerate` 给权重编号，`dict` 再把它变成字典。
# 3. 返回 `model.fit(...)`：图片和标签原样，12 个轮次，每批 32 张，`class_weight` 由 `weights` 做成，
#    再加 `verbose=0`。不要写 `validation_split`。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 5 · `recall_per_class`：每种表情一个分数
#
# **用来做什么？** 一个从不回答“厌恶”的模型，准确率照样可以有 98%。少见的表情怎么样了，准确率看不出来。
# 所以我们要对每种表情单独问一问：真正带有这种表情的脸里，模型认出了几成？这个比例叫作*召回率*（recall）。
#
# **你的任务。** `labels` 是 n 张脸真正的表情，`predictions` 是模型的回答，都是 0 到 6 的整数。
# 请返回一个有 7 个数的数组，从表情 0 的召回率开始排：
#
# ```text
#                     带有这种表情、模型也答对了的脸有几张
# 一种表情的召回率 = ──────────────────────────────────────
#                           带有这种表情的脸有几张
# ```
#
# 如果没有一张脸带有这种表情，那就无从除起：这时召回率是 `np.nan`，意思是“不是数”。
#
# 举个例子：标签是 0、0、0、4，预测是 0、4、0、4。
# 三张表情 0 的脸认出了两张，所以它的召回率是 0.667。
# 表情 4 的召回率是 1：唯一的那张认出来了。至于还有一张脸被错当成 4，在这里不算数。其余都是 `nan`。
#
# **工具。** `labels == emotion` 指出每张脸是不是这种表情。
# `predictions[labels == emotion]` 只取出这些脸的回答，再对 `... == emotion` 求平均，就是答对的比例。
# `np.full(7, np.nan)` 是七个 `nan` 的数组。
#
# **小心。** 要按 `labels` 来挑，不要按 `predictions`：
# “被答成这种表情的脸里，几成真是它”是另一种指标，叫作精确率（precision）。
# 另外，`nan` 不等于 0：写 0 就是说模型失败了，可这件事谁也不知道。


# %%
def recall_per_class(labels, predictions):
    """Return for each emotion the share of its faces that were recognised.

    Args:
        labels: (n,) whole numbers, 0 to 6, the true emotions.
        predictions: (n,) whole numbers, 0 to 6, what a model answered.

    Returns:
        (7,) floats, 0 to 1; nan for an emotion that no face shows.
    """
    ### BEGIN SOLUTION
    recalls = np.full(7, np.nan)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = np.mean(predictions[shown] == emotion)
    return recalls
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `recall_per_class`
#
# 1. For each emotion you ask: of the faces that really show it, what share was recognised? So which of the two arrays
#    decides at which faces you look?
# 2. A loop over the seven emotions, and in it a selection such as `labels == emotion`. Begin with seven `nan`: then
#    an emotion that no face shows needs no line of its own.
# 3. In the loop keep the selection under a name. If anything in it is true (`.any()`), the recall is the mean of a
#    comparison: the answers for just these faces, compared with the emotion.

# %% [markdown] lang="zh" tags=["hints"]
# `recall_per_class`
#
# 1. 对每种表情都问一句：真正带有它的脸里，认出了几成？那么，该看哪些脸，由两个数组里的哪一个决定？
# 2. 对七种表情写一个循环，在里面用 `labels == emotion` 这样的办法来挑。一开始就放七个 `nan`，
#    没有一张脸带有的表情就不用另外处理。
# 3. 在循环里给挑选的结果起个名字。如果里面有真的（用 `.any()` 来问），召回率就是一个比较的平均：
#    只取这些脸的回答，和这种表情作比较。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 合在一起
#
# 最后两个单元格会把整件事做两遍：一遍用你的 `class_weights` 算出的权重，一遍让所有权重都等于 1。
# 对每种表情，你会看到测试集里有几张这样的脸，还有两个召回率。看看厌恶那一行。大约要一两分钟。
# 只要还缺哪个函数，单元格就会告诉你。
#
# **然后，玩一玩。** 训练用的脸从 1000 张改成 3000 张。把权重放大十倍，或者取平方。
# 模型会把哪些表情互相弄混？先猜一猜。
#
# **用真实照片。** 如果你有 `fer2013.csv`，就把它的路径加上引号，写在 `FILE =` 后面。
# 读文件要一分钟，训练要好多分钟；召回率会比画出来的脸低得多。
# 再问问自己：那些认错的照片，有多少张你自己会给出和标签一样的答案？
# `pytest grader --data fer2013.csv` 会用真实的文件来检查这一章。

# %% lang="en"
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
READ = "{count} faces were read, {broken} broken lines were skipped."
HEADING = "emotion     test faces   recall, weighted   recall, all weights 1"
ACCURACY = "accuracy                 {weighted:16.1%}   {plain:21.1%}"

# %% lang="zh"
UNFINISHED = "{name}() 还没有写。请先在上面把它写好，运行它所在的单元格，再运行这个单元格。"
READ = "读入 {count} 张脸，跳过 {broken} 个坏行。"
HEADING = "表情          测试张数     召回率（加权）    召回率（权重全为 1）"
ACCURACY = "准确率                   {weighted:16.1%}   {plain:21.1%}"

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
