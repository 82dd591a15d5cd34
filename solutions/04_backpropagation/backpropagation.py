# %% [markdown]
# # 04 Backpropagation
#
# A network has answered, and the loss says how wrong the answer was. This lesson finds out, for
# every weight at once, which way it should move.
#
# **You will be able to**
# - say in plain words how an error travels from the output back to the input,
# - derive and write the backward pass of a dense layer, of two losses and of a whole network,
# - test any gradient against numerical differentiation, and find planted bugs with that test,
# - measure how strongly each layer hears the error, and explain why early layers can fall asleep.
#
# **Time:** about two and a half hours. **You need:** the forward pass (lesson 01), cross-entropy
# (lesson 02), the chain rule and relative error (lesson 03). Whatever earlier lessons asked you to
# write comes from `nnlib` here, so that an old mistake does not follow you.

# %% tags=["setup"]
import itertools
import time

import numpy as np
from IPython.display import display

from nnlib import figures
from nnlib.autograd import graph_backward
from nnlib.checking import check, unfinished
from nnlib.functional import (
    dense_forward,
    mean_squared_error,
    network_forward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_cross_entropy,
)
from nnlib.gradcheck import numerical_gradient, relative_error

# %% [markdown]
# ## 1 Who is to blame?
#
# The loss is one number, and thousands of weights made it. Which of them is to blame, and by how
# much? In lesson 03 we asked each weight by nudging it, at the price of two forward passes per
# weight. For a million weights that makes two million passes, for a single step of learning.
#
# Backpropagation asks all weights in one sweep. The **output hears the error first**. Each of its
# weights takes its share of the blame, and each neuron of the layer below is told what it did to
# the output, in proportion to the weight between them. That layer does the same with the layer
# below it. It is a chain reaction that starts at the output and ends at the input.
#
# Let us watch it once with pencil and paper, before any code.

# %% [markdown]
# ### Forward, by hand
#
# Two inputs, two hidden neurons with ReLU, one output without activation; the loss is the squared
# error. The input is $x = (1, 2)$, the target is 2. Rows of $W$ belong to inputs, columns to
# neurons:
#
# $$W_1 = \begin{pmatrix} 0.5 & -1 \\ 0.25 & 0.5 \end{pmatrix} \quad b_1 = (0.5,\ -0.5) \qquad W_2
# = \begin{pmatrix} 0.4 \\ -0.6 \end{pmatrix} \quad b_2 = (0.2)$$
#
# | | weighted sum | after ReLU |
# |---|---|---|
# | hidden neuron 1 | 1 · 0.5 + 2 · 0.25 + 0.5 = 1.5 | 1.5 |
# | hidden neuron 2 | 1 · (−1) + 2 · 0.5 − 0.5 = −0.5 | 0 |
# | output | 1.5 · 0.4 + 0 · (−0.6) + 0.2 = 0.8 | |
#
# The loss is (0.8 − 2)² = 1.44.
#
# Decide before you read on: the output is too low. Should the weight 0.4 grow or shrink? And which
# of the two hidden neurons will pass anything on to its own weights?

# %% [markdown]
# ### Backward, by hand
#
# **The output hears first.** The slope of $(p - 2)^2$ at $p = 0.8$ is 2 · (0.8 − 2) = −2.4: more
# output means less loss.
#
# **Its weights** are blamed for what came in: 1.5 · (−2.4) = −3.6 and 0 · (−2.4) = 0. The bias
# came in with a 1: −2.4.
#
# **The hidden neurons** are told, in proportion to their weights: 0.4 · (−2.4) = −0.96 and −0.6 ·
# (−2.4) = 1.44.
#
# **The gates.** Neuron 1 was on, so −0.96 passes its ReLU. Neuron 2 was off: nothing passes,
# although it was told more.
#
# **Their weights** are blamed for what came in, 1 and 2:
#
# | | from input 1 | from input 2 | bias |
# |---|---|---|---|
# | neuron 1 | 1 · (−0.96) = −0.96 | 2 · (−0.96) = −1.92 | −0.96 |
# | neuron 2 | 0 | 0 | 0 |
#
# All nine slopes are negative or zero: where a weight matters, it should grow.

