# %% [markdown]
# # 08 Cats and dogs
#
# Seven lessons made the parts. In this one we carry a project from the first look at the data to a
# score that we can defend: is this a picture of a cat or of a dog?
#
# **You will be able to**
# - turn pictures into numbers, and divide them so that the final score means something,
# - judge a network by baselines, and choose its settings without fooling yourself,
# - state an accuracy with its uncertainty, and say which mistakes stand behind it,
# - ask a network which pixels moved its answer, and find out where its knowledge ends,
# - put all of it into one function that labels pictures nobody has seen.
#
# **Time:** about two and a half hours. **You need:** the training loop (lesson 05), Adam and cosine
# decay (lesson 06), weight decay (lesson 07). Whatever earlier lessons asked you to write comes
# from `nnlib` here, so that an old mistake does not follow you.

# %% tags=["setup"]
import numpy as np
from IPython.display import display

from nnlib import datasets, figures
from nnlib.checking import check, unfinished
from nnlib.functional import (
    accuracy,
    dense_backward,
    network_backward,
    network_forward,
    relu_backward,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from nnlib.initializers import he_init
from nnlib.optimizers import adam_step
from nnlib.regularizers import add_l2_gradient
from nnlib.schedules import cosine_decay
from nnlib.training import minibatches

CLASSES = ["cat", "dog"]  # label 0 and label 1

# %% [markdown]
# ## 1 Look first
#
# What is in the data? Before any calculation we look at some of them.
#
# Our pictures are drawn by a program, 32 by 32 pixels in gray, with random fur, light, place and
# tilt. So everybody has the same ones, without a download, and we may ask for more at any time.
# Section 14 does the same with photographs.
#
# Cover the captions with your hand: by what do you tell a cat from a dog? Write your three best
# signs down; section 12 comes back to them.

# %% tags=["demo"]
images, y = datasets.cats_and_dogs(10_000, 8)
print(f"images {images.shape}, {images.dtype}, from {images.min()} to {images.max()}")
figures.picture_grid(images[:24], [CLASSES[label] for label in y[:24]])

# %% [markdown]
# Ears that stand up or hang, the snout, whiskers, slit or round pupils, sometimes a tongue. None
# of it is always in the same place. Some faces are light on dark, some dark on light, and in some
# a bar hides part of the face. And the dog beside the last cat has the ears of a cat: the program
# gives 3 in 100 faces the ears of the other class, for life is like that.
#
# ## 2 A picture becomes a row
#
# A network takes a row of numbers. What is the row of a picture?
#
# The pictures come as one array of shape (N, height, width, channels): N pictures, each of 32 rows
# of 32 pixels, with one channel for gray (color has three). Every entry is a `uint8`, a whole
# number from 0, black, to 255, white. We lay the rows of a picture one behind the other and divide
# by 255: 1024 numbers from 0 to 1, the **features** of the picture.

# %% [markdown]
# ### Exercise `images_to_features` · 5 minutes · easy ●○○
#
# **Takes** `images` (N, height, width, channels), `uint8`. **Returns** `X` of shape
# (N, height · width · channels), floats in [0, 1]. The numbers of a picture keep their order:
# first its top row from left to right, then the next row; at each pixel, channel by channel.
#
# **By hand:** one picture of 2 by 2 pixels with the rows `0 51` and `102 255` becomes
# `[[0, 0.2, 0.4, 1]]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Two things happen: the shape changes, and the range. Which of the four axes must survive?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `reshape` keeps the order of the entries, and one of its sizes may be left for NumPy to find out.
#
# </details>


# %%
def images_to_features(images):
    """One row of numbers in [0, 1] per picture: uint8 (N, h, w, c) to floats (N, h * w * c)."""
    ### BEGIN SOLUTION
    return images.reshape(len(images), -1) / 255
    ### END SOLUTION


# %%
check(images_to_features)

# %% [markdown]
# ## 3 Put the test away
#
# At the end we want to say how often the network is right on new pictures. Which pictures may
# answer that?
#
# Not those it was trained on: lesson 07 showed how well they are learned by heart. And not those
# by which we *choose* anything. Whoever tries 20 settings and keeps the best also keeps the
# luckiest, so its score is too good. So lesson 07 made three parts:
#
# - **training** data move the weights;
# - **validation** data choose: learning rate, weight decay, size, when to stop;
# - **test** data are used once, at the very end.
#
# We split before we measure anything, even an average. A number that was measured on all the data
# carries something of the test set into every decision after it.

# %% [markdown]
# How do we split? At random, since files on a disk are often sorted: first all cats, then all
# dogs. And **stratified**, each class for itself. Take 24 dogs and 6 cats, of which a fifth is to
# become test data. Six drawn from all 30 at random contain no cat in 23 of 100 splits.
# Split class by class, the six are 1 or 2 cats (their share is 1.2) and 4 or 5 dogs (4.8).
#
# ### Exercise `train_validation_test_split` · 20 minutes · medium ●●○
#
# **Takes** labels `y` (N,); `fractions`, three shares that add up to 1, such as `(0.6, 0.2, 0.2)`;
# `rng`, a `numpy.random.Generator`.
#
# **Returns** three arrays of row numbers (integers): training, validation, test. Each number from
# 0 to N − 1 stands in exactly one of them. In each part every class has its share, within one
# example. Who of a class goes where is drawn from `rng`; the order inside a part is free.

# %% [markdown]
# **By hand:** in `y = [0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1]` five are of class 0 and ten
# of class 1. With the shares (0.6, 0.2, 0.2) training gets 3 and 6 of them, validation 1 and 2,
# test 1 and 2: parts of 9, 3 and 3 row numbers.
#
# <details><summary>Hint 1: where to look</summary>
#
# For one class: which rows does it have (`np.flatnonzero`), in which order shall they be
# (`rng.permutation`), and where are the two cuts?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The second cut lies at the first two shares together, and the last part takes what is left, so
# that rounding loses nobody. Collect the pieces of all classes per part and join them.
#
# </details>


# %%
def train_validation_test_split(y, fractions, rng):
    """Row numbers of three disjoint parts, each class shared out by the same fractions."""
    ### BEGIN SOLUTION
    parts = [], [], []
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        first = round(fractions[0] * len(rows))
        second = round((fractions[0] + fractions[1]) * len(rows))
        for part, piece in zip(parts, np.split(rows, [first, second]), strict=True):
            part.append(piece)
    return tuple(np.concatenate(part) for part in parts)
    ### END SOLUTION


# %%
check(train_validation_test_split)

# %% tags=["demo"]
with unfinished():
    parts = train_validation_test_split(y, (0.6, 0.2, 0.2), np.random.default_rng(0))
    for name, rows in zip(("training", "validation", "test"), parts, strict=True):
        print(f"{name:10} {len(rows):5} pictures, {np.mean(y[rows] == 1):.2%} of them dogs")
    train_rows, validation_rows, test_rows = parts
    images_train, y_train = images[train_rows], y[train_rows]
    images_validation, y_validation = images[validation_rows], y[validation_rows]

# %% [markdown]
# `test_rows` now lies in a drawer. We open it in section 9.
#
# What would be the simplest way to tell the classes apart? Compare a picture with the average cat
# and the average dog. What do you expect these to look like?

# %% tags=["demo"]
with unfinished():
    averages = [images_train[y_train == label].mean(axis=0) for label in (0, 1)]
    apart = 128 + 4 * (averages[1] - averages[0])
    shown = np.clip([*averages, apart], 0, 255).astype(np.uint8)
    display(figures.picture_grid(shown, ["average cat", "average dog", "4 × difference"]))
    print(f"largest difference of a pixel: {np.abs(averages[1] - averages[0]).max():.0f} of 255")

# %% [markdown]
# Two gray clouds with a shadow in the middle, where eyes and nose are; the dog's shadow is deeper.
# Light faces on dark ground and dark faces on light ground cancel, and ears leave almost no trace.
# No single pixel knows the answer.
#
# ## 4 The same scale for every column
#
# Lesson 06 showed why a loss is easier to descend when all directions are about equally steep.
# Columns with different means and spreads make it steep in some and flat in others. So every
# column $X_d$ (one pixel, over all pictures) gets mean 0 and standard deviation 1:
#
# $$\tilde X_{nd} = \frac{X_{nd} - m_d}{s_d} \qquad m_d = \frac1N \sum_n X_{nd} \qquad s_d =
# \sqrt{\frac1N \sum_n (X_{nd} - m_d)^2}$$
#
# $X$ and $\tilde X$ are (N, D), $m$ and $s$ (D,).
#
# From which pictures do $m$ and $s$ come? From the training pictures only. They are part of what
# the network has learned, as its weights are, and every other picture is transformed with the same
# numbers, even if it comes alone.

# %% [markdown]
# ### Exercise `standardize` · 15 minutes · medium ●●○
#
# **Takes** `X_train` (N, D) and `X_other` (M, D). **Returns** both, standardized with the mean and
# the standard deviation of `X_train`. The standard deviation is the one above, with 1/N, and
# nothing is added to it. A column that is constant in `X_train`, where its largest and its
# smallest value are equal, becomes 0 in both. The arrays that were handed in keep their values.
#
# **By hand:** `X_train = [[1, 7], [3, 7]]` and `X_other = [[5, 8]]`. The first column has mean 2
# and standard deviation 1, the second is constant: `[[-1, 0], [1, 0]]` and `[[3, 0]]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Along which axis is a column's mean taken? And what does NumPy make of 0/0? Do not trust `std` to
# be exactly 0: for seven times 0.1 it gives 1.4e-17.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Find the constant columns by their largest and smallest values, divide these by something
# harmless, and set them to 0 at the end, in both arrays.
#
# </details>


# %%
def standardize(X_train, X_other):
    """Both (N, D) and (M, D) with the column means and deviations of the first."""
    ### BEGIN SOLUTION
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    mean = X_train.mean(axis=0)
    std = np.where(varies, X_train.std(axis=0), 1)
    return (X_train - mean) / std * varies, (X_other - mean) / std * varies
    ### END SOLUTION


# %%
check(standardize)

# %% [markdown]
# From here on every picture goes the same way, and `prepared` is that way: features, then the
# training pictures' scale. For brevity it measures $m$ and $s$ anew at every call; once would do.
# We calculate with `float32`, numbers of half the size, since about seven digits are plenty for
# training and it takes about half the time.

# %% tags=["demo"]
with unfinished():
    known = images_to_features(images_train)

    def prepared(images):
        return standardize(known, images_to_features(images))[1].astype(np.float32)

    X_train, X_validation = prepared(images_train), prepared(images_validation)
    for name, X in (("training", X_train), ("validation", X_validation)):
        print(f"{name:10} {X.shape}, mean {abs(X.mean()):.3f}, standard deviation {X.std():.3f}")

# %% [markdown]
# ## 5 Something to beat
#
# A network gets 0.9. Is that good? It depends on what is to be had for nothing. So the first two
# models are as simple as can be:
#
# - **The larger class.** Always say what is most common in the training data. Where 95 of 100
#   patients are well, this scores 0.95.
# - **A linear model.** One dense layer, no hidden neurons: each pixel votes with its weight.
#
# For the linear model and all that follow we need a training loop. This one contains nothing new:
# mini-batches and He's start from lesson 05, Adam and cosine decay from lesson 06, weight decay
# from lesson 07. It asks `features()` for the pictures anew in every epoch (section 8 says why),
# and returns the parameters after each epoch.


# %%
def fit(features, y, sizes, learning_rate, weight_decay, epochs, rng):
    """A list with the parameters after each epoch; features() gives X (N, D) for one epoch."""
    params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in he_init(sizes, rng)]
    zeros = [(0 * W, 0 * b) for W, b in params]
    state, after = (zeros, zeros, 0), []
    for epoch in range(epochs):
        rate = cosine_decay(learning_rate, epoch, epochs)
        for X_batch, y_batch in minibatches(features(), y, 64, rng):
            logits, cache = network_forward(X_batch, params)
            dlogits = softmax_cross_entropy_backward(logits, y_batch)
            grads = network_backward(dlogits, cache, params)
            grads = add_l2_gradient(grads, params, weight_decay)
            params, state = adam_step(params, grads, state, rate)
        after.append(params)
    return after


