"""max_pool_backward(dA, X, size): the derivative goes to the entry that was the largest."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.exercises.convolution.max_pool_forward import draw


def questions(rng):
    for X, size in draw(rng):
        N, C, height, width = X.shape
        yield rng.normal(size=(N, C, height // size, width // size)), X, size
    yield rng.normal(size=(2, 1, 3, 4)), rng.normal(size=(2, 1, 3, 4)), 1


def proof(dA, X, size):
    best = np.repeat(np.repeat(F.max_pool_forward(X, size), size, axis=2), size, axis=3)
    behind = best - X[:, :, : best.shape[2], : best.shape[3]]
    if behind[behind > 0].min(initial=1) < 5e-5 or np.abs(X).max() > 1e5:
        return  # a nudge would change the winner, or drown in rounding
    yield "dX", lambda X: np.sum(dA * F.max_pool_forward(X, size)), X


exercise = Exercise(
    F.max_pool_backward,
    questions,
    parts=("dX",),
    points=3,
    proof=proof,
    builds_on=("max_pool_forward",),
)


def _back(dA, X, size, share):
    """Each block's derivative, shared out inside the block."""
    dX = np.zeros(X.shape)
    for n, c, i, j in np.ndindex(dA.shape):
        place = (n, c, slice(i * size, i * size + size), slice(j * size, j * size + size))
        dX[place] = share(X[place], dA[n, c, i, j])
    return dX


@exercise.alternative
def loops(dA, X, size):
    return _back(dA, X, size, lambda block, d: d * (block == block.max()))


@exercise.alternative
def argmax(dA, X, size):
    dX = np.zeros(X.shape)
    for n, c, i, j in np.ndindex(dA.shape):
        block = X[n, c, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(int(block.argmax()), size)
        dX[n, c, i * size + row, j * size + column] += dA[n, c, i, j]
    return dX


@exercise.alternative
def repeated(dA, X, size):
    dX = np.zeros(X.shape)
    rows, columns = dA.shape[2] * size, dA.shape[3] * size
    inside = X[:, :, :rows, :columns]
    largest = inside.reshape(*dA.shape[:3], size, dA.shape[3], size).max(axis=(3, 5))
    spread = [np.repeat(np.repeat(a, size, axis=2), size, axis=3) for a in (largest, dA)]
    dX[:, :, :rows, :columns] = np.where(inside == spread[0], spread[1], 0)
    return dX


@exercise.misconception("Almost the largest is not the largest: how close counts as equal here?")
def almost_the_largest(dA, X, size):
    return _back(dA, X, size, lambda block, d: d * np.isclose(block, block.max()))


@exercise.misconception("Every entry of a block gets it; only the largest decided.")
def given_to_all(dA, X, size):
    return _back(dA, X, size, lambda block, d: np.full(block.shape, d))


@exercise.misconception("The derivative is shared evenly, as for a mean; a maximum has one winner.")
def shared_evenly(dA, X, size):
    return _back(dA, X, size, lambda block, d: np.full(block.shape, d / block.size))


@exercise.misconception("The winner gets 1 whatever comes in: where is the derivative from behind?")
def upstream_ignored(dA, X, size):
    return _back(dA, X, size, lambda block, d: 1.0 * (block == block.max()))


@exercise.misconception("The smallest entry got it.")
def given_to_the_smallest(dA, X, size):
    return _back(dA, X, size, lambda block, d: d * (block == block.min()))


@exercise.misconception("The winner's derivative is multiplied by its value; the slope there is 1.")
def times_the_value(dA, X, size):
    return _back(dA, X, size, lambda block, d: d * (block == block.max()) * block)


@exercise.misconception("dX has the shape of X, with zeros where the remainder was cropped.")
def remainder_left_out(dA, X, size):
    rows, columns = dA.shape[2] * size, dA.shape[3] * size
    return loops(dA, X, size)[:, :, :rows, :columns].copy()


@exercise.misconception("A corner of each block got it, whichever entry was the largest.")
def given_to_the_corner(dA, X, size):
    def corner(block, d):
        dblock = np.zeros(block.shape)
        dblock[0, 0] = d
        return dblock

    return _back(dA, X, size, corner)


@exercise.misconception("Only winners above zero hear something: is there a ReLU in the formula?")
def only_above_zero(dA, X, size):
    return _back(dA, X, size, lambda block, d: d * (block == block.max()) * (block > 0))


@exercise.misconception(
    "dX has lost its fractions: of which dtype are the zeros that you start with?"
)
def whole_numbers_kept(dA, X, size):
    return loops(dA, X, size).astype(X.dtype)


@exercise.misconception(
    "A number that is the largest of one block may stand in others: compare within a block only."
)
def looked_up_anywhere(dA, X, size):
    dX = np.zeros(X.shape)
    for n, c, i, j in np.ndindex(dA.shape):
        block = X[n, c, i * size : i * size + size, j * size : j * size + size]
        dX[block.max() == X] = dA[n, c, i, j]
    return dX


@exercise.misconception("Each block's derivative has gone to another block: repeat, or tile?")
def tiled(dA, X, size):
    dX = np.zeros(X.shape)
    rows, columns = dA.shape[2] * size, dA.shape[3] * size
    inside = X[:, :, :rows, :columns]
    largest = inside.reshape(*dA.shape[:3], size, dA.shape[3], size).max(axis=(3, 5))
    won = inside == np.repeat(np.repeat(largest, size, axis=2), size, axis=3)
    dX[:, :, :rows, :columns] = won * np.tile(dA, (1, 1, size, size))
    return dX
