"""How long a learner waits for feedback on chapter 2 after saving a change; medians, all in one run.

python tests/benchmarks/feedback.py [--repeat 5] [--data sample]

Cold is `pytest grader -k NAME` in a fresh process. Warm is the same checks in a process that keeps a sandbox between
runs, as watching a file does. What the reference and the known mistakes give is on disk already, as after a first run.
Own work is the CPU seconds of the bare calls that the checks ask for, in one process, without what is around them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from classroom import CHAPTER, COURSE, source_of
from cost import ROOT, measure, tree_seconds

HERE = Path(__file__).resolve().parent


class Case(NamedTuple):
    """What was changed, what is checked again, and by which name `bare.py` knows the work."""

    title: str
    changed: str
    chosen: tuple[str, ...]
    works: tuple[str, ...]


CASES = (
    Case("a changed normalize", "normalize", ("-k", "normalize"), ("normalize",)),
    Case("a changed plot_history", "plot_history", ("-k", "plot_history"), ("plot_history",)),
    Case("the whole chapter", "fit_model", (), ("training", "calls")),
)


def write_change(folder: Path, function: str, number: int) -> Path:
    """Write the reference with one function changed as never before, without a change in what it does."""
    text = COURSE.master(CHAPTER).read_text(encoding="utf-8")
    source = source_of(text, function)
    target = folder / f"{CHAPTER}.py"
    change = f"{source}\n    # again\n".replace("    ### BEGIN SOLUTION", f"    attempt = {time.time_ns() + number}")
    target.write_text(text.replace(source, change), encoding="utf-8")
    return target


def warm(folder: Path, repeat: int, data: str, profile: str) -> dict[str, list[list[float]]]:
    """Grade each case `repeat` times in one warm sandbox; return wall and CPU seconds of each time."""
    from grader.plugin.grade import grade
    from grader.sandbox.process import Sandbox

    sandbox, times = Sandbox(), {}
    for case in CASES:
        times[case.title] = []
        for number in range(repeat + 1):
            path = write_change(folder, case.changed, number)
            wall, cpu = time.perf_counter(), tree_seconds()
            done = grade(path, *case.chosen, f"--data={data}", chapter=CHAPTER, sandbox=sandbox)
            times[case.title].append([time.perf_counter() - wall, tree_seconds() - cpu])
            assert done.result is not None, done.screen
        # The first brings in what later ones find ready.
        del times[case.title][0]
    if profile:
        _profile(folder, sandbox, data, Path(profile))
    sandbox.close()
    return times


def _profile(folder: Path, sandbox: object, data: str, target: Path) -> None:
    import cProfile
    import pstats

    from grader.plugin.grade import grade

    path, profiler = write_change(folder, "normalize", 0), cProfile.Profile()
    options = {"chapter": CHAPTER, "sandbox": sandbox}
    profiler.runcall(grade, path, "-k", "normalize", f"--data={data}", **options)
    with target.open("w", encoding="utf-8") as file:
        for order in ("cumulative", "tottime"):
            pstats.Stats(profiler, stream=file).sort_stats(order).print_stats(60)


def report(options: argparse.Namespace, environment: dict[str, str], folder: Path) -> None:
    """Print every figure."""
    pytest, data = [sys.executable, "-m", "pytest", "grader"], f"--data={options.data}"
    chapter = write_change(folder, "normalize", 0)
    measure([*pytest, f"--submission={chapter}", data], environment)
    print(f"{'':<26}{'cold':>8}{'cold':>8}{'warm':>8}{'warm':>8}{'own':>8}{'warm wall':>12}")
    print(f"{'':<26}{'wall s':>8}{'CPU s':>8}{'wall s':>8}{'CPU s':>8}{'work s':>8}{'beyond it':>12}")
    for title, path in (("untouched, all chapters", "exercises"), ("untouched chapter 2", f"exercises/{CHAPTER}.py")):
        runs = [measure([*pytest, f"--submission={path}", data], environment)[:2] for _ in range(options.repeat)]
        wall, cpu = (statistics.median(run[place] for run in runs) for place in (0, 1))
        print(f"{title:<26}{wall:>8.2f}{cpu:>8.2f}")

    bare = measure([sys.executable, str(HERE / "bare.py"), str(chapter), data], environment).output
    (works,) = json.loads(bare.splitlines()[-1])["each"].values()
    command = [sys.executable, __file__, "--warm", str(folder), f"--repeat={options.repeat}", data]
    told = measure([*command, f"--profile={options.profile}"], environment)
    warm_times = json.loads(told.output.splitlines()[-1])
    for case in CASES:
        runs = []
        for number in range(options.repeat):
            path = write_change(folder, case.changed, number)
            runs.append(measure([*pytest, f"--submission={path}", *case.chosen, data], environment)[:2])
        figures = [
            statistics.median(run[place] for run in times)
            for times in (runs, warm_times[case.title])
            for place in (0, 1)
        ]
        own = sum(works[name] for name in case.works)
        cells = "".join(f"{figure:>8.2f}" for figure in figures)
        print(f"{case.title:<26}{cells}{own:>8.3f}{figures[2] - own:>12.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--data", default="sample")
    parser.add_argument("--profile", default="", help="write here where the time of a warm rerun goes")
    parser.add_argument("--warm", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.warm:
        print(json.dumps(warm(options.warm, options.repeat, options.data, options.profile)))
        return
    with tempfile.TemporaryDirectory() as place:
        cache = os.environ.get("FIRST_DIGITS_CACHE") or f"{place}/cache"
        own = {"FIRST_DIGITS_CACHE": cache, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "Agg"}
        folder = Path(place, "work")
        folder.mkdir()
        report(options, {**os.environ, **own}, folder)


if __name__ == "__main__":
    main()
