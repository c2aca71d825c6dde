"""Runs the page's server until Ctrl-C: port, browser, signals. Trusted side."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import sys
import types
import webbrowser
from collections.abc import Iterator, Mapping

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
USUAL_PORT = 8310
# A browser keeps its connection open; nobody waits for it at the end.
GRACE_S = 1
TAKEN = (errno.EADDRINUSE, errno.EACCES)


def open_port(wanted: int) -> socket.socket:
    """Return a socket that listens on this machine alone, at the port that is wanted or, where it is taken, another.

    Raises:
        OSError: there is none.
    """
    try:
        return _listen(wanted)
    except OSError as error:
        if error.errno not in TAKEN:
            raise
        return _listen(0)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # A port that was in use a moment ago is free; elsewhere the option means that two may share one.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Answer requests until the program is told to end."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        # Its lines would hold the token.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    # After its own end it lets the signal that ended it through to us.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let the signals that end a program end it with everything that it has started."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), _leave) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _leave(number: int, frame: types.FrameType | None) -> None:
    sys.exit(128 + number)


def open_browser(url: str) -> bool:
    """Open the page in this machine's browser; return whether there is one with a window."""
    if not has_screen():
        return False
    with contextlib.suppress(webbrowser.Error):
        return webbrowser.open(url)
    return False


def has_screen(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether a browser could show something: one in a terminal would take it away from us."""
    if is_remote(environment):
        return False
    return platform != "linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def is_remote(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the learner sits at another machine."""
    return any(environment.get(name) for name in ("SSH_CONNECTION", "COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"))
