"""dropout_backward(dout, mask, drop_prob): the derivative passes where the signal passed."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for shape, drop in [((2, 3), 0.3), ((1, 6), 0.2), ((5, 4), 0.7), ((30, 7), 0.45)]:
        mask = (rng.random(shape) >= drop).astype(float)
        mask[0, :2] = 0, 1
        yield rng.normal(size=shape), mask, drop
    yield rng.normal(size=shape), mask.astype(bool), drop
    yield rng.normal(size=shape), mask.astype(int), 0.8
    yield rng.normal(size=(4, 3)), np.ones((4, 3)), 0.0


def proof(dout, mask, drop_prob):
    A = np.cos(np.arange(dout.size)).reshape(dout.shape)
    yield "dA", lambda A: np.sum(dout * (A * mask / (1 - drop_prob))), A


exercise = Exercise(F.dropout_backward, questions, parts=("dA",), points=1, proof=proof)


@exercise.alternative
def product(dout, mask, drop_prob):
    return dout * mask / (1 - drop_prob)


@exercise.alternative
def where(dout, mask, drop_prob):
    return np.where(mask, dout / (1 - drop_prob), 0)


@exercise.alternative
def assigned(dout, mask, drop_prob):
    dA = np.zeros(dout.shape)
    kept = mask == 1
    dA[kept] = dout[kept] / (1.0 - drop_prob)
    return dA


@exercise.misconception("The signal was scaled on its way forward: the derivative feels that, too.")
def not_scaled(dout, mask, drop_prob):
    return dout * mask


@exercise.misconception("What was dropped forward hears nothing backward: where is the mask?")
def mask_ignored(dout, mask, drop_prob):
    return dout / (1 - drop_prob)


@exercise.misconception("The derivative passes where the mask is 1, not where it is 0.")
def mask_inverted(dout, mask, drop_prob):
    return dout * (1 - mask) / (1 - drop_prob)


@exercise.misconception("The division is by the probability to be kept, not to be dropped.")
def divided_by_drop_prob(dout, mask, drop_prob):
    return dout * mask / drop_prob


@exercise.misconception("A multiplication instead of a division: forward the survivors grew.")
def multiplied(dout, mask, drop_prob):
    return dout * mask * (1 - drop_prob)


@exercise.misconception("The scale is there twice: the mask holds 0 and 1, so once is enough.")
def scaled_twice(dout, mask, drop_prob):
    return dout * mask / (1 - drop_prob) ** 2


@exercise.misconception(
    "The derivative that comes in is ignored: the chain rule multiplies with it."
)
def upstream_ignored(dout, mask, drop_prob):
    return mask / (1 - drop_prob)


@exercise.misconception("The incoming derivative is handed on as if there were no dropout.")
def passed_through(dout, mask, drop_prob):
    return dout.copy()


@exercise.misconception("The array that was handed in changes: *= writes into it.")
def in_place(dout, mask, drop_prob):
    dout *= mask
    return dout / (1 - drop_prob)
