# %% [markdown]
# # 01 Forward propagation
#
# A neural network is a long chain of very short steps. In this lesson we write each step once, hang
# them together, and at the end 74 numbers wind their way between two spirals.
#
# **You will be able to**
# - compute by hand what a neuron and a layer give,
# - write a network of any depth, for a whole batch of examples, in a few lines of NumPy,
# - show why a network without activations is no more than one straight line,
# - read a network's output as probabilities.
#
# **Time:** about an hour and a half. **You need:** lesson 00 (how a check works, shapes, axes), and
# from school the straight line, the powers of $e$ and the natural logarithm.

# %% tags=["setup"]
import numpy as np

from nnlib import datasets, figures
from nnlib.checking import check, unfinished

# %% [markdown]
# ## 1 Which spiral?
#
# Here are 300 points in the plane, 150 on each of two spirals. Each point is an **example**: its
# two coordinates are the **inputs**, and the spiral it lies on, 0 or 1, is its **class**. Somebody
# drops another point on the picture. Which spiral does it belong to?
#
# We want a calculation that takes two numbers and gives the answer. Before you run the cell,
# decide: if the calculation could draw one straight line and call everything on one side class 1,
# how many of the 300 points would it get right at best?

# %%
X, y = datasets.spirals(300, 1, turns=1.5)

# %% tags=["demo"]
figures.scatter(X, y)

# %% [markdown]
# The best of all lines gets 197 of the 300 right, 66 %. That is little more than the 150 one gets
# by always saying "class 0". (There are infinitely many lines, but only those through two of the
# points need to be tried.)
#
# So the answer must bend. Still, the straight line is the brick that everything is built from. It
# is what a single neuron computes.

# %% [markdown]
# ## 2 One neuron
#
# What does a neuron do with its inputs?
#
# It **weighs** them. Every input has a weight that says how much it counts, and whether it speaks
# for or against. The neuron adds up the weighted inputs and adds its **bias**, the opinion it
# holds before any input has spoken. The result is the **weighted sum** $z$:
#
# $$z = x_1 w_1 + x_2 w_2 + \dots + x_D w_D + b = x \cdot w + b$$
#
# Here $x$ and $w$ have shape (D,), one entry per input, and $b$ and $z$ are numbers.
#
# **By hand.** With inputs (2, 1), weights (0.5, −1.5) and bias 1:
#
# $$z = 2 \cdot 0.5 + 1 \cdot (-1.5) + 1 = 0.5$$
#
# In the picture, a dashed arrow is a negative weight and a thick one a large weight. Which input
# has to grow so that $z$ falls?

# %% tags=["demo"]
figures.neuron([2, 1], [0.5, -1.5], 1)

# %% [markdown]
# The second input: its weight is negative.
#
# ### A neuron draws a line
#
# Where exactly is $z = 0$? With two inputs, $x_1 w_1 + x_2 w_2 + b = 0$ is a straight line in the
# plane. On one side of it $z$ is positive, on the other negative. The weights point to the positive
# side, and the bias shifts the line.
#
# The next cell calls everything with $z > 0$ class 1. Move the line: change `w` and `b`, and run
# the cell again. Can you get beyond 65 %?

# %% tags=["demo"]
w = np.array([0.2, -1.0])
b = 0.0
figures.decision_region(lambda X: X @ w + b, X, y)

# %% [markdown]
# ## 3 What a neuron passes on
#
# A neuron does not hand on $z$ itself. It passes $z$ through an **activation function** and hands
# on the result, its **activation** $a$. Two of them carry this course.
#
# **ReLU** (rectified linear unit) is a gate. What is positive passes unchanged, what is negative
# is stopped:
#
# $$\mathrm{relu}(z) = \max(z, 0)$$
#
# A neuron with ReLU is silent on one side of its line. On the other side it speaks up, the louder
# the farther away from the line.
#
# In code we never compute one $z$ at a time. `Z` is an array of many weighted sums, and the
# function is applied entry by entry. The result `A` has the same shape as `Z`.

