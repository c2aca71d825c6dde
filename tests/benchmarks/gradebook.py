"""What a gradebook costs: a class taken in, claimed, kept and read, and how large the file becomes.

python tests/benchmarks/gradebook.py [--learners 1000] [--result-bytes 30000] [--gradebook PATH|URL]

One chapter and one file of 12 kB for each learner, results whose JSON is about as long as asked for. Each line: calls,
seconds in all, calls a second. `claim` takes four jobs at a time, as a grader with four workers may.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import Conditions, Grading, Job
from grader.cohort.submitted import Learner, Submitted
from grader.messages import say
from grader.results import ChapterResult, CheckResult, Curve, Feedback, ModelPicture, Surroundings, TaskResult, Verdict

CHAPTER, AT_ONCE, LEASE_S = "ch2_first_model", 4, 600.0
WORDS = (
    "shape",
    "weights",
    "layer",
    "784",
    "columns",
    "not",
    "the",
    "of",
    "your",
    "what",
    "images",
    "one",
    "row",
    "for",
)


def graded(job: Job, length: int) -> Grading:
    """Return a result with sentences, numbers and a learning curve, as long as asked for."""
    chance = random.Random(job.grading_id)
    checks: list[CheckResult] = []
    while len(checks) * 700 < length:
        words = " ".join(chance.choices(WORDS, k=45))
        feedback = Feedback(say("{words}", words=words), got=say("{x}", x=chance.random()), output=words[:60])
        checks.append(CheckResult(f"test_{len(checks)}", say(words[:30]), 1.0, chance.choice(list(Verdict)), feedback))
    curve = Curve({"loss": tuple(chance.random() for _ in range(20))})
    tasks = (TaskResult("fit_model", float(len(checks)), tuple(checks)),)
    result = ChapterResult(CHAPTER, say("Two"), f"{CHAPTER}.py", tasks, learner=ModelPicture(curve, accuracy=0.97))
    return Grading(result, Surroundings("namespaces", say("well"), "sample", 7, {"keras": "3.8"}), "d" * 64)


def submitted(number: int) -> Submitted:
    """Return a learner's work: text that compresses as source does."""
    chance = random.Random(number)
    source = "\n".join(" ".join(chance.choices(WORDS, k=12)) for _ in range(190))
    return Submitted(
        Learner(f"l{number:06}", f"Learner {number}"), 1, {f"{CHAPTER}.py": source.encode()}, f"c/{number}"
    )


def timed(name: str, count: int, work: Callable[[], object]) -> None:
    """Print how many of `count` calls were made in a second."""
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"{name:<12}{count:>8}{seconds:>9.2f} s{count / seconds:>10.0f}/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--result-bytes", type=int, default=30_000)
    parser.add_argument("--gradebook", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.gradebook or str(Path(folder) / "gradebook.sqlite")
        measure(place, options.learners, options.result_bytes)
        if not options.gradebook:
            files = {path.name: path.stat().st_size for path in Path(folder).iterdir()}
            print(", ".join(f"{name}: {size / 2**20:.1f} MiB" for name, size in sorted(files.items())))


def measure(place: str, count: int, result_bytes: int) -> None:
    works = [submitted(number) for number in range(count)]
    with open_gradebook(place) as book:
        timed("take_in", count, lambda: [book.take_in(work, [CHAPTER]) for work in works])
        timed("again", count, lambda: [book.take_in(work, [CHAPTER]) for work in works])
        jobs: list[Job] = []
        calls = -(-count // AT_ONCE)
        timed(
            "claim of 4",
            calls,
            lambda: [jobs.extend(book.claim("w", AT_ONCE, LEASE_S, Conditions())) for _ in range(calls)],
        )
        results = [(job.grading_id, graded(job, result_bytes)) for job in jobs]
        print(f"JSON of the first result: {len(msgspec.json.encode(results[0][1]))} bytes")
        timed("keep", count, lambda: [book.keep("w", grading_id, result) for grading_id, result in results])
        timed("works", count, lambda: sum(1 for _ in book.works()))
        timed("submissions", count, lambda: book.submissions())
        timed("waiting", 1, book.waiting)


if __name__ == "__main__":
    main()
