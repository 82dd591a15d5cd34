"""relative_error(a, b): the largest disagreement, measured by the size of the numbers."""

import numpy as np

from nnlib import gradcheck
from nnlib.checking import Exercise


def questions(rng):
    for shape in [(3,), (1, 4), (5, 2), (2, 3, 4)]:
        a = rng.normal(size=shape)
        yield a, a * (1 + rng.choice([-1, 1], size=shape) * rng.uniform(1e-4, 0.3, size=shape))
    yield float(rng.normal()), float(rng.normal())
    yield np.asfortranarray(rng.normal(size=(4, 3))), rng.normal(size=(4, 3))
    yield rng.integers(1, 9, size=6), rng.integers(10, 19, size=6)
    yield np.array([-1, 2, -4]), np.array([-3, 2, -5])
    yield 1, 3
    yield 0.0, 0.0
    yield np.array([0.0, 1.0]), np.array([5.0, 1.0])
    yield np.array([2.0, 1.0]), np.array([0.0, 1.1])
    a = rng.uniform(1, 2, size=5)
    yield np.append(a, [0.0, 3e-13]), np.append(a * 1.001, [0.0, 1e-13])
    yield np.append(a, 1e-7), np.append(a * 1.001, 1.7e-7)
    yield np.append(a, np.nan), np.append(a * 1.2, 1.0)
    yield np.insert(a, 2, 1.0), np.insert(a, 2, np.nan)
    yield float("nan"), float(rng.normal())
    yield np.append(np.inf, a), np.append(np.inf, 1.1 * a)


exercise = Exercise(gradcheck.relative_error, questions, parts=("error",), points=1)


@exercise.alternative
def where(a, b):
    size = np.abs(a) + np.abs(b)
    error = np.abs(np.subtract(a, b)) / np.where(size < 1e-12, 1e-12, size)
    return np.max(np.where(np.isnan(error), np.inf, error))


@exercise.alternative
def loop(a, b):
    worst = 0.0
    for p, q in zip(np.ravel(a), np.ravel(b), strict=True):
        error = abs(float(p) - float(q)) / max(abs(float(p)) + abs(float(q)), 1e-12)
        if error != error:
            return float("inf")
        worst = max(worst, error)
    return worst


@exercise.alternative
def asked_beforehand(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not np.all(np.isfinite(a) & np.isfinite(b)):
        return np.inf
    return np.amax(abs(b - a) / np.clip(abs(a) + abs(b), 1e-12, None))


def _errors(a, b, floor=1e-12):
    return np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), floor)


def _inf_for_nan(error):
    return np.inf if np.isnan(error) else error


@exercise.misconception("nan means that nothing is known, and that is the worst: what comes back?")
def nan_returned(a, b):
    return np.max(_errors(a, b))


@exercise.misconception("An entry that is nan is passed over; it should make the error infinite.")
def nan_passed_over(a, b):
    return np.nanmax(np.append(_errors(a, b), 0.0))


@exercise.misconception("The mean hides one bad entry among many good ones.")
def mean(a, b):
    return _inf_for_nan(np.mean(_errors(a, b)))


@exercise.misconception("The size is the sum of both: look at what you divide by.")
def divided_by_the_larger(a, b):
    size = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-12)
    return _inf_for_nan(np.max(np.abs(a - b) / size))


@exercise.misconception("Only one of the two numbers is in the denominator: what if it is small?")
def divided_by_one_of_them(a, b):
    return _inf_for_nan(np.max(np.abs(a - b) / np.maximum(np.abs(b), 1e-12)))


@exercise.misconception("Where both numbers are 0, this divides 0 by 0: what keeps it above 0?")
def no_floor(a, b):
    return _inf_for_nan(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))))


@exercise.misconception("The floor is added to every size; it should only replace smaller ones.")
def floor_added(a, b):
    return _inf_for_nan(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12)))


@exercise.misconception("The floor is so high that small gradients count as right.")
def floor_too_high(a, b):
    return _inf_for_nan(np.max(_errors(a, b, 1e-6)))


@exercise.misconception("An error below zero is an error, too: where is the absolute value?")
def sign_kept(a, b):
    return _inf_for_nan(np.max((a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12)))


@exercise.misconception("Is |a + b| the same as |a| + |b| when the signs differ?")
def absolute_value_of_the_sum(a, b):
    return _inf_for_nan(np.max(np.abs(a - b) / np.maximum(np.abs(a + b), 1e-12)))


@exercise.misconception("This is the error itself: it is not measured by the size of the numbers.")
def absolute_error(a, b):
    return _inf_for_nan(np.max(np.abs(a - b)))


@exercise.misconception(
    "The largest difference is divided by the largest size; each entry has its own size."
)
def largest_over_largest(a, b):
    size = max(np.max(np.abs(a) + np.abs(b)), 1e-12)
    return _inf_for_nan(np.max(np.abs(a - b)) / size)


@exercise.misconception("This compares two norms; one bad entry among many is asked for.")
def norms(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    size = max(np.linalg.norm(a) + np.linalg.norm(b), 1e-12)
    return _inf_for_nan(np.linalg.norm(a - b) / size)


@exercise.misconception("One error per entry comes out; the largest is asked for.")
def one_per_entry(a, b):
    errors = _errors(a, b)
    return np.where(np.isnan(errors), np.inf, errors)


@exercise.misconception("The errors are added up; the largest is asked for.")
def sum_of_the_errors(a, b):
    return _inf_for_nan(np.sum(_errors(a, b)))


@exercise.misconception("There is a factor 2 that the definition here does not have.")
def doubled(a, b):
    return _inf_for_nan(2 * np.max(_errors(a, b)))
