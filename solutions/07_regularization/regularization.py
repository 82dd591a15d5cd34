# %% [markdown]
# # 07 Regularization
#
# A network can learn every example of its training set by heart and still have understood nothing.
# This lesson makes that visible, and then tries remedies, with too little, enough and too much of
# each.
#
# **You will be able to**
# - tell learning from learning by heart, by two curves and the gap between them,
# - write L2 regularization, dropout, early stopping and gradient clipping, and say what each does
#   to the weights or to the training,
# - make new training data out of old, and say when that helps and when it harms,
# - choose the strength of a regularizer without fooling yourself.
#
# **Time:** about two and a half hours. **You need:** backpropagation (lesson 04), training (lesson
# 05), Adam (lesson 06). Whatever earlier lessons asked you to write comes from `nnlib` here, so
# that an old mistake does not follow you.

# %% tags=["setup"]
import numpy as np
from IPython.display import display

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
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from nnlib.initializers import he_init
from nnlib.optimizers import adam_step, sgd_step

# %% [markdown]
# ## 1 By heart
#
# Sixty points of two moons, with so much noise that they overlap. Where they do, some points lie
# on the wrong side by mere chance. What should a network do about those?
#
# It should leave them wrong. Whoever bends the boundary around a point that lies there by accident
# will be wrong about the next points that come to this place.

# %% tags=["demo"]
X, y = datasets.moons(60, 0, noise=0.35)
X_val, y_val = datasets.moons(500, 100, noise=0.35)
figures.scatter(X, y)

# %% [markdown]
# The 500 points in `X_val` come from the same source and take no part in the training: lesson 05's
# unseen inputs. (Nobody has 60 points to learn from and 500 to spare. We allow ourselves so many
# here to measure small differences.)
#
# The training loop of this lesson is a generator: it hands out the parameters after every epoch,
# so that we can look at any of them. Its batch is always the whole training set, its optimizer is
# Adam. How the gradients come about is left open; `slopes` is the plain way, and every remedy
# below will put something else in its place.


# %% tags=["demo"]
def slopes(params, X, y):
    """Gradients of the mean cross-entropy, with no remedy at all."""
    logits, cache = network_forward(X, params)
    return network_backward(softmax_cross_entropy_backward(logits, y), cache, params)


def learn(X, y, gradients=slopes, seed=0, sizes=(2, 32, 32, 2), epochs=300):
    """The parameters before the first epoch and after each, one after the other."""
    params = he_init(sizes, np.random.default_rng(seed))
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    state = (zeros, zeros, 0)
    yield params
    for _ in range(epochs):
        params, state = adam_step(params, gradients(params, X, y), state, learning_rate=0.01)
        yield params


def score(params, X, y):
    """Loss and accuracy."""
    logits = network_forward(X, params)[0]
    return softmax_cross_entropy(logits, y), accuracy(logits, y)


# %% [markdown]
# Two networks learn the 60 points: a small one with 4 hidden neurons, and a large one with two
# hidden layers of 32. Predict before you run it: which one is right more often on the 60 points?
# And which one on the 500 unseen ones?

# %% tags=["demo"]
SIZES = {"4 hidden neurons": (2, 4, 2), "32 + 32 hidden neurons": (2, 32, 32, 2)}
pair = {}
for name, sizes in SIZES.items():
    *_, pair[name] = learn(X, y, seed=0, sizes=sizes)
    print(f"{name}: unseen accuracy {score(pair[name], X_val, y_val)[1]:.3f}")
networks = {
    name: lambda Z, params=params: network_forward(Z, params)[0] for name, params in pair.items()
}
figures.decision_regions(networks, X, y)

# %% [markdown]
# The large network has all 60 points right. For that its boundary winds around single points. On
# the unseen points it is right a little less often than the small one: 0.852 against 0.856. That
# is a difference of two points in 500, and one data set with one start may be an accident.
#
# So from here on, every result is a **trial** with five networks, each with a start of its own
# *and* 60 points of its own.


# %% tags=["demo"]
def trial(gradients=slopes, sizes=(2, 32, 32, 2)):
    """Five networks, and their loss and accuracy on training and validation data: (5, 4)."""
    networks, scores = [], []
    for seed in range(5):
        X, y = datasets.moons(60, seed, noise=0.35)
        *_, params = learn(X, y, gradients, seed, sizes)
        networks.append(params)
        scores.append([*score(params, X, y), *score(params, X_val, y_val)])
    return networks, np.array(scores)


small, large = trial(sizes=(2, 4, 2)), trial()
for name, (_, scores) in {"4": small, "32 + 32": large}.items():
    print(f"{name:8} training accuracy  ", *(f"{value:.3f}" for value in scores[:, 1]))
    print(f"{name:8} validation accuracy", *(f"{value:.3f}" for value in scores[:, 3]))
    loss, right, loss_unseen, right_unseen = np.median(scores, axis=0)
    print(f"{name:8} medians: loss {loss:.3f} and {loss_unseen:.2f} on unseen points\n")

