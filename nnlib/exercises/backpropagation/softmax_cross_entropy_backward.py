"""softmax_cross_entropy_backward(logits, y): where the error begins, one number per logit."""

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


def proof(logits, y):
    if np.abs(logits).max() < 100:
        yield "dlogits", lambda logits: F.softmax_cross_entropy(logits, y), logits


exercise = Exercise(
    F.softmax_cross_entropy_backward, questions, parts=("dlogits",), points=2, proof=proof
)


@exercise.alternative
def one_hot(logits, y):
    E = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[y]) / len(y)


@exercise.alternative
def loop(logits, y):
    rows = []
    for z, label in zip(logits, y, strict=True):
        row = np.exp(z - np.logaddexp.reduce(z))
        row[label] -= 1
        rows.append(row / len(logits))
    return np.array(rows)


@exercise.alternative
def where(logits, y):
    N, C = logits.shape
    right = np.arange(C) == y[:, None]
    P = np.exp(F.log_softmax(logits))
    return np.where(right, P - 1, P) / N


def _one_hot(logits, y):
    return np.eye(logits.shape[1])[y]


@exercise.misconception("The loss is a mean over the batch: where is its 1/N?")
def one_over_N_missing(logits, y):
    return F.softmax(logits) - _one_hot(logits, y)


@exercise.misconception("The 1/N is there twice: the loss has it once.")
def one_over_N_twice(logits, y):
    return (F.softmax(logits) - _one_hot(logits, y)) / len(y) ** 2


@exercise.misconception("The mean is over N examples, not over all N * C entries.")
def divided_by_the_entries(logits, y):
    return (F.softmax(logits) - _one_hot(logits, y)) / logits.size


@exercise.misconception("More of the right logit makes the loss smaller: look at the sign.")
def sign(logits, y):
    return (_one_hot(logits, y) - F.softmax(logits)) / len(y)


@exercise.misconception("The labels are not used: what is taken away at the right class?")
def labels_ignored(logits, y):
    return F.softmax(logits) / len(y)


@exercise.misconception(
    "P[:, y] takes every label's column in every row: one entry per row is meant."
)
def every_label_in_every_row(logits, y):
    P = F.softmax(logits)
    P[:, y] -= 1
    return P / len(y)


@exercise.misconception("Only the right class hears something; what of the others' probabilities?")
def only_the_right_class(logits, y):
    T = _one_hot(logits, y)
    return (F.softmax(logits) - T) * T / len(y)


@exercise.misconception("The right class gets 0 here; what is the slope of its own logit?")
def only_the_wrong_classes(logits, y):
    T = _one_hot(logits, y)
    return F.softmax(logits) * (1 - T) / len(y)


@exercise.misconception(
    "This is the slope at the probabilities, -1/p: the way goes on through the softmax."
)
def slope_at_the_probabilities(logits, y):
    return -_one_hot(logits, y) / F.softmax(logits) / len(y)


@exercise.misconception(
    "p - y has gone through the softmax already: is its derivative taken once more?"
)
def through_softmax_twice(logits, y):
    P = F.softmax(logits)
    dP = (P - _one_hot(logits, y)) / len(y)
    return P * (dP - (dP * P).sum(axis=1, keepdims=True))


@exercise.misconception("p (1 - p) is multiplied in: it is in p - y already.")
def slope_of_a_sigmoid(logits, y):
    P = F.softmax(logits)
    return (P - _one_hot(logits, y)) * P * (1 - P) / len(y)


@exercise.misconception("Logits are no probabilities yet: what makes them so?")
def no_softmax(logits, y):
    return (logits - _one_hot(logits, y)) / len(y)


@exercise.misconception("These are logarithms of probabilities: the probabilities are meant.")
def logarithms(logits, y):
    return (F.log_softmax(logits) - _one_hot(logits, y)) / len(y)


@exercise.misconception("Softmax is applied twice: what goes into it?")
def softmax_twice(logits, y):
    return (F.softmax(F.softmax(logits)) - _one_hot(logits, y)) / len(y)


@exercise.misconception("The classes of an example share one total: this is a sigmoid for each.")
def sigmoid_of_each(logits, y):
    return (F.sigmoid(logits) - _one_hot(logits, y)) / len(y)


@exercise.misconception("Rows are examples: along which axis do the probabilities sum to 1?")
def columns(logits, y):
    return (F.softmax(logits.T).T - _one_hot(logits, y)) / len(y)


@exercise.misconception("e to the power of 1000 is infinite: what may be subtracted from a row?")
def overflow(logits, y):
    E = np.exp(logits)
    return (E / E.sum(axis=1, keepdims=True) - _one_hot(logits, y)) / len(y)


@exercise.misconception("Labels count from 0: is there a 1 subtracted or added?")
def labels_shifted(logits, y):
    return (F.softmax(logits) - _one_hot(logits, y - 1)) / len(y)


@exercise.misconception("An array of integers cannot hold probabilities: look at its dtype.")
def integers_kept(logits, y):
    dlogits = np.zeros_like(logits)
    dlogits[...] = F.softmax_cross_entropy_backward(logits, y)
    return dlogits


@exercise.misconception("Your function changes the logits that it was given: -= writes into them.")
def in_place(logits, y):
    if logits.dtype.kind == "f":
        logits -= logits.max(axis=1, keepdims=True)
    return F.softmax_cross_entropy_backward(logits, y)
