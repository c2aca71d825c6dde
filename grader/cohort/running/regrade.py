"""Grades anew what changed checks touch, and says whose points that changes. Trusted side."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import msgspec

from grader.cohort.chapters import course_for
from grader.cohort.commands.screen import ClassScreen
from grader.cohort.gradebook import Gradebook, open_gradebook
from grader.cohort.gradings import Conditions, GradedWork, Grading
from grader.cohort.running.changes import Change, change_in
from grader.cohort.running.class_words import RunWords
from grader.cohort.running.grade_class import (
    FAILED,
    GRADED,
    INTERRUPTED,
    Wish,
    chapters_wanted,
    conditions_wanted,
    crew_wanted,
    stopped_by_signals,
)
from grader.cohort.running.loop import ClassRun
from grader.cohort.running.rehearsal import Known, Rehearsal, Rehearsed
from grader.cohort.running.terms import USUAL, Book, Clocks, Tally
from grader.cohort.running.whose import own_name
from grader.cohort.submitted import whose
from grader.errors import InputError
from grader.layout import Course
from grader.messages import Message, also_translate_by, say, verbatim
from grader.plugin.judging import digest_of_checks
from grader.report.words import format_points
from grader.results import Feedback

# So many reasons are named for each change.
MOST_REASONS = 5


def regrade_class(wish: Wish, dry: bool, everything: bool, screen: ClassScreen) -> int:
    """Grade anew what was graded by other checks than today's, and list what that changes.

    Args:
        dry: store nothing; what was found is used when it is done in earnest.
        everything: also what was graded by today's checks, as after an update of a library.

    Returns:
        The exit status: 0, 3 where the grader failed at some, 130 when stopped.

    Raises:
        InputError: an option, the gradebook or the cluster cannot be used. Nothing is lost.
    """
    course = course_for(wish.course)
    also_translate_by(course.locale)
    with open_gradebook(wish.gradebook, create=False) as gradebook, stopped_by_signals() as stop:
        graded = [work for work in gradebook.works() if not work.grading.failure]
        chapters = _chapters(course, wish, graded)
        checks = {chapter: digest_of_checks(course, chapter) for chapter in chapters}
        touched = [work for work in graded if work.chapter in checks]
        touched = [work for work in touched if everything or work.grading.checks_digest != checks[work.chapter]]
        if not touched:
            screen.line(say("All {count} results are of today's checks: nothing to do.", count=len(graded)))
            return GRADED
        conditions = _conditions(wish, course, touched)
        screen.line(say("{count} of {all} results are graded anew.", count=len(touched), all=len(graded)))
        anew = _Anew(wish, gradebook, conditions, checks, screen, stop)
        found, tally = anew.rehearse(touched) if dry else anew.grade(touched)
        _tell(screen, gradebook, touched, found, tally, dry)
    if stop.is_set():
        return INTERRUPTED
    return FAILED if any(grading.failure for grading in found.values()) else GRADED


def _chapters(course: Course, wish: Wish, graded: Sequence[GradedWork]) -> tuple[str, ...]:
    there = {work.chapter for work in graded}
    return tuple(chapter for chapter in chapters_wanted(course, wish) if chapter in there)


def _conditions(wish: Wish, course: Course, touched: Sequence[GradedWork]) -> Conditions:
    """Return what to grade under: the data that was asked for, else those the results are of.

    Raises:
        InputError: the results are of several data, and none was asked for.
    """
    used = sorted({work.conditions.data for work in touched})
    if not wish.data and len(used) > 1:
        raise InputError(
            Feedback(
                problem=say("These results come from different data."),
                expected=say("the data to grade anew with, after `--data`"),
                got=verbatim(", ".join(used)),
                next_step=say("Say one of them after `--data`, or take one chapter at a time with `--chapter`."),
            )
        )
    return conditions_wanted(msgspec.structs.replace(wish, data=wish.data or used[0]), course)


class _Anew:
    """Does it, rehearsed or in earnest."""

    def __init__(
        self,
        wish: Wish,
        gradebook: Gradebook,
        conditions: Conditions,
        checks: dict[str, str],
        screen: ClassScreen,
        stop: threading.Event,
    ) -> None:
        self._wish, self._gradebook, self._conditions, self._checks = wish, gradebook, conditions, checks
        self._screen, self._stop = screen, stop
        self._known = Known(conditions, checks)

    def rehearse(self, touched: Sequence[GradedWork]) -> tuple[dict[int, Grading], Tally]:
        """Return what came of each, by the old grading's id. The gradebook stays as it is."""
        rehearsal = Rehearsal(touched, self._gradebook.files, self._known)
        tally = self._run(rehearsal, rehearsal.waiting()) if rehearsal.waiting() else Tally()
        return rehearsal.found, tally

    def grade(self, touched: Sequence[GradedWork]) -> tuple[dict[int, Grading], Tally]:
        """Store what comes of each as a new round, and return it by the old grading's id."""
        self._gradebook.open_round([work.grading_id for work in touched])
        tally = self._run(self._gradebook, waiting) if (waiting := self._store_known()) else Tally()
        old = {(work.submission_id, work.chapter): work for work in touched}
        found = {}
        for work in self._gradebook.works(all_rounds=True):
            before = old.get((work.submission_id, work.chapter))
            if before is not None and work.round > before.round:
                found[before.grading_id] = work.grading
        return found, tally

    def _store_known(self) -> int:
        """Store what is known already, as far as it comes first; return how many are left to grade."""
        who = own_name()
        book = Rehearsed(self._gradebook, self._known)
        for job in book.claim(who, 1, USUAL.lease, self._conditions):
            book.give_back(who, job.grading_id, failed=False)
        return self._gradebook.waiting()

    def _run(self, book: Book, count: int) -> Tally:
        names = {learner.id: learner.name for learner in self._gradebook.learners()}
        self._screen.line(say("Starting the workers ..."), "dim")
        with crew_wanted(self._wish, count) as crew, RunWords(self._screen, names, count) as words:
            known = book if isinstance(book, Rehearsal) else Rehearsed(book, self._known, words)
            clocks = Clocks(job=self._wish.job_timeout_s)
            run = ClassRun(known, crew, self._conditions, self._checks, own_name(), words, clocks, self._wish.jobs)
            return run.run(self._stop)


