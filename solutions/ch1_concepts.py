# %% [markdown] lang="en"
# # Chapter 1 · Four ideas behind a neural network
#
# A computer can learn to read handwriting. It sounds like magic, and it rests on four ideas, none of which needs more
# than school mathematics:
#
# 1. **Neurons are building bricks.** A neuron multiplies, adds up, and that is all.
# 2. **ReLU is a switch.** It lets a number through or turns it off. Only with it do the bricks become clever.
# 3. **Cross-entropy is the book of mistakes.** It writes down what each wrong guess costs.
# 4. **Adam is the pace that adjusts itself.** It decides how far to move, so that the next guesses cost less.
#
# In this chapter you build all four by yourself, in five short functions of one to five lines. At the end they work
# together: a *neural network* (神经网络) out of nothing but your own code learns before your eyes. You need a little
# Python, such as functions and lists, and no experience with machine learning.
#
# **How it works as a whole.** Numbers go in, the neurons calculate, and out come probabilities: "this is a 7, I am 90
# percent sure". The book of mistakes compares them with the right answers. Then every number inside the network moves
# a tiny bit, and it all starts again. This is called *training* (训练):
#
# ```text
#              ┌─────────────── the network ───────────────┐
#   numbers ─► │ neurons ─► switch ─► neurons ─► chances   │ ─► book of mistakes
#              └─────▲─────────────────────▲───────────────┘           │
#                    └──── Adam moves the numbers in the neurons ◄─────┘
# ```
#
# **How to work.** Go from top to bottom. In each function, replace the two lines `# YOUR CODE HERE` and
# `raise NotImplementedError(...)` with your own code. Save the file and run `pytest grader` in the course folder. It
# tells you, function by function, what is right, what is not yet, and where to look next. Run it as often as you
# like. Every function is marked by itself, so a mistake in one does not spoil the others.

# %% [markdown] lang="zh"
# # 第 1 章 · 神经网络背后的四个想法
#
# 计算机能学会认手写字。听起来像魔法，其实靠的是四个想法，每一个都只要中学数学：
#
# 1. **神经元是积木。** 一个神经元先乘，再加，就这么多。
# 2. **ReLU 是开关。** 一个数，要么放行，要么关掉。有了它，积木才变得聪明。
# 3. **交叉熵是错题本。** 每猜错一次要付多大代价，它都记下来。
# 4. **Adam 是会自己调整的步伐。** 它决定挪多远，好让下一次猜得更准。
#
# 这一章，你要亲手把四样全做出来：五个短小的函数，每个一到五行。
# 最后把它们合在一起，一个完全由你自己的代码组成的*神经网络*（neural network），就会在你眼前学起来。
# 你只要会一点 Python（函数、列表之类），没接触过机器学习也没关系。
#
# **整体是怎么运转的？** 数字从一头进去，神经元做计算，另一头出来的是概率：“这是 7，我有九成把握。”
# 错题本把它和正确答案作比较，然后网络里的每个数都挪动一点点，再从头来一遍。这个过程叫作*训练*（training）：
#
# ```text
#           ┌───────────────── 网络 ─────────────────┐
#   数字 ─► │ 神经元 ─► 开关 ─► 神经元 ─► 换成概率   │ ─► 错题本
#           └────▲──────────────────▲────────────────┘      │
#                └──────── Adam 挪动神经元里的数 ◄──────────┘
# ```
#
# **怎么做练习？** 从上往下做。
# 在每个函数里，把 `# 在这里写你的代码` 和 `raise NotImplementedError(...)` 这两行换成你自己的代码。
# 存盘，然后在课程文件夹里运行 `pytest grader`：
# 它会逐个函数告诉你，哪里对了，哪里还不对，接下来该看什么。想运行多少次都行。
# 如果它说的是英文，就改成运行 `pytest grader --lang zh`。
# 每个函数单独计分，一个写错了，不会连累其他的。

# %% [markdown] lang="en"
# ## The tools
#
# You need two libraries: `np` (NumPy) calculates with whole tables of numbers at once, and `plt` (Matplotlib) draws.

# %% [markdown] lang="zh"
# ## 工具
#
# 只要两个库：`np`（NumPy）一次就能算完一整张数字表，`plt`（Matplotlib）负责画图。

# %%
import matplotlib.pyplot as plt
import numpy as np

# %% lang="en"
UNFINISHED = "{name}() is not written yet. Fill it in, run its cell, and then run this cell again."

# %% lang="zh"
UNFINISHED = "{name}() 还没有写。请先把它写好，运行它所在的单元格，再运行这个单元格。"

# %% [markdown] lang="en"
# ## Tables of numbers
#
# A table of numbers is called an *array* (数组) in NumPy. Its `shape` says how large it is: `(2, 3)` means 2 rows and
# 3 columns, and `(3,)` means a simple list of 3 numbers. Run the next cell and see what comes out of it:
# - `table * 10` and `np.exp(table)` do the same to every number of the table, without any loop;
# - `table + row` adds the row to *every* row of the table;
# - `table.sum()` adds up everything, and `table.sum(axis=1)` each row by itself. `axis=0` would add up each column;
# - `table[np.arange(2), [2, 0]]` picks one number from each row: from the first row the one at place 2, from the second
#   the one at place 0. (Python counts places from 0.)
#
# `if __name__ == "__main__":` means "only when I run this myself". The grader reads your functions and skips such
# cells, so here you can try whatever you want.

