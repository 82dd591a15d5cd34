# %% [markdown]
# # 10 Convolution (bonus)
#
# In lesson 08 a picture was a list of 1,024 numbers, and a cat a few pixels aside was another
# list. This lesson builds the layer that knows what a picture is: neighboring pixels belong
# together, and an ear is an ear wherever it stands.
#
# **You will be able to**
# - say what weight sharing is, and what it saves,
# - find the shape of a layer's output from filter, stride and padding,
# - write a convolution and max-pooling, forward and backward, and test both by numbers,
# - train a network with a tenth of the parameters that is right more often.
#
# **Time:** about two hours. **You need:** lesson 04's backward pass, lesson 08's pictures and
# `reshape`. Whatever earlier lessons asked you to write comes from `nnlib`.

# %% tags=["setup"]
import time

import numpy as np
from IPython.display import display
from numpy.lib.stride_tricks import sliding_window_view

from nnlib import datasets, figures
from nnlib.checking import check, unfinished
from nnlib.functional import (
    accuracy,
    dense_backward,
    dense_forward,
    network_backward,
    network_forward,
    relu,
    relu_backward,
    softmax_cross_entropy_backward,
)
from nnlib.gradcheck import gradient_check
from nnlib.initializers import he_init
from nnlib.optimizers import adam_step
from nnlib.schedules import cosine_decay
from nnlib.training import minibatches

# %% [markdown]
# ## 1 Does a dense network know that this is a picture?
#
# Take all pictures of cats and dogs, and put their 1,024 pixels into another order: one order,
# drawn once, the same for every picture.

# %% tags=["demo"]
CLASSES = ["cat", "dog"]
images, y = datasets.cats_and_dogs(8_000, 8)
images_train, images_test = images[:6_000], images[6_000:]
y_train, y_test = y[:6_000], y[6_000:]
order = np.random.default_rng(0).permutation(1024)
shuffled = images.reshape(-1, 1024)[:, order].reshape(images.shape)
figures.picture_grid(
    np.concatenate([images[:4], shuffled[:4]]),
    [CLASSES[label] for label in [*y[:4], *y[:4]]],
    columns=4,
)

# %% [markdown]
# We see nothing in the lower row. What will a dense network make of it?
#
# The training loop is lesson 08's, made shorter: no weight decay, no mirroring, only the last
# parameters. And it takes the two functions `forward` and `backward` as arguments, so that it also
# trains the network that we build later. 6,000 pictures are for training, 2,000 for the test. We
# choose nothing by looking at scores, so two parts are enough.


# %%
def fit(X, y, params, forward, backward, learning_rate, epochs, rng):
    """The parameters after training with Adam, cosine decay and mini-batches of 64."""
    zeros = [(0 * W, 0 * b) for W, b in params]
    state = zeros, zeros, 0
    for epoch in range(epochs):
        rate = cosine_decay(learning_rate, epoch, epochs)
        for X_batch, y_batch in minibatches(X, y, 64, rng):
            logits, cache = forward(X_batch, params)
            grads = backward(softmax_cross_entropy_backward(logits, y_batch), cache, params)
            params, state = adam_step(params, grads, state, rate)
    return params


def scaled(images, known):
    """Floats; the pixels of the pictures known get mean 0 and standard deviation 1."""
    known = known.astype(np.float32)
    return (images.astype(np.float32) - known.mean()) / known.std()


# %% [markdown]
# Predict before you run: is the network on the shuffled pictures better, worse, or equal?


# %% tags=["demo", "nbval-ignore-output"]
def fit_dense(rows, seed):
    rng = np.random.default_rng(seed)
    params = he_init([1024, 64, 32, 2], rng)
    params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
    return fit(rows[:6_000], y_train, params, network_forward, network_backward, 0.003, 8, rng)


rows = scaled(images, images_train).reshape(-1, 1024)
dense = fit_dense(rows, 0)
strange = fit_dense(rows[:, order], 0)
scores = {
    "dense, pictures": accuracy(network_forward(rows[6_000:], dense)[0], y_test),
    "dense, shuffled": accuracy(network_forward(rows[6_000:, order], strange)[0], y_test),
}
figures.accuracies(scores, 2_000)

