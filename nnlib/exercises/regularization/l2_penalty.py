"""l2_penalty(params, weight_decay): weight_decay/2 times the sum of all squared weights."""

from itertools import pairwise

import numpy as np

from nnlib import regularizers
from nnlib.checking import Exercise


def questions(rng):
    for sizes, decay in [((2, 3), 0.3), ((4, 3, 2), 0.01), ((1, 5, 4, 3), 1.7), ((6, 1), 0.05)]:
        params = [(rng.normal(size=s), 1 + rng.normal(size=s[1])) for s in pairwise(sizes)]
        yield params, decay


exercise = Exercise(regularizers.l2_penalty, questions, parts=("penalty",), points=1)


@exercise.alternative
def norms(params, weight_decay):
    return weight_decay / 2 * sum(np.linalg.norm(W) ** 2 for W, _ in params)


@exercise.alternative
def loop(params, weight_decay):
    total = 0.0
    for W, _ in params:
        for w in W.ravel():
            total += w * w
    return 0.5 * weight_decay * total


@exercise.alternative
def dot_products(params, weight_decay):
    return np.array(sum(np.vdot(layer[0], layer[0]) for layer in params) * weight_decay / 2)


@exercise.alternative
def concatenated(params, weight_decay):
    weights = np.concatenate([W.flatten() for W, b in params])
    return float(weights @ weights * weight_decay * 0.5)


@exercise.misconception("The biases are included; what do they have to do with steepness?")
def biases_included(params, weight_decay):
    return weight_decay / 2 * sum(np.sum(W**2) + np.sum(b**2) for W, b in params)


@exercise.misconception("Look at the factor: the derivative should come out as weight_decay · W.")
def half_missing(params, weight_decay):
    return weight_decay * sum(np.sum(W**2) for W, _ in params)


@exercise.misconception("The norm is squared in the penalty; here the root is still on it.")
def norm_not_squared(params, weight_decay):
    return weight_decay / 2 * sum(np.linalg.norm(W) for W, _ in params)


@exercise.misconception("This is the L1 penalty, with absolute values; L2 has squares.")
def absolute_values(params, weight_decay):
    return weight_decay / 2 * sum(np.abs(W).sum() for W, _ in params)


@exercise.misconception("All squares are added up; a mean makes large networks cheaper.")
def mean_for_sum(params, weight_decay):
    return weight_decay / 2 * sum(np.mean(W**2) for W, _ in params)


@exercise.misconception("Every layer counts, not the last one alone: what does the loop keep?")
def last_layer_only(params, weight_decay):
    return weight_decay / 2 * np.sum(params[-1][0] ** 2)


@exercise.misconception("The sum was squared; the squares are to be summed.")
def square_of_the_sum(params, weight_decay):
    return weight_decay / 2 * sum(np.sum(W) ** 2 for W, _ in params)


@exercise.misconception("The strength is missing: what is weight_decay for?")
def no_strength(params, weight_decay):
    return sum(np.sum(W**2) for W, _ in params) / 2


@exercise.misconception("One number is asked for, the sum over all layers.")
def one_for_each_layer(params, weight_decay):
    return [weight_decay / 2 * np.sum(W**2) for W, _ in params] * 2