# %% [markdown] lang="zh"
# ## 数字表
#
# 在 NumPy 里，一张数字表叫作*数组*（array）。它的 `shape`（形状）说明它有多大：
# `(2, 3)` 是 2 行 3 列，`(3,)` 就是一串 3 个数。
# 运行下面这个单元格，看看结果：
# - `table * 10` 和 `np.exp(table)` 对表里的每个数都做同样的事，不用写循环；
# - `table + row` 把这一行加到表的*每一行*上；
# - `table.sum()` 把所有数加起来，`table.sum(axis=1)` 则一行一行地加；换成 `axis=0`，就是一列一列地加；
# - `table[np.arange(2), [2, 0]]` 从每一行里各挑一个数：
#   第一行挑位置 2 上的，第二行挑位置 0 上的。（Python 的位置从 0 数起。）
#
# `if __name__ == "__main__":` 的意思是“只有我自己运行时才执行”。
# 评分程序只读你的函数，会跳过这样的单元格，所以你可以在这里随便试。

# %%
if __name__ == "__main__":
    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    row = np.array([100.0, 200.0, 300.0])
    print("shape:", table.shape, row.shape)
    print("table * 10:", table * 10, sep="\n")
    print("table + row:", table + row, sep="\n")
    print("table.sum():", table.sum())
    print("table.sum(axis=1):", table.sum(axis=1))
    print("one number from each row:", table[np.arange(2), [2, 0]])

# %% [markdown] lang="en"
# ## 1 · `dense`: neurons, the building bricks
#
# **What it is for.** Shall we go cycling today? You weigh the reasons. Each hour of sunshine speaks for it, wind speaks
# against it, and each friend who comes along speaks for it even more. A *neuron* (神经元) does the same. It multiplies
# every number that comes in by a *weight* (权重), which says how much this number matters, and adds everything up. At
# the end it adds one more number, its *bias* (偏置): how willing it is from the start. The next cell draws such a
# neuron. A result above 0 means yes.

# %% [markdown] lang="zh"
# ## 1 · `dense`：神经元，一块块积木
#
# **用来做什么？** 今天要不要去骑车？你会掂量各种理由：太阳多晒一小时，就更想去；风大一级，就不太想去；
# 多一个朋友一起，那就更想去了。*神经元*（neuron）做的也是这件事：
# 进来的每个数，都乘上一个*权重*（weight），也就是这个数有多要紧，然后全部加起来。
# 最后再加一个数，叫*偏置*（bias）：它本来有多愿意。
# 下面的单元格画出了这样一个神经元。结果大于 0，就是“去”。

# %%
if __name__ == "__main__":
    figure, axes = plt.subplots(figsize=(8, 3.4))
    for place, (name, number, weight) in enumerate([("sunshine", 3, 2), ("wind", 2, -1), ("friends", 1, 4)]):
        height = 2 - place
        color = "tab:blue" if weight > 0 else "tab:red"
        axes.annotate("", (3.3, 1), (1.2, height), arrowprops={"arrowstyle": "-|>", "lw": abs(weight), "color": color})
        axes.text(1.1, height, f"{name} {number}", ha="right", va="center", fontsize=12)
        middle = height + (1 - height) * 0.45
        axes.text(2.1, middle + 0.2, f"× {weight}", ha="center", va="center", fontsize=12, color=color)
    axes.text(3.8, 1, "+", ha="center", va="center", fontsize=22, bbox={"boxstyle": "circle,pad=0.6", "fc": "wheat"})
    axes.annotate("", (5.6, 1), (4.3, 1), arrowprops={"arrowstyle": "-|>", "lw": 2})
    axes.text(5.7, 1, "3", ha="left", va="center", fontsize=18)
    axes.text(3.8, 2.0, "bias -5", ha="center", va="center", fontsize=12, color="tab:red")
    axes.annotate("", (3.8, 1.45), (3.8, 1.9), arrowprops={"arrowstyle": "-|>", "color": "tab:red"})
    axes.set_title("A neuron:  3 × 2  +  2 × (-1)  +  1 × 4  -  5  =  3")
    axes.set(xlim=(-0.4, 6.2), ylim=(-0.4, 2.4))
    axes.axis("off")
    plt.show()

# %% [markdown] lang="en"
# **Your task.** Several neurons side by side, all of which look at the same numbers, make a *dense layer* (全连接层).
# Calculate what such a *layer* (层) gives. You get
# - `inputs` of shape `(n, k)`: n rows of k numbers. Each row is one case, for example one day;
# - `weights` of shape `(k, units)`: one *column* for each neuron, with its k weights;
# - `bias` of shape `(units,)`: one number for each neuron.
#
# Return a new array of shape `(n, units)`: for each row, and for each neuron, the weighted sum plus the bias. The
# arrays that you were given must stay as they were.
#
# **Tools.** `inputs @ weights` (say: "matrix product") does all the multiplying and adding up at once, for every row
# and every neuron. `+` adds the bias to every row.
#
# **Watch out.** `*` is not `@`: it multiplies place by place and adds nothing up. And the order counts, so it is
# `inputs` first.
#
# (From the next chapter on you will work with Keras, a library that has all of this ready-made. As the last check of
# each function, the grader compares your answer with the one of Keras itself. Keras calculates with numbers of the type
# `float32`, which have about seven digits. As long as you work with whole arrays as above, NumPy keeps the type by
# itself.)

