"""The messages between grader and worker, and their frames on a socket. Used on both sides of the boundary.

A frame is a fixed header, a msgpack body and the raw bytes of its arrays. Nothing in it can be executed: the body
decodes into the closed set of structs below, and an array is a dtype from a list, a shape and bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
import numpy.typing as npt

MAGIC = b"FDG1"
NONCE_BYTES = 16
# A worker's first byte: it is shut in, and frames follow.
GREETING = b"!"
HEADER = struct.Struct("!4s16sIII")
LENGTH = struct.Struct("!Q")
# Decoded it is up to fifty times as large: a float takes one byte as a small number, and 32 as an object in a tuple.
MAX_BODY_BYTES = 8 * 2**20
MAX_BUFFERS = 4096
MAX_ARRAY_BYTES = 2**30
MAX_DIMENSIONS = 8
MAX_DEPTH = 32
MAX_NAME = 200
MAX_LINE = 500
MAX_MESSAGE = 4000
MAX_FRAMES = 8
MAX_IMAGES = 100
MAX_IMAGE_PIXELS = 10_000
DTYPES = frozenset(
    ["bool"]
    + [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
    + ["float16", "float32", "float64", "complex64", "complex128"]
)


# What a forged frame may not stretch without bounds: these are shown to a learner.
Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
LineText = Annotated[str, msgspec.Meta(max_length=MAX_LINE)]
Sizes = Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_DIMENSIONS)]


class WireError(Exception):
    """The other side sent something that is no message."""


# ---------------------------------------------------------------- values


class Plain(msgspec.Struct, frozen=True, tag="plain"):
    """None, a bool, an int of at most 64 bits, a float or a str: exactly these types."""

    value: bool | int | float | str | None


class Array(msgspec.Struct, frozen=True, tag="array"):
    """A NumPy array or a framework's tensor. `buffer` counts the frame's buffers from 0."""

    dtype: str
    shape: tuple[int, ...]
    buffer: int
    origin: Literal["array", "scalar", "tensor"] = "array"


class SharedArray(msgspec.Struct, frozen=True, tag="shared_array"):
    """A NumPy array whose bytes the worker has been handed before, by `Attach`."""

    dtype: str
    shape: tuple[int, ...]
    segment: int


class Items(msgspec.Struct, frozen=True, tag="items"):
    """A list or tuple."""

    kind: Literal["list", "tuple"]
    items: tuple[Value, ...]


class Mapping(msgspec.Struct, frozen=True, tag="mapping"):
    """A dict with str keys."""

    keys: tuple[str, ...]
    items: tuple[Value, ...]


class Layer(msgspec.Struct, frozen=True):
    """One layer as Keras describes it. `None` where the layer has no such property.

    `window`: the kernel size of a convolution, or the size of the field that pooling looks at.
    `momentum`: how much of its remembered mean a batch normalization keeps.
    """

    class_name: str
    name: str
    units: int | None = None
    activation: str | None = None
    rate: float | None = None
    output_shape: tuple[int | None, ...] | None = None
    parameters: int = 0
    window: Sizes | None = None
    strides: Sizes | None = None
    momentum: float | None = None


class Compiled(msgspec.Struct, frozen=True):
    """What a model was compiled with, in Keras's snake_case names."""

    optimizer: str
    learning_rate: float | None
    loss: str | None
    from_logits: bool
    metrics: tuple[str, ...]
    steps: int


class ModelValue(msgspec.Struct, frozen=True, tag="model"):
    """A description of a model that stays in the worker under `handle`. Nested models are flattened into `layers`."""

    handle: int
    class_name: str
    layers: tuple[Layer, ...]
    built: bool
    input_shape: tuple[int | None, ...] | None
    output_shape: tuple[int | None, ...] | None
    parameters: int | None
    compiled: Compiled | None


class HistoryValue(msgspec.Struct, frozen=True, tag="history"):
    """A `keras.callbacks.History`: one number an epoch for each key."""

    handle: int
    values: dict[str, tuple[float, ...]]
    epochs: tuple[int, ...]


