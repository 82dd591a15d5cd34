"""Losses and their derivatives: means over the batch, in nats where a logarithm is taken.

The ``1/N`` of the mean lives here and nowhere else.
"""

import numpy as np
from numpy.typing import ArrayLike

from nnlib.arrays import Array, as_floats
from nnlib.functional.activations import log_softmax, sigmoid, softmax


def mean_squared_error(predictions: Array, targets: Array) -> float:
    """Mean of ``(predictions - targets)**2`` over all entries.

    Parameters
    ----------
    predictions, targets : ndarrays of equal shape

    Returns
    -------
    float

    Examples
    --------
    >>> mean_squared_error(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    2.0
    """
    errors = _differences(predictions, targets)
    return float((errors * errors).sum() / errors.size)


def mean_squared_error_backward(predictions: Array, targets: Array) -> Array:
    """Derivative of `mean_squared_error` with respect to the predictions.

    Parameters
    ----------
    predictions, targets : ndarrays of equal shape

    Returns
    -------
    ndarray of the predictions' shape

    Examples
    --------
    >>> mean_squared_error_backward(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    array([ 0., -2.])
    """
    errors = _differences(predictions, targets)
    dpredictions: Array = 2 * errors / errors.size
    return dpredictions


def softmax_cross_entropy(logits: Array, y: Array) -> float:
    """Mean of ``-log(probability of the right class)``, the probabilities being softmax(logits).

    Parameters
    ----------
    logits : ndarray of shape (N, C)
    y : ndarray of shape (N,)
        Integer labels, 0 to C-1.

    Returns
    -------
    float, in nats

    Raises
    ------
    ValueError
        When a label is no class, or the shapes do not fit.

    Examples
    --------
    >>> round(softmax_cross_entropy(np.array([[0.0, 0.0], [0.0, 1000.0]]), np.array([0, 1])), 4)
    0.3466
    """
    y = _class_labels(logits, y)
    return float(-log_softmax(logits)[np.arange(len(y)), y].sum() / len(y))


def softmax_cross_entropy_backward(logits: Array, y: Array) -> Array:
    """Derivative of `softmax_cross_entropy`: ``(softmax(logits) - one_hot(y)) / N``.

    Parameters
    ----------
    logits : ndarray of shape (N, C)
    y : ndarray of shape (N,)
        Integer labels, 0 to C-1.

    Returns
    -------
    ndarray of shape (N, C)

    Examples
    --------
    >>> softmax_cross_entropy_backward(np.array([[0.0, 0.0]]), np.array([1]))
    array([[ 0.5, -0.5]])
    """
    y = _class_labels(logits, y)
    dlogits = softmax(logits)
    dlogits[np.arange(len(y)), y] -= 1
    return dlogits / len(y)


def binary_cross_entropy(logits: Array, y: Array) -> float:
    """Mean of ``-log(probability of the right answer)``, sigmoid(logit) being that of answer 1.

    Parameters
    ----------
    logits : ndarray of shape (N,)
    y : ndarray of shape (N,)
        0 or 1.

    Returns
    -------
    float, in nats; exact for logits of ±1000

    Notes
    -----
    For y = 0 the loss is ``log(1 + exp(logit))``, for y = 1 ``log(1 + exp(-logit))``.

    Examples
    --------
    >>> binary_cross_entropy(np.array([1000.0, -1000.0]), np.array([1, 1]))
    500.0
    """
    logits = as_floats(logits)
    y = _binary_labels(logits, y)
    if np.count_nonzero(y * y - y):  # only 0 and 1 are their own squares
        raise ValueError(f"y must hold 0 and 1 only, and it holds {np.unique(y)[:5]}.")
    return float(np.logaddexp(0, (1 - 2 * y) * logits).sum() / len(y))


def binary_cross_entropy_backward(logits: Array, y: Array) -> Array:
    """Derivative of `binary_cross_entropy`: ``(sigmoid(logits) - y) / N``.

    Labels are taken on trust here; the loss itself checks them.

    Parameters
    ----------
    logits : ndarray of shape (N,)
    y : ndarray of shape (N,)
        0 or 1.

    Returns
    -------
    ndarray of shape (N,)

    Examples
    --------
    >>> binary_cross_entropy_backward(np.array([0.0, 1000.0]), np.array([1, 1]))
    array([-0.25,  0.  ])
    """
    P = sigmoid(logits)
    return (P - _binary_labels(P, y)) / len(P)


def accuracy(logits: Array, y: Array) -> float:
    """Share of the rows whose largest logit stands at the label.

    Parameters
    ----------
    logits : ndarray of shape (N, C)
    y : ndarray of shape (N,)

    Returns
    -------
    float, from 0 to 1

    Examples
    --------
    >>> accuracy(np.array([[1.0, 2.0], [4.0, 3.0]]), np.array([1, 1]))
    0.5
    """
    y = _class_labels(logits, y)
    return float((np.asarray(logits).argmax(axis=1) == y).mean())


def _differences(predictions: ArrayLike, targets: ArrayLike) -> Array:
    predictions, targets = as_floats(predictions), as_floats(targets)
    if predictions.shape != targets.shape:
        # NumPy would stretch (N, 1) against (N,) to (N, N) without a word.
        raise ValueError(
            f"predictions have shape {predictions.shape} and targets {targets.shape}; "
            "they must be equal."
        )
    if not predictions.size:
        raise ValueError("The batch is empty: a mean over no examples does not exist.")
    differences: Array = predictions - targets.astype(predictions.dtype, copy=False)
    return differences


def _class_labels(logits: ArrayLike, y: ArrayLike) -> Array:
    shape, y = np.shape(logits), np.asarray(y)
    if len(shape) != 2 or y.shape != shape[:1]:
        raise ValueError(
            f"logits have shape {shape} and y {y.shape}; expected logits (N, C) and y (N,)."
        )
    if not y.size:
        raise ValueError("The batch is empty: a mean over no examples does not exist.")
    if y.dtype.kind not in "iu":
        raise TypeError(f"y has dtype {y.dtype}; expected integer labels, 0 to {shape[1] - 1}.")
    if y.min() < 0 or y.max() >= shape[1]:
        raise ValueError(
            f"y has labels from {y.min()} to {y.max()}; with {shape[1]} logits per example "
            f"they must lie between 0 and {shape[1] - 1}."
        )
    return y


def _binary_labels(logits: Array, y: ArrayLike) -> Array:
    y = np.asarray(y)
    if logits.ndim != 1 or y.shape != logits.shape:
        raise ValueError(
            f"logits have shape {logits.shape} and y {y.shape}; expected (N,) for both."
        )
    if not len(y):
        raise ValueError("The batch is empty: a mean over no examples does not exist.")
    return y.astype(logits.dtype)