# %% [markdown]
# Equal, within the bars of two standard errors. A dense layer gives every pixel a weight of its
# own, all drawn alike, and nothing tells it that pixel 33 lies below pixel 1. If we shuffle the
# pixels, the weights are shuffled with them.
#
# So the network knows nothing of two facts about pictures that everybody knows:
#
# - **Neighbors belong together.** An ear is made of pixels that touch.
# - **The place does not matter.** What is an ear on the left is an ear on the right.
#
# We build both into a layer. What would a neuron look like that sees only a small window, and
# that works at every place of the picture?

# %% [markdown]
# ## 2 A filter
#
# Such a neuron has few weights: one for each pixel of a window, here 2 by 2, and a bias. It starts
# in the upper left corner, multiplies each pixel below the window by the weight that lies on it,
# and adds everything up, with the bias. Then the window moves one pixel to the right, and so on,
# row by row. The small array of weights is called a **filter**.

# %% tags=["demo"]
image = np.array([[2, 2, 0, 3], [0, 1, 4, 2], [5, 0, 1, 1]])
weights = np.array([[1, 0], [2, -1]])
Z = np.zeros((2, 3))
for u in range(2):
    for v in range(3):
        Z[u, v] = np.sum(image[u : u + 2, v : v + 2] * weights) + 1
window, place = np.zeros(image.shape, bool), np.zeros(Z.shape, bool)
window[0:2, 2:4], place[0, 2] = True, True
figures.number_tables(
    {"image (3, 4)": image, "filter (2, 2)": weights, "output, bias 1 (2, 3)": Z},
    {"image (3, 4)": window, "output, bias 1 (2, 3)": place},
)

# %% [markdown]
# The marked window gives $0 \cdot 1 + 3 \cdot 0 + 4 \cdot 2 + 2 \cdot (-1) + 1 = 7$. Check one more
# number of the output yourself.
#
# Two things have changed against a dense layer:
#
# - **Few connections.** A dense neuron has a weight for every pixel; this one has a weight for
#   every pixel of its window.
# - **Weight sharing.** All numbers of the output are made with the same weights. A dense layer from
#   32 · 32 pixels to 32 · 32 neurons has 1024 · 1024 + 1024 = 1,049,600 parameters. One filter of
#   5 by 5 with its bias has 26, wherever it looks.
#
# The operation is called **convolution**. (In mathematics a convolution first turns the filter by
# half a turn; what neural networks do is called cross-correlation there. The weights are learned,
# so nobody misses the turn.)

# %% [markdown]
# ## 3 Channels, stride, padding
#
# Three things are missing until it is a layer.
#
# **Channels.** A color picture has three numbers per pixel. The window then reaches through all
# channels, so a filter has the shape (C, kh, kw): channels, height, width. And we want more than
# one filter: each makes a picture of its own, and these pictures are the channels of the output.
# For this the axis of the channels moves to the second place, directly after the examples:
#
# | array | shape |
# |---|---|
# | `X`, pictures | (N, C, height, width) |
# | `W`, filters | (filters, C, kh, kw) |
# | `b`, one bias per filter | (filters,) |
# | `Z`, output | (N, filters, out_height, out_width) |
#
# **Stride** is the step of the window, 1 or more pixels in both directions. With stride 2 the
# output is about half as high and half as wide.
#
# **Padding** adds that many rows and columns of zeros on each of the four sides before the window
# starts, so that the border can be in the middle of a window, too.

# %% [markdown]
# How large is the output? The window can start at row 0, at row `stride`, at row 2 · `stride`, …
# as long as it fits. There are height + 2 · padding rows in all, and the last possible start is
# height + 2 · padding − kh. So
#
# $$\text{out\_height} = \left\lfloor \frac{\text{height} + 2\,\text{padding} - \text{kh}}
# {\text{stride}} \right\rfloor + 1$$
#
# where ⌊ ⌋ rounds down, and the width alike. A picture of 32 rows, a filter of 5, stride 2 and
# padding 2: ⌊(32 + 4 − 5)/2⌋ + 1 = 16.
#
# In one formula, with $s$ for the stride and $\hat X$ for the padded pictures:
#
# $$Z_{nfuv} = b_f + \sum_c \sum_i \sum_j \hat X_{n,\;c,\;us+i,\;vs+j}\; W_{fcij}$$
#
# $n$ counts examples, $f$ filters, $c$ channels; $u$ and $v$ are the row and the column of the
# output, $i$ and $j$ those inside the window.
#
# **A question before you go on:** which filter size and padding, at stride 1, give an output as
# large as the picture?
#
# <details><summary>Answer</summary>
#
# height + 2 · padding − kh + 1 = height, so 2 · padding = kh − 1: size 3 with padding 1, size 5
# with padding 2. Even sizes cannot do it with the same padding on both sides.
#
# </details>