# %% [markdown]
# ### Exercise `relu` · 5 minutes · easy ●○○
#
# **Takes** `Z`, an array of any shape. **Returns** `A`, a new array of the same shape: each entry
# of `Z` where it is positive, 0 where it is not. `Z` itself stays as it is.
#
# **By hand:** `[[-1, 2, 0.5], [3, -4, 0]]` becomes `[[0, 2, 0.5], [3, 0, 0]]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Python's own `max` compares two numbers. Which NumPy function compares two arrays, or an array
# and a number, entry by entry?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The larger of Z and 0 is wanted at each place. NumPy's `max` and `maximum` differ: one looks for
# the largest entry of an array, the other compares two arrays. A mask, as in lesson 00, does it
# as well.
#
# </details>


# %%
def relu(Z):
    """max(Z, 0), entry by entry, for an array Z of any shape."""
    ### BEGIN SOLUTION
    return np.maximum(Z, 0)
    ### END SOLUTION


# %%
check(relu)

# %% [markdown]
# Your `relu` is one line, and a network may run through it a million times for a single picture.
#
# ### The sigmoid
#
# ReLU has no upper end. Sometimes we want a number between 0 and 1 instead: how sure is the neuron
# that the answer is yes? The **sigmoid** (S-shaped) function gives it:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# At $z = 0$ it is ½. For large positive $z$, $e^{-z}$ is close to 0 and $\sigma(z)$ close to 1; for
# large negative $z$, $e^{-z}$ is huge and $\sigma(z)$ close to 0.
#
# **By hand.** For $z = \ln 3$ we have $e^{-z} = \tfrac13$, so $\sigma(z) = 1 / (1 + \tfrac13) =
# 0.75$. For $z = -\ln 3$ we have $e^{-z} = 3$ and $\sigma(z) = 0.25$. The two add up to 1, as
# $\sigma(z)$ and $\sigma(-z)$ always do.

# %% [markdown]
# Multiplying top and bottom by $e^{z}$ gives the same function in another form:
#
# $$\frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}$$
#
# On paper they are equal. In a computer they are not. The largest number that NumPy's floats can
# hold is about $1.8 \cdot 10^{308}$; $e^{710}$ is already larger and becomes `inf`, infinity.
#
# For $z = 1000$ and for $z = -1000$, decide which form survives: what are 1 / inf, and inf / inf?

# %%
for z in (1000.0, -1000.0):
    with np.errstate(over="ignore", invalid="ignore"):  # NumPy would warn of what we want to see
        print(f"z = {z:5.0f}:", 1 / (1 + np.exp(-z)), "and", np.exp(z) / (1 + np.exp(z)))

# %% [markdown]
# 1 / inf is 0, as it should be. inf / inf has no value: `nan`, "not a number". A single nan spreads
# to whatever is computed from it, so a network in which one appears is lost. Careful formulas never
# take $e$ to the power of a large positive number.
#
# ### Exercise `sigmoid` · 10 minutes · medium ●●○
#
# **Takes** `Z`, an array of any shape. **Returns** `A`, a new array of the same shape with
# $\sigma$ of each entry; right and finite for entries of ±1000, too.
#
# **By hand:** `[-ln 3, 0, ln 3]` becomes `[0.25, 0.5, 0.75]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Look at the four numbers that the cell above printed. One of the two forms is right for both
# signs, though NumPy warns of an overflow on the way. The warning costs no points.
#
# </details>
#
# <details><summary>Hint 2: the idea, without the warning</summary>
#
# Take $e$ only to the power of $-|z|$, which is never above 0. Where z is positive, the first form
# uses exactly that; where z is negative, the second does. `np.where` chooses between two arrays,
# entry by entry.
#
# </details>


# %%
def sigmoid(Z):
    """1 / (1 + e^-Z), entry by entry, for an array Z of any shape; finite for every finite Z."""
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(Z))
    return np.where(Z > 0, 1, small) / (1 + small)
    ### END SOLUTION


# %%
check(sigmoid)

# %% [markdown]
# Your two functions, beside a third one that you meet in books: $\tanh z = 2\,\sigma(2z) - 1$, a
# sigmoid stretched to reach from −1 to 1. On the right are their slopes.
#
# A question for the picture: at $z = 5$, which of the three still notices when $z$ grows a little?