# %% [markdown]
# The large network learns its 60 points by heart four times out of five, and all but one of them
# the fifth time. On unseen points its median accuracy is 0.828, the small network's 0.856.
#
# The losses tell it more clearly: 0.004 at home and 1.18 abroad. Knowing nothing costs ln 2 =
# 0.69, so on unseen points the large network's loss is worse than that of one that always says
# fifty-fifty. It is wrong on one point in six, and it is *sure* there.
#
# ## 2 The gap
#
# When does it happen? Is the large network useless from the start, or was there a good moment?
#
# We draw two curves over the epochs, the loss on the training data and the loss on validation
# data. The distance between them is the **generalization gap**. Sketch both curves before you run
# it: which of them turns up again, and when?

# %% tags=["demo"]
curves = {"training": [], "validation": []}
for params in learn(X, y):
    curves["training"].append(score(params, X, y)[0])
    curves["validation"].append(score(params, X_val, y_val)[0])
best = int(np.argmin(curves["validation"]))
print(f"lowest validation loss {curves['validation'][best]:.3f}, after {best} epochs")
figures.loss_curves(curves)

# %% [markdown]
# There was a good moment, and it was early. For 41 epochs both curves fall together: the network
# learns what is true of all points. From then on it learns what is true of these 60 only. The
# training loss goes to zero, and the validation loss climbs from 0.29 to 1.12. The training curve
# alone shows nothing of that.
#
# Two words for the two ends. A network **underfits** when it is bad on both kinds of data: too
# small, too little trained, held back too much. It **overfits** when it is good on the training
# data and worse on others. A remedy against overfitting is called a **regularizer**, and each one
# can be overdone: too much of it, and the network underfits.

# %% [markdown]
# ## 3 L2: large weights cost something
#
# To bend around a single point, the network's output must change from one class to the other
# within a short distance. What makes an output steep? Large weights. So let us put a price on
# them:
#
# $$L_\text{total} = L + \frac{\lambda}{2} \sum_\text{layers} \sum_{d,h} W_{dh}^2$$
#
# $\lambda$ (lambda) is the price, in code `weight_decay`; $W$ is (D, H), and both terms are
# numbers. A weight is now worth its price only if it lowers the loss by more than it costs.
#
# The biases are free. They shift the boundary and make nothing steep.
#
# ### Exercise `l2_penalty` · 5 minutes · easy ●○○
#
# **Takes** `params`, a list of `(W, b)`, and `weight_decay`, a number. **Returns** the second
# term, a number.
#
# **By hand:** `W = [[1, -2]]`, `b = [5, 5]` and a second layer `W = [[3], [0]]`, `b = [1]`, at a
# price of 0.1: 0.05 · (1 + 4 + 9) = 0.7.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Two sums: over the layers in the list, and over all entries of a matrix.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Square first, then add up everything, and multiply once, at the end.
#
# </details>


# %%
def l2_penalty(params, weight_decay):
    """weight_decay / 2 times the sum of all squared weights; biases are free."""
    ### BEGIN SOLUTION
    return weight_decay / 2 * sum(np.sum(W**2) for W, _ in params)
    ### END SOLUTION


# %%
check(l2_penalty)

# %% [markdown]
# The slope of $\frac{\lambda}{2} W_{dh}^2$ is $\lambda W_{dh}$; that is what the ½ is for. So the
# backward pass stays as it is, and each layer's gradient gets a second term:
#
# $$dW \leftarrow dW + \lambda W \qquad db \leftarrow db$$
#
# With plain gradient descent a step then reads $W \leftarrow (1 - \eta\lambda) W - \eta\, dW$:
# before every step each weight loses the same percentage. That is why it is also called **weight
# decay**.
#
# ### Exercise `add_l2_gradient` · 5 minutes · easy ●○○
#
# **Takes** `grads`, a list of `(dW, db)`; `params`, a list of `(W, b)` in the same order;
# `weight_decay`. **Returns** new `grads` with the second term. What was handed in keeps its
# values.
#
# **By hand:** `dW = [[0.5, 0.5]]`, `db = [1, 1]`, `W = [[1, -2]]`, `b = [5, 5]` and 0.1 give
# `dW = [[0.6, 0.3]]` and `db = [1, 1]`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Two lists, layer by layer, side by side, as in lesson 05's `sgd_step`. Which of the two arrays of
# a layer changes?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Pull every weight towards zero: a positive weight gets a larger slope, a negative one a smaller
# slope. Make new arrays; += would write into the caller's.
#
# </details>


# %%
def add_l2_gradient(grads, params, weight_decay):
    """New (dW, db) per layer: dW plus the derivative of l2_penalty, db as it is."""
    ### BEGIN SOLUTION
    return [(dW + weight_decay * W, db) for (dW, db), (W, _) in zip(grads, params, strict=True)]
    ### END SOLUTION


# %%
check(add_l2_gradient)

# %% [markdown]
# ### Too little, enough, too much
#
# Now in place of `slopes`: the large network, five times at each of four prices from 0.001 to 0.3.
# Each dot is one network. Decide before you run it: what will training and validation accuracy do
# as the price grows? Do both have their best place?


# %% tags=["demo"]
def with_l2(decay):
    """Gradients of the loss with the price on weights, by your function."""
    return lambda params, X, y: add_l2_gradient(slopes(params, X, y), params, decay)


