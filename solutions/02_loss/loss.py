# %% [markdown]
# # 02 Loss
#
# A network has given its answers. Before it can get better, we need one number that says how wrong
# they were. This lesson finds that number, and makes sure that a computer can calculate it.
#
# **You will be able to**
# - compare predictions with actual values and labels, and write the comparison as one number,
# - derive cross-entropy from the probability that a network gives to what really happened,
# - say why squared error hardly hears the worst mistakes of a classifier,
# - calculate losses from logits without overflow, and recognize a formula that is about to fail,
# - read a loss: what ln 2 or ln C means, and why accuracy is not a loss.
#
# **Time:** about 90 minutes. **You need:** lesson 01 (logits, sigmoid, softmax) and the natural
# logarithm. We write it ln; in code it is `np.log`. Whatever lesson 01 asked you to write comes
# from `nnlib` here, so that an old mistake does not follow you.

# %% tags=["setup"]
import numpy as np
from IPython.display import display

from nnlib import datasets, figures
from nnlib.checking import check, unfinished
from nnlib.functional import sigmoid, softmax

# %% [markdown]
# ## 1 How wrong was that?
#
# A network predicts three temperatures. Later we read the thermometer:
#
# | | morning | noon | evening |
# |---|---|---|---|
# | prediction | 19 | 23 | 30 |
# | target, what really came | 20 | 23 | 26 |
# | error, prediction − target | −1 | 0 | 4 |
#
# How wrong was the network, in one number? The mean error, (−1 + 0 + 4) / 3 = 1, is a poor answer:
# errors of −10 and 10 would cancel to 0. So each error is squared first, which makes it positive
# and lets large errors weigh more. Over all $K$ entries of the predictions $p$ and the targets $t$
# the **mean squared error** is
#
# $$L = \frac{1}{K} \sum_{i=1}^{K} (p_i - t_i)^2$$
#
# A number like this, 0 for perfect answers and larger for worse ones, is called a **loss**.
#
# The evening's error is four times the morning's. Decide: how many times as much does it add to
# the loss?

# %% [markdown]
# ### Exercise `mean_squared_error` · 5 minutes · easy ●○○
#
# **Takes** `predictions` and `targets`, arrays of equal shape with one, two or three axes.
#
# **Returns** one number: the mean over *all* entries of the squared differences.
#
# **By hand:** for the table above it is (1 + 0 + 16) / 3 = 5.667.
#
# <details><summary>Hint 1: where to look</summary>
#
# Three things happen, and their order matters: difference, square, mean. Which of them turns many
# numbers into one?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# NumPy subtracts and squares arrays entry by entry. A mean without an axis runs over all entries,
# whatever the shape.
#
# </details>


# %%
def mean_squared_error(predictions, targets):
    """Mean of the squared differences over all entries of two arrays of equal shape."""
    ### BEGIN SOLUTION
    return np.mean((predictions - targets) ** 2)
    ### END SOLUTION


# %%
check(mean_squared_error)

# %% [markdown]
# Drawn as a square, each error shows its weight as an area. The evening's error is four times as
# long as the morning's. How much larger is its square?

# %% tags=["demo"]
figures.squared_errors(
    mean_squared_error, [19, 23, 30], [20, 23, 26], ["morning", "noon", "evening"]
)

# %% [markdown]
# Sixteen times: of the loss of 5.67, the evening alone makes 16/17.
#
# Lesson 00's trap waits here, too. Predictions often come as a column (N, 1) and targets as a plain
# list of numbers (N,). What is the shape of the difference for N = 3?

# %%
column, flat = np.array([[19.0], [23.0], [30.0]]), np.array([20.0, 23.0, 26.0])
print("shape of the difference:", (column - flat).shape)

# %% [markdown]
# Nine differences where three were meant, and their mean looks like any other number. Before you
# subtract, compare the shapes.

# %% [markdown]
# ## 2 The same loss for cats and dogs?
#
# A classifier predicts no temperature. For two classes, one logit $z$ becomes the probability $p =
# \sigma(z)$ of class 1, and the actual label $y$ is 0 or 1. Why not take the squared error $(p -
# y)^2$ of the probability?
#
# Take a picture with label 1 and three networks:
#
# | | logit $z$ | probability $p$ | squared error |
# |---|---|---|---|
# | sure and right | 5 | 0.993 | 0.00004 |
# | undecided | 0 | 0.500 | 0.250 |
# | sure and **wrong** | −5 | 0.007 | 0.987 |
#
# So far it looks reasonable. But learning needs more than the value of the loss: it asks in which
# direction, and how fast, the loss falls when the logit moves. That is the **slope**, the change
# of the loss per unit of $z$.
#
# Decide before you run the cell: at which of the three logits is the curve steepest, and how steep
# is it for the network that is sure and wrong?


