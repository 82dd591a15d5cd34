"""standardize(X_train, X_other): both by the statistics of the first."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise, Fault
from nnlib.checking.compare import compare


def questions(rng):
    for N, M, D in [(5, 3, 2), (7, 4, 3), (20, 1, 6), (9, 11, 4)]:
        scale = rng.uniform(0.5, 4, size=D)
        yield 3 + scale * rng.normal(size=(N, D)), 1 + scale * rng.normal(size=(M, D))
    X_train, X_other = rng.normal(size=(7, 3)), rng.normal(size=(5, 3))
    X_train[:, 1] = 0.1  # seven times 0.1: the standard deviation comes out as 1e-17, not as 0
    X_other[:, 1] = 0.1
    X_other[0, 1] = 0.7
    yield X_train, X_other
    X_train, X_other = X_train.copy(), X_other.copy()
    X_train[:, 1] = X_other[:, 1] = 2.0
    yield X_train, X_other
    # Columns that vary less than the constant one above by its rounding: no threshold parts them.
    yield 1e-17 * rng.normal(size=(6, 2)), 1e-17 * rng.normal(size=(3, 2))
    X_train = rng.normal(size=(8, 4))
    X_train[[0, 1, -1], 2] = X_train[4, 2]
    yield X_train, rng.normal(size=(5, 4))
    X_train = rng.integers(0, 256, size=(9, 4))  # whole numbers, and two constant columns
    X_train[:, 1:3] = 7, 200
    yield X_train, rng.integers(0, 256, size=(4, 4))


def accepts(probe, expected, received):
    """As the reference; an X_other that is centered on itself has leaked, and nothing is earned."""
    faults = compare(exercise.named_parts, expected, received, exercise.tolerance)
    if "other" in faults and faults["other"].kind == "value":
        right, mine = expected[1].mean(axis=0), np.mean(received[1], axis=0)
        # Where another scale makes everything tiny, a mean of 0 tells nothing.
        wide = np.std(received[1], axis=0) > 0.1 * expected[1].std(axis=0)
        moved = (np.abs(right) > 0.1) & wide
        if moved.any() and np.all(np.abs(mine[moved]) < 1e-3):
            text = "other: its columns have mean 0 by themselves, so it helped to scale itself"
            return dict.fromkeys(("train", "other"), Fault("leak", text))
    return faults


exercise = Exercise(
    datasets.standardize, questions, parts=("train", "other"), points=2, accepts=accepts
)


@exercise.alternative
def where(X_train, X_other):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    std = np.where(constant, 1, std)
    train, other = (X_train - mean) / std, (X_other - mean) / std
    train[:, constant] = other[:, constant] = 0
    return train, other


@exercise.alternative
def column_by_column(X_train, X_other):
    train, other = np.zeros(X_train.shape), np.zeros(X_other.shape)
    for d in range(X_train.shape[1]):
        column = X_train[:, d]
        if np.ptp(column) > 0:
            train[:, d] = (column - column.mean()) / column.std()
            other[:, d] = (X_other[:, d] - column.mean()) / column.std()
    return train, other


@exercise.alternative
def by_hand(X_train, X_other):
    mean = X_train.sum(axis=0) / len(X_train)
    centered = X_train - mean
    std = np.sqrt((centered**2).sum(axis=0) / len(X_train))
    varies = (X_train != X_train[0]).any(axis=0)
    factor = np.divide(1.0, std, out=np.zeros_like(std), where=varies)
    return [centered * factor, (X_other - mean) * factor]


def _scaled(X_train, X_other, of=None, axis=0, ddof=0, eps=0.0, center=True, guard=True):
    """Standardizing with one thing changed: what the misconceptions have in common."""
    source = X_train if of is None else of
    mean = source.mean(axis=axis, keepdims=True) * center
    std = source.std(axis=axis, keepdims=True, ddof=ddof) + eps
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    if guard:
        std = np.where(constant & (axis == 0), 1, std)
    with np.errstate(all="ignore"):
        train, other = (X_train - mean) / std, (X_other - mean) / std
    if guard:
        train[:, constant] = other[:, constant] = 0
    return train, other


@exercise.misconception(
    "The other data were scaled by their own statistics: which are they allowed to see?"
)
def own_statistics(X_train, X_other):
    scaled, _ = _scaled(X_train, X_other)
    with np.errstate(all="ignore"):
        own = (X_other - X_other.mean(axis=0)) / X_other.std(axis=0)
    return scaled, np.nan_to_num(own)


@exercise.misconception(
    "The statistics come from both together; the other data must not take part."
)
def statistics_of_both(X_train, X_other):
    return _scaled(X_train, X_other, of=np.vstack([X_train, X_other]))


@exercise.misconception("One mean for everything; each column has its own.")
def one_mean_for_all(X_train, X_other):
    return _scaled(X_train, X_other, axis=None)


@exercise.misconception(
    "This is the sample's standard deviation, with N - 1; the population's has N."
)
def divided_by_n_minus_one(X_train, X_other):
    return _scaled(X_train, X_other, ddof=1)


@exercise.misconception(
    "An eps in the denominator biases every column; treat the constant ones apart."
)
def eps_added(X_train, X_other):
    return _scaled(X_train, X_other, eps=1e-3)


@exercise.misconception("Even a tiny eps is large beside the spread of some column.")
def tiny_eps_added(X_train, X_other):
    return _scaled(X_train, X_other, eps=1e-8)


@exercise.misconception("An eps under the root is one more number added; where is it needed?")
def eps_under_the_root(X_train, X_other):
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    mean, std = X_train.mean(axis=0), np.sqrt(X_train.var(axis=0) + 1e-8)
    return (X_train - mean) / std * ~constant, (X_other - mean) / std * ~constant


@exercise.misconception("A column that varies little is not constant: when is one constant?")
def small_spread_counted_as_constant(X_train, X_other):
    constant = X_train.std(axis=0) < 1e-8
    mean, std = X_train.mean(axis=0), np.where(constant, 1, X_train.std(axis=0))
    return (X_train - mean) / std * ~constant, (X_other - mean) / std * ~constant


@exercise.misconception("Two equal rows make no constant column: which rows are compared?")
def two_rows_compared(X_train, X_other):
    constant = X_train[0] == X_train[1]
    mean, std = X_train.mean(axis=0), np.where(constant, 1, X_train.std(axis=0))
    return (X_train - mean) / std * ~constant, (X_other - mean) / std * ~constant


@exercise.misconception("A column that never changes: what does your division do with it?")
def constant_columns_not_guarded(X_train, X_other):
    return _scaled(X_train, X_other, guard=False)


@exercise.misconception("The mean is still in it: what should the columns be centered on?")
def not_centered(X_train, X_other):
    return _scaled(X_train, X_other, center=False)


@exercise.misconception("The columns are centered, but not scaled yet.")
def not_scaled(X_train, X_other):
    mean = X_train.mean(axis=0)
    train, other = X_train - mean, X_other - mean
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    train[:, constant] = other[:, constant] = 0
    return train, other


@exercise.misconception("The variance was divided by; its root, the standard deviation, is meant.")
def divided_by_the_variance(X_train, X_other):
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    mean, variance = X_train.mean(axis=0), np.where(constant, 1, X_train.var(axis=0))
    train, other = (X_train - mean) / variance, (X_other - mean) / variance
    train[:, constant] = other[:, constant] = 0
    return train, other


@exercise.misconception("This maps to the range 0 to 1; mean 0 and deviation 1 are asked for.")
def squeezed_between_zero_and_one(X_train, X_other):
    low, width = X_train.min(axis=0), np.ptp(X_train, axis=0)
    width = np.where(width == 0, 1, width)
    train, other = (X_train - low) / width, (X_other - low) / width
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    train[:, constant] = other[:, constant] = 0
    return train, other


@exercise.misconception(
    "Only the training data were changed; the other data need the same scaling."
)
def other_left_as_it_is(X_train, X_other):
    return _scaled(X_train, X_other)[0], X_other.copy()


@exercise.misconception(
    "Whole numbers came in, and whole numbers came out: what does zeros_like keep?"
)
def whole_numbers_kept(X_train, X_other):
    train, other = _scaled(X_train, X_other)
    return train.astype(X_train.dtype), other.astype(X_other.dtype)


@exercise.misconception("Both arrays that were handed in change: -= writes into them.")
def in_place(X_train, X_other):
    train, other = _scaled(X_train, X_other)
    X_train[...], X_other[...] = train, other
    return train, other