class Line(msgspec.Struct, frozen=True):
    """One drawn line."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class Image(msgspec.Struct, frozen=True):
    """A picture in a figure, as it is drawn: the top row first, one byte a pixel, before any colours.

    0 is the low end of the colour map and 255 the high one. `pixels` is empty for more than `MAX_IMAGE_PIXELS`.
    """

    height: Annotated[int, msgspec.Meta(ge=0)]
    width: Annotated[int, msgspec.Meta(ge=0)]
    pixels: Annotated[bytes, msgspec.Meta(max_length=MAX_IMAGE_PIXELS)]

    def __post_init__(self) -> None:
        size = self.height * self.width
        if len(self.pixels) != (size if size <= MAX_IMAGE_PIXELS else 0):
            raise ValueError(f"{len(self.pixels)} pixels for {self.height} x {self.width}")

    def levels(self) -> npt.NDArray[np.uint8]:
        """Return the picture: (height, width), or (0, 0) where it was too large to be sent."""
        shape = (self.height, self.width) if self.pixels else (0, 0)
        return np.frombuffer(self.pixels, np.uint8).reshape(shape)


class Axes(msgspec.Struct, frozen=True):
    """One set of axes of a figure. `legend` is None where there is none. `images`: the first `MAX_IMAGES`."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    legend: tuple[str, ...] | None
    images: Annotated[tuple[Image, ...], msgspec.Meta(max_length=MAX_IMAGES)] = ()


class FigureValue(msgspec.Struct, frozen=True, tag="figure"):
    """A matplotlib figure. `missing_glyphs`: characters that no font of the figure can draw."""

    handle: int
    title: str
    axes: tuple[Axes, ...]
    missing_glyphs: tuple[str, ...]


class Opaque(msgspec.Struct, frozen=True, tag="opaque"):
    """Anything else: its type's name and a short repr."""

    type_name: Name
    text: Name


class Held(msgspec.Struct, frozen=True, tag="held"):
    """An object that stays in the worker."""

    handle: int


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """All that is needed to build a model anew: Keras's own JSON and the weights."""

    config: str
    compiled: str | None
    weights: tuple[Array | SharedArray, ...]


class HistoryInput(msgspec.Struct, frozen=True, tag="history_input"):
    """A History to be made in the worker."""

    values: dict[str, tuple[float, ...]]
    epochs: tuple[int, ...]


class TextFile(msgspec.Struct, frozen=True, tag="text_file"):
    """A text file to be opened for reading in the worker, as `open(path, newline="")` does."""

    text: str


Value = (
    Plain
    | Array
    | SharedArray
    | Items
    | Mapping
    | ModelValue
    | HistoryValue
    | FigureValue
    | Opaque
    | Held
    | Snapshot
    | HistoryInput
    | TextFile
)


# ---------------------------------------------------------------- requests, grader to worker


class Segment(msgspec.Struct, frozen=True, tag="load"):
    """Statements of the learner's file to execute. `first_line` counts from 1 in `file`."""

    module: str
    file: str
    first_line: int
    source: str


class NotebookCell(msgspec.Struct, frozen=True, tag="cell"):
    """A cell of a notebook to run as Jupyter does, after those before it. `number` counts code cells from 1."""

    number: int
    source: str


class Call(msgspec.Struct, frozen=True, tag="call"):
    """Call a function of the learner's. `keep`: hold the result in the worker and send a `Held`.

    `snapshots`: send the models among arguments and result as `Snapshot`s too.
    """

    function: str
    arguments: tuple[Value, ...]
    seed: int
    keep: bool = False
    snapshots: bool = False


class Predict(msgspec.Struct, frozen=True, tag="predict"):
    """Ask a model for its outputs on `images`. `training`: in one batch and as during training, dropout at work."""

    model: Value
    images: Value
    training: bool = False


class Attach(msgspec.Struct, frozen=True, tag="attach"):
    """Take bytes that many calls use. They come as the descriptor of a sealed file in memory beside the message."""

    segment: int


class Fetch(msgspec.Struct, frozen=True, tag="fetch"):
    """Ask for the weights and configuration of a held model."""

    handle: int


class Warm(msgspec.Struct, frozen=True, tag="warm"):
    """To the warm parent: import these modules, execute nothing."""

    modules: tuple[str, ...]


