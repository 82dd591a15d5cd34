"""network_forward(X, params): dense layers in a chain, ReLU between them, none after the last."""

import itertools

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise, Part


def questions(rng):
    for N, sizes in [
        (2, (3, 4, 2)),
        (1, (4, 5, 3)),
        (5, (2, 3)),
        (4, (6, 5, 3, 2)),
        (3, (2, 7, 5, 4, 3)),
        (3, (3, 3, 3, 3)),
    ]:
        yield rng.normal(size=(N, sizes[0])), _layers(rng, sizes)
    yield rng.integers(-3, 4, size=(4, 2)), _layers(rng, (2, 6, 6, 6, 2))


def _layers(rng, sizes):
    return [(rng.normal(size=(D, H)), rng.normal(size=H)) for D, H in itertools.pairwise(sizes)]


exercise = Exercise(
    F.network_forward,
    questions,
    parts=("logits", Part("cache", each="layer", fields=("A_in", "Z"))),
    points=4,
    passes_on=("cache",),
    builds_on=("relu", "dense_forward"),
)


@exercise.alternative
def activation_first(X, params):
    cache = []
    signal = X
    for number, (W, b) in enumerate(params):
        if number > 0:
            signal = np.where(signal > 0, signal, 0.0)
        Z = signal @ W + b
        cache.append((signal, Z))
        signal = Z
    return signal, cache


@exercise.alternative
def last_layer_apart(X, params):
    A, cache = X, []
    for W, b in params[:-1]:
        Z = F.dense_forward(A, W, b)
        cache += [[A, Z]]
        A = F.relu(Z)
    W, b = params[-1]
    logits = A @ W + b
    return [logits, (*cache, (A, logits))]


@exercise.alternative
def recursive(X, params):
    (W, b), *rest = params
    Z = np.einsum("nd,dh->nh", X, W) + b
    if not rest:
        return Z, [(X, Z)]
    logits, cache = recursive(np.maximum(0, Z), rest)
    return logits, [(X, Z), *cache]


def _chain(X, params, activation=F.relu, last=lambda Z: Z, keep=lambda A, Z, out: (A, Z)):
    """A network with one thing changed: what the misconceptions below have in common."""
    A, cache = X, []
    for number, (W, b) in enumerate(params):
        Z = A @ W + b
        out = last(Z) if number == len(params) - 1 else activation(Z)
        cache.append(keep(A, Z, out))
        A = out
    return A, cache


@exercise.misconception("The last layer gives logits, of either sign: which layers have a ReLU?")
def relu_after_the_last_layer_too(X, params):
    return _chain(X, params, last=F.relu)


@exercise.misconception("Without a ReLU between them the layers collapse into a single one.")
def no_relu(X, params):
    return _chain(X, params, activation=lambda Z: Z)


@exercise.misconception("Which activation stands between the layers here?")
def sigmoid_between_the_layers(X, params):
    return _chain(X, params, activation=F.sigmoid)


@exercise.misconception("The logits are asked for, before any softmax.")
def softmax_at_the_end(X, params):
    return _chain(X, params, last=F.softmax)


@exercise.misconception(
    "The cache keeps each layer's Z before the ReLU: when, and from what, do you store it?"
)
def cache_holds_activations(X, params):
    return _chain(X, params, keep=lambda A, Z, out: (A, out))


@exercise.misconception("Each entry of the cache is (A_in, Z), in this order.")
def cache_swapped(X, params):
    return _chain(X, params, keep=lambda A, Z, out: (Z, A))


@exercise.misconception(
    "The cache should hold what came into a layer; look at the moment at which you store A."
)
def cache_holds_the_output(X, params):
    return _chain(X, params, keep=lambda A, Z, out: (out, Z))


@exercise.misconception(
    "Every entry of the cache starts with the network's own input: what goes into the second layer?"
)
def cache_holds_the_first_input(X, params):
    return _chain(X, params, keep=lambda A, Z, out: (X, Z))


@exercise.misconception("The cache has one entry for every layer, the last one included.")
def cache_without_the_last_layer(X, params):
    logits, cache = _chain(X, params)
    return logits, cache[:-1]


@exercise.misconception("The cache is in the order of the layers, the first one first.")
def cache_reversed(X, params):
    logits, cache = _chain(X, params)
    return logits, cache[::-1]


@exercise.misconception("Every layer has a bias: what do you do with b?")
def no_bias(X, params):
    return _chain(X, [(W, np.zeros_like(b)) for W, b in params])


@exercise.misconception("Two values are asked for: the logits and the cache.")
def logits_alone(X, params):
    return _chain(X, params)[0]