with unfinished():
    l2 = {"0": large}
    for decay in (0.001, 0.01, 0.1, 0.3):
        l2[f"{decay}"] = trial(with_l2(decay))
    display(figures.strengths({name: scores for name, (_, scores) in l2.items()}, "weight decay"))

# %% [markdown]
# Training accuracy only falls. Validation accuracy has a summit in between: at 0.01 the median
# rises from 0.83 to 0.87, and the loss falls from 1.2 to 0.30. At 0.001 there is too little of it:
# the training points are still learned by heart. At 0.1 there is too much, and the network is
# as good as a rather stiff boundary can be. At 0.3 some networks keep no useful weight at all and
# answer the same everywhere.
#
# Look at the dots, too. At each of the first three prices the five networks lie 0.06 to 0.1 apart.
# With a single network per price, chance could have chosen any of the three.
#
# What has the price done to the weights?

# %% tags=["demo"]
with unfinished():
    weights = {}
    for decay in (0, 0.01, 0.1):
        *_, weights[f"weight decay {decay}"] = learn(X, y, with_l2(decay))
    display(figures.weight_histograms(weights))

# %% [markdown]
# The count is on a logarithmic axis. With the price of 0.01 the weights' typical size is a third
# of what it was: their root mean square falls from 0.48 to 0.16. The largest goes from 2.2 to 1.2.
# Few weights are large any more, and these few earn their price.
#
# ### Where it does not help
#
# On our moons it was the overlap that was learned by heart. What happens with a noise of 0.1
# instead of 0.35, where the classes hardly overlap?

# %% tags=["demo"]
with unfinished():
    X_clean, y_clean = datasets.moons(500, 100, noise=0.1)
    for decay in (0, 0.01, 0.1):
        right = []
        for seed in range(3):
            data = datasets.moons(60, seed, noise=0.1)
            *_, params = learn(*data, with_l2(decay), seed)
            right.append(score(params, X_clean, y_clean)[1])
        print(f"weight decay {decay:<5}: validation accuracy", *(f"{a:.3f}" for a in right))

# %% [markdown]
# It helps nothing: without a penalty the accuracy lies between 0.98 and 1.00, with 0.01 as well,
# and 0.1 costs a tenth of all points. These training data show hardly anything false, so there is
# little to protect the network from, and a penalty mostly stands in its way. (With many inputs and
# few examples a network overfits even when every label is right; lesson 08 meets that.) There is no
# strength that is good everywhere; 0.01 is good for *these* moons and *this* network.
#
# A remark for later: with Adam, the penalty's gradient goes through Adam's division like any
# other, so it is not the constant percentage of the formula above. Decay that is applied beside
# Adam instead is called AdamW.

# %% [markdown]
# ## 4 L1: do without
#
# L2 makes large weights expensive, and small ones almost free: the pull $\lambda W$ fades as a
# weight shrinks, so a weight that is of the slightest use stays, small and not zero. (The many tiny
# weights in the histogram are of no use at all: nothing holds them.) What if the price is the
# absolute value?
#
# $$\lambda \sum |W_{dh}| \qquad \text{with the slope } \lambda \cdot \operatorname{sign}(W_{dh})$$
#
# The pull is now equally strong on a large and on a tiny weight. A weight that cannot pay for
# itself goes all the way to zero. This is **L1**, and it selects.
#
# To see it, we hide the two coordinates of the moons among 18 inputs of pure noise, and train
# networks of 20, 32 and 2 neurons on three sets of 120 points: plain, with L2, with L1. For each
# input of the last set we draw the length of its row in the first $W$. Which picture will show
# that only two inputs count?


# %% tags=["demo"]
def hidden_moons(n, seed):
    X, y = datasets.moons(n, seed, noise=0.2)
    return np.column_stack([X, np.random.default_rng(seed).normal(size=(n, 18))]), y


def l1(params, X, y):
    pairs = zip(slopes(params, X, y), params, strict=True)
    return [(dW + 0.02 * np.sign(W), db) for (dW, db), (W, _) in pairs]


with unfinished():
    wide = {}
    for name, gradients in {"plain": slopes, "L2, 0.1": with_l2(0.1), "L1, 0.02": l1}.items():
        right = []
        for seed in (2, 1, 0):
            *_, wide[name] = learn(*hidden_moons(120, seed), gradients, seed, sizes=(20, 32, 2))
            right.append(f"{score(wide[name], *hidden_moons(1000, 100))[1]:.3f}")
        zero = np.mean(np.abs(wide[name][0][0][2:]) < 0.01)
        print(f"{name:9} validation", *right, f"  noise weights below 0.01: {zero:.0%}")
    display(figures.input_weights(wide, useful=2))

# %% [markdown]
# The plain network listens to all 20 inputs alike; it has used the noise to tell its 120 points
# apart. L2 turns the noise down everywhere, L1 cuts most of it off: 98 % of the noise weights are
# smaller than 0.01. On each of the three data sets L2 is better than no remedy, by 0.03 to 0.06,
# and L1 better than L2.
#
# It helps here because most inputs *are* useless. Where every input carries a little, as the
# pixels of a picture do, throwing some away loses something, and L2 is the usual choice.