def score(params, X, y):
    return accuracy(network_forward(X, params)[0], y)


# %% [markdown]
# Cats and dogs are drawn at even odds, so you know what the larger class will score. And the
# linear model? Remember the two clouds before you guess.

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    larger = np.bincount(y_train).argmax()
    linear = fit(lambda: X_train, y_train, [1024, 2], 0.001, 0, 8, np.random.default_rng(0))[-1]
    seen, new = score(linear, X_train, y_train), score(linear, X_validation, y_validation)
    print(f"larger class: validation {np.mean(y_validation == larger):.2f}")
    print(f"linear model: validation {new:.2f}, training {seen:.2f}")

# %% [markdown]
# About 0.62 on pictures that it has not seen: more than chance, and not much. (On your machine the
# last digits of such numbers may differ from the text, since sums are taken in another order.)
#
# Why is a linear model so weak? Its vote for a bright pixel is the same in every picture. An ear
# that is bright on dark ground and one that is dark on bright ground move its score in opposite
# directions. What is needed is a neuron for the one and a neuron for the other.

# %% [markdown]
# ## 6 A network
#
# Two hidden layers, of 64 and 32 neurons, with Adam's usual rate of 0.001. The network has 67,746
# parameters and 6,000 pictures to learn from. What do you expect of the two losses: will the one
# on the validation data follow the one on the training data, stay above it, or turn round?