class Enclosure(msgspec.Struct, frozen=True):
    """How a worker shuts itself in before it runs a learner's code.

    `nest`: in namespaces of its own, with an empty /tmp in which only `kept` folders stay. `landlock`: behind
    Landlock, where it reads `readable` files and folders with all in them, and lists `listed` folders. `calls`: the
    program of a seccomp filter, empty for none.
    """

    nest: bool = False
    kept: tuple[str, ...] = ()
    landlock: bool = False
    readable: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    calls: bytes = b""


class Fork(msgspec.Struct, frozen=True, tag="fork"):
    """To the warm parent: fork a worker. Its channel and its output come as file descriptors beside the message."""

    nonce: bytes
    memory_mib: int
    enclosure: Enclosure = Enclosure()


class Try(msgspec.Struct, frozen=True, tag="try"):
    """To the warm parent: say by `Ready` or `Raised` whether a child can shut itself in like this."""

    enclosure: Enclosure


class Reap(msgspec.Struct, frozen=True, tag="reap"):
    """To the warm parent: wait for this dead child and say how it ended."""

    pid: int


Request = Segment | NotebookCell | Call | Predict | Attach | Fetch | Warm | Try | Fork | Reap


# ---------------------------------------------------------------- replies, worker to grader


class TrainedOn(msgspec.Struct, frozen=True):
    """What passed through a model's train or test steps, over all epochs.

    `pixel_sum`: sum of all inputs; `label_sum`: sum of labels; `cross_sum`: sum over samples of label times the
    sample's input sum, which changes when labels are moved to other images.
    """

    batches: int = 0
    samples: int = 0
    largest_batch: int = 0
    pixel_sum: float = 0.0
    label_sum: float = 0.0
    cross_sum: float = 0.0


class Observation(msgspec.Struct, frozen=True):
    """What really ran inside a call, seen from one model that was passed in."""

    training: TrainedOn
    testing: TrainedOn


class Returned(msgspec.Struct, frozen=True, tag="returned"):
    """The call returned. `arguments`: the models among the arguments as they are now, `None` for all others.

    `changed`: the positions of array arguments whose contents the call changed. `observations`: one for each
    argument, `None` where it is no model.
    """

    value: Value
    arguments: tuple[Value | None, ...] = ()
    changed: tuple[int, ...] = ()
    observations: tuple[Observation | None, ...] = ()
    snapshots: tuple[Snapshot | None, ...] = ()


class Frame(msgspec.Struct, frozen=True):
    """A line of the learner's own code in a traceback."""

    file: LineText
    line: int
    function: Name
    text: LineText


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """The call or the load raised. `name`: the name a NameError or UnboundLocalError is about."""

    type_name: Name
    text: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE)]
    frames: Annotated[tuple[Frame, ...], msgspec.Meta(max_length=MAX_FRAMES)] = ()
    name: Name | None = None


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The segment was executed."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """From the warm parent: what was asked is done. `versions` of the libraries imported so far."""

    pid: int
    versions: dict[str, str] = {}


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """From the warm parent: how a child ended, as `waitstatus_to_exitcode` has it; None where it still runs."""

    exit_code: int | None


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far a training has come, before the reply: epochs done of all, the last loss, and the seconds it took."""

    epoch: int
    epochs: int
    loss: float | None
    seconds: float


Reply = Returned | Raised | Loaded | Ready | Ended | Progress

_encoder = msgspec.msgpack.Encoder()
_request_decoder = msgspec.msgpack.Decoder(Request)
_reply_decoder = msgspec.msgpack.Decoder(Reply)

Buffer = memoryview | bytes | bytearray


class Packer:
    """Collects the raw bytes of a message's arrays while the message is built."""

    def __init__(self) -> None:
        self.buffers: list[Buffer] = []

    def array(self, array: npt.NDArray[np.generic], origin: Literal["array", "scalar", "tensor"] = "array") -> Array:
        """Add `array`, whose dtype must be in `DTYPES`."""
        dtype = array.dtype.newbyteorder("=")
        self.buffers.append(raw_bytes(array.astype(dtype, copy=False)))
        return Array(dtype.name, tuple(array.shape), len(self.buffers) - 1, origin)


