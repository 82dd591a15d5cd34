# %% [markdown]
# # 00 Start here
#
# In this course you learn how neural networks learn, by writing every formula yourself, a few lines
# at a time, and having each one checked at once. This short lesson shows how that works.
#
# **You will be able to**
# - write an answer, check it, and read what the check says,
# - predict the shape of a NumPy result: axes, broadcasting, masks,
# - look up any symbol of the course,
# - hand in a notebook.
#
# **Time:** about 40 minutes. **You need:** a little Python: variables, lists, a loop, a function.
#
# There are no points here. If you know Jupyter and NumPy well, read sections 3 and 5 and go on to
# lesson 01.

# %% tags=["setup"]
import numpy as np

from nnlib import figures
from nnlib.checking import check, unfinished

# %% [markdown]
# ## 1 How a lesson works
#
# A notebook is a column of **cells**. Some hold text, like this one. Those with a gray background
# hold Python: click into one and press Shift and Enter, and it runs. The value of its last line
# appears below it.
#
# Run the cells from top to bottom and leave none out, for each may use what earlier ones have
# defined. When something seems to have come apart, choose "Restart Kernel and Run All Cells" in the
# menu "Kernel": everything is forgotten and done again.
#
# Before each experiment the text asks what you expect. Answer first, then run. Being wrong costs
# nothing, and it is the moment at which one learns most.
#
# A first prediction: what does this cell show?

# %%
pulses = np.array([60, 75, 90])
pulses - 60

# %% [markdown]
# ## 2 Shapes and axes
#
# NumPy computes with whole arrays. `pulses - 60` subtracted 60 from each entry, without a loop.
# That is how nearly everything in this course is computed: **entry by entry**.
#
# Our data will mostly be tables. Each row is an example, each column something that was measured.
# Take three examples with two columns:

# %%
X = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
X.shape

# %% [markdown]
# The **shape** is (3, 2): 3 rows, 2 columns. A list of three numbers has the shape (3,), with a
# comma, which is how Python writes a tuple with one entry. A single number has the shape ().
#
# Each position in the shape is an **axis**. Axis 0 runs down the rows, axis 1 runs along the
# columns. Sums, means and maxima can be taken along an axis, and there is one rule to remember:
# **the axis you name is the one that disappears.**
#
# So what are the shape and the entries of `X.sum(axis=0)`, and of `X.sum(axis=1)`?

# %% tags=["demo"]
figures.axis_sums(X)

# %% [markdown]
# Naming axis 0 adds up over the examples and leaves one number per column. Naming axis 1 adds up
# over the columns and leaves one number per example. Naming none adds up everything.
#
# Say the value of each line before you run the cell:

# %%
print(X.max(axis=0))
print(X.mean(axis=1))
print(X.sum())

# %% [markdown]
# ## 3 A first check
#
# Exercises look like the next one: a heading with a name, the time it may take, and one to three
# dots for its difficulty; *bonus* marks what no later lesson builds on. Below it stands what the
# function takes and what it returns, and one example to compare with by hand. Then come two hints.
# They are folded: click to open them, and try without them first.
#
# Usually you find an empty function. This time somebody has written an answer, and it is wrong. We
# want to see what happens then.

# %% [markdown]
# ### Exercise `center_columns` · 5 minutes · easy ●○○ · practice
#
# **Takes** `X` (N, D). **Returns** an array (N, D): from each entry the mean of its **column** is
# subtracted, so that every column of the result has the mean 0. `X` itself stays as it is.
#
# **By hand:** the columns of our `X` have the means 3 and 30, so the result is `[[-2, -20], [-1,
# -10], [3, 30]]`.
#
# Run the next two cells as they are and read the verdict. Then mend the function, run its cell
# again, and check again.
#
# <details><summary>Hint 1: where to look</summary>
#
# What is the shape of `X.mean()`? How many means do you need?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# One mean per column is left when the examples disappear. Which axis do the examples lie along?
#
# </details>


