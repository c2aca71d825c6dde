"""A forked worker's life: shut itself in, then answer requests until the grader goes away. Untrusted side."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

from grader.sandbox import wire
from grader.worker.channel import Channel, ChannelClosed
from grader.worker.landlock import restrict
from grader.worker.limits import filter_calls, set_limits
from grader.worker.session import Session

FAILED = 70
STANDARD_STREAMS = 3


def work(descriptors: tuple[int, ...], folder: str, request: wire.Fork) -> NoReturn:
    """Be a worker. `descriptors`: its channel and its output; `folder`: where it may write, empty for /tmp."""
    status = FAILED
    try:
        channel_fd, output_fd = descriptors
        os.setsid()
        _redirect_output(output_fd)
        _close_all_but(channel_fd)
        set_limits(request.memory_mib)
        shut_in(request.enclosure, folder)
        connection = socket.socket(fileno=channel_fd)
        connection.sendall(wire.GREETING)
        _serve(Channel(connection, request.nonce))
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def shut_in(enclosure: wire.Enclosure, folder: str) -> None:
    """Take up residence in `folder`, then give up what the enclosure says, for good.

    Raises:
        OSError: the system refuses some of it.
    """
    if folder:
        os.chdir(folder)
        os.environ.update(HOME=folder, TMPDIR=folder, KERAS_HOME=f"{folder}/keras")
        tempfile.tempdir = folder
    _copy_font_list(Path(os.environ["TMPDIR"], "matplotlib"))
    if enclosure.landlock:
        restrict(enclosure.readable, enclosure.listed, folder)
    filter_calls(enclosure.calls)


def _serve(channel: Channel) -> None:
    session = Session(tell=channel.send)
    with contextlib.suppress(ChannelClosed):
        while True:
            message, buffers = channel.receive()
            if isinstance(message, wire.Attach):
                session.attach(message.segment, *channel.receive_descriptors(1))
                channel.send(wire.Loaded())
                continue
            reply, reply_buffers = session.answer(message, buffers)
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            try:
                channel.send(reply, reply_buffers)
            except (wire.WireError, UnicodeError) as error:
                channel.send(session.describe_error(error))


def _copy_font_list(target: Path) -> None:
    """Give matplotlib its list of fonts in a folder it may write to."""
    source = os.environ.get("FIRST_DIGITS_FONTS")
    os.environ["MPLCONFIGDIR"] = str(target)
    if source and not target.is_dir():
        shutil.copytree(source, target)


def _redirect_output(output_fd: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)


def _close_all_but(kept: int) -> None:
    """Close every descriptor inherited from the parent but the standard streams and `kept`."""
    highest = os.sysconf("SC_OPEN_MAX")
    os.closerange(STANDARD_STREAMS, kept)
    os.closerange(kept + 1, min(highest, 2**16))
