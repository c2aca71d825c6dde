"""Whatever bytes come from a worker, they are a message or are refused as none: nothing else happens in the grader."""

import os
import random
import socket
import threading

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox import wire
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.worker import Answer, Limits, Worker

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
NONCE = bytes(range(16))
SEEDS = st.integers(0, 2**64 - 1)
# What a body of the greatest size takes when it is decoded, and the body itself.
MEMORY_MIB = 512


def inputs(quick: int, thorough: int) -> settings:
    return settings(settings.get_profile("fuzz"), max_examples=thorough if THOROUGH else quick)


def frame(message, buffers=(), sequence=1) -> bytes:
    return b"".join(bytes(piece) for piece in wire.pack(message, buffers, NONCE, sequence))


def with_header(body: bytes, lengths=(), rest=b"", nonce=NONCE, sequence=1) -> bytes:
    counts = wire.HEADER.pack(wire.MAGIC, nonce, sequence, len(body), len(lengths))
    return counts + b"".join(wire.LENGTH.pack(length) for length in lengths) + body + rest


def chances(seed: int) -> list[random.Random]:
    """Return twenty sources of chance: what an input costs is little beside what drawing it costs."""
    return [random.Random(seed + number) for number in range(20)]


LAYER = wire.Layer("Dense", "dense", 10, "softmax", None, (None, 10), 5130, (3, 3), (1, 1), 0.9)
MODEL = wire.ModelValue(
    3, "Sequential", (LAYER,) * 2, True, (None, 784), (None, 10), 5130, wire.Compiled("adam", 0.1, "mse", False, (), 1)
)
FIGURE = wire.FigureValue(
    2, "t", (wire.Axes("a", "x", "y", (wire.Line("l", (1.0,), (2.0,)),), ("l",), (wire.Image(1, 2, b"ab"),)),), ("字",)
)
SNAPSHOT = wire.Snapshot("{}", None, (wire.Array("float32", (2,), 0),))
TRAINED = wire.TrainedOn(1, 2, 3, 4.0, 5.0, 6.0)
MESSAGES = [
    (wire.Returned(wire.Items("list", (wire.Array("float32", (2, 1), 0), wire.Array("uint8", (4,), 1)))), [8, 4]),
    (wire.Returned(wire.Mapping(("a", "b"), (wire.Plain(1), wire.Plain("x")))), []),
    (wire.Returned(MODEL, (MODEL, None), (0,), (wire.Observation(TRAINED, TRAINED), None), (SNAPSHOT,)), [8]),
    (wire.Returned(wire.HistoryValue(1, {"loss": (0.5, float("nan"))}, (0, 1))), []),
    (wire.Returned(FIGURE), []),
    (wire.Returned(wire.Opaque("set", "{1}")), []),
    (wire.Raised("E", "text", (wire.Frame("f.py", 3, "g", "x = 1"),), "x"), []),
    (wire.Loaded(), []),
    (wire.Ready(7, {"numpy": "2"}), []),
    (wire.Ended(-9), []),
]
BODIES = [(msgspec.msgpack.encode(message), sizes) for message, sizes in MESSAGES]
FRAMES = [frame(message, [bytes(size) for size in sizes]) for message, sizes in MESSAGES]
EXTREMES = [
    b"\0" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xdd\xff\xff\xff\xff",
    b"\xc6\x7f\xff\xff\xff",
]