# %%
SIZES = [1024, 64, 32, 2]


def loss(params, X, y):
    return softmax_cross_entropy(network_forward(X, params)[0], y)


# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    epochs = fit(lambda: X_train, y_train, SIZES, 0.001, 0, 12, np.random.default_rng(0))
    curves = {
        "training": [loss(params, X_train, y_train) for params in epochs],
        "validation": [loss(params, X_validation, y_validation) for params in epochs],
    }
    display(figures.loss_curves(curves, xlabel="epoch"))
    seen, new = score(epochs[-1], X_train, y_train), score(epochs[-1], X_validation, y_validation)
    print(f"accuracy: training {seen:.2f}, validation {new:.2f}")

# %% [markdown]
# It stays above it. (The axis counts from epoch 0, whose point is the loss after it; the square
# marks the lowest validation loss.) In the end the network is right on 98 of 100 training pictures
# and on 91 of 100 others; the linear model was right on 62. The training loss of 0.09 says nothing
# about new pictures, where it is 0.24. The validation curve does not turn round here, since we stop
# after 12 epochs, with tiny last steps. With 24 epochs at a constant rate it climbs to about 0.4.
#
# What have the neurons of the first layer learned? Their weights can be laid out like a picture,
# orange where positive, purple where negative. We show 16 of the 64; under each stand its number
# and the end of its color scale. Do you find anything that looks like a part of a face?

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    display(figures.weights_as_images(epochs[-1][0][0], 32, 32))

