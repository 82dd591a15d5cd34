"""binary_cross_entropy_backward(logits, y): where the error begins, for one logit per example."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.exercises._labels import every_class


def questions(rng):
    for N in (3, 1, 5, 8):
        yield 2 * rng.normal(size=N) + 0.3, every_class(rng, N, 2)
    yield rng.permutation([-4, -3, -1, 0, 1, 2, 3]), every_class(rng, 7, 2)
    yield np.array([1000.0, -1000.0, 30.0, -40.0, 0.5, 2.0]), np.array([0, 1, 0, 1, 1, 1])
    yield np.array([-1000.0, 1000.0, -25.0, 1.5]), np.array([0, 1, 0, 0])


def proof(logits, y):
    if np.abs(logits).max() < 100:
        yield "dlogits", lambda logits: F.binary_cross_entropy(logits, y), logits


exercise = Exercise(
    F.binary_cross_entropy_backward, questions, parts=("dlogits",), points=1, proof=proof
)


@exercise.alternative
def textbook(logits, y):
    return (1 / (1 + np.exp(-logits)) - y) / len(y)


@exercise.alternative
def signed(logits, y):
    s = 2 * y - 1
    return -s * F.sigmoid(-s * logits) / logits.size


@exercise.alternative
def loop(logits, y):
    N = len(logits)
    p = [0.5 * (1 + np.tanh(z / 2)) for z in logits]
    return [(p[n] - y[n]) / N for n in range(N)]


@exercise.alternative
def two_logits(logits, y):
    rows = np.stack([np.zeros(len(logits)), logits], axis=1)
    return F.softmax_cross_entropy_backward(rows, y)[:, 1].copy()


@exercise.misconception("The loss is a mean over the batch: where is its 1/N?")
def one_over_N_missing(logits, y):
    return F.sigmoid(logits) - y


@exercise.misconception("The 1/N is there twice: the loss has it once.")
def one_over_N_twice(logits, y):
    return (F.sigmoid(logits) - y) / len(y) ** 2


@exercise.misconception("For y = 1 a larger logit makes the loss smaller: look at the sign.")
def sign(logits, y):
    return (y - F.sigmoid(logits)) / len(y)


@exercise.misconception("The labels are not used: what does an example with y = 1 change?")
def labels_ignored(logits, y):
    return F.sigmoid(logits) / len(y)


@exercise.misconception("p (1 - p) is multiplied in: it has cancelled against the logarithm's.")
def slope_of_the_sigmoid(logits, y):
    p = F.sigmoid(logits)
    return (p - y) * p * (1 - p) / len(y)


@exercise.misconception(
    "This is the slope at the probability: the way goes on through the sigmoid to the logit."
)
def slope_at_the_probability(logits, y):
    p = F.sigmoid(logits)
    return ((1 - y) / (1 - p) - y / p) / len(y)


@exercise.misconception(
    "The slopes of logarithm and sigmoid cancel on paper; here a logit of 1000 gives 0 / 0."
)
def slopes_not_cancelled(logits, y):
    p = F.sigmoid(logits)
    return (p - y) / (p * (1 - p)) * (p * (1 - p)) / len(y)


@exercise.misconception("Logits are no probabilities yet: what makes them so?")
def no_sigmoid(logits, y):
    return (logits - y) / len(y)


@exercise.misconception(
    "The probability is rounded to yes or no first: then nothing can be learnt."
)
def threshold(logits, y):
    return ((logits > 0) - y) / len(y)


@exercise.misconception("The sigmoid is applied twice: what goes into it?")
def sigmoid_twice(logits, y):
    return (F.sigmoid(F.sigmoid(logits)) - y) / len(y)


@exercise.misconception("There is a factor 2, as if the loss were squared.")
def doubled(logits, y):
    return 2 * (F.sigmoid(logits) - y) / len(y)


@exercise.misconception("e to the power of 1000 is infinite: which form of the sigmoid is safe?")
def overflow(logits, y):
    return (np.exp(logits) / (1 + np.exp(logits)) - y) / len(y)


@exercise.misconception("Clipping leaves a slope where there is none: what is it for here?")
def clipped(logits, y):
    return (np.clip(F.sigmoid(logits), 1e-7, 1 - 1e-7) - y) / len(y)


@exercise.misconception("One number comes out; each logit has a derivative of its own.")
def mean_of_all(logits, y):
    return np.mean(F.sigmoid(logits) - y)


@exercise.misconception("Every logit meets every label here: look at the shapes, (N,) and (N, 1).")
def everything_with_everything(logits, y):
    return (F.sigmoid(logits) - y[:, None]) / len(y)


@exercise.misconception("An array of integers cannot hold these numbers: look at its dtype.")
def integers_kept(logits, y):
    dlogits = np.zeros_like(logits)
    dlogits[...] = F.binary_cross_entropy_backward(logits, y)
    return dlogits


@exercise.misconception("Your function changes the logits that it was given; make a new array.")
def in_place(logits, y):
    result = F.binary_cross_entropy_backward(logits, y)
    if logits.dtype.kind == "f":
        logits[...] = F.sigmoid(logits)
    return result
