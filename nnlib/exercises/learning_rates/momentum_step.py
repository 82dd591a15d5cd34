"""momentum_step(params, grads, velocity, learning_rate, beta): v = beta v + g, p = p - rate v."""

from itertools import pairwise

import numpy as np

from nnlib import optimizers
from nnlib.checking import Exercise, Part


def questions(rng):
    cases = [
        ((2, 3), 0.3, 0.9),
        ((4, 3, 2), 0.05, 0.7),
        ((1, 5, 4, 3, 2), 1.7, 0.5),
        ((3, 2), 0.2, 0.0),
    ]
    for sizes, rate, beta in cases:
        draw = [
            [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(sizes)]
            for _ in range(3)
        ]
        yield *draw, rate, beta
    params, grads, velocity = draw
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    yield params, grads, zeros, 0.4, 0.8
    yield params, zeros, velocity, 0.3, 0.6


FIELDS = ("W", "b")
exercise = Exercise(
    optimizers.momentum_step,
    questions,
    parts=(Part("params", "layer", FIELDS), Part("velocity", "layer", FIELDS)),
    points=2,
)


def _zip(rule, *lists):
    """Apply a rule to the W of every layer, and to the b."""
    return [
        tuple(rule(*arrays) for arrays in zip(*layer, strict=True))
        for layer in zip(*lists, strict=True)
    ]


@exercise.alternative
def loop(params, grads, velocity, learning_rate, beta):
    new_params, new_velocity = [], []
    for (W, b), (dW, db), (vW, vb) in zip(params, grads, velocity, strict=True):
        vW = beta * vW + dW
        vb = beta * vb + db
        new_velocity.append((vW, vb))
        new_params.append((W - learning_rate * vW, b - learning_rate * vb))
    return new_params, new_velocity


@exercise.alternative
def nested(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: g + v * beta, velocity, grads)
    return [_zip(lambda p, v: p - v * learning_rate, params, v), v]


@exercise.alternative
def on_copies(params, grads, velocity, learning_rate, beta):
    p = [[a.copy() for a in layer] for layer in params]
    v = [[a.copy() for a in layer] for layer in velocity]
    for layer in range(len(p)):
        for k in range(2):
            v[layer][k] *= beta
            v[layer][k] += grads[layer][k]
            p[layer][k] -= learning_rate * v[layer][k]
    return p, v


@exercise.misconception("The new velocity should move the parameters; here the old one does.")
def old_velocity_used(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + g, velocity, grads)
    return _zip(lambda p, v: p - learning_rate * v, params, velocity), v


@exercise.misconception("This averages, with (1 - beta) before g; the formula here adds all of g.")
def average(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + (1 - beta) * g, velocity, grads)
    return _zip(lambda p, v: p - learning_rate * v, params, v), v


@exercise.misconception("The velocity is lost from step to step: return the one that you computed.")
def velocity_not_returned(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + g, velocity, grads)
    return _zip(lambda p, v: p - learning_rate * v, params, v), _zip(np.copy, velocity)


@exercise.misconception("The learning rate stands in the step here, not inside the velocity.")
def rate_in_the_velocity(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + learning_rate * g, velocity, grads)
    return _zip(lambda p, v: p - v, params, v), v


@exercise.misconception("The parameters run uphill: look at the sign before the velocity.")
def uphill(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + g, velocity, grads)
    return _zip(lambda p, v: p + learning_rate * v, params, v), v


@exercise.misconception(
    "A velocity that already has the step's sign: here g is added, then subtracted."
)
def gradient_subtracted(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v - g, velocity, grads)
    return _zip(lambda p, v: p - learning_rate * v, params, v), v


@exercise.misconception("The velocity keeps everything it ever had: what does beta do to it?")
def no_friction(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: v + g, velocity, grads)
    return _zip(lambda p, v: p - learning_rate * v, params, v), v


@exercise.misconception(
    "This is plain gradient descent: the velocity does not move the parameters."
)
def gradient_used_alone(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + g, velocity, grads)
    return _zip(lambda p, g: p - learning_rate * g, params, grads), v


@exercise.misconception("beta belongs to the old velocity, not to the gradient.")
def beta_on_the_gradient(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: v + beta * g, velocity, grads)
    return _zip(lambda p, v: p - learning_rate * v, params, v), v


@exercise.misconception("The biases need momentum, too.")
def weights_only(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + g, velocity, grads)
    moved = _zip(lambda p, v: p - learning_rate * v, params, v)
    return [(W, b.copy()) for (W, _), (_, b) in zip(moved, params, strict=True)], v


@exercise.misconception("The look-ahead of Nesterov's variant is not part of this formula.")
def nesterov(params, grads, velocity, learning_rate, beta):
    v = _zip(lambda v, g: beta * v + g, velocity, grads)
    return _zip(lambda p, g, v: p - learning_rate * (g + beta * v), params, grads, v), v


@exercise.misconception("The velocity that was handed in is overwritten; make a new one.")
def in_place(params, grads, velocity, learning_rate, beta):
    for v, g in zip(velocity, grads, strict=True):
        for k in range(2):
            v[k][...] = beta * v[k] + g[k]
    moved = _zip(lambda p, v: p - learning_rate * v, params, velocity)
    return moved, _zip(np.copy, velocity)