# %% tags=["demo"]
figures.activation_functions({"relu": relu, "sigmoid": sigmoid, "tanh": np.tanh})

# %% [markdown]
# Only ReLU: its slope is 1 wherever $z$ is positive. The sigmoid's slope is never above ¼, and at
# $z = 5$ it is 0.007. The neuron is then **saturated**: whatever it is told, its answer hardly
# moves. In lesson 04 this turns out to be one of the things that make deep networks hard to train.
# That is why ReLU stands between the layers from here on.
#
# The whole neuron of section 2, with a sigmoid at its end. Before you run it, say whether its
# answer lies above or below ½.

# %% tags=["demo"]
figures.neuron([2, 1], [0.5, -1.5], 1, sigmoid)

# %% [markdown]
# ## 4 Many neurons, many examples
#
# One neuron draws one line. How do we compute hundreds of neurons, for thousands of points, without
# a single loop?
#
# Neurons that look at the same inputs side by side are a **layer**. Stack their weights as the
# **columns** of a matrix $W$ of shape (D, H): D inputs, H neurons. Each neuron has its own bias, so
# $b$ has shape (H,).
#
# Examples are **rows**. A batch of N examples is a matrix $X$ of shape (N, D), and
#
# $$\underset{(N,\,H)}{Z} = \underset{(N,\,D)}{X}\;\underset{(D,\,H)}{W} + \underset{(H,)}{b}
# \qquad Z_{nh} = \sum_{d=1}^{D} X_{nd} W_{dh} + b_h$$
#
# Entry $Z_{nh}$ is the weighted sum of neuron $h$ for example $n$: row $n$ of $X$ meets column $h$
# of $W$. Broadcasting adds $b$ to every row.
#
# In the picture, which numbers make the hatched entry of $Z$?

# %% tags=["demo"]
figures.matrix_shapes(N=5, D=3, H=4)

# %% [markdown]
# **By hand.** Three examples, two inputs, four neurons:
#
# $$X = \begin{pmatrix} 1 & 2 \\ 3 & 0 \\ 0 & 0 \end{pmatrix} \qquad W = \begin{pmatrix} 1 & 0 & 2 &
# -1 \\ -1 & 3 & 1 & 0 \end{pmatrix} \qquad b = (0.5,\ 0,\ -1,\ 2)$$
#
# The first neuron has the weights (1, −1), the first column of $W$, and the bias 0.5. For the first
# example it gives 1 · 1 + 2 · (−1) + 0.5 = −0.5. In the same way
#
# $$Z = \begin{pmatrix} -0.5 & 6 & 3 & 1 \\ 3.5 & 0 & 5 & -1 \\ 0.5 & 0 & -1 & 2 \end{pmatrix}$$
#
# The last row is the bias alone: an example whose inputs are all 0 leaves every neuron with its own
# opinion.

# %% [markdown]
# ### Exercise `dense_forward` · 5 minutes · easy ●○○
#
# A layer in which every neuron sees every input is called **dense**.
#
# **Takes** `X` (N, D), `W` (D, H), `b` (H,). **Returns** `Z` (N, H), the weighted sums. The
# activation is not part of it.
#
# **By hand:** the matrices above. `dense_forward(X, W, b)[1]`, the second example, is
# `[3.5, 0, 5, -1]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Write the shapes side by side, (N, D) and (D, H). The two that touch must be equal, and the two
# outer ones are left over.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `*` multiplies entry by entry, `@` also adds up along the inner axis. Adding an array of shape
# (H,) to one of shape (N, H) needs no help: lesson 00's broadcasting does it.
#
# </details>


# %%
def dense_forward(X, W, b):
    """The weighted sums Z (N, H) of a layer for X (N, D), with weights W (D, H), biases b (H,)."""
    ### BEGIN SOLUTION
    return X @ W + b
    ### END SOLUTION


# %%
check(dense_forward)

# %% [markdown]
# One line, for any number of neurons and examples. A processor is also far faster at one large
# matrix product than at many small steps in Python.
#
# Each row of the result depends on its own row of $X$ alone, so the batch is a convenience and
# changes no answer. Decide before you run the cell: what do 300 spiral points become in a layer of
# five neurons, and what does the first point give if it goes through the layer by itself?

