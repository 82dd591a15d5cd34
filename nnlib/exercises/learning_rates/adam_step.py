"""adam_step(params, grads, state, learning_rate, beta1, beta2, eps): one step of Adam."""

from itertools import pairwise

import numpy as np

from nnlib import optimizers
from nnlib.checking import Exercise, Part
from nnlib.checking.answer import Probe


def questions(rng):
    sizes = [((2, 3), 0, 0.1), ((4, 3, 2), 1, 0.02), ((1, 5, 4, 3), 6, 0.3), ((3, 2), 400, 0.05)]
    for widths, t, rate in sizes:
        params, grads, m = (
            [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(widths)]
            for _ in range(3)
        )
        v = [(rng.uniform(0.1, 2, size=W.shape), rng.uniform(0.1, 2, size=b.shape)) for W, b in m]
        if t == 0:
            m, v = _zip(np.zeros_like, m), _zip(np.zeros_like, v)
        yield params, grads, (m, v, t), rate
    yield params, _zip(np.zeros_like, grads), (m, v, 5000), rate
    yield Probe((params, grads, (m, v, 3), 0.1), {"beta1": 0.0})
    other = {"beta1": 0.8, "beta2": 0.95, "eps": 0.01}
    yield Probe((params, grads, (m, v, 2), 0.1), other)


def _zip(rule, *lists):
    """Apply a rule to the W of every layer, and to the b."""
    return [
        tuple(rule(*arrays) for arrays in zip(*layer, strict=True))
        for layer in zip(*lists, strict=True)
    ]


exercise = Exercise(
    optimizers.adam_step,
    questions,
    parts=(Part("params", "layer", ("W", "b")), Part("state", "", ("m", "v", "t"))),
    points=3,
)


@exercise.alternative
def loop(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    t = t + 1
    new_params, new_m, new_v = [], [], []
    for layer in range(len(params)):
        p_pair, m_pair, v_pair = [], [], []
        for k in (0, 1):
            g = grads[layer][k]
            mk = beta1 * m[layer][k] + (1 - beta1) * g
            vk = beta2 * v[layer][k] + (1 - beta2) * g**2
            step = (mk / (1 - beta1**t)) / (np.sqrt(vk / (1 - beta2**t)) + eps)
            p_pair.append(params[layer][k] - learning_rate * step)
            m_pair.append(mk)
            v_pair.append(vk)
        new_params.append(p_pair)
        new_m.append(m_pair)
        new_v.append(v_pair)
    return new_params, (new_m, new_v, t)


@exercise.alternative
def moved_towards(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    m = _zip(lambda m, g: m + (1 - beta1) * (g - m), state[0], grads)
    v = _zip(lambda v, g: v + (1 - beta2) * (g * g - v), state[1], grads)
    t = state[2] + 1
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    small = eps * np.sqrt(1 - beta2**t)
    return [_zip(lambda p, m, v: p - rate * m / (np.sqrt(v) + small), params, m, v), [m, v, t]]


@exercise.alternative
def on_copies(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = ([[a.copy() for a in layer] for layer in part] for part in state[:2])
    t = state[2] + 1
    new = [[a.copy() for a in layer] for layer in params]
    for i, layer in enumerate(grads):
        for k, g in enumerate(layer):
            m[i][k] *= beta1
            m[i][k] += (1 - beta1) * g
            v[i][k] *= beta2
            v[i][k] += (1 - beta2) * np.square(g)
            scale = (v[i][k] / (1 - beta2**t)) ** 0.5 + eps
            new[i][k] -= learning_rate * m[i][k] / (1 - beta1**t) / scale
    return new, (m, v, t)


def _adam(
    params,
    grads,
    state,
    rate,
    beta1,
    beta2,
    eps,
    first=lambda m, g, beta: beta * m + (1 - beta) * g,
    second=lambda v, g, beta: beta * v + (1 - beta) * g**2,
    correct=lambda beta, t: 1 - beta**t,
    scale=lambda v, eps: np.sqrt(v) + eps,
    count=1,
):
    """Adam with one thing changed: what the misconceptions below have in common."""
    m = _zip(lambda m, g: first(m, g, beta1), state[0], grads)
    v = _zip(lambda v, g: second(v, g, beta2), state[1], grads)
    t = state[2] + 1
    at = t if count == 1 else count
    new = _zip(
        lambda p, m, v: p - rate * m / correct(beta1, at) / scale(v / correct(beta2, at), eps),
        params,
        m,
        v,
    )
    return new, (m, v, t)


@exercise.misconception("m and v start at zero and are too small at first: what corrects for that?")
def no_bias_correction(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(params, grads, state, learning_rate, beta1, beta2, eps, correct=lambda b, t: 1.0)


@exercise.misconception("The correction fades as steps go by: which t belongs to this step?")
def correction_stuck_at_the_first_step(
    params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8
):
    return _adam(params, grads, state, learning_rate, beta1, beta2, eps, correct=lambda b, t: 1 - b)


@exercise.misconception("t counts the steps taken, this one included: when is it raised?")
def counted_one_too_far(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(
        params,
        grads,
        state,
        learning_rate,
        beta1,
        beta2,
        eps,
        correct=lambda b, t: 1 - b ** (t + 1),
    )


@exercise.misconception("The next step must know how many were taken: what becomes of t?")
def steps_not_counted(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    new, (m, v, _) = _adam(params, grads, state, learning_rate, beta1, beta2, eps)
    return new, (m, v, state[2])


@exercise.misconception(
    "v has the size of a squared gradient: what brings it back to a gradient's?"
)
def square_root_missing(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(
        params, grads, state, learning_rate, beta1, beta2, eps, scale=lambda v, eps: v + eps
    )


@exercise.misconception("eps stands beside the root, not under it.")
def eps_under_the_root(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(
        params,
        grads,
        state,
        learning_rate,
        beta1,
        beta2,
        eps,
        scale=lambda v, eps: np.sqrt(v + eps),
    )


@exercise.misconception("v averages the squares of the gradients; here they are not squared.")
def not_squared(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(
        params,
        grads,
        state,
        learning_rate,
        beta1,
        beta2,
        eps,
        second=lambda v, g, b: b * v + (1 - b) * np.abs(g),
    )


@exercise.misconception("m is an average: which share of the new gradient goes in?")
def sum_for_average(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(
        params, grads, state, learning_rate, beta1, beta2, eps, first=lambda m, g, b: b * m + g
    )


@exercise.misconception("beta and 1 - beta have changed places: most of the old average is kept.")
def betas_turned_round(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(params, grads, state, learning_rate, 1 - beta1, 1 - beta2, eps)


@exercise.misconception("beta1 belongs to the mean, beta2 to the squares: they are not the same.")
def one_beta_for_both(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(params, grads, state, learning_rate, beta1, beta1, eps)


@exercise.misconception("The parameters run uphill: look at the sign of the step.")
def uphill(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(params, grads, state, -learning_rate, beta1, beta2, eps)


@exercise.misconception(
    "The arguments beta1, beta2 and eps are ignored: are their values written out?"
)
def defaults_written_out(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam(params, grads, state, learning_rate, 0.9, 0.999, 1e-8)


@exercise.misconception(
    "Both halves of the state that was handed in are overwritten; make new ones."
)
def in_place(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    new, (m, v, t) = _adam(params, grads, state, learning_rate, beta1, beta2, eps)
    for old, fresh in zip(state[:2], (m, v), strict=True):
        for layer, arrays in zip(old, fresh, strict=True):
            for k in range(2):
                layer[k][...] = arrays[k]
    return new, (m, v, t)
