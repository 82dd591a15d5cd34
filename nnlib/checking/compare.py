"""Comparing one answer with the reference: structure, shape, dtype kind, finiteness, value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .exercise import Fault, Part, Path, Tolerance
from .plain import describe, same

Leaf = tuple[Path, Any, Any]


@np.errstate(all="ignore")
def compare(
    parts: tuple[Part, ...], expected: Any, received: Any, tolerance: Tolerance
) -> dict[str, Fault]:
    """Compare part by part; an `accepts` of an exercise's own may call it, too."""
    values = split(parts, received)
    if values is None:
        names = ", ".join(part.name for part in parts)
        text = f"expected {len(parts)} values ({names}), received {describe(received)}"
        return {part.name: Fault("number of parts", text) for part in parts}
    rights = split(parts, expected)
    assert rights is not None
    faults = {}
    for part, right, value in zip(parts, rights, values, strict=True):
        fault = _compare_part(part, right, value, tolerance)
        if fault:
            faults[part.name] = fault
    return faults


def split(parts: tuple[Part, ...], value: Any) -> list[Any] | None:
    """The value of each part, or None where their number is another."""
    if len(parts) == 1:
        return [value]
    if isinstance(value, (tuple, list)) and len(value) == len(parts):
        return list(value)
    return None


@np.errstate(all="ignore")
def deviation(expected: Any, received: Any, tolerance: Tolerance) -> float:
    """The largest error in units of what is allowed; inf where they cannot be compared."""
    part = Part("value")
    try:
        pairs = [(_numbers(a), _numbers(b)) for _, a, b in _leaves(part, expected, received)]
    except _Different:
        return np.inf
    worst = 0.0
    for right, value in pairs:
        if right.shape != value.shape or value.dtype.kind == "c":
            return np.inf
        error = np.where(_equal(right, value), 0.0, np.abs(np.subtract(value, right, dtype=float)))
        allowed = tolerance.allowance(right, value)
        ratio = np.divide(error, allowed, out=np.full(error.shape, np.inf), where=allowed > 0)
        ratio[error == 0] = 0.0
        worst = max(worst, float(np.max(np.where(np.isnan(ratio), np.inf, ratio), initial=0.0)))
    return worst


def _compare_part(part: Part, expected: Any, received: Any, tolerance: Tolerance) -> Fault | None:
    try:
        leaves = list(_leaves(part, expected, received))
    except _Different as difference:
        return Fault("structure", str(difference))
    if part.backwards:
        leaves.sort(key=lambda leaf: leaf[0][:1], reverse=True)  # stable: W stays before b
    pairs = [(part.label(path), _numbers(right), _numbers(value)) for path, right, value in leaves]
    for test in (_shape, _kind, _finite):
        for label, right, value in pairs:
            fault = test(label, right, value)
            if fault:
                return fault
    if part.integers and any(value.dtype.kind == "f" for _, _, value in pairs):
        return Fault("dtype", f"{part.name}: expected integers, received {pairs[0][2].dtype}")
    for label, right, value in pairs:
        fault = _value(label, right, value, tolerance)
        if fault:
            return fault
    return None


class _Different(Exception):
    """The structures differ; the message says where."""


def _leaves(part: Part, expected: Any, received: Any, path: Path = ()) -> Iterator[Leaf]:
    """Pairs of numbers or arrays that stand at the same place."""
    right, value = _flat(expected), received
    if isinstance(right, np.ndarray) and right.ndim == 1:
        value = _flat(received)
    if isinstance(right, (list, tuple)):
        if not right and isinstance(value, np.ndarray) and not value.size:
            return
        if not isinstance(value, (list, tuple)):
            what = f"a list of {len(right)}"
            text = f"{part.label(path)}: expected {what}, received {describe(value)}"
            raise _Different(text)
        if len(value) != len(right):
            text = f"{part.label(path)}: expected {len(right)} entries, received {len(value)}"
            raise _Different(text)
        for i, (a, b) in enumerate(zip(right, value, strict=True)):
            yield from _leaves(part, a, b, (*path, i))
    elif isinstance(right, dict):
        if not isinstance(value, dict) or value.keys() != right.keys():
            text = f"{part.label(path)}: expected entries {', '.join(right)}"
            raise _Different(f"{text}, received {describe(value)}")
        for key in right:
            yield from _leaves(part, right[key], value[key], (*path, key))
    elif isinstance(right, str) or right is None:
        if not same(right, value):
            raise _Different(f"{part.label(path)}: expected {right!r}, received {describe(value)}")
    elif not isinstance(value, (np.ndarray, bool, int, float)):
        lost = "; does the function end in return?" if value is None else ""
        what = describe(right)
        text = f"{part.label(path)}: expected {what}, received {describe(value)}{lost}"
        raise _Different(text if np.ndim(right) else text.replace(what, "a number"))
    else:
        yield path, right, value


def _flat(value: Any) -> Any:
    """A flat list of numbers counts as an array of one dimension."""
    if isinstance(value, (list, tuple)) and value:
        numbers = (bool, int, float)
        if all(isinstance(x, numbers) or (isinstance(x, np.ndarray) and not x.ndim) for x in value):
            return np.asarray([x.item() if isinstance(x, np.ndarray) else x for x in value])
    return value


def _numbers(value: Any) -> np.ndarray:
    return np.asarray(value)


def _equal(right: np.ndarray, value: np.ndarray) -> np.ndarray:
    return np.asarray((value == right) | ((value != value) & (right != right)))


def _shape(label: str, right: np.ndarray, value: np.ndarray) -> Fault | None:
    if value.shape == right.shape:
        return None
    want = f"shape {right.shape}" if right.ndim else "a single number"
    got = f"shape {value.shape}" if value.ndim else "a single number"
    return Fault("shape", f"{label}: expected {want}, received {got}")


def _kind(label: str, right: np.ndarray, value: np.ndarray) -> Fault | None:
    real = value.dtype.kind in "biuf"
    rounded = (
        right.dtype.kind == "f"
        and value.dtype.kind in "iu"
        and np.any(np.abs(value - right) < 1)
        and not np.array_equal(value, right)
    )
    if real and not rounded:
        return None
    return Fault("dtype", f"{label}: expected real numbers (float64), received {value.dtype}")


def _finite(label: str, right: np.ndarray, value: np.ndarray) -> Fault | None:
    bad = np.isfinite(right) & ~np.isfinite(value)
    if not bad.any():
        return None
    where = np.unravel_index(int(np.argmax(bad)), bad.shape)
    text = f"{bad.sum()} of {bad.size} entries are nan or inf, the first at {_index(where)}"
    if not bad.ndim:
        text = "it is"
        where = ()
    return Fault("finite", f"{label}: {text} {value[where]}, expected {right[where]:.6g}")


def _value(label: str, right: np.ndarray, value: np.ndarray, tolerance: Tolerance) -> Fault | None:
    error = np.abs(np.subtract(value, right, dtype=float))
    wrong = ~(_equal(right, value) | (error <= tolerance.allowance(right, value)))
    if not wrong.any():
        return None
    if not right.ndim:
        return Fault("value", f"{label}: expected {right:.8g}, received {value:.8g}")
    where = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    a, b = _distinct(right[where], value[where])
    text = f"{wrong.sum()} of {wrong.size} entries are wrong; at {_index(where)} "
    return Fault("value", f"{label}: {text}expected {a}, received {b}")


def _distinct(a: Any, b: Any) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 17):
        texts = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _index(where: tuple[Any, ...]) -> str:
    return "[" + ", ".join(str(int(i)) for i in where) + "]"
