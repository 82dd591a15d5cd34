"""fit_line(X, y, learning_rate, steps): linear regression by gradient descent from zero."""

import numpy as np

from nnlib import training
from nnlib.checking import Exercise


def questions(rng):
    for N, D, rate, steps in [
        (4, 2, 0.1, 1),
        (7, 3, 0.05, 4),
        (20, 1, 0.2, 30),
        (1, 2, 0.1, 2),
        (9, 4, 0.1, 0),
        (5, 2, 1.4, 4),
        (6, 1, 0.3, 150),
    ]:
        X = rng.normal(size=(N, D))
        yield X, X @ rng.normal(size=D) + 2 + 0.1 * rng.normal(size=N), rate, steps
    yield rng.integers(-3, 4, size=(8, 2)), rng.normal(size=8) + 1, 0.05, 3


exercise = Exercise(training.fit_line, questions, parts=("w", "b"), points=2)


@exercise.alternative
def by_the_book(X, y, learning_rate, steps):
    N, D = X.shape
    w, b = np.zeros(D), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        w = w - learning_rate * 2 / N * (X.T @ error)
        b = b - learning_rate * 2 / N * error.sum()
    return w, b


@exercise.alternative
def loops(X, y, learning_rate, steps):
    N, D = X.shape
    w, b = [0.0] * D, 0.0
    for _ in range(steps):
        errors = [sum(X[n, d] * w[d] for d in range(D)) + b - y[n] for n in range(N)]
        w = [
            w[d] - learning_rate * 2 * sum(errors[n] * X[n, d] for n in range(N)) / N
            for d in range(D)
        ]
        b -= learning_rate * 2 * sum(errors) / N
    return np.array(w), b


@exercise.alternative
def bias_as_a_column(X, y, learning_rate, steps):
    features = np.column_stack([X, np.ones(len(X))])
    v = np.zeros(features.shape[1])
    for _ in range(steps):
        v -= learning_rate * 2 * np.mean((features @ v - y)[:, None] * features, axis=0)
    return v[:-1].copy(), v[-1]


def _descend(X, y, learning_rate, steps, factor=2.0, start=0.0, sign=1, bias=1.0, fresh=False):
    """Gradient descent with one thing changed: what the misconceptions have in common."""
    w, b = np.full(X.shape[1], start), start
    for _ in range(steps):
        error = sign * (X @ w + b - y)
        w = w - learning_rate * factor * (X.T @ error) / len(X)
        if fresh:
            error = X @ w + b - y
        b = b - learning_rate * bias * factor * error.mean()
    return w, b


@exercise.misconception("The squared error has a factor when it is differentiated: where is it?")
def factor_two_missing(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps, factor=1.0)


@exercise.misconception("The mean is over the examples: what is the sum divided by?")
def sum_for_mean(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps, factor=2.0 * len(X))


@exercise.misconception(
    "The line runs away from the points: in which direction does the loss fall?"
)
def uphill(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps, sign=-1)


@exercise.misconception("The bias stays at zero; it has a gradient, too.")
def bias_forgotten(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps, bias=0.0)


@exercise.misconception("The start is zero, for w and for b.")
def starts_at_one(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps, start=1.0)


@exercise.misconception(
    "Both gradients belong to the same point: b is updated with the new w here."
)
def updated_one_after_the_other(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps, fresh=True)


@exercise.misconception("One step more was taken than asked for: how often does the loop run?")
def one_step_more(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, steps + 1)


@exercise.misconception("The loop ends after a single step: is the return inside it?")
def one_step_only(X, y, learning_rate, steps):
    return _descend(X, y, learning_rate, min(steps, 1))


@exercise.misconception("This is the exact solution by least squares; descend from zero instead.")
def exact_solution(X, y, learning_rate, steps):
    features = np.column_stack([X, np.ones(len(X))])
    v = np.linalg.lstsq(features, y, rcond=None)[0]
    return v[:-1].copy(), float(v[-1])


@exercise.misconception("The mean was taken over inputs and examples together: only N divides.")
def divided_by_the_inputs_too(X, y, learning_rate, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        w = w - learning_rate * 2 * (X.T @ error) / X.size
        b = b - learning_rate * 2 * error.mean()
    return w, b
