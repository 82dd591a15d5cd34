# %% [markdown]
# # 05 Gradient descent
#
# Lesson 04 told every weight which way is uphill. In this lesson the network walks the other way,
# one small step after another, until it has learned something.
#
# **You will be able to**
# - explain gradient descent in one and in two dimensions, and say what it cannot see,
# - write the training loop of a neural network, and fit a line with the same idea,
# - start a network so that it can learn, and show why equal or badly scaled weights cannot,
# - choose between single examples, mini-batches and all the data, and say what each costs,
# - read a training curve, and score a network on inputs that it has never seen.
#
# **Time:** about two hours. **You need:** the forward pass (lesson 01), the losses and accuracy
# (lesson 02), the backward pass (lesson 04), and from school the variance and its root, the
# standard deviation. Whatever earlier lessons asked you to write comes from `nnlib` here, so that
# an old mistake does not follow you.

# %% tags=["setup"]
import itertools
import time

import numpy as np
from IPython.display import display

from nnlib import datasets, figures
from nnlib.checking import check, unfinished
from nnlib.functional import (
    accuracy,
    dense_backward,
    dense_forward,
    mean_squared_error,
    network_backward,
    network_forward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

# %% [markdown]
# ## 1 Downhill in the fog
#
# A loss of one parameter is a valley. We stand somewhere on its slope, in thick fog, and feel only
# how steep the ground is under our feet. How do we get to the bottom?
#
# We take a step in the direction in which the ground falls, feel again, and step again. The
# derivative $L'(w)$ is positive where the ground rises to the right, so we go against it:
#
# $$w \leftarrow w - \eta \, L'(w)$$
#
# Here $w$ and $L'(w)$ are numbers, and $\eta$ (eta) is the **learning rate**, a positive number
# that says how far we go for a given slope. In code it is `learning_rate`.

# %% [markdown]
# Take $L(w) = (w - 3)^2$ with slope $2(w - 3)$, start at $w = -1$, and use the rate 0.1:
#
# | | $w$ | loss | slope | step |
# |---|---|---|---|---|
# | start | −1 | 16 | −8 | +0.8 |
# | after 1 step | −0.2 | 10.24 | −6.4 | +0.64 |
# | after 2 steps | 0.44 | 6.5536 | −5.12 | +0.512 |
#
# The steps become shorter, although the rate stays the same: the slope becomes smaller. Nobody has
# to tell the walk that the bottom is near.
#
# The next cell walks ten steps with the rate 0.1, and ten with the rate 0.9. Decide before you run
# it: which walk ends nearer to the bottom?


# %% tags=["demo"]
def walk(slope, w, learning_rate, steps):
    """The places of a descent from w, start first."""
    places = [w]
    for _ in range(steps):
        w = w - learning_rate * slope(w)
        places.append(w)
    return places


walks = {
    f"learning rate {rate}": walk(lambda w: 2 * (w - 3), -1.0, rate, 10) for rate in (0.1, 0.9)
}
for name, places in walks.items():
    print(f"{name}: after ten steps {abs(places[-1] - 3):.4f} away from the bottom")
figures.valley(lambda w: (w - 3) ** 2, walks)

# %% [markdown]
# Neither. Subtract 3 from both sides of a step and you see why:
#
# $$w_\text{new} - 3 = w - 3 - \eta \cdot 2(w - 3) = (1 - 2\eta)(w - 3)$$
#
# Each step multiplies the distance to the bottom by $1 - 2\eta$: by 0.8 at the small rate, by −0.8
# at the large one. The large rate throws us across the valley every time, a little less far than
# before. A rate above 1 throws us farther every time. Lesson 06 is about this one number.
#
# The fog also hides what lies behind the next hill. The loss $w^4/4 - w^2 + 0.3 w + 1.5$ has two
# valleys. Where do two walks with the same rate end, one from −2 and one from 2?


# %% tags=["demo"]
def hilly(w):
    return w**4 / 4 - w**2 + 0.3 * w + 1.5


walks = {f"from {w:+g}": walk(lambda w: w**3 - 2 * w + 0.3, w, 0.05, 60) for w in (-2.0, 2.0)}
for name, places in walks.items():
    print(f"{name}: stops at {places[-1]:.2f} with loss {hilly(places[-1]):.2f}")
figures.valley(hilly, walks)

# %% [markdown]
# Both stop where the ground is level, and the right one stops 0.85 higher. Gradient descent finds
# *a* valley, not the deepest one, and the start decides which. We will start our networks several
# times and look how much it matters.
#
# ## 2 Every parameter takes its step
#
# A network has thousands of parameters. Does each of them need a walk of its own?
#
# No. One backward pass gives the slopes of all parameters at once, and all take their step
# together, in every layer:
#
# $$W \leftarrow W - \eta \, dW \qquad b \leftarrow b - \eta \, db$$
#
# $W$ and $dW$ are (D, H), $b$ and $db$ are (H,). All slopes together are the **gradient**, one
# direction in a space with as many dimensions as there are parameters. In that direction the loss
# rises fastest; in the opposite one it falls fastest.

# %% [markdown]
# ### Exercise `sgd_step` · 5 minutes · easy ●○○
#
# **Takes** `params`, a list of `(W, b)` per layer; `grads`, a list of `(dW, db)` in the same
# order; `learning_rate`, a number.
#
# **Returns** the new parameters, again a list of `(W, b)`. The arrays that were handed in keep
# their values.
#
# **By hand:** one layer with `W = [[1, -2]]` and `b = [0.5, 0]`, gradients `dW = [[4, -1]]` and
# `db = [-3, 2]`, rate 0.1. The new layer is `W = [[0.6, -1.9]]`, `b = [0.8, -0.2]`.
#
# The name stands for *stochastic gradient descent*; section 5 says what is random about it.
#
# <details><summary>Hint 1: where to look</summary>
#
# There are two levels: the layers in the list, and W and b in each layer. `zip` walks through two
# lists side by side.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Build a new list. An operator such as -= writes into the array where it lies, and so into the
# caller's list; an ordinary subtraction makes a new array.
#
# </details>


# %%
def sgd_step(params, grads, learning_rate):
    """The parameters [(W, b), ...] after one step against the gradients [(dW, db), ...]."""
    ### BEGIN SOLUTION
    return [
        (W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]
    ### END SOLUTION


# %%
check(sgd_step)

# %% [markdown]
# Now the walk has two dimensions. We let a weight $w$ and a bias $b$ go down the bowl
# $w^2/2 + 2 b^2$, with the gradient $(w, 4b)$, from (4, 2), at the rate 0.15. The contour lines
# are places of equal loss.
#
# Decide before you run it: does the walk head straight for the lowest place?


# %% tags=["demo"]
def bowl(place):
    return 0.5 * place[0] ** 2 + 2 * place[1] ** 2


with unfinished():
    params, path = [(np.array([[4.0]]), np.array([2.0]))], [(4.0, 2.0)]
    for _ in range(25):
        W, b = params[0]
        params = sgd_step(params, [(W, 4 * b)], 0.15)
        path.append((params[0][0].item(), params[0][1].item()))
    display(figures.loss_landscape(bowl, {"gradient descent": path}, ("w", "b")))
    print(f"after 5 steps  w {path[5][0]:.3f}, b {path[5][1]:.3f}")
    print(f"after 25 steps w {path[25][0]:.3f}, b {path[25][1]:.3f}")

# %% [markdown]
# No. At the start the slope along $b$ is 8 and along $w$ only 4, so the walk first drops into the
# long valley and then follows its floor. The steepest way down is the best way for a tiny step,
# not the shortest way to the bottom.
#
# Each step multiplies $b$ by $1 - 0.15 \cdot 4 = 0.4$ and $w$ by 0.85. The flat direction decides
# how long it takes, and the steep one how large the rate may be. Lesson 06 comes back to this.

# %% [markdown]
# ## 3 A line learns, too
#
# Nothing so far is about neural networks. What does the idea need? A model with parameters, and a
# loss that can be differentiated. A straight line will do:
#
# $$\hat y = Xw + b \qquad L = \frac1N \sum_n (\hat y_n - y_n)^2$$
#
# $X$ is (N, D), $w$ (D,), $b$ a number, $\hat y$ and $y$ are (N,). The slope of $e^2$ is $2e$, so
# the loss tells each prediction $2(\hat y_n - y_n)/N$. The line passes that on as a dense layer
# does in lesson 04: $w$ is blamed by what came in, $b$ came in with a 1.
#
# $$dw = X^\top \, \frac{2(\hat y - y)}{N} \qquad db = \sum_n \frac{2(\hat y_n - y_n)}{N}$$
#
# The shapes are (D, N) times (N,), which makes (D,), and a single number.

# %% [markdown]
# ### Exercise `fit_line` · 10 minutes · medium ●●○
#
# **Takes** `X` (N, D), `y` (N,), `learning_rate`, and the number of `steps`.
#
# **Returns** `(w, b)`, an array of shape (D,) and a number: where gradient descent on the mean
# squared error is after that many steps from `w = 0`, `b = 0`. Every step uses all examples, and
# both gradients are taken before either parameter moves. With 0 steps the start comes back.
#
# **By hand:** `X = [[1], [3]]`, `y = [2, 6]`, rate 0.1. The first errors $\hat y - y$ are −2 and
# −6, so `dw` is −20 and `db` −8: after one step `w = [2]`, `b = 0.8`. Then both errors are 0.8,
# and after two steps `w = [1.68]`, `b = 0.64`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Section 1's `walk` is the loop, with two parameters in place of one. The formulas above fill it.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Compute what the loss tells each prediction once, keep it in a variable of shape (N,), and use it
# for both gradients. A vector of D zeros needs D, which is a size of X.
#
# </details>


# %%
def fit_line(X, y, learning_rate, steps):
    """(w, b) of a line y = X w + b after `steps` steps of gradient descent from zero."""
    ### BEGIN SOLUTION
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        told = 2 * (X @ w + b - y) / len(y)
        w = w - learning_rate * (X.T @ told)
        b = b - learning_rate * told.sum()
    return w, b
    ### END SOLUTION


# %%
check(fit_line)

# %% [markdown]
# Forty points, scattered around a line. On the left the line after 0 to 20 steps of your function,
# on the right the same lines as places on the loss. Guess first: after how many steps do you stop
# seeing a difference?

# %% tags=["demo"]
X_line, y_line = datasets.noisy_line(40, 0, noise=0.6)
display(figures.line_fits(fit_line, X_line, y_line, 0.1, steps=(0, 1, 2, 5, 20)))
with unfinished():
    w, b = fit_line(X_line, y_line, 0.1, 200)
    ones = np.ones(len(y_line))
    best = np.linalg.lstsq(np.column_stack([X_line[:, 0], ones]), y_line, rcond=None)[0]
    for name, line in {"after 200 steps": (w.item(), b), "best line there is": best}.items():
        loss = mean_squared_error(X_line[:, 0] * line[0] + line[1], y_line)
        print(f"{name}: {line[0]:.6f} x {line[1]:+.6f}, loss {loss:.3f}")

# %% [markdown]
# Twenty steps are nearly the end: two hundred lead to the same loss, and to the best line there
# is. For a line there is also a formula that jumps there at once; `lstsq` uses it. For a neural
# network nobody has such a formula, and the walk works all the same.
#
# ## 4 The loop
#
# Training a network goes round in a ring of four boxes. You wrote three of them in lessons 01, 02
# and 04, and the fourth is `sgd_step`. In which of the four does a parameter change?

# %% tags=["demo"]
figures.training_loop()

# %% [markdown]
# Only in the last one. The other three look at the network and leave it as it is.
#
# Our data for the next sections are two moons, 200 points with so much noise that they overlap.

# %% tags=["demo"]
X, y = datasets.moons(200, 0, noise=0.3)
figures.scatter(X, y)

# %% [markdown]
# Once round the loop with a network of 2 inputs, 16 hidden neurons and 2 outputs. Its weights are
# drawn at random; section 7 says how. Does a single step lower the loss?

# %% tags=["demo"]
rng = np.random.default_rng(1)
first = [
    (rng.normal(size=(2, 16)), np.zeros(16)),
    (rng.normal(scale=0.35, size=(16, 2)), np.zeros(2)),
]
with unfinished():
    logits, cache = network_forward(X, first)
    dlogits = softmax_cross_entropy_backward(logits, y)
    second = sgd_step(first, network_backward(dlogits, cache, first), 0.5)
    print(f"before the step: loss {softmax_cross_entropy(logits, y):.4f}")
    print(f"after the step:  loss {softmax_cross_entropy(network_forward(X, second)[0], y):.4f}")

# %% [markdown]
# From 0.90 to 0.44, in one step. Training is nothing but many of them.
#
# ## 5 Which examples?
#
# That step asked all 200 examples. With a million examples, a step would cost a million forward
# and backward passes. Must we ask everybody before every step?
#
# The loss is a mean over the examples, so its gradient is a mean as well, and a mean can be
# estimated from a few examples drawn at random. Such a **mini-batch** of B examples gives a
# gradient that is right on average and noisy each time, for B/N of the price. This is what is
# stochastic, that is random, about SGD.
#
# One pass over all examples is an **epoch**. With N = 200 and batches of 16 it has 13 steps:
# twelve full batches, and a last one with the 8 examples that are left.

# %% [markdown]
# ### Exercise `minibatches` · 10 minutes · medium ●●○
#
# **Takes** `X` (N, D), labels `y` (N,), `batch_size`, and `rng`, a `numpy.random.Generator`.
#
# **Returns** one epoch: a list, or a generator, of pairs `(X_batch, y_batch)` that together hold
# each example exactly once, in a new random order, each label beside its own row. All batches have
# `batch_size` examples, except that the last may have fewer. All randomness comes from `rng`; `X`
# and `y` stay as they are.
#
# **By hand:** 5 examples in batches of 2 make batches of 2, 2 and 1; in batches of 8, one of 5.
#
# <details><summary>Hint 1: where to look</summary>
#
# `rng.permutation(N)` gives the numbers from 0 to N − 1 in random order. An array can be asked for
# several rows at once, `X[[4, 0, 2]]`.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Shuffle row numbers, not rows. Cut the shuffled numbers into pieces, and use each piece twice. A
# slice that reaches beyond the end of an array just ends there.
#
# </details>


# %%
def minibatches(X, y, batch_size, rng):
    """One epoch of pairs (X_batch, y_batch): each example once, in random order."""
    ### BEGIN SOLUTION
    order = rng.permutation(len(y))
    pieces = [order[start : start + batch_size] for start in range(0, len(y), batch_size)]
    return [(X[rows], y[rows]) for rows in pieces]
    ### END SOLUTION


# %%
check(minibatches)

# %% [markdown]
# ## 6 The training loop
#
# Everything is there. What is left is to put it together: for every epoch, for every batch, once
# round the loop.
#
# We also keep a diary. Each batch tells its loss on the way, and an epoch's loss is the mean over
# all its examples. Take care where the last batch is smaller: batches of 2, 2 and 1 examples with
# losses 0.6, 0.4 and 0.1 make $(2 \cdot 0.6 + 2 \cdot 0.4 + 1 \cdot 0.1) / 5 = 0.42$. The mean of
# the three numbers would be 0.367, as if the lonely example counted double.

# %% [markdown]
# ### Exercise `train` · 25 minutes · hard ●●●
#
# **Takes** `X` (N, D); labels `y` (N,) from 0 to C − 1; `params`, the start, a list of `(W, b)`;
# `learning_rate`; `epochs`; `batch_size`; `rng`.
#
# **Returns** `(params, losses)`: the trained parameters, and a list with one loss per epoch. The
# network is `network_forward`, the loss softmax cross-entropy.
#
# - Every epoch takes each example once, in batches of `batch_size` and a last one that may be
#   smaller, in a new order drawn from `rng`.
# - A batch's loss is taken before the batch's own update. An epoch's loss is the mean over its
#   examples.
# - The start that was handed in keeps its values. 0 epochs return it, and an empty list.

# %% [markdown]
# **By hand:** `X = [[0], [1]]`, `y = [0, 1]`, one layer of zeros with `W` (1, 2) and `b` (2,),
# rate 1, batches of 2. All logits are 0, so the first loss is ln 2 = 0.6931. `dlogits` is
# `[[-0.25, 0.25], [0.25, -0.25]]`, so `dW` is `[[0.25, -0.25]]` and `db` is 0. With
# `W = [[-0.25, 0.25]]` the two examples lose ln 2 and $\ln(1 + e^{-0.5})$ = 0.4741: the second
# epoch's loss is 0.5836.
#
# <details><summary>Hint 1: where to look</summary>
#
# Which function is which box of the picture in section 4? Two of them you wrote in this lesson,
# the others are imported; you met all of them in the cell that went once round the loop.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Two loops, one inside the other; each round of the inner one replaces `params`. A mean times the
# number of its examples is a sum again, and sums may be added up.
#
# </details>


# %%
def train(X, y, params, learning_rate, epochs, batch_size, rng):
    """The parameters after `epochs` epochs of mini-batch descent, and each epoch's mean loss."""
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            logits, cache = network_forward(X_batch, params)
            total += softmax_cross_entropy(logits, y_batch) * len(y_batch)
            dlogits = softmax_cross_entropy_backward(logits, y_batch)
            params = sgd_step(params, network_backward(dlogits, cache, params), learning_rate)
        losses.append(total / len(y))
    return params, losses
    ### END SOLUTION


# %%
check(train)

# %% [markdown]
# This is the whole of it. What trains the largest models goes round the same four boxes.
#
# Now the moons, 100 epochs in batches of 20. How many of the 200 points will be on the right side
# of the boundary? (From here on your numbers may differ a little from ours, if your functions draw
# their random numbers in another order.)

# %% tags=["demo"]
with unfinished():
    trained, losses = train(X, y, first, 0.5, 100, 20, np.random.default_rng(0))
    print(f"mean loss of the first epoch {losses[0]:.3f}, of the last {losses[-1]:.3f}")
    display(figures.decision_region(lambda Z: network_forward(Z, trained)[0], X, y))

# %% [markdown]
# 185 of them. Where the moons overlap, points of both classes lie side by side.
#
# ### Why shuffle?
#
# Suppose the data come sorted: first all points of class 0, then all of class 1, in every epoch.
# Batches of 10 then hold one class only. The examples are the same, and so is the number of steps.
# Does it matter?
#
# With a single batch, `train` takes a single step, so we can hand it the sorted batches one by
# one. Both networks are scored on all 200 points after each epoch.


# %% tags=["demo"]
def loss_of(params, X, y):
    return softmax_cross_entropy(network_forward(X, params)[0], y)


with unfinished():
    rng, by_class = np.random.default_rng(0), np.argsort(y, kind="stable")
    ordered, shuffled = first, first
    curves = {"sorted": [loss_of(first, X, y)], "shuffled": [loss_of(first, X, y)]}
    for _ in range(40):
        for rows in np.split(by_class, 20):
            ordered, _ = train(X[rows], y[rows], ordered, 0.5, 1, 10, rng)
        shuffled, _ = train(X, y, shuffled, 0.5, 1, 10, rng)
        curves["sorted"].append(loss_of(ordered, X, y))
        curves["shuffled"].append(loss_of(shuffled, X, y))
    display(figures.loss_curves(curves))
    for name, params in {"sorted": ordered, "shuffled": shuffled}.items():
        logits, _ = network_forward(X, params)
        ones = logits.argmax(axis=1).sum()
        print(f"{name}: accuracy {accuracy(logits, y):.3f}, says class 1 for {ones} of 200 points")

# %% [markdown]
# It does: 87.5 % right instead of 93.5 %, and twice the loss. Ten batches of one class push the
# network towards that class, ten of the other push it back, and at the end of each epoch it leans
# towards what it saw last: it says class 1 for 125 points, and there are 100. A shuffled batch of
# 10 is a small portrait of the whole.
#
# ## 7 Where to start
#
# So far the start fell from the sky. Why not simply begin with zeros, or with the same number
# everywhere?
#
# We train three networks of 16 hidden neurons for 100 epochs: from zeros, from 0.5 everywhere, and
# from the random start of section 4. Decide before you run it: how many *different* hidden neurons
# does each of them have in the end?

# %% tags=["demo"]
starts = {
    name: [(np.full((2, 16), c), np.zeros(16)), (np.full((16, 2), c), np.zeros(2))]
    for name, c in {"zeros": 0.0, "all 0.5": 0.5}.items()
}
starts["random"] = first
with unfinished():
    ends = {
        name: train(X, y, start, 0.5, 100, 20, np.random.default_rng(0))[0]
        for name, start in starts.items()
    }
    for name, params in ends.items():
        different = len(np.unique(params[0][0].round(9), axis=1).T)
        print(f"{name}: loss {loss_of(params, X, y):.3f}, different hidden neurons: {different}")
    networks = {
        name: lambda Z, params=params: network_forward(Z, params)[0]
        for name, params in ends.items()
    }
    display(figures.decision_regions(networks, X, y))

# %% [markdown]
# **Zeros** learn nothing. The hidden layer passes on zeros, so $dW_2 = A^\top dZ_2$ is zero; $W_2$
# hands no blame down, so $dW_1$ is zero as well. Only the last bias moves.
#
# **Equal weights** are more treacherous, because the loss does fall. But neurons that start alike
# see the same inputs, hear the same blame and take the same step: sixteen neurons do the work of
# one, forever. Randomness is what lets them part.
#
# ### How large?
#
# So we draw. With which spread? A neuron adds up D inputs, $z = \sum_d a_d w_d$, where D is called
# its **fan-in**. Let the weights be independent, with mean 0 and variance $v$. Then the variances
# of the terms add up:
#
# $$\operatorname{Var}(z) = D \cdot v \cdot \operatorname{mean}(a^2)$$
#
# ReLU sets the negative half of the $z$ to 0. The $z$ lie evenly around 0, so half of their mean
# square is left: $\operatorname{mean}(a^2) = \frac12 \operatorname{Var}(z)$ for the next layer.

# %% [markdown]
# From one layer's $z$ to the next one's the variance is therefore multiplied by $\frac12 D v$. The
# signal keeps its size if that factor is 1:
#
# $$v = \frac{2}{D}$$
#
# This is **He initialization**, after the first author of the paper that proposed it. The 2 makes
# up for the half that ReLU throws away. In that paper a network of 30 layers learns from this
# start, and stands still when its weights are smaller by $\sqrt2$, with the variance 1/D.

# %% [markdown]
# ### Exercise `he_init` · 10 minutes · medium ●●○
#
# **Takes** `sizes`, the widths from the inputs to the outputs, at least two of them, and `rng`, a
# `numpy.random.Generator`.
#
# **Returns** `params`, one `(W, b)` per pair of neighbors in `sizes`: `W` (D, H), every entry
# drawn for itself from `rng` with mean 0 and variance 2/D; `b` (H,), all zeros. A normal or a
# uniform distribution will do; what counts is the mean and the variance.
#
# **By hand:** `sizes = [50, 10, 3]` gives `W` of shapes (50, 10) and (10, 3), with the standard
# deviations $\sqrt{2/50} = 0.2$ and $\sqrt{2/10} = 0.447$, and zeros of shapes (10,) and (3,).
#
# <details><summary>Hint 1: where to look</summary>
#
# The documentation of `rng.normal`: which of the two, variance or standard deviation, is its
# `scale`?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three sizes make two layers. Each layer goes from one size to the next one in the list, and the
# first of the two is its fan-in.
#
# </details>


# %%
def he_init(sizes, rng):
    """A list of (W, b): W (D, H) random with variance 2/D, b (H,) zero, per pair in sizes."""
    ### BEGIN SOLUTION
    return [
        (rng.normal(scale=np.sqrt(2 / D), size=(D, H)), np.zeros(H))
        for D, H in itertools.pairwise(sizes)
    ]
    ### END SOLUTION


# %%
check(he_init)

# %% [markdown]
# Does the calculation hold? We send 200 random examples through 20 layers of 200 neurons and look
# at the variance of $Z$ in each layer: with your weights, and with the same weights made larger or
# smaller. With the variance 1/D the factor is ½ per layer.
#
# Before you run it: how much is then left of the variance in layer 20, compared with layer 1? And
# with half of He's spread?

# %% tags=["demo"]
with unfinished():
    deep = he_init([200] * 21, np.random.default_rng(3))
    signal = np.random.default_rng(0).normal(size=(200, 200))
    factors = {"1.5 × He": 1.5, "He, 2/D": 1.0, "1/D": np.sqrt(0.5), "half of He": 0.5}
    variances = {}
    for name, factor in factors.items():
        scaled = [(factor * W, b) for W, b in deep]
        sums = [Z for _, Z in network_forward(signal, scaled)[1]]
        variances[name] = [Z.var() for Z in [signal, *sums]]
        left = variances[name][20] / variances[name][1]
        print(f"{name:10} layer 20 has {left:.2g} times the variance of layer 1")
    display(figures.loss_curves(variances, xlabel="layer", ylabel="variance", log=True))

# %% [markdown]
# From layer 1 to layer 20 there are 19 factors. For 1/D they make $0.5^{19} = 1.9 \cdot 10^{-6}$,
# for half of He's spread $0.25^{19} = 3.6 \cdot 10^{-12}$, for 1.5 times it
# $2.25^{19} = 4.9 \cdot 10^6$. The experiment follows the formula, though not exactly: 200 neurons
# are a small sample, and the deviations of 20 layers multiply as well. (Layer 0 in the picture is
# the input. No ReLU has halved it yet, so He's first layer doubles it.)
#
# Is a wrong scale fatal, or does training mend it? Ten layers on the moons, 30 epochs, three
# starts from each scale. Which of the four scales will not learn?

# %% tags=["demo"]
with unfinished(), np.errstate(all="ignore"):
    for name, factor in {"half of He": 0.5, "1/D": np.sqrt(0.5), "He": 1.0, "2 × He": 2.0}.items():
        final = []
        for seed in range(3):
            start = he_init([2] + [32] * 9 + [2], np.random.default_rng(seed))
            start = [(factor * W, b) for W, b in start]
            _, losses = train(X, y, start, 0.05, 30, 20, np.random.default_rng(0))
            final.append(f"{losses[-1]:.2f}")
        print(f"{name:10} loss after 30 epochs:", *final)

# %% [markdown]
# Too small, and the network gives almost the same answer to every input, which costs ln 2 = 0.69;
# after 30 epochs it has hardly begun. Too large, and the first steps throw it out of reach of
# floating-point numbers: `nan`, not a number. The variance 1/D is only a little worse here. Over
# ten layers it divides the variance by $2^9 = 512$; the more layers, the more it matters.
#
# A good start is soon left behind. Very deep networks therefore also rescale the signal on its way,
# in every step: that is what *normalization layers* are for.

# %% [markdown]
# ## 8 One, some or all?
#
# Batches of one example, of some, or of all: which learns most for the same money? The fair price
# is the number of examples that were asked. A pass over 40 examples costs the same whether it
# makes 40 steps, 5 or 1.
#
# First the line again, where we can watch. From the same start, with the same learning rate, all
# three see each of the 40 points five times. Predict their ways before you run it: who gets
# nearest to the bottom, and who never comes to rest?


# %% tags=["demo"]
def line_walk(batch_size, learning_rate, epochs, rng):
    """The places (w, b) of mini-batch descent on the mean squared error of a line."""
    params, places = [(np.full((1, 1), -0.5), np.full(1, 1.5))], [(-0.5, 1.5)]
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X_line, y_line, batch_size, rng):
            W, b = params[0]
            dZ = 2 * (dense_forward(X_batch, W, b) - y_batch[:, None]) / len(y_batch)
            _, dW, db = dense_backward(dZ, X_batch, W)
            params = sgd_step(params, [(dW, db)], learning_rate)
            places.append((params[0][0].item(), params[0][1].item()))
    return places


def line_loss(place):
    return mean_squared_error(X_line[:, 0] * place[0] + place[1], y_line)


with unfinished():
    names = {"one example": 1, "batches of 8": 8, "all 40": 40}
    paths = {n: line_walk(B, 0.05, 5, np.random.default_rng(1)) for n, B in names.items()}
    display(figures.loss_landscape(line_loss, paths, ("w", "b")))

# %% [markdown]
# For the same price, all 40 at once made five careful steps in the right direction and is still
# far away. Single examples made 200 steps, arrived soon, and then stagger around the bottom: each
# example pulls towards itself. Batches of 8 went almost as straight as the careful walk and got
# much farther.
#
# How much noise is it? For a network that has just been started we compare the gradient of a
# random batch with the gradient of all 200 examples, 400 times per batch size, and print the
# typical distance, with the length of the full gradient as the unit. What does it cost to halve
# the noise: twice the batch, or more?


# %% tags=["demo"]
def gradient(params, X, y):
    """All slopes of the loss in one long row."""
    logits, cache = network_forward(X, params)
    grads = network_backward(softmax_cross_entropy_backward(logits, y), cache, params)
    return np.concatenate([array.ravel() for layer in grads for array in layer])


rng = np.random.default_rng(0)
full = gradient(first, X, y)
for batch_size in (1, 4, 16, 64):
    distances = []
    for _ in range(400):
        rows = rng.choice(len(y), batch_size, replace=False)
        distances.append(np.sum((gradient(first, X[rows], y[rows]) - full) ** 2))
    noise = np.sqrt(np.mean(distances)) / np.linalg.norm(full)
    print(f"batches of {batch_size:2}: noise {noise:.2f}")

# %% [markdown]
# Four times the batch, half the noise: the noise is proportional to $1/\sqrt B$, the price to $B$.
# (From 16 to 64 it falls a bit faster: a batch of 64 without repeats is a third of the data
# already.)
#
# Now the network. To be fair, every batch size may try three learning rates and shows the best
# one, with three different starts each. In all cases 12 epochs ask 2,400 examples. Who wins?


# %% tags=["demo"]
def scores(batch_size, learning_rate):
    """The loss on all examples after 0 to 12 epochs, one row per start: shape (3, 13)."""
    rows = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        params = he_init([2, 16, 2], rng)
        row = [loss_of(params, X, y)]
        for _ in range(12):
            params, _ = train(X, y, params, learning_rate, 1, batch_size, rng)
            row.append(loss_of(params, X, y))
        rows.append(row)
    return np.array(rows)


with unfinished():
    best = {}
    for batch_size, rates in {1: (0.03, 0.1, 0.3), 16: (0.3, 1, 3), 200: (1, 3, 10)}.items():
        tried = {rate: scores(batch_size, rate) for rate in rates}
        rate = min(tried, key=lambda rate: np.median(tried[rate][:, -1]))
        best[f"batch size {batch_size}, rate {rate}"] = tried[rate]
    display(figures.spread_curves(best))

# %% [markdown]
# Single examples come out a little ahead of batches of 16, with 2,400 steps against 156. All at
# once lags behind: for the same price it makes 12 steps, however good each of them is. And the
# narrow bands say that this network ends at about the same loss from each of three starts; none
# got stuck in a poor valley.
#
# So why are single examples rare in practice? Because the prices are equal on paper only. One
# epoch calls `network_forward` 200 times for one row each, or 13 times for 16 rows. What does the
# clock say?


# %% tags=["demo"]
def seconds(batch_size):
    """The time of one epoch: the shortest of five runs, the least disturbed one."""
    durations = []
    for _ in range(5):
        begin = time.perf_counter()
        train(X, y, first, 0.1, 1, batch_size, np.random.default_rng(0))
        durations.append(time.perf_counter() - begin)
    return min(durations)


with unfinished():
    more = "more" if seconds(1) / seconds(16) > 4 else "not more"
    print(f"an epoch of single examples takes {more} than 4 times as long as one in batches of 16")

# %% [markdown]
# A call of `network_forward` costs a fixed effort, and a matrix of 16 rows is multiplied in little
# more time than one row. Batches of a few dozen examples make many steps, fairly steady ones, and
# keep the computer busy with arithmetic.

# %% [markdown]
# ## 9 Reading a training curve
#
# In a real training nobody sees a boundary or a valley. All there is to see is the diary, one loss
# per epoch. What can be read from it?
#
# - **Where it starts.** A network that knows nothing of C classes and does not pretend to loses
#   $\ln C$: 0.69 for two classes, 2.30 for ten. A start far above that is usually a sign of
#   weights that are too large.
# - **The slope at the end.** As long as the curve falls, more epochs lower it further. Where it
#   has been flat for long, something else must change.
# - **The wobble.** Small batches and large rates make it; a curve that jumps and does not come
#   down asks for a smaller rate.
#
# Four diaries of the same network on the moons. One is healthy. In the others, something is wrong:
# the rate is too small, the rate is too large, or all weights started equal. Which is which?

# %% tags=["demo"]
with unfinished():
    same, drawn = starts["all 0.5"], he_init([2, 16, 2], np.random.default_rng(1))
    setups = {"A": (drawn, 0.001), "B": (same, 0.5), "C": (drawn, 5.0), "D": (drawn, 0.5)}
    diaries = {
        name: train(X, y, start, rate, 150, 20, np.random.default_rng(3))[1]
        for name, (start, rate) in setups.items()
    }
    display(figures.loss_curves(diaries))

# %% [markdown]
#
# <details><summary>Answer</summary>
#
# - **A: rate too small** (0.001). Smooth, and still falling when the training ends.
# - **B: equal weights.** Falls at first like the healthy one, then lies flat: one neuron can do no
#   more, however long we wait.
# - **C: rate too large** (5). Jumps, and never comes near D.
# - **D: healthy** (0.5). Steep, then slower and slower, with a little wobble.
#
# </details>
#
# What a training curve does not show is whether the network will be right on inputs that are not
# in it. Section 11 asks that.

# %% [markdown]
# ## 10 Spirals
#
# Lesson 01 told two spirals apart with 74 numbers that were handed to us. Now we find such numbers
# ourselves. The points are noisier this time, and our network is larger, with two hidden layers of
# 32 neurons: 1,218 numbers.
#
# We draw 500 points and put 200 of them aside; nobody looks at them until section 11.

# %% tags=["demo"]
X_all, y_all = datasets.spirals(500, 0, noise=0.07, turns=1.5)
X_train, y_train, X_unseen, y_unseen = X_all[:300], y_all[:300], X_all[300:], y_all[300:]
figures.scatter(X_train, y_train)

# %% [markdown]
# Your `train` runs in stretches, so that we can keep a copy of the network after each. After how
# many epochs will nine out of ten points be right? Decide, then press Play.

# %% tags=["demo"]
with unfinished():
    rng = np.random.default_rng(0)
    spiral = he_init([2, 32, 32, 2], rng)
    snapshots, epochs, diary = [spiral], [0], []
    for stretch in [1] * 4 + [4] * 4 + [20] * 9:
        spiral, losses = train(X_train, y_train, spiral, 0.2, stretch, 16, rng)
        snapshots.append(spiral)
        epochs.append(epochs[-1] + stretch)
        diary.extend(losses)
    networks = [lambda Z, params=params: network_forward(Z, params)[0] for params in snapshots]
    display(figures.boundary_forms(networks, X_train, y_train, epochs))
    display(figures.loss_curves({"training": diary}, log=True))

# %% [markdown]
# Between 40 and 60. For the first 20 epochs little seems to happen: the loss creeps from 0.75 to
# 0.56, and 72 % are right. Then, until epoch 80, the boundary winds itself into the spiral. From
# there on 99 % are right, and the loss still falls: the network becomes surer of what it says. A
# flat stretch is not always the end.
#
# ## 11 Unseen inputs
#
# The network is right on almost all points that it was trained on. Does that mean it has learned
# the spirals?
#
# A table would do as well. It notes every training point with its label; asked about a point that
# is not in it, it guesses. On the training points it makes no mistake at all. What counts is the
# score on inputs that took no part in the training: **unseen inputs** from the same source. That
# is what the 200 points were put aside for.
#
# Decide before you run it: what does the table score on them, and what does your network?

# %% tags=["demo"]
table = {tuple(x): label for x, label in zip(X_train, y_train, strict=True)}
rng = np.random.default_rng(0)


def by_heart(X):
    return np.array([table.get(tuple(x), rng.integers(2)) for x in X])


with unfinished():
    for name, data, labels in (("seen", X_train, y_train), ("unseen", X_unseen, y_unseen)):
        right = accuracy(network_forward(data, spiral)[0], labels)
        loss, table_right = loss_of(spiral, data, labels), np.mean(by_heart(data) == labels)
        print(f"{name:6}  network {right:.3f} (loss {loss:.3f})  table {table_right:.3f}")

# %% [markdown]
# The table has learned nothing: on new points it is as good as a coin. The network is right on
# 96 % of them, so it has learned something about the source of the points, not only the points.
# But it is a little better on what it has seen, and its loss there is ten times smaller. That gap
# is the subject of lesson 07.
#
# How sure is the 96 %? A share $p$ of $n$ points typically lies $\sqrt{p(1-p)/n}$ away from the
# true one. This is its **standard error**, here $\sqrt{0.96 \cdot 0.04 / 200} = 0.014$. We can
# check it, since our source never runs dry: 5,000 points more.
#
# And what is *unseen*? We also turn those points by a quarter turn: still two spirals, wound
# alike. Predict both scores.

# %% tags=["demo"]
with unfinished():
    many, labels = datasets.spirals(5000, 1, noise=0.07, turns=1.5)
    turned = np.column_stack([-many[:, 1], many[:, 0]])
    for name, data in {"5,000 new points": many, "the same, turned": turned}.items():
        print(f"{name}: {accuracy(network_forward(data, spiral)[0], labels):.3f}")

# %% [markdown]
# The score on 200 points was honest, within its error. On the turned spirals the network is no
# better than a coin: it has learned where these arms lie, not what a spiral is. A held-out score
# is a promise about new inputs **from the same source**, and about nothing else.
#
# The promise holds once. If we now tried ten learning rates and kept the one with the best score
# on the 200 points, they would have taken part in the choice, and would no longer be unseen.
# Lessons 07 and 08 say how to choose honestly.

# %% [markdown]
# ## Summary
#
# - Gradient descent steps against the slope, by the learning rate times the slope. It ends in a
#   valley, and the start decides in which.
# - Forward, loss, backward, update: the loop trains everything whose loss can be differentiated, a
#   line as well as a network.
# - Weights start at random, since equal neurons stay equal, and with variance 2/fan-in, since any
#   other scale fades or explodes through many layers of ReLU.
# - A shuffled mini-batch is right on average. Its noise is proportional to one over the root of its
#   size, so many cheap steps beat a few exact ones.
# - The training curve tells how training goes; only unseen inputs tell what was learned.
#
# One number was always given, the learning rate. Lesson 06 asks how large it may be.

# %% [markdown]
# ## Questions to think about
#
# 1. Which learning rate takes $(w - 3)^2$ to its bottom in a single step, from everywhere?
#
# <details><summary>Answer</summary>
#
# The one for which 1 − 2η is 0: a rate of 1/2. It depends on how strongly this valley is curved;
# lesson 06 makes a rule of it.
#
# </details>
#
# 2. All biases start equal, at zero. Why does that do no harm?
#
# <details><summary>Answer</summary>
#
# The weights differ, so the neurons' sums and gradients differ, and the biases part with the first
# step.
#
# </details>
#
# 3. The diary's loss of an epoch is mostly larger than the loss on the same data after the epoch.
#    Why?
#
# <details><summary>Answer</summary>
#
# Each batch told its loss before its own update and before all later ones. While the loss falls,
# the diary is a little behind.
#
# </details>

# %% [markdown]
# 4. Somebody draws every batch anew from all examples, with replacement. What changes?
#
# <details><summary>Answer</summary>
#
# Each batch is still right on average. But after as many draws as there are examples some came
# twice, and about 37 % never came: with 200 examples $(1 - 1/200)^{200} = 0.367$.
#
# </details>
#
# 5. Your network scores 0.960 on 200 unseen points, your neighbor's 0.970. Is it better?
#
# <details><summary>Answer</summary>
#
# Nobody can tell. Each score has a standard error of about 0.013, more than the difference. Two
# more right answers make it up.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - A. Cauchy: *Méthode générale pour la résolution des systèmes d'équations simultanées*. Comptes
#   rendus de l'Académie des sciences 25, 536–538, 1847. Gradient descent, on three pages.
# - H. Robbins, S. Monro: *A stochastic approximation method*. Annals of Mathematical Statistics
#   22, 400–407, 1951. Why noisy steps arrive.
# - K. He, X. Zhang, S. Ren, J. Sun: *Delving deep into rectifiers: surpassing human-level
#   performance on ImageNet classification*. Proceedings of ICCV, 1026–1034, 2015. Section 2.2 is
#   section 7 here.
# - L. Bottou, F. Curtis, J. Nocedal: *Optimization methods for large-scale machine learning*. SIAM
#   Review 60, 223–311, 2018. One, some or all, with proofs.
# - I. Goodfellow, Y. Bengio, A. Courville: *Deep Learning*, sections 4.3 and 8.1. MIT Press, 2016.
#   Gradient descent, and how learning differs from pure optimization.
