"""What it costs to have an array in a worker: through a pipe, over the socket, or mapped from a sealed file in memory.

python tests/benchmarks/wire.py [--repeat 5]

The worker sums each array it gets, so every page is read. Prints medians in milliseconds, and ratios to the pipe.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import numpy as np

from grader.sandbox.process import Sandbox
from grader.sandbox.sharing import freeze
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

SOURCE = b"import numpy as np\ndef total(array):\n    return float(array.sum())\n"
IMAGES = {
    "5,000 digits": (5_000, 784, np.uint8),
    "60,000 digits": (60_000, 784, np.uint8),
    "as float32": (60_000, 784, np.float32),
}


def through_a_pipe(array: np.ndarray) -> float:
    """Return the seconds until a forked process has read the bytes from a pipe and summed them."""
    read, write = os.pipe()
    back, answer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        data = bytearray(array.nbytes)
        with os.fdopen(read, "rb", buffering=0) as pipe:
            view = memoryview(data)
            while view:
                view = view[pipe.readinto(view) :]
        np.frombuffer(data, array.dtype).sum()
        os.write(answer, b".")
        os._exit(0)
    os.close(read)
    started = time.perf_counter()
    view = memoryview(array.reshape(-1).view(np.uint8))
    while view:
        view = view[os.write(write, view) :]
    os.read(back, 1)
    seconds = time.perf_counter() - started
    os.waitpid(child, 0)
    for descriptor in (write, back, answer):
        os.close(descriptor)
    return seconds


def timed(work: Submission, array: np.ndarray) -> float:
    """Return the seconds of one call; `work.total(array)` would make an equal call only once."""
    started = time.perf_counter()
    work._perform_anew("total", (array,))
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    engine = SandboxEngine(Sandbox())
    work = Submission(read_source("work.py", SOURCE), engine, "work")
    work.total(np.ones(1))
    print(f"{'':16}{'bytes':>14}{'pipe':>9}{'socket':>9}{'first map':>11}{'map again':>11}   ms; ratios to the pipe")
    for name, (count, pixels, dtype) in IMAGES.items():
        array = np.ones((count, pixels), dtype)
        kept = freeze(array.copy())
        ways = {
            "pipe": [through_a_pipe(array) for _ in range(repeat)],
            "socket": [timed(work, array) for _ in range(repeat)],
            "first": [timed(work, freeze(array.copy())) for _ in range(repeat)],
            "again": [timed(work, kept) for _ in range(repeat + 1)][1:],
        }
        medians = {way: statistics.median(seconds) for way, seconds in ways.items()}
        ratios = "  ".join(f"{medians[way] / medians['pipe']:.2f}" for way in medians)
        columns = "".join(
            f"{medians[way] * 1000:>{width}.1f}" for way, width in zip(medians, (9, 9, 11, 11), strict=True)
        )
        print(f"{name:16}{array.nbytes:>14,}{columns}   {ratios}")
    engine.close()
    engine.sandbox.close()


if __name__ == "__main__":
    main()
