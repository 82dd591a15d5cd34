"""add_l2_gradient(grads, params, weight_decay): dW + weight_decay * W, db as it is."""

from itertools import pairwise

import numpy as np

from nnlib import regularizers
from nnlib.checking import Exercise, Part


def questions(rng):
    for sizes, decay in [((2, 3), 0.3), ((4, 3, 2), 0.01), ((1, 5, 4, 3), 1.7), ((6, 1), 0.05)]:
        grads, params = (
            [(rng.normal(size=s), 1 + rng.normal(size=s[1])) for s in pairwise(sizes)]
            for _ in range(2)
        )
        yield grads, params, decay
    yield [(np.zeros_like(W), np.zeros_like(b)) for W, b in params], params, 0.2


exercise = Exercise(
    regularizers.add_l2_gradient,
    questions,
    parts=(Part("grads", each="layer", fields=("dW", "db")),),
    points=1,
    passes_on=("grads",),
)


@exercise.alternative
def loop(grads, params, weight_decay):
    new = []
    for i in range(len(grads)):
        new.append([grads[i][0] + weight_decay * params[i][0], grads[i][1].copy()])
    return new


@exercise.alternative
def db_passed_on(grads, params, weight_decay):
    pairs = zip(grads, params, strict=True)
    return tuple((dW + W * weight_decay, db) for (dW, db), (W, b) in pairs)


@exercise.alternative
def on_copies(grads, params, weight_decay):
    new = [(dW.copy(), db.copy()) for dW, db in grads]
    for (dW, _), (W, _) in zip(new, params, strict=True):
        dW += np.multiply(weight_decay, W)
    return new


def _add(grads, params, rule):
    return [(rule(dW, W), db.copy()) for (dW, db), (W, _) in zip(grads, params, strict=True)]


@exercise.misconception("The penalty leaves the biases out, so their gradient stays as it is.")
def biases_included(grads, params, weight_decay):
    return [
        (dW + weight_decay * W, db + weight_decay * b)
        for (dW, db), (W, b) in zip(grads, params, strict=True)
    ]


@exercise.misconception("The penalty has a factor ½: what does its derivative have left?")
def factor_two(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW + 2 * weight_decay * W)


@exercise.misconception("Differentiating the square takes the ½ away: it is not there twice.")
def half(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW + weight_decay / 2 * W)


@exercise.misconception(
    "With this sign the weights grow: large ones should be pulled towards zero."
)
def weights_grow(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW - weight_decay * W)


@exercise.misconception("The loss's own gradient is lost; the penalty's is added to it.")
def loss_gradient_lost(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: weight_decay * W)


@exercise.misconception("The penalty itself is added, one number; its derivative has W's shape.")
def penalty_added(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW + weight_decay / 2 * np.sum(W**2))


@exercise.misconception("This is the L1 rule: only the sign of a weight counts there.")
def sign_of_the_weights(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW + weight_decay * np.sign(W))


@exercise.misconception("The gradient decays here, not the weight: what is multiplied?")
def gradient_for_weight(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW + weight_decay * dW)


@exercise.misconception("The strength is missing: what is weight_decay for?")
def no_strength(grads, params, weight_decay):
    return _add(grads, params, lambda dW, W: dW + W)


@exercise.misconception("The gradients that were handed in change: += writes into them.")
def in_place(grads, params, weight_decay):
    for (dW, _), (W, _) in zip(grads, params, strict=True):
        dW += weight_decay * W
    return [(dW.copy(), db) for dW, db in grads]