# %% [markdown]
# ### One step, by hand
#
# Each weight moves against its slope, by 0.05 times the slope (lesson 05 gives that number a name):
#
# | | old | slope | new |
# |---|---|---|---|
# | $W_2$, neuron 1 | 0.4 | −3.6 | 0.58 |
# | $b_2$ | 0.2 | −2.4 | 0.32 |
# | $W_1$, input 1 to neuron 1 | 0.5 | −0.96 | 0.548 |
# | $W_1$, input 2 to neuron 1 | 0.25 | −1.92 | 0.346 |
# | $b_1$, neuron 1 | 0.5 | −0.96 | 0.548 |
#
# Forward once more: neuron 1 gives 0.548 + 2 · 0.346 + 0.548 = 1.788, the output is 1.788 · 0.58 +
# 0.32 = 1.35704, and the loss falls from 1.44 to 0.64296² = 0.4134.
#
# Lesson 03's `graph_backward` gives the same slopes. Where do you find the blame that neuron 2 was
# told, and where does it end?

# %% tags=["demo"]
names = ["x1", "x2", "z1", "z2", "a1", "a2", "p", "loss"]
parents = [(), (), (0, 1), (0, 1), (2,), (3,), (4, 5), (6,)]
values = [1, 2, 1.5, -0.5, 1.5, 0, 0.8, 1.44]
local_grads = [(), (), (0.5, 0.25), (-1, 0.5), (1,), (0,), (0.4, -0.6), (2 * (0.8 - 2),)]
figures.computation_graph(names, parents, values, graph_backward(parents, local_grads))

# %% [markdown]
# ## 2 A whole layer at once
#
# With 64 examples and 100 neurons, blame by hand is out of the question. Can a layer do it in
# three lines, however large it is?
#
# The layer computes $Z = XW + b$ with $X$ of shape (N, D), $W$ (D, H), $b$ (H,) and $Z$ (N, H).
# From above arrives `dZ` (N, H): the derivative of the loss with respect to each entry of $Z$. We
# ask, as in lesson 03, along which paths something reaches $Z$, multiply along each path and add
# over the paths.
#
# - $W_{dh}$ enters $Z_{nh}$ of **every example** $n$, multiplied by $X_{nd}$: $\quad dW_{dh} =
#   \sum_n X_{nd}\, dZ_{nh}$
# - $b_h$ enters $Z_{nh}$ of **every example**, with slope 1: $\quad db_h = \sum_n dZ_{nh}$
# - $X_{nd}$ enters $Z_{nh}$ of **every neuron** $h$, multiplied by $W_{dh}$: $\quad dX_{nd} =
#   \sum_h dZ_{nh}\, W_{dh}$

# %% [markdown]
# A sum over a shared index is a matrix product, and the shapes say which one. $dW$ must have the
# shape of $W$, (D, H), and it sums over $n$. So the index $n$ has to stand inside: (D, N) times
# (N, H), and (D, N) is the shape of $X$ **transposed**: rows become columns, and entry $(i, j)$
# goes to $(j, i)$. NumPy writes it `X.T`, formulas $X^\top$.
#
# The sums over $n$ are there because all examples share one $W$ and one $b$: the blame of the
# whole batch lands on the same numbers. No $1/N$ appears; it is inside `dZ` already, for it lives
# in the loss.
#
# Which row meets which column? The hatched entry is made of the marked ones:

# %% tags=["demo"]
figures.backward_shapes(N=4, D=3, H=2)

# %% [markdown]
# ### Exercise `dense_backward` · 15 minutes · medium ●●○
#
# **Takes** `dZ` (N, H), the derivative of the loss with respect to $Z$; `X` (N, D), what went into
# the layer; `W` (D, H).
#
# **Returns** `(dX, dW, db)` of shapes (N, D), (D, H), (H,). Three lines will do.
#
# **By hand:** our output layer had `dZ = [[-2.4]]`, `X = [[1.5, 0]]` and `W = [[0.4], [-0.6]]`.
# That gives `dX = [[-0.96, 1.44]]`, `dW = [[-3.6], [0]]` and `db = [-2.4]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Write the shapes of the three arguments on paper, and under them the shape of each result. Which
# of the arguments must be turned so that the shapes meet?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The index that disappears is the one that is summed over: the neuron for dX, the example for dW
# and for db. For db there is nothing to multiply by.
#
# </details>


