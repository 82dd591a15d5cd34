"""Inverted dropout: silence neurons at random, and scale the others so that the mean stays."""

import numpy as np

from nnlib.arrays import Array


def dropout_forward(
    A: Array, drop_prob: float, rng: np.random.Generator, training: bool = True
) -> tuple[Array, Array]:
    """Set every entry to 0 with probability `drop_prob`; divide the others by ``1 - drop_prob``.

    Parameters
    ----------
    A : ndarray of any shape
    drop_prob : float
        At least 0 and below 1.
    rng : numpy.random.Generator
        Decides which entries are dropped.
    training : bool
        When False nothing is dropped and `A` itself is passed on.

    Returns
    -------
    out : ndarray of A's shape
    mask : ndarray of A's shape
        1 where an entry was kept, 0 where it was dropped.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
    JMLR 15 (2014), 1929-1958.

    Examples
    --------
    >>> out, mask = dropout_forward(np.ones(1000), 0.2, np.random.default_rng(0))
    >>> np.unique(out), abs(mask.mean() - 0.8) < 0.05
    (array([0.  , 1.25]), np.True_)
    """
    if not 0 <= drop_prob < 1:
        raise ValueError(
            f"drop_prob is {drop_prob}; expected a number from 0 up to, not including, 1."
        )
    if not training:
        return A, np.ones_like(A)
    mask = (rng.random(A.shape) >= drop_prob).astype(A.dtype)
    return dropout_backward(A, mask, drop_prob), mask


def dropout_backward(dout: Array, mask: Array, drop_prob: float) -> Array:
    """Derivative through `dropout_forward` in training, ``dA = dout * mask / (1 - drop_prob)``.

    Dropout multiplies by a fixed number per entry, so backward is the same product as forward.

    Parameters
    ----------
    dout : ndarray of any shape
        Derivative of the loss with respect to the output.
    mask : ndarray of dout's shape
        As returned by `dropout_forward`.
    drop_prob : float

    Returns
    -------
    ndarray of dout's shape

    Examples
    --------
    >>> dropout_backward(np.array([1.0, 2.0]), np.array([0.0, 1.0]), 0.2)
    array([0. , 2.5])
    """
    dA: Array = dout * mask / (1 - float(drop_prob))
    return dA
