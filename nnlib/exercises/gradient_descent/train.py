"""train(X, y, params, learning_rate, epochs, batch_size, rng): the whole training loop.

Exact where a batch holds all examples. Small batches depend on how the examples were shuffled, so
they are judged by laws.
"""

import itertools

import numpy as np

from nnlib import functional as F
from nnlib import training
from nnlib.checking import Exercise, Fault, Part
from nnlib.checking.compare import compare, split
from nnlib.exercises.gradient_descent._orders import orders_in, same_for_each_seed

TINY = 1e-6  # a learning rate at which one epoch is, to first order, a sum of first steps


def questions(rng):
    yield _question(rng, N=5, sizes=(2, 4, 3), rate=0.5, epochs=3, batch=5)
    yield _question(rng, N=8, sizes=(3, 2), rate=0.3, epochs=4, batch=100)
    yield _question(rng, N=1, sizes=(3, 5, 2), rate=0.2, epochs=2, batch=1)
    yield _question(rng, N=7, sizes=(2, 5, 4, 3), rate=0.1, epochs=5, batch=7)
    yield _question(rng, N=6, sizes=(4, 3), rate=0.1, epochs=0, batch=2)
    yield _question(rng, N=11, sizes=(2, 5, 3), rate=0.0, epochs=2, batch=4)
    yield _question(rng, N=12, sizes=(3, 4, 2), rate=TINY, epochs=1, batch=4)
    *question, _ = _question(rng, N=6, sizes=(25, 3), rate=0.02, epochs=3, batch=5)
    yield *question, {"seeds": [int(n) for n in rng.integers(2**31, size=10)]}


def _question(rng, N, sizes, rate, epochs, batch):
    y = np.arange(N) % sizes[-1]
    X = rng.normal(size=(N, sizes[0])) + rng.normal(size=(sizes[-1], sizes[0]))[y]
    params = [
        (rng.normal(size=(D, H)) * np.sqrt(2 / D), 0.1 * rng.normal(size=H))
        for D, H in itertools.pairwise(sizes)
    ]
    return X, y, params, rate, epochs, batch, {"seed": int(rng.integers(2**31))}


def accepts(probe, expected, received):
    """Equal to the reference where the batch is whole; laws where the order matters."""
    X, y, params, rate, epochs, batch, rng = probe.args
    if "seeds" in rng:
        return _follows_an_order(X, y, params, rate, received)
    if batch >= len(X) or rate == 0 or epochs == 0:
        return compare(exercise.named_parts, expected, received, exercise.tolerance)
    values = split(exercise.named_parts, received)
    if values is None or len(values[1]) != epochs:
        return compare(exercise.named_parts, expected, received, exercise.tolerance)
    return _first_order(X, y, params, batch, values)


def _first_order(X, y, params, batch, values):
    """One epoch of tiny steps is the sum of the batches' gradients, whatever their order."""
    logits, cache = F.network_forward(X, params)
    grads = F.network_backward(F.softmax_cross_entropy_backward(logits, y), cache, params)
    steps = [
        (old - new) / TINY
        for layer, moved in zip(params, values[0], strict=True)
        for old, new in zip(layer, moved, strict=True)
    ]
    wanted = [len(X) / batch * g for layer in grads for g in layer]
    size = max(float(np.abs(g).max()) for g in wanted)
    faults = {}
    ratios = [float(np.sum(s * g) / np.sum(g * g)) for s, g in zip(steps, wanted, strict=True)]
    if any(np.abs(s - g).max() > 1e-3 * size for s, g in zip(steps, wanted, strict=True)):
        text = "after one epoch of tiny steps the sum of all steps is not N/batch_size gradients"
        law = f"ratio {ratios[0]:.2g}" if np.ptp(ratios) < 1e-2 else "examples"
        faults["params"] = Fault(f"steps, {law}", f"params: {text}: did every batch count once?")
    if abs(values[1][0] - F.softmax_cross_entropy(logits, y)) > 1e-3:
        faults["losses"] = Fault("mean", "losses: an epoch's loss is the mean over its examples")
    return faults


def _follows_an_order(X, y, params, rate, received):
    """Equal to trainings whose orders can be read off their losses; a new one for each epoch."""
    taken = []
    for one in received:
        orders, values = orders_in(X, y, params, rate, one[1])
        faults = compare(exercise.named_parts, values, one, exercise.tolerance)
        if faults:
            return faults
        taken.append(orders)
    if all(len(set(orders)) == 1 for orders in taken):
        text = "params: every epoch took its batches in the same order; shuffle anew in each"
        in_place = all(set(orders) == {len(X) - 1} for orders in taken)
        return {"params": Fault("order" if in_place else "again", text)}
    if faults := same_for_each_seed("params", received):
        return faults
    for epoch, lasts in enumerate(zip(*taken, strict=True), 1):
        if len(set(lasts)) == 1:
            text = f"params: epoch {epoch} ended with the same example for every rng"
            return {"params": Fault("epoch", f"{text}; shuffle in each epoch, from that rng")}
    return {}


exercise = Exercise(
    training.train,
    questions,
    parts=(Part("params", each="layer", fields=("W", "b")), "losses"),
    points=4,
    player="each_seed",
    passes_on=("params",),  # after 0 epochs
    accepts=accepts,
    seeds=10,
    builds_on=("sgd_step", "minibatches"),
)