# %% tags=["demo"]
def squared_error(logits, y):
    return mean_squared_error(sigmoid(logits), y)


figures.losses_by_logit({"squared error": squared_error}, mark=-5)

# %% [markdown]
# The network that is sure and wrong sits on a plain: the loss is almost as large as it can be, and
# its slope is −0.013. Moving the logit from −5 to −4 lowers the loss by only 0.022. The undecided
# network has a slope of −0.25, nineteen times as steep.
#
# So the worst mistake is hardly heard. The sigmoid is to blame: far from 0 it is flat, and
# what is squared afterwards stays flat. For a classifier we want the opposite: **the more wrong,
# the steeper**. Is there a loss that does this, and does it follow from anything better than our
# wish?

# %% [markdown]
# ## 3 How surprised were you?
#
# Look at what a classifier promises: probabilities. Three pictures, three labels:
#
# | picture | label | probability of cat | of dog | probability given to the label |
# |---|---|---|---|---|
# | first | cat | 0.9 | 0.1 | 0.9 |
# | second | dog | 0.4 | 0.6 | 0.6 |
# | third | cat | 0.2 | 0.8 | 0.2 |
#
# According to this network, how probable was it that all three labels come out as they did? If the
# pictures are independent, the probabilities multiply:
#
# $$0.9 \cdot 0.6 \cdot 0.2 = 0.108$$
#
# This is the **likelihood** of the labels. A network that expects what really happens has a large
# likelihood; perfect certainty about the right labels gives 1. So here is a principle: **among all
# networks, prefer the one that makes the actual labels most probable**.
#
# Only the last column counts. What the network spread over other classes does not appear.

# %% [markdown]
# ### From a product to a mean
#
# With 1,100 pictures and a probability of 0.5 each, the likelihood is $0.5^{1100}$. What does a
# computer make of it?

# %%
print("0.5 to the power of 1000:", 0.5**1000)
print("0.5 to the power of 1100:", 0.5**1100)

# %% [markdown]
# It is gone. The logarithm saves it: it turns the product into a sum, and it grows when its
# argument grows, so the best network stays the best. The logarithm of a probability is negative or
# 0, and a loss should be small for good networks, so we change the sign. And to compare batches of
# different sizes, we divide by the number $N$ of examples:
#
# $$L = -\frac{1}{N} \ln(p_1 \cdot p_2 \cdots p_N) = \frac{1}{N} \sum_{n=1}^{N} (-\ln p_n)$$
#
# where $p_n$ is the probability given to the label of example $n$. This is the **cross-entropy**.
# Each term, $-\ln p_n$, is the **surprise** at one label: 0 if it was certain, and without limit
# as its probability goes to 0. Its unit is the nat, because the logarithm is the natural one.
#
# How surprised is the network by each of the three pictures, and which one dominates the mean?

# %% tags=["demo"]
figures.surprise({"first": 0.9, "second": 0.6, "third": 0.2})

# %% [markdown]
# The surprises are 0.105, 0.511 and 1.609 nats. They add up to 2.226, which is −ln 0.108, and the
# loss is 2.226 / 3 = 0.742. The third picture alone makes 72 % of it.
#
# The curve falls most steeply where the probability is small: there it promises what squared error
# did not give. Whether it keeps the promise, once the sigmoid or softmax stands before it, we see
# in section 6.
#
# <details><summary>Why "cross"-entropy?</summary>
#
# For two distributions q and p over the classes, information theory calls −Σ q_c ln p_c the
# cross-entropy: the mean surprise of somebody who expects p while q happens. Here q is 1 at the
# label and 0 elsewhere, so one term is left, −ln of the label's p.
#
# </details>

# %% [markdown]
# ## 4 From logits, without accidents
#
# The network's last layer gives logits, one row per example: $Z$ of shape (N, C). Softmax turns
# rows into probabilities, and we need their logarithms. What could go wrong in two lines?
#
# Run the cell, and find the row that should be harmless: in the second row the first class has
# probability 1, so its logarithm is 0.

# %%
Z = np.array([[2.0, 0.5, -1.0], [1000.0, 0.0, -1000.0]])
with np.errstate(all="ignore"):  # NumPy would warn here, and rightly
    E = np.exp(Z)
    print("by the formula:", *np.log(E / E.sum(axis=1, keepdims=True)), sep="\n")
    print("with lesson 01's softmax:", *np.log(softmax(Z)), sep="\n")

