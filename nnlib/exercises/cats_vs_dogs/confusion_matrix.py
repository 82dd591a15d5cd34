"""confusion_matrix(y_true, y_predicted, classes): how often each class was taken for each."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise, Part


def questions(rng):
    """Some classes are never true, others never predicted; mistakes fall on both sides."""
    for N, classes in [(7, 2), (30, 3), (1, 4), (200, 5), (49, 6), (1_000, 2)]:
        y_true = np.minimum(rng.integers(0, classes, size=N), classes - 1 - (classes > 4))
        wrong = rng.random(N) < 0.4
        y_predicted = np.where(wrong, rng.integers(0, classes, size=N), y_true)
        yield y_true, y_predicted, classes
    yield np.array([0, 1, 1, 0, 1, 1]), np.array([0, 1, 0, 0, 1, 0]), 3
    yield np.array([0, 2, 1, 0, 0, 2]), np.array([1, 2, 2, 1, 0, 2]), 4


exercise = Exercise(
    datasets.confusion_matrix, questions, parts=(Part("M", integers=True),), points=1
)


@exercise.alternative
def loop(y_true, y_predicted, classes):
    M = np.zeros((classes, classes), dtype=int)
    for t, p in zip(y_true, y_predicted, strict=True):
        M[t, p] += 1
    return M


@exercise.alternative
def add_at(y_true, y_predicted, classes):
    M = np.zeros((classes, classes), dtype=np.int32)
    np.add.at(M, (y_true, y_predicted), 1)
    return M


@exercise.alternative
def counted(y_true, y_predicted, classes):
    return np.array(
        [
            [int(np.sum((y_true == t) & (y_predicted == p))) for p in range(classes)]
            for t in range(classes)
        ]
    )


@exercise.alternative
def one_hot_product(y_true, y_predicted, classes):
    one = np.eye(classes, dtype=np.int64)
    return one[y_true].T @ one[y_predicted]


@exercise.misconception("Repeated pairs count only once: what does += do with a repeated index?")
def repeats_dropped(y_true, y_predicted, classes):
    M = np.zeros((classes, classes), dtype=int)
    M[y_true, y_predicted] += 1
    return M


@exercise.misconception(
    "Rows are the true classes, columns the predicted ones: which way round is it?"
)
def transposed(y_true, y_predicted, classes):
    return loop(y_predicted, y_true, classes)


@exercise.misconception("Counts are asked for, not shares.")
def shares(y_true, y_predicted, classes):
    return loop(y_true, y_predicted, classes) / len(y_true)


@exercise.misconception("Shares of each row are asked for elsewhere; here it is counts.")
def shares_of_each_row(y_true, y_predicted, classes):
    M = loop(y_true, y_predicted, classes)
    return M / np.maximum(M.sum(axis=1, keepdims=True), 1)


@exercise.misconception("Only the right answers were counted; the mistakes stand off the diagonal.")
def diagonal_only(y_true, y_predicted, classes):
    return np.diag(np.diag(loop(y_true, y_predicted, classes)))


@exercise.misconception("Only the mistakes were counted; the right answers belong on the diagonal.")
def mistakes_only(y_true, y_predicted, classes):
    M = loop(y_true, y_predicted, classes)
    return M - np.diag(np.diag(M))


@exercise.misconception("A class that never occurs still has a row and a column: which size has M?")
def only_classes_that_occur(y_true, y_predicted, classes):
    found = np.unique(np.concatenate([y_true, y_predicted]))
    return loop(y_true, y_predicted, classes)[np.ix_(found, found)]


@exercise.misconception("The counts are right, but they are floats: which dtype do zeros have?")
def floats(y_true, y_predicted, classes):
    return loop(y_true, y_predicted, classes).astype(float)


@exercise.misconception("Cats called dogs and dogs called cats are two mistakes, not one.")
def both_ways_together(y_true, y_predicted, classes):
    return loop(np.maximum(y_true, y_predicted), np.minimum(y_true, y_predicted), classes)


@exercise.misconception("Half of the mistakes are missing: what is above the diagonal?")
def lower_half_only(y_true, y_predicted, classes):
    return np.tril(loop(y_true, y_predicted, classes))


@exercise.misconception("Large counts start again from 0: how far can the table's dtype count?")
def eight_bits(y_true, y_predicted, classes):
    return loop(y_true, y_predicted, classes).astype(np.uint8)


@exercise.misconception("The labels count from 0; here everything moved by one.")
def shifted_by_one(y_true, y_predicted, classes):
    return np.roll(loop(y_true, y_predicted, classes), 1, axis=(0, 1))


@exercise.misconception("The table is flat; it should have a row for each true class.")
def flat(y_true, y_predicted, classes):
    return np.bincount(y_true * classes + y_predicted, minlength=classes**2)