# %%
with unfinished():
    W = np.array([[1.0, -1.0, 0.5, 2.0, 0.0], [0.0, 1.0, 2.0, -1.0, -3.0]])
    b = np.array([0.1, 0.2, -0.3, 0.0, 0.5])
    Z = dense_forward(X, W, b)
    alone = dense_forward(X[:1], W, b)
    print(X.shape, "becomes", Z.shape)
    print("the first point alone gives the same as in the batch:", np.allclose(alone, Z[:1]))

# %% [markdown]
# ## 5 Why activations?
#
# The output of a layer can be the input of another one. A layer draws lines, so two layers should
# draw something richer. Do they?
#
# Let us leave the activation out. The first layer gives $Z_1 = X W_1 + b_1$, and the second layer
# takes it:
#
# $$Z_2 = (X W_1 + b_1)\, W_2 + b_2 = X \underbrace{W_1 W_2}_{W} + \underbrace{b_1 W_2 + b_2}_{b}$$
#
# With $W_1$ (D, H) and $W_2$ (H, C), the product $W = W_1 W_2$ is (D, C), and $b$ is (C,). That is
# **one** layer. The hidden layer has vanished, however wide it was.
#
# Let us test it with numbers: two layers from 2 inputs over 100 neurons to 1 output hold 401
# numbers, one layer from 2 to 1 holds three. How far apart will their answers be, for our 300
# points?

# %%
with unfinished():
    rng = np.random.default_rng(0)
    W1, b1 = rng.normal(size=(2, 100)), rng.normal(size=100)
    W2, b2 = rng.normal(size=(100, 1)), rng.normal(size=1)
    two_layers = dense_forward(dense_forward(X, W1, b1), W2, b2)
    one_layer = dense_forward(X, W1 @ W2, b1 @ W2 + b2)
    print(f"largest difference: {np.abs(two_layers - one_layer).max():.9f}")
    print("the three numbers:", (W1 @ W2).ravel().round(2), (b1 @ W2 + b2).round(2))

# %% [markdown]
# Nothing is left of 100 neurons but three numbers. The same holds for a hundred layers: without an
# activation between them they collapse into one.
#
# Now put a ReLU between the layers. Each hidden neuron is silent on one side of its line (of a
# point, if there is just one input), so its contribution starts at a **kink**. Sums of kinked
# pieces can bend wherever a neuron has its line.
#
# The picture shows three layers from one input to one output, with 3 and 2 hidden neurons, drawn
# with your functions. How many kinks will there be on the right?

# %% tags=["demo"]
figures.linear_layers_collapse(dense_forward, relu)

# %% [markdown]
# Five: one from each of the five hidden neurons. With more layers it can be many more than one per
# neuron, since a kink of a later layer may show up on several pieces of an earlier one.
#
# A network with one hidden layer and enough neurons comes as close as we like to any continuous
# function on a closed, bounded region; this was proved for the sigmoid in 1989 and for ReLU in
# 1993. The theorem does not say how many neurons that takes, nor how to find their weights. Finding
# them is what lessons 02 to 05 are about.

# %% [markdown]
# ## 6 A network is a chain
#
# Let us write it down for any number of layers. Layer $\ell$ takes the activations $A^{(\ell-1)}$
# of the layer before it, starting with $A^{(0)} = X$:
#
# $$Z^{(\ell)} = A^{(\ell-1)} W^{(\ell)} + b^{(\ell)} \qquad A^{(\ell)} =
# \mathrm{relu}\!\left(Z^{(\ell)}\right)$$
#
# The last layer has no ReLU. Its $Z$ are the network's answer, one number per class, called
# **logits**. A ReLU there would turn every negative answer into 0.
#
# The layers between input and output are **hidden**: nobody tells them what to compute.
#
# Here is the network for our spirals: two coordinates in, two hidden layers of six neurons, two
# logits out. How many numbers does it have? Count the weights and the biases of one layer, then
# look.

# %% tags=["demo"]
figures.network_diagram([2, 6, 6, 2])