# %% [markdown]
# Two different accidents:
#
# - **Overflow.** The largest number in float64 is about $1.8 \cdot 10^{308}$, so $e^{709}$ fits
#   and $e^{710}$ is `inf`. Infinity divided by infinity is `nan`.
# - **Underflow.** Lesson 01's softmax is safe from overflow, yet the probability of the second
#   class is $e^{-1000}$. Below about $5 \cdot 10^{-324}$ there is only 0, and ln 0 is `-inf`. The
#   true logarithm, −1000, is a perfectly ordinary number.
#
# The loss of an example with that label would be infinite, and one such example spoils the mean of
# the whole batch. A tiny number added inside the logarithm, as one often sees, hides the accident
# and flattens the loss: with $10^{-12}$ it stops at 27.6, and where it is flat nothing is learned.

# %% [markdown]
# ### The repair, on paper
#
# The logarithm undoes the exponential. So we let them meet before a computer sees either, for one
# row $z$ and class $c$:
#
# $$\ln p_c = \ln \frac{e^{z_c}}{\sum_k e^{z_k}} = z_c - \ln \sum_k e^{z_k}$$
#
# No division is left, and no logarithm of a rounded 0. The sum can still overflow. But as in
# lesson 01, the same number $m$ may be subtracted from a whole row:
#
# $$\ln p_c = (z_c - m) - \ln \sum_k e^{z_k - m}$$
#
# With $m$ the largest logit **of that row**, every exponent is at most 0 and one of them is
# exactly 0. So the sum lies between 1 and C, and its logarithm between 0 and ln C.
#
# For the row (1000, 0, −1000): what are the three numbers $z_c - m$, and what is the sum?

# %% [markdown]
# ### Exercise `log_softmax` · 10 minutes · medium ●●○
#
# **Takes** `Z` (N, C), logits, one row per example.
#
# **Returns** an array (N, C), the natural logarithms of the probabilities, exact and finite for
# logits of ±1000. `Z` keeps its values.
#
# **By hand:** the row `[0, ln 3]` has probabilities 1/4 and 3/4, so it becomes `[-1.386, -0.288]`.
# The row `[1000, 0, -1000]` becomes `[0, -1000, -2000]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# The last formula above has two places where m is subtracted. And both the maximum and the sum
# belong to a row: which argument of `max` and `sum` keeps them as a column, so that they stand
# beside (N, C)?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# First make a new array in which every row's largest entry is 0. From then on only this array is
# used: it is what stands outside the logarithm and inside the exponential.
#
# </details>


# %%
def log_softmax(Z):
    """Logarithms of softmax(Z), row by row, for logits Z (N, C); finite for large logits."""
    ### BEGIN SOLUTION
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    ### END SOLUTION


# %%
check(log_softmax)

# %% [markdown]
# The two rows that had the accident, once more. And a test that needs no known answer: if 500 is
# added to every logit, what should change?

# %%
with unfinished():
    print("log-probabilities:", *log_softmax(Z), sep="\n")
    change = np.abs(log_softmax(Z + 500) - log_softmax(Z)).max()
    print(f"largest change after adding 500 to all logits: {change:.0e}")

# %% [markdown]
# Nothing, up to rounding: softmax sees only differences of logits, and so does its logarithm.

# %% [markdown]
# ### Exercise `softmax_cross_entropy` · 10 minutes · medium ●●○
#
# From each row of log-probabilities, only the entry of the label counts.
#
# **Takes** `logits` (N, C) and `y` (N,), integer labels from 0 to C − 1.
#
# **Returns** one number in nats: the mean over the N examples of $-\ln p$, where $p$ is the
# probability given to the example's label. Finite for logits of ±1000.
#
# **By hand:** `logits = [[0, 0, 0], [0, ln 2, 0]]` have probabilities (1/3, 1/3, 1/3) and (1/4,
# 1/2, 1/4). With `y = [2, 1]` the loss is (ln 3 + ln 2) / 2 = 0.896.
#
# <details><summary>Hint 1: where to look</summary>
#
# How do you take entry (0, y[0]), entry (1, y[1]), … and nothing else? Look at the shape of what
# you picked: it should be (N,).
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# NumPy takes two arrays of indices at once, the rows and the columns, and pairs them: the rows
# here are 0, 1, …, N − 1. A colon instead of the rows would pair nothing and take whole columns.
#
# </details>


