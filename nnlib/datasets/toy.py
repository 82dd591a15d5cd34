"""Small data sets that can be seen at a glance: four to classify, one to fit a line to.

Each takes the number of examples and a seed or Generator, and returns shuffled ``(X, y)``.
"""

from typing import TypeAlias

import numpy as np

from nnlib.arrays import Array

RngOrSeed: TypeAlias = np.random.Generator | int
"""A Generator to go on drawing from, or a seed to start a new one."""


def xor(n: int, rng: RngOrSeed, noise: float = 0.25) -> tuple[Array, Array]:
    """Four clouds on the corners of a square; opposite corners belong together.

    Parameters
    ----------
    n : int
    rng : numpy Generator or int
    noise : float
        Standard deviation of a cloud; the corners lie at ±1.

    Returns
    -------
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)
        1 where exactly one coordinate of the corner is positive, else 0.

    Examples
    --------
    >>> X, y = xor(5, 0, noise=0.0)
    >>> np.array_equal(y, X[:, 0] * X[:, 1] < 0)
    True
    """
    rng = np.random.default_rng(rng)
    signs = rng.permuted(np.arange(_positive(n)) % 4)
    corners = np.column_stack([signs % 2, signs // 2]) * 2.0 - 1.0
    return corners + noise * rng.normal(size=(n, 2)), (signs % 2) ^ (signs // 2)


def spirals(
    n: int, rng: RngOrSeed, noise: float = 0.03, classes: int = 2, turns: float = 1.0
) -> tuple[Array, Array]:
    """One spiral arm per class, all wound around the origin.

    Parameters
    ----------
    n : int
    rng : numpy Generator or int
    noise : float
        Standard deviation; the arms reach a radius of 1.
    classes : int
    turns : float
        How often an arm goes around.

    Returns
    -------
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)

    Examples
    --------
    >>> X, y = spirals(6, 0, classes=3)
    >>> X.shape, np.bincount(y).tolist()
    ((6, 2), [2, 2, 2])
    """
    rng = np.random.default_rng(rng)
    y = rng.permuted(np.arange(_positive(n)) % classes)
    radius = rng.uniform(0.1, 1.0, size=n)
    angle = 2 * np.pi * (turns * radius + y / classes)
    return _on_circle(radius, angle) + noise * rng.normal(size=(n, 2)), y


def moons(n: int, rng: RngOrSeed, noise: float = 0.12) -> tuple[Array, Array]:
    """Two half circles that reach into one another.

    Parameters
    ----------
    n : int
    rng : numpy Generator or int
    noise : float
        Standard deviation; the half circles have radius 1.

    Returns
    -------
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)

    Examples
    --------
    >>> X, y = moons(4, 0)
    >>> X.shape, np.bincount(y).tolist()
    ((4, 2), [2, 2])
    """
    rng = np.random.default_rng(rng)
    y = rng.permuted(np.arange(_positive(n)) % 2)
    upper = _on_circle(1.0, rng.uniform(0, np.pi, size=n))
    X = np.where(y[:, None] == 0, upper, np.array([1.0, 0.5]) - upper)
    return X - np.array([0.5, 0.25]) + noise * rng.normal(size=(n, 2)), y


def circles(n: int, rng: RngOrSeed, noise: float = 0.08) -> tuple[Array, Array]:
    """A ring (class 1) around another (class 0).

    Parameters
    ----------
    n : int
    rng : numpy Generator or int
    noise : float
        Standard deviation; the rings have radius 0.4 and 1.

    Returns
    -------
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)

    Examples
    --------
    >>> X, y = circles(4, 0, noise=0.0)
    >>> np.array_equal(y, np.linalg.norm(X, axis=1) > 0.7)
    True
    """
    rng = np.random.default_rng(rng)
    y = rng.permuted(np.arange(_positive(n)) % 2)
    ring = _on_circle(np.where(y == 0, 0.4, 1.0), rng.uniform(0, 2 * np.pi, size=n))
    return ring + noise * rng.normal(size=(n, 2)), y


def noisy_line(
    n: int, rng: RngOrSeed, slope: float = 1.5, intercept: float = -0.5, noise: float = 0.3
) -> tuple[Array, Array]:
    """Points around a line, for regression: ``y = slope * x + intercept + noise``.

    Parameters
    ----------
    n : int
    rng : numpy Generator or int
    slope, intercept : float
    noise : float
        Standard deviation of y around the line.

    Returns
    -------
    X : ndarray of shape (N, 1)
        Uniform between -2 and 2.
    y : ndarray of shape (N,)
        Numbers to predict, not labels.

    Examples
    --------
    >>> X, y = noisy_line(3, 0, noise=0.0)
    >>> np.allclose(y, 1.5 * X[:, 0] - 0.5)
    True
    """
    rng = np.random.default_rng(rng)
    x = rng.uniform(-2, 2, size=_positive(n))
    return x[:, None], slope * x + intercept + noise * rng.normal(size=n)


def _on_circle(radius: Array | float, angle: Array) -> Array:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _positive(n: int) -> int:
    if n < 1:
        raise ValueError(f"n is {n}; a data set needs at least 1 example.")
    return n
