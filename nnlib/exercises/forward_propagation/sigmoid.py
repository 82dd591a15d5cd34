"""sigmoid(Z): 1 / (1 + e^-Z), exact and finite for large inputs of either sign."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    yield (rng.normal(size=(2, 3)),)
    yield (2 + 3 * rng.normal(size=7),)
    yield (rng.normal(size=(1, 5)),)
    yield (np.asfortranarray(4 * rng.normal(size=(6, 4))),)
    yield (rng.normal(size=(2, 5, 3)),)
    yield (rng.permutation(np.arange(-4, 8)).reshape(3, 4),)
    yield (rng.permutation([-1000.0, 1000, -800, 750, 40, 0.5, -30, -18]).reshape(2, 4),)


exercise = Exercise(F.sigmoid, questions, parts=("A",), points=2)


@exercise.alternative
def textbook(Z):
    return 1 / (1 + np.exp(-Z))


@exercise.alternative
def hyperbolic(Z):
    return 0.5 * (1 + np.tanh(Z / 2))


@exercise.alternative
def two_branches(Z):
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1 / (1 + small), small / (1 + small))


@exercise.alternative
def through_logarithm(Z):
    return np.exp(-np.logaddexp(0, -Z))


@exercise.alternative
def clipped_far_out(Z):
    return 1 / (1 + np.exp(-np.clip(Z, -500, 500)))


@exercise.misconception("Large inputs should come out near 1: look at the sign of the exponent.")
def sign_of_the_exponent(Z):
    return 1 / (1 + np.exp(Z))


@exercise.misconception(
    "For Z = 1000 this divides infinity by infinity: which form never takes e to a large power?"
)
def overflow(Z):
    return np.exp(Z) / (1 + np.exp(Z))


@exercise.misconception("Division binds before addition: what exactly is 1 divided by?")
def missing_parentheses(Z):
    return 1 / 1 + np.exp(-Z)


@exercise.misconception("This lies between -1 and 1; the sigmoid lies between 0 and 1.")
def tanh(Z):
    return np.tanh(Z)


@exercise.misconception("tanh is stretched twice as wide: what happens to its argument?")
def tanh_without_half(Z):
    return 0.5 * (1 + np.tanh(Z))


@exercise.misconception(
    "This is the slope of the sigmoid, A (1 - A); the value itself is asked for."
)
def slope(Z):
    A = F.sigmoid(Z)
    return A * (1 - A)


@exercise.misconception(
    "Negative inputs should come out below one half; what does the abs do to them?"
)
def even(Z):
    return 1 / (1 + np.exp(-np.abs(Z)))


@exercise.misconception("Each entry decides for itself: nothing is divided by a sum over a row.")
def softmax_over_the_last_axis(Z):
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


@exercise.misconception("The clipping flattens the curve within its range: clip much further out.")
def clipped_too_early(Z):
    return 1 / (1 + np.exp(-np.clip(Z, -10, 10)))


@exercise.misconception(
    "An array like an integer Z holds integers only: what becomes of 0.7 there?"
)
def integers_kept(Z):
    A = np.zeros_like(Z)
    A[...] = F.sigmoid(Z)
    return A


@exercise.misconception("Your function writes into the array that it was given; make a new one.")
def in_place(Z):
    if Z.dtype.kind == "f":
        Z[...] = F.sigmoid(Z)
        return Z
    return F.sigmoid(Z)