# %% [markdown] lang="zh"
# **你的任务。** 好几个神经元并排站，看的都是同样的数，就组成一个*全连接层*（dense layer）。
# 请算出这样一个*层*（layer）的结果。给你的是：
# - `inputs`，形状 `(n, k)`：n 行，每行 k 个数。每一行是一种情况，比如某一天；
# - `weights`，形状 `(k, units)`：每个神经元占*一列*，就是它的 k 个权重；
# - `bias`，形状 `(units,)`：每个神经元一个数。
#
# 请返回一个新数组，形状是 `(n, units)`：每一行、每个神经元，都是加权和再加上偏置。
# 交给你的数组要保持原样。
#
# **工具。** `inputs @ weights`（叫作“矩阵乘法”）一次就把所有的乘和加都做完，每一行、每个神经元都有份。
# `+` 会把偏置加到每一行上。
#
# **小心。** `*` 不是 `@`：它只是对应位置相乘，不会加起来。顺序也要紧：`inputs` 在前。
#
# （从下一章起，你会用到 Keras，这些东西它都是现成的。每个函数的最后一项检查，就是拿你的答案和 Keras 自己的答案作比较。
# Keras 用的数字类型是 `float32`，大约有七位有效数字；只要像上面那样对整个数组做计算，NumPy 自然会保持这个类型。）


# %%
def dense(inputs, weights, bias):
    """Calculate what a layer of neurons gives: weighted sums plus bias.

    Args:
        inputs: (n, k) float32, n rows of k numbers.
        weights: (k, units) float32, one column for each neuron.
        bias: (units,) float32, one number for each neuron.

    Returns:
        (n, units) float32.
    """
    ### BEGIN SOLUTION
    return inputs @ weights + bias
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `dense`
#
# 1. One neuron multiplies each number that comes in by its weight and adds everything up. Which shape has the result
#    when every row of `inputs` meets every column of `weights`?
# 2. The matrix product does all of that at once: write `@` between the two arrays. Check the shapes: `(n, k)` and
#    `(k, units)` give `(n, units)`. The bias comes last.
# 3. One line is enough: `inputs` to the left of `@`, `weights` to the right, and `bias` added to what comes out.
#    NumPy adds it to every row by itself.

# %% [markdown] lang="zh" tags=["hints"]
# `dense`
#
# 1. 一个神经元把进来的每个数乘上各自的权重，再全部加起来。`inputs` 的每一行都要和 `weights` 的每一列配一次，
#    结果会是什么形状？
# 2. 这些乘和加，矩阵乘法一次就做完：在两个数组之间写 `@`。核对一下形状：`(n, k)` 配 `(k, units)`，
#    得到 `(n, units)`。偏置留到最后加。
# 3. 一行就够：`@` 的左边放 `inputs`，右边放 `weights`，再给结果加上 `bias`。NumPy 会自己把它加到每一行上。

# %% [markdown] lang="en"
# ## 2 · `relu`: the switch
#
# **What it is for.** Neurons alone can only weigh and add. Put one layer behind another, and it is still nothing but
# weighing and adding: a hundred layers could do no more than one. So there is a switch behind each neuron, which makes
# the difference. If the sum is below 0, the switch is off and gives 0. If it is above 0, the switch is on and lets the
# number through as it is. Such a rule behind a neuron is called an *activation* (激活函数), and this one is the
# *ReLU* (线性整流).
#
# **Your task.** `values` is an array of any shape. Return a new array of the same shape, in which every number below 0
# is replaced by 0 and all others are as before.
#
# **Tools.** `np.maximum(a, b)` compares two things place by place and takes the larger one each time. One of them may
# be a single number.
#
# **Watch out.** `np.max(values)` is something else: it finds the one largest number of all. Python's own `max` and
# `if values > 0` do not work on arrays, because an array is many numbers at once. And `values[values < 0] = 0` would
# write into the array that you were given: calculate a new one instead.

# %% [markdown] lang="zh"
# ## 2 · `relu`：开关
#
# **用来做什么？** 光有神经元，只会掂量和相加。一层后面再接一层，还是掂量和相加：一百层也不比一层强。
# 所以每个神经元后面都有一个开关，差别就在这里：
# 结果小于 0，开关断开，给出 0；大于 0，开关接通，原样放行。
# 跟在神经元后面的这种规则，叫作*激活函数*（activation），这一种是*线性整流*（ReLU）。
#
# **你的任务。** `values` 是一个任意形状的数组。请返回一个形状相同的新数组：小于 0 的数都换成 0，其余的不变。
#
# **工具。** `np.maximum(a, b)` 把两样东西的对应位置一一比较，每次取较大的那个；其中一样可以只是一个数。
#
# **小心。** `np.max(values)` 是另一回事：它找出全部数里最大的那一个。
# Python 自己的 `max` 和 `if values > 0` 对数组不管用，因为数组里有许多个数。
# 而 `values[values < 0] = 0` 会直接改写别人交给你的数组，不要这样做：请算出一个新的。


# %%
def relu(values):
    """Replace every number below 0 by 0.

    Args:
        values: float32, any shape.

    Returns:
        float32, the same shape.
    """
    ### BEGIN SOLUTION
    return np.maximum(values, 0)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `relu`
#
# 1. What shall become of -2, of 0 and of 3? For each number you choose between two: the number itself, and one other.
# 2. `np.maximum` compares place by place and keeps the larger one. It makes a new array, so `values` stays as it is.
# 3. Give `np.maximum` two things: the array, and the smallest number that may come out. Return what it gives.

# %% [markdown] lang="zh" tags=["hints"]
# `relu`
#
# 1. -2、0 和 3 各该变成什么？每个数都是二选一：要么是它自己，要么是另一个数。
# 2. `np.maximum` 一个位置一个位置地比较，留下较大的。它给出的是新数组，`values` 不会变。
# 3. 交给 `np.maximum` 两样东西：一样是这个数组，另一样是允许出现的最小的数。把它给出的结果返回就行。

# %% [markdown] lang="en"
# The next cell draws your switch. On the right you see what it is good for: a neuron draws a straight line, one with
# a switch has a bend, and many of them together can follow any curve.

