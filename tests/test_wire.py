"""Frames between grader and worker: what is packed comes back, and nothing else is ever taken for a message."""

import struct
import tracemalloc

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from grader.sandbox import wire
from grader.submission.values import decode, decode_snapshot, encode

NONCE, OTHER_NONCE = bytes(range(16)), bytes(16)
PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)
DTYPES = st.sampled_from(sorted(wire.DTYPES))
ARRAYS = DTYPES.flatmap(
    lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=4))
)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20)


def frame(message, buffers=(), nonce=NONCE, sequence=1) -> bytes:
    return b"".join(bytes(piece) for piece in wire.pack(message, buffers, nonce, sequence))


def unpack(raw: bytes, nonce=NONCE, sequence=1, side="reply", limit=wire.MAX_ARRAY_BYTES) -> wire.Unpacker:
    """Feed an unpacker what it asks for, as the two readers of the project do."""
    unpacker = wire.Unpacker(side, nonce, sequence, limit)
    position = 0
    while unpacker.message is None:
        data = raw[position : position + unpacker.wanted]
        if len(data) < unpacker.wanted:
            raise EOFError
        position += unpacker.wanted
        unpacker.feed(bytearray(data))
    return unpacker


def header(body_bytes: int, buffers: int, magic=wire.MAGIC, nonce=NONCE, sequence=1) -> bytes:
    return wire.HEADER.pack(magic, nonce, sequence, body_bytes, buffers)


def returned(value) -> wire.Returned:
    return wire.Returned(value)


def send_back(thing):
    packer = wire.Packer()
    unpacker = unpack(frame(returned(encode(thing, packer, None)), packer.buffers))
    return decode(unpacker.message.value, unpacker.buffers, None)


# ---------------------------------------------------------------- there and back


@PROPERTY
@given(ARRAYS)
def test_arrays_of_every_type_and_shape_come_back(array):
    back = send_back(array)
    assert type(back) is np.ndarray
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0, 2), (2, 3), (1,) * wire.MAX_DIMENSIONS])
def test_every_type_goes_through_in_every_kind_of_shape(dtype, shape):
    array = np.ones(shape, dtype)
    back = send_back(array)
    assert back.dtype == array.dtype and back.shape == shape and np.array_equal(back, array)


def test_arrays_in_another_layout_come_back_with_the_same_values():
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    for view in (array.T, array[::2, ::-1], np.asfortranarray(array), array.astype(">f4")):
        assert np.array_equal(send_back(view), view)
    assert send_back(array.astype(">f4")).dtype == np.dtype("float32")


@PROPERTY
@given(st.recursive(PLAIN | ARRAYS, lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)))
def test_nested_lists_and_tuples_come_back(thing):
    def same(a, b):
        if isinstance(a, np.ndarray):
            return a.dtype == b.dtype and a.tobytes() == b.tobytes()
        if isinstance(a, list | tuple):
            return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
        return type(a) is type(b) and a == b

    assert same(thing, send_back(thing))


PIXELS = arrays_of.arrays("uint8", arrays_of.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=30))
IMAGES = PIXELS.map(lambda pixels: wire.Image(*pixels.shape, pixels.tobytes()))
COUNTS = st.integers(0, 2**60)
SUMS = st.floats(allow_nan=False)
TRAINED_ON = st.builds(wire.TrainedOn, COUNTS, COUNTS, COUNTS, SUMS, SUMS, SUMS)
OBSERVATIONS = st.builds(wire.Observation, TRAINED_ON, TRAINED_ON)


@PROPERTY
@given(st.lists(st.lists(IMAGES, max_size=3).map(tuple), max_size=3))
def test_the_pictures_of_a_figure_come_back(pictures):
    axes = tuple(wire.Axes("title", "", "", (), None, images) for images in pictures)
    figure = wire.FigureValue(1, "", axes, ())
    unpacker = unpack(frame(returned(figure)))
    assert decode(unpacker.message.value, unpacker.buffers, None) == figure


@PROPERTY
@given(PIXELS)
def test_a_picture_is_read_as_the_array_it_was(pixels):
    levels = wire.Image(*pixels.shape, pixels.tobytes()).levels()
    assert levels.dtype == np.uint8
    assert np.array_equal(levels, pixels) if pixels.size else levels.shape == (0, 0)


def test_axes_need_no_pictures():
    figure = wire.FigureValue(1, "", (wire.Axes("", "", "", (), ("a",)),), ())
    assert unpack(frame(returned(figure))).message.value.axes[0].images == ()


@PROPERTY
@given(st.lists(st.none() | OBSERVATIONS, max_size=4).map(tuple))
def test_observations_come_back_one_for_each_argument(observations):
    message = wire.Returned(wire.Plain(1), observations=observations)
    assert unpack(frame(message)).message == message


