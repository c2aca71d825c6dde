"""Who grades: a name by which others on the same machine can tell whether that process still lives. Trusted side."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import secrets
import socket
from pathlib import Path

import psutil

# host/place:process:started:random
NAME = re.compile(r"(?P<host>[^/:]*)/(?P<place>[0-9a-f]{8}):(?P<pid>\d+):(?P<started>\d+):[0-9a-f]+")

# The time at which a process started is told by a clock that may be set meanwhile.
CLOCK_SET_S = 3


def own_name() -> str:
    """Return a name for this process that nobody else has or gets."""
    host = re.sub(r"[/:\s]", "-", socket.gethostname())
    return f"{host}/{_place()}:{os.getpid()}:{_started(psutil.Process())}:{secrets.token_hex(4)}"


def is_gone(who: str) -> bool:
    """Return whether the process `who` is known to have ended. Of one on another machine nothing is known."""
    named = NAME.fullmatch(who)
    if named is None or named["place"] != _place():
        return False
    with contextlib.suppress(psutil.AccessDenied):
        try:
            process = psutil.Process(int(named["pid"]))
            # The number may be another process's by now.
            another = abs(_started(process) - int(named["started"])) > CLOCK_SET_S
            return another or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
    return False


def _started(process: psutil.Process) -> int:
    return round(process.create_time())


@functools.cache
def _place() -> str:
    """Return a digest of where process numbers are ours: this machine, since it was started, and this container."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:8]