# %%
def softmax_cross_entropy(logits, y):
    """Mean surprise, -ln p of the label, over the batch: logits (N, C), labels y (N,)."""
    ### BEGIN SOLUTION
    log_P = log_softmax(logits)
    return -log_P[np.arange(len(y)), y].mean()
    ### END SOLUTION


# %%
check(softmax_cross_entropy)

# %% [markdown]
# Our three pictures, with logits that give exactly the probabilities of section 3. Cat is class 0,
# dog is class 1. Which number do you expect?

# %%
with unfinished():
    P = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    loss = softmax_cross_entropy(np.log(P), np.array([0, 1, 0]))
    print(f"loss {loss:.3f} nats, likelihood {np.exp(-3 * loss):.3f}")

# %% [markdown]
# ## 5 Is 2.3 a large loss?
#
# A loss of 0 is perfect. But what is bad? Take a network that knows nothing: all logits equal, so
# every class has probability 1/C, and every label surprises it by $-\ln(1/C) = \ln C$.
#
# | classes C | 2 | 3 | 10 | 1000 |
# |---|---|---|---|---|
# | ln C | 0.693 | 1.099 | 2.303 | 6.908 |
#
# Read backwards: a loss $L$ is the surprise of a fair choice among $e^L$ equally likely classes. A
# network of ten classes with a loss of 0.693 hesitates, on average, as if only two were left.
#
# A loss **above** ln C is possible, too: worse than knowing nothing is to be sure and wrong. We
# build three untrained networks with ten classes, from small, medium and large random weights, and
# random labels. Which of them starts at ln 10, and is a large start good or bad?

# %%
rng = np.random.default_rng(2)
X, y = rng.normal(size=(500, 20)), rng.integers(10, size=500)
W = rng.normal(size=(20, 10))
with unfinished():
    for scale in (0.01, 1, 10):
        print(f"weights of size {scale:<5g} loss {softmax_cross_entropy(X @ (scale * W), y):6.2f}")

# %% [markdown]
# Small weights give logits near 0, so the network starts where it should: knowing nothing, and not
# pretending otherwise. Large weights give large logits, and the network is sure of classes that it
# has never seen.
#
# This is the cheapest test in deep learning. **Before training, look at the first loss: it should
# be close to ln C.** If it is far above, the weights are too large, or the inputs are.

# %% [markdown]
# ## 6 Two classes, one logit
#
# For two classes one logit $z$ is enough: $\sigma(z)$ is the probability of class 1, and $1 -
# \sigma(z)$ that of class 0. The surprise is $-\ln \sigma(z)$ for label 1 and $-\ln(1 -
# \sigma(z))$ for label 0. Books write both in one line, where $y$ switches one of the two terms
# off:
#
# $$-\,y \ln \sigma(z) - (1 - y) \ln (1 - \sigma(z))$$
#
# Suppose the label is 0 and the network is sure of 1, with $z = 40$. Before you run it: the
# surprise is about 40. What does the line from the books say?


# %%
def by_the_book(logits, y):
    p = sigmoid(logits)
    with np.errstate(all="ignore"):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


for z in (10.0, 36.0, 40.0):
    print(f"logit {z:g}, label 0: loss {by_the_book(np.array([z]), np.array([0])):.6f}")
print(f"logit 1000, label 1: loss {by_the_book(np.array([1000.0]), np.array([1])):.6f}")

# %% [markdown]
# At 36 the second decimal is wrong already, at 40 the loss is infinite, and for a perfect answer at
# 1000 it is `nan`. Float64 keeps about 16 digits: next to 1, it cannot tell $1 - 10^{-17}$ from 1.
# So $1 - p$ rounds to 0, while $p$ itself is harmless.
#
# Again we simplify on paper first. From $\sigma(z) = 1 / (1 + e^{-z})$ follows $1 - \sigma(z) = 1
# / (1 + e^{z})$. So the surprise is
#
# $$\text{label 1: } \ln(1 + e^{-z}) \qquad \text{label 0: } \ln(1 + e^{z}) \qquad \text{both: }
# \ln(1 + e^{z}) - y z$$
#
# For label 1 the form for both is the first one, because $e^{z}$ can be pulled out of $1 + e^{z}$:
#
# $$\ln(1 + e^{z}) = z + \ln(1 + e^{-z})$$
#
# On paper both sides of this equation are equal. On a computer, which side is safe for $z = 1000$,
# and which for $z = -1000$?

