"""neuron_gradients(x, w, b, y): the slopes of one neuron's squared error."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for D in (2, 1, 3, 5):
        b, y = float(rng.uniform(0.4, 1.2)), float(rng.uniform(-0.5, 1.5))
        yield rng.normal(size=D), rng.normal(size=D), b, y
    yield rng.normal(size=4), rng.normal(size=4), -1.5, 0
    yield rng.normal(size=3), rng.normal(size=3), 0.75, 1
    yield np.array([0.0, 1.5, -0.5]), np.array([0.75, 0.0, -1.25]), 0.25, 1
    yield rng.normal(size=3), np.array([1, -1, 2]), 0.5, 1
    yield rng.permutation([-3, 1, 2, 4, 5, 7]), rng.normal(size=6) / 4, 2, 1


def proof(x, w, b, y):
    yield "dw", lambda w: (F.sigmoid(x @ w + b) - y) ** 2, w
    yield "db", lambda b: (F.sigmoid(x @ w + b) - y) ** 2, b
    yield "dx", lambda x: (F.sigmoid(x @ w + b) - y) ** 2, x


exercise = Exercise(
    F.neuron_gradients,
    questions,
    parts=("dw", "db", "dx"),
    points=2,
    proof=proof,
    builds_on=("sigmoid_backward",),
)


@exercise.alternative
def step_by_step(x, w, b, y):
    z = np.dot(w, x) + b
    a = 1 / (1 + np.exp(-z))
    da = 2 * (a - y)
    dz = da * a * (1 - a)
    return dz * x, dz, dz * w


@exercise.alternative
def slope_from_z(x, w, b, y):
    z = np.sum(w * x) + b
    dz = -2 * (y - 1 / (1 + np.exp(-z))) * np.exp(-z) / (1 + np.exp(-z)) ** 2
    return [np.array([dz * v for v in x]), float(dz), np.array([dz * v for v in w])]


@exercise.alternative
def hyperbolic(x, w, b, y):
    t = np.tanh((w @ x + b) / 2)
    dz = ((1 + t) / 2 - y) * (1 - t**2) / 2
    return np.multiply(x, dz), np.asarray(dz), np.multiply(w, dz)


def _neuron(x, w, b, y, dz):
    """All three gradients from ``dz(a, z)``, the part that the misconceptions get wrong."""
    z = w @ x + b
    d = dz(F.sigmoid(z), z)
    return d * x, d, d * w


@exercise.misconception("A square has slope twice what is squared: where is the 2?")
def no_factor_two(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: (a - y) * a * (1 - a))


@exercise.misconception("The error passes through the sigmoid on its way back: where is its slope?")
def no_sigmoid_slope(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: 2 * (a - y))


@exercise.misconception("a (1 - a) is a formula for the output a; here z stands in it.")
def slope_at_the_input(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: 2 * (a - y) * z * (1 - z))


@exercise.misconception(
    "The sigmoid is applied to a, its own output: what is its slope's argument?"
)
def slope_of_the_output(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: 2 * (a - y) * F.sigmoid(a) * (1 - F.sigmoid(a)))


@exercise.misconception("Look at the sign: an output above y should have a positive slope.")
def sign(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: 2 * (y - a) * a * (1 - a))


@exercise.misconception(
    "The loss is squared, but this multiplies by the squared error, not its slope."
)
def error_squared(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: (a - y) ** 2 * a * (1 - a))


@exercise.misconception("These are the slopes of the output a: how does the loss depend on a?")
def loss_ignored(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: a * (1 - a))


@exercise.misconception("This is the slope of a cross-entropy; the loss here is a squared error.")
def cross_entropy(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: a - y)


@exercise.misconception("1 - a² belongs to tanh: what is the slope of the sigmoid?")
def slope_of_tanh(x, w, b, y):
    return _neuron(x, w, b, y, lambda a, z: 2 * (a - y) * (1 - a**2))


@exercise.misconception("The bias is missing when the neuron fires: what is z?")
def no_bias(x, w, b, y):
    return _neuron(x, w, 0, y, lambda a, z: 2 * (a - y) * a * (1 - a))


@exercise.misconception("In w times x, the slope for w is x, and the slope for x is w.")
def inputs_and_weights_swapped(x, w, b, y):
    dw, db, dx = F.neuron_gradients(x, w, b, y)
    return dx, db, dw


@exercise.misconception("The results are (dw, db, dx), in this order.")
def order_of_the_results(x, w, b, y):
    dw, db, dx = F.neuron_gradients(x, w, b, y)
    return dx, dw, db


@exercise.misconception("z moves exactly as much as b does: by what is db multiplied?")
def bias_times_bias(x, w, b, y):
    dw, db, dx = F.neuron_gradients(x, w, b, y)
    return dw, db * b, dx


@exercise.misconception("db is one number: nothing is summed over the inputs.")
def bias_of_every_input(x, w, b, y):
    dw, _, dx = F.neuron_gradients(x, w, b, y)
    return dw, dw.sum(), dx


@exercise.misconception("dw has one entry for every weight: look at its shape.")
def weights_added_up(x, w, b, y):
    dw, db, dx = F.neuron_gradients(x, w, b, y)
    return dw.sum(), db, dx.sum()