# %% [markdown]
# Hardly. Each still carries the noise of its random start; over it lie orange and purple blotches
# where ears, eyes and snout may be. A neuron that must serve faces in many places cannot look like
# any one of them.
#
# ## 7 Choose on validation data
#
# The rate 0.001 and no weight decay were a guess. Which rate and which decay are best? The decay is
# that of lesson 07: its slope joins the gradient before Adam's step, so Adam rescales it as well.
#
# We try three of each, nine trainings, and compare them **on the validation data**. On the
# training data the choice would always fall on the network that learns by heart best.
#
# Rates and decays are tried by factors of ten, since nobody knows beforehand in which order of
# magnitude they lie. Which of the nine do you expect to be best, and which worst?

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    tried = {}
    for rate in (0.0001, 0.001, 0.01):
        for decay in (0, 0.01, 0.1):
            rng = np.random.default_rng(0)
            params = fit(lambda: X_train, y_train, SIZES, rate, decay, 8, rng)[-1]
            tried[rate, decay] = score(params, X_validation, y_validation)
    print("rate      no decay   decay 0.01   decay 0.1")
    for rate in (0.0001, 0.001, 0.01):
        row = [tried[rate, decay] for decay in (0, 0.01, 0.1)]
        print(f"{rate:<8}  {row[0]:8.3f}   {row[1]:10.3f}   {row[2]:9.3f}")

# %% [markdown]
# The rate decides most. At 0.0001 the network is not finished after 8 epochs. At 0.001 and 0.01 it
# is, unless a decay of 0.1 holds the weights back, most of all at the large rate.
#
# The best of the nine is 0.911, at rate 0.001 and decay 0.01, and three others lie within 0.005 of
# it. On 2,000 pictures a score of 0.91 has a standard error of 0.006 (section 9), so with other
# validation pictures another of the four might have won. We take the winner and remember two
# things: the settings close to it are as good, and its 0.911 is a little too good to be true,
# because we chose it *for* that number.

# %% [markdown]
# ## 8 More pictures than we have
#
# The network knows its training pictures better than others. More pictures would help. Where do we
# get them?
#
# A mirrored cat is a cat. Whoever mirrors pictures at random gets new ones for nothing, and tells
# the network something about the world that it would otherwise have to learn from examples. This
# is lesson 07's augmentation. It is done anew in every epoch, so that the network hardly ever sees
# a picture twice in the same way, and only with training pictures.
#
# Not every change is allowed. Turned upside down, a cat is still a cat, but nobody will show us
# such pictures. A mirrored 6 is no digit at all.

# %% [markdown]
# ### Exercise `augment_flip` · 10 minutes · easy ●○○
#
# **Takes** `images` (N, height, width, channels); `rng`, a `numpy.random.Generator`; `p`, a
# probability. **Returns** a new array of the same shape and dtype, in the same order, in which
# every picture is mirrored left to right with probability `p`, each deciding for itself by a
# number from `rng`. `images` keeps its values.
#
# **By hand:** a picture with the single row `1 2 3` comes back as `1 2 3` or as `3 2 1`; with
# `p = 1` always as the latter, with `p = 0` never.
#
# <details><summary>Hint 1: where to look</summary>
#
# Which of the four axes runs from left to right? A slice with a negative step walks an axis
# backwards. And how do you make N decisions, each true with probability p?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Compare N uniform random numbers with p. Then either overwrite the chosen pictures of a copy, or
# choose between both arrays with `np.where`, whose condition needs the shape (N, 1, 1, 1).
#
# </details>


# %%
def augment_flip(images, rng, p=0.5):
    """The pictures (N, h, w, c), each mirrored left to right with probability p."""
    ### BEGIN SOLUTION
    mirrored = images.copy()
    chosen = rng.random(len(images)) < p
    mirrored[chosen] = images[chosen, :, ::-1]
    return mirrored
    ### END SOLUTION


# %%
check(augment_flip)

# %% [markdown]
# Same network, the winner's rate and decay, and 12 epochs instead of 8: once with the pictures as
# they are, once mirrored anew in every epoch. Does mirroring make the training score larger or
# smaller, and the validation score?

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    rng = np.random.default_rng(0)
    same = fit(lambda: X_train, y_train, SIZES, 0.001, 0.01, 12, rng)[-1]
    rng = np.random.default_rng(0)
    final = fit(
        lambda: prepared(augment_flip(images_train, rng)), y_train, SIZES, 0.001, 0.01, 12, rng
    )[-1]
    for name, params in (("as they are", same), ("mirrored", final)):
        seen, new = score(params, X_train, y_train), score(params, X_validation, y_validation)
        print(f"{name:12} training {seen:.3f}   validation {new:.3f}")
    logits = [network_forward(X_validation, params)[0] for params in (same, final)]
    right = [z.argmax(axis=1) == y_validation for z in logits]
    print("right with one only: as they are", np.sum(right[0] > right[1]), end="")
    print(", mirrored", np.sum(right[1] > right[0]))

# %% [markdown]
# The training score falls, and that is what we want: learning by heart has become harder. The gap
# shrinks from about 5 points to about 3. The validation score was 0.911 and is 0.92 after 12 epochs
# instead of 8, and mirroring adds less than a point. Both networks see the same pictures, so only
# those tell that one alone gets right: 38 against 25 here, and a coin does as much in 13 of 100
# cases. That alone would be no proof. Mirroring costs only time, and it has helped many others, so
# we keep it. The network `final` is our choice.