def raw_bytes(array: npt.NDArray[np.generic]) -> memoryview:
    """Return the bytes of `array` in C order, uncopied where they lie so already."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def unpack_array(array: Array, buffers: Sequence[Buffer]) -> npt.NDArray[np.generic]:
    """Return a base-class ndarray over the frame's own memory.

    Raises:
        WireError: dtype, shape and bytes do not agree.
    """
    if array.dtype not in DTYPES:
        raise WireError(f"dtype {array.dtype!r}")
    if len(array.shape) > MAX_DIMENSIONS or any(size < 0 for size in array.shape):
        raise WireError(f"shape {array.shape}")
    if not 0 <= array.buffer < len(buffers):
        raise WireError(f"buffer {array.buffer}")
    dtype = np.dtype(array.dtype)
    expected = announced = dtype.itemsize
    for size in array.shape:
        expected *= size
        announced *= max(size, 1)
    if announced > MAX_ARRAY_BYTES:
        # Of an array without elements no axis costs anything, but a sum along another one is as long as that axis.
        raise WireError(f"shape {array.shape}")
    buffer = buffers[array.buffer]
    if len(buffer) != expected:
        raise WireError(f"{len(buffer)} bytes for shape {array.shape} of {array.dtype}")
    return np.frombuffer(buffer, dtype=dtype).reshape(array.shape)


def pack(message: Request | Reply, buffers: Sequence[Buffer], nonce: bytes, sequence: int) -> Iterator[Buffer]:
    """Yield the pieces of a frame, array bytes uncopied."""
    body = _encoder.encode(message)
    if len(body) > MAX_BODY_BYTES:
        raise WireError(f"{len(body)} bytes, which is more than can be handed over")
    yield HEADER.pack(MAGIC, nonce, sequence, len(body), len(buffers))
    yield b"".join(LENGTH.pack(len(buffer)) for buffer in buffers)
    yield body
    yield from buffers


class Unpacker:
    """Tells a reader how many bytes to read next, and turns them into a message.

    Feed it exactly the `wanted` bytes each time, until `message` is set. All sizes are checked before anything of
    that size is allocated.
    """

    def __init__(
        self, side: Literal["request", "reply"], nonce: bytes, sequence: int, max_array_bytes: int = MAX_ARRAY_BYTES
    ) -> None:
        self.message: Request | Reply | None = None
        self.buffers: list[bytearray] = []
        self.wanted = HEADER.size
        self._decoder = _request_decoder if side == "request" else _reply_decoder
        self._nonce, self._sequence, self._max_array_bytes = nonce, sequence, max_array_bytes
        self._stage = self._read_header
        self._body_bytes = 0
        self._buffer_count = 0
        self._lengths: list[int] = []

    def feed(self, data: bytearray) -> None:
        """Take the bytes asked for.

        Raises:
            WireError: they are no frame, belong to another call, or announce more than is allowed.
        """
        self._stage(data)

    def _read_header(self, data: bytearray) -> None:
        magic, nonce, sequence, self._body_bytes, self._buffer_count = HEADER.unpack(data)
        if magic != MAGIC or nonce != self._nonce or sequence != self._sequence:
            raise WireError("a frame that answers no request")
        if not 0 < self._body_bytes <= MAX_BODY_BYTES or self._buffer_count > MAX_BUFFERS:
            raise WireError("a frame without a message, or one that is too large")
        self.wanted = LENGTH.size * self._buffer_count
        self._stage = self._read_lengths
        if not self.wanted:
            self.feed(bytearray())

    def _read_lengths(self, data: bytearray) -> None:
        self._lengths = [length for (length,) in LENGTH.iter_unpack(data)]
        if sum(self._lengths) > self._max_array_bytes:
            raise WireError("arrays that are too large")
        self.wanted = self._body_bytes
        self._stage = self._read_body

    def _read_body(self, data: bytearray) -> None:
        try:
            self._decoded = self._decoder.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise WireError(f"a message that cannot be read: {str(error)[:MAX_LINE]}") from error
        self._stage = self._read_buffer
        self._next_buffer()

    def _read_buffer(self, data: bytearray) -> None:
        self.buffers.append(data)
        self._next_buffer()

    def _next_buffer(self) -> None:
        while len(self.buffers) < len(self._lengths):
            self.wanted = self._lengths[len(self.buffers)]
            if self.wanted:
                return
            self.buffers.append(bytearray())
        self.wanted = 0
        self.message = self._decoded