# %% [markdown] lang="zh"
# 下面的单元格画出你的开关。右边可以看到它的用处：神经元画出的是直线，带开关的有一个弯，许多个合起来，什么曲线都能跟上。

# %%
if __name__ == "__main__":
    try:
        x = np.linspace(-3, 3, 121)
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
        left.plot(x, x, color="gray", linestyle="--", label="before the switch")
        left.plot(x, relu(x), linewidth=3, label="after the switch")
        left.set(title="ReLU: off below 0, on above", xlabel="number that comes in", ylabel="number that goes out")
        left.legend()
        bends = np.linspace(-3, 2, 6)
        slopes = np.diff(np.sin(np.append(bends, 3))) / np.diff(np.append(bends, 3))
        weights = np.diff(slopes, prepend=0.0)
        total = sum(weight * relu(x - bend) for weight, bend in zip(weights, bends, strict=True))
        right.plot(x, np.sin(x), color="gray", linestyle="--", label="a curve")
        right.plot(x, np.sin(-3) + total, linewidth=3, label="six neurons with a switch")
        right.plot(x, 0.33 * x, linestyle=":", label="a neuron without")
        right.set_ylim(-1.9, 1.2)
        right.set(title="Switches make bends", xlabel="number that comes in")
        right.legend(loc="lower right")
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))

# %% [markdown] lang="en"
# ## 3 · `softmax`: from scores to probabilities
#
# **What it is for.** The last neurons of a network each give a score: one for "it is a 0", one for "it is a 1", and so
# on. Scores can be any numbers, even negative ones. We want to read them as a *probability* (概率): between 0 and 1,
# and together exactly 1. That is what *softmax* (归一化指数函数) does. The highest score gets the largest share.
#
# **Your task.** `scores` has the shape `(n, classes)`: n rows, with one score for each class. (A class is a possible
# answer.) Return a new array of the same shape. In each row by itself:
# 1. subtract the largest score of the row, so that the largest becomes 0;
# 2. turn each number x into e to the power of x, where e is 2.718...;
# 3. divide by the sum of the row.
#
# An example: the scores 1, 3, 2 become -2, 0, -1, then 0.14, 1, 0.37. Their sum is 1.50, so the probabilities are
# 0.09, 0.67 and 0.24.
#
# **Tools.** `np.exp(...)`, `scores.max(axis=1, keepdims=True)` for the largest of each row, and
# `.sum(axis=1, keepdims=True)` for the sum of each row. With `keepdims=True` the result keeps the shape `(n, 1)`, a
# narrow table with one number for each row, and `-` and `/` then use the right number for each row.
#
# **Watch out.** Without step 1 the result is the same on paper, but `np.exp(1000)` is too large for a computer: it
# gives `inf`, and then `inf / inf` gives `nan`, which means "not a number". Without `axis=1` all rows are thrown
# together. Without `keepdims=True` NumPy lines the numbers up with the columns: that ends in an error, or, worse, in
# wrong numbers.

# %% [markdown] lang="zh"
# ## 3 · `softmax`：从得分到概率
#
# **用来做什么？** 网络最后的那些神经元，每个给出一个得分：“这是 0”一个，“这是 1”一个，依此类推。
# 得分什么数都有可能，连负数也行。我们想把它读成*概率*（probability）：每个在 0 和 1 之间，加起来正好是 1。
# 这就是*归一化指数函数*（softmax）做的事：得分最高的，分到的最多。
#
# **你的任务。** `scores` 的形状是 `(n, classes)`：n 行，每个类别一个得分。（类别就是一种可能的答案。）
# 请返回一个形状相同的新数组。每一行各算各的：
# 1. 减去这一行里最大的得分，于是最大的变成 0；
# 2. 把每个数 x 换成 e 的 x 次方，e 是 2.718……；
# 3. 除以这一行的总和。
#
# 举个例子：得分 1、3、2，先变成 -2、0、-1，再变成 0.14、1、0.37。
# 总和是 1.50，所以概率是 0.09、0.67、0.24。
#
# **工具。** `np.exp(...)`；`scores.max(axis=1, keepdims=True)` 给出每一行的最大值；
# `.sum(axis=1, keepdims=True)` 给出每一行的和。
# 有了 `keepdims=True`，结果的形状就是 `(n, 1)`，一张窄窄的表，每行一个数，`-` 和 `/` 才会给每一行用上它自己的数。
#
# **小心。** 省掉第 1 步，在纸上算结果一样，可是 `np.exp(1000)` 对计算机来说太大了，只能得到 `inf`（无穷大），
# 接下来 `inf / inf` 就成了 `nan`，意思是“不是一个数”。
# 不写 `axis=1`，所有行就混在一起了。
# 不写 `keepdims=True`，NumPy 会把这些数和列对齐：要么报错，要么更糟，悄悄算错。


# %%
def softmax(scores):
    """Turn each row of scores into probabilities.

    Args:
        scores: (n, classes) float32, any size.

    Returns:
        (n, classes) float32, 0 to 1; each row adds up to 1.
    """
    ### BEGIN SOLUTION
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `softmax`
#
# 1. Work through the example with paper and pencil first: 1, 3, 2. Which number do you subtract, and by which do you
#    divide? Both belong to this one row.
# 2. Three steps, three tools: the `max` of each row, `np.exp`, the `sum` of each row. Both `max` and `sum` need
#    `axis=1` and `keepdims=True`, so that each row gets its own number.
# 3. Keep the powers in a variable: `np.exp` of the scores minus the largest of each row. Then divide this variable by
#    its own sums along `axis=1`, with `keepdims=True`.

