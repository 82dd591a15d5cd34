"""mean_squared_error(predictions, targets): the mean of the squared differences."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for shape in [(3,), (1,), (4, 2), (1, 5), (6, 3), (2, 5, 3)]:
        yield rng.normal(size=shape), 1 + 2 * rng.normal(size=shape)
    yield np.asfortranarray(rng.normal(size=(5, 4))), rng.normal(size=(5, 4))
    yield rng.integers(-9, 10, size=(3, 7)), 5 * rng.normal(size=(3, 7))
    yield 5 * rng.normal(size=(4, 5)), rng.integers(-9, 10, size=(4, 5))
    targets = rng.integers(-9, 10, size=(2, 6))  # the first of each row is met
    yield targets + np.array([0, 1, -2, 3, 1, -1]), targets
    yield 1000 * rng.normal(size=8), rng.normal(size=8)


exercise = Exercise(F.mean_squared_error, questions, parts=("loss",), points=1)


@exercise.alternative
def loop(predictions, targets):
    total = 0.0
    for p, t in zip(predictions.ravel(), targets.ravel(), strict=True):
        total += (p - t) ** 2
    return total / predictions.size


@exercise.alternative
def inner_product(predictions, targets):
    errors = (predictions - targets).ravel()
    return errors @ errors / len(errors)


@exercise.alternative
def norm(predictions, targets):
    return np.linalg.norm(np.ravel(predictions - targets)) ** 2 / np.size(targets)


@exercise.alternative
def average_of_square(predictions, targets):
    return np.average(np.square(np.subtract(targets, predictions)))


@exercise.misconception("The squares are added up; a mean also divides by how many there are.")
def sum_instead_of_mean(predictions, targets):
    return np.sum((predictions - targets) ** 2)


@exercise.misconception("There is a factor 1/2 that the definition here does not have.")
def halved(predictions, targets):
    return np.mean((predictions - targets) ** 2) / 2


@exercise.misconception(
    "The sum is divided by the number of rows; the mean is over all entries: how many are there?"
)
def mean_over_the_rows(predictions, targets):
    return np.sum((predictions - targets) ** 2) / len(predictions)


@exercise.misconception("These are absolute differences; what happens to a difference of 2?")
def absolute_differences(predictions, targets):
    return np.mean(np.abs(predictions - targets))


@exercise.misconception("A square root is taken at the end: the loss stays squared.")
def root(predictions, targets):
    return np.sqrt(np.mean((predictions - targets) ** 2))


@exercise.misconception("Errors of opposite sign cancel here: where is the square?")
def not_squared(predictions, targets):
    return np.mean(predictions - targets)


@exercise.misconception("The mean is squared, so errors cancel first: which comes first?")
def square_of_the_mean(predictions, targets):
    return np.mean(predictions - targets) ** 2


@exercise.misconception("The difference is squared, not each number by itself.")
def difference_of_squares(predictions, targets):
    return np.mean(predictions**2 - targets**2)


@exercise.misconception("This is a variance: it takes the mean error away before it squares.")
def variance(predictions, targets):
    return np.var(predictions - targets)


@exercise.misconception("One mean per column comes out; a single number is asked for.")
def mean_along_one_axis(predictions, targets):
    return np.mean((predictions - targets) ** 2, axis=0)


@exercise.misconception(
    "Every prediction is compared with every target: look at the shape of your difference."
)
def everything_with_everything(predictions, targets):
    return np.mean((predictions[:, None] - targets) ** 2)


@exercise.misconception("An array of integers cannot hold the errors: look at its dtype.")
def integers_kept(predictions, targets):
    errors = np.zeros_like(predictions)
    errors[...] = predictions - targets
    return np.mean(errors**2)


@exercise.misconception("-= writes into the predictions that your function was given.")
def in_place(predictions, targets):
    if predictions.dtype.kind == "f":
        predictions -= targets
        return np.mean(predictions**2)
    return np.mean((predictions - targets) ** 2)