# %%
def center_columns(X):
    """X (N, D) without the mean of each column."""
    ### BEGIN SOLUTION
    return X - X.mean(axis=0)
    ### END SOLUTION


# %%
check(center_columns)

# %% [markdown]
# A verdict has up to five parts, and each answers a question of its own.
#
# - **The first line:** is it right, and how many points does it earn?
# - **Wrong:** which of the returned values is wrong, where, and by how much?
# - **Example:** what is the smallest input on which it goes wrong? Below stand the result that was
#   **Expected** and the one that was **Received**. Calculate this example by hand.
# - **Hint:** is it a mistake that people often make? Then this says where to look, and not what to
#   type.
# - **It printed:** what did your function print? Put a `print` into it whenever you like.
#
# If Python raised an error, you see the line of yours in which it happened. The number below the
# verdict is what the exercise earned; it is for the grader, and 0.0 here, since this is practice.

# %% [markdown]
# What just happened? `check` called your function on several inputs of different shapes, each of
# them twice, and compared what came back with a reference. It does not mind **how** you calculate:
# with a loop or in one line, other names, helper functions, printing, all is well.
#
# It minds three things besides wrong values:
#
# - a function that works for one size only,
# - a function that gives something else when it is called again,
# - a function that **changes what it was given**. More on that below.
#
# Check as often as you like. Grading works in the same way with other numbers, so what is right
# here is right there.
#
# Cells between the exercises use your functions, too. Where one is missing or raises an error, they
# say so in a sentence, and you can go on. What does this one print if the answer above is right?

# %%
with unfinished():
    print("means of the columns:", center_columns(X).mean(axis=0).round(6))

# %% [markdown]
# ## 4 More NumPy
#
# ### Broadcasting
#
# Why could we subtract means of shape (2,) from `X` of shape (3, 2)? NumPy repeats the smaller
# array until it fits. That is **broadcasting**, and its rule compares the shapes **from the
# right**:
#
# - two sizes fit if they are equal, or if one of them is 1;
# - where one shape has run out, a 1 is put in;
# - a size of 1 is repeated as often as needed.
#
# (3, 2) and (2,): the 2 fits the 2, and the missing size counts as 1 and is repeated 3 times. In
# the picture, which entries of the second array really exist?

# %% tags=["demo"]
figures.broadcasting(X, -X.mean(axis=0))

# %% [markdown]
# Only the tinted ones. Now the other direction: we want to divide each **row** by its sum, so that
# every row adds up to 1. The sums have the shape (3,). Does (3, 2) fit (3,)?

# %%
totals = X.sum(axis=1)
try:
    X / totals
except ValueError as error:
    print(error)

# %% [markdown]
# No: from the right, 2 meets 3. The sums would have to stand in a column, (3, 1). `keepdims=True`
# asks for that. The axis does not disappear, its size becomes 1:

# %%
totals = X.sum(axis=1, keepdims=True)
print(X.shape, totals.shape)
print((X / totals).sum(axis=1))

# %% [markdown]
# An error is the good case, for it tells us. Worse is a broadcast that nobody wanted. Somebody has
# predictions in a column, (3, 1), and targets in a list, (3,), and takes their difference to see
# how wrong each prediction is. Three numbers are expected. What comes out?

# %% tags=["demo"]
predictions, targets = np.array([[1], [2], [3]]), np.array([10, 20, 30])
figures.broadcasting(predictions, -targets)

# %% [markdown]
# Nine numbers, every prediction against every target, and no complaint. Whenever a result
# puzzles you, look at its shape first.
#
# ### The matrix product
#
# `*` multiplies entry by entry. `A @ B` is the **matrix product**: entry $(i, j)$ multiplies row
# $i$ of $A$ by column $j$ of $B$, entry by entry, and adds up. So (N, D) @ (D, H) is (N, H): the
# inner sizes must be equal, and they disappear.
#
# With the rows of `X`, (1, 10), (2, 20) and (6, 60), and one column of weights, 3 and 0.1, what are
# the three results?

# %%
W = np.array([[3.0], [0.1]])
print(X @ W)
print(X.shape, "@", W.shape, "is", (X @ W).shape)