# %% [markdown]
# ## 5 Dropout: many networks in one
#
# Ask ten people who learned from different books, and average their answers: the mistakes that
# each made alone cancel. Ten networks cost ten trainings, though. Can one network be many?
#
# In each training step we silence some hidden neurons at random. What remains is a smaller
# network, a different one each time; with 64 hidden neurons there are $2^{64}$ of them, and they
# share their weights. No neuron can rely on a particular partner.
#
# With the drop probability $p$ and a **mask** $M$ of zeros and ones, of $A$'s shape (N, H), each
# entry drawn for itself and 1 with probability $1 - p$:
#
# $$A_\text{out} = \frac{A \cdot M}{1 - p} \quad \text{entry by entry}$$
#
# Why divide? The next layer adds up many of these entries. Without the division it would hear only
# a share $1 - p$ of what it hears when nobody is silent.

# %% [markdown]
# When the network predicts, everybody speaks, and nothing is scaled. (One could as well not scale
# in training and shrink by $1 - p$ when predicting. Scaling in training, *inverted dropout*,
# leaves the prediction code alone.)
#
# ### Exercise `dropout_forward` · 15 minutes · medium ●●○
#
# **Takes** `A` (N, H); `drop_prob`, at least 0 and below 1; `rng`, a `numpy.random.Generator`; and
# `training`, True unless said otherwise.
#
# **Returns** `(out, mask)`, both of `A`'s shape. The mask holds 0 and 1 only (or False and True)
# and marks what is *kept*; every entry decides for itself, and all randomness comes from `rng`.
# The scaling is in `out`, not in the mask. When `training` is False, `out` is `A` and the mask is
# all ones.
#
# **By hand:** `A = [[2, 4, 6, 8]]`, `drop_prob = 0.2` and the mask `[[1, 0, 1, 1]]` make `out =
# [[2.5, 0, 7.5, 10]]`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# `rng.random(shape)` draws numbers evenly between 0 and 1. Which share of them lies above 0.2?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Deal with prediction first and be done. In training, a comparison makes the mask; the survivors
# grow by what makes up for the dropped ones.
#
# </details>


# %%
def dropout_forward(A, drop_prob, rng, training=True):
    """(out, mask): entries of A dropped with drop_prob and the others scaled; A when predicting."""
    ### BEGIN SOLUTION
    if not training:
        return A, np.ones_like(A)
    mask = rng.random(A.shape) >= drop_prob
    return A * mask / (1 - drop_prob), mask.astype(float)
    ### END SOLUTION


# %%
check(dropout_forward)

# %% [markdown]
# Backward, the mask is what it was: a fixed number per entry, drawn on the way forward. So every
# entry of the output has the slope $M / (1 - p)$ with respect to its own entry of $A$.
#
# ### Exercise `dropout_backward` · 5 minutes · easy ●○○
#
# **Takes** `dout` (N, H), the derivative of the loss with respect to the output; the `mask` (N, H)
# of the forward pass, numbers or booleans; `drop_prob`. **Returns** `dA` (N, H), as when training.
#
# **By hand:** `dout = [[1, 1, -2, 4]]` with the mask `[[1, 0, 1, 1]]` and 0.2 gives
# `[[1.25, 0, -2.5, 5]]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Compare with `relu_backward` of lesson 03: there, too, some entries let the error through.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The chain rule multiplies what arrives by the local slope. The local slope is not 1 where the
# entry was kept.
#
# </details>


# %%
def dropout_backward(dout, mask, drop_prob):
    """The derivative with respect to A, given dout and the mask of the forward pass."""
    ### BEGIN SOLUTION
    return dout * mask / (1 - drop_prob)
    ### END SOLUTION


# %%
check(dropout_backward)

# %% [markdown]
# Dropout comes after the ReLU of each hidden layer, never after the last layer: there are no
# neurons to spare among the logits. The next cell puts your two functions into a network.


# %% tags=["demo"]
def forward_with_dropout(params, X, drop_prob, rng):
    """Logits, what each hidden layer's backward pass needs, and what the last layer received."""
    A, cache = X, []
    for W, b in params[:-1]:
        Z = dense_forward(A, W, b)
        out, mask = dropout_forward(relu(Z), drop_prob, rng)
        cache.append((A, Z, mask))
        A = out
    return dense_forward(A, *params[-1]), cache, A


# %% tags=["demo"]
def dropout_slopes(drop_prob, rng):
    """Gradients in which a new mask is drawn at every step."""

    def gradients(params, X, y):
        logits, cache, A = forward_with_dropout(params, X, drop_prob, rng)
        dZ = softmax_cross_entropy_backward(logits, y)
        dA, *last = dense_backward(dZ, A, params[-1][0])
        grads = [tuple(last)]
        for (A, Z, mask), (W, _) in zip(cache[::-1], params[-2::-1], strict=True):
            dZ = relu_backward(dropout_backward(dA, mask, drop_prob), Z)
            dA, *own = dense_backward(dZ, A, W)
            grads.insert(0, tuple(own))
        return grads

    return gradients


# %% [markdown]
# Four drop probabilities from 0.1 to 0.9, five networks each. They are scored as networks are
# used: with nothing dropped. Which probability wins, and what will 0.9 do to the training
# accuracy?

