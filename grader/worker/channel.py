"""The worker's end of a socket: frames in, frames out. Untrusted side."""

from __future__ import annotations

import array
import socket
from collections.abc import Sequence

from grader.sandbox import wire


class ChannelClosed(Exception):
    """The grader went away."""


class Channel:
    """Reads requests and writes replies, numbered from 1 on each side."""

    def __init__(self, connection: socket.socket, nonce: bytes) -> None:
        self._connection, self._nonce, self._sequence = connection, nonce, 0

    def receive(self) -> tuple[wire.Request, list[wire.Buffer]]:
        """Wait for the next request."""
        self._sequence += 1
        unpacker = wire.Unpacker("request", self._nonce, self._sequence)
        while unpacker.message is None:
            unpacker.feed(self._read(unpacker.wanted))
        return unpacker.message, list(unpacker.buffers)  # type: ignore[return-value]

    def receive_descriptors(self, count: int) -> tuple[int, ...]:
        """Return the file descriptors that follow the request received last."""
        _, ancillary, _, _ = self._connection.recvmsg(1, socket.CMSG_SPACE(count * array.array("i").itemsize))
        descriptors = array.array("i")
        for _level, _kind, data in ancillary:
            descriptors.frombytes(data)
        return tuple(descriptors)

    def send(self, reply: wire.Reply, buffers: Sequence[wire.Buffer] = ()) -> None:
        """Answer the request received last.

        Raises:
            WireError, UnicodeError: the reply cannot be packed. Nothing has been sent then.
        """
        for piece in wire.pack(reply, buffers, self._nonce, self._sequence):
            self._connection.sendall(piece)

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            count = self._connection.recv_into(view)
            if not count:
                raise ChannelClosed
            view = view[count:]
        return data