# %%
def dense_backward(dZ, X, W):
    """Derivatives of the loss with respect to a dense layer's X (N, D), W (D, H) and b (H,)."""
    ### BEGIN SOLUTION
    dX = dZ @ W.T
    dW = X.T @ dZ
    db = dZ.sum(axis=0)
    return dX, dW, db
    ### END SOLUTION


# %%
check(dense_backward)

# %% [markdown]
# Notice what these lines do not need: they know nothing of the loss, of the layers above or of the
# activation. A layer needs its own `X` and `W`, and what it is told from above. That is why the
# method scales to any depth.
#
# The numbers of our hand calculation, output layer first, then the hidden layer behind its gates:

# %%
with unfinished():
    x, hidden = np.array([[1.0, 2.0]]), np.array([[1.5, 0.0]])
    W1, W2 = np.array([[0.5, -1.0], [0.25, 0.5]]), np.array([[0.4], [-0.6]])
    dA, dW2, db2 = dense_backward(np.array([[-2.4]]), hidden, W2)
    dZ1 = relu_backward(dA, np.array([[1.5, -0.5]]))
    _, dW1, db1 = dense_backward(dZ1, x, W1)
    print("told to the hidden neurons:", dA)
    print("after their gates:         ", dZ1)
    print("dW1, row by row:           ", *dW1)

# %% [markdown]
# ## 3 Where does the error begin?
#
# A layer passes on what it is told. But who tells the last layer? The loss does. How loud is it
# for each logit?
#
# For one example with logits $z$ and label $k$, cross-entropy is
#
# $$L = -\ln p_k = -z_k + \ln \sum_j e^{z_j}$$
#
# The slope of the first term is −1 for $z_k$ and 0 for the others. The slope of the logarithm is
# one over the sum, times $e^{z_j}$: that is $p_j$, the softmax. Together
#
# $$\frac{\partial L}{\partial z_j} = p_j - [\,j = k\,]$$
#
# where $[\,j = k\,]$ is 1 for the label's class and 0 for every other. Over a batch the loss is a
# mean, so every slope is divided by N: $(P - Y)/N$, where $P$ and $Y$ are (N, C) and each row of
# $Y$ holds a single 1, at the label.

# %% [markdown]
# ### Exercise `softmax_cross_entropy_backward` · 10 minutes · medium ●●○
#
# **Takes** `logits` (N, C) and integer labels `y` (N,). **Returns** `dlogits` (N, C), the
# derivative of the mean cross-entropy. Finite for logits of ±1000. Neither argument changes.
#
# **By hand:** logits `[[0, ln 3]]` have probabilities `[[0.25, 0.75]]`. With label 0 the answer is
# `[[-0.75, 0.75]]`; with N = 2 examples each row would be half of that.
#
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 01's softmax is imported and already safe for large logits. What is left is to change one
# entry per row, and a division.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# To pick one entry from each row you need two indices, the rows 0 … N−1 and the labels, side by
# side. A colon in place of the first would pick whole columns.
#
# </details>


# %%
def softmax_cross_entropy_backward(logits, y):
    """Derivative of the mean cross-entropy with respect to logits (N, C), for labels y (N,)."""
    ### BEGIN SOLUTION
    dlogits = softmax(logits)
    dlogits[np.arange(len(y)), y] -= 1
    return dlogits / len(y)
    ### END SOLUTION


# %%
check(softmax_cross_entropy_backward)

# %% [markdown]
# A picture with three logits, 2, 1 and −1, where the right answer is the dog. Before you run the
# cell: which of the three logits hears the loudest error, and with which sign?

# %% tags=["demo"]
figures.where_the_error_begins(
    softmax_cross_entropy_backward, softmax, [2, 1, -1], label=1, classes=["cat", "dog", "horse"]
)

# %% [markdown]
# Every wrong class is pushed down by as much as it was believed, and the right one is pushed up by
# as much as it was not. The slopes add up to 0: what one class gains the others lose. A network
# that is sure and right hears almost nothing, and one that is sure and wrong hears an error close
# to 1.
#
# With two classes and one logit the calculation is the same. From lesson 02, the loss of one
# example is $\ln(1 + e^z) - y z$. Its slope is $\sigma(z) - y$, probability minus label again,
# and over a batch it is divided by N. Even the squared error of section 1 began in this way, with
# prediction minus target, times 2.

