"""Grades a class from beginning to end: collect, take in, grade what waits, and say what came of it. Trusted side."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

import msgspec

from grader.cohort.chapters import chapters_named, course_for
from grader.cohort.collect import collect, read_roster
from grader.cohort.commands.screen import ClassScreen
from grader.cohort.gradebook import Gradebook, open_gradebook
from grader.cohort.gradings import Conditions
from grader.cohort.running.class_words import ClosingWords, RunWords
from grader.cohort.running.cluster import distant_crew, local_crew, processors
from grader.cohort.running.crew import DaskCrew
from grader.cohort.running.grading import is_weaker, require_data, too_weak
from grader.cohort.running.loop import ClassRun
from grader.cohort.running.terms import Clocks, Tally
from grader.cohort.running.whose import is_gone, own_name
from grader.cohort.settings import read_settings
from grader.cohort.submitted import Learner, Refusal, Submitted
from grader.errors import InputError
from grader.layout import Course
from grader.messages import Message, also_translate_by, say
from grader.plugin.judging import digest_of_checks
from grader.sandbox.confine import Level, strongest_level
from grader.submission.find import SUFFIXES

GRADED, FAILED, INTERRUPTED = 0, 3, 130


class Wish(msgspec.Struct, frozen=True):
    """What the command line asked for."""

    path: Path | None = None
    gradebook: str = "gradebook.sqlite"
    roster: Path | None = None
    chapters: tuple[str, ...] = ()
    layout: str | None = None
    jobs: int | None = None
    scheduler: str | None = None
    data: str = "sample"
    course: Path | None = None
    allow_weak_sandbox: bool = False
    settings: Path | None = None
    job_timeout_s: float = 1800.0
    retry: bool = False
    alone: bool = False


class Collected(msgspec.Struct):
    """What there was to collect. `layout`: how the site lays it out."""

    layout: str = ""
    taken_in: int = 0
    refusals: list[Refusal] = []
    missing: list[Learner] = []
    strangers: list[Learner] = []
    notes: list[Message] = []


def grade_class(wish: Wish, screen: ClassScreen) -> int:
    """Do what `wish` asks for and return the exit status: 0, 3 where the grader failed at some, 130 when stopped.

    Raises:
        InputError: an option, a file, the gradebook or the cluster cannot be used. What was graded is kept.
    """
    course = course_for(wish.course)
    also_translate_by(course.locale)
    chapters = chapters_wanted(course, wish)
    conditions = conditions_wanted(wish, course)
    with open_gradebook(wish.gradebook) as gradebook, stopped_by_signals() as stop:
        collected = _collect(wish, gradebook, course, chapters, screen, stop)
        _release_the_dead(gradebook, screen)
        if wish.retry:
            gradebook.open_round([work.grading_id for work in gradebook.works() if work.grading.failure])
        tally = _grade(wish, gradebook, course, conditions, screen, stop)
        failures = ClosingWords(screen, gradebook, course).tell(tally, collected)
    if stop.is_set():
        return INTERRUPTED
    return FAILED if failures else GRADED


def chapters_wanted(course: Course, wish: Wish) -> tuple[str, ...]:
    """Return the chapters to grade: those named, else those that count by the settings, else all.

    Raises:
        InputError: there is no such chapter, or more than one begins so.
    """
    if wish.chapters:
        return chapters_named(wish.chapters, course.chapters)
    if wish.settings is not None:
        return read_settings(wish.settings, course.chapters).chapters
    return course.chapters


def conditions_wanted(wish: Wish, course: Course) -> Conditions:
    """Return what the class is graded under; refuse at once what cannot be.

    Raises:
        InputError: the data are not there, or this machine's sandbox is too weak.
    """
    level = Level.NONE if wish.allow_weak_sandbox else Level.NAMESPACES
    if wish.scheduler is None and is_weaker(strongest_level(), level):
        raise InputError(too_weak(strongest_level(), level))
    data = wish.data if wish.data in ("sample", "full") else str(Path(wish.data).expanduser().absolute())
    require_data(data)
    return Conditions(level.value, data, str(course.root) if course.own else "", wish.alone)


# ------------------------------------------------------------ before grading


def _collect(
    wish: Wish,
    gradebook: Gradebook,
    course: Course,
    chapters: Sequence[str],
    screen: ClassScreen,
    stop: threading.Event,
) -> Collected:
    """Take in what lies at the path. What is in the gradebook already stays as it is."""
    collected = Collected(refusals=[])
    if wish.path is None and wish.roster is None:
        return collected
    roster = read_roster(wish.roster) if wish.roster else None
    if roster is not None:
        gradebook.set_roster(list(roster.learners))
    if wish.path is None:
        return collected
    only = chapters[0] if len(wish.chapters) == 1 else None
    with collect(wish.path, chapters, roster=roster, layout=wish.layout, chapter=only) as collection:
        for found in collection:
            if stop.is_set():
                return collected
            _take_in(found, gradebook, chapters, collected)
        collected.layout = collection.layout
        collected.missing, collected.strangers = list(collection.missing), list(collection.strangers)
        collected.notes = list(collection.notes)
    screen.line(
        say(
            "{count} submissions from {path} ({layout})",
            count=collected.taken_in,
            path=str(wish.path),
            layout=collected.layout,
        )
    )
    return collected


def _take_in(found: Submitted | Refusal, gradebook: Gradebook, chapters: Sequence[str], collected: Collected) -> None:
    if isinstance(found, Refusal):
        gradebook.note_refusal(found)
        collected.refusals.append(found)
        return
    begun = [chapter for chapter in chapters if any(f"{chapter}{suffix}" in found.files for suffix in SUFFIXES)]
    gradebook.take_in(found, begun)
    collected.taken_in += 1


def _release_the_dead(gradebook: Gradebook, screen: ClassScreen) -> None:
    """Take over at once what a grader on this machine was at that was ended in the middle of it."""
    freed = 0
    for who, grading_ids in gradebook.claimed().items():
        if is_gone(who):
            for grading_id in grading_ids:
                gradebook.give_back(who, grading_id, failed=False)
            freed += len(grading_ids)
    if freed:
        screen.line(say("An earlier run was ended in the middle of {count}: they are graded now.", count=freed))


# ------------------------------------------------------------ grading


def _grade(
    wish: Wish,
    gradebook: Gradebook,
    course: Course,
    conditions: Conditions,
    screen: ClassScreen,
    stop: threading.Event,
) -> Tally:
    waiting = gradebook.waiting()
    if stop.is_set() or not waiting:
        return Tally(stopped=stop.is_set())
    checks = {chapter: digest_of_checks(course, chapter) for chapter in course.chapters}
    clocks = Clocks(job=wish.job_timeout_s)
    screen.line(say("Starting the workers ..."), "dim")
    with crew_wanted(wish, waiting) as crew:
        if crew.dashboard:
            screen.line(say("Dask's dashboard: {address}", address=crew.dashboard), "dim")
        names = {learner.id: learner.name for learner in gradebook.learners()}
        with RunWords(screen, names, waiting) as words:
            run = ClassRun(gradebook, crew, conditions, checks, own_name(), words, clocks, wish.jobs)
            return run.run(stop)


def crew_wanted(wish: Wish, waiting: int) -> AbstractContextManager[DaskCrew]:
    if wish.scheduler is not None:
        return distant_crew(wish.scheduler)
    return local_crew(min(wish.jobs or processors(), waiting))


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set. A second Ctrl-C ends the program at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before: list[tuple[int, Callable[..., object] | int | None]] = []
    if threading.current_thread() is threading.main_thread():
        before = [(number, signal.signal(number, on_signal)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, handler)
