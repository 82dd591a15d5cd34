"""gradient_check(f, x, df, h): is df the derivative of f? Ask f itself."""

import numpy as np

from nnlib import gradcheck
from nnlib.checking import Exercise, Probe, Tolerance
from nnlib.checking.players import SMOOTH
from nnlib.gradcheck import numerical_gradient, relative_error


def questions(rng):
    f, x, df = _problem(rng, (3,))
    yield f, x, df
    f, x, df = _problem(rng, (2, 4))
    yield f, x, _off(df, (1, 2), 1.001)
    yield f, x, df.T
    yield f, x, df[:, :1]
    flat = _off(f["a"], (0, 1), 0.0)  # no slope at all along one of them
    yield {**f, "a": flat}, x, flat * (np.cos(x) + np.sum(flat * x))
    yield {**f, "a": flat}, x, flat * (np.cos(x) + np.sum(flat * x)) * 1.3
    f, x, df = _problem(rng, (4, 3))
    yield f, np.asfortranarray(x), _off(df, (2, 1), -1)
    yield f, np.asfortranarray(x), np.asfortranarray(df)
    f, x, df = _problem(rng, (2, 3, 2))
    yield f, x, df * rng.uniform(1.0001, 1.3, size=df.shape)
    yield f, x, _off(df, (1, 1, 0), 0.7)
    f, x, df = _problem(rng, (5,))
    yield f, x, _off(df, 2, 1.00005)
    yield f, x, _off(df, 1, np.nan)
    yield f, x, _off(df, 3, np.inf)
    yield f, x, df[:, None]
    yield f, x, df[:1]
    yield {**f, "a": _off(f["a"], 4, np.nan)}, x, df
    yield Probe((f, x, df), {"h": 0.1})
    yield Probe((f, x, _off(df, 0, 1.4)), {"h": 0.3})


def _problem(rng, shape):
    """A function, a point, and the derivative there; all its entries are well away from 0."""
    signs = rng.choice([-1, 1], size=shape)
    a, x = signs * rng.uniform(0.5, 1, size=shape), signs * rng.uniform(1, 2, size=shape)
    return {"f(x)": SMOOTH, "a": a}, x, a * (np.cos(x) + np.sum(a * x))


def _off(values, index, factor):
    """A copy in which one entry is wrong."""
    wrong = values.copy()
    wrong[index] *= factor
    return wrong


exercise = Exercise(
    gradcheck.gradient_check,
    questions,
    parts=("error",),
    points=2,
    player="check_derivative",
    tolerance=Tolerance(relative=0.01, floor=0, float32=False),
)


@exercise.alternative
def from_the_pieces(f, x, df, h=1e-5):
    claimed = df(x)
    if claimed.shape != x.shape:
        return float("inf")
    return relative_error(claimed, numerical_gradient(f, x, h))


@exercise.alternative
def all_by_hand(f, x, df, h=1e-5):
    claimed = np.asarray(df(x.copy()))
    if claimed.shape != x.shape or not np.all(np.isfinite(claimed)):
        return np.inf
    worst = 0.0
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        slope = (f(x + step) - f(x - step)) / (2 * h)
        if not np.isfinite(slope):
            return np.inf
        size = max(abs(slope) + abs(claimed[index]), 1e-12)
        worst = max(worst, abs(slope - claimed[index]) / size)
    return worst


@exercise.alternative
def in_one_expression(f, x, df, h=1e-5):
    a, b = df(x), numerical_gradient(f, x, h)
    if np.shape(a) != np.shape(b) or np.isnan(a).any() or np.isinf(a).any() or np.isnan(b).any():
        return np.inf
    return np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12))


def _checked(f, x, df, h, compare, differentiate=numerical_gradient):
    """A check whose comparison is changed; what cannot be compared gives inf."""
    claimed = df(x)
    if claimed.shape != x.shape or not np.isfinite(claimed).all():
        return np.inf
    measured = differentiate(f, x, h)
    return compare(claimed, measured) if np.isfinite(measured).all() else np.inf