# %% [markdown]
# ## 9 The score, once
#
# All choices are made, and the drawer may be opened. How sure may we be of the number that we
# find?
#
# The test set is a sample. Had the program drawn 2,000 other pictures, the number would be a bit
# different. If the network is right on a picture with probability $p$, then its accuracy on N
# independent pictures scatters around $p$ with the standard deviation
#
# $$\text{SE} = \sqrt{\frac{p\,(1 - p)}{N}}$$
#
# the standard error of lesson 05. We do not know $p$, so we put the measured accuracy in its place.
# In about 95 of 100 cases the measured number lies within two standard errors of the true one. For
# $p = 0.9$ and N = 2,000 that is ± 0.013; with N = 100 it would be ± 0.06, and most of the
# comparisons of this lesson could not be made.

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    images_test, y_test = images[test_rows], y[test_rows]
    X_test = prepared(images_test)
    measured = score(final, X_test, y_test)
    error = np.sqrt(measured * (1 - measured) / len(y_test))
    print(f"accuracy on {len(y_test):,} test pictures: {measured:.3f} ± {2 * error:.3f}")
    scores = {
        "linear, validation": score(linear, X_validation, y_validation),
        "section 6, validation": score(epochs[-1], X_validation, y_validation),
        "final, validation": score(final, X_validation, y_validation),
        "final, test": measured,
    }
    display(figures.accuracies(scores, len(y_test)))

# %% [markdown]
# About 0.93, give or take one point; the bars reach two standard errors to each side. It lies a bit
# above the validation score, by less than the uncertainty of either. Because validation data
# choose, one expects it slightly below.
#
# From here on the test pictures are used up. We may look at the mistakes in order to understand
# them, but whoever now changes the network because of them needs new pictures for the next score.
#
# ## 10 Which mistakes?
#
# One number hides who suffers from the mistakes. Are more cats taken for dogs, or more dogs for
# cats?
#
# A **confusion matrix** $M$ of shape (C, C) counts it: $M_{ij}$ is the number of examples of true
# class $i$ that were called $j$. The diagonal holds what is right.

# %% [markdown]
# ### Exercise `confusion_matrix` · 5 minutes · easy ●○○
#
# **Takes** `y_true` (N,) and `y_predicted` (N,), integer labels, and `classes`, the number C.
# **Returns** `M` (C, C), integers: rows are true classes, columns predicted ones. A class that
# never occurs still has its row and its column.
#
# **By hand:** true `[0, 0, 1, 1, 1]`, predicted `[0, 1, 1, 1, 0]`, C = 2. One cat is right and one
# was called a dog; two dogs are right and one was called a cat: `[[1, 1], [1, 2]]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# The table starts with zeros, and each example adds 1 in one place. Which two numbers name that
# place?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A loop over pairs of labels will do. Beware of the shortcut that adds 1 at many places at once:
# where a place is named twice, it still adds 1 only once (`np.add.at` does not have this trouble).
#
# </details>


# %%
def confusion_matrix(y_true, y_predicted, classes):
    """M (C, C): how many examples of each true class (row) were called what (column)."""
    ### BEGIN SOLUTION
    M = np.zeros((classes, classes), dtype=int)
    for true, predicted in zip(y_true, y_predicted, strict=True):
        M[true, predicted] += 1
    return M
    ### END SOLUTION


# %%
check(confusion_matrix)

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    probabilities = softmax(network_forward(X_test, final)[0])
    said = probabilities.argmax(axis=1)
    display(figures.confusion_table(confusion_matrix(y_test, said, 2), CLASSES))

# %% [markdown]
# 74 cats were called dogs and 65 dogs were called cats. That shows no difference between the
# classes: with 139 coins, heads and tails differ by 9 or more in half of all cases. Where classes
# are of very different sizes, or where one mistake costs more than the other, this table is worth
# more than the accuracy.
#
# Now the mistakes themselves. The most instructive are those where the network was most sure. Look
# at each of the following pictures: what would you have said?

# %% tags=["demo"]
with unfinished():
    display(figures.most_confidently_wrong(images_test, y_test, probabilities, CLASSES, 16))

# %% [markdown]
# Most of these 16 are dogs with the ears of a cat, or cats with the ears of a dog. The network was
# not careless: it saw ears, and followed them. Eyes, snout and whiskers would have told the truth.
# Among all 139 mistakes about a third have such ears. (A caption of 1.00 is rounded: the largest is
# 0.999.)
#
# Here such faces are made on purpose. In real data the most confident mistakes often show labels
# that are wrong. Look at them before you blame the network.

# %% [markdown]
# ## 11 Which pixels mattered?
#
# Why did the network say dog? Backpropagation can answer a part of that. So far we asked how the
# loss changes with the weights. Now the weights stay, and we ask how the answer changes with the
# **input**.
#
# Let $u = z_\text{dog} - z_\text{cat}$ be the dog's lead in one picture, positive where the network
# says dog. Its slopes with respect to the logits are −1 for the cat and 1 for the dog. From there
# the chain runs back as in lesson 04, through dense layers and gates, and the last step, which
# training leaves out, arrives at the picture: $\partial u / \partial X$ of shape (N, 1024), one
# slope per pixel on its standardized scale. Per step of the pixel itself, from 0 to 255, it is
# $\frac{\partial u}{\partial X_d} \cdot \frac{1}{255\,s_d}$, with the same sign, since the standard
# deviation $s_d$ is positive.