# %% [markdown]
# ### Exercise `binary_cross_entropy` · 15 minutes · hard ●●●
#
# **Takes** `logits` (N,) and `y` (N,), labels 0 and 1.
#
# **Returns** one number in nats: the mean surprise over the N examples, exact and finite for
# logits of ±1000. Neither argument changes.
#
# **By hand:** `logits = [0, ln 3]` have probabilities 1/2 and 3/4 of class 1. With `y = [1, 0]`
# the loss is (ln 2 + ln 4) / 2 = 1.040. With `logits = [1000, -1000]` and `y = [1, 1]` it is 500.
#
# <details><summary>Hint 1: where to look</summary>
#
# In ln(1 + e^z), the exponential is the only thing that can overflow. For each sign of z, one side
# of the last equation has an exponent that is not positive. Use |z| to write both cases as one.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# For negative z nothing is pulled out, for positive z a z is pulled out: that is a ReLU. What
# remains in the logarithm has an exponent of −|z| in both cases. (NumPy also has a function for
# the logarithm of a sum of two exponentials, and 1 is an exponential, too.)
#
# </details>


# %%
def binary_cross_entropy(logits, y):
    """Mean surprise for two classes: logits (N,), labels y (N,) of 0 and 1; never overflows."""
    ### BEGIN SOLUTION
    softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
    return np.mean(softplus - y * logits)
    ### END SOLUTION


# %%
check(binary_cross_entropy)

# %% [markdown]
# Where exactly does the line from the books begin to fail? The picture shows a sure mistake, label
# 0 at a large logit, where the loss should be a straight line:

# %% tags=["demo"]
figures.lost_digits({"by the book": by_the_book, "binary_cross_entropy": binary_cross_entropy})

# %% [markdown]
# From about 34 on one sees the digits of $1 - p$ run out: the curve becomes a staircase, and a
# flat stair has no slope to learn from. Above 36.7 the probability rounds to 1.
#
# Are the two cross-entropies related? Give class 0 a logit of 0 beside the logit $z$ of class 1,
# and softmax becomes the sigmoid. So both losses must agree:

# %%
with unfinished():
    z, labels = np.array([-5.0, 0.0, 2.0, 40.0]), np.array([1, 1, 1, 0])
    two_columns = np.column_stack([np.zeros(4), z])
    print(f"one logit:  {binary_cross_entropy(z, labels):.10f}")
    print(f"two logits: {softmax_cross_entropy(two_columns, labels):.10f}")

# %% [markdown]
# ### Does it keep its promise?
#
# In section 2 squared error hardly heard a mistake at logit −5: its slope was −0.013. We now draw
# both losses for label 1. Decide first: what is the slope of cross-entropy at −5, roughly? And
# what is its largest possible steepness?

# %% tags=["demo"]
figures.losses_by_logit(
    {"squared error": squared_error, "binary_cross_entropy": binary_cross_entropy}, mark=-5
)

# %% [markdown]
# The slope is −0.993: 75 times as steep. For wrong answers cross-entropy is nearly a straight line
# of slope −1, and it levels off only where the answer is right.
#
# Look at the right picture once more: the dashed curve is the sigmoid, moved down by 1. The slope
# is $p - y$, probability minus label, so the error itself. Lesson 04 derives it. The logarithm
# exactly undoes the flatness of the sigmoid, and it was not chosen for that: it came out of "make
# the labels probable".
#
# What difference does it make? Let the logit walk downhill from −5, each step as long as the
# slope. With cross-entropy it passes 0 in 6 steps, with squared error in 85.

# %% [markdown]
# ## 7 Accuracy is not a loss
#
# In the end we want to know how many pictures are right. The **accuracy** is that share: the class
# with the largest logit is the prediction, and it is right where it equals the label.
#
# ### Exercise `accuracy` · 5 minutes · easy ●○○
#
# **Takes** `logits` (N, C) and integer labels `y` (N,). No row has two largest logits.
#
# **Returns** one number between 0 and 1: the share of the rows whose largest logit stands at the
# label.
#
# **By hand:** `logits = [[2, 1], [0, 3], [1, 0], [4, 5]]` prefer the classes 0, 1, 0, 1. With `y =
# [0, 1, 1, 1]` three of four are right: 0.75.
#
# <details><summary>Hint 1: where to look</summary>
#
# Softmax never changes which entry of a row is largest. So what is the shortest way from logits to
# predicted classes?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `argmax` finds the place of a maximum along an axis. Comparing two arrays of integers gives True
# and False, and these count as 1 and 0.
#
# </details>


