"""What a command costs, whole process tree, sandboxes included: shared by the benchmarks.

`measure` runs this file as a small process of its own that adopts whatever the command leaves behind: bubblewrap ends
without waiting for what ran in it, so its CPU seconds are accounted to nobody else.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[2]
PR_SET_CHILD_SUBREAPER = 36
STRAGGLERS_S = 20.0


class Cost(NamedTuple):
    """Wall and CPU seconds of a command, what it printed, its exit status and what it wrote to stderr."""

    wall: float
    cpu: float
    output: str
    status: int = 0
    errors: str = ""


def measure(command: list[str], environment: dict[str, str], folder: Path = ROOT) -> Cost:
    """Run `command` in `folder`. Its CPU seconds are those of all processes it started, whatever they ran in.

    Compiled modules are kept, as everybody has them from the second run on.
    """
    environment = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as place:
        told = Path(place, "cost.json")
        runner = [sys.executable, __file__, str(told), *command]
        done = subprocess.run(runner, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if not told.exists():
            raise RuntimeError(f"{command[0]} could not be run: {done.stderr[-500:]}")
        wall, cpu, status = json.loads(told.read_text(encoding="utf-8"))
    return Cost(wall, cpu, done.stdout, status, done.stderr)


def tree_seconds(process: psutil.Process | None = None) -> float:
    """Return the CPU seconds used so far by `process`, by default this one, and all below it, dead ones too."""
    top = process or psutil.Process()
    total = 0.0
    for member in (top, *top.children(recursive=True)):
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def busy_seconds() -> float:
    """Return the CPU seconds all processes of this machine have used since it started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _run(told: Path, command: list[str]) -> None:
    """Run `command`, wait for it and all it left, and write wall seconds, CPU seconds and exit status to `told`."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    status = subprocess.run(command, check=False).returncode
    wall = time.perf_counter() - started
    _reap_what_is_left(time.monotonic() + STRAGGLERS_S)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told.write_text(json.dumps([wall, used.ru_utime + used.ru_stime, status]), encoding="utf-8")


def _reap_what_is_left(deadline: float) -> None:
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return


if __name__ == "__main__":
    _run(Path(sys.argv[1]), sys.argv[2:])
