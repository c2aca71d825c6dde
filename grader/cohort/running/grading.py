"""One job, graded: the process that does it keeps one warm sandbox. Trusted side; it may run on another machine."""

from __future__ import annotations

import contextlib
import functools
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from grader.cohort.gradings import Conditions, Grading, Job
from grader.cohort.running.storable import storable
from grader.data import load_digits
from grader.errors import InputError
from grader.faces import is_faces_file, load_faces
from grader.layout import Course, find_course
from grader.messages import Message, also_translate_by, render, say, verbatim
from grader.plugin.grade import Graded, grade
from grader.plugin.judging import digest_of_checks
from grader.plugin.passes import Passes
from grader.results import ChapterResult, CheckResult, Feedback, Verdict
from grader.sandbox.confine import Level, strongest_level
from grader.sandbox.process import Sandbox, SandboxError
from grader.submission.find import SUFFIXES

MAX_REASON = 1000
# pytest runs once at a time in a process, whoever asks.
_one_at_a_time = threading.Lock()


class Ability(msgspec.Struct, frozen=True):
    """What a process can do for a class.

    Attributes:
        host: its machine. level: of its sandbox. checks: chapter -> digest of all that judges it.
        trouble: why it cannot grade under the conditions it was told.
    """

    host: str
    level: str
    checks: dict[str, str]
    trouble: Feedback | None = None


class Reply(msgspec.Struct, frozen=True):
    """What became of a job. `unfit`: why this process did not begin it."""

    grading: Grading | None = None
    unfit: Feedback | None = None


# ------------------------------------------------------------ what crosses the border between processes


def grade_packed(job: bytes, conditions: bytes) -> bytes:
    """Grade a `Job` under `Conditions`, all three as JSON of msgspec: nothing of a learner's is ever unpickled.

    Whatever goes wrong is told in the `Reply`.
    """
    asked = msgspec.json.decode(conditions, type=Conditions)
    unfit = unfit_for(asked)
    if unfit is not None:
        return msgspec.json.encode(Reply(unfit=unfit))
    with _one_at_a_time:
        return msgspec.json.encode(Reply(grade_job(msgspec.json.decode(job, type=Job), asked)))


def ability_packed(conditions: bytes, chapters: bytes) -> bytes:
    """Return this process's `Ability`, as JSON of msgspec. `chapters`: the names of those to be graded."""
    asked = msgspec.json.decode(conditions, type=Conditions)
    names = msgspec.json.decode(chapters, type=list[str])
    return msgspec.json.encode(ability(asked, names))


def ability(conditions: Conditions, chapters: Sequence[str]) -> Ability:
    """Return what this process can do under `conditions`."""
    course = course_of(conditions)
    checks = {chapter: digest_of_checks(course, chapter) for chapter in chapters}
    return Ability(socket.gethostname(), strongest_level().value, checks, unfit_for(conditions))


@functools.cache
def unfit_for(conditions: Conditions) -> Feedback | None:
    """Return why this process cannot grade under `conditions`: its sandbox is too weak, or the data are not here."""
    here = strongest_level()
    if is_weaker(here, Level(conditions.level)):
        return too_weak(here, Level(conditions.level))
    course = course_of(conditions)
    if not course.checks.is_dir():
        return Feedback(
            problem=say("The folder {path} holds no course.", path=str(course.root)),
            expected=say("the course at the same path on every machine that grades"),
            got=say("no checks on {host}", host=socket.gethostname()),
            next_step=say("Copy the course there, or put it on a disk that all of them share."),
        )
    try:
        require_data(conditions.data)
    except InputError as error:
        return error.feedback
    return None


def is_weaker(level: Level, wanted: Level) -> bool:
    """Return whether a sandbox of `level` holds back less than one of the level `wanted`."""
    strongest_first = list(Level)
    return strongest_first.index(level) > strongest_first.index(wanted)


def too_weak(here: Level, wanted: Level) -> Feedback:
    """Return the refusal of a machine whose sandbox holds back too little for other people's code."""
    return Feedback(
        problem=say("The sandbox on {host} is too weak to grade a class.", host=socket.gethostname()),
        expected=say("the level `{level}` or a stronger one", level=wanted.value),
        got=say("the level `{level}`. {note}", level=here.value, note=here.note),
        next_step=say(
            "`grader doctor` says what is missing; mostly it is bubblewrap. With `--allow-weak-sandbox` the class is "
            "graded all the same: do that only where you trust every learner."
        ),
    )


def require_data(source: str) -> None:
    """Load the data that the class is graded with, so that a wrong path is told once and not for each submission.

    Raises:
        InputError: it is not there or damaged.
    """
    if is_faces_file(source):
        load_faces(source)
    elif source != "sample":
        load_digits(source)


