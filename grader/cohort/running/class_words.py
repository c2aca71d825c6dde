"""What is said while a class is graded, and at the end of it. Trusted side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from grader.cohort.commands.screen import Bar, ClassScreen
from grader.cohort.gradings import GradedWork, Grading, Job
from grader.cohort.running.terms import Tally
from grader.cohort.submitted import whose
from grader.layout import Course
from grader.messages import Message, render, say, verbatim
from grader.plugin.judging import digest_of_checks
from grader.report.words import format_points
from grader.results import Feedback

if TYPE_CHECKING:
    from grader.cohort.gradebook import Gradebook
    from grader.cohort.running.grade_class import Collected

# So many are named one by one; of more, how many there are.
MOST_NAMED = 50


class RunWords:
    """Says how it goes on: a line for each grading, and a bar."""

    def __init__(self, screen: ClassScreen, names: dict[str, str], waiting: int) -> None:
        self._screen, self._names, self._waiting = screen, names, waiting
        self._stack = contextlib.ExitStack()
        self._bar: Bar | None = None
        self._said_of_others = False
        self._refused: set[str] = set()

    def __enter__(self) -> RunWords:
        self._bar = self._stack.enter_context(self._screen.bar(say("Grading"), self._waiting))
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.close()

    def graded(self, job: Job, grading: Grading) -> None:
        if self._bar is not None:
            self._bar.step()
        if grading.failure:
            self._line("✗", job, say("the grader failed: {why}", why=grading.failure), "red")
            return
        result = grading.result
        points = f"{format_points(result.earned)}/{format_points(result.points)}" if result else ""
        self._line("✓", job, say("{points}, {seconds} s", points=points, seconds=f"{grading.seconds:.1f}"), "")

    def tried(self, job: Job, why: str) -> None:
        self._line("–", job, say("once more, since this time {why}", why=why), "yellow")

    def worker_left(self, worker: str, why: str) -> None:
        self._screen.line(say("A worker was lost ({address}): {why}", address=worker, why=why), "yellow")

    def worker_refused(self, worker: str, why: Feedback) -> None:
        problem = render(why.problem, "en")
        if problem not in self._refused:
            self._refused.add(problem)
            self._screen.line(why.problem, "yellow")
            for words in filter(None, (why.got, why.next_step)):
                self._screen.line(words, "yellow", indent=2)

    def waits_for_others(self, count: int) -> None:
        if not self._said_of_others:
            self._said_of_others = True
            self._screen.line(say("Other graders are at the last {count}; waiting for them.", count=count), "dim")

    def _line(self, symbol: str, job: Job, words: Message, style: str) -> None:
        learner = whose(job.learner_id, self._names.get(job.learner_id, ""))
        words = say(
            "{symbol} {learner}  {chapter}  {what}", symbol=symbol, learner=learner, chapter=job.chapter, what=words
        )
        self._screen.line(words, style)


class ClosingWords:
    """Says what came of it all, and what one does next."""

    def __init__(self, screen: ClassScreen, gradebook: Gradebook, course: Course) -> None:
        self._screen, self._gradebook, self._course = screen, gradebook, course

    def tell(self, tally: Tally, collected: Collected) -> int:
        """Write it; return at how many the grader failed, in this run or an earlier one."""
        failures, older, graded = self._standing()
        waiting = self._gradebook.waiting()
        self._screen.space()
        words = say("{count} graded in this run, {all} in all.", count=tally.graded, all=graded)
        self._screen.line(words, "bold")
        if tally.shared:
            words = say("{count} checks were not run: others with the same code had passed them.", count=tally.shared)
            self._screen.line(words, "dim")
        if tally.elsewhere:
            self._screen.line(say("{count} were meanwhile another grader's.", count=tally.elsewhere))
        if waiting:
            self._screen.line(say("{count} wait to be graded: run `grader grade` again.", count=waiting), "yellow")
        self._tell_collected(collected)
        self._tell_failures(failures)
        if older:
            words = say(
                "{count} results are of older checks: `grader regrade --dry-run` shows what changes.", count=older
            )
            self._screen.line(words, "yellow")
        if not tally.stopped:
            self._screen.line(say("Next: `grader report` makes the pages, `grader export` the files for your site."))
        return len(failures)

    def _standing(self) -> tuple[list[GradedWork], int, int]:
        """Return where the grader failed, how many results are of older checks, and how many results there are."""
        checks = {chapter: digest_of_checks(self._course, chapter) for chapter in self._course.chapters}
        failures, older, graded = [], 0, 0
        for work in self._gradebook.works():
            if work.grading.failure:
                failures.append(work)
                continue
            graded += 1
            if work.chapter in checks and work.grading.checks_digest != checks[work.chapter]:
                older += 1
        return failures, older, graded

    def _tell_collected(self, collected: Collected) -> None:
        for note in collected.notes:
            self._screen.line(note, "yellow")
        refused = (
            verbatim(f"{refusal.origin}: {render(refusal.feedback.problem, self._screen.language)}")
            for refusal in collected.refusals
        )
        self._list(say("{count} could not be taken in:", count=len(collected.refusals)), refused, "yellow")
        missing = (verbatim(whose(learner.id, learner.name)) for learner in collected.missing)
        self._list(say("{count} have handed in nothing:", count=len(collected.missing)), missing, "")
        strangers = (verbatim(whose(learner.id, learner.name)) for learner in collected.strangers)
        self._list(say("{count} are not in the roster:", count=len(collected.strangers)), strangers, "yellow")

    def _tell_failures(self, failures: list[GradedWork]) -> None:
        named = (verbatim(f"{work.learner.id}, {work.chapter}: {work.grading.failure}") for work in failures)
        self._list(
            say("At {count} the grader itself failed, and no points are lost:", count=len(failures)), named, "red"
        )
        if failures:
            self._screen.line(say("When the cause is gone, `grader grade --retry` grades them anew."), "red")

    def _list(self, title: Message, entries: Iterable[Message], style: str) -> None:
        """Write the title and what it is about, unless that is nothing."""
        for number, entry in enumerate(entries):
            if number == 0:
                self._screen.line(title, style)
            if number == MOST_NAMED:
                self._screen.line("...", style, indent=2)
                return
            self._screen.line(entry, style, indent=2)