# %% [markdown] lang="zh" tags=["hints"]
# `softmax`
#
# 1. 先用纸笔把 1、3、2 那个例子算一遍。减去的是哪个数？除以的又是哪个数？两个都是这一行自己的。
# 2. 三步，三样工具：每一行的 `max`、`np.exp`、每一行的 `sum`。
#    `max` 和 `sum` 都要写 `axis=1` 和 `keepdims=True`，这样每一行用的才是自己的数。
# 3. 把乘方的结果存进一个变量：得分减去每一行的最大值，再交给 `np.exp`。
#    然后用这个变量除以它自己沿 `axis=1` 的和，别忘了 `keepdims=True`。

# %% [markdown] lang="en"
# ## 4 · `cross_entropy`: the book of mistakes
#
# **What it is for.** To get better, you have to know how bad you are. So we keep a book of mistakes. For each guess we
# look up which probability p the network gave to the *right* answer, and write down a price: minus the logarithm of p.
#
# | the network gave the right answer | price |
# |---|---|
# | 100 % | 0 |
# | 50 % | 0.69 |
# | 10 % | 2.30 |
# | 1 % | 4.61 |
#
# Right and sure costs nothing. To be sure of something wrong costs a lot, and the surer, the more. The average of all
# prices is called *cross-entropy* (交叉熵). A number that says how wrong a network is, is called a *loss* (损失).
# The next cell draws the price.

# %% [markdown] lang="zh"
# ## 4 · `cross_entropy`：错题本
#
# **用来做什么？** 想进步，先得知道自己差在哪里，所以我们要记一本错题本。
# 每猜一次，就看看网络给*正确*答案的概率 p 是多少，然后记下一个代价：p 的对数，前面加负号。
#
# | 网络给正确答案的概率 | 代价 |
# |---|---|
# | 100 % | 0 |
# | 50 % | 0.69 |
# | 10 % | 2.30 |
# | 1 % | 4.61 |
#
# 又对又有把握，不花代价。错了还很有把握，代价就大了，而且越来越大。
# 所有代价的平均值，叫作*交叉熵*（cross-entropy）。
# 像这样用来说明网络错得多离谱的数，叫作*损失*（loss）。
# 下面的单元格画出这个代价。

# %%
if __name__ == "__main__":
    p = np.linspace(0.005, 1, 400)
    figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
    axes.plot(p, -np.log(p), linewidth=3)
    for chance, words in ((0.9, "nearly sure, and right"), (0.5, "fifty-fifty"), (0.02, "nearly sure, and wrong")):
        axes.plot(chance, -np.log(chance), "o", color="tab:red")
        axes.annotate(words, (chance, -np.log(chance)), (8, 8), textcoords="offset points")
    axes.set(title="The price of a guess:  -log p", ylabel="price", ylim=(-0.2, 5.5), xlim=(-0.02, 1.4))
    axes.set_xlabel("p, the probability given to the right answer")
    plt.show()

# %% [markdown] lang="en"
# **Your task.** You get
# - `probabilities` of shape `(n, classes)`: one row for each guess, as your `softmax` makes them;
# - `labels` of shape `(n,)`: for each row the number of the right class, counted from 0. The right answer is called the
#   *label* (标签).
#
# Return one number: the average price over all rows. Four steps lead there:
# 1. from each row, pick the probability that stands at the place of the label;
# 2. raise all that are smaller than 0.0000001 to 0.0000001, because there is no logarithm of 0. (Keras does it, too. So
#    no guess costs more than 16.12.) `probabilities` itself stays as it was;
# 3. take the natural logarithm, with a minus in front;
# 4. take the mean.
#
# **Tools.** `np.arange(n)` gives the row numbers 0, 1, 2 and so on, and `len(labels)` is n. With them you pick one
# number from each row, as in "Tables of numbers" above. `np.clip(values, low, high)` raises what is below `low` and
# lowers what is above `high`. In Python you may write 0.0000001 as `1e-7`. `np.log` is the natural logarithm, and
# `np.mean` the average.
#
# **Watch out.** `np.log10` and `np.log2` are other logarithms. The sum instead of the mean would grow with the number
# of rows. And it is the probability of the right answer that counts, not the largest one in the row.

# %% [markdown] lang="zh"
# **你的任务。** 给你的是：
# - `probabilities`，形状 `(n, classes)`：每猜一次占一行，就是你的 `softmax` 算出来的那种；
# - `labels`，形状 `(n,)`：每一行正确类别的编号，从 0 数起。正确答案叫作*标签*（label）。
#
# 请返回一个数：所有行的平均代价。分四步走：
# 1. 从每一行里，挑出标签那个位置上的概率；
# 2. 小于 0.0000001 的，一律提到 0.0000001，因为 0 没有对数。
#    （Keras 也这么做，所以猜一次的代价最多是 16.12。）`probabilities` 本身要保持原样；
# 3. 取自然对数，前面加负号；
# 4. 求平均。
#
# **工具。** `np.arange(n)` 给出行号 0、1、2……，`len(labels)` 就是 n。
# 有了它们，就能从每一行里各挑一个数，就像上面“数字表”里那样。
# `np.clip(values, low, high)` 把比 `low` 小的提上来，把比 `high` 大的压下去。
# 0.0000001 在 Python 里可以写成 `1e-7`。`np.log` 是自然对数，`np.mean` 是平均值。
#
# **小心。** `np.log10` 和 `np.log2` 是别的对数。求和而不是求平均，行数越多，结果就越大。
# 还有，要看的是正确答案的概率，不是一行里最大的那个。


