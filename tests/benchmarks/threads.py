"""How many threads TensorFlow should have in a worker: for one learner who waits, and for many submissions at once.

python tests/benchmarks/threads.py [--threads 1 2] [--at-once 2] [--repeat 3]

Trains chapter 2's and chapter 4's reference through the sandbox, alone and `--at-once` side by side, each in a worker
of its own. Prints medians: wall seconds until one is done, wall seconds for each of several, CPU seconds for each.
Also says whether the weights are the same bits in all runs with one number of threads.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from pathlib import Path

from cost import tree_seconds

from grader.data import load_digits
from grader.sandbox import confine
from grader.sandbox.process import Sandbox
from grader.sandbox.worker import Limits
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission
from grader.submission.values import Model

SOLUTIONS = Path(__file__).parents[2] / "solutions"
LIMITS = Limits(900.0, 8192)
ORIGINAL = confine.environment


def train(work: Submission, chapter: str, images: int) -> str:
    """Train the chapter's own chain; return a digest of the weights."""
    train = load_digits("sample").train.first(images)
    if chapter == "ch2_first_model":
        rows = work.normalize.keep(train.images)
        outcome = work.fit_model.call(work.compile_model(work.build_model()), rows, train.labels)
    else:
        rows = work.to_images.keep(train.images)
        outcome = work.fit_cnn.call(work.compile_model(work.build_cnn()), rows, train.labels, 3)
    model = outcome.model
    assert isinstance(model, Model)
    return model.take().digest


def measure(sandbox: Sandbox, chapter: str, images: int, count: int) -> tuple[float, float, set[str]]:
    """Return wall and CPU seconds for each of `count` trainings at once, and the digests of their weights."""
    source = read_source(f"{chapter}.py", (SOLUTIONS / f"{chapter}.py").read_bytes())
    works = [Submission(source, SandboxEngine(sandbox), chapter) for _ in range(count)]
    digests: set[str] = set()

    def run(work: Submission) -> None:
        digests.add(train(work, chapter, images))

    for work in works:
        work.limits = LIMITS
        work.require("compile_model")
    started, cpu = time.perf_counter(), tree_seconds()
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, used = time.perf_counter() - started, tree_seconds() - cpu
    for work in works:
        work.engine.close()
    return wall / count, used / count, digests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print(f"{'':18}{'threads':>8}{'at once':>9}{'wall s each':>13}{'CPU s each':>12}   same bits")
    for chapter, images in (("ch2_first_model", 4_000), ("ch4_cnn", 2_000)):
        for threads in options.threads:
            confine.environment = lambda folder, variables=(), threads=threads: (
                ORIGINAL(folder, variables) | {"TF_NUM_INTRAOP_THREADS": str(threads)}
            )
            sandbox = Sandbox()
            sandbox.warm(("numpy", "tensorflow", "keras", "matplotlib.pyplot"))
            seen: set[str] = set()
            for count in (1, options.at_once):
                runs = [measure(sandbox, chapter, images, count) for _ in range(options.repeat)]
                seen.update(*(digests for _, _, digests in runs))
                wall, cpu = (statistics.median(run[i] for run in runs) for i in (0, 1))
                same = "yes" if len(seen) == 1 else "no"
                print(f"{chapter:18}{threads:>8}{count:>9}{wall:>13.2f}{cpu:>12.2f}   {same}", flush=True)
            sandbox.close()


if __name__ == "__main__":
    main()
