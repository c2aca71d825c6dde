"""Trains the reference over seeds and sets the accuracy a right solution reaches all but always. Trusted side."""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.course.errors import CourseError
from grader.data import Digits
from grader.expect.accuracy import Floor
from grader.sandbox.process import Sandbox
from grader.submission.engines import SandboxEngine
from grader.submission.reference import Reference, library_versions
from grader.submission.source import Source
from grader.submission.submission import DEFAULT_SEED, Submission

# A right solution falls below the floor less often than this.
FALSE_ALARM = 1e-4
CHECKS_PACKAGE = "grader.checks"

MEASURE = "calibrated_accuracy"


def measure_of(chapter: str) -> Callable[[Submission, Digits], float]:
    """Return the function by which a chapter's checks measure a trained model.

    Raises:
        CourseError: the chapter has no checks, or they measure no accuracy.
    """
    name = f"{CHECKS_PACKAGE}.test_{chapter}"
    try:
        measure: Callable[[Submission, Digits], float] = getattr(importlib.import_module(name), MEASURE)
    except (ImportError, AttributeError) as error:
        raise CourseError(
            f"{chapter}: there is nothing to calibrate",
            expected=f"grader/checks/test_{chapter}.py with a function {MEASURE}(submission, digits)",
            got=str(error),
            next_step="correct the chapter's name, or write that function",
        ) from error
    return measure


def accuracies(master: Source, chapter: str, digits: Digits, seeds: int) -> Iterator[float]:
    """Yield the reference's accuracy for one seed after another; those of earlier runs come from the cache."""
    measure = measure_of(chapter)
    sandbox = Sandbox()
    try:
        for number in range(seeds):
            reference = Reference(master, SandboxEngine(sandbox), chapter, seed=DEFAULT_SEED + number)
            yield measure(reference, digits)
            reference.close()
    finally:
        sandbox.close()


def floor_from(values: Sequence[float], source: str) -> Floor:
    """Return mean, spread and the floor.

    The floor is the lower bound of a one-sided prediction interval for one more run of the same kind: mean minus
    t(n - 1) times spread times sqrt(1 + 1/n), with t's quantile at `FALSE_ALARM`. It allows for the mean and the
    spread being estimates from few runs.

    Source: G. J. Hahn, W. Q. Meeker: Statistical Intervals, the section on prediction intervals for a normal sample.
    """
    from scipy import stats

    count = len(values)
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    quantile = float(stats.t.ppf(1 - FALSE_ALARM, count - 1))
    floor = mean - quantile * spread * (1 + 1 / count) ** 0.5
    return Floor(
        mean=round(mean, 5),
        spread=round(spread, 5),
        floor=round(floor, 4),
        seeds=count,
        accuracies=tuple(round(value, 5) for value in values),
        versions=library_versions(),
        source=source,
    )


def source_name(data: str) -> str:
    """Return what a floor's entry says about its data, without the path it happened to have."""
    return data if data in ("sample", "full") else Path(data).name
