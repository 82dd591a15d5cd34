"""largest_stable_learning_rate(A): 2 / λmax for the loss ½ xᵀAx."""

import numpy as np

from nnlib import schedules
from nnlib.checking import Exercise


def questions(rng):
    for D in (2, 5, 1, 3, 12):
        B = rng.normal(size=(D, D + 2))
        yield (B @ B.T + 0.1 * np.eye(D),)
    yield (np.array([[2.0, -1.0], [-1.0, 2.0]]),)  # steepest where the signs differ
    yield (np.diag(rng.uniform(0.5, 40, size=4)),)


exercise = Exercise(schedules.largest_stable_learning_rate, questions, parts=("rate",), points=1)


@exercise.alternative
def general_eigenvalues(A):
    return 2 / np.linalg.eigvals(A).real.max()


@exercise.alternative
def spectral_norm(A):
    return 2 / np.linalg.norm(A, 2)


@exercise.alternative
def singular_values(A):
    return 2.0 / np.linalg.svd(A, compute_uv=False)[0]


@exercise.alternative
def power_iteration(A):
    M = A / np.trace(A)
    for _ in range(50):  # squared again and again, only the steepest direction is left
        M = M @ M
        M /= np.trace(M)
    return 2 / np.trace(M @ A)


@exercise.misconception("The steepest direction sets the limit: is that the smallest eigenvalue?")
def smallest_eigenvalue(A):
    return 2 / np.linalg.eigvalsh(A)[0]


@exercise.misconception("At 1/λmax the steepest direction lands at once; how far can it overshoot?")
def one_over(A):
    return 1 / np.linalg.eigvalsh(A)[-1]


@exercise.misconception("The loss has a factor ½, so the gradient is Ax, not 2Ax.")
def gradient_doubled(A):
    return 1 / (2 * np.linalg.eigvalsh(A)[-1])


@exercise.misconception("The trace adds up all eigenvalues: which one sets the limit?")
def trace(A):
    return 2 / np.trace(A)


@exercise.misconception(
    "The rows and columns mix the directions: look at eigenvalues, not at entries."
)
def largest_entry(A):
    return 2 / A.max()


@exercise.misconception(
    "This adds the squares of all entries; only the largest eigenvalue matters."
)
def frobenius_norm(A):
    return 2 / np.sqrt((A * A).sum())


@exercise.misconception(
    "This rate makes progress fastest on the whole; the limit of stability lies higher."
)
def best_rate(A):
    values = np.linalg.eigvalsh(A)
    return 2 / (values[0] + values[-1])


@exercise.misconception(
    "This is λmax itself; a steeper valley needs a smaller step, not a larger one."
)
def eigenvalue_itself(A):
    return np.linalg.eigvalsh(A)[-1]


@exercise.misconception(
    "Repeated multiplication finds nothing at a right angle to where it starts."
)
def power_iteration_from_ones(A):
    x = np.ones(len(A))
    for _ in range(500):
        x = A @ x
        x = x / np.linalg.norm(x)
    return 2 / (x @ A @ x)