# %% [markdown]
# ### Exercise `binary_cross_entropy_backward` · 5 minutes · easy ●○○
#
# **Takes** `logits` (N,) and labels `y` (N,) of 0 and 1. **Returns** `dlogits` (N,), the
# derivative of the mean binary cross-entropy.
#
# **By hand:** logits `[0, ln 3]` have probabilities `[0.5, 0.75]`. With `y = [1, 0]` the answer is
# `[-0.25, 0.375]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# The two formulas of this section have the same form; only the function that makes probabilities
# differs.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Prediction minus truth, shared among the examples of the batch.
#
# </details>


# %%
def binary_cross_entropy_backward(logits, y):
    """Derivative of the mean binary cross-entropy with respect to logits (N,), for y (N,)."""
    ### BEGIN SOLUTION
    return (sigmoid(logits) - y) / len(y)
    ### END SOLUTION


# %%
check(binary_cross_entropy_backward)

# %% [markdown]
# ## 4 The whole network
#
# Now the chain reaction itself. What does each layer have to remember from the forward pass, so
# that it can answer when the error arrives?
#
# Lesson 01's `network_forward` returns a cache with `(A_in, Z)` per layer. `A_in` is what went
# into the layer: its weights are blamed by it. `Z` is what came out before the ReLU: it says which
# gates were open. The third thing, `W`, stands in `params`.
#
# With layers numbered $1 … L$, start at the top with $dZ^{(L)}$ = `dlogits`, since nothing follows
# the last layer. Then for $\ell = L, …, 1$:
#
# 1. `dense_backward` of layer $\ell$ turns $dZ^{(\ell)}$ into $dW^{(\ell)}$, $db^{(\ell)}$ and the
#    derivative at its input;
# 2. if there is a layer below, its ReLU lets through what its gates allow: `relu_backward` with
#    $Z^{(\ell-1)}$ gives $dZ^{(\ell-1)}$.
#
# In the picture the error enters from the right. How many ReLUs does it pass?

# %% tags=["demo"]
figures.network_diagram([3, 5, 4, 2])

# %% [markdown]
# Two: three dense layers have two ReLUs between them. There is none behind the last layer, and
# none before the first.
#
# ### Exercise `network_backward` · 25 minutes · hard ●●●
#
# **Takes** `dlogits` (N, C); `cache`, a list of `(A_in, Z)` per layer; `params`, a list of `(W,
# b)` per layer. Both lists begin with the first layer, and there may be one layer or many.
#
# **Returns** `grads`, a list of `(dW, db)` in the order of `params`.
#
# **By hand:** section 1 is a complete example; the cell after the check compares your numbers with
# it.
#
# <details><summary>Hint 1: where to look</summary>
#
# Go through the layers from the last to the first. At each one, ask which Z belongs to the ReLU
# that the error meets next: it is not the Z of the layer you are standing in.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# One variable holds the derivative at the current layer's Z. Each round uses it three times,
# stores two results and replaces it. What was collected from last to first must be turned round at
# the end.
#
# </details>


# %%
def network_backward(dlogits, cache, params):
    """Gradients (dW, db) of every layer, first layer first, for the cache of network_forward."""
    ### BEGIN SOLUTION
    grads = []
    dZ = dlogits
    for layer in reversed(range(len(params))):
        A_in, _ = cache[layer]
        W, _ = params[layer]
        dA, dW, db = dense_backward(dZ, A_in, W)
        grads.append((dW, db))
        if layer > 0:
            dZ = relu_backward(dA, cache[layer - 1][1])
    return grads[::-1]
    ### END SOLUTION


# %%
check(network_backward)

# %% [markdown]
# Does it agree with pencil and paper, to the last digit? Forward, loss, backward and one step for
# the network of section 1:

