"""Is this derivative right? Ask the function itself: move a little to each side and compare.

`gradient_check` is the one number of the course. `compare_gradients` says which entry is wrong and
by how much, and `check_network` does so for every parameter of a network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

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


@dataclass(frozen=True)
class GradientReport:
    """What a comparison with central differences found.

    Attributes
    ----------
    error : float
        Largest disagreement, relative to the gradient's norm; inf for a nan or a wrong shape.
    index : tuple of int
        Where that entry stands.
    claimed, numerical : float
        The derivative there, as claimed and as measured.
    kinks : tuple of indices
        Entries left out because the step crosses a kink there: the claimed derivative equals the
        slope to one side, and the other side has another slope.
    reason : str
        Why nothing could be compared, where that is so.
    """

    error: float
    index: tuple[int, ...] = ()
    claimed: float = 0.0
    numerical: float = 0.0
    kinks: tuple[tuple[int, ...], ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return self.reason
        text = (
            f"Largest error {self.error:.1e} of the gradient's norm, at entry {self.index}: "
            f"claimed {self.claimed:.8g}, measured {self.numerical:.8g}."
        )
        if self.kinks:
            text += f" The step crosses a kink at {len(self.kinks)} entries: {self.kinks[:3]}."
        return text


def compare_gradients(
    f: Callable[[Array], float],
    x: Array,
    gradient: Array,
    h: float = 1e-5,
    tolerance: float = 1e-6,
) -> GradientReport:
    """Compare a gradient with central differences, entry by entry.

    Parameters
    ----------
    f : callable
        From an array of x's shape to a number.
    x : ndarray of any shape
    gradient : ndarray of x's shape
        What is claimed to be the derivative of `f` at `x`.
    h : float
        Step of the central differences.
    tolerance : float
        Entries that disagree by more, relative to the gradient's norm, are looked at for kinks.

    Returns
    -------
    GradientReport

    Examples
    --------
    >>> f, x = lambda x: float((x**2).sum()), np.array([1.0, -3.0])
    >>> print(compare_gradients(f, x, np.array([2.0, -6.6])))
    Largest error 8.7e-02 of the gradient's norm, at entry (1,): claimed -6.6, measured -6.
    >>> relu_sum = lambda x: float(np.maximum(x, 0).sum())
    >>> compare_gradients(relu_sum, np.array([2.0, 1e-6]), np.array([1.0, 1.0])).kinks
    ((1,),)
    """
    x, gradient = np.array(x, dtype=np.float64), np.asarray(gradient)
    if gradient.shape != x.shape:
        return GradientReport(
            np.inf, reason=f"The gradient has shape {gradient.shape}; expected {x.shape}."
        )
    if not np.isfinite(gradient).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(gradient))[0])
        return GradientReport(
            np.inf, bad, reason=f"The gradient at entry {bad} is {gradient[bad]}."
        )
    numerical = numerical_gradient(f, x, h)
    norm = max(np.linalg.norm(gradient), np.linalg.norm(numerical), 1e-12)
    errors = np.abs(gradient - numerical) / norm
    kinks = []
    for suspect in np.argwhere(errors > tolerance):
        index = tuple(int(i) for i in suspect)
        if _crosses_kink(f, x, index, float(gradient[index]), float(numerical[index]), h):
            kinks.append(index)
            errors[index] = 0
    worst = tuple(int(i) for i in np.unravel_index(errors.argmax(), errors.shape))
    return GradientReport(
        float(errors[worst]),
        worst,
        float(gradient[worst]),
        float(numerical[worst]),
        tuple(kinks),
    )


def _crosses_kink(
    f: Callable[[Array], float],
    x: Array,
    index: tuple[int, ...],
    claimed: float,
    numerical: float,
    h: float,
) -> bool:
    """Whether one of the two one-sided slopes is what was claimed, and the other is not.

    On a smooth function the one-sided slopes err more than the central one, and never 100 times
    less; so a wrong derivative is not mistaken for a kink.
    """
    middle = f(x)
    slopes = []
    for step in (h, -h):
        moved = x.copy()
        moved[index] += step
        slopes.append((f(moved) - middle) / step)
    nearest = min(abs(slope - claimed) for slope in slopes)
    return nearest < 0.01 * abs(claimed - numerical)


class _Layer(Protocol):
    parameters: dict[str, Array]
    gradients: dict[str, Array]


class _Network(Protocol):
    @property
    def layers(self) -> Any: ...
    def forward(self, X: Array) -> Array: ...
    def backward(self, dlogits: Array) -> Any: ...


class _Loss(Protocol):
    def forward(self, outputs: Array, y: Array) -> float: ...
    def backward(self) -> Array: ...


def check_network(
    network: _Network,
    loss: _Loss,
    X: Array,
    y: Array,
    h: float = 1e-5,
    entries: int = 500,
    rng: np.random.Generator | None = None,
) -> dict[str, GradientReport]:
    """Compare every gradient of a network with central differences of its loss.

    Parameters
    ----------
    network : Sequential
        With float64 parameters; dropout is off. Its parameters are the same afterwards.
    loss : object of `nnlib.losses`
    X : ndarray of shape (N, D)
    y : ndarray of shape (N,)
    h : float
        Step of the central differences.
    entries : int
        Parameters with more entries are checked along 20 random directions instead, since each
        entry costs two forward passes.
    rng : numpy.random.Generator, optional
        Draws the directions.

    Returns
    -------
    dict of GradientReport
        One per parameter, named as in ``"layers[0].W"``.

    Examples
    --------
    >>> from nnlib.layers import Dense, Tanh
    >>> from nnlib.losses import SoftmaxCrossEntropy
    >>> from nnlib.network import Sequential
    >>> rng = np.random.default_rng(0)
    >>> network = Sequential([Dense(2, 4, rng), Tanh(), Dense(4, 3, rng)])
    >>> X, y = rng.normal(size=(5, 2)), np.array([0, 1, 2, 0, 1])
    >>> reports = check_network(network, SoftmaxCrossEntropy(), X, y)
    >>> max(report.error for report in reports.values()) < 1e-7
    True
    """
    rng = rng or np.random.default_rng(0)
    loss.forward(network.forward(X), y)
    network.backward(loss.backward())
    return {
        f"layers[{number}].{name}": _check_parameter(
            lambda: loss.forward(network.forward(X), y), layer, name, h, entries, rng
        )
        for number, layer in enumerate(network.layers)
        for name in layer.parameters
    }


def _check_parameter(
    current_loss: Callable[[], float],
    layer: _Layer,
    name: str,
    h: float,
    entries: int,
    rng: np.random.Generator,
) -> GradientReport:
    start, gradient = layer.parameters[name], layer.gradients[name]
    if start.dtype != np.float64:
        raise ValueError(
            f"The parameters are {start.dtype}; a gradient check needs float64, because a step of "
            f"{h} would be lost in rounding."
        )

    def f(x: Array) -> float:
        layer.parameters[name] = x
        return current_loss()

    try:
        if start.size <= entries:
            return compare_gradients(f, start, gradient, h)
        directions = rng.normal(size=(20, start.size))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        return compare_gradients(
            lambda t: f(start + (t @ directions).reshape(start.shape)),
            np.zeros(20),
            directions @ gradient.ravel(),
            h,
        )
    finally:
        layer.parameters[name] = start
