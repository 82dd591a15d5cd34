"""Central differences: move a little to each side, and compare."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from nnlib.arrays import Array


def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """Derivative of `f` at `x` by central differences, ``(f(x + h) - f(x - h)) / (2h)``.

    Parameters
    ----------
    f : callable
        From an array of x's shape to a number.
    x : ndarray of any shape
    h : float
        Step. The error falls with h² until rounding, about ``1e-16 / h``, takes over.

    Returns
    -------
    ndarray of x's shape, float64
        One derivative per entry, at the price of two calls of `f` each.

    Examples
    --------
    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    x = np.array(x, dtype=np.float64)  # a copy: the caller's array never changes
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = f(x)
        x[index] = value - h
        below = f(x)
        x[index] = value
        gradient[index] = (above - below) / (2 * h)
    return gradient


def relative_error(a: ArrayLike, b: ArrayLike) -> float:
    """Largest ``|a - b| / max(|a| + |b|, 1e-12)`` over all entries.

    Parameters
    ----------
    a, b : array_like of equal shape

    Returns
    -------
    float
        From 0 to 1; inf where anything is nan.

    Examples
    --------
    >>> relative_error(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    0.5
    >>> relative_error(np.nan, 1.0)
    inf
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}; they must be equal.")
    with np.errstate(over="ignore", invalid="ignore"):
        worst = (np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12)).max()
    return np.inf if np.isnan(worst) else float(worst)


def gradient_check(
    f: Callable[[Array], float], x: Array, df: Callable[[Array], Array], h: float = 1e-5
) -> float:
    """Largest relative error of ``df(x)`` against central differences of `f` at `x`.

    Parameters
    ----------
    f : callable
        From an array of x's shape to a number.
    x : ndarray of any shape
    df : callable
        From an array of x's shape to the derivative, of the same shape.
    h : float
        Step of the central differences.

    Returns
    -------
    float
        Below 1e-6 for a right derivative, away from kinks; inf for a wrong shape, a nan or an inf.

    Examples
    --------
    >>> square, x = lambda x: float((x**2).sum()), np.array([1.0, -3.0])
    >>> gradient_check(square, x, lambda x: 2 * x) < 1e-6
    True
    >>> round(gradient_check(square, x, lambda x: x), 6)
    0.333333
    """
    gradient = np.asarray(df(np.array(x)))
    if gradient.shape != np.shape(x) or not np.isfinite(gradient).all():
        return np.inf
    return relative_error(gradient, numerical_gradient(f, x, h))
