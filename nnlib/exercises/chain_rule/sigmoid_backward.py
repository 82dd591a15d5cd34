"""sigmoid_backward(dA, A): through the sigmoid, from the derivative at its output."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for shape in [(3,), (1, 4), (4, 2), (2, 5, 3)]:
        yield rng.normal(size=shape), F.sigmoid(2 * rng.normal(size=shape))
    yield np.asfortranarray(rng.normal(size=(6, 5))), F.sigmoid(rng.normal(size=(6, 5)))
    yield rng.integers(-9, 10, size=(3, 7)), F.sigmoid(rng.normal(size=(3, 7)))
    extremes = F.sigmoid(rng.permutation([-1000.0, 1000.0, 0.5, -2.0, 20.0, -20.0]))
    yield rng.normal(size=6), extremes


def proof(dA, A):
    inside = (A > 1e-6) & (A < 1 - 1e-6)
    if inside.all():
        yield "dZ", lambda Z: np.sum(dA * F.sigmoid(Z)), np.log(A / (1 - A))


exercise = Exercise(F.sigmoid_backward, questions, parts=("dZ",), points=1, proof=proof)


@exercise.alternative
def expanded(dA, A):
    return dA * (A - A**2)


@exercise.alternative
def loop(dA, A):
    dZ = np.empty(A.shape)
    for index in np.ndindex(A.shape):
        dZ[index] = dA[index] * A[index] * (1 - A[index])
    return dZ


@exercise.alternative
def slope_first(dA, A):
    slope = 0.25 - np.square(A - 0.5)
    return np.multiply(slope, dA)


@exercise.misconception("What comes from above is not used: where does dA enter?")
def upstream_ignored(dA, A):
    return A * (1 - A)


@exercise.misconception("A is the sigmoid's output already: is the sigmoid applied once more?")
def output_taken_for_the_input(dA, A):
    S = F.sigmoid(A)
    return dA * S * (1 - S)


@exercise.misconception("1 - A² belongs to tanh: what is the slope of the sigmoid?")
def slope_of_tanh(dA, A):
    return dA * (1 - A**2)


@exercise.misconception("Two factors make the slope, A and 1 - A: one of them is missing.")
def without_one_minus_A(dA, A):
    return dA * A


@exercise.misconception("The slope falls to 0 on both sides: what happens where A is near 0?")
def without_A(dA, A):
    return dA * (1 - A)


@exercise.misconception("A slope is multiplied with what comes from above, not added to it.")
def added(dA, A):
    return dA + A * (1 - A)


@exercise.misconception("The slope of a sigmoid is never negative: look at the sign.")
def sign(dA, A):
    return dA * A * (A - 1)


@exercise.misconception("Look at the sign inside the parentheses: at A = 1 the slope is 0.")
def plus_for_minus(dA, A):
    return dA * A * (1 + A)


@exercise.misconception("The chain rule multiplies by the slope; here something is divided by it.")
def divided_by_the_slope(dA, A):
    return dA / (A * (1 - A))


@exercise.misconception("dA stands where A should: of which of the two is the slope taken?")
def slope_of_the_upstream(dA, A):
    return A * dA * (1 - dA)


@exercise.misconception("The slope is passed on once, not twice.")
def slope_twice(dA, A):
    return dA * (A * (1 - A)) ** 2


@exercise.misconception("An array like an integer dA holds integers only: look at the dtype.")
def integers_kept(dA, A):
    dZ = np.zeros_like(dA)
    dZ[...] = dA * A * (1 - A)
    return dZ


@exercise.misconception("Your function writes into the dA that it was given; make a new array.")
def in_place(dA, A):
    if dA.dtype.kind == "f":
        dA *= A * (1 - A)
        return dA
    return dA * A * (1 - A)


@exercise.misconception("All entries are summed; each entry keeps its own place and derivative.")
def summed(dA, A):
    return np.sum(dA * A * (1 - A))
