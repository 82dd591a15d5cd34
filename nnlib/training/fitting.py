"""`fit`: training for networks made of layers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from nnlib.arrays import Array
from nnlib.callbacks import Callback, History
from nnlib.losses import Loss
from nnlib.network import Sequential, checked_batch
from nnlib.optimizers import Optimizer
from nnlib.progress import Progress
from nnlib.regularizers import Regularizer, clip_gradients
from nnlib.training.plain import minibatches


def fit(
    network: Sequential,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    rng: np.random.Generator,
    batch_size: int = 32,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    regularizer: Regularizer | None = None,
    max_norm: float | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
) -> History:
    """Train a network, and keep what was learned when Ctrl-C ends it early.

    Parameters
    ----------
    network : Sequential
    X : array_like of shape (N, ...)
    y : array_like of shape (N,)
    loss : Loss
    optimizer : Optimizer
    epochs : int
    rng : numpy.random.Generator
        Shuffles the examples.
    batch_size : int
    validation : (X, y), optional
        Examples to measure on after every epoch.
    regularizer : L1 or L2, optional
    max_norm : float, optional
        Gradients are clipped to this common norm.
    callbacks : sequence of functions of (network, history)
        Called after every epoch; one that returns True ends the training.
    progress : bool, optional
        Whether to show a progress bar; by default where somebody watches.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        When the data cannot work: see `checked_batch` and the loss.
    FloatingPointError
        When the loss becomes nan or inf, with the step and the likely cause.

    Examples
    --------
    >>> from nnlib.layers import Dense, Tanh
    >>> from nnlib.losses import BinaryCrossEntropy
    >>> from nnlib.optimizers import Adam
    >>> rng = np.random.default_rng(0)
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> network = Sequential([Dense(2, 8, rng), Tanh(), Dense(8, 1, rng)])
    >>> history = fit(network, X, y, loss=BinaryCrossEntropy(), optimizer=Adam(0.1), epochs=50,
    ...               rng=rng)
    >>> network.predict(X)
    array([0, 1, 1, 0])
    """
    X, y = _checked_data(network, loss, X, y)
    if validation is not None:
        validation = _checked_data(network, loss, *validation)
    history = History()
    try:
        with Progress(epochs, progress) as bar, np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(1, epochs + 1):
                rate, total, right = optimizer.current_rate, 0.0, 0.0
                for X_batch, y_batch in minibatches(X, y, batch_size, rng):
                    value, outputs = training_step(
                        network, X_batch, y_batch, loss, optimizer, regularizer, max_norm
                    )
                    total += value * len(y_batch)
                    right += loss.accuracy(outputs, y_batch) * len(y_batch)
                history.learning_rates.append(rate)
                history.losses.append(total / len(y))
                history.accuracies.append(right / len(y))
                if validation is not None:
                    outputs = network.forward(validation[0])
                    history.validation_losses.append(loss.forward(outputs, validation[1]))
                    history.validation_accuracies.append(loss.accuracy(outputs, validation[1]))
                bar.update(epoch, f"loss {history.losses[-1]:.4f}")
                stops = [callback(network, history) for callback in callbacks]
                if any(stops):
                    break
    except KeyboardInterrupt:
        history.interrupted = True
        print(
            f"Stopped by you after {len(history.losses)} of {epochs} epochs; "
            "the network keeps what it has learned."
        )
    return history


def training_step(
    network: Sequential,
    X: Array,
    y: Array,
    loss: Loss,
    optimizer: Optimizer,
    regularizer: Regularizer | None = None,
    max_norm: float | None = None,
) -> tuple[float, Array]:
    """Forward, loss, backward, update: what `fit` does with each batch.

    Parameters
    ----------
    network, loss, optimizer, regularizer, max_norm
        As in `fit`.
    X : ndarray of shape (N, ...)
    y : ndarray of shape (N,)

    Returns
    -------
    loss : float
        Before the update, with the regularizer's penalty.
    outputs : ndarray of shape (N, C)
        Before the update.

    Raises
    ------
    FloatingPointError
        When the loss is nan or inf, with the step and the likely cause; nothing is updated then.

    Examples
    --------
    >>> from nnlib.layers import Dense
    >>> from nnlib.losses import MeanSquaredError
    >>> from nnlib.optimizers import SGD
    >>> network = Sequential([Dense(1, 1, np.random.default_rng(0))])
    >>> X, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0])
    >>> loss, optimizer = MeanSquaredError(), SGD(0.1)
    >>> losses = [training_step(network, X, y, loss, optimizer)[0] for _ in range(200)]
    >>> losses[-1] < 1e-3 < losses[0]
    True
    """
    outputs = network.forward(X, training=True)
    value = loss.forward(outputs, y)
    params = network.parameters
    if regularizer is not None:
        value += regularizer.penalty(params)
    if not math.isfinite(value):
        raise FloatingPointError(
            f"The loss became {value} at step {optimizer.steps + 1}, with learning rate "
            f"{optimizer.current_rate:g}. A learning rate that is too large is the usual cause: "
            "try a tenth of it, or clip the gradients with max_norm."
        )
    network.backward(loss.backward())
    grads = network.gradients
    if regularizer is not None:
        grads = regularizer.add_gradient(grads, params)
    if max_norm is not None:
        grads = clip_gradients(grads, max_norm)
    network.parameters = optimizer.step(params, grads)
    return value, outputs


def _checked_data(
    network: Sequential, loss: Loss, X: ArrayLike, y: ArrayLike
) -> tuple[Array, Array]:
    """X in the network's dtype and y as an array, once both are known to work."""
    X, y = checked_batch(X).astype(network.dtype, copy=False), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows and y {len(y)} labels; expected as many.")
    outputs = network.forward(X[:1])
    # All labels at once, before the first step: a wrong one would else turn up in mid-training.
    value = loss.forward(np.zeros((len(y), *outputs.shape[1:]), outputs.dtype), y)
    if not math.isfinite(value):
        raise ValueError("y holds nan or inf; remove or replace such examples first.")
    return X, y