def course_of(conditions: Conditions) -> Course:
    """Return the course that is graded by."""
    return find_course(Path(conditions.course) if conditions.course else None)


# ------------------------------------------------------------ one job


def grade_job(job: Job, conditions: Conditions) -> Grading:
    """Grade one chapter of one submission. It raises nothing: a failure of the grader's own is told in `failure`."""
    began, used = time.monotonic(), cpu_seconds()
    course = course_of(conditions)
    also_translate_by(course.locale)
    try:
        checks = digest_of_checks(course, job.chapter)
        grading = _graded(job, conditions, course)
    except Exception as error:
        # The class goes on whatever a single submission brings about in the grader.
        _bench.close()
        checks, grading = "", Grading(None, None, "", failure=_words(f"{type(error).__name__}: {error}"))
    return msgspec.structs.replace(
        grading,
        checks_digest=checks,
        seconds=round(time.monotonic() - began, 3),
        cpu_s=round(max(0.0, cpu_seconds() - used), 3),
    )


def _graded(job: Job, conditions: Conditions, course: Course) -> Grading:
    with tempfile.TemporaryDirectory(prefix="first-digits-job-") as place:
        for name in (f"{job.chapter}{suffix}" for suffix in SUFFIXES):
            if name in job.files:
                Path(place, name).write_bytes(job.files[name])
        for last in (False, True):
            try:
                done = _run(Path(place), job, conditions, course)
                grading = _grading_of(done, job.chapter, place)
            except SandboxError as error:
                grading = Grading(None, None, "", failure=_words(f"the sandbox failed: {error}"))
            if not grading.failure or last:
                return grading
            # Perhaps the sandbox was worn out: everything once more in a new one.
            _bench.close()
    raise AssertionError("the second time returns")


def _run(folder: Path, job: Job, conditions: Conditions, course: Course) -> Graded:
    sandbox = _bench.sandbox()
    return grade(
        folder,
        "--lang=en",
        f"--data={conditions.data}",
        course=course if course.own else None,
        chapter=job.chapter,
        sandbox=sandbox,
        # One that keeps nobody apart has no workers in which a task is alone.
        passes=_bench.passes if sandbox is not None and not conditions.alone else None,
    )


def _grading_of(done: Graded, chapter: str, folder: str) -> Grading:
    """Return what a run gave for the chapter, and why it gave nothing where the grader is to blame."""
    if done.result is None:
        said = " ".join(done.screen.split())
        return Grading(None, None, "", failure=_words(f"no result, exit status {done.exit_status}: {said}"))
    found = next((result for result in done.result.chapters if result.name == chapter), None)
    if found is None:
        return Grading(None, None, "", failure=_words(f"the submission holds no file of {chapter}"))
    found = storable(found, folder)
    around = storable(done.result.surroundings)
    return Grading(found, around, "", failure=_failure_in(found), shared=done.result.recalled)


def _failure_in(result: ChapterResult) -> str:
    """Return what the first check says at which the grader itself failed; empty where there is none."""
    checks = [check for task in result.tasks for check in task.checks if check.verdict is Verdict.GRADER_ERROR]
    return _words("; ".join(map(_why, checks[:3])))


def _why(check: CheckResult) -> str:
    feedback = check.feedback or Feedback(Message("the grader failed"))
    said = (feedback.problem, feedback.got or verbatim(""))
    return f"{check.name}: {' '.join(render(words, 'en') for words in said)}".strip()


def _words(text: str) -> str:
    return text if len(text) <= MAX_REASON else f"{text[: MAX_REASON - 1]}…"


# ------------------------------------------------------------ what the process keeps


class _Bench:
    """The warm sandbox of this process, made when first needed, and what was passed here."""

    def __init__(self) -> None:
        self._warm: Sandbox | None = None
        self.passes = Passes()

    def sandbox(self) -> Sandbox | None:
        """Return the warm sandbox; None where it cannot keep submissions apart, and each needs one of its own.

        Raises:
            SandboxError: it cannot be started.
        """
        if self._warm is None:
            self._warm = Sandbox()
        if self._warm.level in (Level.PROCESS, Level.NONE):
            return None
        self._warm.warm(())
        return self._warm if self._warm.keeps_apart else None

    def close(self) -> None:
        """End it; the next job gets a new one."""
        warm, self._warm = self._warm, None
        if warm is not None:
            with contextlib.suppress(Exception):
                warm.close()


_bench = _Bench()


def cpu_seconds() -> float:
    """Return the processor time used so far by this process and all below it, those that have ended included."""
    top, total = psutil.Process(), 0.0
    for member in (top, *top.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            times = member.cpu_times()
            # Not every system counts the children that have ended.
            ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            total += times.user + times.system + ended
    return total