@exercise.misconception("Forward differences are too coarse here: look to both sides.")
def forward_differences(f, x, df, h=1e-5):
    def forward(f, x, h):
        steps = h * np.eye(x.size).reshape(x.size, *x.shape)
        return np.array([(f(x + step) - f(x)) / h for step in steps]).reshape(x.shape)

    return _checked(f, x, df, h, relative_error, forward)


@exercise.misconception("The mean hides one wrong entry among many right ones.")
def mean(f, x, df, h=1e-5):
    return _checked(f, x, df, h, lambda a, b: np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b))))


@exercise.misconception("This is the error itself: it is not measured by the size of the numbers.")
def absolute_error(f, x, df, h=1e-5):
    return _checked(f, x, df, h, lambda a, b: np.max(np.abs(a - b)))


@exercise.misconception("This compares two norms; one wrong entry among many must not hide.")
def norms(f, x, df, h=1e-5):
    return _checked(
        f,
        x,
        df,
        h,
        lambda a, b: np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)),
    )


@exercise.misconception("Look at what you divide by: both numbers count, not one of them.")
def divided_by_the_measured(f, x, df, h=1e-5):
    return _checked(f, x, df, h, lambda a, b: np.max(np.abs(a - b) / np.abs(b)))


@exercise.misconception("Look at what you divide by: the sum of both sizes, not the larger one.")
def divided_by_the_larger(f, x, df, h=1e-5):
    return _checked(
        f, x, df, h, lambda a, b: np.max(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))
    )


@exercise.misconception("An error below zero is an error, too: where is the absolute value?")
def sign_kept(f, x, df, h=1e-5):
    return _checked(f, x, df, h, lambda a, b: np.max((a - b) / (np.abs(a) + np.abs(b))))


@exercise.misconception("A yes or no comes out; the size of the error is asked for.")
def yes_or_no(f, x, df, h=1e-5):
    return _checked(f, x, df, h, np.allclose)


@exercise.misconception("One error per entry comes out; the largest is asked for.")
def one_per_entry(f, x, df, h=1e-5):
    return _checked(f, x, df, h, lambda a, b: np.abs(a - b) / (np.abs(a) + np.abs(b)))


@exercise.misconception("NumPy stretches a wrong shape until it fits: compare the shapes first.")
def shape_not_checked(f, x, df, h=1e-5):
    claimed = df(x)
    measured = numerical_gradient(f, x, h)
    return relative_error(*np.broadcast_arrays(claimed, measured))


@exercise.misconception("relative_error raises on a wrong shape: what should come back instead?")
def wrong_shape_raises(f, x, df, h=1e-5):
    return relative_error(df(x), numerical_gradient(f, x, h))


@exercise.misconception("nan and inf must not pass: what does a comparison with nan give?")
def nan_returned(f, x, df, h=1e-5):
    claimed = df(x)
    if claimed.shape != x.shape:
        return np.inf
    measured = numerical_gradient(f, x, h)
    return np.max(np.abs(claimed - measured) / (np.abs(claimed) + np.abs(measured)))


@exercise.misconception("An entry that is nan is passed over; it should make the error infinite.")
def nan_passed_over(f, x, df, h=1e-5):
    claimed = df(x)
    if claimed.shape != x.shape:
        return np.inf
    worst = 0.0
    for a, b in zip(claimed.flat, numerical_gradient(f, x, h).flat, strict=True):
        worst = max(worst, abs(a - b) / max(abs(a) + abs(b), 1e-12))
    return worst


@exercise.misconception("The step is wired in: what is the argument h for?")
def step_wired_in(f, x, df, h=1e-5):
    return from_the_pieces(f, x, df)


@exercise.misconception("df is evaluated at another point than x: where is the derivative claimed?")
def derivative_at_another_point(f, x, df, h=1e-5):
    return from_the_pieces(f, x, lambda x: df(x + 2 * h), h)


@exercise.misconception("The derivative is compared with f itself: which of the two is measured?")
def compared_with_the_function(f, x, df, h=1e-5):
    return _checked(f, x, df, h, relative_error, lambda f, x, h: np.full(x.shape, f(x)))


@exercise.misconception("Where both slopes are 0 this divides 0 by 0: what keeps that finite?")
def no_floor(f, x, df, h=1e-5):
    return _checked(f, x, df, h, lambda a, b: np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))))
