"""The wire: whatever goes in comes out, and no bytes from the other side do more than be refused."""

import contextlib
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.sandbox import wire
from grader.submission.values import decode, encode

NONCE = b"n" * wire.NONCE_BYTES
DTYPES = st.sampled_from(sorted(wire.DTYPES))
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
ARRAYS = DTYPES.flatmap(lambda dtype: arrays.arrays(np.dtype(dtype), SHAPES))
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20)
VALUES = st.recursive(PLAIN | ARRAYS, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner), max_leaves=8)
MANY = settings(max_examples=400, deadline=None, derandomize=True)


def frame(message, buffers=(), nonce=NONCE, sequence=1) -> bytes:
    return b"".join(bytes(piece) for piece in wire.pack(message, buffers, nonce, sequence))


def read(raw: bytes, side="reply", limit=2**20):
    unpacker = wire.Unpacker(side, NONCE, 1, max_array_bytes=limit)
    position = 0
    while unpacker.message is None:
        wanted = unpacker.wanted
        if position + wanted > len(raw):
            return None
        unpacker.feed(bytearray(raw[position : position + wanted]))
        position += wanted
    return unpacker.message, unpacker.buffers


def same(first, second) -> bool:
    if isinstance(first, np.ndarray | np.generic):
        return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()
    if isinstance(first, list | tuple):
        return type(first) is type(second) and all(map(same, first, second)) and len(first) == len(second)
    return repr(first) == repr(second)


@MANY
@given(VALUES)
def test_value_crosses_unchanged(value):
    packer = wire.Packer()
    message = wire.Returned(encode(value, packer, None))
    decoded, buffers = read(frame(message, packer.buffers))
    assert same(value, decode(decoded.value, buffers, None))


@MANY
@given(ARRAYS.map(np.asfortranarray))
def test_array_in_another_memory_order_crosses_unchanged(array):
    packer = wire.Packer()
    packed = packer.array(array[..., ::-1] if array.ndim else array)
    assert np.array_equal(
        wire.unpack_array(packed, packer.buffers),
        array[..., ::-1] if array.ndim else array,
        equal_nan=array.dtype.kind in "fc",
    )


@MANY
@given(st.binary(max_size=300))
def test_random_bytes_are_refused_or_incomplete(raw):
    with contextlib.suppress(wire.WireError):
        assert read(raw) is None


@MANY
@given(st.binary(max_size=200))
def test_random_body_is_refused(body):
    raw = wire.HEADER.pack(wire.MAGIC, NONCE, 1, len(body), 0) + body
    if not body:
        return
    with pytest.raises(wire.WireError):
        read(raw)


@MANY
@given(st.data())
def test_damaged_frame_is_refused_incomplete_or_another_message(data):
    packer = wire.Packer()
    raw = bytearray(frame(wire.Returned(packer.array(np.arange(6.0).reshape(2, 3))), packer.buffers))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for broken in (bytes(raw), bytes(raw[:cut])):
        try:
            result = read(broken)
            if result is not None:
                decode(result[0].value, result[1], None)
        except (wire.WireError, AttributeError) as error:
            assert isinstance(error, wire.WireError) or not isinstance(result[0], wire.Returned)


@pytest.mark.parametrize("nonce, sequence", [(b"m" * wire.NONCE_BYTES, 1), (NONCE, 2), (NONCE, 0)])
def test_frame_of_another_call_is_refused(nonce, sequence):
    with pytest.raises(wire.WireError):
        read(frame(wire.Loaded(), (), nonce, sequence))


def test_request_is_no_reply():
    with pytest.raises(wire.WireError):
        read(frame(wire.Fetch(1)))


@pytest.mark.parametrize(
    "header, lengths",
    [
        ((2**32 - 1, 0), []),
        ((10, 2**32 - 1), []),
        ((10, 2), [2**63, 2**63]),
        ((10, 1), [2**40]),
    ],
)
def test_lying_header_allocates_nothing(header, lengths):
    raw = wire.HEADER.pack(wire.MAGIC, NONCE, 1, *header) + b"".join(map(wire.LENGTH.pack, lengths))
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            read(raw + b"\0" * 100)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_deep_nesting_is_refused():
    body = b"\x81" * 200_000 + b"\xc0"
    with pytest.raises(wire.WireError):
        read(wire.HEADER.pack(wire.MAGIC, NONCE, 1, len(body), 0) + body)


@pytest.mark.parametrize(
    "array",
    [
        wire.Array("object", (1,), 0),
        wire.Array("float64", (2,), 0),
        wire.Array("float64", (-1,), 0),
        wire.Array("float64", (1,), 1),
        wire.Array("float64", (1,), -1),
        wire.Array("uint8", (1,) * 9, 0),
        wire.Array("uint8", (2**40, 2**40, 0), 0),
    ],
)
def test_array_that_does_not_fit_its_bytes_is_refused(array):
    with pytest.raises(wire.WireError):
        wire.unpack_array(array, [bytes(8)])