@pytest.mark.parametrize("training", [True, False])
def test_a_prediction_says_in_which_mode(training):
    request = wire.Predict(wire.Held(1), wire.Held(2), training)
    assert unpack(frame(request), side="request").message == request
    assert wire.Predict(wire.Held(1), wire.Held(2)).training is False


def test_a_numpy_number_comes_back_as_one():
    assert type(send_back(np.float32(0.5))) is np.float32


# ---------------------------------------------------------------- what is no frame


EXAMPLE = frame(
    wire.Returned(
        wire.Items("list", (wire.Array("float32", (2, 3), 0), wire.Plain("text"), wire.Array("uint8", (4,), 1)))
    ),
    [bytes(24), bytes(4)],
)


@PROPERTY
@given(st.binary(max_size=300))
def test_random_bytes_are_no_message(raw):
    with pytest.raises((wire.WireError, EOFError)):
        unpack(raw)


@PROPERTY
@given(st.binary(max_size=200), st.sampled_from(["request", "reply"]))
def test_random_bodies_are_no_message_or_a_whole_one(body, side):
    try:
        unpacker = unpack(header(len(body), 0) + body, side=side)
    except wire.WireError:
        return
    assert isinstance(unpacker.message, wire.Reply if side == "reply" else wire.Request)


@PROPERTY
@given(st.integers(0, len(EXAMPLE) - 1))
def test_a_truncated_frame_is_never_a_message(length):
    with pytest.raises(EOFError):
        unpack(EXAMPLE[:length])


@PROPERTY
@given(st.integers(0, len(EXAMPLE) - 1), st.integers(1, 255))
def test_a_frame_with_one_wrong_byte_is_refused_or_read_without_any_other_error(position, change):
    raw = bytearray(EXAMPLE)
    raw[position] ^= change
    try:
        unpacker = unpack(bytes(raw))
        if isinstance(unpacker.message, wire.Returned):
            decode(unpacker.message.value, unpacker.buffers, None)
    except (wire.WireError, EOFError):
        return


@pytest.mark.parametrize(
    "raw",
    [
        header(0, 0, magic=b"FDG2"),
        header(0, 0, nonce=OTHER_NONCE),
        header(0, 0, sequence=2),
        header(0, 0, sequence=0),
        header(0, 0),
    ],
    ids=["magic", "nonce", "later", "earlier", "empty body"],
)
def test_a_frame_that_answers_no_request_is_refused(raw):
    with pytest.raises(wire.WireError):
        unpack(raw)


def test_a_request_is_no_reply():
    with pytest.raises(wire.WireError):
        unpack(frame(wire.Fetch(1)), side="reply")
    with pytest.raises(wire.WireError):
        unpack(frame(wire.Loaded()), side="request")


@pytest.mark.parametrize(
    "raw",
    [
        header(wire.MAX_BODY_BYTES + 1, 0),
        header(2**32 - 1, 2**32 - 1),
        header(1, wire.MAX_BUFFERS + 1),
        header(1, 1) + wire.LENGTH.pack(2**64 - 1),
        header(1, 1) + wire.LENGTH.pack(wire.MAX_ARRAY_BYTES + 1),
        header(1, 2) + wire.LENGTH.pack(wire.MAX_ARRAY_BYTES) + wire.LENGTH.pack(1),
    ],
    ids=["body", "everything", "buffers", "huge array", "large array", "arrays together"],
)
def test_nothing_is_allocated_for_a_header_that_announces_too_much(raw):
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            unpack(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_a_channel_that_carries_no_arrays_takes_none():
    with pytest.raises(wire.WireError):
        unpack(frame(returned(wire.Array("uint8", (1,), 0)), [b"a"]), limit=0)


def test_a_message_that_is_too_long_is_not_packed():
    with pytest.raises(wire.WireError):
        frame(returned(wire.Plain("a" * (wire.MAX_BODY_BYTES + 1))))


def test_a_body_nested_beyond_all_bounds_is_refused():
    for depth in (1000, 100_000):
        body = (
            b"\x82\xa4type\xa8returned\xa5value"
            + b"\x83\xa4type\xa5items\xa4kind\xa4list\xa5items\x91" * depth
            + b"\xc0"
        )
        with pytest.raises(wire.WireError):
            unpack(header(len(body), 0) + body)


# ---------------------------------------------------------------- messages whose parts do not fit


SIZES = st.integers(-3, 5) | st.sampled_from([2**31, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)])


@PROPERTY
@given(
    DTYPES | st.sampled_from(["object", "float128", "O", "<U9", "datetime64", "void", "", "V8", "i4,i4"]),
    st.lists(SIZES, max_size=10),
    SIZES,
    st.integers(0, 64),
)
def test_an_array_whose_parts_do_not_fit_is_refused(dtype, shape, buffer, size):
    try:
        array = wire.unpack_array(wire.Array(dtype, tuple(shape), buffer), [bytearray(size)])
    except wire.WireError:
        return
    assert array.dtype.name == dtype and list(array.shape) == shape and array.nbytes == size
    assert type(array) is np.ndarray


