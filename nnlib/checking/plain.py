"""Plain data: the only thing that may pass between a submission and its judge.

Numbers, strings, ``None``, arrays of numbers, and lists, tuples and dicts of these; bounded in
depth, count and bytes. What a learner's function returns is copied into plain data before
anything else looks at it, without running a method of an object that the learner made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

MAX_DEPTH = 8
MAX_ITEMS = 20_000
MAX_BYTES = 64 * 2**20


class Unusable(Exception):
    """A value that cannot be judged; the message says why, in the learner's terms."""


def describe(value: object) -> str:
    """What a value is, in a few words, without calling any of its own methods.

    >>> describe(np.zeros((2, 3)))
    'an array of shape (2, 3)'
    >>> describe([1, 2])
    'a list of 2'
    """
    cls = type(value)
    if value is None:
        return "None"
    if cls is np.ndarray:
        assert isinstance(value, np.ndarray)
        return f"an array of shape {value.shape}" if value.ndim else f"the number {value.item()!r}"
    if cls in (bool, int, float, complex):
        return f"the number {_short_number(value)}"
    if cls in (list, tuple, dict):
        assert isinstance(value, (list, tuple, dict))
        return f"a {cls.__name__} of {len(value)}"
    if isinstance(value, np.generic):
        return f"a number of type {cls.__name__}"
    name = str(cls.__name__)[:40]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def plain(value: object) -> Any:
    """A copy of ``value`` as plain data.

    Raises
    ------
    Unusable
        For anything that is not plain, or that is too deep, too long or too large.

    Examples
    --------
    >>> plain((1, [2.5, None]))
    (1, [2.5, None])
    >>> plain(lambda: 0)
    Traceback (most recent call last):
        ...
    nnlib.checking.plain.Unusable: it is a function, where numbers or arrays can be judged
    """
    return _Copier().copy(value, 0)


class _Copier:
    """Copies one value and keeps account of how much it has copied."""

    def __init__(self) -> None:
        self.items = 0
        self.bytes = 0

    def copy(self, value: object, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Unusable(f"it is nested more than {MAX_DEPTH} levels deep")
        cls = type(value)
        self._account(items=1)
        if value is None or cls is bool:
            return value
        if cls in (int, float, complex):
            return self._number(value)
        if cls is str:
            assert isinstance(value, str)
            self._account(size=4 * len(value))
            return value
        if cls is np.ndarray:
            assert isinstance(value, np.ndarray)
            return self._array(value)
        if isinstance(value, np.ndarray):
            raise Unusable(
                f"it is {describe(value)}, a special kind of array; "
                "return an ordinary one, np.array(...)"
            )
        if isinstance(value, np.generic) and cls.__module__ == "numpy":
            return self._array(np.asarray(value))
        if isinstance(value, list):
            return [self.copy(item, depth + 1) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return tuple(self.copy(item, depth + 1) for item in tuple.__iter__(value))
        if isinstance(value, dict):
            if not all(type(key) is str for key in dict.keys(value)):
                raise Unusable("it is a dict whose keys are not all strings")
            return {key: self.copy(item, depth + 1) for key, item in dict.items(value)}
        raise Unusable(f"it is {describe(value)}, where numbers or arrays can be judged")

    def _account(self, items: int = 0, size: int = 0) -> None:
        self.items += items
        self.bytes += size
        if self.items > MAX_ITEMS:
            raise Unusable(f"it holds more than {MAX_ITEMS:,} items")
        if self.bytes > MAX_BYTES:
            raise Unusable(f"it takes more than {MAX_BYTES // 2**20} MB")

    def _number(self, value: Any) -> Any:
        if type(value) is int and abs(value) >= 2**63:
            raise Unusable(f"it is an integer of {value.bit_length():,} bits")
        return np.asarray(value) if type(value) is complex else value

    def _array(self, value: np.ndarray) -> np.ndarray:
        if value.dtype.kind not in "biufc":
            raise Unusable(
                f"it is an array of dtype {value.dtype}, where an array of numbers can be judged"
            )
        self._account(size=value.size * value.itemsize)  # what a broadcast view would become
        dtype = value.dtype.newbyteorder("=")
        if dtype.itemsize > 8 and dtype.kind == "f":
            dtype = np.dtype(float)  # long double differs between machines
        order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
        return np.array(value, dtype=dtype, order=order)  # type: ignore[call-overload,no-any-return]


def same(a: object, b: object) -> bool:
    """Whether two plain values are identical, bit for bit; nan equals nan."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            isinstance(a, np.ndarray)
            and isinstance(b, np.ndarray)
            and a.dtype == b.dtype
            and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
        )
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(a == b) or (a != a and b != b)


def arrays_in(value: object) -> list[np.ndarray]:
    """Every array inside lists, tuples and dicts, in order, without copying."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [array for item in value[:MAX_ITEMS] for array in arrays_in(item)]
    return []


def _short_number(value: object) -> str:
    if isinstance(value, int) and abs(value) >= 2**63:
        return f"of {value.bit_length():,} bits"
    return repr(value)


def sharing(result: object, other: object) -> list[int]:
    """Which items of a result share memory with an array of ``other``."""
    items = result if isinstance(result, (tuple, list)) else (result,)
    theirs = _extents(other)
    return [i for i, item in enumerate(items[:64]) if _overlap(_extents(item), theirs)]


def _extents(value: object) -> np.ndarray:
    """Where in memory the arrays of a value begin, and where they end: two ascending rows."""
    pairs = [byte_bounds(array) for array in arrays_in(value) if array.size]
    return np.sort(np.array(pairs, np.uint64).reshape(-1, 2).T, axis=1)


def _overlap(mine: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether more of theirs begin before an end of mine than end before a beginning of mine.

    Lists of thousands of arrays cost a look-up for each, instead of one for each pair.
    """
    begun = theirs[0].searchsorted(mine[1]).sum()
    return bool(begun > theirs[1].searchsorted(mine[0], "right").sum())