# %% [markdown]
# The first layer has 2 · 6 weights and 6 biases, 18 numbers. The second has 6 · 6 + 6 = 42, the
# last 6 · 2 + 2 = 14. Together that is 74.
#
# In code, a network's parameters are a list `params` with one pair `(W, b)` per layer. `for W, b in
# params:` walks through them.
#
# **By hand.** One example, $x = (1, 2)$, a hidden layer of two neurons, one output:
#
# $$W_1 = \begin{pmatrix} 0.5 & -1 \\ 0.25 & 0.5 \end{pmatrix} \quad b_1 = (0.5,\ -0.5) \qquad W_2
# = \begin{pmatrix} 0.4 \\ -0.6 \end{pmatrix} \quad b_2 = (0.2)$$
#
# | | weighted sum | after ReLU |
# |---|---|---|
# | hidden neuron 1 | 1 · 0.5 + 2 · 0.25 + 0.5 = 1.5 | 1.5 |
# | hidden neuron 2 | 1 · (−1) + 2 · 0.5 − 0.5 = −0.5 | 0 |
# | output | 1.5 · 0.4 + 0 · (−0.6) + 0.2 = 0.8 | none: it is the logit |

# %% [markdown]
# ### Exercise `network_forward` · 20 minutes · medium ●●○
#
# **Takes** `X` (N, D) and `params`, a list of `(W, b)`, of any length from 1.
#
# **Returns** `(logits, cache)`. The logits are the last layer's $Z$, of shape (N, C). The `cache`
# is a list with one pair `(A_in, Z)` per layer, the last one included: what went into the layer,
# and its weighted sums before any ReLU. In lesson 04 the way back needs both.
#
# **By hand:** for the network above, `logits` is `[[0.8]]`, and `cache` is `[(X, [[1.5, -0.5]]),
# ([[1.5, 0]], [[0.8]])]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# One variable holds what goes into the next layer; at first it is X. One loop over `params` will
# do. At which moment is the pair for the cache complete?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three things happen in each round: the weighted sums, the entry for the cache, the input of the
# next layer. Order them so that the cache gets what came in, and so that after the loop the last
# weighted sums are still at hand, untouched by any ReLU. You may call `dense_forward` and `relu`.
#
# </details>


# %%
def network_forward(X, params):
    """Logits (N, C) of a network for X (N, D), and a cache of (A_in, Z) per layer."""
    ### BEGIN SOLUTION
    A, cache = X, []
    for W, b in params:
        Z = dense_forward(A, W, b)
        cache.append((A, Z))
        A = relu(Z)
    return Z, cache
    ### END SOLUTION


# %%
check(network_forward)

# %% [markdown]
# The same loop runs two layers or two hundred. The large networks of today have other kinds of
# layers as well, but their forward pass is still this: a layer, an activation, the next layer.
#
# How do the shapes change on the way through the network for the spirals? Only N stays. Say the
# four shapes before you run the cell.

# %%
with unfinished():
    spiral_params = datasets.spiral_network()
    logits, cache = network_forward(X, spiral_params)
    for number, (A_in, Z) in enumerate(cache, 1):
        print(f"layer {number}: {A_in.shape} becomes {Z.shape}")

# %% [markdown]
# ## 7 What does the output mean?
#
# For each example the network gives C logits, one per class: any numbers, of either sign. The
# largest is the network's answer. But how sure is it?
#
# We would like numbers that are positive and add up to 1, like probabilities. $e^z$ is always
# positive and grows with $z$; dividing by the sum does the rest. That is **softmax**, for $Z$ of
# shape (N, C) and $P$ of the same shape:
#
# $$P_{nc} = \frac{e^{Z_{nc}}}{\sum_{j=1}^{C} e^{Z_{nj}}}$$
#
# Each row is an example and has its own sum.
#
# **By hand.** The row (0, ln 3) has the exponentials 1 and 3. Their sum is 4, so the row becomes
# (0.25, 0.75).

