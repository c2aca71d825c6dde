"""Grades submissions in one process, one warm sandbox for all, and says what each cost.

python tests/benchmarks/class_ours.py FILE ... [--data sample] [--share] [--memory] [--profile FILE]

With --share what one has passed counts for those who wrote the same, as `grader grade` does it. Prints one line of
JSON. CPU seconds are those of this process and all below it. With --memory it looks every 20 ms at what the processes
of the submission have for themselves (USS: pages that nothing else shares); that costs time, so the seconds of such a
run are no measurement.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from classroom import CHAPTER
from cost import tree_seconds

from grader.plugin.grade import grade
from grader.plugin.passes import Passes
from grader.sandbox.process import Sandbox

LOOK_S = 0.02


def graded(paths: list[Path], data: str, sandbox: Sandbox, share: bool = False) -> Iterator[str]:
    """Grade each submission and yield what came of it: the one place to change when a class is graded another way."""
    passes = Passes() if share else None
    for path in paths:
        done = grade(path, "--lang=en", f"--data={data}", chapter=CHAPTER, sandbox=sandbox, passes=passes)
        if done.result is None:
            raise RuntimeError(f"{path} was not graded: {done.screen.strip()[-500:]}")
        yield " ".join(f"{chapter.earned:g}/{chapter.points:g}" for chapter in done.result.chapters)


def start(sandbox: Sandbox) -> None:
    """Have ready what every submission shares."""
    sandbox.warm(("numpy", "tensorflow", "keras", "matplotlib.pyplot"))


class Memory:
    """Looks at the processes that came after it was made, and keeps the largest sum of what is theirs alone."""

    def __init__(self) -> None:
        self._known = {process.pid for process in _below()}
        self.peak_bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            own = 0
            for process in _below():
                if process.pid not in self._known:
                    try:
                        own += process.memory_full_info().uss
                    except (psutil.NoSuchProcess, psutil.AccessDenied):
                        continue
            self.peak_bytes = max(self.peak_bytes, own)

    def stop(self) -> int:
        """Return the peak in bytes."""
        self._over.set()
        self._thread.join()
        return self.peak_bytes


def _below() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def run(paths: list[Path], data: str, share: bool, memory: bool) -> dict[str, object]:
    """Grade them all and return seconds, marks and memory."""
    sandbox = Sandbox()
    began, used = time.perf_counter(), tree_seconds()
    start(sandbox)
    ready, start_cpu = time.perf_counter(), tree_seconds()
    each = []
    results = graded(paths, data, sandbox, share)
    before_wall, before_cpu = ready, start_cpu
    own_bytes = psutil.Process().memory_info().rss
    for path in paths:
        watcher = Memory() if memory else None
        points = next(results)
        peak = watcher.stop() if watcher else 0
        now, cpu = time.perf_counter(), tree_seconds()
        each.append([path.parent.name, points, now - before_wall, cpu - before_cpu, peak])
        before_wall, before_cpu = now, cpu
    grown_bytes = psutil.Process().memory_info().rss - own_bytes
    sandbox.close()
    return {"each": each, "start_wall": ready - began, "start_cpu": start_cpu, "python_cpu": used, "grown": grown_bytes}


def profiled(call: Callable[[], dict[str, object]], target: Path) -> dict[str, object]:
    """Return what `call` returns; write where this process's time went, by cumulative seconds."""
    profile = cProfile.Profile()
    result = profile.runcall(call)
    with target.open("w", encoding="utf-8") as file:
        for order in ("cumulative", "tottime"):
            pstats.Stats(profile, stream=file).sort_stats(order).print_stats(70)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--data", default="sample")
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--profile", type=Path)
    options = parser.parse_args()

    def call() -> dict[str, object]:
        return run(options.files, options.data, options.share, options.memory)

    print(json.dumps(profiled(call, options.profile) if options.profile else call()))


if __name__ == "__main__":
    main()
