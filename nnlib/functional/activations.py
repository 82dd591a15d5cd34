"""Activation functions and their derivatives, entry by entry, and softmax, row by row.

All of it is exact for Z of ±1000, and silent.
"""

import numpy as np

from nnlib.arrays import Array, as_floats


def relu(Z: Array) -> Array:
    """Rectified linear unit, ``A = max(Z, 0)`` entry by entry.

    Parameters
    ----------
    Z : ndarray of any shape

    Returns
    -------
    ndarray of Z's shape and dtype

    Examples
    --------
    >>> relu(np.array([-2.0, 0.5]))
    array([0. , 0.5])
    """
    A: Array = np.maximum(Z, 0)
    return A


def relu_backward(dA: Array, Z: Array) -> Array:
    """Derivative through ReLU: ``dA`` where ``Z > 0``, else 0.

    Parameters
    ----------
    dA : ndarray of any shape
        Derivative of the loss with respect to the *output*.
    Z : ndarray of dA's shape
        The *input* that `relu` was given. At exactly 0 the derivative counts as 0.

    Returns
    -------
    ndarray of Z's shape

    Examples
    --------
    >>> relu_backward(np.array([3.0, 4.0]), np.array([-2.0, 0.5]))
    array([0., 4.])
    """
    dZ: Array = dA * (Z > 0)
    return dZ


def sigmoid(Z: Array) -> Array:
    """Logistic sigmoid, ``A = 1 / (1 + exp(-Z))``, exact and finite for every finite Z.

    Parameters
    ----------
    Z : ndarray of any shape

    Returns
    -------
    ndarray of Z's shape, in [0, 1]

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    Z = as_floats(Z)
    # Where Z < 0, both halves are multiplied by exp(Z): no exponent is positive, nothing overflows.
    A: Array = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))
    return A


def sigmoid_backward(dA: Array, A: Array) -> Array:
    """Derivative through the sigmoid, ``dZ = dA * A * (1 - A)``.

    Parameters
    ----------
    dA : ndarray of any shape
        Derivative of the loss with respect to the output.
    A : ndarray of dA's shape
        The *output* of `sigmoid`: the derivative needs nothing else.

    Returns
    -------
    ndarray of A's shape

    Examples
    --------
    >>> sigmoid_backward(np.array([4.0]), np.array([0.5]))
    array([1.])
    """
    dZ: Array = dA * A * (1 - A)
    return dZ


def tanh(Z: Array) -> Array:
    """Hyperbolic tangent, entry by entry.

    Parameters
    ----------
    Z : ndarray of any shape

    Returns
    -------
    ndarray of Z's shape, in [-1, 1]

    Examples
    --------
    >>> tanh(np.array([0.0, 1000.0]))
    array([0., 1.])
    """
    A: Array = np.tanh(as_floats(Z))
    return A


def tanh_backward(dA: Array, A: Array) -> Array:
    """Derivative through tanh, ``dZ = dA * (1 - A**2)``.

    Parameters
    ----------
    dA : ndarray of any shape
        Derivative of the loss with respect to the output.
    A : ndarray of dA's shape
        The *output* of `tanh`.

    Returns
    -------
    ndarray of A's shape

    Examples
    --------
    >>> tanh_backward(np.array([4.0]), np.array([0.5]))
    array([3.])
    """
    dZ: Array = dA * (1 - A * A)
    return dZ


def softmax(Z: Array) -> Array:
    """Turn each row of scores into probabilities, ``P = exp(Z) / sum of exp(Z)`` over the row.

    Parameters
    ----------
    Z : ndarray of shape (N, C)

    Returns
    -------
    ndarray of shape (N, C)
        Every row sums to 1.

    Notes
    -----
    A constant subtracted from a row changes nothing; with the row's largest score subtracted no
    exponential exceeds 1.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]]))
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    Z = as_floats(Z)
    weights = np.exp(Z - Z.max(axis=-1, keepdims=True))
    P: Array = weights / weights.sum(axis=-1, keepdims=True)
    return P


def softmax_backward(dP: Array, P: Array) -> Array:
    """Derivative through softmax, ``dZ = P * (dP - sum of dP * P over the row)``.

    Parameters
    ----------
    dP : ndarray of shape (N, C)
        Derivative of the loss with respect to the probabilities.
    P : ndarray of shape (N, C)
        The *output* of `softmax`.

    Returns
    -------
    ndarray of shape (N, C)

    Examples
    --------
    >>> softmax_backward(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    array([[ 0.25, -0.25]])
    """
    dZ: Array = P * (dP - (dP * P).sum(axis=-1, keepdims=True))
    return dZ


def log_softmax(Z: Array) -> Array:
    """Logarithm of softmax, ``Z - log(sum of exp(Z) over the row)``, finite for rows of ±1000.

    Parameters
    ----------
    Z : ndarray of shape (N, C)

    Returns
    -------
    ndarray of shape (N, C)
        At most 0, in nats.

    Examples
    --------
    >>> log_softmax(np.array([[1000.0, 0.0]]))
    array([[    0., -1000.]])
    """
    Z = as_floats(Z)
    shifted = Z - Z.max(axis=-1, keepdims=True)
    log_P: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return log_P