# %% [markdown]
# $e^{1000}$ does not fit into a float, as we saw. Softmax has an elegant way around it. Subtract
# the same number $m$ from a whole row:
#
# $$\frac{e^{z_c - m}}{\sum_j e^{z_j - m}} = \frac{e^{-m}\, e^{z_c}}{e^{-m} \sum_j e^{z_j}} =
# \frac{e^{z_c}}{\sum_j e^{z_j}}$$
#
# Nothing changes: softmax only sees the **differences** between the logits of a row. So we are free
# to choose $m$, and the best choice is the largest logit of the row. Then the largest exponent is 0
# and nothing overflows. The exponential of a very negative number may become 0, and that is right:
# its share of the sum is too small to be seen.
#
# Each row needs its own maximum. Why would one maximum for all rows not do? Think of two rows: 0
# and 1 in the first, 1000 and 1001 in the second.

# %% [markdown]
# ### Exercise `softmax` · 15 minutes · medium ●●○
#
# **Takes** `Z` (N, C). **Returns** `P` (N, C), a new array: no entry negative, each row with sum 1.
# Finite for entries of ±1000, in the same row or in different ones. `Z` stays as it is.
#
# **By hand:** `[[0, ln 3], [1000, 1000]]` becomes `[[0.25, 0.75], [0.5, 0.5]]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Sum and maximum are taken within a row: which axis disappears? And what shape must they have so
# that broadcasting pairs each with its own row?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three steps: subtract each row's maximum, take the exponential, divide each row by its sum. Lesson
# 00 showed the argument that keeps the axis, so that (N, C) meets (N, 1). Mind that `-=` would
# write into the array you were given.
#
# </details>


# %%
def softmax(Z):
    """Probabilities (N, C) for logits Z (N, C): each row sums to 1; finite for every finite Z."""
    ### BEGIN SOLUTION
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check(softmax)

# %% [markdown]
# Of the rows (0, 1) and (1000, 1001) the first would have drowned: with 1001 as everybody's maximum
# it becomes $e^{-1001}$ and $e^{-1000}$. Both are 0 in a float, and 0 / 0 is nan.
#
# Another network has looked at a photograph and gives cat 2, dog 1 and horse −1. The dog has half
# the logit of the cat. Does it get half the probability?

# %% tags=["demo"]
figures.softmax_bars(softmax, [2, 1, -1], ["cat", "dog", "horse"])

# %% [markdown]
# No: 0.259 against 0.705. A ratio of probabilities is $e$ to the power of a **difference** of
# logits, here $e^{2-1} = 2.72$. Add 5 to all three logits, and nothing changes. Multiply them by 5,
# and the cat gets 0.993.
#
# Two warnings. Softmax never gives exactly 0 or 1 on paper, however bad an alternative is. And
# these probabilities say how sure the network **is**, which may differ from how often it is right.
# A network that was trained badly, or that sees something it has never met, can be very sure and
# wrong.

# %% [markdown]
# ## 8 Two spirals
#
# Now the parts come together. `datasets.spiral_network()` gave us 74 numbers, rounded to two
# decimals; where such numbers come from is what the next lessons find out. Here is the first layer:
# six columns, six neurons, six lines.
#
# `network_forward` makes logits, `softmax` makes probabilities. The first three points of our data
# belong to the classes 1, 0 and 1. Does the network agree, and how sure is it?

# %%
with unfinished():
    W1, b1 = spiral_params[0]
    print("W1:", W1, "b1:", b1, sep="\n")
    P = softmax(network_forward(X[:3], spiral_params)[0])
    for point, label, row in zip(X[:3], y[:3], P, strict=True):
        print(f"point {point.round(2)}: class {label}, probabilities {row[0]:.4f} and {row[1]:.4f}")

# %% [markdown]
# Three out of three, each with more than 99.8 % for its own class. And the other 297?
#
# The next cell asks your functions at 57,600 places in the plane and tints each by the class that
# wins. It asks twice: with the ReLU between the layers, and with the very same 74 numbers but no
# ReLU. What will the right-hand picture look like, and about how many points will it get right?


# %% tags=["demo"]
def with_relu(X):
    return network_forward(X, spiral_params)[0]


def without_relu(X):
    A = X
    for W, b in spiral_params:
        A = dense_forward(A, W, b)
    return A


figures.decision_regions({"with ReLU": with_relu, "without": without_relu}, X, y)

