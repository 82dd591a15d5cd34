"""accuracy(logits, y): the share of examples whose largest logit is the label's."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.exercises._labels import every_class


def questions(rng):
    for N, C, right in [
        (4, 3, 2),
        (1, 5, 1),
        (1, 3, 0),
        (7, 2, 5),
        (9, 4, 3),
        (30, 6, 17),
        (5, 5, 3),
        (4, 3, 1),
    ]:
        yield _with_hits(rng, N, C, right)
    logits, y = _with_hits(rng, 8, 5, 6)
    yield np.asfortranarray(1000 * logits), y
    rows = np.array([rng.permutation([-7, -3, 2, 4]) for _ in range(6)])
    yield rows, np.append(rows[:4].argmax(axis=1), rows[4:].argmin(axis=1))


def _with_hits(rng, N, C, right):
    """Logits whose largest stands at the label in the given number of rows."""
    y = every_class(rng, N, C)
    hit = rng.permutation(N) < right
    prefers = np.where(hit, y, (y + rng.integers(1, C, size=N)) % C)
    logits = rng.normal(size=(N, C)) - 0.5
    logits[np.arange(N), prefers] = logits.max(axis=1) + rng.uniform(0.1, 1, size=N)
    return logits, y


exercise = Exercise(F.accuracy, questions, parts=("share",), points=1)


@exercise.alternative
def loop(logits, y):
    hits = 0
    for row, label in zip(logits, y, strict=True):
        if all(row[label] >= other for other in row):
            hits += 1
    return hits / len(y)


@exercise.alternative
def count_nonzero(logits, y):
    return np.count_nonzero(np.argmax(logits, axis=-1) == y) / y.size


@exercise.alternative
def compare_with_the_largest(logits, y):
    return float(np.average(logits[range(len(y)), y] == np.max(logits, 1)))


@exercise.alternative
def sorted_columns(logits, y):
    return np.mean(np.argsort(logits, axis=1)[:, -1] == y)


@exercise.misconception("Rows are examples: along which axis do you look for the largest logit?")
def largest_of_each_column(logits, y):
    return np.mean(np.argmax(logits, axis=0) == y)


@exercise.misconception("argmax without an axis finds one place in the whole array.")
def largest_of_all(logits, y):
    return np.mean(np.argmax(logits) == y)


@exercise.misconception("This is how many are right; the share is asked for.")
def count(logits, y):
    return np.sum(np.argmax(logits, axis=1) == y)


@exercise.misconception("A share lies between 0 and 1; this is in percent.")
def percent(logits, y):
    return 100 * np.mean(np.argmax(logits, axis=1) == y)


@exercise.misconception("This is the share of wrong answers.")
def error_rate(logits, y):
    return np.mean(np.argmax(logits, axis=1) != y)


@exercise.misconception("The network prefers the largest logit, not the smallest.")
def smallest_logit(logits, y):
    return np.mean(np.argmin(logits, axis=1) == y)


@exercise.misconception("Labels count from 0, and so does argmax: is a 1 added?")
def labels_from_one(logits, y):
    return np.mean(np.argmax(logits, axis=1) + 1 == y)


@exercise.misconception(
    "The hits are divided by the number of classes: how many examples are there?"
)
def divided_by_the_classes(logits, y):
    return np.sum(np.argmax(logits, axis=1) == y) / logits.shape[1]


@exercise.misconception("// leaves only whole numbers: what becomes of 3 out of 4?")
def whole_numbers(logits, y):
    return np.sum(np.argmax(logits, axis=1) == y) // len(y)


@exercise.misconception(
    "A logit of -9 is not large: what does the absolute value do before the comparison?"
)
def largest_in_absolute_value(logits, y):
    return np.mean(np.argmax(np.abs(logits), axis=1) == y)


@exercise.misconception("This is the mean probability of the right class; accuracy counts hits.")
def mean_probability(logits, y):
    return F.softmax(logits)[np.arange(len(y)), y].mean()


@exercise.misconception("Each class gets the same weight here; each example should.")
def mean_over_the_classes(logits, y):
    hits = np.argmax(logits, axis=1) == y
    return np.mean([hits[y == c].mean() for c in np.unique(y)])


@exercise.misconception(
    "The columns are normalized first, and that changes which logit is largest."
)
def columns_normalized(logits, y):
    return np.mean(np.argmax(F.softmax(logits.T).T, axis=1) == y)


@exercise.misconception(
    "A threshold decides for itself, entry by entry; only one class per row can win."
)
def threshold(logits, y):
    return np.mean(logits[np.arange(len(y)), y] > 0)


@exercise.misconception("One yes or no per example comes out; a single number is asked for.")
def one_per_example(logits, y):
    return (np.argmax(logits, axis=1) == y).astype(float)