# %% tags=["demo"]
with unfinished():
    dropped = {"0": large}
    for p in (0.1, 0.5, 0.7, 0.9):
        dropped[f"{p}"] = trial(dropout_slopes(p, np.random.default_rng(0)))
    scores = {name: scores for name, (_, scores) in dropped.items()}
    display(figures.strengths(scores, "drop probability"))

# %% [markdown]
# Dropout helps, and here less than L2 does. With 0.5 and 0.7 the median validation accuracy is
# 0.85, after 0.83 without and 0.87 with L2; the loss falls from 1.2 to 0.47 and 0.40. With 0.1 it
# is too little: the accuracy is 0.85 already, but with a loss of 0.72 the network is still sure of
# its mistakes. With 0.9, six or seven neurons of 64 speak at a time, and even the training points
# are no longer learned: 0.87.
#
# ### Where it does not help
#
# Silencing neurons takes a network that has neurons to spare. What does it do to the small network
# with 4 of them?

# %% tags=["demo"]
with unfinished():
    for p in (0.3, 0.6):
        tiny = trial(dropout_slopes(p, np.random.default_rng(0)), sizes=(2, 4, 2))[1]
        for name, column in {"training  ": 1, "validation": 3}.items():
            before, after = (np.median(scores[:, column]) for scores in (small[1], tiny))
            print(f"{name} accuracy: {before:.3f} without dropout, {after:.3f} with {p}")

# %% [markdown]
# Nothing good. With 0.3 it loses on both, with 0.6 the training accuracy falls by 0.05 and the
# validation accuracy rises by 0.004, two points of 500. A small network has no partners to spare.
#
# ### An average of many networks
#
# Is the network with nobody silent really the average of all the small ones? We take a network
# trained with 0.5 and make small networks of it: a silent neuron is one whose outgoing
# weights are 0. Then we average the probabilities of 1, 10 and 300 of them. Predict: how much
# better than a single one is the average of 10?


# %% tags=["demo"]
def thinned(params, drop_prob, rng):
    """One of the small networks: silent neurons send nothing, the others send more."""
    first, *others = params
    masked = [dropout_forward(np.ones((len(W), 1)), drop_prob, rng)[0] * W for W, _ in others]
    return [first, *((W, b) for W, (_, b) in zip(masked, others, strict=True))]


# %% tags=["demo"]
with unfinished():
    *_, whole = learn(X, y, dropout_slopes(0.5, np.random.default_rng(0)))
    rng = np.random.default_rng(0)
    members = [thinned(whole, 0.5, rng) for _ in range(300)]
    chances = np.array([softmax(network_forward(X_val, member)[0]) for member in members])
    alone = np.mean([score(member, X_val, y_val) for member in members], axis=0)
    found = {"a small network, on average": alone}
    for count in (10, 300):
        mean = chances[:count].mean(axis=0)
        loss = -np.log(mean[np.arange(len(y_val)), y_val]).mean()
        found[f"{count} of them, averaged"] = loss, accuracy(mean, y_val)
    found["nobody silent, one pass"] = score(whole, X_val, y_val)
    for name, (loss, right) in found.items():
        print(f"{name:28} loss {loss:.3f}, accuracy {right:.3f}")
    views = {"one": members[0], "another": members[1], "nobody silent": whole}
    networks = {n: lambda Z, m=m: network_forward(Z, m)[0] for n, m in views.items()}
    display(figures.decision_regions(networks, X, y))

# %% [markdown]
# A small network alone has the accuracy 0.854, and ten of them averaged have 0.878: their mistakes
# do cancel. After that, averaging brings no more.
#
# One forward pass with nobody silent costs as much as a single small network and gets 0.870,
# nearly the accuracy of the 300. In the *loss* it does not come near: 0.456 against 0.320. It hits
# the average's decisions, not its doubts. The average of many probabilities is careful where the
# small networks disagree; the one pass is not. (Averaging over masks when predicting, to get
# better doubts, is known as Monte Carlo dropout.)

# %% [markdown]
# ## 6 Early stopping: when to leave
#
# Section 2's curve had a lowest point. The simplest remedy of all is to stop there. But how do we
# know, while training, that the lowest point has been?
#
# We do not. We wait: if for a number of epochs in a row no validation loss was lower than the
# lowest so far, we stop, and take the parameters of that lowest epoch. The number is called the
# **patience**.
#
# ### Exercise `early_stopping_epoch` · 15 minutes · medium ●●○
#
# **Takes** `validation_losses`, a list or an array with one loss per epoch, counted from 0, and
# `patience`, an integer of at least 1.
#
# **Returns** the number of the best epoch, an integer: the lowest loss that was seen before
# `patience` epochs in a row brought no improvement. An equal loss is no improvement, and neither
# is a nan. Where training never stops early, it is the best epoch of all.

# %% [markdown]
# **By hand:** losses 0.9, 0.6, 0.7, 0.6, 0.5. With a patience of 2, epochs 2 and 3 bring no
# improvement on 0.6; we stop after epoch 3, never see the 0.5, and answer 1. With a patience of 3
# we are still there for epoch 4, and answer 4.
#
# <details><summary>Hint 1: where to look</summary>
#
# Walk through the losses as training would, and do not look ahead. What must you remember from one
# epoch to the next?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Remember the lowest loss and its epoch. How long ago that epoch is tells you when to give up. A
# comparison with nan is always False, so ask the question whose False means no improvement.
#
# </details>


