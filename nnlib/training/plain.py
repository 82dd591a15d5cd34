"""Batches, and the plain loops: a line, and a network that is a list of ``(W, b)``."""

from collections.abc import Iterator

import numpy as np

import nnlib.functional as F
from nnlib.arrays import Array, Parameters, map_parameters
from nnlib.optimizers import sgd_step


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