# %% [markdown]
# ## 4 All windows at once
#
# Python's loops are slow. NumPy can show us all windows of an array at once, without copying a
# single number: `sliding_window_view(X, (kh, kw), axis=(2, 3))` puts the places of the window
# where height and width were, and adds two axes at the end for the inside of the window. A slice
# with a step then leaves out what the stride skips.
#
# For the sum over several axes of two arrays there is `np.einsum`. It gives each axis a letter.
# Axes with the same letter run together; letters that do not appear after the arrow are summed
# over. `np.einsum("nd,dh->nh", X, W)` is the product `X @ W`. With `optimize=True` it looks for a
# fast way.

# %%
row = np.array([3, 1, 4, 1, 5, 9])
print(sliding_window_view(row, 3))
print("every second window:", sliding_window_view(row, 3)[::2].tolist())
batch = np.zeros((7, 3, 10, 12))
print("windows of 4 by 5:", sliding_window_view(batch, (4, 5), axis=(2, 3)).shape)
filters = np.array([[1, 0, 0], [0, 1, 1]])
print("two weighted sums: ", np.einsum("ui,fi->fu", sliding_window_view(row, 3), filters).tolist())

# %% [markdown]
# ### Exercise `conv2d_forward` · 25 minutes · medium ●●○
#
# **Takes** `X` (N, C, height, width), `W` (filters, C, kh, kw), `b` (filters,), and the whole
# numbers `stride` and `padding`. **Returns** `Z` (N, filters, out_height, out_width) by the
# formula of section 3. `X` keeps its values.
#
# **By hand:** section 2 with `X` of shape (1, 1, 3, 4) and one filter. With stride 2 only the
# columns 0 and 2 of its first row remain: `[[2, 7]]`.
#
# Loops over examples and filters are right, too, but for section 7 they are too slow. `X` may hold
# whole numbers where `W` does not.
#
# <details><summary>Hint 1: where to look</summary>
#
# `np.pad` takes one pair (before, after) for each axis. Which of the four axes get zeros? And
# which shape must `b` have to be added to an output of four axes?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Pad, make the windows, step through them. Then write the six axes of the windows and the four of
# `W` as letters, as the formula does: which letters are in both, and which ones stay?
#
# </details>


