"""What grading a class costs: ours, against the bare training, plain pytest, nbgrader and otter-grader, all in one run.

python tests/benchmarks/class_of_fifty.py [--count 50] [--data sample] [--memory-of 8] [--plain-of N]
    [--nbgrader PYTHON] [--otter PYTHON] [--peers-of N] [--own-words]

The class is drawn in `classroom.py`. Ours is one process with one warm sandbox (`class_ours.py`), first while nothing
of the reference is on disk, then with all of it known, as from the second class on, and once more as `grader grade`
does it: who wrote a function as another did gets the passes of that one. How many do, nobody knows; here it is many,
since right answers are drawn from a few, and with --own-words few, as each function is rewritten by habits. The bare
training is defined in `bare.py`. Plain pytest is one fresh process a submission on `plain_checks.py`; the same checks
make the assignments of nbgrader and otter-grader (`peers.py`), each run by the interpreter named, which has it
installed beside TensorFlow. CPU seconds are those of the whole process tree. No two runs see the same file: each has a
constant of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from classroom import Work, draw_class
from cost import ROOT, Cost, measure
from peers import full_points, grade_by_nbgrader, grade_by_otter

from grader.sandbox.confine import environment as worker_environment

HERE = Path(__file__).resolve().parent


def hand_in(works: list[Work], folder: Path) -> list[str]:
    """Write all submissions into a fresh folder, none as it was ever written before, and return their files."""
    stamp = f"\nHANDED_IN = {time.time_ns()}\n"
    paths = [work.write(folder) for work in works]
    for path in paths:
        path.write_text(path.read_text(encoding="utf-8") + stamp, encoding="utf-8")
    return [str(path) for path in paths]


class Bench:
    """The class, the environment, and the lines of the table so far."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.works = draw_class(options.count, own_words=options.own_words)
        self.data = f"--data={options.data}"
        own = {"FIRST_DIGITS_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.environment = {**os.environ, **own, "MPLBACKEND": "Agg"}
        self.training: list[float] = []
        self.calls: list[float] = []
        self.misjudged: list[str] = []

    def script(self, name: str, works: list[Work], *options: str) -> tuple[Cost, dict[str, Any]]:
        """Run one of the scripts beside this one on fresh files; return what it cost and what it told."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        environment = dict(self.environment)
        if name == "bare.py":
            # The threads and libraries' settings of a worker, so that both train in the same way.
            settings = worker_environment(str(place))
            environment |= {key: settings[key] for key in settings if key.startswith(("TF_", "OPENBLAS", "KERAS_B"))}
        cost = measure([sys.executable, str(HERE / name), *hand_in(works, place), self.data, *options], environment)
        shutil.rmtree(place)
        if cost.status:
            raise RuntimeError(cost.errors[-2000:])
        return cost, json.loads(cost.output.splitlines()[-1])

    # ------------------------------------------------------------

    def bare(self) -> None:
        cost, told = self.script("bare.py", self.works)
        self.training = [each["training"] for each in told["each"].values()]
        self.calls = [each["training"] + each["calls"] for each in told["each"].values()]
        self.line("bare training", sum(self.training), cost.wall, len(self.works))
        self.line("bare: all calls", sum(self.calls), cost.wall, len(self.works))
        print(f"  the process of both: {cost.cpu:.1f} CPU s, of which importing {told['importing']:.1f}")

    def ours(self, title: str, *how: str) -> None:
        cost, told = self.script("class_ours.py", self.works, *how)
        self.line(title, cost.cpu - told["start_cpu"], sum(each[2] for each in told["each"]), len(self.works))
        print(f"  before the first: {told['start_wall']:.1f} s wall, {told['start_cpu']:.1f} CPU s (imports, once)")
        marks = [each[1].split("/") for each in told["each"]]
        self.judge(title, [earned == points for earned, points in marks])
        by_kind = defaultdict(list)
        for work, (_, points, wall, cpu, _) in zip(self.works, told["each"], strict=True):
            by_kind[work.kind].append((cpu, wall, points))
        for kind, runs in sorted(by_kind.items()):
            cpu, wall = (sum(run[place] for run in runs) / len(runs) for place in (0, 1))
            print(f"    {kind:<18}{len(runs):>3}: {cpu:>6.2f} CPU s, {wall:>6.2f} s wall each; {runs[0][2]} points")

    def memory(self) -> None:
        chosen = self.works[: self.options.memory_of]
        _, told = self.script("class_ours.py", chosen, "--memory")
        peaks = sorted(each[4] / 2**20 for each in told["each"])
        middle = peaks[len(peaks) // 2]
        print(f"memory of a submission beyond what is shared: at most {peaks[-1]:.0f} MiB, median {middle:.0f} MiB")
        print(f"  the grader's own process grew by {told['grown'] / 2**20:.0f} MiB over {len(chosen)} submissions")

    def plain(self) -> None:
        chosen = self.works[: self.options.plain_of]
        place = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copy(HERE / "plain_checks.py", place / "test_first_model.py")
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:first_digits", "--tb=short"]
        wall = cpu = 0.0
        whole = []
        for path in hand_in(chosen, place / "handed_in"):
            command = [sys.executable, "-m", "pytest", *options, "test_first_model.py"]
            cost = measure(command, {**self.environment, "FIRST_MODEL": path}, place)
            wall, cpu = wall + cost.wall, cpu + cost.cpu
            whole.append(cost.status == 0)
        self.line("plain pytest", cpu, wall, len(chosen))
        self.judge("plain pytest", whole)

    def peers(self) -> None:
        chosen = self.works[: self.options.peers_of]
        for name, python, run in (
            ("nbgrader", self.options.nbgrader, grade_by_nbgrader),
            ("otter-grader", self.options.otter, grade_by_otter),
        ):
            if not python:
                print(f"{name}: left out, no interpreter that has it was named")
                continue
            outcome = run(python, chosen, Path(tempfile.mkdtemp(dir=self.folder)), self.environment)
            if isinstance(outcome, str):
                print(f"{name}: left out, {outcome}")
                continue
            self.line(name, outcome.cost.cpu, outcome.cost.wall, len(chosen))
            print(f"  {outcome.cost.output}")
            self.judge(name, [outcome.points.get(work.name) == full_points() for work in chosen])

    def judge(self, title: str, full: list[bool]) -> None:
        """Print who got full marks, and note who got them wrongly or should have: only what judges can be compared."""
        right = [work.kind == "right" for work in self.works[: len(full)]]
        kept = sum(map(bool.__and__, right, full))
        print(f"  full marks: {kept} of {sum(right)} right ones, {sum(full) - kept} of {len(full) - sum(right)} others")
        for work, is_right, is_full in zip(self.works, right, full, strict=False):
            if is_right != is_full:
                marks = "full marks" if is_full else "less than full marks"
                self.misjudged.append(f"{title}: {work.name} ({work.kind}) got {marks}")

    def line(self, title: str, cpu: float, wall: float, count: int) -> None:
        """Print one line, in times of what the first `count` submissions cost bare."""
        bare = (sum(self.training[:count]), sum(self.calls[:count]))
        against = "".join(f"{cpu / seconds:>9.2f}" for seconds in bare if seconds)
        print(f"{title:<26}{count:>5}{cpu:>9.1f}{cpu / count:>9.2f}{wall / count:>9.2f}{against}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--data", default="sample")
    parser.add_argument("--memory-of", type=int, default=8)
    parser.add_argument("--plain-of", type=int)
    parser.add_argument("--peers-of", type=int)
    parser.add_argument("--nbgrader", metavar="PYTHON")
    parser.add_argument("--otter", metavar="PYTHON")
    parser.add_argument("--own-words", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(options, Path(place))
        print(f"{'':<26}{'':>5}{'CPU s':>9}{'CPU s':>9}{'wall s':>9}{'times':>9}{'times':>9}")
        print(f"{'':<26}{'of':>5}{'all':>9}{'each':>9}{'each':>9}{'training':>9}{'calls':>9}")
        bench.bare()
        bench.ours("ours, reference unknown")
        bench.ours("ours, reference known")
        bench.ours("ours, as a class", "--share")
        bench.plain()
        bench.peers()
        bench.memory()
    print("\n".join(bench.misjudged) or "all were judged rightly by all")
    sys.exit(bool(bench.misjudged))


if __name__ == "__main__":
    main()
