"""max_pool_forward(X, size): the largest of each block; a remainder is cropped."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise

SIZES = [
    ((1, 1, 4, 5), 2),
    ((2, 1, 4, 6), 2),
    ((1, 3, 5, 7), 2),
    ((3, 2, 7, 6), 3),
    ((1, 2, 8, 11), 3),
    ((1, 1, 6, 7), 4),
    ((2, 3, 8, 5), 4),
]


def whole(rng, shape):
    """Whole numbers that come again in other blocks, and never in neighboring places."""
    rows, columns = np.arange(shape[2])[:, None] % 4, np.arange(shape[3]) % 4
    return np.tile(rng.permutation(16)[4 * rows + columns] - 5, (*shape[:2], 1, 1))


def draw(rng):
    """Images with their block sizes: whole numbers, far below zero, and almost equal ones."""
    for shape, size in SIZES:
        yield whole(rng, shape), size
        yield rng.normal(size=shape) - 1, size
    yield rng.normal(size=shape) - 1e6, size
    for level, gap in [(0, 1e-4), (0, 1e-9), (-1000, 1e-3)]:
        X = level + rng.normal(size=shape)
        X[0, 0, 0, 0] = X[0, 0, :size, :size].max() + 2
        X[0, 0, 1, 1] = X[0, 0, 0, 0] - gap
        yield X, size


def questions(rng):
    yield from draw(rng)
    yield rng.normal(size=(2, 1, 3, 4)), 1


exercise = Exercise(F.max_pool_forward, questions, parts=("A",), points=2)


@exercise.alternative
def loops(X, size):
    return _pool(X, size)


@exercise.alternative
def reshaped(X, size):
    N, C, height, width = X.shape
    rows, columns = height // size, width // size
    blocks = X[:, :, : rows * size, : columns * size].reshape(N, C, rows, size, columns, size)
    return blocks.max(axis=(3, 5))


@exercise.alternative
def windows(X, size):
    view = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(2, 3))
    return view[:, :, ::size, ::size].max(axis=(-2, -1))


@exercise.alternative
def shifted_copies(X, size):
    rows, columns = X.shape[2] // size * size, X.shape[3] // size * size
    copies = [X[:, :, i:rows:size, j:columns:size] for i in range(size) for j in range(size)]
    return np.maximum.reduce(copies)


def _pool(X, size, reduce=np.max, step=None, up=0):
    """Pooling with one thing changed."""
    step = step or size
    rows, columns = (
        -(-(n - size * (1 - up)) // step) if up else (n - size) // step + 1 for n in X.shape[2:]
    )
    A = np.zeros((*X.shape[:2], rows, columns))
    for n, c, i, j in np.ndindex(A.shape):
        A[n, c, i, j] = reduce(X[n, c, i * step : i * step + size, j * step : j * step + size])
    return A


@exercise.misconception("The mean of a block was taken; the largest is asked for.")
def mean(X, size):
    return _pool(X, size, reduce=np.mean)


@exercise.misconception("The smallest of a block was taken.")
def smallest(X, size):
    return _pool(X, size, reduce=np.min)


@exercise.misconception("The window moves by one pixel; pooling moves by its own size.")
def moved_by_one(X, size):
    return _pool(X, size, step=1)


@exercise.misconception("Blocks that hang over the border are kept; a remainder is cropped.")
def remainder_kept(X, size):
    return _pool(X, size, up=1)


@exercise.misconception("The largest by absolute value is another entry when numbers are negative.")
def largest_in_absolute_value(X, size):
    return _pool(X, size, reduce=lambda block: np.abs(block).max())


@exercise.misconception("The places of a block are in the wrong axes: draw what reshape does.")
def blocks_by_wrong_axes(X, size):
    N, C, height, width = X.shape
    rows, columns = height // size, width // size
    blocks = X[:, :, : rows * size, : columns * size].reshape(N, C, size, rows, size, columns)
    return blocks.max(axis=(2, 4))


@exercise.misconception("The remainder is at the end: which rows and columns are left out?")
def remainder_cut_in_front(X, size):
    return _pool(X[:, :, X.shape[2] % size :, X.shape[3] % size :], size)


@exercise.misconception("A maximum below zero stays below zero: what does your search start from?")
def never_below_zero(X, size):
    return np.maximum(_pool(X, size), 0)


@exercise.misconception("Pictures may lie far below zero: from which number does the search start?")
def search_starts_at_minus_hundred(X, size):
    return np.maximum(_pool(X, size), -100)


@exercise.misconception("More than one row may be left over: how many belong to no block?")
def one_row_cropped(X, size):
    height, width = (n - min(n % size, 1) for n in X.shape[2:])
    blocks = *X.shape[:2], height // size, size, width // size, size
    return X[:, :, :height, :width].reshape(blocks).max(axis=(3, 5))


@exercise.misconception("One corner of each block was taken, whatever stands in the others.")
def corner(X, size):
    return _pool(X, size, reduce=lambda block: block[0, 0])


@exercise.misconception("Channels are pooled by themselves; here they were mixed.")
def across_channels(X, size):
    return _pool(X, size).max(axis=1, keepdims=True)


@exercise.misconception("The values of a block were added up; the largest is asked for.")
def summed(X, size):
    return _pool(X, size, reduce=np.sum)
