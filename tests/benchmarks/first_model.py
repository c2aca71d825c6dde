"""What grading chapter 2 costs, against the bare cost of the training it asks for; medians, all in one run.

python tests/benchmarks/first_model.py [--repeat 5] [--data sample]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cost import ROOT, Cost, busy_seconds, measure

FLOORS = ROOT / "grader" / "checks" / "floors" / "ch2_first_model.json"

UNTOUCHED = """
import sys, psutil, pytest
status = pytest.main(["grader"])
loaded = sorted({name.split(".")[0] for name in sys.modules} & {"tensorflow", "keras", "matplotlib"})
print("MODULES", loaded, "PROCESSES", len(psutil.Process().children(recursive=True)), "STATUS", int(status))
"""

BARE = """
import os, sys, time
import numpy as np
before = time.process_time()
import keras
imported = time.process_time()
from grader.data import load_digits
train = load_digits(sys.argv[1]).train
import runpy
chapter = runpy.run_path("solutions/ch2_first_model.py", run_name="chapter")
keras.utils.set_random_seed(1)
start = time.process_time()
model = chapter["compile_model"](chapter["build_model"]())
chapter["fit_model"](model, chapter["normalize"](train.images), train.labels)
print("BARE", time.process_time() - start, imported - before)
"""


def medians(repeat: int, run: Callable[[], Cost]) -> tuple[float, float, str]:
    """Return median wall seconds, median CPU seconds and the last output of `repeat` runs."""
    runs = [run() for _ in range(repeat)]
    return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs), runs[-1][2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--data", default="sample")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "FIRST_DIGITS_CACHE": cache, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
        report(options.repeat, options.data, environment, Path(cache))


def report(repeat: int, data: str, environment: dict[str, str], cache: Path) -> None:
    """Print every figure."""
    before = busy_seconds()
    time.sleep(5)
    print(f"while nothing is asked of it, this machine uses {(busy_seconds() - before) / 5:.2f} CPU seconds a second")
    wall, cpu, _ = medians(repeat, lambda: measure([sys.executable, "-m", "pytest", "grader"], environment))
    *_, proof = measure([sys.executable, "-c", UNTOUCHED], environment)
    print(f"untouched exercises: {wall:.2f} s wall, {cpu:.2f} s CPU")
    print(f"  {next(line for line in proof.splitlines() if line.startswith('MODULES'))}")

    bare = [measure([sys.executable, "-c", BARE, data], environment)[2] for _ in range(repeat)]
    bare_runs = [printed.split("BARE")[1].split() for printed in bare]
    training = statistics.median(float(run[0]) for run in bare_runs)
    importing = statistics.median(float(run[1]) for run in bare_runs)
    print(f"bare training of the chapter on {data}: {training:.2f} s CPU; importing Keras: {importing:.2f} s CPU")

    command = [sys.executable, "-m", "pytest", "grader", "--submission", "solutions/ch2_first_model.py", "--data", data]
    cold_wall, cold_cpu, _ = measure(command, environment)
    wall, cpu, screen = medians(repeat, lambda: measure(command, environment))
    total = next((line for line in screen.splitlines() if "points" in line), "no points")
    print(f"whole chapter, reference not known yet: {cold_wall:.2f} s wall, {cold_cpu:.2f} s CPU")
    print(f"whole chapter, reference known: {wall:.2f} s wall, {cpu:.2f} s CPU ({total.strip()})")
    print(f"  {(cpu - importing) / training:.2f} times the bare training, import excluded on both sides")
    print(f"  {cpu / (training + importing):.2f} times the bare training, import included on both sides")
    size = sum(file.stat().st_size for file in cache.rglob("*") if file.is_file())
    print(f"  kept on disk: {size / 2**20:.1f} MiB")

    print("floors:  source  seeds  mean  spread  min  max  floor")
    for floor in json.loads(FLOORS.read_text(encoding="utf-8")).values():
        values = floor["accuracies"]
        print(
            f"  {floor['source']}  {floor['seeds']}  {floor['mean']:.4f}  {floor['spread']:.4f}  {min(values):.4f}  "
            f"{max(values):.4f}  {floor['floor']:.4f}"
        )


if __name__ == "__main__":
    main()