# %%
def early_stopping_epoch(validation_losses, patience):
    """The best epoch seen before `patience` epochs in a row brought no improvement."""
    ### BEGIN SOLUTION
    lowest, best = np.inf, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < lowest:
            lowest, best = loss, epoch
        elif epoch - best >= patience:
            break
    return best
    ### END SOLUTION


# %%
check(early_stopping_epoch)

# %% [markdown]
# In real trainings the validation curve is no smooth valley, because batches are small. We train
# with 6 random points per step, let your function choose with three patiences, and look what it
# chose. (What `learn` calls an epoch is then a single step, on a tenth of the points.) Before you
# run it: what can go wrong with a patience of 1, and what with one of 100?


# %% tags=["demo"]
def few(rng):
    """Gradients from 6 points drawn at random."""

    def gradients(params, X, y):
        chosen = rng.choice(len(y), 6, replace=False)
        return slopes(params, X[chosen], y[chosen])

    return gradients


with unfinished():
    rows = []
    for seed in range(5):
        data = datasets.moons(60, seed, noise=0.35)
        networks = list(learn(*data, few(np.random.default_rng(seed)), seed))
        scores = np.array([score(params, X_val, y_val) for params in networks])
        stops = {k: early_stopping_epoch(scores[:, 0], patience=k) for k in (1, 10, 100)}
        rows.append(scores[[*stops.values(), -1]])
        print(f"network {seed}: patience 1, 10 and 100 choose epochs", *stops.values())
        if seed == 0:
            training = [score(params, *data)[0] for params in networks]
            chosen = {f"patience {k}": epoch for k, epoch in stops.items()}
            display(figures.stopping_points(training, scores[:, 0], chosen))
    for name, (loss, right) in zip([1, 10, 100, "none"], np.median(rows, axis=0), strict=True):
        print(f"patience {name!s:4} median loss {loss:.3f}, accuracy {right:.3f}")

# %% [markdown]
# A patience of 1 stops at the first small bump, after 3 to 13 epochs, and the median accuracy is
# 0.834. With 10 most stop at a bump, too: 0.844. With 100 they get to see the valleys behind, and
# have 0.874; without stopping it would be 0.856. Too much patience costs nothing but epochs here,
# since the best epoch is taken in any case, however late we stop.
#
# **Where it does not help:** network 3 has its lowest loss after 10 epochs, with an accuracy of
# 0.844, whatever the patience. Stopping chooses among the networks that come by; it does not make
# better ones. And validation data are needed that could have been training data.
#

# %% [markdown]
# ## 7 More data, and data that are almost new
#
# All remedies so far hold the network back. Why not give it more to learn instead?
#
# The large network without any remedy, trained on 15 to 960 points. Decide before you run it: does
# the gap close, and from which side?

# %% tags=["demo"]
with unfinished():
    amounts = {}
    for n in (15, 240, 960):
        scores = []
        for seed in range(5):
            data = datasets.moons(n, seed, noise=0.35)
            *_, params = learn(*data, seed=seed)
            scores.append([*score(params, *data), *score(params, X_val, y_val)])
        amounts[n] = scores
    amounts[60] = large[1]
    display(figures.strengths({f"{n}": amounts[n] for n in sorted(amounts)}, "training points"))

# %% [markdown]
# The gap closes from both sides. The training accuracy *falls* from 1.00 to 0.90, since 960 points
# cannot be learned by heart by this network in 300 epochs; the validation accuracy rises from 0.81
# to 0.89, and the loss falls from 1.6 to 0.28. No remedy of the sections before got as far.
# Nothing helps as reliably as more data.
#
# The price: from each place on the axis to the next it takes four times as many points.
#
# ### Augmentation
#
# New data cost money. But often we know changes that leave the label as it is: a mirrored cat is
# still a cat. Then each example can be shown in many versions, a new one in every step. For points
# in the plane: a point that moves a little keeps its class. How far may it move? Too little,
# enough, too much:


# %% tags=["demo"]
def moved(spread, rng):
    return lambda params, X, y: slopes(params, X + spread * rng.normal(size=X.shape), y)


jitter = {"0": large}
for spread in (0.03, 0.3, 1):
    jitter[f"{spread}"] = trial(moved(spread, np.random.default_rng(0)))
scores = {name: scores for name, (_, scores) in jitter.items()}
figures.strengths(scores, "standard deviation of the moves")

# %% [markdown]
# Moves of 0.03 are too small to matter. With 0.3 the median validation accuracy rises to 0.88 and
# the loss falls to 0.28, as low as with sixteen times the data. With 1 the moons are blurred into
# one another, and both accuracies fall to 0.82. That 0.3 is good is no coincidence: it is about
# the size of the noise, 0.35, with which the points were scattered.
#
# ### Knowledge, true and false
#
#
# Augmentation puts knowledge into the training, and the knowledge had better be true. Two more
# versions of our data. Turned by half a turn, one moon becomes the other, so $-x$ with the *other*
# label is as good as a new point. Mirrored left to right, a moon lands where no moon should be.
# What will each of them do?


