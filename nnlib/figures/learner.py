"""What a figure may ask of a learner's function: an answer of the right shape, or one sentence.

A figure made from the reader's own function must live with one that is not written yet, raises,
or returns something else. It is then not drawn; a sentence says what came and what was expected.
"""

import traceback
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nnlib.arrays import Array

Function: TypeAlias = Callable[..., Any]
Shape: TypeAlias = tuple[int | None, ...]
"""A shape to expect; None stands for any size. A list of shapes: any of them will do."""


class Unusable(Exception):
    """A learner's answer that no figure can be drawn from; the message is for the learner."""


def answer(
    function: Function, *arguments: object, shape: Shape | list[Shape], name: str = ""
) -> Array:
    """Call a learner's function once and return its numbers, or raise `Unusable`.

    Parameters
    ----------
    function : callable
    *arguments
        Handed on; arrays are copied first, so that no figure changes its own data.
    shape : tuple, or list of tuples
        What must come back; None for any size.
    name : str
        What a sentence calls the function; its own name unless given.

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    Unusable

    Examples
    --------
    >>> answer(np.abs, np.array([-2.0, 3.0]), shape=(2,))
    array([2., 3.])
    """
    name = name or getattr(function, "__name__", type(function).__name__)
    name = "The function" if name == "<lambda>" else name
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        result = function(*copies)
    except NotImplementedError as error:
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)  # a function within may be to blame
        own = getattr(function, "__code__", frame.f_code)
        name = name if frame.f_code is own else frame.f_code.co_name
        raise Unusable(f"{name} is not written yet; this figure needs {_wanted(shape)}.") from None
    except Exception as error:
        reason = str(error).strip().splitlines()
        came = type(error).__name__ + (f" ({reason[0][:200]})" if reason else "")
        raise Unusable(f"{name} raised {came}; this figure needs {_wanted(shape)}.") from None
    return usable(result, shape, f"{name} returned")


def usable(value: object, shape: Shape | list[Shape], came: str, nan: bool = False) -> Array:
    """Return `value` as an array of numbers of this shape, or raise `Unusable`.

    Parameters
    ----------
    value : object
    shape : tuple, or list of tuples
        What is expected; None for any size.
    came : str
        How the sentence begins, such as ``"losses is"``.
    nan : bool
        Whether nan may be among the numbers; infinity always may.

    Raises
    ------
    Unusable

    Examples
    --------
    >>> usable(None, (3,), "losses is")
    Traceback (most recent call last):
    ...
    nnlib.figures.learner.Unusable: losses is None; this figure needs an array of shape (3,).
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise Unusable(
            f"{came} a list of rows of different lengths; this figure needs {_wanted(shape)}."
        ) from None
    if value is None or isinstance(value, str) or array.dtype.kind not in "biuf":
        what = "None" if value is None else f"an object of type {type(value).__name__}"
        raise Unusable(f"{came} {what}; this figure needs {_wanted(shape)}.")
    if not array.size:
        raise Unusable(f"{came} empty; this figure needs {_wanted(shape)}.")
    if not fits(array, shape):
        what = f"an array of shape {array.shape}" if array.ndim else "a single number"
        raise Unusable(f"{came} {what}; this figure needs {_wanted(shape)}.")
    if not nan and np.isnan(array).any():
        raise Unusable(
            f"{came} nan in {np.isnan(array).sum()} of {array.size} places, "
            "which no figure can show; a division 0/0 or inf - inf makes them."
        )
    return array


def fits(array: Array, shape: Shape | list[Shape]) -> bool:
    """Whether an array has this shape (or one of these), where None stands for any size."""
    if isinstance(shape, list):
        return any(fits(array, one) for one in shape)
    return array.ndim == len(shape) and all(
        expected in (None, size) for size, expected in zip(array.shape, shape, strict=True)
    )


def _wanted(shape: Shape | list[Shape]) -> str:
    if isinstance(shape, list):
        return " or ".join(_wanted(one) for one in shape)
    if not shape:
        return "a number"
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"an array of shape ({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
