"""A class of 1,000 graded by `grader grade`: wall, CPU seconds against the bare training, memory, and nothing lost.

python tests/benchmarks/class_of_thousand.py [--count 1000] [--jobs 2] [--hostile 0.02] [--bare-of 50] [--alone 20]
    [--own-words]

The class is drawn in `classroom.py`, where many write a function alike; with --own-words hardly anybody does. A share
of it is hostile: `hostile_class.py`. They hand in by Moodle, in one archive. CPU seconds of a grading are those the
grader notes itself, sandbox included. `--bare-of` submissions are also called bare (`bare.py`), and `--alone` are
graded one by one by `pytest grader`, to see that their points are the same. Memory is what the machine has in use
beyond what it had before.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import zipfile
from collections import defaultdict
from pathlib import Path

import psutil
from class_of_fifty import hand_in
from classroom import CHAPTER, Work, draw_class
from cost import ROOT, busy_seconds, measure
from hostile_class import make_hostile

from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import GradedWork
from grader.sandbox.confine import environment as worker_environment

HERE = Path(__file__).resolve().parent
LOOK_S = 2.0
GRADER = [sys.executable, "-c", "from grader.cli import app; app()"]


class Memory:
    """Looks every few seconds at how much of the machine's memory is in use, and keeps the most."""

    def __init__(self) -> None:
        self._before = psutil.virtual_memory().used
        self.peak_bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            self.peak_bytes = max(self.peak_bytes, psutil.virtual_memory().used - self._before)

    def stop(self) -> float:
        """Return the most, in MiB."""
        self._over.set()
        self._thread.join()
        return self.peak_bytes / 2**20


def draw(count: int, share: float, own_words: bool) -> list[Work]:
    """Return the class; every so-many-th is hostile."""
    works = draw_class(count, own_words=own_words)
    step = round(1 / share) if share else count + 1
    return [make_hostile(work, place // step) if place % step == step - 1 else work for place, work in enumerate(works)]


def pack(works: list[Work], folder: Path) -> Path:
    """Return the archive that Moodle hands out."""
    target = folder / "submissions.zip"
    hand_in(works, folder / "work")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, work in enumerate(works, 1):
            path = folder / "work" / work.name / f"{CHAPTER}.py"
            archive.write(path, f"{work.name}_{number}_assignsubmission_file_/{CHAPTER}.py")
    return target


def graded_alone(works: list[Work], folder: Path, environment: dict[str, str]) -> dict[str, float]:
    """Return the points that `pytest grader` gives to each, one process after the other."""
    points = {}
    for work in works:
        report = folder / "alone.json"
        file = folder / "work" / work.name / f"{CHAPTER}.py"
        words = ["-m", "pytest", "grader", f"--submission={file}", "--no-cache", f"--report=json:{report}"]
        measure([sys.executable, *words], environment)
        points[work.name] = json.loads(report.read_text(encoding="utf-8"))["earned"]
        report.unlink()
    return points


def bare_seconds(works: list[Work], environment: dict[str, str]) -> list[float]:
    """Return the CPU seconds of the training alone that each submission asks for."""
    place = Path(tempfile.mkdtemp())
    settings = worker_environment(str(place))
    own = {key: settings[key] for key in settings if key.startswith(("TF_", "OPENBLAS", "KERAS_B"))}
    cost = measure([sys.executable, str(HERE / "bare.py"), *hand_in(works, place)], {**environment, **own})
    shutil.rmtree(place)
    if cost.status:
        raise RuntimeError(cost.errors[-2000:])
    told = json.loads(cost.output.splitlines()[-1])
    return [each["training"] for each in told["each"].values()]


def by_kind(works: list[Work], found: dict[str, GradedWork]) -> None:
    """Print what each kind of submission cost and got."""
    kinds = defaultdict(list)
    for work in works:
        kinds[work.kind].append(found[work.name].grading)
    for kind, gradings in sorted(kinds.items()):
        cpu = sum(grading.cpu_s for grading in gradings) / len(gradings)
        wall = sum(grading.seconds for grading in gradings) / len(gradings)
        earned = sum(grading.result.earned for grading in gradings if grading.result) / len(gradings)
        print(f"  {kind:<18}{len(gradings):>5}: {cpu:>6.2f} CPU s, {wall:>6.2f} s wall each, {earned:>5.1f} points")


def run(options: argparse.Namespace, folder: Path) -> None:
    works = draw(options.count, options.hostile, options.own_words)
    archive = pack(works, folder)
    own = {"FIRST_DIGITS_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment = {**os.environ, **own}
    memory, busy = Memory(), busy_seconds()
    place = ["--gradebook", str(folder / "gradebook.sqlite"), "--jobs", str(options.jobs)]
    cost = measure([*GRADER, "grade", str(archive), *place], environment)
    print(f"{options.count} submissions, {options.jobs} at once: {cost.wall:.0f} s wall, exit status {cost.status}")
    print(f"  memory: at most {memory.stop():.0f} MiB beyond before")
    print(f"  CPU seconds of the whole machine meanwhile: {busy_seconds() - busy:.0f}")
    print(f"  {cost.output.strip().splitlines()[-3:]}")
    with open_gradebook(folder / "gradebook.sqlite") as gradebook:
        rounds = list(gradebook.works(all_rounds=True))
        print(f"  gradebook: {(folder / 'gradebook.sqlite').stat().st_size / 2**20:.1f} MiB")
    found = {work.learner.name: work for work in rounds}
    spent = sum(work.grading.cpu_s for work in rounds)
    print(f"  {spent:.0f} CPU s for all gradings, {spent / len(works):.2f} each")
    shared = sum(work.grading.shared for work in rounds)
    asked = sum(len(task.checks) for work in rounds if work.grading.result for task in work.grading.result.tasks)
    print(f"  {shared} of {asked} checks were not run: others with the same code had passed them")
    print(f"  lost: {len(works) - len(found)}; graded twice: {len(rounds) - len(found)}")
    print(f"  the grader failed at: {[work.learner.name for work in rounds if work.grading.failure]}")
    by_kind(works, found)
    honest = [work for work in works if work.kind != "hostile"]
    full = {work.name: found[work.name].grading for work in works}
    right = {work.name for work in works if work.kind == "right"}
    given = {
        name for name, grading in full.items() if grading.result and grading.result.earned == grading.result.points
    }
    print(f"  full points: {len(given)}, right ones among them: {len(given & right)} of {len(right)}")
    if options.bare_of:
        chosen = random.Random(2).sample(honest, min(options.bare_of, len(honest)))
        bare = sum(bare_seconds(chosen, environment))
        ours = sum(full[work.name].cpu_s for work in chosen)
        print(f"bare training of {len(chosen)}: {bare / len(chosen):.2f} CPU s each; ours {ours / bare:.2f} times that")
    chosen = random.Random(1).sample(works, min(options.alone, len(works)))
    alone = graded_alone(chosen, folder, environment)
    others = [name for name, points in alone.items() if (r := full[name].result) is None or r.earned != points]
    print(f"graded alone: {len(alone)}, with other points than in the class: {others or 'none'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--hostile", type=float, default=0.02, help="the share of hostile submissions")
    parser.add_argument("--bare-of", type=int, default=50)
    parser.add_argument("--alone", type=int, default=20)
    parser.add_argument("--own-words", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(options, Path(folder))


if __name__ == "__main__":
    main()