# %% tags=["demo", "nbval-ignore-output"]
def lead_slopes(X, params):
    """The derivative of z_dog - z_cat of each picture with respect to its row of X (N, D)."""
    _, cache = network_forward(X, params)
    dZ = np.tile([-1.0, 1.0], (len(X), 1))
    for layer in reversed(range(len(params))):
        dX, _, _ = dense_backward(dZ, cache[layer][0], params[layer][0])
        if layer > 0:
            dZ = relu_backward(dX, cache[layer - 1][1])
    return dX


with unfinished():
    slopes = lead_slopes(X_test, final)
    sure = np.argsort(-np.where(said == y_test, probabilities.max(axis=1), 0))
    chosen = [*sure[y_test[sure] == 0][:4], *sure[y_test[sure] == 1][:4]]
    names = [CLASSES[label] for label in y_test[chosen]]
    display(figures.pixels_that_matter(images_test[chosen], slopes[chosen], names))

# %% [markdown]
# Orange: brighter here means more dog. Purple: brighter here means less dog. Each map has its own
# scale; the largest slopes go from 0.12 to 0.24. The strongest lie where ears can be, above the
# head and beside it, and around the snout. The corners, where there is hardly ever a face, are
# paler.
#
# Read such a map with care. It says how the lead reacts to a *small* change of one pixel at a
# time, not which pixels the network needs, and beside the blotches there is much noise.
#
# A slope is a promise: if we move this pixel a little, the lead moves so much. A small step at
# *every* pixel, each in the direction that hurts, adds up 1,024 such promises. We move each pixel
# by at most 4 of 255, which the eye does not see; for comparison we move it as far in a random
# direction. Guess the two accuracies.

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    hurts = np.sign(slopes) * np.where(y_test == 1, -1, 1)[:, None]
    random = np.random.default_rng(0).choice([-1, 1], size=hurts.shape)
    for name, direction in (("random", random), ("against the answer", hurts)):
        for step in (1, 2, 4):
            moved = images_test + step * direction.reshape(images_test.shape)
            X_moved = prepared(np.clip(moved, 0, 255).astype(np.uint8))
            print(f"{step} of 255, {name:18}: {score(final, X_moved, y_test):.2f}")
    moved = np.clip(moved[:4], 0, 255).astype(np.uint8)
    pairs = np.stack([images_test[:4], moved], axis=1).reshape(8, 32, 32, 1)
    display(figures.picture_grid(pairs, ["original", "moved by 4"] * 4))

# %% [markdown]
# A random change does next to nothing, since its 1,024 promises nearly cancel. The same amount of
# change in the direction that the slopes call worst brings the accuracy from 0.93 to 0.43, below
# chance, and in the pictures you hardly see it. Many small slopes add up: that is the price of a
# function that is almost linear over short distances. Such pictures are called **adversarial
# examples**.

# %% [markdown]
# ## 12 Pictures from elsewhere
#
# The test pictures come from the same program as the training pictures. What if somebody draws a
# little differently?
#
# `FaceStyle` changes one thing at a time. Before you run the cell, order these six by how much they
# will hurt: all pictures darker; twice the noise; larger heads, some of them cut by the frame;
# heads 0.6 times as large; heads that are tilted up to 60 degrees, instead of 20; every face with
# the ears of the other class. To compare, a seventh gives every face its own ears.
#
# We print how often the network is right, and how sure it is: its larger probability, on average.

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    styles = {
        "as before": datasets.FaceStyle(),
        "darker": datasets.FaceStyle(brightness=-0.2),
        "more noise": datasets.FaceStyle(noise=0.07),
        "larger": datasets.FaceStyle(scale=(1.0, 1.3)),
        "smaller": datasets.FaceStyle(scale=(0.45, 0.6)),
        "tilted": datasets.FaceStyle(tilt=0.577),  # the tangent of half of 60 degrees
        "own ears": datasets.FaceStyle(other_ears=0.0),
        "other ears": datasets.FaceStyle(other_ears=1.0),
    }
    elsewhere = {name: datasets.cats_and_dogs(1000, 9, style) for name, style in styles.items()}
    samples = [pictures[n] for n in (3, 4, 5) for pictures, _ in elsewhere.values()]
    display(figures.picture_grid(np.stack(samples), list(styles) * 3))

# %% tags=["demo", "nbval-ignore-output"]
with unfinished():
    results = {}
    for name, (pictures, labels) in elsewhere.items():
        there = softmax(network_forward(prepared(pictures), final)[0])
        results[name] = np.mean(there.argmax(axis=1) == labels)
        print(f"{name:11} right {results[name]:.3f}   sure {there.max(axis=1).mean():.2f}")
    display(figures.accuracies(results, 1000))

# %% [markdown]
# Darkness costs little: light varied in training as well. So does noise: random changes cancel, as
# in section 11. Larger, smaller and tilted heads cost half, three quarters and nearly all of the
# lead over chance. To us a tilted cat is a cat. To this network a picture is a list of 1,024
# numbers, and in a tilted face most of them mean something else. It hardly notices: it is right on
# 0.53 of the tilted faces, and 0.82 sure.
#
# Faces with their own ears score 0.95, faces with the other class's ears 0.23: there, three answers
# in four follow the ears. Together they predict our score: 97 in 100 faces have their own ears, and
# 0.97 · 0.954 + 0.03 · 0.232 = 0.932.
#
# A test score holds for pictures from the same source, and for no others. The network has not
# learned what a cat is. It has learned what separates the cats from the dogs *in these pictures*,
# by the easiest sign there was. What it should know has to be in the data.