# %%
def cross_entropy(probabilities, labels):
    """Calculate the average price of the guesses: minus the logarithm of the right answer's probability.

    Args:
        probabilities: (n, classes) float32; each row adds up to 1.
        labels: (n,) int64, the number of the right class for each row, counted from 0.

    Returns:
        One number, 0 or more.
    """
    ### BEGIN SOLUTION
    given = probabilities[np.arange(len(labels)), labels]
    return -np.mean(np.log(np.clip(given, 1e-7, 1)))
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `cross_entropy`
#
# 1. Of each row only one number counts: the probability at the place of the label. How do you get one number from
#    each row, each from another place?
# 2. Index with two lists at once: the row numbers `np.arange(len(labels))`, and the labels as column numbers. Then
#    come `np.clip`, `np.log` and `np.mean`.
# 3. Keep the picked probabilities in a variable. Clip it from `1e-7` to 1, take the logarithm of that, then the mean,
#    and put a minus in front of everything.

# %% [markdown] lang="zh" tags=["hints"]
# `cross_entropy`
#
# 1. 每一行只有一个数算数：标签那个位置上的概率。怎样从每一行里各取一个数，而且每行取的位置都不同？
# 2. 用两串编号一起取：行号是 `np.arange(len(labels))`，列号就是标签。后面再用 `np.clip`、
#    `np.log` 和 `np.mean`。
# 3. 把挑出来的概率存进一个变量。用 `np.clip` 限制在 `1e-7` 到 1 之间，取对数，求平均，
#    最后在整个式子前面加负号。

# %% [markdown] lang="en"
# ## 5 · `adam_step`: the pace that adjusts itself
#
# **What it is for.** You stand on a hill in thick fog and want to get down into the valley. You see nothing, but you
# feel under your feet which way it goes up, and how steeply. For a network, the height is the loss, and the slope is
# called the *gradient* (梯度): one number for each weight. So you take a *step* (步) against the gradient, again and
# again. How far it goes is set by the *learning rate* (学习率). The simplest rule is
#
# ```text
# weights = weights - learning_rate × gradient
# ```
#
# It has a weakness. In a long, narrow valley, such steps leap from one wall to the other and hardly get on along the
# valley. Adam watches each weight by itself. Where the slope keeps changing its direction, it slows down. Where it
# always points the same way, it moves on briskly. Such a rule is called an *optimizer* (优化器), and Adam is the one
# that is used most.
#
# Adam has a memory: two running averages for each weight, both of which begin at 0. With each step they keep most of
# what they were and take in a little that is new:
#
# ```text
# mean        = 0.9   × mean        + 0.1   × gradient
# mean_square = 0.999 × mean_square + 0.001 × gradient²
# pace        = learning_rate × √(1 - 0.999^step) / (1 - 0.9^step)
# weights     = weights - pace × mean / (√mean_square + 0.0000001)
# ```
#
# The first line remembers the direction, the second how large the slopes are. In the last line the one is divided by
# the other, so that each weight goes about equally far, on steep slopes and on flat ones. The two powers in `pace` make
# up for the start: as the averages begin at 0, they are much too small in the first steps. The tiny 0.0000001 guards
# against 0 / 0.
#
# **Your task.** Return the three new arrays `weights, mean, mean_square`, in this order. `step` is the number of
# this step, counted from 1. The formulas work for any shape, and all four arrays have the same. Those that you were
# given must stay as they were.
#
# **Tools.** `**` is "to the power of", also for whole arrays. `np.sqrt(...)` is the square root. `return a, b, c` gives
# back three things at once.
#
# **Watch out.** The last line needs the *new* averages. The tiny number stands outside the root. And `weights -= ...`
# would write into the array that you were given.

# %% [markdown] lang="zh"
# ## 5 · `adam_step`：会自己调整的步伐
#
# **用来做什么？** 大雾天，你站在山坡上，想下到谷底。什么也看不见，但脚下感觉得到：哪边是上坡，有多陡。
# 对网络来说，高度就是损失，坡度叫作*梯度*（gradient），每个权重一个数。
# 于是你朝着梯度的反方向走一*步*（step），再走一步。
# 每步走多远，由*学习率*（learning rate）决定。最简单的规则是：
#
# ```text
# weights = weights - learning_rate × gradient
# ```
#
# 它有个毛病：遇到又长又窄的山谷，这样走会在两壁之间跳来跳去，顺着山谷却几乎没有前进。
# Adam 则对每个权重单独留心：坡的方向总在变，就放慢；一直朝着同一边，就走快些。
# 这样的规则叫作*优化器*（optimizer），用得最多的就是 Adam。
#
# Adam 有记性：它给每个权重记着两个滑动平均值，都从 0 开始。
# 每走一步，旧的保留一大半，新的加进来一点点：
#
# ```text
# mean        = 0.9   × mean        + 0.1   × gradient
# mean_square = 0.999 × mean_square + 0.001 × gradient²
# pace        = learning_rate × √(1 - 0.999^step) / (1 - 0.9^step)
# weights     = weights - pace × mean / (√mean_square + 0.0000001)
# ```
#
# 第一行记住方向，第二行记住坡有多陡。最后一行用一个除以另一个，所以不管陡还是平，每个权重走的路都差不多长。
# `pace` 里的两个乘方是给开头补上的：平均值从 0 开始，头几步会小得多。
# 那个小小的 0.0000001，是为了不出现 0 / 0。
#
# **你的任务。** 返回三个新数组 `weights, mean, mean_square`，按这个顺序。
# `step` 说明这是第几步，从 1 数起。公式对任何形状都适用，四个数组的形状都相同。
# 交给你的数组要保持原样。
#
# **工具。** `**` 是乘方，对整个数组也能用；`np.sqrt(...)` 是平方根；`return a, b, c` 一次返回三样东西。
#
# **小心。** 最后一行用的是*新的*平均值。那个小小的数在根号外面。
# 而 `weights -= ...` 会直接改写别人交给你的数组。


