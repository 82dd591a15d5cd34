"""cosine_decay(learning_rate, step, total_steps, final=0.0): half a cosine."""

import math

import numpy as np

from nnlib import schedules
from nnlib.checking import Exercise
from nnlib.checking.answer import Probe


def questions(rng):
    rate = float(rng.uniform(0.5, 2))
    yield rate, 3, 10
    yield rate, 0, 7, 0.1
    yield rate, 7, 7, 0.1
    yield rate, 6, 7, 0.1
    yield rate, 0, 1
    yield rate, 1, 1, 0.2
    yield rate, 31, 40, 0.05
    yield rate, 20, 40, 0.2
    yield Probe((rate, 5, 12), {"final": 0.3})


exercise = Exercise(
    schedules.cosine_decay,
    questions,
    parts=("rate",),
    points=1,
)


@exercise.alternative
def with_numpy(learning_rate, step, total_steps, final=0.0):
    return final + 0.5 * (learning_rate - final) * (1 + np.cos(np.pi * step / total_steps))


@exercise.alternative
def weighted_mean(learning_rate, step, total_steps, final=0.0):
    share = (1 + math.cos(step * math.pi / total_steps)) / 2
    return share * learning_rate + (1 - share) * final


@exercise.alternative
def squared_cosine(learning_rate, step, total_steps, final=0.0):
    return np.array(final + (learning_rate - final) * np.cos(np.pi * step / total_steps / 2) ** 2)


@exercise.misconception("`final` is ignored: where should the curve end?")
def final_ignored(learning_rate, step, total_steps, final=0.0):
    return learning_rate * (1 + math.cos(math.pi * step / total_steps)) / 2


@exercise.misconception(
    "`final` is added on top, so the curve starts too high: what range is left to it?"
)
def final_added(learning_rate, step, total_steps, final=0.0):
    return final + learning_rate * (1 + math.cos(math.pi * step / total_steps)) / 2


@exercise.misconception("A cosine runs from 1 to -1: what makes that 1 to 0?")
def not_shifted(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * math.cos(math.pi * step / total_steps)


@exercise.misconception("This is twice too high at the start: how large is 1 + cos at step 0?")
def half_missing(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * (1 + math.cos(math.pi * step / total_steps))


@exercise.misconception("A whole wave goes down and up again; half of one is meant.")
def whole_wave(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * (1 + math.cos(2 * math.pi * step / total_steps)) / 2


@exercise.misconception(
    "This is a quarter of a wave; it ends with a slope, where half a wave ends flat."
)
def quarter_wave(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * math.cos(math.pi / 2 * step / total_steps)


@exercise.misconception("cos takes radians: half a turn is π, not 180.")
def degrees(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * (1 + math.cos(180 * step / total_steps)) / 2


@exercise.misconception("The rate grows from `final` upwards: which sign stands before the cosine?")
def upside_down(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * (1 - math.cos(math.pi * step / total_steps)) / 2


@exercise.misconception("A straight line has the same ends, but no cosine.")
def straight_line(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * (1 - step / total_steps)


@exercise.misconception(
    "The division rounds down to whole numbers: which slash keeps the fraction?"
)
def whole_division(learning_rate, step, total_steps, final=0.0):
    return final + (learning_rate - final) * (1 + math.cos(math.pi * (step // total_steps))) / 2


@exercise.misconception("The schedule ends one step too early: which step is the last?")
def ends_one_step_early(learning_rate, step, total_steps, final=0.0):
    if step >= total_steps - 1:
        return final
    return final + (learning_rate - final) * (1 + np.cos(np.pi * step / total_steps)) / 2