# %% [markdown]
# ## 13 The whole project in one function
#
# Now it is your turn to do all of it: pictures in, and out comes a function that labels pictures
# it has never seen.
#
# ### Exercise `build_classifier` · 45 minutes · medium ●●○
#
# **Takes** `images_train` and `images_validation`, `uint8` of shape (N, 32, 32, 1), 8,000 and
# 2,000 faces drawn as ours; their labels `y_train` and `y_validation` (N,); `rng`, a
# `numpy.random.Generator`.
#
# **Returns** a function `predict`. Called with any number M of such pictures, `predict(images)`
# gives M labels, 0 or 1, in the order of the pictures. Which number stands for which class is what
# `y_train` says: here a cat may be 1 and a dog 0. `predict` may be called often, and long after
# `build_classifier` is finished, so it must keep what it needs; a picture gets the same label
# whether it comes alone or among others.

# %% [markdown]
# **How it is judged:** by the accuracy of `predict` on pictures that are drawn for this purpose.
# The check draws about 1,000; grading draws others, and more, from a seed that nobody knows. All
# points are given from 0.88 on, none up to 0.75, a share of them in between, and two standard
# errors are granted. Grading allows 60 seconds of one processor core for training and labeling
# together, so aim at 15. Everything that was defined above may be used, `fit` included, but not
# what was trained above: it does not know which class is 1 here. Drawing or loading more pictures
# is against the rules; `cats_and_dogs` refuses to draw inside.

# %% [markdown]
# **To compare:** the solution takes about 10 seconds and reaches about 0.93; a linear model
# reaches 0.62 and earns nothing. For a first try, train one network for 4 epochs: that takes
# seconds.
#
# <details><summary>Hint 1: where to look</summary>
#
# Sections 4 to 8 contain every line that you need. What in them belongs to *those* training
# pictures and must be made anew from the ones that are handed in?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A function inside your function sees its variables: the training pictures' scale and the best
# parameters. New pictures go the same way as the training pictures, except that nobody mirrors
# them. The validation pictures decide between two or three trainings.
#
# </details>


# %%
def build_classifier(images_train, y_train, images_validation, y_validation, rng):
    """A function predict(images) -> labels (M,), trained on the pictures that are handed in."""
    ### BEGIN SOLUTION
    known = images_to_features(images_train)

    def prepared(images):
        return standardize(known, images_to_features(images))[1].astype(np.float32)

    def mirrored():
        return prepared(augment_flip(images_train, rng))

    X_validation, best = prepared(images_validation), -1.0
    for weight_decay in (0.003, 0.03):
        params = fit(mirrored, y_train, [known.shape[1], 64, 32, 2], 0.001, weight_decay, 8, rng)[
            -1
        ]
        right = score(params, X_validation, y_validation)
        if right > best:
            best, chosen = right, params

    def predict(images):
        return network_forward(prepared(images), chosen)[0].argmax(axis=1)

    return predict
    ### END SOLUTION


# %%
check(build_classifier)

# %% [markdown]
# If your score is below 0.88, look where it is lost. Low on training pictures as well: train
# longer, with a larger rate or more neurons. High on training pictures and low on new ones:
# mirror, or decay. Good on the validation pictures and clearly lower in the check, 0.5 to 0.8: do
# the new pictures go the same way as the training pictures?
#
# ## 14 With real photos
#
# Does it work with photographs? Set `PHOTOS` to a folder, or to a zip file, in which a folder
# `cat` and a folder `dog` hold pictures, and run the cells. `photo_folder` crops each photograph
# to a square and scales it to 32 by 32 pixels; files that are no pictures are left out and named.

# %%
PHOTOS = None  # for example "photos.zip", or a folder that holds cat/ and dog/

# %% tags=["demo", "nbval-ignore-output"]
if PHOTOS is None:
    print("PHOTOS is None: no photographs are used. The text below says what to expect.")
else:
    with unfinished():
        photos = datasets.photo_folder(PHOTOS)
        print(photos)
        parts = train_validation_test_split(photos.y, (0.6, 0.2, 0.2), np.random.default_rng(0))
        some = np.random.default_rng(0).permutation(parts[0])[:16]
        names = [photos.classes[label] for label in photos.y[some]]
        display(figures.picture_grid(photos.images[some], names))
        features = [images_to_features(photos.images[rows]) for rows in parts]
        X, _, X_new = (standardize(features[0], x)[1].astype(np.float32) for x in features)
        known_y, _, new_y = (photos.y[rows] for rows in parts)
        print(f"larger class           test {np.mean(new_y == np.bincount(known_y).argmax()):.2f}")
        for name, sizes in (("linear", [1024, 2]), ("network", SIZES)):
            rng = np.random.default_rng(0)
            params = fit(lambda: X, known_y, sizes, 0.001, 0.01, 12, rng)[-1]
            seen, new = score(params, X, known_y), score(params, X_new, new_y)
            reach = 2 * np.sqrt(new * (1 - new) / len(new_y))
            print(f"{name:8} training {seen:.2f}   test {new:.2f} ± {reach:.2f}, N = {len(new_y)}")

