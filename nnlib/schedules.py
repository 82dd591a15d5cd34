"""How large a step may be, and how the learning rate changes while a network learns."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from nnlib.arrays import Array, Parameters
from nnlib.optimizers import sgd_step


def largest_stable_learning_rate(A: Array) -> float:
    """Limit ``2 / λmax`` above which gradient descent on ``½ xᵀAx`` runs away.

    Parameters
    ----------
    A : ndarray of shape (D, D)
        Symmetric and positive definite.

    Returns
    -------
    float

    Examples
    --------
    >>> largest_stable_learning_rate(np.diag([4.0, 1.0]))
    0.5
    """
    A = np.asarray(A)
    if A.ndim != 2 or A.shape != A.T.shape or not np.allclose(A, A.T):
        raise ValueError(f"A must be a symmetric matrix; received shape {A.shape}.")
    return float(2 / np.linalg.eigvalsh(A)[-1])


def step_decay(learning_rate: float, epoch: int, drop: float, every: int) -> float:
    """Multiply the learning rate by `drop` after `every` epochs, again and again.

    Parameters
    ----------
    learning_rate : float
        At epoch 0.
    epoch : int
    drop : float
        Below 1.
    every : int

    Returns
    -------
    float
        ``learning_rate * drop ** (epoch // every)``

    Examples
    --------
    >>> [step_decay(0.8, epoch, 0.5, 10) for epoch in (0, 9, 10, 25)]
    [0.8, 0.8, 0.4, 0.2]
    """
    return float(learning_rate * drop ** (epoch // every))


def cosine_decay(learning_rate: float, step: int, total_steps: int, final: float = 0.0) -> float:
    """Follow half a cosine from `learning_rate` at step 0 down to `final` at `total_steps`.

    Parameters
    ----------
    learning_rate : float
    step, total_steps : int
        Later steps stay at `final`.
    final : float

    Returns
    -------
    float

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
    arXiv:1608.03983.

    Examples
    --------
    >>> [round(cosine_decay(1.0, step, 4), 3) for step in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """
    progress = min(step / total_steps, 1)
    return float(final + (learning_rate - final) * (1 + math.cos(math.pi * progress)) / 2)


def learning_rate_range_test(
    loss_and_grads: Callable[[Parameters], tuple[float, Parameters]],
    params: Parameters,
    learning_rates: Iterable[float],
) -> Array:
    """Loss after one step at each learning rate, always from the same start.

    Parameters
    ----------
    loss_and_grads : callable
        ``loss_and_grads(params) -> (loss, grads)``
    params : list of (W, b)
        The start.
    learning_rates : sequence of K floats

    Returns
    -------
    ndarray of shape (K,)
        inf where the loss overflows.

    References
    ----------
    Smith, "Cyclical learning rates for training neural networks", WACV 2017, arXiv:1506.01186.

    Examples
    --------
    >>> bowl = lambda params: (float((params[0][0] ** 2).sum()), [(2 * params[0][0], np.zeros(1))])
    >>> learning_rate_range_test(bowl, [(np.array([[1.0]]), np.zeros(1))], [0.25, 0.5, 1.5])
    array([0.25, 0.  , 4.  ])
    """
    _, grads = loss_and_grads(params)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array(
            [loss_and_grads(sgd_step(params, grads, rate))[0] for rate in learning_rates],
            dtype=np.float64,
        )


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every step."""

    learning_rate: float

    def __call__(self, step: int) -> float:
        return self.learning_rate


@dataclass(frozen=True)
class StepDecay:
    """`step_decay` as a schedule; `every` counts steps of the optimizer.

    Examples
    --------
    >>> schedule = StepDecay(0.8, drop=0.5, every=10)
    >>> schedule(9), schedule(10)
    (0.8, 0.4)
    """

    learning_rate: float
    drop: float
    every: int

    def __call__(self, step: int) -> float:
        return step_decay(self.learning_rate, step, self.drop, self.every)


@dataclass(frozen=True)
class CosineDecay:
    """`cosine_decay` as a schedule.

    Examples
    --------
    >>> CosineDecay(1.0, total_steps=4)(2)
    0.5
    """

    learning_rate: float
    total_steps: int
    final: float = 0.0

    def __call__(self, step: int) -> float:
        return cosine_decay(self.learning_rate, step, self.total_steps, self.final)
