"""relu(Z): negative entries become zero."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    yield (rng.normal(size=(2, 3)),)
    yield (3 * rng.normal(size=7),)
    yield (rng.normal(size=(1, 5)),)
    yield (np.asfortranarray(rng.normal(size=(6, 4))),)
    yield (rng.normal(size=(2, 5, 3)),)
    yield (rng.integers(-9, 10, size=(4, 3)),)
    yield (rng.permutation([-7, -2, 0, 3, 8, 1]).reshape(2, 3),)
    yield (np.sort(rng.normal(size=9)),)
    yield (0.5 + np.abs(rng.normal(size=(3, 2))),)
    yield (rng.choice([-1000.0, 4000.0, 0.25], size=(3, 8)),)


exercise = Exercise(F.relu, questions, parts=("A",), points=1)


@exercise.alternative
def where(Z):
    return np.where(Z > 0, Z, 0)


@exercise.alternative
def mask(Z):
    return Z * (Z > 0)


@exercise.alternative
def half_of_sum(Z):
    return (Z + np.abs(Z)) / 2


@exercise.alternative
def loop(Z):
    A = np.zeros(Z.shape)
    for index in np.ndindex(Z.shape):
        A[index] = max(0.0, Z[index])
    return A


@exercise.alternative
def copy_and_assign(Z):
    A = Z.copy()
    A[A < 0] = 0
    return A


@exercise.misconception(
    "np.max looks for the largest entry along an axis; "
    "which NumPy function compares entry by entry?"
)
def largest_along_an_axis(Z):
    return np.max(Z, 0)


@exercise.misconception("What should a negative entry become? Here its sign is only dropped.")
def absolute_value(Z):
    return np.abs(Z)


@exercise.misconception(
    "The negative entries survive and the positive ones vanish: which way round?"
)
def negative_part(Z):
    return np.minimum(Z, 0)


@exercise.misconception(
    "This is where ReLU lets a signal pass, its slope; the signal itself is lost."
)
def slope(Z):
    return (Z > 0).astype(float)


@exercise.misconception(
    "The positive side is cut off, too: is there an upper limit in the formula?"
)
def capped_at_one(Z):
    return np.clip(Z, 0, 1)


@exercise.misconception(
    "Negative entries still let something through; they should be exactly zero."
)
def leaky(Z):
    return np.where(Z > 0, Z, 0.01 * Z)


@exercise.misconception("This is the smooth relative of ReLU, ln(1 + e^Z); ReLU has a corner.")
def softplus(Z):
    return np.logaddexp(0, Z)


@exercise.misconception("Your function writes into the array that it was given; make a new one.")
def in_place(Z):
    Z[Z < 0] = 0
    return Z


@exercise.misconception(
    "Entries are dropped, so the shape changes; every entry must keep its place."
)
def only_the_positive(Z):
    return Z[Z > 0]