# %% [markdown]
# **What to expect.** We ran this cell on 10,000 photographs of 32 by 32 pixels, half cats and half
# dogs, which are not part of the course. The linear model is right on 0.59 of the 2,000 test
# pictures, the network on 0.62, both ± 0.02, with 0.83 on its training pictures. With a decay of
# 0.03, mirroring and color (3,072 features) the network gets 0.64 of the same test pictures, not
# 0.93.
#
# The reasons are those of section 12. In photographs the animal stands anywhere, in any size and
# posture, in front of anything, so that no pixel has a meaning of its own. The network can still
# begin to learn 6,000 pictures by heart, and the gap shows that it does. What is missing is a way
# to recognize an ear wherever it is. Lesson 10 gives the network that.

# %% [markdown]
# **Where to get some.** Nothing is downloaded here; read the terms of a collection before you use
# it.
#
# - *Oxford-IIIT Pet Dataset* (Parkhi et al., 2012): about 7,400 photographs of 12 breeds of cats
#   and 25 of dogs, under Creative Commons BY-SA 4.0; the copyright of each photograph stays with
#   its owner. Two thirds are dogs, so the larger class alone scores 0.68. The breed is in the
#   file's name, with a capital letter for cats: sorting them into two folders takes a few lines.
# - *CIFAR-10* (Krizhevsky, 2009): 6,000 cats and 6,000 dogs in color, 32 by 32 pixels, among ten
#   classes, as arrays that must first be saved as files. Its page states no license, and asks to be
#   cited. It is a part of *80 Million Tiny Images*, which its authors withdrew in 2020.
# - *Open Images* (Google): photographs with labels, each listed under Creative Commons BY 2.0, with
#   its author; the annotations are under BY 4.0.
# - Your own: a few hundred show the gap between training and test; 60 test pictures give ± 0.12.

# %% [markdown]
# ## Summary
#
# - Look at the data, split them, and only then measure; every number that prepares the data comes
#   from the training part.
# - Begin with what is to be had for nothing: the larger class and a linear model say what a score
#   is worth.
# - Validation data choose, test data are asked once, and a score comes with its uncertainty: two
#   standard errors are 2 √(p (1 − p) / N).
# - Mistakes and slopes say more than the score: which pictures fail, and which pixels move the
#   answer.
# - A network knows the world of its training pictures. Elsewhere it is often wrong, and sometimes
#   sure of it.
#
# Two lessons go further, in either order: in 09 a machine finds the derivatives, in 10 a layer
# learns what a picture is.

# %% [markdown]
# ## Questions to think about
#
# 1. Somebody standardizes all 10,000 pictures together and splits afterwards. Where is the harm?
# <details><summary>Answer</summary>
#
# The scale contains a little of the test pictures, so the test is no longer quite new. Here the
# effect is tiny, since means of 6,000 and of 10,000 pictures are almost the same. Where features
# are chosen by looking at all labels, it can be large. The rule costs nothing, so nobody has to
# judge when it matters.
#
# </details>
#
# 2. You have photographs of 200 animals, ten of each. What must a split take care of?
# <details><summary>Answer</summary>
#
# All pictures of one animal belong in the same part. Else the network recognizes the sofa, or the
# collar, of an animal that it knows from training, and the test measures that.
#
# </details>
#
# 3. Two networks score 0.931 and 0.925 on the same 2,000 test pictures. Which one is better?
# <details><summary>Answer</summary>
#
# The test cannot tell: each number has a standard error of about 0.006. It helps to look at the
# pictures on which they differ. If 40 of these are won by one network and 28 by the other, a coin
# does as much in about 18 of 100 cases.
#
# </details>
#
# 4. What would you do so that the network also knows tilted faces?
# <details><summary>Answer</summary>
#
# Show it some: collect such pictures, or tilt the training pictures at random, as we mirrored
# them. Then test on tilted pictures that were never trained on.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - T. Hastie, R. Tibshirani, J. Friedman: *The Elements of Statistical Learning*, 2nd edition,
#   chapter 7. Springer, 2009. Choosing and judging models; section 7.10.2, "The wrong and right
#   way to do cross-validation".
# - K. Simonyan, A. Vedaldi, A. Zisserman: *Deep inside convolutional networks: visualising image
#   classification models and saliency maps*. ICLR Workshop, 2014. arXiv:1312.6034. Section 11.
# - I. Goodfellow, J. Shlens, C. Szegedy: *Explaining and harnessing adversarial examples*. ICLR,
#   2015. arXiv:1412.6572. The small step at every pixel.
# - R. Geirhos et al.: *Shortcut learning in deep neural networks*. Nature Machine Intelligence 2,
#   665–673, 2020. Why networks follow the ears.
# - O. Parkhi, A. Vedaldi, A. Zisserman, C. Jawahar: *Cats and dogs*. IEEE Conference on Computer
#   Vision and Pattern Recognition, 3498–3505, 2012. Photographs of 37 breeds.
