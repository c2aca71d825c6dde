"""Single keys of a terminal, without Enter. Trusted side."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

POLL_S = 0.1


class Keys:
    """While it is entered, each key goes to `tell`. Where there is no terminal, nothing happens."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._before: Any = None

    def __enter__(self) -> Keys:
        if sys.stdin is None or not sys.stdin.isatty():
            return self
        if sys.platform == "win32":
            listen = self._listen_on_windows
        else:
            import termios
            import tty

            self._before = termios.tcgetattr(sys.stdin.fileno())
            tty.setcbreak(sys.stdin.fileno())
            listen = self._listen
        self._thread = threading.Thread(target=listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=1)
        if self._before is not None and sys.platform != "win32":
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)

    def _listen(self) -> None:
        descriptor = sys.stdin.fileno()
        with contextlib.suppress(OSError, ValueError):
            while not self._over.is_set():
                if select.select([descriptor], [], [], POLL_S)[0]:
                    raw = os.read(descriptor, 16)
                    if not raw:
                        # The terminal has closed.
                        self._tell("q")
                        return
                    for key in raw.decode("utf-8", "ignore"):
                        self._tell(key)

    def _listen_on_windows(self) -> None:
        import msvcrt
        import time

        keyboard: Any = msvcrt
        while not self._over.is_set():
            if keyboard.kbhit():
                self._tell(keyboard.getwch())
            else:
                time.sleep(POLL_S)
