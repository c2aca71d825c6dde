"""Trains the reference over seeds and sets the accuracy a right solution reaches all but always. Trusted side."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from grader.course.errors import CourseError
from grader.data import Digits, load_digits
from grader.expect.accuracy import Floor
from grader.faces import Faces, is_faces_file, load_faces
from grader.layout import Course
from grader.results import DRAWN
from grader.sandbox.process import Sandbox
from grader.submission.drawn_faces import drawn_faces
from grader.submission.engines import SandboxEngine
from grader.submission.reference import Reference, library_versions
from grader.submission.source import read_source
from grader.submission.submission import DEFAULT_SEED, Submission

# A right solution falls below the floor less often than this.
FALSE_ALARM = 1e-4
MEASURE = "calibrated_accuracy"


Data = Digits | Faces
Measure = Callable[[Submission, Data], float]


def measure_of(checks: Path) -> Measure:
    """Return the function by which a chapter's checks measure a trained model.

    Raises:
        CourseError: the chapter has no checks, or they measure no accuracy.
    """
    try:
        measure: Measure = getattr(_load(checks), MEASURE)
    except (OSError, ImportError, AttributeError) as error:
        raise CourseError(
            f"{checks}: there is nothing to calibrate",
            expected=f"checks with a function {MEASURE}(submission, digits or faces)",
            got=str(error),
            next_step="correct the chapter's name, or write that function",
        ) from error
    return measure


def _load(checks: Path) -> ModuleType:
    """Import a file of checks, wherever the course lies."""
    name = checks.stem
    spec = importlib.util.spec_from_file_location(name, checks)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def accuracies(course: Course, chapter: str, data: Data, seeds: int) -> Iterator[float]:
    """Yield the reference's accuracy for one seed after another; those of earlier runs come from the cache."""
    measure = measure_of(course.checks_of(chapter))
    with references(course, chapter) as reference_of:
        for number in range(seeds):
            reference = reference_of(DEFAULT_SEED + number)
            yield measure(reference, data)
            reference.close()


def data_for(course: Course, chapter: str, source: str) -> Data:
    """Return what the chapter's measure asks for by the name of its second parameter: digits or faces.

    Raises:
        InputError: the data is not there or damaged.
    """
    if "faces" not in inspect.signature(measure_of(course.checks_of(chapter))).parameters:
        return load_digits(source)
    if is_faces_file(source):
        return load_faces(source)
    with references(course, chapter) as reference_of:
        return drawn_faces(reference_of(DEFAULT_SEED))


@contextlib.contextmanager
def references(course: Course, chapter: str) -> Iterator[Callable[[int], Reference]]:
    """Lend a sandbox in which the reference runs with any seed."""
    path = course.master(chapter)
    master = read_source(path.name, path.read_bytes())
    sandbox = Sandbox()
    try:
        yield lambda seed: Reference(master, SandboxEngine(sandbox), chapter, seed=seed)
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


def source_name(data: Data) -> str:
    """Return what a floor's entry says about its data, without the path it happened to have."""
    return data.source if data.source in ("sample", "full", DRAWN) else Path(data.source).name