# %% [markdown]
# With ReLU every point lies in its own region, and the boundary follows the spirals in straight
# pieces with corners. Without ReLU the three layers collapse into one, as section 5 promised. One
# straight line is left, it even misses the points, and half of them are wrong.
#
# How do twelve neurons do it? The `cache` holds what each of them computes. For every hidden neuron
# the next figure shows the plane: white where it is silent, darker where it is louder, with a line
# where its weighted sum is 0. The upper row is the first layer.
#
# What shape do the lines have in the upper row, what shape in the lower one? And one neuron of the
# first layer has no line in the picture at all: what does it contribute?

# %% tags=["demo"]
figures.hidden_neurons(network_forward, spiral_params, X, y)

# %% [markdown]
# The first layer can only draw straight lines. A neuron of the second layer adds up kinked pieces,
# so its line is bent: a hook, an angle, or a closed patch around the center, as in 2.5 and 2.6. The
# last layer weighs six such shapes and adds them up. Where its two logits are equal, there is the
# boundary between the classes, and it winds between the spirals.
#
# Neuron 1.6 is on everywhere in the picture. There its ReLU does nothing, and it passes a plain
# slope on to the next layer.
#
# This is what depth buys. Each layer builds its shapes from those of the layer before: lines become
# hooks, and hooks become spirals.

# %% [markdown]
# ## Summary
#
# - A neuron computes $z = x \cdot w + b$; its line $z = 0$ cuts the plane in two.
# - A layer is $Z = XW + b$: rows are examples, columns of $W$ are neurons.
# - Without activations all layers collapse into one. ReLU gives each neuron a kink to build with.
# - A network is a loop over `(W, b)`; its cache remembers what went into each layer.
# - Softmax turns logits into probabilities, and sees only differences of logits.
#
# We were handed the 74 numbers. To find such numbers ourselves we first need to say how wrong a
# network is, in one number. That is lesson 02, the loss.

# %% [markdown]
# ## Questions to think about
#
# 1. In the last layer of the spiral network the two columns of $W$ are each other's negatives. How
#    many logits would have been enough?
# 2. Someone doubles all logits of a network. Which answers change, and which probabilities?
# 3. Double the weights and biases of the first hidden layer and halve the weights of the next. What
#    happens to the logits? Would it be the same with sigmoids?
# 4. We sum and take the maximum over axis 1 in softmax. What would axis 0 mean?
# 5. All weights and biases of a network are 0. What does it say about a photograph of a cat?

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. One. Its logits are $z$ and $-z$, and softmax gives $e^z / (e^z + e^{-z}) = \sigma(2z)$. Two
#    classes need one logit and a sigmoid.
# 2. No answer changes, for the largest stays the largest. In each row the largest probability grows
#    and the smallest shrinks, except where all logits of the row are equal.
# 3. Nothing, since relu(2z) = 2 relu(z). Sigmoids do not scale like that, so the logits would
#    change.
# 4. The examples of a batch would compete with one another for each class, and an example's answer
#    would depend on its neighbors.
# 5. All logits are 0, so every class gets the probability 1/C.
#
# </details>

# %% [markdown]
# ### Further reading
#
# - M. Nielsen, *Neural Networks and Deep Learning*, Determination Press, 2015, chapters 1 and 4,
#   [neuralnetworksanddeeplearning.com](http://neuralnetworksanddeeplearning.com). Chapter 4 shows
#   in pictures how hidden neurons build any function.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, chapter 6,
#   [deeplearningbook.org](https://www.deeplearningbook.org).
# - G. Cybenko, Approximation by superpositions of a sigmoidal function, *Mathematics of Control,
#   Signals, and Systems* 2, 303–314, 1989. The proof for sigmoids.
# - M. Leshno, V. Lin, A. Pinkus, S. Schocken, Multilayer feedforward networks with a nonpolynomial
#   activation function can approximate any function, *Neural Networks* 6, 861–867, 1993. The proof
#   that covers ReLU.
# - G. Montúfar, R. Pascanu, K. Cho, Y. Bengio, On the number of linear regions of deep neural
#   networks, *Advances in Neural Information Processing Systems* 27, 2014. How kinks multiply with
#   depth.