# %% [markdown]
# ### Masks
#
# A comparison gives an array of True and False, a **mask**. In a calculation True counts as 1 and
# False as 0. Four things are done with masks:
#
# - `M.sum()` and `M.mean()`: how many are true, and which share?
# - `X * M` keeps the entries where the mask is true and makes the others 0.
# - `X[M]` picks the true ones, as a list: the shape is lost.
# - `np.where(M, A, B)` takes from `A` where the mask is true, and from `B` elsewhere.
#
# How many entries will `X[X > 5]` have?

# %%
M = X > 5
print(M)
print(X[M])
print(np.where(M, X, -1))

# %% [markdown]
# ### One entry from each row
#
# A table of probabilities has a row per example and a column per class. A list of labels says which
# class each example belongs to. We want the probability of the right class, one number per row.
#
# That takes two lists of indices, side by side: the rows 0, 1, 2 and the labels. NumPy pairs them,
# (0, 2), (1, 0), (2, 2), and picks these three entries. What would a colon give in place of the row
# numbers?

# %%
P = np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
y = np.array([2, 0, 2])
print(P[np.arange(3), y])
print(P[:, y])

# %% [markdown]
# Every row with columns 2, 0 and 2: another shape, (3, 3), and not what we want.
#
# ### Two names, one array
#
# `B = A` copies nothing. It gives the same array a second name. Which of the two lines marked with
# a number changes `A`?

# %%
A = np.array([1.0, 2.0, 3.0])
B = A
B = B + 10  # 1
print("A is", A)
B = A
B += 10  # 2
print("A is", A)

# %% [markdown]
# `B + 10` is a new array; `B += 10` writes into the old one, whoever else may be using it. The same
# happens with `B[0] = 5`, and inside a function with its arguments. That is why the checks look
# whether an argument has changed. Slices such as `A[:2]` are second names, too. `A.copy()` gives
# you an array of your own.
#
# ### Whole numbers
#
# An array that is made of whole numbers has the type int. It cuts off the decimals of what is
# written into it, without a word. What will the cell print?

# %%
counts = np.zeros_like([4, 5, 6])
counts[0] = 2.9
print(counts)

# %% [markdown]
# The .9 is gone. `np.zeros((2, 3))` makes floats, and so does any calculation with a float in it.
#
# ### Chance
#
# Where a function needs random numbers, it is given a generator `rng` as an argument and draws from
# that alone. The same seed gives the same numbers, so an experiment can be repeated:

# %%
print(np.random.default_rng(7).integers(0, 100, size=5))
print(np.random.default_rng(7).integers(0, 100, size=5))

# %% [markdown]
# ## 5 The names in this course
#
# The names are the same in all lessons. Rows are examples, in code and in formulas.
#
# | in code | shape | what it is |
# |---|---|---|
# | `N`, `D`, `H`, `C` | | examples in a batch; inputs; neurons of a layer; classes |
# | `X` | (N, D) | inputs, one row per example |
# | `y` | (N,) | labels, whole numbers 0 … C−1 |
# | `W`, `b` | (D, H), (H,) | weights and biases of a layer |
# | `Z` | (N, H) | weighted sums, Z = XW + b |
# | `A`, `A_in` | (N, H), (N, D) | activations; what goes into a layer |
# | `logits` | (N, C) | the last layer's Z |
# | `P` | (N, C) | probabilities, softmax of the logits |
# | `params` | | list of `(W, b)`, first layer first |
# | `cache` | | list of `(A_in, Z)`, what a forward pass remembers |
#
# Layers are numbered from 1, in formulas $W_1$ or $W^{(1)}$. $\sigma$ is the sigmoid, $\ln$ and
# $\log$ are both the natural logarithm.