# %%
def conv2d_forward(X, W, b, stride=1, padding=0):
    """Every filter at every place: (N, C, h, w) to (N, filters, out_height, out_width)."""
    ### BEGIN SOLUTION
    X = np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = sliding_window_view(X, W.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncuvij,fcij->nfuv", windows, W, optimize=True) + b[:, None, None]
    ### END SOLUTION


# %%
check(conv2d_forward)

# %% [markdown]
# What does a filter see? Three that we make by hand: the right column of a window minus its left
# one, the lower row minus the upper one, and the mean of nine pixels. At which parts of the face
# will the first one answer, at which the second?

# %% tags=["demo"]
with unfinished():
    across = np.array([[-1, 0, 1]] * 3) / 3
    hand_made = np.stack([across, across.T, np.full((3, 3), 1 / 9)])[:, None]
    face = scaled(images[3:4], images_train).transpose(0, 3, 1, 2)
    answers = conv2d_forward(face, hand_made, np.zeros(3), padding=1)
    names = ["right − left", "lower − upper", "mean"]
    display(figures.feature_maps(images[3], answers[0], names))

# %% [markdown]
# The first answers at upright edges, the second at level ones, with the sign telling which side is
# brighter. (The stripes along the frame are edges, too: padding is 0, and the picture is not.) The
# mean blurs the picture. A filter's output is also called a **feature map**: it says
# where the feature is that the filter looks for.
#
# We do not make filters by hand, of course. They are weights, so they are learned. For that we need
# the derivative.

# %% [markdown]
# ## 5 Backward
#
# From above comes $dZ$, one derivative for each number of the output. What did $b$, $W$
# and $X$ contribute? Lesson 03 said: multiply along a path, add over the paths. Here every weight
# and every pixel has many paths, since both are used many times.
#
# - $b_f$ was added at every place of every example: all these derivatives are added up.
# - $W_{fcij}$ met, at place $(u, v)$, the pixel $\hat X_{n,c,us+i,vs+j}$. This pixel is the slope.
# - The pixel heard of $(u, v)$ through that same weight, and it lies in several windows and under
#   several filters.
#
# $$db_f = \sum_{n,u,v} dZ_{nfuv} \qquad dW_{fcij} = \sum_{n,u,v} dZ_{nfuv}\,
# \hat X_{n,\;c,\;us+i,\;vs+j}$$

# %% [markdown]
# For the pixels it is simplest to say who adds what to whom. Begin with $d\hat X = 0$; then each
# place $(u, v)$ and each entry $(i, j)$ of the filters adds
#
# $$d\hat X_{n,\;c,\;us+i,\;vs+j} \mathrel{+}= \sum_f dZ_{nfuv}\, W_{fcij}$$
#
# The zeros that padding added are no pixels, so at the end their border is cut off: $dX$ has the
# shape of $X$.
#
# These are many additions, but they come in large groups. Hold one entry $(i, j)$ fixed. With all
# windows together it meets a slice of the padded picture: the rows $i$, $i + s$, $i + 2s$, …,
# out_height of them, and the columns alike. No pixel is in this slice twice. So one `+=` for the
# slice does all places at once, and the loop runs over the few entries of the filter only.

# %% [markdown]
# ### Exercise `conv2d_backward` · 30 minutes · hard ●●●
#
# **Takes** `dZ` (N, filters, out_height, out_width), the `X` and `W` of the forward pass, `stride`
# and `padding`. **Returns** `dX`, `dW`, `db` with the shapes of `X`, `W` and `b`. The arguments
# keep their values; again `X` may hold whole numbers. The 1/N of the mean loss is in `dZ` already.
#
# **By hand:** `X` is one row `[[1, 2, 3]]`, `W` is `[[10, 20]]` (both with two axes of size 1 in
# front), stride 1, no padding. The output has two places. With `dZ = [[1, 5]]`: `dW` is
# `[[1 · 1 + 5 · 2, 1 · 2 + 5 · 3]]` = `[[11, 17]]`, `db` is `[6]`, and `dX` is
# `[[1 · 10, 1 · 20 + 5 · 10, 5 · 20]]` = `[[10, 70, 100]]`. The pixel in the middle hears twice.
#
# <details><summary>Hint 1: where to look</summary>
#
# `dW` needs the same windows as the forward pass: write the formula's letters again. For `dX`,
# start with zeros of the *padded* shape, and ask yourself where the slice of entry (i, j) starts,
# and where it must end to have out_height rows.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A slice from i to i + stride · out_height in steps of the stride has out_height rows. What is
# added there has one number per example, channel and place: the sum over f, another einsum of two
# arrays, `dZ` and the filters' entries (i, j).
#
# </details>


# %%
def conv2d_backward(dZ, X, W, stride=1, padding=0):
    """The derivatives with respect to X, W and b, with their shapes."""
    ### BEGIN SOLUTION
    X = np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = sliding_window_view(X, W.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    dW = np.einsum("nfuv,ncuvij->fcij", dZ, windows, optimize=True)
    dX = np.zeros(X.shape, dZ.dtype)
    rows, columns = stride * dZ.shape[2], stride * dZ.shape[3]
    for i, j in np.ndindex(W.shape[2:]):
        share = np.einsum("nfuv,fc->ncuv", dZ, W[:, :, i, j], optimize=True)
        dX[:, :, i : i + rows : stride, j : j + columns : stride] += share
    height, width = X.shape[2:]
    dX = dX[:, :, padding : height - padding, padding : width - padding].copy()
    return dX, dW, dZ.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %%
check(conv2d_backward)

# %% [markdown]
# A formula with so many letters should be tested by numbers. Lesson 04's `gradient_check` moves
# every entry a little, and compares. A right derivative gives a value below 1e-6.

# %% tags=["demo"]
with unfinished():
    rng = np.random.default_rng(5)
    X, W, b = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    dZ = rng.normal(size=conv2d_forward(X, W, b, 2, 1).shape)
    dX, dW, db = conv2d_backward(dZ, X, W, 2, 1)
    losses = {
        "dX": (lambda x: np.sum(dZ * conv2d_forward(x, W, b, 2, 1)), X, dX),
        "dW": (lambda w: np.sum(dZ * conv2d_forward(X, w, b, 2, 1)), W, dW),
        "db": (lambda c: np.sum(dZ * conv2d_forward(X, W, c, 2, 1)), b, db),
    }
    for name, (loss, x, derivative) in losses.items():
        error = gradient_check(loss, x, lambda _, d=derivative: d)  # it asks for a function
        print(f"{name}: below 1e-6: {error < 1e-6}")

# %% [markdown]
# Which pixels hear most? If all of $dZ$ and all weights are 1, each pixel hears a 1 from every
# window that it lies in, so `dX` counts windows. A picture of 5 by 6 and a filter of 3 by 3: what
# will the corner hear, and what the middle? What changes with stride 2?

# %% tags=["demo"]
with unfinished():
    counts = {}
    for stride, padding in ((1, 0), (1, 1), (2, 1)):
        X, W = np.zeros((1, 1, 5, 6)), np.ones((1, 1, 3, 3))
        dZ = np.ones_like(conv2d_forward(X, W, np.zeros(1), stride, padding))
        name = f"stride {stride}, padding {padding}"
        counts[name] = conv2d_backward(dZ, X, W, stride, padding)[0][0, 0]
    display(figures.number_tables(counts))

# %% [markdown]
# Without padding the corner lies in one window, the middle in nine: the border of a picture has
# little say. Padding helps it. With stride 2, neighboring pixels hear unequally often.
#
# ## 6 The largest of a block
#
# A feature map says *exactly* where a feature is. Often it is enough to know roughly where.
# **Max-pooling** cuts each channel into blocks of `size` by `size` and keeps the largest number of
# each:
#
# $$A_{ncuv} = \max_{0 \le i, j < \text{size}} X_{n,\;c,\;u\,\text{size}+i,\;v\,\text{size}+j}$$
#
# If the feature moves by one pixel, it may stay in its block, and then $A$ stays the same. There is
# nothing to learn in it, and the next layer has fewer numbers to look at. Blocks do not overlap;
# rows and columns that are left over at the end are not used.

# %% [markdown]
# ### Exercise `max_pool_forward` · 10 minutes · easy ●○○
#
# **Takes** `X` (N, C, height, width) and the whole number `size`. **Returns** `A`, a new array of
# shape (N, C, height // size, width // size), the largest of each block.
#
# **By hand:** a channel with the rows `1 4 0 2 7` and `3 2 −5 −1 9`, size 2: `[[4, 2]]`. The last
# column is left over.
#
# <details><summary>Hint 1: where to look</summary>
#
# Cut off what is left over. The axis of the height then has height // size groups of `size` rows:
# `reshape` can make two axes of it.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Six axes: examples, channels, blocks down, rows in a block, blocks across, columns in a block.
# `max` takes several axes at once.
#
# </details>


# %%
def max_pool_forward(X, size):
    """The largest of each block: (N, C, h, w) to (N, C, h // size, w // size)."""
    ### BEGIN SOLUTION
    N, C, height, width = X.shape
    rows, columns = height // size, width // size
    blocks = X[:, :, : rows * size, : columns * size].reshape(N, C, rows, size, columns, size)
    return blocks.max(axis=(3, 5))
    ### END SOLUTION


# %%
check(max_pool_forward)

# %% [markdown]
# And backward? Move one of the smaller numbers of a block a little: the largest stays the largest,
# nothing changes, the slope is 0. Move the largest: the output moves with it, the slope is 1. So
# the derivative of a block goes to its largest entry, and all others get 0.
#
# ### Exercise `max_pool_backward` · 15 minutes · medium ●●○
#
# **Takes** `dA` (N, C, height // size, width // size), the `X` of the forward pass, and `size`.
# **Returns** `dX` with the shape of `X`: each number of `dA` at the place of its block's largest
# entry, 0 everywhere else. `X` may hold whole numbers where `dA` does not. No block has two largest
# entries in our questions.
#
# **By hand:** `X` as above, and `dA = [[10, 20]]`: the rows of `dX` are `0 10 0 20 0` and
# `0 0 0 0 0`.
#
# <details><summary>Hint 1: where to look</summary>
#
# An entry is its block's largest when it equals it. How do you get, for every entry of `X`, the
# largest of its own block, and the derivative of its own block?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `np.repeat` along an axis writes every entry several times: along both axes, it makes of A and dA
# arrays as large as the part of X that was used. Write into a dX of zeros with the shape of X.
#
# </details>


# %%
def max_pool_backward(dA, X, size):
    """The derivative of each block, at the place of its largest entry: the shape of X."""
    ### BEGIN SOLUTION
    A = max_pool_forward(X, size)
    largest, heard = (a.repeat(size, axis=2).repeat(size, axis=3) for a in (A, dA))
    rows, columns = largest.shape[2:]
    dX = np.zeros(X.shape, dA.dtype)
    dX[:, :, :rows, :columns] = heard * (X[:, :, :rows, :columns] == largest)
    return dX
    ### END SOLUTION


# %%
check(max_pool_backward)

# %% tags=["demo"]
with unfinished():
    X = np.array([[3, 1, 0, 2], [2, 8, 6, 5], [7, 4, 1, 0], [5, 9, 2, 3]]).reshape(1, 1, 4, 4)
    dA = np.array([[10, 20], [30, 40]]).reshape(1, 1, 2, 2)
    tables = {"X": X, "A": max_pool_forward(X, 2), "dA": dA, "dX": max_pool_backward(dA, X, 2)}
    tables = {name: array[0, 0] for name, array in tables.items()}
    error = gradient_check(
        lambda x: np.sum(dA * max_pool_forward(x, 2)), X, lambda x: max_pool_backward(dA, x, 2)
    )
    print(f"gradient check below 1e-6: {error < 1e-6}")
    display(figures.number_tables(tables, {"X": tables["dX"] > 0, "dX": tables["dX"] > 0}))

# %% [markdown]
# Pooling is a switch, set anew by every picture: the winner of each block is connected, and the
# others hear nothing from this picture.
#
# ## 7 A network that looks at pictures
#
# Two rounds of convolution, ReLU and pooling, and one dense layer that votes. What each step makes
# of one gray picture:
#
# | step | shape of one example | parameters |
# |---|---|---|
# | picture | (1, 32, 32) | |
# | 8 filters of 5 by 5, stride 2, padding 2; ReLU | (8, 16, 16) | 8 · 25 + 8 = 208 |
# | max-pooling by 2 | (8, 8, 8) | |
# | 32 filters of 5 by 5, stride 2, padding 2; ReLU | (32, 4, 4) | 32 · 8 · 25 + 32 = 6,432 |
# | max-pooling by 2 | (32, 2, 2) | |
# | as a row of 128 numbers; dense | (2,) | 128 · 2 + 2 = 258 |
#
# 6,898 parameters, where the dense network has 67,746. He's start counts the inputs of a neuron,
# which are the 25 · C weights of its window.


# %%
def start(channels, rng):
    """First parameters of the network above: two convolutions, one dense layer."""
    params = []
    for inputs, filters in ((channels, 8), (8, 32)):
        [(W, b)] = he_init([25 * inputs, filters], rng)
        params.append((W.T.reshape(filters, inputs, 5, 5), b))
    params += he_init([128, 2], rng)
    return [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]


def conv_forward(X, params):
    """Logits (N, 2) of pictures (N, C, 32, 32), and what the way back needs."""
    cache = []
    for W, b in params[:-1]:
        Z = conv2d_forward(X, W, b, stride=2, padding=2)
        cache.append((X, Z))
        X = max_pool_forward(relu(Z), 2)
    row = X.reshape(len(X), -1)
    return dense_forward(row, *params[-1]), [*cache, (row, X.shape)]


# %% [markdown]
# The way back plays the same steps in the opposite order: `cache[-2::-1]` is the list without its
# last entry, backwards. Read it line by line: which line belongs to which line of `conv_forward`?


# %%
def conv_backward(dlogits, cache, params):
    """The gradients of all parameters, as a list of (dW, db)."""
    row, shape = cache[-1]
    dA, dW, db = dense_backward(dlogits, row, params[-1][0])
    grads, dA = [(dW, db)], dA.reshape(shape)
    for (X, Z), (W, _) in zip(cache[-2::-1], params[-2::-1], strict=True):
        dZ = relu_backward(max_pool_backward(dA, relu(Z), 2), Z)
        dA, dW, db = conv2d_backward(dZ, X, W, stride=2, padding=2)
        grads.insert(0, (dW, db))
    return grads


def fit_conv(X, y, seed):
    rng = np.random.default_rng(seed)
    params = start(X.shape[1], rng)
    began = time.perf_counter()
    logits, cache = conv_forward(X[:64], params)
    conv_backward(logits, cache, params)
    if time.perf_counter() - began > 1:
        raise TimeoutError(
            "One batch takes more than a second, and training needs 752 of them: your functions "
            "are too slow for this. Let loops run over the entries of a filter only."
        )
    return fit(X, y, params, conv_forward, conv_backward, 0.003, 8, rng)


# %% [markdown]
# A tenth of the parameters, on the same 6,000 pictures, for as many epochs. (The rate of 0.003 is
# for both networks the better one of 0.001 and 0.003; we tried that on other pictures.) The cell
# takes about half a minute. What do you expect?

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    X = scaled(images, images_train).transpose(0, 3, 1, 2)
    X_train, X_test = X[:6_000], X[6_000:]
    trained = fit_conv(X_train, y_train, 0)
    seen = accuracy(conv_forward(X_train, trained)[0], y_train)
    scores["convolution"] = accuracy(conv_forward(X_test, trained)[0], y_test)
    for name, params in (("dense", dense), ("convolution", trained)):
        print(f"{name:12} {sum(W.size + b.size for W, b in params):6,} parameters")
    print(f"convolution on its own training pictures: {seen:.3f}")
    display(figures.accuracies(scores, 2_000))

# %% [markdown]
# From 0.92 to 0.95 with a tenth of the parameters. Was that luck? `benchmarks/convolution.py` in
# the project's folder trains both networks with five seeds each: the dense one was right on 0.919
# of the test pictures (from 0.916 to 0.923), the convolution on 0.953 (from 0.949 to 0.957). That
# is 58 mistakes where there were 100. Mirroring and weight decay brought lesson 08's network to
# 0.93; here neither was used.
#
# It is not size alone that makes a network good. What we know about pictures has gone into its
# form, and need not be learned any more. It pays with work, since every weight is used many times:
# 153,856 multiplications for one picture, where the dense network needs 67,648.
#
# What have the filters learned? Here are those of the first layer, and then their answers, after
# ReLU, to two test pictures.

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    W, b = trained[0]
    display(figures.feature_maps(images_test[0], W[:, 0]))
    for one in (0, 1):
        maps = relu(conv2d_forward(X_test[one : one + 1], W, b, stride=2, padding=2))
        display(figures.feature_maps(images_test[one], maps[0]))

# %% [markdown]
# The filters hardly look like anything: there is a dark spot in filter 2, and much of the random
# start in all of them. Their maps say more. Filter 0 answers where it is bright, inside the bright
# face and around the dark one. Filter 2 answers to what is dark: eyes and nose of the dog, the
# whole face of the cat. Others follow edges with one side bright. Filter 5 has little to say.
#
# No map means "cat". That is put together in the layers behind.

# %% [markdown]
# ## 8 The same face somewhere else
#
# We move every test picture to the right, pixel by pixel; what leaves the frame on the right comes
# in again on the left. In the training pictures the faces stand up to about 3 pixels off the
# middle. Predict the two curves: who falls first, and how far?

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    curves = {"dense": [], "convolution": []}
    for pixels in range(9):
        moved = scaled(np.roll(images_test, pixels, axis=2), images_train)
        logits, _ = network_forward(moved.reshape(-1, 1024), dense)
        curves["dense"].append(accuracy(logits, y_test))
        logits, _ = conv_forward(moved.transpose(0, 3, 1, 2), trained)
        curves["convolution"].append(accuracy(logits, y_test))
    display(figures.loss_curves(curves, xlabel="pixel", ylabel="accuracy"))

# %% [markdown]
# Four pixels take the dense network from 0.92 to 0.69, and the other one from 0.95 to 0.87. Moved
# far, the dense network is wrong more often than a coin. If a picture moves by two pixels, the
# stride, the first feature maps move by one with it, since the same weights work everywhere; if it
# moves by one, they follow roughly. Pooling forgives a part of the rest.
#
# Why does the convolution fall at all? Its last layer is dense. It sees 2 by 2 places, and gives
# each its own weights: roughly, it still knows where a face has to be. The zeros around the picture
# tell it, too. And more and more faces are cut in two by the frame.

# %% [markdown]
# ## 9 With real photos
#
# In lesson 08 the dense network got about 0.6 on photographs, where animals stand anywhere. Is this
# what it was missing? Set `PHOTOS` to a folder or a zip file with the folders `cat` and
# `dog`, as there, and run the next cells.

# %%
PHOTOS = None  # for example "photos.zip", or a folder that holds cat/ and dog/

# %% tags=["demo", "nbval-ignore-output"]
if PHOTOS is None:
    print("PHOTOS is None: no photographs are used. The text below says what to expect.")
else:
    with unfinished():
        photos = datasets.photo_folder(PHOTOS)
        mixed = np.random.default_rng(0).permutation(len(photos.y))
        found, kinds = photos.images[mixed], photos.y[mixed]
        cut = len(found) * 3 // 5
        X_photos = scaled(found, found[:cut]).transpose(0, 3, 1, 2)
        params = fit_conv(X_photos[:cut], kinds[:cut], 0)
        for name, part in (("training", slice(cut)), ("test", slice(cut, None))):
            right = accuracy(conv_forward(X_photos[part], params)[0], kinds[part])
            print(f"{name:8} {len(kinds[part]):6} photographs, accuracy {right:.2f}")

# %% [markdown]
# **What to expect.** On 10,000 photographs, 6,000 of them for training, and over five seeds, the
# dense network was right on 0.601 of the test pictures (from 0.597 to 0.608) and the convolution on
# 0.669 (from 0.664 to 0.676). Better, and far from good. On its own training pictures it is right
# on about 0.77, so it learns some of them by heart, and not yet what a cat is.
#
# Networks that do better are built from the same parts, and larger: a dozen or more layers, in
# color, millions of pictures. `python benchmarks/convolution.py PHOTOS` repeats these figures with
# your photographs.

# %% [markdown]
# ## Summary
#
# - A dense layer does not know which pixels are neighbors: shuffled pictures are all the same to
#   it.
# - A filter looks at a small window with the same weights everywhere: few parameters, and a
#   feature is found wherever it is.
# - The output has ⌊(height + 2 · padding − kh)/stride⌋ + 1 rows; each filter makes one channel.
# - Backward, a weight adds up what it hears from all places, a pixel what it hears from all windows
#   that it lies in.
# - Max-pooling keeps the largest of each block and hands its derivative to that entry alone.
#
# From one neuron to a layer that finds an ear wherever it is, the rule was the same: multiply along
# each path, add over all paths. Whatever layer you meet next, you can write its way back, and test
# it.

# %% [markdown]
# ## Questions to think about
#
# 1. A dense layer is a convolution, too. Which one?
#
#    <details><summary>Answer</summary>
#
#    One whose filters are as large as the picture, without padding: there is a single place, and
#    each filter is one neuron.
#
#    </details>
#
# 2. Two layers of 3 by 3 filters, stride 1, follow each other. How many pixels of the picture does
#    a number of the second output depend on?
#
#    <details><summary>Answer</summary>
#
#    On 5 by 5: three windows side by side, each three wide, that overlap. It takes 2 · 9 weights
#    per pair of channels, where a filter of 5 by 5 takes 25, and there is a ReLU in between.
#
#    </details>
#
# 3. Will this network know tilted faces better than the dense one?
#
#    <details><summary>Answer</summary>
#
#    Somewhat, though nothing turns with the picture. To an edge that is tilted a little a filter
#    still answers, only weaker, and pooling forgives small displacements. Far tilts have to be in
#    the data, as in lesson 08. Try it: `datasets.FaceStyle(tilt=0.3)` draws such faces.
#
#    </details>
#
# 4. Why is no block given two largest entries in our questions? What happens after a ReLU?
#
#    <details><summary>Answer</summary>
#
#    With two equal largest entries the maximum has a kink, and no derivative: moving one of them up
#    or down gives different slopes. After a ReLU many blocks are all 0. There the ReLU's own slope
#    is 0, so whatever pooling hands out is lost one step later.
#
#    </details>

# %% [markdown]
# ## Further reading
#
# - K. Fukushima: *Neocognitron: a self-organizing neural network model for a mechanism of pattern
#   recognition unaffected by shift in position*. Biological Cybernetics 36, 193–202, 1980. Layers
#   of shared windows, before backpropagation trained them.
# - Y. LeCun et al.: *Backpropagation applied to handwritten zip code recognition*. Neural
#   Computation 1 (4), 541–551, 1989. Shared weights, trained as here.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: *Gradient-based learning applied to document
#   recognition*. Proceedings of the IEEE 86 (11), 2278–2324, 1998. Convolutional networks read
#   handwriting.
# - A. Krizhevsky, I. Sutskever, G. Hinton: *ImageNet classification with deep convolutional neural
#   networks*. Advances in Neural Information Processing Systems 25, 2012. The same idea, larger.
# - V. Dumoulin, F. Visin: *A guide to convolution arithmetic for deep learning*. 2016.
#   arXiv:1603.07285. Stride and padding in pictures.
# - A. Azulay, Y. Weiss: *Why do deep convolutional networks generalize so poorly to small image
#   transformations?* Journal of Machine Learning Research 20 (184), 1–25, 2019. How far section 8
#   goes, and where it ends.
