"""center_columns(X): every column loses its mean. Practice: what a check is like, for no points."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise


def questions(rng):
    yield (rng.permutation(10)[:6].reshape(2, 3) * 1.0,)  # easy to follow by hand: it is shown
    for N, D in [(4, 3), (5, 2), (7, 1), (1, 9), (30, 20)]:
        yield (rng.normal(size=(N, D)) + rng.normal(size=D) + 2,)
    yield (np.asfortranarray(3 * rng.normal(size=(6, 4)) - 1),)
    yield (rng.integers(-9, 10, size=(3, 5)),)


exercise = Exercise(datasets.center_columns, questions, parts=("centered",), points=0)


@exercise.starts_from
def center_columns(X):
    return X - X.mean()


@exercise.alternative
def keeping_the_axis(X):
    return X - np.mean(X, axis=0, keepdims=True)


@exercise.alternative
def transposed_twice(X):
    return (X.T - X.T.mean(axis=1)[:, None]).T


@exercise.alternative
def column_by_column(X):
    centered = X.astype(float)
    for d in range(X.shape[1]):
        centered[:, d] -= sum(X[:, d]) / len(X)
    return centered


@exercise.alternative
def as_a_matrix_product(X):
    N = len(X)
    return (np.eye(N) - np.ones((N, N)) / N) @ X


@exercise.misconception(
    "One mean is taken over all entries here; each column should lose its own. "
    "Which argument tells mean along which axis to go?"
)
def one_mean_for_all(X):
    return X - X.mean()


@exercise.misconception(
    "The means have one entry per row, as many as there are examples: "
    "which axis has to disappear so that one per column is left?"
)
def means_of_rows(X):
    return X - X.mean(axis=1)


@exercise.misconception(
    "Each row has lost its own mean; it is the columns that should come out with mean 0."
)
def rows_centered(X):
    return X - X.mean(axis=1, keepdims=True)


@exercise.misconception("These are the means themselves: what is left of X without them?")
def means_alone(X):
    return X.mean(axis=0)


@exercise.misconception("The columns' means have doubled instead of vanishing: look at the sign.")
def means_added(X):
    return X + X.mean(axis=0)


@exercise.misconception("The mean is the sum divided by something: by what?")
def sum_subtracted(X):
    return X - X.sum(axis=0)


@exercise.misconception("Half of the values lie below the median; that is not the mean.")
def median_subtracted(X):
    return X - np.median(X, axis=0)


@exercise.misconception("The columns are scaled, too; only their means are to go.")
def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


@exercise.misconception(
    "Your function writes into the array that it was given: -= does. Make a new one."
)
def in_place(X):
    if X.dtype.kind == "f":
        X -= X.mean(axis=0)
        return X
    return X - X.mean(axis=0)


@exercise.misconception(
    "An array of integers cannot hold what is left after a mean of 2.5: look at the dtype."
)
def integers_kept(X):
    centered = np.zeros_like(X)
    centered[...] = X - X.mean(axis=0)
    return centered
