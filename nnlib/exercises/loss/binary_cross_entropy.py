"""binary_cross_entropy(logits, y): cross-entropy for two classes and one logit."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.exercises._labels import every_class


def questions(rng):
    for N in (3, 1, 5, 8):
        yield 2 * rng.normal(size=N) + 0.3, every_class(rng, N, 2)
    yield rng.integers(-4, 5, size=7), every_class(rng, 7, 2)
    yield np.array([1000.0, -1000.0, 30.0, -40.0, 0.5, 2.0]), np.array([0, 1, 0, 1, 1, 1])
    yield np.array([8.5, -12.0, 16.0, -9.0, 7.5]), np.array([0, 1, 0, 1, 1])
    yield np.array([7.0, -6.5, 6.0]), np.array([1, 0, 1])
    yield np.array([-1000.0, 1000.0, -25.0, 1.5]), np.array([0, 1, 0, 0])


exercise = Exercise(F.binary_cross_entropy, questions, parts=("loss",), points=2)


@exercise.alternative
def softplus(logits, y):
    return np.mean(np.logaddexp(0, logits) - y * logits)


@exercise.alternative
def textbook_stable(logits, y):
    z = np.abs(logits)
    return float(np.sum(np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-z))) / len(y))


@exercise.alternative
def loop(logits, y):
    total = 0.0
    for z, label in zip(logits, y, strict=True):
        wrong_way = -z if label else z
        total += max(wrong_way, 0) + np.log(1 + np.exp(-abs(wrong_way)))
    return total / len(logits)


@exercise.alternative
def two_logits(logits, y):
    rows = np.stack([np.zeros(len(logits)), logits], axis=1)
    return F.softmax_cross_entropy(rows, y)


def _losses(logits, y):
    return np.logaddexp(0, np.where(y == 1, -logits, logits))


@exercise.misconception(
    "e to the power of 1000 is infinite: which equal form never takes a large exponential?"
)
def overflow(logits, y):
    return np.mean(np.log(1 + np.exp(logits)) - y * logits)


@exercise.misconception(
    "A probability is rounded to 0 or 1 and the logarithm is infinite: avoid the probability."
)
def logarithm_of_zero(logits, y):
    p = F.sigmoid(logits)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@exercise.misconception("The small number added inside the logarithm flattens large losses.")
def epsilon_added(logits, y):
    p = F.sigmoid(logits)
    return -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))


@exercise.misconception(
    "Clipped probabilities flatten the loss: at a logit of 1000 on the wrong side it is 1000."
)
def clipped(logits, y):
    p = np.clip(F.sigmoid(logits), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@exercise.misconception("The losses of the examples are added up; their mean is asked for.")
def sum_instead_of_mean(logits, y):
    return _losses(logits, y).sum()


@exercise.misconception("The two classes have changed places: which probability belongs to y = 1?")
def classes_swapped(logits, y):
    return _losses(logits, 1 - y).mean()


@exercise.misconception("A loss is not negative: look at the sign.")
def sign(logits, y):
    return -_losses(logits, y).mean()


@exercise.misconception("Examples with y = 0 cost nothing here: where is their term?")
def only_the_ones(logits, y):
    return np.mean(y * np.logaddexp(0, -logits))


@exercise.misconception("The logarithm has base 2 here; nats need the natural one.")
def base_two(logits, y):
    return _losses(logits, y).mean() / np.log(2)


@exercise.misconception("A logit is no probability yet: what must come before the logarithm?")
def no_sigmoid(logits, y):
    return -np.mean(y * np.log(logits) + (1 - y) * np.log(1 - logits))


@exercise.misconception("The sigmoid is applied twice: what do logits become on the way?")
def sigmoid_twice(logits, y):
    return _losses(F.sigmoid(logits), y).mean()


@exercise.misconception(
    "Every logit is compared with every label: look at the shape of the array you average."
)
def everything_with_everything(logits, y):
    return np.mean(np.logaddexp(0, logits) - y[:, None] * logits)


@exercise.misconception("There is a factor 1/2 that the definition here does not have.")
def halved(logits, y):
    return _losses(logits, y).mean() / 2


@exercise.misconception("Squared differences make another loss: where is the logarithm?")
def squared_differences(logits, y):
    return np.mean((F.sigmoid(logits) - y) ** 2)


@exercise.misconception("One loss per example comes out; a single number is asked for.")
def one_per_example(logits, y):
    return _losses(logits, y)


@exercise.misconception("An array of integers cannot hold the losses: look at its dtype.")
def integers_kept(logits, y):
    losses = np.zeros_like(logits)
    losses[...] = _losses(logits, y)
    return losses.mean()


@exercise.misconception("Your function changes the labels that it was given; make new ones.")
def labels_changed(logits, y):
    y[y == 0] = -1
    return np.mean(np.logaddexp(0, -y * logits))
