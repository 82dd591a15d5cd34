"""The few types that all modules share, and the one door through which numbers come in."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]

Parameters: TypeAlias = Sequence[tuple[Array, Array]]
"""A network's parameters, or their gradients: one ``(W, b)`` per layer, first layer first."""


def as_floats(values: ArrayLike, name: str = "the input") -> Array:
    """Return `values` as an array of floats: float32 stays float32, integers become float64.

    Parameters
    ----------
    values : array_like of numbers
        Not copied when it is an array of floats already.
    name : str
        What the error message calls it.

    Returns
    -------
    ndarray of floats

    Raises
    ------
    TypeError
        When `values` does not hold real numbers (dtype object, text, complex).

    Examples
    --------
    >>> as_floats([1, 2])
    array([1., 2.])
    """
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    raise TypeError(
        f"{name} must hold numbers, and its dtype is {array.dtype}; "
        "rows of different lengths or missing values are the usual cause."
    )


def map_parameters(
    function: Callable[..., Array], *parameters: Parameters
) -> list[tuple[Array, Array]]:
    """Apply `function` to the arrays that stand at the same place in each list of (W, b).

    Parameters
    ----------
    function : callable
        Takes one array from each list.
    *parameters : lists of (W, b)
        Parameters, gradients or an optimizer's state, all of the same shapes.

    Returns
    -------
    list of (W, b)

    Raises
    ------
    ValueError
        When the lists have different lengths, or arrays that meet have different shapes.

    Examples
    --------
    >>> map_parameters(np.add, [(np.ones((1, 2)), np.zeros(2))], [(np.ones((1, 2)), np.ones(2))])
    [(array([[2., 2.]]), array([1., 1.]))]
    """
    result = []
    try:
        for pairs in zip(*parameters, strict=True):
            W, b = zip(*pairs, strict=True)
            result.append((function(*W), function(*b)))
    except ValueError as error:
        raise ValueError(
            f"The lists of (W, b) do not match at layer {len(result)} (counted from 0): {error}."
        ) from None
    return result
