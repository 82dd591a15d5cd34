"""How a network starts: weights drawn so that signals neither fade nor explode, biases zero."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from nnlib.arrays import Array

Initializer: TypeAlias = Callable[[Sequence[int], np.random.Generator], list[tuple[Array, Array]]]


def he_init(sizes: Sequence[int], rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Normal weights of variance ``2 / fan_in``, made for ReLU, and biases of zero.

    Parameters
    ----------
    sizes : sequence of int
        Width of the input, of each hidden layer, and of the output.
    rng : numpy.random.Generator

    Returns
    -------
    list of (W, b)
        W of shape (D, H) and b of shape (H,) for each pair of neighbors (D, H) in `sizes`.

    References
    ----------
    He et al., "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852.

    Examples
    --------
    >>> [(W.shape, b.shape) for W, b in he_init([2, 16, 3], np.random.default_rng(0))]
    [((2, 16), (16,)), ((16, 3), (3,))]
    """
    return [
        (rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), np.zeros(fan_out))
        for fan_in, fan_out in pairwise(sizes)
    ]


def glorot_init(sizes: Sequence[int], rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Uniform weights of variance ``2 / (fan_in + fan_out)``, made for tanh; biases of zero.

    Parameters
    ----------
    sizes : sequence of int
        Width of the input, of each hidden layer, and of the output.
    rng : numpy.random.Generator

    Returns
    -------
    list of (W, b)

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.

    Examples
    --------
    >>> W, b = glorot_init([4, 2], np.random.default_rng(0))[0]
    >>> bool(abs(W).max() <= 1)
    True
    """
    params = []
    for fan_in, fan_out in pairwise(sizes):
        limit = np.sqrt(6 / (fan_in + fan_out))
        params.append((rng.uniform(-limit, limit, (fan_in, fan_out)), np.zeros(fan_out)))
    return params
