"""Rules that turn gradients into better parameters.

The functions ending in ``_step`` are the formulas; the classes remember what a formula needs from
one step to the next, and follow a schedule of the learning rate.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nnlib.arrays import Array, Parameters, map_parameters

Schedule: TypeAlias = Callable[[int], float]
"""The learning rate as a function of the number of steps taken so far."""

AdamState: TypeAlias = tuple[Parameters, Parameters, int]


def sgd_step(
    params: Parameters, grads: Parameters, learning_rate: float
) -> list[tuple[Array, Array]]:
    """One step of gradient descent, ``p - learning_rate * g``.

    Parameters
    ----------
    params, grads : lists of (W, b) and (dW, db)
    learning_rate : float

    Returns
    -------
    list of (W, b), new

    Examples
    --------
    >>> sgd_step([(np.array([[1.0]]), np.array([2.0]))], [(np.array([[4.0]]), np.ones(1))], 0.1)
    [(array([[0.6]]), array([1.9]))]
    """
    # Subtracted as a sum: NumPy then adds into the product, and allocates no third large array.
    rate = -float(learning_rate)  # a NumPy scalar would turn float32 parameters into float64
    return [(W + rate * dW, b + rate * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


def momentum_step(
    params: Parameters, grads: Parameters, velocity: Parameters, learning_rate: float, beta: float
) -> tuple[list[tuple[Array, Array]], list[tuple[Array, Array]]]:
    """One step with momentum, ``v = beta * v + g`` and ``p = p - learning_rate * v``.

    Parameters
    ----------
    params, grads, velocity : lists of (W, b), all of the same shapes
    learning_rate, beta : float

    Returns
    -------
    params, velocity : lists of (W, b), new

    Examples
    --------
    >>> p, g, v = ([(np.full((1, 1), x), np.full(1, x))] for x in (1.0, 2.0, 4.0))
    >>> p, v = momentum_step(p, g, v, 0.1, 0.5)
    >>> v[0][1], p[0][1]
    (array([4.]), array([0.6]))
    """
    decay = float(beta)
    velocity = map_parameters(lambda v, g: decay * v + g, velocity, grads)
    return sgd_step(params, velocity, learning_rate), velocity


def adam_step(
    params: Parameters,
    grads: Parameters,
    state: AdamState,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[list[tuple[Array, Array]], AdamState]:
    """One step of Adam: each parameter moves by its mean gradient over its typical size.

    Parameters
    ----------
    params, grads : lists of (W, b) and (dW, db)
    state : (m, v, t)
        Running means of the gradients and of their squares, shaped as `params`, and the number of
        steps taken so far. At the start: zeros, zeros, 0.
    learning_rate, beta1, beta2, eps : float

    Returns
    -------
    params : list of (W, b), new
    state : (m, v, t), new

    Notes
    -----
    ``p - learning_rate * m̂ / (sqrt(v̂) + eps)`` with ``m̂ = m / (1 - beta1**t)`` and
    ``v̂ = v / (1 - beta2**t)``, t counting this step too.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980.

    Examples
    --------
    >>> p, g, zero = ([(np.full((1, 1), x), np.full(1, x))] for x in (1.0, -5.0, 0.0))
    >>> p, (m, v, t) = adam_step(p, g, (zero, zero, 0), 0.1)
    >>> p[0][1].round(6), t
    (array([1.1]), 1)
    """
    m, v, t = state
    t = t + 1
    rate, beta1, beta2, eps = (float(x) for x in (learning_rate, beta1, beta2, eps))
    m = map_parameters(lambda m, g: beta1 * m + (1 - beta1) * g, m, grads)
    v = map_parameters(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, grads)

    def step(p: Array, m: Array, v: Array) -> Array:
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return np.asarray(p - rate * m_hat / (np.sqrt(v_hat) + eps))

    return map_parameters(step, params, m, v), (m, v, t)


class Optimizer:
    """What all optimizers share: a learning rate, fixed or scheduled, and a count of steps.

    Parameters
    ----------
    learning_rate : float or schedule
        A schedule is a function of the number of steps taken so far; see `nnlib.schedules`.
    """

    def __init__(self, learning_rate: float | Schedule) -> None:
        if not callable(learning_rate) and not 0 <= learning_rate < np.inf:
            raise ValueError(
                f"learning_rate is {learning_rate}; expected a number that is not negative."
            )
        self.learning_rate = learning_rate
        self.steps = 0

    @property
    def current_rate(self) -> float:
        """The learning rate of the next step."""
        rate = self.learning_rate
        return float(rate(self.steps) if callable(rate) else rate)

    def step(self, params: Parameters, grads: Parameters) -> list[tuple[Array, Array]]:
        """Return the parameters after one step; those handed in stay as they are."""
        params = self._update(params, grads, self.current_rate)
        self.steps += 1
        return params

    def _update(
        self, params: Parameters, grads: Parameters, rate: float
    ) -> list[tuple[Array, Array]]:
        raise NotImplementedError


class SGD(Optimizer):
    """Plain gradient descent, one `sgd_step` after the other.

    Examples
    --------
    >>> optimizer = SGD(0.1)
    >>> optimizer.step([(np.array([[1.0]]), np.zeros(1))], [(np.array([[4.0]]), np.zeros(1))])
    [(array([[0.6]]), array([0.]))]
    """

    def _update(
        self, params: Parameters, grads: Parameters, rate: float
    ) -> list[tuple[Array, Array]]:
        return sgd_step(params, grads, rate)


class Momentum(Optimizer):
    """Gradient descent with momentum; remembers the velocity of `momentum_step`."""

    def __init__(self, learning_rate: float | Schedule, beta: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.beta = beta
        self._velocity: Parameters | None = None

    def _update(
        self, params: Parameters, grads: Parameters, rate: float
    ) -> list[tuple[Array, Array]]:
        velocity = self._velocity or map_parameters(np.zeros_like, params)
        params, self._velocity = momentum_step(params, grads, velocity, rate, self.beta)
        return params


class Adam(Optimizer):
    """Adam; remembers the running means of `adam_step`."""

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self._state: AdamState | None = None

    def _update(
        self, params: Parameters, grads: Parameters, rate: float
    ) -> list[tuple[Array, Array]]:
        if self._state is None:
            zeros = map_parameters(np.zeros_like, params)
            self._state = (zeros, zeros, 0)
        params, self._state = adam_step(
            params, grads, self._state, rate, self.beta1, self.beta2, self.eps
        )
        return params
