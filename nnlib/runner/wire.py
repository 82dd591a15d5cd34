"""What crosses the trust boundary: frames of plain data, and nothing else.

A frame is two lengths, a small JSON text that tells the structure, and the raw bytes of everything
bulky (arrays, numbers with a fraction, texts) one after another in the order of the structure::

    header length, data length      two big-endian 32-bit integers
    header                          JSON: null, true, 3, ["float"], ["text", 5], ["list", ...],
                                    ["array", "<f8", [2, 3], "C"], {"a key": ...}
    data                            raw bytes

JSON so holds no nan, no long text and no deep nesting, and is bounded before it is parsed. Pickle
is never used: decoding calls nothing that the sender names. Every length, count, dtype and shape is
checked before an array is built, and whatever is wrong is a `WireError` with a sentence.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

MAX_DEPTH = 32
MAX_NODES = 40_000
MAX_HEADER = 4 * 2**20  # bytes
MAX_FRAME = 256 * 2**20  # bytes, unless the receiver asks for less
MAX_DIMENSIONS = 32
INTERRUPT, NEXT = b"i", b"n"  # what the engine tells a keeper; hanging up means: end it
PREFIX = struct.Struct(">II")

# Kinds and widths whose bytes mean the same on every machine this course runs on.
DTYPES = {
    np.dtype(code).str: np.dtype(code)
    for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
}


class WireError(ValueError):
    """A value that may not cross, or a frame that is not one; the message says why."""


def encode(value: Any) -> bytes:
    """A value as one frame.

    Parameters
    ----------
    value : plain data
        None, bool, int (64 bits), float, str, list, tuple, dict with str keys, NumPy scalars and
        ndarrays of booleans or numbers.

    Returns
    -------
    bytes

    Raises
    ------
    WireError
        For anything else, and for what is too deep, too long or too large.

    Examples
    --------
    >>> decode(encode({"shape": (2, 3), "loss": float("inf")}))
    {'shape': (2, 3), 'loss': inf}
    """
    writer = _Writer()
    header = json.dumps(writer.node(value, 0), separators=(",", ":"), ensure_ascii=False).encode()
    size = sum(map(len, writer.chunks))
    _check_sizes(len(header), size, MAX_FRAME)
    _check_count(header)
    return b"".join([PREFIX.pack(len(header), size), header, *writer.chunks])


def decode(frame: bytes | bytearray) -> Any:
    """The value of one whole frame; the inverse of `encode`."""
    position = 0

    def read(size: int) -> bytes | bytearray:
        nonlocal position
        position += size
        if position > len(frame):
            raise WireError("the frame ends early")
        return frame[position - size : position]

    value = receive(read, max_bytes=MAX_FRAME)
    if position != len(frame):
        raise WireError(f"{len(frame) - position} bytes follow the frame")
    return value


def receive(read: Callable[[int], bytes | bytearray], max_bytes: int = MAX_FRAME) -> Any:
    """The next value from ``read(size)``, which gives exactly that many bytes or raises.

    Raises
    ------
    WireError
        If the frame is malformed, or announces more than ``max_bytes``; nothing of that size is
        read or allocated then.
    """
    header_size, data_size = PREFIX.unpack(read(PREFIX.size))
    _check_sizes(header_size, data_size, max_bytes)
    header = bytes(read(header_size))
    _check_count(header)
    data = read(data_size)
    try:
        tree = _JSON.decode(header.decode())
    except (ValueError, RecursionError) as error:
        raise WireError(f"the frame's header is not JSON of the agreed kind: {error}") from None
    reader = _Reader(memoryview(data))
    value = reader.value(tree, 0)
    if reader.position != data_size:
        raise WireError(f"{data_size - reader.position} bytes of data belong to nothing")
    return value


class _Writer:
    """Turns values into header nodes and collects the bytes that belong to them."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.nodes = 0

    def node(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError(f"it has more than {MAX_DEPTH} levels or {MAX_NODES:,} values")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return _checked_int(value)
        if kind is float:
            self.chunks.append(struct.pack("<d", value))
            return ["float"]
        if kind is str:
            self.chunks.append(value.encode("utf-8", "replace"))  # lone surrogates become "?"
            return ["text", len(self.chunks[-1])]
        if kind is list or kind is tuple:
            return [kind.__name__, *(self.node(item, depth + 1) for item in value)]
        if kind is dict:
            return {_checked_key(key): self.node(item, depth + 1) for key, item in value.items()}
        if kind is np.ndarray or isinstance(value, np.generic):
            return self.array(value)
        raise WireError(f"a {kind.__name__} cannot be sent, only plain data")

    def array(self, value: np.ndarray | np.generic) -> list[Any]:
        if value.dtype.str not in DTYPES or value.ndim > MAX_DIMENSIONS:
            raise WireError(f"an array of dtype {value.dtype} cannot be sent")
        if value.nbytes > MAX_FRAME:
            raise WireError(f"an array of {value.nbytes:,} bytes is too large to send")
        if isinstance(value, np.generic):
            self.chunks.append(value.tobytes())
            return ["scalar", value.dtype.str]
        order: Literal["C", "F"] = (
            "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
        )
        self.chunks.append(value.tobytes(order))
        return ["array", value.dtype.str, list(value.shape), order]


class _Reader:
    """Builds values from header nodes, after checking each; takes its bytes in order."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.position = 0
        self.nodes = 0

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError(f"the frame has more than {MAX_DEPTH} levels or {MAX_NODES:,} values")
        if node is None or isinstance(node, bool):
            return node
        if isinstance(node, int):
            return _checked_int(node)
        if isinstance(node, dict):
            return {_checked_key(key): self.value(item, depth + 1) for key, item in node.items()}
        match node:
            case ["float"]:
                return struct.unpack("<d", self.take(8))[0]
            case ["text", int(size)]:
                return self.text(size)
            case ["list", *items]:
                return [self.value(item, depth + 1) for item in items]
            case ["tuple", *items]:
                return tuple([self.value(item, depth + 1) for item in items])
            case ["scalar", str(code)]:
                return self.array(code, [], "C")[()]
            case ["array", str(code), list(shape), "C" | "F" as order]:
                return self.array(code, shape, order)
        raise WireError("the frame's header holds something that stands for no value")

    def take(self, size: int) -> memoryview:
        if isinstance(size, bool) or not 0 <= size <= len(self.data) - self.position:
            raise WireError("the frame's header asks for more data than there are")
        self.position += size
        return self.data[self.position - size : self.position]

    def text(self, size: int) -> str:
        try:
            return str(self.take(size), "utf-8")
        except UnicodeDecodeError:
            raise WireError("a text in the frame is not UTF-8") from None

    def array(self, code: str, shape: list[Any], order: str) -> np.ndarray:
        dtype = DTYPES.get(code)
        if dtype is None:
            raise WireError(f"an array of dtype {code[:20]!r} is not accepted")
        if len(shape) > MAX_DIMENSIONS or not all(
            type(length) is int and 0 <= length <= MAX_FRAME for length in shape
        ):
            raise WireError("an array in the frame has an impossible shape")
        # Zero-sized arrays too must keep their other axes small: NumPy multiplies them.
        if math.prod(max(length, 1) for length in shape) > MAX_FRAME:
            raise WireError("an array in the frame is too large")
        raw = self.take(math.prod(shape) * dtype.itemsize)
        flat = np.frombuffer(raw, np.uint8)
        if dtype.kind == "b" and flat.size and flat.max() > 1:
            raise WireError("a boolean array in the frame holds something else")
        # A copy is writable, aligned, and does not keep the whole frame alive.
        return flat.view(dtype).reshape(shape, order=order).copy(order)  # type: ignore[call-overload,no-any-return]


def _check_sizes(header: int, data: int, max_bytes: int) -> None:
    if header > MAX_HEADER or header + data > max_bytes:
        raise WireError(f"a frame of {header + data:,} bytes is too large")


def _check_count(header: bytes) -> None:
    # Texts and fractions travel as data, so these characters count the values before they exist.
    if sum(map(header.count, (b",", b"[", b"{"))) > 8 * MAX_NODES:
        raise WireError("a frame of so many values is too large")


def _checked_int(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise WireError(f"an integer of {value.bit_length():,} bits is too large to send")
    return value


def _checked_key(key: Any) -> str:
    if type(key) is not str or len(key) > 1_000 or not key.isprintable():
        raise WireError("the keys of a dict must be short printable texts")
    return key


def _refuse(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no integer")


_JSON = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