# %%
x, target = np.array([[1.0, 2.0]]), np.array([[2.0]])
params = [
    (np.array([[0.5, -1.0], [0.25, 0.5]]), np.array([0.5, -0.5])),
    (np.array([[0.4], [-0.6]]), np.array([0.2])),
]
with unfinished():
    p, cache = network_forward(x, params)
    grads = network_backward(2 * (p - target), cache, params)
    updated = [
        (W - 0.05 * dW, b - 0.05 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]
    p_new, _ = network_forward(x, updated)
    print(f"output {p.item():.1f}, loss {mean_squared_error(p, target):.2f}")
    for layer in (1, 0):
        dW, db = grads[layer]
        print(f"layer {layer + 1}: dW {dW.round(2).tolist()}, db {db.round(2).tolist()}")
    print("new W1", updated[0][0].round(3).tolist(), "b1", updated[0][1].round(3).tolist())
    print("new W2", updated[1][0].round(2).tolist(), "b2", updated[1][1].round(2).tolist())
    print(f"output {p_new.item():.5f}, loss {mean_squared_error(p_new, target):.4f}")

# %% [markdown]
# ## 5 Is it right?
#
# One network agrees. That proves little: a missing transpose can hide in a symmetric matrix, a
# missing sum in a batch of one. How do we test a gradient that nobody worked out by hand?
#
# We ask the function itself, as in lesson 03. Your `df` claims a derivative at $x$; central
# differences measure it there, entry by entry; `relative_error` compares the two. Below $10^{-6}$
# means right. Above it, many entries mean a bug; one or two may also be a kink of ReLU, or a slope
# that drowns in rounding: move the point a little, and measure again.
#
# A test must also say no to what it cannot compare. A nan, an inf or an array of the wrong shape
# is not a small error: NumPy would stretch (5, 1) against (5,) without a word.
#
# ### Exercise `gradient_check` · 10 minutes · medium ●●○
#
# **Takes** `f`, a function from an array to a number; `x`, an array; `df`, a function from an
# array to the claimed derivative; the step `h`.

# %% [markdown]
# **Returns** one number, the largest relative error of `df(x)` against central differences of `f`
# at `x` with step `h`. It is `inf` where `df(x)` has another shape than `x`, and where a nan or an
# inf turns up on either side. `x` keeps its values.
#
# **By hand:** for $f(x) = \sum x_i^2$ at $x = (1, -3)$ and the claim $df(x) = 2x$ the answer lies
# below $10^{-6}$. For the wrong claim $df(x) = x$ it is $|1 - 2| / (1 + 2) = 0.3333$.
#
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 03's `numerical_gradient` and `relative_error` are imported. Which of the bad cases does
# `relative_error` turn into inf by itself, and which must be caught before?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# First the shape, then the numbers. A nan passes through every calculation and comes out at the
# end; a shape is changed on the way, or stops the program.
#
# </details>


# %%
def gradient_check(f, x, df, h=1e-5):
    """Largest relative error of df(x) against central differences of f; inf for unusable ones."""
    ### BEGIN SOLUTION
    claimed = df(x)
    if np.shape(claimed) != np.shape(x):
        return np.inf
    return relative_error(claimed, numerical_gradient(f, x, h))
    ### END SOLUTION


# %%
check(gradient_check)

# %% [markdown]
# Now put your network to the test. The next cell nudges one array of a network, a `W` or a `b`,
# and compares. It takes any backward function, so that we can use it on a broken one later.


# %%
def array_error(backward, X, y, params, layer, which):
    """Gradient-check one array of a network: W (which = 0) or b (which = 1) of a layer."""

    def network_with(value):
        changed = [list(pair) for pair in params]
        changed[layer][which] = value
        return changed

    def loss(value):
        return softmax_cross_entropy(network_forward(X, network_with(value))[0], y)

    def gradient(value):
        logits, cache = network_forward(X, network_with(value))
        dlogits = softmax_cross_entropy_backward(logits, y)
        return backward(dlogits, cache, network_with(value))[layer][which]

    return gradient_check(loss, params[layer][which], gradient)


# %%
def report(backward):
    """Print what the gradient check says of every layer, in the order of backpropagation."""
    rng = np.random.default_rng(30)
    X, y = rng.normal(size=(6, 3)), np.array([0, 1, 1, 0, 1, 1])
    params = [(rng.normal(size=(D, H)), rng.normal(size=H)) for D, H in [(3, 5), (5, 4), (4, 2)]]
    for layer in (2, 1, 0):
        found = []
        for which, name in enumerate(("dW", "db")):
            error = array_error(backward, X, y, params, layer, which)
            found.append(f"{name} {'right' if error < 1e-6 else f'WRONG, error {error:.2f}'}")
        print(f"layer {layer + 1}:  {found[0]:24}{found[1]}")


with unfinished():
    report(network_backward)

# %% [markdown]
# ### What does it cost?
#
# If numerical differentiation is so reliable, why not learn with it? Guess first: for a network
# with 20 inputs, 30 and 10 hidden neurons and 3 outputs, how many forward passes does one gradient
# cost by nudging, and how many by backpropagation?

# %%
pairs = list(itertools.pairwise((20, 30, 10, 3)))
parameters = sum(D * H + H for D, H in pairs)
forward = sum(D * H for D, H in pairs)  # multiplications per example
backward = forward + sum(D * H for D, H in pairs[1:])  # dW in all layers, dX in all but the first
print(f"{parameters} parameters: nudging takes {2 * parameters} forward passes")
print(f"a backward pass multiplies {backward / forward:.2f} times as often as a forward pass")

# %% [markdown]
# A forward pass and a backward pass together cost as much as 2.35 forward passes, and in deeper
# networks close to 3; nudging costs 1946. With a million parameters it is about 3 against two
# million. That ratio is what makes it possible to train large networks.
#
# Is the count honest? We measure both on the same network and a batch of 16:

# %% tags=["demo"]
rng = np.random.default_rng(8)
params = [(rng.normal(size=(D, H)), np.zeros(H)) for D, H in pairs]
X, y = rng.normal(size=(16, 20)), rng.integers(3, size=16)


def by_nudging():
    for layer, which in itertools.product(range(3), range(2)):

        def loss(value, layer=layer, which=which):
            changed = [list(pair) for pair in params]
            changed[layer][which] = value
            return softmax_cross_entropy(network_forward(X, changed)[0], y)

        numerical_gradient(loss, params[layer][which])


def by_backpropagation():
    logits, cache = network_forward(X, params)
    network_backward(softmax_cross_entropy_backward(logits, y), cache, params)


# %% tags=["demo"]
def seconds(function, times):
    """The shortest of several runs: the least disturbed one."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return min(durations)


with unfinished():
    ratio = seconds(by_nudging, 1) / seconds(by_backpropagation, 20)
    more = "more" if ratio > 100 else "not more"
    print(f"nudging takes {more} than 100 times as long as one pass forward and backward")

# %% [markdown]
# ## 6 Debugging: three planted bugs
#
# A wrong gradient rarely crashes. Often the network still learns, only worse, and nobody sees why.
# So how do we find a bug that makes no noise?
#
# 1. **Check every array**, as `report` does, on a small network with sizes that are all different.
# 2. **Read the report in the order of backpropagation**, last layer first. An error travels down
#    with the blame, so the first wrong line stands next to a bug; lines below it may be innocent.
# 3. **Look at the pattern.** The same error in every line: a factor. db right and dW wrong: what
#    was multiplied in? A layer all right and all below it wrong: the step down between them.
# 4. **Mend one bug, run the report again**, and only then look for the next.
#
# In the next cell stands a `network_backward` with three bugs. It runs, and its shapes are right.

# %% [markdown]
# ### Exercise `repair_backward` · 20 minutes · hard ●●●
#
# **Takes and returns** what `network_backward` does. The code below is wrong in three places;
# three small changes repair it. Points are given when all three are repaired.
#
# **Before you change anything,** run the cell and the report below it, and write down what each
# line tells you.
#
# <details><summary>Hint 1: where to look</summary>
#
# The report uses a batch of 6. If one factor is wrong everywhere in an array, the right value a
# and the wrong value k·a have the relative error |1 − k| / (1 + k). Which k gives the 0.71 that
# you see in the db of the last layer?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Ask three questions of the code, each with the forward pass at hand: what did this layer receive?
# Over the batch, is blame added or averaged? What decides whether a ReLU lets the error through?
#
# </details>


# %%
def repair_backward(dlogits, cache, params):
    """Gradients (dW, db) of every layer, first layer first: find the three bugs."""
    ### BEGIN SOLUTION
    grads = []
    dZ = dlogits
    for layer in reversed(range(len(params))):
        X = cache[layer][0]
        dW = X.T @ dZ
        db = dZ.sum(axis=0)
        grads.append((dW, db))
        if layer > 0:
            W, _ = params[layer]
            dA = dZ @ W.T
            dZ = dA * (cache[layer - 1][1] > 0)
    return grads[::-1]
    ### END SOLUTION


# %%
with unfinished():
    report(repair_backward)

# %%
check(repair_backward)

# %% [markdown]
# Each of the three bugs is of a common kind: a value taken before the activation instead of after
# it, a factor 1/N that is applied a second time, a gate that looks at the wrong number. How badly
# do they hurt? We trained a network of 2, 16, 16 and 2 neurons on 200 points of two moons, 1,000
# steps at a rate of 0.2, with one bug at a time. The right gradient reaches a loss of 0.002. The
# first bug reaches 0.003: nobody would notice. The second stops at 0.17. The third ends at 0.693,
# which is ln 2: nothing is learned. None of them crashes.
#
# Notice how the report narrowed the search. The last layer depends on nothing but `dlogits` and
# its own input, so its two bugs show there at once. The third bug shows only from the layer below
# on, since it sits in the step down.

# %% [markdown]
# ## 7 How strongly does each layer hear the error?
#
# The blame passes a weight matrix and a gate at every layer. Is as much of it left at the first
# layer as at the last?
#
# We need a number for "how strongly a layer hears". The Frobenius norm of its gradient will do,
# the length of $dW$ read as one long list of numbers:
#
# $$\lVert dW \rVert = \sqrt{\textstyle\sum_{d,h} dW_{dh}^2}$$
#
# ### Exercise `layer_gradient_norms` · 5 minutes · easy ●○○
#
# **Takes** `grads`, a list of `(dW, db)`, first layer first. **Returns** an array of shape (L,),
# the norm of each dW in the same order.
#
# **By hand:** a layer with `dW = [[3, 4]]` has norm 5, whatever its db.
#
# <details><summary>Hint 1: where to look</summary>
#
# The sum runs over all entries of a matrix; check that no axis is left.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Square, add, take the root, once per layer; `np.linalg.norm` does the three in one for a matrix.
#
# </details>


# %%
def layer_gradient_norms(grads):
    """Frobenius norm of each layer's dW, first layer first, shape (L,)."""
    ### BEGIN SOLUTION
    return np.array([np.linalg.norm(dW) for dW, _ in grads])
    ### END SOLUTION


# %%
check(layer_gradient_norms)

# %% [markdown]
# ### An experiment
#
# We build networks of 2, 6 and 12 dense layers, 16 neurons wide, twice each: once with ReLU
# between the layers, once with the sigmoid. Weights and data are the same for both. The blame runs
# back through your `dense_backward`.
#
# Decide before you run it: in the network with 12 layers and sigmoids, how much weaker is the
# first layer's gradient than the last one's? Ten times, a thousand times, more?

# %%
GATES = {"sigmoid": (sigmoid, sigmoid_backward), "ReLU": (relu, relu_backward)}


def reactions(depth, name, width=16, classes=3):
    """Norm of each layer's dW in a network of `depth` dense layers, for 64 random examples."""
    forward, backward = GATES[name]
    rng = np.random.default_rng(0)
    A, y = rng.normal(size=(64, width)), rng.integers(classes, size=64)
    steps, grads = [], []
    for D, H in itertools.pairwise([width] * depth + [classes]):
        W = rng.normal(size=(D, H)) * np.sqrt(2 / D)
        Z = dense_forward(A, W, np.zeros(H))
        steps.append((A, W))
        A = forward(Z)
    dZ = softmax_cross_entropy_backward(Z, y)
    for A_in, W in reversed(steps):
        dA, dW, db = dense_backward(dZ, A_in, W)
        grads.insert(0, (dW, db))
        dZ = backward(dA, A_in)  # ReLU's gate may look at its output: it is above 0 when Z is
    return layer_gradient_norms(grads)


# %% tags=["demo"]
with unfinished():
    heard = {
        f"{name}, {depth} layers": reactions(depth, name) for name in GATES for depth in (2, 6, 12)
    }
    display(figures.layer_reactions(heard))
    for name in GATES:
        norms = heard[f"{name}, 12 layers"]
        print(f"{name}: the last of 12 layers hears {norms[-1] / norms[0]:,.1f} times the first")

# %% [markdown]
# Almost a million. At every layer the sigmoid multiplies the blame by its slope, which is at most
# 1/4. The weights are drawn so that they enlarge a signal by about √2 (lesson 05 says why).
# Together that leaves less than √2 / 4 ≈ 0.35 of it per layer; the experiment left 0.29 of it, and
# 0.29 to the power of 11 is about one in a million.
#
# ReLU's slope is 1 where the gate is open. About half the gates are closed, which shrinks a signal
# by √2, and the weights make up for it. So blame arrives at the first layer almost as strong as it
# started.
#
# That is why the early layers of a deep sigmoid network **fall asleep**: with a step of 0.1 times
# a gradient of a millionth they would need millions of steps to move visibly. Watch the error fade
# on its way through six layers:

# %% tags=["demo"]
with unfinished():
    display(figures.error_flows_back([4] * 6 + [3], reactions(6, "sigmoid", width=4)))

# %% [markdown]
# ## Summary
#
# - The output hears the error first; every layer blames its weights by what came in, and passes
#   blame on in proportion to its weights.
# - A dense layer's backward pass is two products and a sum; shapes decide the transposes, and the
#   sums over the batch are there because all examples share the weights.
# - Cross-entropy starts the chain with (p − y) / N, and this is the only 1/N.
# - One backward pass costs at most about two forward passes, whatever the number of parameters.
#   Numerical differentiation costs two passes per parameter, so it tests and does not train.
# - Every gate scales the blame: sigmoids by at most 1/4, so that early layers of deep networks
#   fall asleep.
#
# Now every weight knows which way it should move. Lesson 05 lets them go.

# %% [markdown]
# ## Questions to think about
#
# 1. Neuron 2 of section 1 was off and got no gradient. Can it ever learn again?
#
#    <details><summary>Answer</summary>
#
#    For this example its weights do not move. Another example may switch it on, and then they
#    do. A neuron that is off for every example of the training set gets no gradient at all and
#    stays as it is: a dead neuron.
#
#    </details>
#
# 2. What happens in the backward pass if all weights of a layer start at 0?
#
#    <details><summary>Answer</summary>
#
#    Blame is passed on in proportion to the weights, so in the first step nothing reaches the
#    layers below. And where all weights of all layers are 0, the neurons of a layer start alike,
#    hear alike and stay alike. Lesson 05 draws the weights at random.
#
#    </details>
#
# 3. Why is the forward pass's cache as large as all activations together?
#
#    <details><summary>Answer</summary>
#
#    Every layer's dW needs what that layer received, for every example. Backpropagation pays for
#    its speed with memory.
#
#    </details>
#
# 4. A layer gives $A + f(A)$ instead of $f(A)$. What becomes of the blame on its way back?
#
#    <details><summary>Answer</summary>
#
#    There is one path more, with slope 1: whatever $f$ lets through, the blame itself arrives
#    below undiminished, and the two are added. Networks of hundreds of layers are built like that;
#    the shortcut is called a residual connection.
#
#    </details>

# %% [markdown]
# ## Further reading
#
# - D. Rumelhart, G. Hinton, R. Williams: *Learning representations by back-propagating errors*.
#   Nature 323, 533–536, 1986. Four pages that made the method known.
# - S. Linnainmaa: *Taylor expansion of the accumulated rounding error*. BIT Numerical Mathematics
#   16, 146–160, 1976. The same idea, earlier and without networks.
# - M. Nielsen: *Neural Networks and Deep Learning*, chapters 2 and 5. Determination Press, 2015.
#   The four equations, and why deep networks are hard to train.
# - X. Glorot, Y. Bengio: *Understanding the difficulty of training deep feedforward neural
#   networks*. Proceedings of AISTATS, 249–256, 2010. The layers' reactions, measured.
# - A. Griewank, A. Walther: *Evaluating Derivatives*, 2nd edition. SIAM, 2008. Why a gradient
#   costs a small multiple of the function, whatever the number of its inputs.
