"""clip_gradients(grads, max_norm): one norm over everything, one factor for everything."""

from itertools import pairwise

import numpy as np

from nnlib import regularizers
from nnlib.checking import Exercise, Part

CASES = [((2, 3), 0.3), ((4, 3, 2), 1.7), ((1, 5, 4, 3, 2), 0.05), ((5, 2), 1.05), ((3, 2), 0.9)]


def questions(rng):
    for sizes, share in CASES:
        grads = [(rng.normal(size=s), 2 * rng.normal(size=s[1])) for s in pairwise(sizes)]
        norm = np.sqrt(sum(np.sum(g * g) for layer in grads for g in layer))
        yield grads, float(share * norm)
    faint = [(0.01 * dW, 0 * db) for dW, db in grads]  # the norms are below 1, and one is 0
    yield faint, 0.4 * float(np.linalg.norm(faint[0][0]))
    yield [(np.zeros_like(W), np.zeros_like(b)) for W, b in grads], 0.5


exercise = Exercise(
    regularizers.clip_gradients,
    questions,
    parts=(Part("grads", each="layer", fields=("dW", "db")),),
    points=2,
    passes_on=("grads",),
)


def _scale(grads, factor):
    return [(factor * dW, factor * db) for dW, db in grads]


def _norm(grads):
    return np.sqrt(sum(np.sum(g**2) for layer in grads for g in layer))


@exercise.alternative
def branch(grads, max_norm):
    total = 0.0
    for dW, db in grads:
        total += np.sum(dW * dW) + np.sum(db * db)
    norm = total**0.5
    if norm > max_norm:
        return [(dW * max_norm / norm, db * max_norm / norm) for dW, db in grads]
    return grads


@exercise.alternative
def one_factor(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for layer in grads for g in layer]))
    return _scale(grads, min(1.0, max_norm / norm) if norm else 1.0)


@exercise.alternative
def norm_of_norms(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for layer in grads for g in layer])
    divisor = max(norm / max_norm, 1)
    return [[g / divisor for g in layer] for layer in grads]


@exercise.misconception(
    "Each array is clipped for itself, which turns the direction: how many norms are there?"
)
def each_array_for_itself(grads, max_norm):
    def clip(g):
        norm = np.linalg.norm(g)
        return g * (max_norm / norm) if norm > max_norm else g.copy()

    return [(clip(dW), clip(db)) for dW, db in grads]


@exercise.misconception("Each layer is clipped for itself; one norm over all layers is meant.")
def each_layer_for_itself(grads, max_norm):
    clipped = []
    for layer in grads:
        norm = _norm([layer])
        clipped += _scale([layer], max_norm / norm if norm > max_norm else 1.0)
    return clipped


@exercise.misconception("Entries are cut off one by one; the whole gradient should be scaled.")
def entry_by_entry(grads, max_norm):
    return [
        (np.clip(dW, -max_norm, max_norm), np.clip(db, -max_norm, max_norm)) for dW, db in grads
    ]


@exercise.misconception("Short gradients are stretched: what should happen below max_norm?")
def always_scaled(grads, max_norm):
    norm = _norm(grads)
    return _scale(grads, max_norm / norm if norm else 1.0)


@exercise.misconception("The squares are added, but where is the root?")
def root_missing(grads, max_norm):
    squares = _norm(grads) ** 2
    return _scale(grads, max_norm / squares if squares > max_norm else 1.0)


@exercise.misconception("The biases belong to the norm, too.")
def norm_of_the_weights(grads, max_norm):
    norm = np.sqrt(sum(np.sum(dW**2) for dW, _ in grads))
    return _scale(grads, max_norm / norm if norm > max_norm else 1.0)


@exercise.misconception("The biases' gradients keep their length; the factor is for everything.")
def biases_left_out(grads, max_norm):
    norm = _norm(grads)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(factor * dW, db.copy()) for dW, db in grads]


@exercise.misconception("A gradient of length 1 comes out: where does max_norm come in?")
def length_one(grads, max_norm):
    norm = _norm(grads)
    return _scale(grads, 1 / norm if norm > max_norm else 1.0)


@exercise.misconception("Too long a gradient vanishes; it should be shortened.")
def set_to_zero(grads, max_norm):
    return _scale(grads, 0.0 if _norm(grads) > max_norm else 1.0)


@exercise.misconception("Gradients of zero become nan: what is divided by what?")
def zero_divided_by_zero(grads, max_norm):
    norm = _norm(grads)
    return _scale(grads, np.minimum(1.0, max_norm / norm) * (norm / norm))


@exercise.misconception(
    "A sum of absolute values is another norm; the length has squares and a root."
)
def sum_of_absolutes(grads, max_norm):
    norm = sum(np.abs(g).sum() for layer in grads for g in layer)
    return _scale(grads, max_norm / norm if norm > max_norm else 1.0)


@exercise.misconception("The gradients that were handed in change: *= writes into them.")
def in_place(grads, max_norm):
    norm = _norm(grads)
    if norm > max_norm:
        for layer in grads:
            for g in layer:
                g *= max_norm / norm
    return [(dW.copy(), db.copy()) for dW, db in grads]