def _train(
    X,
    y,
    params,
    learning_rate,
    epochs,
    batch_size,
    rng,
    order=None,
    gradient=F.softmax_cross_entropy_backward,
    loss=lambda total, batches, N: total / N,
    weigh=len,
    after=False,
    scale=1.0,
    decay=1.0,
):
    """The training loop with one thing changed: what the misconceptions have in common."""
    params = [(W.copy(), b.copy()) for W, b in params]
    losses = []
    for _ in range(epochs):
        total, batches, rows = 0.0, 0, (order or rng.permutation)(len(X))
        for start in range(0, len(rows), batch_size):
            Xb, yb = X[rows[start : start + batch_size]], y[rows[start : start + batch_size]]
            logits, cache = F.network_forward(Xb, params)
            grads = F.network_backward(gradient(logits, yb), cache, params)
            before = F.softmax_cross_entropy(logits, yb)
            params = [
                (decay * W - scale * learning_rate * dW, decay * b - scale * learning_rate * db)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
            now = F.softmax_cross_entropy(F.network_forward(Xb, params)[0], yb)
            total += (now if after else before) * weigh(yb)
            batches += 1
        losses.append(loss(total, batches, len(X)))
    return params, losses


@exercise.alternative
def loop(*given):
    return _train(*given)


@exercise.alternative
def drawn_another_way(*given):
    rng = given[-1]
    params, losses = _train(*given, order=lambda n: np.argsort(rng.random(n)))
    return [[W, b] for W, b in params], np.array(losses)


@exercise.alternative
def losses_of_every_example(X, y, params, learning_rate, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        each = []
        rows = np.arange(len(X))
        rng.shuffle(rows)
        while len(rows):
            now, rows = rows[:batch_size], rows[batch_size:]
            logits, cache = F.network_forward(X[now], params)
            each.extend(-F.log_softmax(logits)[np.arange(len(now)), y[now]])
            dlogits = F.softmax(logits)
            dlogits[np.arange(len(now)), y[now]] -= 1
            grads = F.network_backward(dlogits / len(now), cache, params)
            params = [
                (W - learning_rate * dW, b - learning_rate * db)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        history.append(sum(each) / len(each))
    return params, history


@exercise.misconception("The loss grows: in which direction do the parameters move?")
def uphill(*given):
    return _train(*given, scale=-1.0)


@exercise.misconception("The batch's loss was taken after its update; take it before.")
def loss_after_the_update(*given):
    return _train(*given, after=True)


@exercise.misconception("A small last batch counts as much as a full one: weigh by its examples.")
def mean_of_the_batches(*given):
    return _train(*given, weigh=lambda yb: 1, loss=lambda total, batches, N: total / batches)


@exercise.misconception("An epoch's loss is a mean over its examples, not a sum.")
def sum_of_the_losses(*given):
    return _train(*given, loss=lambda total, batches, N: total)


@exercise.misconception("Every batch counts: the examples that do not fill the first one, too.")
def first_batch_only(*given):
    *_, batch_size, rng = given
    return _train(
        *given,
        order=lambda n: rng.permutation(n)[:batch_size],
        loss=lambda total, batches, N: total / min(N, batch_size),
    )


@exercise.misconception("1/N belongs to the loss's gradient and is there already; not twice.")
def divided_twice(*given):
    return _train(
        *given, gradient=lambda logits, yb: F.softmax_cross_entropy_backward(logits, yb) / len(yb)
    )


@exercise.misconception("The examples come in the same order in every epoch: shuffle them.")
def not_shuffled(*given):
    return _train(*given, order=np.arange)


@exercise.misconception("The network still is what it was: where do the new parameters go?")
def parameters_not_kept(*given):
    return _train(*given, scale=0.0)


@exercise.misconception("Your loop changes the parameters that it was given: work on copies.")
def in_place(X, y, params, *settings):
    new, losses = _train(X, y, params, *settings)
    for (W, b), (W_new, b_new) in zip(params, new, strict=True):
        W[...], b[...] = W_new, b_new
    return [(W.copy(), b.copy()) for W, b in params], losses


@exercise.misconception("Two values are asked for, the parameters and the losses of the epochs.")
def parameters_alone(*given):
    return _train(*given)[0]


@exercise.misconception("A loss for every epoch: is one list entry made for each, or a single one?")
def last_loss_only(*given):
    new, losses = _train(*given)
    return new, losses[-1:]


@exercise.misconception("Every epoch repeats the order of the first one: when is it drawn?")
def shuffled_once(*given):
    rows = given[-1].permutation(len(given[0]))
    return _train(*given, order=lambda n: rows)


@exercise.misconception("Another rng gives the same training again: which generator shuffles?")
def a_generator_of_its_own(*given):
    shuffle = np.random.default_rng(0).permutation
    return _train(*given, order=shuffle)


@exercise.misconception("Only the first epoch is shuffled; where should the new order be drawn?")
def first_epoch_only(*given):
    rng, drawn = given[-1], []

    def order(n):
        drawn.append(n)
        return rng.permutation(n) if len(drawn) == 1 else np.arange(n)

    return _train(*given, order=order)