# %%
def accuracy(logits, y):
    """Share of the rows of logits (N, C) whose largest entry stands at the label y (N,)."""
    ### BEGIN SOLUTION
    return np.mean(logits.argmax(axis=1) == y)
    ### END SOLUTION


# %%
check(accuracy)

# %% [markdown]
# If accuracy is what we want, why not train for it? Here is a classifier with a single weight that
# may move: it separates two moons by a line, and $w_1$ tilts the line. We try 321 values of $w_1$
# between −4 and 4.
#
# Decide before you run it: if you are at $w_1 = -2.2$ and may only try a tiny step to each side,
# which of the two curves tells you where to go?

# %% tags=["demo"]
X, y = datasets.moons(40, 3)


def logits_at(w1):
    return np.column_stack([np.zeros(len(X)), X @ np.array([w1, -3.0]) + 1.0])


weights = np.linspace(-4, 4, 321)
display(
    figures.accuracy_and_loss(logits_at, y, accuracy, softmax_cross_entropy, weights, "weight w1")
)

# %% [markdown]
# The accuracy is a staircase. A tiny step changes no prediction, so nothing tells which way is
# better: its slope is 0 wherever it has one. Just above −1 it even falls on the way to better
# weights. The loss is smooth and shows the way at every place.
#
# Also, the two do not agree on the best weight: accuracy is highest from about 0.9 to 1.6, the
# loss is smallest near 1.8. Accuracy asks only on which side an example lies; cross-entropy also
# asks how sure the network was.
#
# So we **train on the loss and report the accuracy**. How the slope is found for every weight of a
# large network at once is what the next two lessons are about.

# %% [markdown]
# ## Summary
#
# - A loss compares predictions with targets and makes one number of it: 0 is perfect, and slopes
#   say how to improve.
# - Squared error serves numbers; for probabilities it goes flat where a classifier is sure and
#   wrong.
# - Cross-entropy is the mean surprise −ln p at the actual labels; minimizing it makes them most
#   probable.
# - Calculate it from logits: subtract each row's maximum, and never take the logarithm of a
#   rounded probability.
# - ln C is the loss of knowing nothing; more means sure and wrong. Accuracy has no slope: it is
#   for reporting.

# %% [markdown]
# ## Questions to think about
#
# 1. Network A gives the labels of four examples (two classes) the probabilities 0.9, 0.9, 0.9,
#    0.01; network B gives them 0.6, 0.6, 0.45, 0.45. Which has the higher accuracy, and which the
#    lower loss?
#    <details><summary>Answer</summary>
#
#    A has three of four right, B two of four. Yet A's loss is (3 · 0.105 + 4.605) / 4 = 1.230 and
#    B's is (2 · 0.511 + 2 · 0.799) / 4 = 0.655: one sure mistake costs more than two hesitating
#    ones.
#
#    </details>
#
# 2. Can a network with softmax reach a loss of exactly 0?
#    <details><summary>Answer</summary>
#
#    On paper never: a probability of 1 needs infinite differences of logits. So once every label
#    has the largest logit, training can lower the loss further by enlarging the weights; lesson 07
#    is about that temptation. In float64 the loss rounds to 0 once the differences exceed about 37.
#
#    </details>
#
# 3. Somebody reports a loss of 1.0 bits with logarithms of base 2. What is it in nats?
#    <details><summary>Answer</summary>
#
#    0.693: divide by log₂ e = 1.443, or multiply by ln 2. It is the loss of guessing between two.
#
#    </details>

# %% [markdown]
# ## Further reading
#
# - C. Shannon: *A mathematical theory of communication*. Bell System Technical Journal 27,
#   379–423 and 623–656, 1948. Where surprise became a number.
# - C. Bishop: *Pattern Recognition and Machine Learning*, sections 4.3.2 and 4.3.4. Springer,
#   2006. Cross-entropy as maximum likelihood, for two classes and for many.
# - I. Goodfellow, Y. Bengio, A. Courville: *Deep Learning*, sections 4.1 and 6.2. MIT Press, 2016.
#   Overflow and underflow; why the loss must suit the output.
# - P. Blanchard, D. Higham, N. Higham: *Accurately computing the log-sum-exp and softmax
#   functions*. IMA Journal of Numerical Analysis 41, 2311–2330, 2021. The shift, analyzed.
# - M. Nielsen: *Neural Networks and Deep Learning*, chapter 3. Determination Press, 2015. A neuron
#   that learns slowly because it is badly wrong.