def mutate(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        end = min(len(data), place + chance.choice([1, 1, 2, 4, 16]))
        match chance.randrange(7):
            case 0 if data:
                data[place % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                data[place:end] = chance.randbytes(end - place)
            case 2:
                del data[place:end]
            case 3:
                data[place:place] = chance.randbytes(chance.randint(1, 8))
            case 4:
                data[place:place] = data[place:end] * chance.choice([1, 2, 50])
            case 5:
                data[place : place + 4] = chance.choice(EXTREMES)
            case _:
                data[place:] = chance.choice(FRAMES)[place:]
    return bytes(data)


def unpack(raw: bytes, side="reply") -> wire.Unpacker | None:
    """Return what has read the frame; None where it is refused or ends early."""
    unpacker = wire.Unpacker(side, NONCE, 1)
    position = 0
    while unpacker.message is None:
        assert 0 < unpacker.wanted <= max(wire.MAX_ARRAY_BYTES, wire.MAX_BODY_BYTES)
        data = raw[position : position + unpacker.wanted]
        if len(data) < unpacker.wanted:
            return None
        position += len(data)
        try:
            unpacker.feed(bytearray(data))
        except wire.WireError as error:
            assert len(str(error)) < 2 * wire.MAX_LINE
            return None
    assert isinstance(unpacker.message, wire.Reply if side == "reply" else wire.Request)
    assert sum(map(len, unpacker.buffers)) <= wire.MAX_ARRAY_BYTES
    return unpacker


# ---------------------------------------------------------------- bytes


@pytest.mark.memory(MEMORY_MIB)
@inputs(500, 20_000)
@given(st.binary(max_size=2000), st.sampled_from(["reply", "request"]))
def test_random_bytes(tried, raw, side):
    tried("wire: random bytes")
    assert unpack(raw, side) is None
    unpack(with_header(raw), side)


@pytest.mark.memory(MEMORY_MIB)
@inputs(100, 5_000)
@given(SEEDS)
def test_mutated_frames(tried, seed):
    for chance in chances(seed):
        tried("wire: mutated frames")
        unpack(mutate(chance.choice(FRAMES), chance))


@pytest.mark.memory(MEMORY_MIB)
@inputs(100, 5_000)
@given(SEEDS)
def test_mutated_bodies_under_a_header_that_fits(tried, seed):
    """Most mutations of a whole frame are refused by its header; these get to the decoder."""
    for chance in chances(seed):
        tried("wire: mutated bodies")
        body, lengths = chance.choice(BODIES)
        sizes = list(lengths)
        if sizes and chance.random() < 0.3:
            sizes[chance.randrange(len(sizes))] = chance.choice([0, 1, 7, 2**30, 2**63, 2**64 - 1])
        unpack(with_header(mutate(body, chance), sizes, bytes(sum(sizes) if sum(sizes) < 100 else 0)))


# ---------------------------------------------------------------- bodies made to take memory


def array32(count: int) -> bytes:
    return b"\xdd" + count.to_bytes(4, "big")


def text(words: str) -> bytes:
    return msgspec.msgpack.encode(words)


def tagged(tag: str, **fields: bytes) -> bytes:
    parts = {"type": text(tag), **fields}
    return bytes([0x80 + len(parts)]) + b"".join(text(name) + value for name, value in parts.items())


FULL = wire.MAX_BODY_BYTES - 200
GREEDY = {
    "numbers of a byte that become floats": lambda: tagged(
        "history", handle=b"\1", values=b"\x81" + text("a") + array32(FULL) + b"\1" * FULL, epochs=b"\x90"
    ),
    "numbers": lambda: tagged(
        "history", handle=b"\1", values=b"\x80", epochs=array32(FULL // 3) + b"\xcd\x99\x99" * (FULL // 3)
    ),
    "keys": lambda: tagged(
        "history",
        handle=b"\1",
        values=b"\xdf" + (FULL // 8).to_bytes(4, "big") + b"".join(b"\xa6%06x\x90" % i for i in range(FULL // 8)),
        epochs=b"\x90",
    ),
    "texts": lambda: tagged("mapping", keys=array32(FULL // 3) + b"\xa2ab" * (FULL // 3), items=b"\x90"),
    "empty texts": lambda: tagged("mapping", keys=array32(FULL) + b"\xa0" * FULL, items=b"\x90"),
    "nothings": lambda: tagged(
        "items", kind=text("list"), items=array32(FULL // 19) + tagged("plain", value=b"\xc0") * (FULL // 19)
    ),
    "a text": lambda: tagged("plain", value=b"\xdb" + FULL.to_bytes(4, "big") + b"a" * FULL),
    "deep": lambda: (
        (b"\x83" + text("type") + text("items") + text("kind") + text("list") + text("items") + b"\x91") * (FULL // 30)
        + b"\xc0"
    ),
    "announced and not there": lambda: tagged("items", kind=text("list"), items=b"\xdd\xff\xff\xff\xff"),
}


@pytest.mark.memory(MEMORY_MIB)
@pytest.mark.parametrize("name", GREEDY)
def test_the_greediest_bodies_take_no_more_memory_than_stated(tried, name):
    tried("wire: greedy bodies")
    value = GREEDY[name]()
    body = b"\x82" + text("type") + text("returned") + text("value") + value
    assert len(body) <= wire.MAX_BODY_BYTES
    unpack(with_header(body))


def test_an_empty_array_with_a_huge_axis_is_refused():
    """Its sum along the other axis would take a terabyte."""
    for shape in ((0, 2**40), (2**30, 0, 2), (0, *(2**15,) * 7)):
        with pytest.raises(wire.WireError):
            wire.unpack_array(wire.Array("float32", shape, 0), [b""])
    assert wire.unpack_array(wire.Array("float32", (0, 784), 0), [b""]).sum(axis=0).shape == (784,)


# ---------------------------------------------------------------- a peer on a socket


REQUEST = frame(wire.Fetch(1))


class FakeKeeper:
    """A sandbox whose only process is a thread of this test."""

    def __init__(self) -> None:
        self.killed = False
        self.hung_up = False

    def worker_process(self, pid):
        return None

    def processes(self, pid):
        return []

    def parent_memory_bytes(self):
        return 0

    def is_running(self, pid):
        return not self.killed and not self.hung_up

    def kill(self, pid):
        self.killed = True

    def reap(self, pid):
        return None


def ask(peer, limits=None) -> Answer | str:
    """Return what `Worker.request` makes of a peer that does `peer(socket)` in a thread: the answer or the ending."""
    ours, theirs = socket.socketpair()
    output, nobody = os.pipe()
    keeper = FakeKeeper()
    worker = Worker(keeper, 1, ours, output, NONCE)

    def write() -> None:
        with theirs:
            try:
                assert theirs.recv(len(REQUEST), socket.MSG_WAITALL) == REQUEST
                peer(theirs)
            except OSError:
                # The grader has hung up.
                return
            finally:
                theirs.close()
                keeper.hung_up = True

    thread = threading.Thread(target=write)
    thread.start()
    try:
        return worker.request(wire.Fetch(1), [], limits or Limits(seconds=30.0, memory_mib=100))
    except WorkerEnded as ended:
        assert keeper.killed and not worker.alive
        return ended.ending
    finally:
        worker.close()
        os.close(nobody)
        thread.join()


@pytest.mark.memory(MEMORY_MIB)
@inputs(200, 5_000)
@given(SEEDS)
def test_a_peer_that_writes_anything_and_hangs_up(tried, seed):
    """In pieces of any size: a whole message is an answer, everything else ends the worker."""
    tried("wire: peers that hang up")
    chance = random.Random(seed)
    whole = chance.choice(FRAMES)
    raw = chance.choice([whole, mutate(whole, chance), whole + whole, whole[: chance.randrange(len(whole))]])

    def peer(channel: socket.socket) -> None:
        rest = raw
        while rest:
            size = chance.choice([1, 2, 7, 1000])
            channel.sendall(rest[:size])
            rest = rest[size:]

    result = ask(peer)
    expected = unpack(raw)
    if expected is None:
        assert result in ("garbage", "crash")
    else:
        assert isinstance(result, Answer)
        assert msgspec.msgpack.encode(result.reply) == msgspec.msgpack.encode(expected.message)


def endless(start: bytes, more: bytes):
    def peer(channel: socket.socket) -> None:
        channel.sendall(start)
        while True:
            channel.sendall(more)

    return peer


@pytest.mark.memory(MEMORY_MIB)
@pytest.mark.parametrize(
    "peer",
    [
        endless(b"", b"\xff" * 4096),
        endless(b"", bytes(4096)),
        endless(b"", FRAMES[0].replace(NONCE, bytes(16))),
        endless(with_header(b"", (2**40,)), bytes(4096)),
        endless(with_header(b"", (wire.MAX_ARRAY_BYTES, 1)), bytes(4096)),
        endless(with_header(b"\xc1" * 100), bytes(4096)),
        endless(wire.HEADER.pack(wire.MAGIC, NONCE, 1, wire.MAX_BODY_BYTES, wire.MAX_BUFFERS), b"\0" * 4096),
    ],
    ids=["noise", "zeros", "another nonce", "huge array", "arrays together", "no message", "many buffers"],
)
def test_a_peer_that_never_stops_writing(tried, peer):
    tried("wire: endless peers")
    assert ask(peer) == "garbage"


@pytest.mark.parametrize("sent", [0, 1, wire.HEADER.size, len(FRAMES[0]) - 1])
def test_a_peer_that_stops_and_stays(tried, sent):
    tried("wire: silent peers")
    done = threading.Event()

    def peer(channel: socket.socket) -> None:
        channel.sendall(FRAMES[0][:sent])
        done.wait(30)

    def end() -> None:
        done.set()

    timer = threading.Timer(1.0, end)
    timer.start()
    assert ask(peer, Limits(seconds=0.2, memory_mib=100)) == "timeout"
    timer.cancel()
    done.set()


def test_what_comes_after_an_answer_answers_nothing_later():
    """A frame sent ahead of its request carries a number that no request has yet, or belongs to this one."""
    ours, theirs = socket.socketpair()
    output, nobody = os.pipe()
    worker = Worker(FakeKeeper(), 1, ours, output, NONCE)
    with theirs:
        theirs.sendall(frame(wire.Loaded()) + frame(wire.Loaded()))
        limits = Limits(seconds=30.0, memory_mib=100)
        assert worker.request(wire.Fetch(1), [], limits).reply == wire.Loaded()
        with pytest.raises(WorkerEnded, match="garbage"):
            worker.request(wire.Fetch(1), [], limits)
    os.close(nobody)


def test_the_mutations_reach_the_decoder_and_some_of_them_are_messages():
    """Else the tests above would prove nothing."""
    results = [unpack(with_header(mutate(BODIES[seed % 10][0], random.Random(seed)))) for seed in range(2000)]
    read = [result for result in results if result is not None]
    assert 20 < len(read) < 1980
    assert np.unique([type(result.message).__name__ for result in read]).size > 3
