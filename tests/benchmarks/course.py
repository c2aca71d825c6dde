"""What the course holds, and what grading its reference costs, all chapters at once and each alone.

python tests/benchmarks/course.py [--data sample] [--repeat 3] [--count-only]

Wall and CPU seconds are medians; the CPU seconds are those of the whole machine, so let nothing else run beside it.
`unknown` means that no result of the reference is on disk yet, `known` that all are.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
from pathlib import Path

from cost import ROOT, Cost, measure

from grader.course.answers import functions_of, read_mistakes, read_variants
from grader.course.trial import functions_in
from grader.layout import Course

COURSE = Course(ROOT)


def count() -> None:
    """Print how many functions, checks, mistakes and variants each chapter has."""
    print(f"{'chapter':<18}{'functions':>10}{'checks':>8}{'mistakes':>10}{'variants':>10}")
    total = [0, 0, 0, 0]
    for chapter in COURSE.chapters:
        checks = [function for function in functions_in(COURSE.checks_of(chapter)) if function.name.startswith("test_")]
        row = [
            len(functions_of(COURSE.master(chapter))),
            len(checks),
            len(read_mistakes(COURSE, chapter)),
            len(read_variants(COURSE, chapter)),
        ]
        total = [a + b for a, b in zip(total, row, strict=True)]
        print(f"{chapter:<18}{row[0]:>10}{row[1]:>8}{row[2]:>10}{row[3]:>10}")
    print(f"{'all':<18}{total[0]:>10}{total[1]:>8}{total[2]:>10}{total[3]:>10}")


def grade(path: str, data: str, cache: Path) -> Cost:
    """Grade `path` with the results kept in `cache`."""
    command = [sys.executable, "-m", "pytest", "grader", f"--submission={path}", f"--data={data}", "--lang=en"]
    return measure(command, os.environ | {"FIRST_DIGITS_CACHE": str(cache)})


def points_of(cost: Cost) -> str:
    """Return what the run said of its points."""
    return (re.findall(r"[\d.]+ of [\d.]+ points", cost.output) or [cost.output[-300:]])[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="sample")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--count-only", action="store_true")
    arguments = parser.parse_args()
    count()
    if arguments.count_only:
        return
    print(f"\n{'graded':<18}{'reference':>10}{'wall s':>8}{'CPU s':>8}  points")
    for path in ["solutions", *(f"solutions/{chapter}.py" for chapter in COURSE.chapters)]:
        with tempfile.TemporaryDirectory() as cache:
            runs = [grade(path, arguments.data, Path(cache)) for _ in range(arguments.repeat + 1)]
        for state, chosen in (("unknown", runs[:1]), ("known", runs[1:])):
            wall, cpu = (statistics.median(run[place] for run in chosen) for place in (0, 1))
            print(f"{Path(path).stem:<18}{state:>10}{wall:>8.1f}{cpu:>8.1f}  {points_of(chosen[-1])}")


if __name__ == "__main__":
    main()
