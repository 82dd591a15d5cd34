"""softmax(Z): each row becomes probabilities; finite for rows of any size."""

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
    far_apart = [-1000.0, 1000.0, 0.0, 990.0, -700.0, 998.0]  # within a row, too
    yield (rng.permuted([far_apart, far_apart, far_apart], axis=1),)


exercise = Exercise(F.softmax, questions, parts=("P",), points=2)


@exercise.alternative
def row_by_row(Z):
    rows = []
    for z in Z:
        e = np.exp(z - max(z))
        rows.append(e / sum(e))
    return np.array(rows)


@exercise.alternative
def through_logarithm(Z):
    return np.exp(Z - np.logaddexp.reduce(Z, axis=1, keepdims=True))


@exercise.alternative
def transposed_twice(Z):
    E = np.exp(Z.T - Z.max(axis=1))
    return (E / E.sum(axis=0)).T


@exercise.alternative
def einsum(Z):
    E = np.exp(Z - np.amax(Z, axis=-1)[:, np.newaxis])
    return np.einsum("nc,n->nc", E, 1 / E.sum(-1))


@exercise.misconception(
    "e to the power of 1000 is infinite: what may be subtracted from a row without changing P?"
)
def no_shift(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


@exercise.misconception(
    "One maximum for the whole array leaves nothing of a row that lies far below it: whose maximum?"
)
def shifted_by_the_largest_of_all(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=1, keepdims=True)


@exercise.misconception(
    "After subtracting the mean a row can still hold +1000: "
    "what must be subtracted so that no exponent lies above 0?"
)
def shifted_by_the_mean(Z):
    E = np.exp(Z - Z.mean(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@exercise.misconception(
    "The columns sum to 1 here; rows are examples, so which axis is summed over?"
)
def columns(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


@exercise.misconception("All entries together sum to 1; each row should do so by itself.")
def all_together(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum()


@exercise.misconception(
    "A sum over axis 1 of shape (N,) does not stand beside (N, C): which argument keeps the axis?"
)
def axis_lost(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1)


@exercise.misconception("The entries are divided by their sum, but where is the exponential?")
def no_exponential(Z):
    return Z / Z.sum(axis=1, keepdims=True)


@exercise.misconception("These are the exponentials alone; the rows do not sum to 1 yet.")
def not_normalized(Z):
    return np.exp(Z - Z.max(axis=1, keepdims=True))


@exercise.misconception("These are logarithms of probabilities, all of them negative.")
def logarithm(Z):
    return Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)


@exercise.misconception("Each entry was squashed for itself; the entries of a row share one total.")
def sigmoid_of_each(Z):
    return F.sigmoid(Z)


@exercise.misconception("Large logits should get large probabilities: look at the sign.")
def sign(Z):
    return F.softmax(-Z)


@exercise.misconception("Your function changes the array that it was given: -= writes into it.")
def in_place(Z):
    if Z.dtype.kind == "f":
        Z -= Z.max(axis=1, keepdims=True)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)
