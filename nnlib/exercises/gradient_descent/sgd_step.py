"""sgd_step(params, grads, learning_rate): one step against the gradient."""

import itertools

import numpy as np

from nnlib import optimizers
from nnlib.checking import Exercise, Part


def draw_like(rng, sizes):
    """Random (W, b) pairs of these sizes."""
    return [(rng.normal(size=s), rng.normal(size=s[1])) for s in itertools.pairwise(sizes)]


def questions(rng):
    for sizes, rate in [((2, 3), 0.3), ((4, 3, 2), 0.05), ((1, 5, 4, 3, 2), 1.7), ((3, 2), 0.0)]:
        yield draw_like(rng, sizes), draw_like(rng, sizes), rate


exercise = Exercise(
    optimizers.sgd_step,
    questions,
    parts=(Part("params", each="layer", fields=("W", "b")),),
    points=1,
)


@exercise.alternative
def loop(params, grads, learning_rate):
    new = []
    for i in range(len(params)):
        W, b = params[i]
        dW, db = grads[i]
        new.append([W - learning_rate * dW, b - learning_rate * db])
    return new


@exercise.alternative
def copies(params, grads, learning_rate):
    new = [(W.copy(), b.copy()) for W, b in params]
    for (W, b), (dW, db) in zip(new, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return tuple(new)


@exercise.alternative
def nested(params, grads, learning_rate):
    return [
        tuple(np.add(p, -learning_rate * g) for p, g in zip(*layer, strict=True))
        for layer in zip(params, grads, strict=True)
    ]


def _each(params, grads, rule):
    return [
        tuple(rule(p, g) for p, g in zip(*layer, strict=True))
        for layer in zip(params, grads, strict=True)
    ]


@exercise.misconception("The gradient points uphill: in which direction does the loss fall?")
def uphill(params, grads, learning_rate):
    return _each(params, grads, lambda p, g: p + learning_rate * g)


@exercise.misconception("The step is as long as the gradient itself: where is the learning rate?")
def no_learning_rate(params, grads, learning_rate):
    return _each(params, grads, lambda p, g: p - g)


@exercise.misconception("Large gradients should give large steps: a division turns that round.")
def divided(params, grads, learning_rate):
    return _each(params, grads, lambda p, g: p - g / (learning_rate or 1))


@exercise.misconception("The biases learn, too.")
def weights_only(params, grads, learning_rate):
    return [
        (W - learning_rate * dW, b.copy()) for (W, b), (dW, _) in zip(params, grads, strict=True)
    ]


@exercise.misconception("Only the last layer was updated; every layer takes its step.")
def last_layer_only(params, grads, learning_rate):
    moved = _each(params, grads, lambda p, g: p - learning_rate * g)
    return [(W.copy(), b.copy()) for W, b in params[:-1]] + moved[-1:]


@exercise.misconception("This is the step alone; the new parameters are asked for.")
def step_alone(params, grads, learning_rate):
    return _each(params, grads, lambda p, g: -learning_rate * g)


@exercise.misconception("The size of the gradient counts, not only its sign.")
def sign_only(params, grads, learning_rate):
    return _each(params, grads, lambda p, g: p - learning_rate * np.sign(g))


@exercise.misconception(
    "The learning rate scales the gradient; the parameter itself is not shrunk."
)
def parameter_scaled(params, grads, learning_rate):
    return _each(params, grads, lambda p, g: learning_rate * (p - g))


@exercise.misconception(
    "The list given in still holds the old parameters afterwards: -= changes them."
)
def in_place(params, grads, learning_rate):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return params


@exercise.misconception("A mistake of shape: one step for each layer, as a pair of W and b.")
def flat_list(params, grads, learning_rate):
    return [p for layer in _each(params, grads, lambda p, g: p - learning_rate * g) for p in layer]
