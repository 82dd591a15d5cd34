"""softmax_cross_entropy(logits, y): how surprised the network is by the labels, on average."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.exercises._labels import every_class


def questions(rng):
    for N, C in [(2, 3), (1, 4), (7, 3), (5, 2), (9, 6), (3, 5), (4, 4)]:
        yield 2 * rng.normal(size=(N, C)), every_class(rng, N, C)
    yield np.asfortranarray(3 * rng.normal(size=(6, 4))), every_class(rng, 6, 4)
    yield rng.integers(-4, 5, size=(8, 5)), every_class(rng, 8, 5)
    yield rng.normal(size=(6, 4)), rng.permutation([0, 1, 2, 0, 2, 2])  # no label is the last class
    offsets = rng.permutation([-1000.0, 1000.0, 0.0, 700.0])
    yield rng.normal(size=(4, 3)) + offsets[:, None], every_class(rng, 4, 3)
    spread = np.array([-1000.0, 1000.0, 3.0, 998.0])
    yield np.array([rng.permutation(spread) for _ in range(7)]), every_class(rng, 7, 4)


exercise = Exercise(
    F.softmax_cross_entropy,
    questions,
    parts=("loss",),
    points=2,
    builds_on=("log_softmax",),
)


@exercise.alternative
def one_hot(logits, y):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.sum(np.eye(logits.shape[1])[y] * log_P) / len(y)


@exercise.alternative
def loop(logits, y):
    total = 0.0
    for row, label in zip(logits, y, strict=True):
        total += np.logaddexp.reduce(row) - row[label]
    return total / len(y)


@exercise.alternative
def margins(logits, y):
    right = np.take_along_axis(logits, y[:, None], axis=1)
    return float(np.mean(np.logaddexp.reduce(logits - right, axis=1)))


def _log_P(logits):
    return F.log_softmax(logits)


def _right(rows, y):
    return rows[np.arange(len(y)), y]


@exercise.misconception("The losses of the examples are added up; their mean is asked for.")
def sum_instead_of_mean(logits, y):
    return -_right(_log_P(logits), y).sum()


@exercise.misconception(
    "The mean runs over all N * C entries, most of them 0: over how many examples is it taken?"
)
def mean_over_the_classes_too(logits, y):
    return -np.mean(np.eye(logits.shape[1])[y] * _log_P(logits))


@exercise.misconception("A loss is not negative: look at the sign.")
def sign(logits, y):
    return _right(_log_P(logits), y).mean()


@exercise.misconception(
    "log_P[:, y] takes every label's column from every row: one entry per row is wanted."
)
def every_label_from_every_row(logits, y):
    return -_log_P(logits)[:, y].mean()


@exercise.misconception(
    "e to the power of 1000 is infinite: which form never takes a large exponential?"
)
def overflow(logits, y):
    E = np.exp(logits)
    return -np.log(_right(E / E.sum(axis=1, keepdims=True), y)).mean()


@exercise.misconception(
    "The right class's probability is rounded to 0 and has no logarithm: go from the logits to "
    "the logarithm directly."
)
def logarithm_of_zero(logits, y):
    return -np.log(_right(F.softmax(logits), y)).mean()


@exercise.misconception("The small number added inside the logarithm flattens large losses.")
def epsilon_added(logits, y):
    return -np.log(_right(F.softmax(logits), y) + 1e-12).mean()


@exercise.misconception("Clipped probabilities flatten large losses: start from log_softmax.")
def clipped(logits, y):
    return -np.log(np.clip(_right(F.softmax(logits), y), 1e-15, 1)).mean()


@exercise.misconception("This is the mean probability of the right class: where is the logarithm?")
def no_logarithm(logits, y):
    return -_right(F.softmax(logits), y).mean()


@exercise.misconception(
    "The logarithm of a mean is not the mean of the logarithms: which is asked for?"
)
def logarithm_of_the_mean(logits, y):
    right = _right(_log_P(logits), y)
    return -(np.logaddexp.reduce(right) - np.log(len(y)))


@exercise.misconception("The logarithm has base 2 here; nats need the natural one.")
def base_two(logits, y):
    return -_right(_log_P(logits), y).mean() / np.log(2)


@exercise.misconception("Labels count from 0: is there a 1 subtracted or added?")
def labels_shifted(logits, y):
    return -_right(_log_P(logits), y - 1).mean()


@exercise.misconception(
    "The number of classes is counted from the labels: what if the last class is not among them?"
)
def classes_counted_in_the_labels(logits, y):
    return -np.sum(np.eye(y.max() + 1)[y] * _log_P(logits)) / len(y)


@exercise.misconception("Softmax is applied twice: what goes into log_softmax, and what is logits?")
def softmax_twice(logits, y):
    return -_right(_log_P(F.softmax(logits)), y).mean()


@exercise.misconception("Rows are examples: along which axis do probabilities sum to 1?")
def columns(logits, y):
    return -_right(_log_P(logits.T).T, y).mean()


@exercise.misconception(
    "The classes that are not the label count, too, with log(1 - p): that is another loss."
)
def other_classes_too(logits, y):
    P, T = F.softmax(logits), np.eye(logits.shape[1])[y]
    with np.errstate(divide="ignore"):
        return -(_right(_log_P(logits), y) + np.where(T, 0, np.log(1 - P)).sum(axis=1)).mean()


@exercise.misconception(
    "This is the loss of the class the network prefers: where does the label come in?"
)
def label_ignored(logits, y):
    return -_log_P(logits).max(axis=1).mean()


@exercise.misconception("Squared differences make another loss: where is the logarithm?")
def squared_differences(logits, y):
    return ((F.softmax(logits) - np.eye(logits.shape[1])[y]) ** 2).sum(axis=1).mean()


@exercise.misconception("One loss per example comes out; a single number is asked for.")
def one_per_example(logits, y):
    return -_right(_log_P(logits), y)


@exercise.misconception("An array of integers cannot hold logarithms: look at its dtype.")
def integers_kept(logits, y):
    log_P = np.zeros_like(logits)
    log_P[...] = _log_P(logits)
    return -_right(log_P, y).mean()


@exercise.misconception("Your function changes the logits that it was given: -= writes into them.")
def in_place(logits, y):
    if logits.dtype.kind == "f":
        logits -= logits.max(axis=1, keepdims=True)
    return -_right(_log_P(logits), y).mean()