# ------------------------------------------------------------ what is said


def _tell(
    screen: ClassScreen,
    gradebook: Gradebook,
    touched: Sequence[GradedWork],
    found: dict[int, Grading],
    tally: Tally,
    dry: bool,
) -> None:
    done = [(work, found[work.grading_id]) for work in touched if work.grading_id in found]
    changes = [change for work, grading in done if (change := change_in(work, grading)) is not None]
    decided = {(one.learner_id, one.chapter): one for one in gradebook.overrides() if one.points is not None}
    screen.space()
    for change in sorted(changes, key=lambda change: (change.chapter, change.learner.id, change.submission_id)):
        _tell_change(screen, change)
        if (override := decided.get((change.learner.id, change.chapter))) is not None:
            words = say(
                "{who} has decided on {points} points: that stays.",
                who=override.who,
                points=format_points(override.points or 0.0),
            )
            screen.line(words, "cyan", indent=2)
    failed = [work for work, grading in done if grading.failure]
    for work in failed:
        screen.line(_at(work, say("the grader failed; the old result stays")), "red")
    _tell_sum(screen, changes, len(done) - len(failed), len(touched) - len(done))
    if tally.stopped:
        screen.line(say("Stopped. What was graded is kept: the same command goes on from here."), "yellow")
    elif dry:
        screen.line(
            say("Nothing is stored yet. `grader regrade` without `--dry-run` stores it, and trains nothing twice.")
        )


def _tell_change(screen: ClassScreen, change: Change) -> None:
    words = say(
        "{learner}  {chapter}  {before} → {after} of {points}  ({gain})",
        learner=whose(change.learner.id, change.learner.name),
        chapter=change.chapter,
        before=format_points(change.before[0]),
        after=format_points(change.after[0]),
        points=format_points(change.after[1]),
        gain=f"{change.gain:+g}",
    )
    screen.line(words, "green" if change.gain > 0 else "yellow")
    for reason in change.reasons[:MOST_REASONS]:
        screen.line(reason, indent=2)
    if len(change.reasons) > MOST_REASONS:
        screen.line(say("and {count} more", count=len(change.reasons) - MOST_REASONS), indent=2)


def _tell_sum(screen: ClassScreen, changes: Iterable[Change], graded: int, left: int) -> None:
    gains = [change.gain for change in changes]
    screen.line(
        say(
            "{graded} graded anew: {up} gain points, {down} lose some, {same} stay as they were.",
            graded=graded,
            up=sum(gain > 0 for gain in gains),
            down=sum(gain < 0 for gain in gains),
            same=graded - sum(gain != 0 for gain in gains),
        ),
        "bold",
    )
    if left:
        screen.line(say("{count} were not graded anew.", count=left), "yellow")


def _at(work: GradedWork, words: Message) -> Message:
    learner = whose(work.learner.id, work.learner.name)
    return say("{learner}  {chapter}  {what}", learner=learner, chapter=work.chapter, what=words)
