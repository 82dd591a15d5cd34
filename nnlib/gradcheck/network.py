"""The gradient check of a whole network, parameter by parameter."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from nnlib.arrays import Array
from nnlib.gradcheck.report import GradientReport, compare_gradients


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
