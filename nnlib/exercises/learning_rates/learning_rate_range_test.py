"""learning_rate_range_test(loss_and_grads, params, learning_rates): one step at each rate."""

from itertools import pairwise

import numpy as np

from nnlib import schedules
from nnlib.checking import Exercise


def questions(rng):
    cases = [
        ("bowl", (2, 3, 1), [0.01, 0.1, 0.5, 1.5]),
        ("quartic", (3, 2, 1), [0.001, 0.02, 0.3]),
        ("bowl", (4, 5, 1), np.geomspace(1e-4, 1.0, 9)),
        ("quartic", (2, 4, 1), [1e-3, 1e90, 1e200]),
        ("bowl", (3, 2), [0.4, 0.02, 0.4, 1.2, 0.1]),
        ("quartic", (2, 3, 4, 1), [1e200, 0.01, 0.2]),
        ("bowl", (2, 5), [3, 0, 1]),
    ]
    for name, sizes, rates in cases:
        params = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(sizes)]
        yield {"landscape": name}, params, np.array(rates)


exercise = Exercise(
    schedules.learning_rate_range_test,
    questions,
    parts=("losses",),
    points=2,
    player="on_landscape",
)


def _moved(params, grads, rate):
    return [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@exercise.alternative
def loop(loss_and_grads, params, learning_rates):
    loss, grads = loss_and_grads(params)
    losses = []
    for rate in learning_rates:
        loss, _ = loss_and_grads(_moved(params, grads, rate))
        losses.append(loss)
    return losses


@exercise.alternative
def gradient_each_time(loss_and_grads, params, learning_rates):
    losses = np.zeros(len(learning_rates))
    for i, rate in enumerate(learning_rates):
        losses[i] = loss_and_grads(_moved(params, loss_and_grads(params)[1], rate))[0]
    return losses


@exercise.alternative
def on_copies(loss_and_grads, params, learning_rates):
    grads = loss_and_grads(params)[1]
    losses = []
    for rate in learning_rates:
        trial = [(W.copy(), b.copy()) for W, b in params]
        for (W, b), (dW, db) in zip(trial, grads, strict=True):
            W -= rate * dW
            b -= rate * db
        losses.append(float(loss_and_grads(trial)[0]))
    return np.array(losses)


@exercise.misconception(
    "Each rate starts where the last one ended; all should start from `params`."
)
def one_after_the_other(loss_and_grads, params, learning_rates):
    losses = []
    for rate in learning_rates:
        params = _moved(params, loss_and_grads(params)[1], rate)
        losses.append(loss_and_grads(params)[0])
    return np.array(losses)


@exercise.misconception("This is the loss before the step, the same for every rate.")
def loss_before_the_step(loss_and_grads, params, learning_rates):
    return np.array([loss_and_grads(params)[0] for _ in learning_rates])


@exercise.misconception("The step goes uphill: look at its sign.")
def uphill(loss_and_grads, params, learning_rates):
    grads = loss_and_grads(params)[1]
    return np.array([loss_and_grads(_moved(params, grads, -rate))[0] for rate in learning_rates])


@exercise.misconception("The best rate is not asked for; the loss at every rate is.")
def best_rate(loss_and_grads, params, learning_rates):
    grads = loss_and_grads(params)[1]
    losses = [loss_and_grads(_moved(params, grads, rate))[0] for rate in learning_rates]
    return learning_rates[int(np.argmin(losses))]


@exercise.misconception("The difference to the start is not asked for; the loss after the step is.")
def how_much_it_fell(loss_and_grads, params, learning_rates):
    loss, grads = loss_and_grads(params)
    return np.array([loss - loss_and_grads(_moved(params, grads, r))[0] for r in learning_rates])


@exercise.misconception("Two steps were taken at each rate; one is meant.")
def two_steps(loss_and_grads, params, learning_rates):
    losses = []
    for rate in learning_rates:
        once = _moved(params, loss_and_grads(params)[1], rate)
        twice = _moved(once, loss_and_grads(once)[1], rate)
        losses.append(loss_and_grads(twice)[0])
    return np.array(losses)


@exercise.misconception("An overflow is an answer here: leave inf as it is.")
def overflow_hidden(loss_and_grads, params, learning_rates):
    grads = loss_and_grads(params)[1]
    losses = [loss_and_grads(_moved(params, grads, rate))[0] for rate in learning_rates]
    return np.nan_to_num(np.array(losses), posinf=1e30)


@exercise.misconception("The biases take the step, too.")
def weights_only(loss_and_grads, params, learning_rates):
    grads = loss_and_grads(params)[1]
    losses = []
    for rate in learning_rates:
        moved = _moved(params, grads, rate)
        trial = [(W, b) for (W, _), (_, b) in zip(moved, params, strict=True)]
        losses.append(loss_and_grads(trial)[0])
    return np.array(losses)


@exercise.misconception("A network may have any number of layers: unpack none of them by hand.")
def two_layers_only(loss_and_grads, params, learning_rates):
    (W1, b1), (W2, b2) = params
    (dW1, db1), (dW2, db2) = loss_and_grads(params)[1]
    return np.array(
        [
            loss_and_grads([(W1 - r * dW1, b1 - r * db1), (W2 - r * dW2, b2 - r * db2)])[0]
            for r in learning_rates
        ]
    )
