"""Training: batches, the plain loop on lists of ``(W, b)``, and `fit` for networks of layers."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

import nnlib.functional as F
from nnlib.arrays import Array, Parameters, map_parameters
from nnlib.callbacks import Callback, History
from nnlib.losses import Loss
from nnlib.network import Sequential, checked_batch
from nnlib.optimizers import Optimizer, sgd_step
from nnlib.progress import Progress
from nnlib.regularizers import Regularizer, clip_gradients


def minibatches(
    X: Array, y: Array, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Shuffle the examples and hand them out in batches, each example exactly once.

    Parameters
    ----------
    X : ndarray of shape (N, ...)
    y : ndarray of shape (N, ...)
    batch_size : int
        The last batch may be smaller.
    rng : numpy.random.Generator

    Returns
    -------
    iterator of (X_batch, y_batch)

    Examples
    --------
    >>> X, y = np.arange(5.0).reshape(5, 1), np.arange(5)
    >>> [len(y_batch) for _, y_batch in minibatches(X, y, 2, np.random.default_rng(0))]
    [2, 2, 1]
    """
    if len(X) != len(y) or batch_size < 1:
        raise ValueError(
            f"X has {len(X)} rows, y {len(y)}, and batch_size is {batch_size}; "
            "expected as many labels as rows, and at least 1 example in a batch."
        )
    order = rng.permutation(len(X))
    batches = (order[start : start + batch_size] for start in range(0, len(X), batch_size))
    return ((X[rows], y[rows]) for rows in batches)


def fit_line(X: Array, y: Array, learning_rate: float, steps: int) -> tuple[Array, float]:
    """Linear regression by gradient descent on the mean squared error, from zero.

    Parameters
    ----------
    X : ndarray of shape (N, D)
    y : ndarray of shape (N,)
    learning_rate : float
    steps : int

    Returns
    -------
    w : ndarray of shape (D,)
    b : float

    Examples
    --------
    >>> w, b = fit_line(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]), 0.3, 200)
    >>> w.round(6), round(float(b), 6)
    (array([2.]), 1.0)
    """
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        errors = F.mean_squared_error_backward(X @ w + b, y)
        w, b = w - learning_rate * (X.T @ errors), b - learning_rate * float(errors.sum())
    return w, b


def train(
    X: Array,
    y: Array,
    params: Parameters,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> tuple[list[tuple[Array, Array]], list[float]]:
    """Train the classifier of `network_forward` with softmax cross-entropy and plain SGD.

    Parameters
    ----------
    X : ndarray of shape (N, D)
    y : ndarray of shape (N,)
        Labels 0 to C-1.
    params : list of (W, b)
        The start; stays as it is.
    learning_rate : float
    epochs : int
        How often every example is seen.
    batch_size : int
    rng : numpy.random.Generator
        Shuffles each epoch anew.

    Returns
    -------
    params : list of (W, b), new
    losses : list of float
        Mean over the examples of each epoch, in nats, each batch's taken before its update.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0]]), np.array([0, 1])
    >>> rng = np.random.default_rng(0)
    >>> _, losses = train(X, y, [(np.zeros((1, 2)), np.zeros(2))], 1.0, 3, 2, rng)
    >>> [round(loss, 3) for loss in losses]
    [0.693, 0.584, 0.51]
    """
    params = map_parameters(np.copy, params)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            logits, cache = F.network_forward(X_batch, params)
            total += F.softmax_cross_entropy(logits, y_batch) * len(y_batch)
            dlogits = F.softmax_cross_entropy_backward(logits, y_batch)
            grads = F.network_backward(dlogits, cache, params)
            params = sgd_step(params, grads, learning_rate)
        losses.append(total / len(y))
    return params, losses


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
