"""What a command costs: shared by the benchmarks."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[2]


class Cost(NamedTuple):
    """Wall and CPU seconds of a command, and what it printed."""

    wall: float
    cpu: float
    output: str


def measure(command: list[str], environment: dict[str, str]) -> Cost:
    """Run `command` in the project's folder.

    The CPU seconds are those of the whole machine meanwhile: what ends inside a sandbox is accounted to nobody else.
    """
    before, started = busy_seconds(), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return Cost(time.perf_counter() - started, busy_seconds() - before, done.stdout)


def busy_seconds() -> float:
    """Return the CPU seconds all processes of this machine have used since it started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)