# %% [markdown]
# | in code | in formulas | what it is |
# |---|---|---|
# | `loss` | $L$ | how wrong the network is: a mean over the batch, cross-entropy in nats |
# | `dW`, `dX`, … | $\partial L / \partial W$ | derivative with respect to `W`, in its shape |
# | `dZ`, `dA`, `dlogits` | | the same, arriving from the layer above |
# | `grads` | | list of `(dW, db)`, in the order of `params` |
# | `h` | $h$ | the small step of a numerical derivative |
# | `learning_rate` | $\eta$ | how far a step goes |
# | `batch_size`, `epochs` | | examples per step; passes through all the data |
# | `velocity`, `beta` | $v$, $\beta$ | momentum's memory, and how slowly it fades |
# | `weight_decay` | $\lambda$ | strength of the penalty on large weights |
# | `drop_prob` | $p$ | share of neurons that dropout switches off |
# | `rng` | | the generator of random numbers |

# %% [markdown]
# A few letters lead two lives, and the text says which is meant. As a superscript, $(L)$ is the
# last layer. $p$ is also a probability or a prediction, $h$ also counts neurons, $y$ is also the
# target where a number is predicted. In lesson 06 $\lambda$ is a curvature, $A$ the matrix of a
# bowl, $x$ and $p$ are parameters, $D$ is their number, $t$ counts steps. In lesson 10 $C$ counts
# channels. A **nat** is the unit of a natural logarithm.

# %% [markdown]
# ## 6 Handing in
#
# Your notebooks lie in the folder `desk`. They are yours: no update writes into them. To start a
# lesson over, rename its folder and run `make lab` again.
#
# Before you hand in: choose "Restart Kernel and Run All Cells", wait for the last cell, and save.
# You may add cells and functions wherever you like. Leave the check cells and the names of the
# functions as they are. Points are given per exercise, so hand in what you have, even when
# something is missing.

# %% [markdown]
# **With nbgrader.** Open "Nbgrader", then "Assignment List" in JupyterLab's menu. A lesson that
# lies on your desk stands under "Downloaded assignments"; one that does not is brought by "Fetch".
# "Submit" hands it in, as often as you like; the last one counts.
#
# **As a file.** Right-click the notebook in the list of files, choose "Download", rename the file
# to your name and the topic, for example `ada_forward_propagation.ipynb`, and upload it where your
# teacher says, as it is or in a zip file.
#
# **Learning alone?** Then nothing needs handing in. The checks tell you all that a grade would.

# %% [markdown]
# ## Summary
#
# - Predict, write, check, read the verdict, mend.
# - Rows are examples; the axis you name is the one that disappears, unless you keep it.
# - Shapes are compared from the right; a size of 1 is repeated.
# - `@` multiplies and adds up, `*` goes entry by entry; a mask switches entries off.
# - `+=` writes into the array that it finds. A function leaves its arguments alone.

# %% [markdown]
# ## Questions to think about
#
# 1. `X` has the shape (5, 3). Which of these work: `X + np.ones(5)`, `X + np.ones(3)`,
#    `X + np.ones((5, 1))`?
# 2. Why does `X - X.mean(axis=1)` raise no error when `X` has the shape (4, 4), and why is that
#    bad?
# 3. How do you count, with a mask, how many of the predictions `p` (N,) equal the labels `y` (N,)?
#
# <details><summary>Answers</summary>
#
# 1. The second and the third. In the first, 3 meets 5 from the right.
# 2. The means of shape (4,) fit from the right, so entry (i, j) loses the mean of row j. The result
#    is wrong and nothing tells. This is why checks avoid square arrays.
# 3. `(p == y).sum()`.
#
# </details>

# %% [markdown]
# ### Further reading
#
# - NumPy documentation, *NumPy: the absolute basics for beginners*,
#   [numpy.org/doc/stable/user/absolute_beginners.html](https://numpy.org/doc/stable/user/absolute_beginners.html),
#   and *Broadcasting*,
#   [numpy.org/doc/stable/user/basics.broadcasting.html](https://numpy.org/doc/stable/user/basics.broadcasting.html).
# - C. R. Harris, K. J. Millman, S. J. van der Walt et al., Array programming with NumPy, *Nature*
#   585, 357–362, 2020. What arrays are, in six pages by the people who made them.
