"""log_softmax(Z): logarithms of the probabilities, finite where the probabilities are not."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    yield (rng.normal(size=(2, 3)),)
    yield (rng.normal(size=(1, 4)),)
    yield (2 + 3 * rng.normal(size=(5, 2)),)
    yield (np.asfortranarray(4 * rng.normal(size=(3, 7))),)
    yield (rng.integers(-4, 5, size=(6, 4)),)
    yield (rng.normal(size=(5, 5)),)
    offsets = rng.permutation([-1000.0, 1000.0, 0.0, 700.0])
    yield (rng.normal(size=(4, 5)) + offsets[:, None],)
    spread = np.array([-1000.0, 1000.0, 3.0, 0.5, -2.0, 998.0])
    yield (np.array([rng.permutation(spread) for _ in range(3)]),)


exercise = Exercise(F.log_softmax, questions, parts=("log_P",), points=2)


@exercise.alternative
def row_by_row(Z):
    rows = []
    for z in Z:
        top = max(z)
        rows.append([v - top - np.log(sum(np.exp(u - top) for u in z)) for v in z])
    return np.array(rows)


@exercise.alternative
def logaddexp(Z):
    return Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)


@exercise.alternative
def transposed_twice(Z):
    shifted = Z.T - Z.max(axis=1)
    return (shifted - np.log(np.exp(shifted).sum(axis=0))).T


@exercise.alternative
def maximum_put_back(Z):
    top = np.amax(Z, axis=-1)[:, np.newaxis]
    return Z - (top + np.log(np.sum(np.exp(Z - top), axis=-1, keepdims=True)))


@exercise.misconception(
    "e to the power of 1000 is infinite: what may be subtracted from a row beforehand?"
)
def no_shift(Z):
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@exercise.misconception(
    "A probability that is rounded to 0 has no logarithm: simplify log(exp(z) / sum) on paper."
)
def logarithm_of_softmax(Z):
    return np.log(F.softmax(Z))


@exercise.misconception(
    "The small number added inside the logarithm flattens the loss: no probability gets below it."
)
def epsilon_added(Z):
    return np.log(F.softmax(Z) + 1e-12)


@exercise.misconception(
    "Clipping the probabilities flattens the loss: how far down may a logarithm go?"
)
def clipped(Z):
    return np.log(np.clip(F.softmax(Z), 1e-15, 1))


@exercise.misconception(
    "One maximum for the whole array leaves nothing of a row that lies far below it: whose maximum?"
)
def shifted_by_the_largest_of_all(Z):
    shifted = Z - Z.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@exercise.misconception(
    "The maximum is taken away inside the exponential only: what of the Z outside it?"
)
def maximum_lost(Z):
    return Z - np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))


@exercise.misconception("Rows are examples: over which axis is summed?")
def columns(Z):
    return F.log_softmax(Z.T).T


@exercise.misconception("All entries share one sum here; each row has its own.")
def all_together(Z):
    shifted = Z - Z.max()
    return shifted - np.log(np.exp(shifted).sum())


@exercise.misconception(
    "A sum over axis 1 of shape (N,) does not stand beside (N, C): which argument keeps the axis?"
)
def axis_lost(Z):
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1))


@exercise.misconception("The logarithm has base 2 here; nats need the natural one.")
def base_two(Z):
    return F.log_softmax(Z) / np.log(2)


@exercise.misconception("Logarithms of probabilities are negative: look at the sign.")
def sign(Z):
    return -F.log_softmax(Z)


@exercise.misconception("These are the probabilities themselves: where is the logarithm?")
def no_logarithm(Z):
    return F.softmax(Z)


@exercise.misconception(
    "The sum is of the exponentials of all entries of the row: where is the logarithm of that sum?"
)
def shifted_only(Z):
    return Z - Z.max(axis=1, keepdims=True)


@exercise.misconception("An array like an integer Z holds integers only: look at the dtype.")
def integers_kept(Z):
    log_P = np.zeros_like(Z)
    log_P[...] = F.log_softmax(Z)
    return log_P


@exercise.misconception("Your function changes the array that it was given: -= writes into it.")
def in_place(Z):
    if Z.dtype.kind == "f":
        Z -= Z.max(axis=1, keepdims=True)
    return F.log_softmax(Z)
