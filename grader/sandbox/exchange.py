"""One question and its answer over a socket, watching the clock and what is printed. Trusted side."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from typing import Literal

from grader.sandbox import wire

POLL_S = 0.1
CHUNK_BYTES = 2**16
MAX_RECEIVED_BYTES = 2**26
MAX_SHOWN_OUTPUT_BYTES = 4096

Ending = Literal["timeout", "memory", "crash", "output", "garbage"]


class WorkerEnded(Exception):
    """The worker gave no answer. `exit_code`: minus the signal's number where a signal ended it."""

    def __init__(self, ending: Ending, exit_code: int | None = None, output: str = "") -> None:
        super().__init__(ending)
        self.ending, self.exit_code, self.output = ending, exit_code, output


class Output:
    """What the worker prints: drained always, counted, and kept up to a few thousand bytes."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._kept = bytearray()
        self._seen = self._allowed = 0
        self._open = True

    def start(self, allowed_bytes: int) -> None:
        self._kept.clear()
        self._seen, self._allowed = 0, allowed_bytes

    def read(self) -> bool:
        """Read once; return whether there was anything.

        Raises:
            WorkerEnded: more was printed than is allowed.
        """
        try:
            data = os.read(self.descriptor, CHUNK_BYTES) if self._open else b""
        except BlockingIOError:
            return False
        self._open = bool(data)
        self._seen += len(data)
        self._kept += data[: MAX_SHOWN_OUTPUT_BYTES - len(self._kept)]
        if self._seen > self._allowed:
            raise WorkerEnded("output")
        return bool(data)

    @property
    def is_open(self) -> bool:
        return self._open

    def drain(self) -> None:
        try:
            while self._open and self.read():
                pass
        except WorkerEnded:
            return

    def text(self) -> str:
        text = self._kept.decode("utf-8", "replace")
        return text + "\n[...]" if self._seen > len(self._kept) else text

    def close(self) -> None:
        self._open = False
        os.close(self.descriptor)


def exchange(
    channel: socket.socket,
    pieces: list[wire.Buffer],
    unpacker: wire.Unpacker,
    seconds: float,
    output: Output | None = None,
    watch: Callable[[], None] | None = None,
    descriptors: Sequence[int] = (),
) -> wire.Request | wire.Reply:
    """Send `pieces` and read the answer, reading the other side's output meanwhile so that neither waits for ever.

    `descriptors`: files to hand over with one byte after the pieces, which then are few and small.

    Raises:
        WorkerEnded: the time is over, the other side is gone, or `output` or `watch` had enough.
        WireError: the answer is no message.
    """
    if descriptors:
        channel.settimeout(seconds)
        channel.sendall(b"".join(pieces))
        socket.send_fds(channel, [b"."], descriptors)
        pieces = []
    channel.setblocking(False)
    sender, receiver = _Sender(channel, pieces), _Receiver(channel, unpacker)
    deadline = time.monotonic() + seconds
    next_watch = time.monotonic() + POLL_S
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ | (selectors.EVENT_WRITE if pieces else 0))
        if output and output.is_open:
            selector.register(output.descriptor, selectors.EVENT_READ)
        while unpacker.message is None:
            for key, events in selector.select(POLL_S):
                if output and key.fd == output.descriptor:
                    output.read()
                    if not output.is_open:
                        selector.unregister(output.descriptor)
                    continue
                if events & selectors.EVENT_WRITE and sender.send():
                    selector.modify(channel, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    receiver.receive()
            now = time.monotonic()
            if unpacker.message is None and now > deadline:
                raise WorkerEnded("timeout")
            if watch and now > next_watch:
                next_watch = now + POLL_S
                watch()
    return unpacker.message


class _Sender:
    def __init__(self, channel: socket.socket, pieces: list[wire.Buffer]) -> None:
        self._channel = channel
        self._views = [memoryview(piece).cast("B") for piece in pieces if len(piece)]

    def send(self) -> bool:
        """Send what the socket takes; return whether all is sent."""
        while self._views:
            try:
                count = self._channel.send(self._views[0])
            except BlockingIOError:
                return False
            self._views[0] = self._views[0][count:]
            if not self._views[0]:
                self._views.pop(0)
        return True


class _Receiver:
    def __init__(self, channel: socket.socket, unpacker: wire.Unpacker) -> None:
        self._channel, self._unpacker = channel, unpacker
        self._data, self._have = _room_for(unpacker.wanted), 0

    def receive(self) -> None:
        """Take in what the socket has, up to as much as lets the caller look at its clock again soon."""
        allowed = MAX_RECEIVED_BYTES
        while self._unpacker.message is None and allowed > 0:
            try:
                count = self._channel.recv_into(memoryview(self._data)[self._have :])
            except BlockingIOError:
                return
            if not count:
                raise WorkerEnded("crash")
            self._have += count
            allowed -= count
            if self._have == len(self._data):
                self._unpacker.feed(self._data)
                self._data, self._have = _room_for(self._unpacker.wanted), 0


def _room_for(size: int) -> bytearray:
    """Return a buffer. What is announced costs no memory before it comes.

    Raises:
        WireError: there is not so much memory.
    """
    try:
        return bytearray(size)
    except MemoryError as error:
        raise wire.WireError(f"{size} bytes, for which there is no memory") from error
