"""relu_backward(dA, Z): through ReLU, from the derivative at its output."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for shape in [(4,), (1, 5), (4, 3), (2, 5, 3)]:
        yield rng.normal(size=shape), _off_the_kink(rng, shape)
    yield np.asfortranarray(rng.normal(size=(6, 2))), _off_the_kink(rng, (6, 2))
    yield 1 + rng.integers(1, 9, size=(3, 7)), rng.choice([-3, -1, 1, 2], size=(3, 7))
    yield rng.normal(size=(3, 4)), rng.choice([-3, -1, 1, 2], size=(3, 4))
    yield rng.normal(size=5), 0.5 + np.abs(rng.normal(size=5))
    yield np.array([0.0, 1.5, -2.0, 0.5]), np.array([0.0, -1.0, 2.0, 3.0])  # at the kink hears none
    yield rng.normal(size=8), rng.permutation([-1000.0, 1000, 0.01, -0.01, -700, 800, 5, -6])


def _off_the_kink(rng, shape):
    """Numbers of either sign, none near 0, where ReLU has no derivative."""
    return rng.choice([-1, 1], size=shape) * (0.01 + np.abs(rng.normal(size=shape)))


def proof(dA, Z):
    yield "dZ", lambda Z: np.sum(dA * F.relu(Z)), Z


exercise = Exercise(F.relu_backward, questions, parts=("dZ",), points=1, proof=proof)


@exercise.alternative
def where(dA, Z):
    return np.where(Z > 0, dA, 0)


@exercise.alternative
def copy_and_assign(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


@exercise.alternative
def loop(dA, Z):
    dZ = np.zeros(Z.shape)
    for index in np.ndindex(Z.shape):
        if Z[index] > 0:
            dZ[index] = dA[index]
    return dZ


@exercise.alternative
def heaviside(dA, Z):
    return np.heaviside(Z, 0.5) * dA


@exercise.misconception("This is ReLU's slope alone: where does dA enter?")
def upstream_ignored(dA, Z):
    return (Z > 0).astype(float)


@exercise.misconception("The gate is decided by the sign of the input Z, not by the sign of dA.")
def gate_by_the_upstream(dA, Z):
    return dA * (dA > 0)


@exercise.misconception("dA may be negative where Z is positive; does anything stop it there?")
def both_must_be_positive(dA, Z):
    return dA * (Z > 0) * (dA > 0)


@exercise.misconception("The gate is the wrong way round: where did the signal pass forward?")
def gate_inverted(dA, Z):
    return dA * (Z < 0)


@exercise.misconception("The slope is 0 or 1; here the value of the ReLU is multiplied in.")
def times_the_value(dA, Z):
    return dA * F.relu(Z)


@exercise.misconception("Where the gate is open dA passes, not Z: which of the two do you keep?")
def value_passed_on(dA, Z):
    return np.where(Z > 0, Z, 0)


@exercise.misconception(
    "Where Z is negative the derivative changes its sign: should it pass at all?"
)
def sign_of_the_input(dA, Z):
    return dA * np.sign(Z)


@exercise.misconception("Where Z is negative a little still passes; the slope there is 0.")
def leaky(dA, Z):
    return np.where(Z > 0, dA, 0.01 * dA)


@exercise.misconception("Nothing stops the derivative: where was ReLU flat?")
def no_gate(dA, Z):
    return 1.0 * dA


@exercise.misconception("The gate opens at 0, not at 1.")
def gate_at_one(dA, Z):
    return dA * (Z > 1)


@exercise.misconception("Closed gates are left out, so the shape changes; a closed gate gives 0.")
def only_the_open_gates(dA, Z):
    return dA[Z > 0]


@exercise.misconception("The step is smoothed here; ReLU's slope is either 0 or 1.")
def smooth_gate(dA, Z):
    return dA * F.sigmoid(Z)


@exercise.misconception("Your function writes into the dA that it was given; make a new array.")
def in_place(dA, Z):
    dA[Z <= 0] = 0
    return dA


@exercise.misconception("All entries are summed; each entry keeps its own place and derivative.")
def summed(dA, Z):
    return np.sum(dA * (Z > 0))
