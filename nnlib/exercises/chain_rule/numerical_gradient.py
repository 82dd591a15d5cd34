"""numerical_gradient(f, x, h): every slope of f at x, measured by central differences."""

import numpy as np

from nnlib import gradcheck
from nnlib.checking import Exercise, Probe, Tolerance
from nnlib.checking.players import SMOOTH


def questions(rng):
    for shape, layout in [
        ((3,), np.array),
        ((1, 4), np.array),
        ((4, 2), np.array),
        ((3, 5), np.asfortranarray),
        ((2, 3, 4), np.array),
        ((2, 5, 3), np.asfortranarray),
    ]:
        yield _smooth(rng, shape), layout(_point(rng, shape))
    yield _smooth(rng, (4,)), rng.permutation([0.0, 1.0, -0.5, 0.0])
    yield Probe((_smooth(rng, (2, 3)), _point(rng, (2, 3))), {"h": 0.1})


def _smooth(rng, shape):
    return {"f(x)": SMOOTH, "a": rng.uniform(0.5, 1.5, size=shape)}


def _point(rng, shape):
    return rng.normal(size=shape)


exercise = Exercise(
    gradcheck.numerical_gradient,
    questions,
    parts=("gradient",),
    points=3,
    player="differentiate",
    tolerance=Tolerance(relative=0, floor=1e-8, float32=False),
)


@exercise.alternative
def copies(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient


@exercise.alternative
def flat_iterator(f, x, h=1e-5):
    slopes = []
    for i in range(x.size):
        kept = x.flat[i]
        x.flat[i] = kept + h
        above = f(x)
        x.flat[i] = kept - h
        below = f(x)
        x.flat[i] = kept
        slopes.append((above - below) / (2 * h))
    return np.reshape(slopes, x.shape)


@exercise.alternative
def steps_as_arrays(f, x, h=1e-5):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + s) - f(x - s)) / (2 * h) for s in steps]).reshape(x.shape)


@exercise.alternative
def moved_back_by_arithmetic(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    walk = np.nditer(x, flags=["multi_index"])
    for _ in walk:
        i = walk.multi_index
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        below = f(x)
        x[i] += h
        gradient[i] = (above - below) / 2 / h
    return gradient


def _each(f, x, h, slope):
    """A gradient entry by entry, where ``slope(f, x, step, h)`` is what differs."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = slope(f, x, step, h)
    return gradient


@exercise.misconception("This steps to one side only: where do central differences look as well?")
def forward_difference(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: (f(x + step) - f(x)) / h)


@exercise.misconception("This steps backwards only: a central difference looks to both sides.")
def backward_difference(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: (f(x) - f(x - step)) / h)


@exercise.misconception("From x - h to x + h: how long is that way?")
def divided_by_one_step(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: (f(x + step) - f(x - step)) / h)


@exercise.misconception("/ 2 * h divides by 2 and then multiplies by h: what is divided by what?")
def missing_parentheses(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: (f(x + step) - f(x - step)) / 2 * h)


@exercise.misconception("Only what stands right before the / is divided: what is the numerator?")
def numerator_without_parentheses(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: f(x + step) - f(x - step) / (2 * h))


@exercise.misconception("Uphill comes out as negative: which of the two values is subtracted?")
def sign(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: (f(x - step) - f(x + step)) / (2 * h))


@exercise.misconception("All entries move at once here; a gradient asks for each by itself.")
def all_entries_move(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


@exercise.misconception("f wants the whole array x with one entry moved, not that entry alone.")
def one_entry_alone(f, x, h=1e-5):
    return _each(f, x, h, lambda f, x, step, h: _slope_of_number(f, x[step > 0][0], h))


def _slope_of_number(f, number, h):
    return (f(number + h) - f(number - h)) / (2 * h)


@exercise.misconception("A whole row moves at once: x may have more than one dimension.")
def whole_rows_move(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        step = np.zeros(x.shape)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@exercise.misconception("x is not put back after the step: the next entry starts somewhere else.")
def not_restored(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        gradient[index] = (above - f(x)) / (2 * h)
    return gradient


@exercise.misconception("x_plus = x gives the same array a second name: what does += move then?")
def two_names_for_one_array(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above = x
        below = x
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient


@exercise.misconception(
    "ravel and reshape copy an array that is stored column by column: does the step reach x?"
)
def step_in_a_copy(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    flat, slopes = x.reshape(-1), gradient.reshape(-1)
    for i in range(len(flat)):
        kept = flat[i]
        flat[i] = kept + h
        above = f(x)
        flat[i] = kept - h
        slopes[i] = (above - f(x)) / (2 * h)
        flat[i] = kept
    return gradient


@exercise.misconception("The step is wired in: what is the argument h for?")
def step_wired_in(f, x, h=1e-5):
    return _each(f, x, 1e-5, lambda f, x, step, h: (f(x + step) - f(x - step)) / (2 * h))


@exercise.misconception("The slopes come as one long row; they need the shape of x.")
def shape_lost(f, x, h=1e-5):
    return copies(f, x, h).ravel()
