"""layer_gradient_norms(grads): how strongly each layer hears the error."""

import itertools

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for sizes, faintest in [
        ((3, 4, 2), 1.0),
        ((2, 5), 1.0),
        ((6, 1, 3, 2), 0.1),
        ((4, 3, 5, 2, 7, 1), 1e-3),
        ((4, 4, 4, 2), 0.5),
    ]:
        scales = np.geomspace(faintest, 1, len(sizes) - 1)
        yield (
            [
                (scale * rng.normal(size=(D, H)), 1 + scale * rng.normal(size=H))
                for scale, (D, H) in zip(scales, itertools.pairwise(sizes), strict=True)
            ],
        )
    faint = [(1e-9 * rng.normal(size=(3, 5)), rng.normal(size=5))]
    yield (faint,)
    yield ([*faint, (np.zeros((5, 2)), rng.normal(size=2))],)
    yield ([(np.asfortranarray(rng.normal(size=(4, 3))), 2 + rng.normal(size=3))],)
    yield (
        [
            (rng.integers(-5, 6, size=(D, H)), rng.integers(1, 9, size=H))
            for D, H in ((2, 3), (3, 4))
        ],
    )


exercise = Exercise(F.layer_gradient_norms, questions, parts=("norms",), points=1)


@exercise.alternative
def root_of_squares(grads):
    return np.array([np.sqrt(np.sum(dW**2)) for dW, db in grads])


@exercise.alternative
def loop(grads):
    norms = np.zeros(len(grads))
    for layer, (dW, _) in enumerate(grads):
        total = 0.0
        for entry in dW.flat:
            total += entry * entry
        norms[layer] = total**0.5
    return norms


@exercise.alternative
def trace(grads):
    return [float(np.trace(dW.T @ dW)) ** 0.5 for dW, _ in grads]


@exercise.alternative
def singular_values(grads):
    return tuple(np.linalg.norm(np.linalg.svd(dW, compute_uv=False)) for dW, _ in grads)


def _each(grads, measure):
    return np.array([measure(dW) for dW, _ in grads])


@exercise.misconception("The biases are counted in; only the dW are asked for.")
def biases_included(grads):
    return np.array([np.sqrt(np.sum(dW**2) + np.sum(db**2)) for dW, db in grads])


@exercise.misconception("These are norms of the db; which of the two stands first?")
def norms_of_the_biases(grads):
    return np.array([np.linalg.norm(db) for _, db in grads])


@exercise.misconception("The squares are added up; what undoes the squaring at the end?")
def no_root(grads):
    return _each(grads, lambda dW: np.sum(dW**2))


@exercise.misconception(
    "ord=2 gives the largest singular value; the norm over all entries is meant."
)
def spectral(grads):
    return _each(grads, lambda dW: np.linalg.norm(dW, 2))


@exercise.misconception("The absolute values are added up; squares are meant.")
def absolute_values(grads):
    return _each(grads, lambda dW: np.sum(np.abs(dW)))


@exercise.misconception("A mean is taken inside the root: the sum of the squares is meant.")
def root_mean_square(grads):
    return _each(grads, lambda dW: np.sqrt(np.mean(dW**2)))


@exercise.misconception("This is a mean of absolute values; the norm adds up squares.")
def mean_size(grads):
    return _each(grads, lambda dW: np.mean(np.abs(dW)))


@exercise.misconception("Only the largest entry counts here; a norm hears all of them.")
def largest_entry(grads):
    return _each(grads, lambda dW: np.max(np.abs(dW)))


@exercise.misconception("Positive and negative entries cancel: what happens to the sign first?")
def sums(grads):
    return _each(grads, np.sum)


@exercise.misconception("First layer first: the order is turned round.")
def last_layer_first(grads):
    return _each(grads, np.linalg.norm)[::-1]


@exercise.misconception("One norm for the whole network comes out; one per layer is asked for.")
def all_layers_together(grads):
    return np.linalg.norm(_each(grads, np.linalg.norm))


@exercise.misconception("The norms are divided by their sum; they are asked for as they are.")
def shares(grads):
    norms = _each(grads, np.linalg.norm)
    return norms / norms.sum()


@exercise.misconception("An axis is given, so each column gets a norm; a layer needs one number.")
def one_per_neuron(grads):
    return [np.linalg.norm(dW, axis=0) for dW, _ in grads]


@exercise.misconception("Your function changes the gradients that it was given; make new arrays.")
def in_place(grads):
    norms = _each(grads, np.linalg.norm)
    for dW, _ in grads:
        dW *= 2
    return norms