# %% tags=["demo"]
def turned(params, X, y):
    return slopes(params, np.concatenate([X, -X]), np.concatenate([y, 1 - y]))


def mirrored(params, X, y):
    return slopes(params, np.concatenate([X, X * [-1, 1]]), np.concatenate([y, y]))


for name, scores in {
    "as they are": large[1],
    "and turned": trial(turned)[1],
    "and mirrored": trial(mirrored)[1],
}.items():
    print(f"{name:12} validation accuracy", *(f"{value:.3f}" for value in scores[:, 3]))

# %% [markdown]
# Turned points help a little: four networks of five gain, up to 0.04, one loses 0.002. Mirrored
# points do harm, 0.09 to 0.14: the network learns moons that do not exist. Mirroring suits a
# cat, but it makes a d of the letter b.

# %% [markdown]
# ## 8 Clipping: a seat belt
#
# The last remedy is against another illness. In lesson 05 a network of ten layers that started
# with twice He's spread ended as `nan`: the first gradients were so long that a single step threw
# the weights out of the valley for good. Is such a network lost?
#
# The direction of those gradients is fine, only their length is not. So we measure the length of
# the whole gradient, over all layers, weights and biases together, and shorten it where it is
# longer than we allow:
#
# $$\lVert g \rVert = \sqrt{\textstyle\sum_\text{layers} \left( \sum dW^2 + \sum db^2 \right)}
# \qquad g \leftarrow g \cdot \min\left(1, \frac{\text{max norm}}{\lVert g \rVert}\right)$$
#
# Every array is multiplied by the same factor, so the direction stays.

# %% [markdown]
# ### Exercise `clip_gradients` · 10 minutes · medium ●●○
#
# **Takes** `grads`, a list of `(dW, db)`, and `max_norm`, a positive number. **Returns** new
# `grads` whose common norm is at most `max_norm`. A gradient that is short enough comes back as it
# is, also if it is zero everywhere. What was handed in keeps its values.
#
# **By hand:** one layer with `dW = [[3]]` and `db = [4]` has norm 5. A `max_norm` of 1 makes
# `dW = [[0.6]]` and `db = [0.8]`; a `max_norm` of 10 changes nothing.
#
# <details><summary>Hint 1: where to look</summary>
#
# How many norms are there? And what is 0 divided by 0?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# First one number from all arrays, then one factor for all arrays. Where there is nothing to
# shorten, there is nothing to compute.
#
# </details>


