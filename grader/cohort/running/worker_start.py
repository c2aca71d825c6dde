"""What a worker process of this machine does first: Ctrl-C in the terminal is its grader's to hear. Trusted side."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any


def dask_setup(worker: Any) -> None:
    """Take no notice of Ctrl-C, and let what is started from here have it as usual. Dask calls this by its name.

    A handler that does nothing is not handed on to other programs, as the wish to ignore a signal would be.
    """
    signal.signal(signal.SIGINT, _take_no_notice)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _take_no_notice(number: int, frame: FrameType | None) -> None:
    """Do nothing."""


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back, here for as long as this lasts, and in threads and processes started by them until they say.

    So none hears it before it has come to `dask_setup`.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
