"""What randomness must do: differ from seed to seed, and leave no trace of the old order."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Fault
from nnlib.checking.plain import same
from nnlib.optimizers import sgd_step


def same_for_each_seed(part, received):
    """A fault where several generators led to one result."""
    if all(same(one, received[0]) for one in received):
        text = "another rng gives the same result: draw everything from the rng that is passed in"
        return {part: Fault("rng", f"{part}: {text}")}
    return {}


def hardly_random(orders, y):
    """The fault of orders (seeds, N) that remember where the examples stood, or their labels.

    Shuffled examples have an old neighbor beside them 2 (N - 1) / N times per order, and places
    that are not correlated with the old ones. Six standard deviations are granted.
    """
    seeds, N = orders.shape
    neighbors = np.sum(np.abs(np.diff(orders, axis=1)) == 1)
    places = (orders - (N - 1) / 2) @ (np.arange(N) - (N - 1) / 2) * 12 / (N * (N * N - 1))
    if neighbors > 2 * seeds + 6 * np.sqrt(2 * seeds):
        return Fault("neighbors", "old neighbors still follow each other: shuffle all examples")
    if (orders == orders[0]).all(axis=0).any():
        return Fault("fixed", "an example has the same place for every rng: shuffle all of them")
    counts = np.unique(y, return_counts=True)[1]
    alike, pairs = np.sum(counts * (counts - 1)) / (N * (N - 1)), seeds * (N - 1)
    if np.mean(np.diff(y[orders]) == 0) > alike + 6 * np.sqrt(alike * (1 - alike) / pairs):
        return Fault("classes", "equal labels follow each other: shuffle all examples together")
    if abs(places.mean()) > 6 / np.sqrt(seeds * (N - 1)):
        return Fault("places", "many examples stay near their old place: shuffle all of them")
    return None


def orders_in(X, y, params, rate, losses):
    """Read off an epoch's loss which example was the last of its epoch, and follow it.

    All examples but one make the first batch, and one makes the second. Each choice of that one
    has a loss of its own, so the nearest is the order that was taken, if the training is right.

    Returns
    -------
    orders : list of int
        The last example of each epoch.
    values : tuple
        The parameters and losses that a right training has with these orders.
    """
    orders, exact = [], []
    for loss in losses:
        ends = [_epoch(X, y, params, rate, last) for last in range(len(X))]
        last = int(np.argmin([abs(end[1] - loss) for end in ends]))
        params, value = ends[last]
        orders.append(last)
        exact.append(value)
    return orders, (params, exact)


def _epoch(X, y, params, rate, last):
    total = 0.0
    for rows in (np.delete(np.arange(len(X)), last), [last]):
        logits, cache = F.network_forward(X[rows], params)
        total += F.softmax_cross_entropy(logits, y[rows]) * len(rows)
        dlogits = F.softmax_cross_entropy_backward(logits, y[rows])
        params = sgd_step(params, F.network_backward(dlogits, cache, params), rate)
    return params, total / len(X)
