"""What keeps a network from learning its examples by heart, and its steps from running away.

Dropout, the third of the family, is a layer: `nnlib.layers.Dropout`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nnlib.arrays import Array, Parameters, map_parameters


def l2_penalty(params: Parameters, weight_decay: float) -> float:
    """Price of large weights, ``weight_decay/2 · Σ‖W‖²``; biases are free.

    Parameters
    ----------
    params : list of (W, b)
    weight_decay : float

    Returns
    -------
    float

    Examples
    --------
    >>> l2_penalty([(np.array([[1.0, 2.0]]), np.array([7.0, 7.0]))], 0.1)
    0.25
    """
    return float(weight_decay / 2 * sum(np.sum(W * W) for W, _ in params))


def add_l2_gradient(
    grads: Parameters, params: Parameters, weight_decay: float
) -> list[tuple[Array, Array]]:
    """Add the derivative of `l2_penalty`, ``dW + weight_decay * W``; db stays.

    Parameters
    ----------
    grads, params : lists of (dW, db) and (W, b)
    weight_decay : float

    Returns
    -------
    list of (dW, db), new

    Examples
    --------
    >>> add_l2_gradient([(np.array([[1.0]]), np.ones(1))], [(np.array([[2.0]]), np.ones(1))], 0.1)
    [(array([[1.2]]), array([1.]))]
    """
    decay = float(weight_decay)
    return [(dW + decay * W, db) for (dW, db), (W, _) in zip(grads, params, strict=True)]


def early_stopping_epoch(validation_losses: Sequence[float], patience: int) -> int:
    """The best epoch seen before `patience` epochs in a row brought no improvement.

    Parameters
    ----------
    validation_losses : sequence of float
        One per epoch, epochs counted from 0. A nan is no improvement.
    patience : int
        At least 1.

    Returns
    -------
    int
        Of equal losses the first; where nothing triggers, the best of all.

    Examples
    --------
    >>> early_stopping_epoch([3.0, 2.0, 2.5, 2.0, 1.0], patience=2)
    1
    """
    if patience < 1:
        raise ValueError(f"patience is {patience}; expected at least 1 epoch.")
    best_epoch, best_loss = 0, math.inf
    for epoch, loss in enumerate(validation_losses):
        if loss < best_loss:
            best_epoch, best_loss = epoch, loss
        elif epoch - best_epoch >= patience:
            break
    return best_epoch


def clip_gradients(grads: Parameters, max_norm: float) -> list[tuple[Array, Array]]:
    """Scale all gradients together so that their common norm is at most `max_norm`.

    Parameters
    ----------
    grads : list of (dW, db)
    max_norm : float

    Returns
    -------
    list of (dW, db)
        The direction stays. Below `max_norm` the arrays are passed on as they are.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, arXiv:1211.5063.

    Examples
    --------
    >>> clip_gradients([(np.array([[3.0]]), np.array([4.0]))], 1.0)
    [(array([[0.6]]), array([0.8]))]
    """
    squares = sum(np.sum(np.square(g, dtype=np.float64)) for pair in grads for g in pair)
    norm = math.sqrt(squares)
    if norm <= max_norm:
        return [(dW, db) for dW, db in grads]
    factor = float(max_norm) / norm
    return map_parameters(lambda g: g * factor, grads)


class Regularizer(Protocol):
    """A price on the parameters, and its derivative."""

    def penalty(self, params: Parameters) -> float:
        """What is added to the loss."""
        ...

    def add_gradient(self, grads: Parameters, params: Parameters) -> list[tuple[Array, Array]]:
        """The gradients of the loss with the penalty."""
        ...


@dataclass(frozen=True)
class L2:
    """Weight decay: `l2_penalty` and `add_l2_gradient`."""

    weight_decay: float

    def penalty(self, params: Parameters) -> float:
        """``weight_decay/2 · Σ‖W‖²``"""
        return l2_penalty(params, self.weight_decay)

    def add_gradient(self, grads: Parameters, params: Parameters) -> list[tuple[Array, Array]]:
        """``dW + weight_decay * W``"""
        return add_l2_gradient(grads, params, self.weight_decay)


@dataclass(frozen=True)
class L1:
    """Price on the sum of absolute weights, which drives many of them to zero.

    Examples
    --------
    >>> L1(0.1).penalty([(np.array([[-1.0, 2.0]]), np.zeros(2))])
    0.30000000000000004
    """

    strength: float

    def penalty(self, params: Parameters) -> float:
        """``strength · Σ|W|``"""
        return float(self.strength * sum(np.abs(W).sum() for W, _ in params))

    def add_gradient(self, grads: Parameters, params: Parameters) -> list[tuple[Array, Array]]:
        """``dW + strength * sign(W)``"""
        strength = float(self.strength)
        return [
            (dW + strength * np.sign(W), db) for (dW, db), (W, _) in zip(grads, params, strict=True)
        ]