def nested(depth: int) -> wire.Value:
    value: wire.Value = wire.Plain(1)
    for _ in range(depth):
        value = wire.Items("list", (value,))
    return value


@pytest.mark.parametrize(
    "value",
    [
        wire.Mapping(("a", "b"), (wire.Plain(1),)),
        wire.Mapping((), (wire.Plain(1),)),
        wire.Array("float32", (0, 2**63 - 1), 0),
        wire.Array("uint8", (2**64 - 1, 0), 0),
        wire.Array("uint8", (1,), 0),
        wire.Held(1),
        wire.HistoryInput({}, ()),
        wire.Snapshot("{}", None, ()),
        wire.Items("list", (wire.Held(1),)),
        nested(300),
    ],
    ids=[
        "missing item",
        "missing key",
        "huge axis",
        "huger axis",
        "short",
        "held",
        "history",
        "snapshot",
        "inner",
        "deep",
    ],
)
def test_a_value_that_no_function_can_return_is_refused(value):
    unpacker = unpack(frame(returned(value), [b""]))
    with pytest.raises(wire.WireError):
        decode(unpacker.message.value, unpacker.buffers, None)


def test_weights_that_do_not_fit_are_refused():
    snapshot = wire.Snapshot("{}", None, (wire.Array("float32", (2,), 0),))
    with pytest.raises(wire.WireError):
        decode_snapshot(snapshot, [bytearray(4)])


def raw_image(height, width, pixels):
    """Return a frame with a picture that no worker would make."""
    figure = wire.FigureValue(1, "", (wire.Axes("", "", "", (), None, (wire.Image(1, 1, b"a"),)),), ())
    [header_size, old] = wire.HEADER.size, msgspec.msgpack.encode(wire.Image(1, 1, b"a"))
    body = frame(returned(figure))[header_size:]
    assert body.count(old) == 1
    new = msgspec.msgpack.encode({"height": height, "width": width, "pixels": pixels})
    body = body.replace(old, new)
    return header(len(body), 0) + body


LARGEST = wire.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    "height, width, pixels",
    [
        (2, 2, b"abc"),
        (2, 2, b""),
        (0, 3, b"abc"),
        (-1, -1, b"a"),
        (-2, 0, b""),
        (1, LARGEST + 1, bytes(LARGEST + 1)),
        (2**62, 2**62, b"a"),
        (1.5, 2, b"abc"),
    ],
)
def test_a_picture_whose_parts_do_not_fit_is_refused(height, width, pixels):
    with pytest.raises(wire.WireError):
        unpack(raw_image(height, width, pixels))


def test_a_picture_that_fits_is_not_refused():
    for height, width, pixels in ((1, LARGEST, bytes(LARGEST)), (2**62, 2**62, b""), (0, 0, b"")):
        [axes] = unpack(raw_image(height, width, pixels)).message.value.axes
        assert axes.images == (wire.Image(height, width, pixels),)


@PROPERTY
@given(st.integers(-3, 40) | SIZES, st.integers(-3, 40) | SIZES, st.binary(max_size=50))
def test_any_other_picture_is_refused_or_can_be_read(height, width, pixels):
    try:
        unpacker = unpack(raw_image(height, width, pixels))
    except (wire.WireError, OverflowError):
        return
    [image] = unpacker.message.value.axes[0].images
    assert image.levels().size in (0, height * width)


def test_more_pictures_than_any_worker_sends_are_refused():
    images = (wire.Image(1, 1, b"a"),) * (wire.MAX_IMAGES + 1)
    figure = wire.FigureValue(1, "", (wire.Axes("", "", "", (), None, images),), ())
    with pytest.raises(wire.WireError):
        unpack(frame(returned(figure)))


@pytest.mark.parametrize(
    "reply",
    [
        wire.Returned(wire.Opaque("x" * 5000, "")),
        wire.Returned(wire.Opaque("", "x" * 5000)),
        wire.Raised("x" * 5000, ""),
        wire.Raised("E", "x" * 100_000),
        wire.Raised("E", "", (wire.Frame("f", 1, "x" * 5000, ""),)),
        wire.Raised("E", "", (wire.Frame("f", 1, "f", "x" * 5000),)),
        wire.Raised("E", "", tuple(wire.Frame("f", 1, "f", "") for _ in range(100))),
    ],
    ids=["type", "repr", "error", "message", "function", "line", "frames"],
)
def test_texts_longer_than_any_worker_sends_are_refused(reply):
    with pytest.raises(wire.WireError):
        unpack(frame(reply))


def test_a_frame_carries_no_code():
    """Every type a frame can decode into is one of the structs of the module, or plain data."""
    names = {type(node).__name__ for node in msgspec.json.schema(wire.Returned)["$defs"].values()}
    assert names == {"dict"}
    assert struct.calcsize(wire.HEADER.format) == wire.HEADER.size