# %%
def clip_gradients(grads, max_norm):
    """New (dW, db) per layer, all scaled by one factor so that their common norm is in bounds."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(dW**2) + np.sum(db**2) for dW, db in grads))
    if norm <= max_norm:
        return grads
    return [(dW * max_norm / norm, db * max_norm / norm) for dW, db in grads]
    ### END SOLUTION


# %%
check(clip_gradients)

# %% [markdown]
# Five networks of ten layers, 16 neurons wide, started with twice He's spread; 200 steps of plain
# gradient descent at a rate of 0.05. Without clipping, and with three bounds. The first gradients
# have lengths between 460 and 2,220. What does a bound of 1,000 do, and one of 0.01?


# %% tags=["demo"]
def deep_run(max_norm, seed, steps=200):
    """Training and validation scores after `steps` steps; max_norm None means no clipping."""
    X, y = datasets.moons(60, seed, noise=0.35)
    start = he_init([2] + [16] * 9 + [2], np.random.default_rng(seed))
    params = [(2 * W, b) for W, b in start]
    for _ in range(steps):
        grads = slopes(params, X, y)
        if max_norm is not None:
            grads = clip_gradients(grads, max_norm)
        params = sgd_step(params, grads, 0.05)
    return *score(params, X, y), *score(params, X_val, y_val)


with unfinished(), np.errstate(all="ignore"):
    for bound in (None, 1000, 10, 0.01):
        runs = np.array([deep_run(bound, seed) for seed in range(5)])
        print(f"max_norm {bound!s:5} training loss", *(f"{value:7.3f}" for value in runs[:, 0]))

# %% [markdown]
# Without clipping three of five end as nan, and the other two lie at 0.693 = ln 2: the giant steps
# have switched all neurons of some layers off, and no error comes back through closed gates. A
# bound of 1,000 does not save them: no nan any more, but the step is still far too long. With 10,
# all five learn. With 0.01 each step is so short that 200 of them lead nowhere.
#
# ### Where it does not help
#
# Clipping does nothing against overfitting. Nor is it a cure for a bad start or for too large a
# rate: started with He's spread, the same five networks have gradients shorter than 3 from the
# start, and all of them learn without a bound. With Adam it matters less, since Adam measures each
# gradient by its own usual size anyway. It is a seat belt: unnoticed until the day of the
# accident.

# %% [markdown]
# ## 9 Which strength?
#
# Every remedy has a strength, and the training data cannot choose it: on them, no remedy at all
# always looks best. So we try several strengths and keep the one with the best score on
# *validation* data. May we then report that score as the network's?
#
# Here is a network that cannot know anything: it tosses a coin for every input. We try 100 of them
# on 50 labels and keep the best. Guess first: what does it score on these 50, and what on 10,000
# others?

# %% tags=["demo"]
rng = np.random.default_rng(0)
truth = rng.integers(2, size=50)
tosses = rng.integers(2, size=(100, 50))
best = (tosses == truth).mean(axis=1).max()
later = (rng.integers(2, size=10_000) == rng.integers(2, size=10_000)).mean()
print(f"best of 100 coins on the 50 labels: {best:.2f}")
print(f"the same coin on 10,000 others:     {later:.2f}")

# %% [markdown]
# The best of 100 coins got 66 % by luck, and its luck does not travel. The best of many attempts
# always looks better than it is, and the more attempts, the more so. Its score on the data that
# chose it says little; only data that took no part in the choice are honest.
#
#
# Hence three piles. The **training** data teach the weights. The **validation** data choose
# whatever is chosen by hand: strength, patience, size, learning rate. The **test** data are looked
# at once, when nothing is left to choose. Whoever looks at them twice and picks the better result
# has made validation data of them, and has no test data any more.
#
# We choose among everything this lesson has tried on the 60 points, by the median validation
# accuracy, and open the test data, 2,000 points that no cell has used so far.

# %% tags=["demo"]
with unfinished():
    tried = {f"weight decay {k}": v for k, v in l2.items()}
    tried |= {f"dropout {k}": v for k, v in dropped.items() if k != "0"}
    tried |= {f"moves of {k}": v for k, v in jitter.items() if k != "0"}
    medians = {name: np.median(scores[:, 3]) for name, (_, scores) in tried.items()}
    winner = max(medians, key=medians.get)
    X_test, y_test = datasets.moons(2000, 200, noise=0.35)
    for name in ("weight decay 0", winner):
        right = [score(params, X_test, y_test)[1] for params in tried[name][0]]
        print(f"{name:18} validation {medians[name]:.3f}, test", *(f"{a:.3f}" for a in right))

# %% [markdown]
# Moves of 0.3 win with 0.876; weight decay 0.01 is one point of 500 behind, a tie. On the test
# data all five networks are better than their twins without a remedy, by 0.020 to 0.046. So the
# gain is real. The winner's median there is 0.869: a little less than the 0.876 it was chosen by,
# as we should expect.

# %% [markdown]
# ## Summary
#
# - A network overfits when it learns what is true of its examples only. The training curve does
#   not show it; the gap to the validation curve does.
# - L2 makes large weights expensive, L1 makes useless ones vanish, dropout averages many small
#   networks, early stopping leaves at the right time. Each can be too little and too much.
# - More data help most reliably. Augmentation makes them out of knowledge, which must be true.
# - Clipping bounds the length of a step and keeps its direction; it is against accidents, not
#   against overfitting.
# - Strengths are chosen on validation data. Test data are looked at once, at the end.
#
# All parts are ready. Lesson 08 makes one project of them.

# %% [markdown]
# ## Questions to think about
#
# 1. You double the training data. Should the weight decay that was best before grow or shrink?
# <details><summary>Answer</summary>
#
# Shrink, as a rule. The loss is a mean over the examples, so accidents of single examples weigh
# less in it, and there is less to protect the network from.
#
# </details>
#
# 2. Training and validation accuracy are both 0.6, and you expected 0.9. Which remedy of this
#    lesson do you take?
# <details><summary>Answer</summary>
#
# None. There is no gap; the network underfits. A larger network, longer training, another learning
# rate, or *less* regularization.
#
# </details>
#
# 3. Why is the training loss often higher than the validation loss when dropout is on?
# <details><summary>Answer</summary>
#
# The training loss that a loop notes down is that of the small networks, with neurons silent; the
# validation loss is that of the whole network. Score both with dropout off before you compare.
#
# </details>
#
# 4. There are only 60 examples in all. Where do validation data come from?
# <details><summary>Answer</summary>
#
# Split them into five parts. Train five times on four of them, score on the fifth, and average:
# cross-validation. It costs five trainings.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - A. Krogh, J. Hertz: *A simple weight decay can improve generalization*. Advances in Neural
#   Information Processing Systems 4, 950–957, 1992. Why a price on weights helps against noise.
# - R. Tibshirani: *Regression shrinkage and selection via the lasso*. Journal of the Royal
#   Statistical Society B 58, 267–288, 1996. L1, and why it selects.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov: *Dropout: a simple way
#   to prevent neural networks from overfitting*. Journal of Machine Learning Research 15,
#   1929–1958, 2014.
# - Y. Gal, Z. Ghahramani: *Dropout as a Bayesian approximation*. Proceedings of ICML, 1050–1059,
#   2016. Averaging over masks when predicting.
# - L. Prechelt: *Early stopping – but when?* In: Neural Networks: Tricks of the Trade, 55–69.
#   Springer, 1998. Fourteen ways to be patient, compared.
# - R. Pascanu, T. Mikolov, Y. Bengio: *On the difficulty of training recurrent neural networks*.
#   Proceedings of ICML, 1310–1318, 2013. Clipping by the norm.
# - I. Loshchilov, F. Hutter: *Decoupled weight decay regularization*. Proceedings of ICLR, 2019.
#   AdamW.
