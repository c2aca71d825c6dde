"""`grader watch`: whenever a file is saved, what has changed is checked again, from a warm sandbox. Trusted side."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import watchfiles

from grader.errors import CheckFailed, InputError
from grader.learner.desk import ChapterState, Desk, Standing, TaskState
from grader.learner.hinting import give_hint
from grader.learner.keys import Keys
from grader.learner.listing import print_list
from grader.learner.reset import carry_out, plan, question
from grader.learner.screen import Screen
from grader.messages import Message, render, say
from grader.plugin.grade import Graded, grade
from grader.plugin.sight import Line, bar
from grader.report.terminal import print_run
from grader.report.words import format_points
from grader.results import RunResult
from grader.sandbox.confine import can_fork
from grader.sandbox.process import Sandbox
from grader.submission.find import SUFFIXES

# Editors write a file in several steps; what comes within this time is one saving.
SETTLE_MS, STEP_MS = 200, 50
CLEAR = "\x1b[H\x1b[2J\x1b[3J"
YES = ("y", "Y", "是")
QUIT = ("q", "Q", "\x04", "\x03")


class Watch:
    """One learner at work: the files are looked at, the keys are listened to, and the screen shows where he is.

    `desk`: where he is now; `sit_down` looks at it anew. `only`: the one chapter to check; without it, all of the
    course. `language`: the one that was asked for.
    """

    def __init__(self, desk: Desk, only: str | None, sit_down: Callable[[], Desk], language: str | None) -> None:
        self._desk, self._only, self._sit_down, self._wanted_language = desk, only, sit_down, language
        self._screen = Screen(self._desk.language)
        self._events: queue.Queue[str] = queue.Queue()
        self._over = threading.Event()
        self._asked: Callable[[], None] | None = None
        self._result: RunResult | None = None
        self._is_terminal = sys.stdout.isatty()
        self._sandbox = _sandbox_for_all()

    def run(self) -> None:
        """Check, and check again after each saving, until `q` or Ctrl-C."""
        files = threading.Thread(target=self._look_for_changes, daemon=True)
        files.start()
        try:
            with Keys(self._events.put):
                self._check()
                while (event := self._events.get()) not in QUIT:
                    self._answer(event)
        except KeyboardInterrupt:
            pass
        finally:
            self._over.set()
            if self._sandbox is not None:
                self._sandbox.close()
            files.join(timeout=2)
        self._screen.space()
        self._screen.line(say("Your progress is kept. `grader watch` goes on from here."), "dim")

    def _look_for_changes(self) -> None:
        folder = self._desk.course.exercises
        for changes in watchfiles.watch(
            folder, stop_event=self._over, debounce=SETTLE_MS, step=STEP_MS, recursive=False, raise_interrupt=False
        ):
            if any(Path(path).suffix in SUFFIXES for _, path in changes):
                self._events.put("saved")

    # ------------------------------------------------------------ what happens

    def _answer(self, event: str) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and event != "saved":
            if event in YES:
                asked()
            self._draw()
            return
        match event:
            case "saved" | "\r" | "\n" | " ":
                while not self._events.empty() and self._events.queue[0] == "saved":
                    self._events.get()
                self._check()
            case "h" | "H":
                self._explained(self._hint)
            case "l" | "L":
                self._clear()
                print_list(self._desk, None, self._screen)
                self._print_keys()
            case "r" | "R":
                self._explained(self._ask_to_reset)

    def _check(self) -> None:
        """Check the course, or its one chapter; what has not changed is remembered and costs nothing."""
        self._say_below(say("Checking ..."))
        graded = self._grade()
        if graded.exit_status == pytest.ExitCode.INTERRUPTED:
            # pytest has taken Ctrl-C for itself.
            raise KeyboardInterrupt
        if graded.result is None:
            self._clear()
            self._screen.line(graded.screen.strip()[-2000:], "yellow")
            self._print_keys()
            return
        self._result = graded.result
        self._explained(self._look_again)
        self._draw()

    def _look_again(self) -> None:
        desk = self._sit_down()
        if desk.trouble is not None:
            raise desk.trouble
        self._desk = desk

    def _grade(self) -> Graded:
        course = self._desk.course
        line = Line(sys.stdout, self._desk.language) if self._is_terminal else None
        language = (f"--lang={self._desk.language}",) if self._wanted_language else ()
        return grade(
            course.exercises,
            *language,
            course=course,
            chapter=self._desk.chapter(self._only).name if self._only else None,
            sandbox=self._sandbox,
            cache=True,
            remember=True,
            on_progress=line.train if line else None,
        )

    def _hint(self) -> None:
        chapter, task = self._at_work()
        if task is None:
            self._say_below(say("There is nothing left to do here."))
            return
        self._draw()
        give_hint(self._desk, task.name, chapter.name if chapter else None, None, self._screen)
        self._look_again()

    def _ask_to_reset(self) -> None:
        chapter, task = self._at_work()
        if chapter is None or task is None or not (replacements := plan(self._desk.course, chapter, task.name)):
            self._say_below(say("There is nothing to put back."))
            return
        self._draw()
        self._screen.line(question(task.name, replacements[0]), "yellow")
        self._screen.line(say("y yes   any other key no"), "dim")

        def put_back() -> None:
            for replacement in replacements:
                carry_out(self._desk.course, chapter.name, task.name, replacement)

        self._asked = put_back

    def _explained(self, action: Callable[[], None]) -> None:
        """Do it, and show what stands in the way in four parts: the watch goes on."""
        try:
            action()
        except (InputError, CheckFailed) as error:
            self._screen.four_parts(error.feedback)

    def _at_work(self) -> tuple[ChapterState | None, TaskState | None]:
        """Return the chapter that is shown, and its first function that is not right yet."""
        chapter = self._desk.chapter(self._only) if self._only else self._desk.current
        if chapter is None:
            return None, None
        tasks = [task for task in chapter.tasks if task.name in chapter.functions]
        return chapter, next((task for task in tasks if task.standing is not Standing.DONE), None)

    # ------------------------------------------------------------ what is shown

    def _draw(self) -> None:
        self._clear()
        if self._result is None:
            return
        self._print_bar()
        text = print_run(self._shown(self._result), self._desk.language, self._screen.width, colour=self._is_terminal)
        sys.stdout.write(text)
        self._print_keys()

    def _shown(self, result: RunResult) -> RunResult:
        """Return the part of the result that belongs to the chapter the learner is at."""
        chapter, _ = self._at_work()
        found = tuple(one for one in result.chapters if chapter is not None and one.name == chapter.name)
        return msgspec.structs.replace(result, chapters=found or result.chapters[-1:])

    def _print_bar(self) -> None:
        chapters = self._desk.chapters
        earned, points = sum(one.earned for one in chapters), sum(one.points for one in chapters)
        done = bar(round(earned), round(points), "ascii" if self._screen.plain else "utf-8")
        words = say("{earned} of {points} points", earned=format_points(earned), points=format_points(points))
        self._screen.line(f"{done}  {render(words, self._desk.language)}", "bold")

    def _print_keys(self) -> None:
        self._screen.space()
        if sys.stdin.isatty():
            self._screen.line(say("Save a file and it is checked.   h hint   l list   r reset   q quit"), "dim")
        sys.stdout.flush()

    def _say_below(self, words: Message) -> None:
        self._screen.line(words, "dim")
        sys.stdout.flush()

    def _clear(self) -> None:
        if self._is_terminal:
            sys.stdout.write(CLEAR)


def _sandbox_for_all() -> Sandbox | None:
    """Return one warm sandbox for the learner's work and the course's own, where it keeps them apart."""
    if not can_fork():
        return None
    sandbox = Sandbox()
    sandbox.warm(())
    if sandbox.keeps_apart:
        return sandbox
    sandbox.close()
    return None
