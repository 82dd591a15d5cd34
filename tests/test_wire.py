"""The protocol between the engine and a submission: plain data in, a sentence for anything else."""

from __future__ import annotations

import contextlib
import json
import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib.runner import wire
from nnlib.runner.wire import WireError, decode, encode

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(categories=["L", "N", "P"]), max_size=20)
arrays = st.sampled_from(sorted(wire.DTYPES)).flatmap(
    lambda code: hnp.arrays(code, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
)
scalars = st.sampled_from(sorted(wire.DTYPES)).flatmap(
    lambda code: hnp.arrays(code, ()).map(lambda array: array[()])
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | texts
    | arrays
    | arrays.map(np.asfortranarray)
    | scalars
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def identical(a: object, b: object) -> bool:
    """Whether two plain values agree in type, shape, memory order and every bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)) and isinstance(b, (np.ndarray, np.generic)):
        alike = a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        return alike and (a.flags.f_contiguous, a.flags.c_contiguous) == (
            b.flags.f_contiguous,
            b.flags.c_contiguous,
        )
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack("<d", a) == struct.pack("<d", b)
    return a == b


def frame(header: object, data: bytes = b"") -> bytes:
    """A frame made by hand, as an attacker makes one."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.PREFIX.pack(len(text), len(data)) + text + data


@given(values)
def test_a_value_arrives_as_it_was_sent(value: object) -> None:
    assert identical(decode(encode(value)), value)


def test_the_comparison_used_here_can_say_no() -> None:
    assert not identical(np.zeros((2, 3)), np.asfortranarray(np.zeros((2, 3))))
    assert not identical(0.0, -0.0)
    assert not identical([1], (1,))


def test_arrays_arrive_writable_and_on_their_own() -> None:
    value = {"note": "x", "W": np.arange(6.0).reshape(2, 3)}
    received = decode(encode(value))["W"]
    received += 1
    assert received.flags.owndata
    assert received.flags.aligned


def test_a_view_is_sent_as_the_array_it_shows() -> None:
    view = np.arange(24).reshape(4, 6)[::2, ::-1]
    assert identical(decode(encode(view)), np.ascontiguousarray(view))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        {1: 2},
        {"a\nb": 1},
        b"bytes",
        2**63,
        np.array(["text"]),
        np.array([object()]),
        np.zeros(3, ">f8"),
        np.zeros(2, "M8[s]"),
        np.ma.zeros(3),
        [0] * (wire.MAX_NODES + 1),
        np.broadcast_to(np.zeros(()), (10**5, 10**5)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_data_is_not_sent(value: object) -> None:
    with pytest.raises(WireError):
        encode(value)


def test_what_is_nested_too_deeply_is_not_sent() -> None:
    value: list[object] = []
    for _ in range(wire.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(WireError, match="levels"):
        encode(value)


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert decode(encode("a\ud800b")) == "a?b"


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\0\0\0\4",
        b"\xff" * 8,
        frame(b"{"),
        frame(b"NaN"),
        frame(b"1.5"),
        frame(b"1e999"),
        frame(b"9" * 5_000),
        frame(b"[" * 100_000),
        frame(b'{"a":' * 100_000),
        frame(2**70),
        frame("a bare text"),
        frame([]),
        frame(["float"], b"1234567"),
        frame(["float"], b"123456789"),
        frame(["text", 4], b"\xff\xfe\xfd\xfc"),
        frame(["text", -1]),
        frame(["text", True], b"x"),
        frame(["text", 10**9]),
        frame(["scalar", "<f8"]),
        frame(["array", "|O", [1], "C"], b"12345678"),
        frame(["array", "<U4", [1], "C"], b"1" * 16),
        frame(["array", ">f8", [1], "C"], b"1" * 8),
        frame(["array", "<f8", [1], "A"], b"1" * 8),
        frame(["array", "<f8", [-1], "C"], b"1" * 8),
        frame(["array", "<f8", [True], "C"], b"1" * 8),
        frame(["array", "<f8", [2.0], "C"], b"1" * 16),
        frame(["array", "<f8", [10**9, 10**9], "C"]),
        frame(["array", "<f8", [0, 2**28, 2**28, 2**28], "C"]),
        frame(["array", "<f8", [1] * 64, "C"], b"1" * 8),
        frame(["array", "|b1", [2], "C"], b"\1\2"),
        frame(["array", {"x": 1}, [1], "C"]),
        frame(["pickle", "gASVBAAAAAAAAABLAS4="]),
        frame({"key\n": 1}),
        encode([1.0, 2.0]) + b"x",
        encode([1.0, 2.0])[:-1],
        frame(["list", *[0] * (wire.MAX_NODES + 1)]),
    ],
)
def test_a_malformed_frame_is_refused_with_a_sentence(forged: bytes) -> None:
    with pytest.raises(WireError, match=r"\w+ \w+ \w+"):
        decode(forged)


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_wire_errors(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


@given(values, st.data())
@settings(max_examples=200)
def test_a_mutated_frame_gives_a_value_or_a_wire_error(value: object, draw: st.DataObject) -> None:
    mutated = bytearray(encode(value))
    for _ in range(draw.draw(st.integers(1, 4))):
        mutated[draw.draw(st.integers(0, len(mutated) - 1))] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(mutated)


def test_an_announced_size_is_refused_before_it_is_read() -> None:
    asked: list[int] = []

    def read(size: int) -> bytes:
        asked.append(size)
        return wire.PREFIX.pack(20, 2**31)

    with pytest.raises(WireError, match="too large"):
        wire.receive(read, max_bytes=10**6)
    assert asked == [wire.PREFIX.size]


def test_the_worst_header_is_decoded_in_bounded_memory() -> None:
    worst = [
        frame(b"[" + b"[]," * (wire.MAX_HEADER // 3 - 1) + b"[]]"),
        frame(b"[" + b"[]," * (2 * wire.MAX_NODES) + b"[]]"),
        frame(b'{"' + b"x" * (wire.MAX_HEADER - 10) + b'":1}'),
    ]
    tracemalloc.start()
    for forged in worst:
        with pytest.raises(WireError):
            decode(forged)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_fractions_that_json_cannot_hold_arrive() -> None:
    sent = [math.nan, math.inf, -math.inf, -0.0, 5e-324]
    assert identical(decode(encode(sent)), sent)
