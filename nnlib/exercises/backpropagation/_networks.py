"""Networks drawn for exercises: what a backward pass is given."""

import itertools

import numpy as np

from nnlib import functional as F

SIZES = [
    (2, (3, 4, 2)),
    (5, (2, 3)),
    (1, (4, 5, 3)),
    (4, (6, 5, 3, 2)),
    (7, (5, 1)),
    (3, (2, 7, 5, 4, 3)),
    (6, (4, 2, 1)),
    (3, (3, 3, 3, 3)),
    (4, (2, 6, 6, 6, 2)),
]


def backward_arguments(rng):
    """Yield ``(dlogits, cache, params)`` for networks of one to four layers."""
    for N, sizes in SIZES:
        X, params = _network(rng, N, sizes)
        logits, cache = F.network_forward(X, params)
        yield rng.normal(size=logits.shape), cache, params


def _network(rng, N, sizes):
    """A batch and a network in which no neuron stands near ReLU's kink or is off for all."""
    while True:
        params = [
            (rng.normal(size=(D, H)), rng.normal(size=H)) for D, H in itertools.pairwise(sizes)
        ]
        X = rng.normal(size=(N, sizes[0]))
        hidden = [Z for _, Z in F.network_forward(X, params)[1][:-1]]
        mixed = all(np.any(Z > 0) and np.any(Z < 0) for Z in hidden)
        if mixed and all(np.abs(Z).min() > 1e-2 for Z in hidden):
            return X, params


def backward_proof(dlogits, cache, params):
    """Every gradient is the derivative of ``sum(dlogits * logits)``."""
    X = cache[0][0]

    def loss(layer, field, value):
        changed = [list(pair) for pair in params]
        changed[layer][field] = value
        return np.sum(dlogits * F.network_forward(X, changed)[0])

    for layer, pair in enumerate(params):
        for field, value in enumerate(pair):
            yield ("grads", layer, field), lambda v, at=(layer, field): loss(*at, v), value