# %%
def adam_step(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Take one step of Adam.

    Args:
        weights: any shape.
        gradient: the same shape, the slope at each weight.
        mean: the same shape, the running average of the gradients so far.
        mean_square: the same shape, the running average of their squares so far.
        step: a whole number, 1 for the first step.
        learning_rate: about how far a weight moves.

    Returns:
        (weights, mean, mean_square), three new arrays.
    """
    ### BEGIN SOLUTION
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square
    ### END SOLUTION


# %% [markdown] lang="en" tags=["hints"]
# `adam_step`
#
# 1. There are four formulas, one a line, and they are in the right order already. Which of the names on the right of
#    each `=` have to be the new ones?
# 2. Translate them one by one: × is `*`, squared is `**2`, √ is `np.sqrt(...)`, and `0.999^step` is written
#    `0.999**step`. With `mean = ...` you make a new array and leave the one you were given alone.
# 3. `pace` is a single number: the learning rate times `np.sqrt(1 - 0.999**step)`, divided by `(1 - 0.9**step)`. In
#    the last line you add `1e-7` after you have taken the root, and divide by that sum. Return all three arrays in
#    the order that the task says.

# %% [markdown] lang="zh" tags=["hints"]
# `adam_step`
#
# 1. 一共四个公式，每个占一行，顺序已经排好了。每一行等号右边的那些名字，哪些必须是新算出来的？
# 2. 一个一个照着写：× 写成 `*`，平方写成 `**2`，√ 写成 `np.sqrt(...)`，`0.999^step` 写成 `0.999**step`。
#    写 `mean = ...` 得到的是新数组，交给你的那个不会变。
# 3. `pace` 只是一个数：学习率乘以 `np.sqrt(1 - 0.999**step)`，再除以 `(1 - 0.9**step)`。最后一行里，
#    先开根号，再加 `1e-7`，除以的是这个和。按题目说的顺序返回三个数组。

# %% [markdown] lang="en"
# The next cell lets your Adam and the simple rule walk down the same narrow valley, from the same place, with 40 steps
# each. The rings are lines of equal height, as on a map.

# %% [markdown] lang="zh"
# 下面的单元格让你的 Adam 和那条简单的规则走同一个狭窄的山谷：起点相同，各走 40 步。一圈圈的线和地图上一样，是等高线。

# %%
if __name__ == "__main__":
    try:
        steepness = np.array([0.05, 2.0])
        start = np.array([-4.0, 1.5])
        simple, adam = [start], [start]
        mean, mean_square = np.zeros(2), np.zeros(2)
        for step in range(1, 41):
            simple.append(simple[-1] - 0.95 * steepness * simple[-1])
            place, mean, mean_square = adam_step(adam[-1], steepness * adam[-1], mean, mean_square, step, 0.3)
            adam.append(place)
        x, y = np.meshgrid(np.linspace(-4.5, 2, 200), np.linspace(-2, 2, 200))
        figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
        axes.contour(x, y, steepness[0] * x**2 + steepness[1] * y**2, levels=np.arange(1, 9) ** 2 * 0.12, colors="0.8")
        axes.plot(*np.transpose(simple), "o-", markersize=3, color="tab:orange", label="simple rule")
        axes.plot(*np.transpose(adam), "o-", markersize=4, color="tab:blue", label="your Adam")
        axes.plot(0, 0, "*", markersize=15, color="black", label="the lowest point")
        axes.set(title="Two ways down a narrow valley", xlabel="first weight", ylabel="second weight")
        axes.legend(loc="lower right")
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))

# %% [markdown] lang="en"
# ## All together: your network learns
#
# Now the bricks become a network. Its task: points on a plane belong to three groups, which wind around each other like
# the arms of a spiral. Where a point lies is told by two numbers. To which arm does it belong?
#
# ```text
#   2 numbers       32 numbers          3 numbers
#  ┌─────────┐    ┌──────────────┐    ┌────────────────┐
#  │  point  │ ─► │ dense, relu  │ ─► │ dense, softmax │ ─►  "group 1, 97 percent"
#  └─────────┘    └──────────────┘    └────────────────┘
# ```
#
# The functions in the next cell are finished; read them and find your own five in there. Such an arrangement, with the
# numbers that it has learned, is called a *model* (模型). One thing is new: `find_gradients` works out the slope for
# every weight, going through the network from back to front. How that is done takes higher mathematics, and you never
# need to do it yourself: from the next chapter on, Keras does it for you.

# %% [markdown] lang="zh"
# ## 合在一起：你的网络学起来了
#
# 现在，积木要搭成网络了。任务是：平面上的点分成三组，像螺旋的三条臂一样互相缠绕。
# 一个点在哪里，两个数就说清楚了。它属于哪条臂？
#
# ```text
#    2 个数          32 个数             3 个数
#  ┌─────────┐    ┌──────────────┐    ┌────────────────┐
#  │ 一个点  │ ─► │ dense, relu  │ ─► │ dense, softmax │ ─►  “第 1 组，97 %”
#  └─────────┘    └──────────────┘    └────────────────┘
# ```
#
# 下面单元格里的函数都已经写好了，读一读，找找你自己的五个函数在哪里。
# 这样搭好的东西，连同它学到的数，叫作*模型*（model）。
# 只有一样是新的：`find_gradients` 从后往前穿过网络，算出每个权重的坡度。
# 怎么算要用到高等数学，不过你永远不必自己动手：从下一章起，Keras 会替你做。


# %%
def make_points(number, seed):
    """Draw points that belong to the three arms of a spiral.

    Args:
        number: How many points.
        seed: Another whole number gives other points.

    Returns:
        points: (number, 2) float32.
        labels: (number,) int64, the arm of each point: 0, 1 or 2.
    """
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, number)
    distances = random.uniform(0.1, 1, number)
    angles = 3.5 * distances + labels * 2 * np.pi / 3 + random.normal(0, 0.12, number)
    points = np.stack([distances * np.cos(angles), distances * np.sin(angles)], axis=1)
    return points.astype("float32"), labels


def classify(model, points):
    """Say how likely each group is for each point.

    Args:
        model: A list of four arrays: weights and bias of the first layer, weights and bias of the second.
        points: (n, 2) float32.

    Returns:
        (n, 3), one probability for each group.
    """
    weights_1, bias_1, weights_2, bias_2 = model
    hidden = relu(dense(points, weights_1, bias_1))
    return softmax(dense(hidden, weights_2, bias_2))


def find_gradients(model, points, labels):
    """Find the slope of the loss for each number of the model.

    Args:
        model: As in classify.
        points: (n, 2) float32.
        labels: (n,) int64.

    Returns:
        A list of four arrays, of the same shapes as those of the model.
    """
    weights_1, bias_1, weights_2, _ = model
    hidden = relu(dense(points, weights_1, bias_1))
    slopes_2 = classify(model, points) - np.eye(3)[labels]
    slopes_2 = slopes_2 / len(points)
    slopes_1 = (slopes_2 @ weights_2.T) * (hidden > 0)
    return [points.T @ slopes_1, slopes_1.sum(axis=0), hidden.T @ slopes_2, slopes_2.sum(axis=0)]


def train_network(points, labels, steps=300, units=32, seed=0):
    """Train a network with one layer of switched neurons.

    Args:
        points: (n, 2) float32.
        labels: (n,) int64.
        steps: How many steps of Adam.
        units: How many neurons with a switch.
        seed: Another whole number gives other weights at the start.

    Returns:
        model: A list of four arrays, as classify takes it.
        losses: A list with the loss before each step.
    """
    random = np.random.default_rng(seed)
    model = [random.normal(0, 1, (2, units)), np.zeros(units), random.normal(0, 0.1, (units, 3)), np.zeros(3)]
    means = [np.zeros_like(array) for array in model]
    mean_squares = [np.zeros_like(array) for array in model]
    losses = []
    for step in range(1, steps + 1):
        losses.append(cross_entropy(classify(model, points), labels))
        for i, gradient in enumerate(find_gradients(model, points, labels)):
            model[i], means[i], mean_squares[i] = adam_step(
                model[i], gradient, means[i], mean_squares[i], step, learning_rate=0.02
            )
    return model, losses


# %% [markdown] lang="en"
# Run the last cell. On the left, the loss falls step by step. On the right you see what the network has learned: the
# colour behind the points is its answer for every place of the plane. With all five functions in place, at least 95 of
# 100 new points get the right answer.
#
# **And then, play.** What happens with 3 neurons instead of 32, or with only 30 steps? And without the switch: what
# becomes of the borders if `relu` gives back its values as they are? Guess first, then try it here, where it costs no
# points. (Put everything back before you run `pytest grader`.)

# %% [markdown] lang="zh"
# 运行最后一个单元格。左边，损失一步步往下掉。右边是网络学到的东西：点后面的颜色，就是它对平面上每个地方的回答。
# 五个函数都写好之后，100 个没见过的点里，至少能答对 95 个。
#
# **然后，玩一玩。** 把 32 个神经元换成 3 个会怎样？只走 30 步呢？
# 没有开关呢：如果 `relu` 把数原样还回来，边界会变成什么样？
# 先猜一猜，再动手试；在这里试，不扣分。（运行 `pytest grader` 之前，记得全部改回来。）

# %% lang="en"
RESULT = "Of {number} new points, the network puts {share:.1%} into the right group. Loss: {first:.2f} -> {last:.3f}"

# %% lang="zh"
RESULT = "{number} 个没见过的点里，网络答对了 {share:.1%}。损失：{first:.2f} -> {last:.3f}"

# %%
if __name__ == "__main__":
    points, labels = make_points(300, seed=1)
    new_points, new_labels = make_points(1000, seed=2)
    try:
        model, losses = train_network(points, labels, steps=300, units=32)
        share = np.mean(np.argmax(classify(model, new_points), axis=1) == new_labels)
        print(RESULT.format(number=len(new_points), share=share, first=losses[0], last=losses[-1]))
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
        left.plot(range(1, len(losses) + 1), losses)
        left.set(title="The book of mistakes", xlabel="step", ylabel="loss")
        x, y = np.meshgrid(np.linspace(-1.2, 1.2, 200), np.linspace(-1.2, 1.2, 200))
        answers = np.argmax(classify(model, np.stack([x.ravel(), y.ravel()], axis=1)), axis=1)
        answers = answers.reshape(x.shape)
        right.contourf(x, y, answers, levels=[-0.5, 0.5, 1.5, 2.5], colors=["C0", "C1", "C2"], alpha=0.3)
        right.scatter(points[:, 0], points[:, 1], c=[f"C{label}" for label in labels], s=12)
        right.set(title="What the network has learned", xlabel="first number", ylabel="second number")
        plt.show()
    except NotImplementedError as unfinished:
        print(UNFINISHED.format(name=unfinished))
