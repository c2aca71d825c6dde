"""The report on the screen. Trusted side; all it is given may be a learner's text."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.curves import diagnose, sparkline
from grader.errors import four_parts
from grader.messages import Message, render, say
from grader.report.groups import groups_of
from grader.report.prose import MAX_WIDTH, MIN_WIDTH, Prose
from grader.report.words import (
    NOT_RUN_SYMBOL,
    NOT_RUN_WORD,
    PART_WORDS,
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    data_words,
    format_points,
    make_visible,
)
from grader.results import ChapterResult, CheckResult, Curve, Feedback, RunResult, TaskResult, Verdict

STYLES = {Verdict.PASS: "green", Verdict.TODO: "cyan", Verdict.BLOCKED: "dim", Verdict.GRADER_ERROR: "magenta"}
FAILED_STYLE = "red"
QUIET = (Verdict.TODO, Verdict.BLOCKED)


def print_run(result: RunResult, language: str, width: int, colour: bool, verbose: bool = False) -> str:
    """Return the report as text of at most `width` columns; with ANSI colours where `colour` is true.

    `verbose`: name the checks that passed, too.
    """
    stream = io.StringIO()
    printer = _Printer(_console(stream, width, colour), language, verbose)
    ran = [chapter for chapter in result.chapters if any(task.checks for task in chapter.tasks)]
    untouched = [chapter for chapter in ran if _is_untouched(chapter)]
    begun = any(chapter not in untouched and chapter.earned < chapter.points for chapter in ran)
    for chapter in ran or result.chapters:
        # One thing after the other: where nothing is begun, the first one to do is shown whole.
        if chapter in (untouched if begun else untouched[1:]) and not verbose:
            printer.in_a_line(chapter)
        else:
            printer.chapter(chapter)
    printer.closing(result)
    return stream.getvalue()


def print_tasks(chapter: ChapterResult, language: str, width: int) -> str:
    """Return one chapter's part of the report without colour, its title and its tasks."""
    stream = io.StringIO()
    _Printer(_console(stream, width, colour=False), language, verbose=False).chapter(chapter)
    return stream.getvalue().strip("\n")


def print_feedback(feedback: Feedback, language: str, width: int) -> str:
    """Return the parts of a feedback without colour."""
    stream = io.StringIO()
    _Printer(_console(stream, width, colour=False), language, verbose=False).feedback(feedback, 0)
    return stream.getvalue().rstrip("\n")


def _console(stream: io.StringIO, width: int, colour: bool) -> Console:
    return Console(
        file=stream,
        width=max(MIN_WIDTH, min(width, MAX_WIDTH)),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        # In a notebook, too, this is text, and whoever asked for it shows it.
        force_jupyter=False,
    )


class _Printer:
    def __init__(self, console: Console, language: str, verbose: bool) -> None:
        self._console, self._language, self._verbose = console, language, verbose
        # Several checks of a task often name the same mistake: it is said once.
        self._named_mistakes: list[Message] = []

    def chapter(self, chapter: ChapterResult) -> None:
        """Print a chapter: one line a task, and below it what is not right."""
        self._console.print()
        self._console.print(Prose(self._say(chapter.title), style="bold"))
        for note in chapter.notes:
            self._console.print(Padding(Prose(self._say(note), style="yellow"), (0, 0, 0, 2)))
        shared = _shared_feedback(chapter)
        if shared is not None:
            self._console.print()
            self.feedback(shared, 2)
            self._console.print()
        for task in chapter.tasks:
            self._task(task, told=shared)
        if chapter.learner.curve is not None:
            self._curve(chapter.learner.curve)

    def _curve(self, curve: Curve) -> None:
        """Print the loss of the learner's own training, and what it says."""
        self._console.print()
        for name, words in (("loss", say("training loss")), ("val_loss", say("validation loss"))):
            values = curve.values.get(name, ())
            if values:
                line = Prose(f"{sparkline(values)}  ", "cyan")
                line.append(self._say(words), "dim")
                line.append(f" {values[0]:.3f} → {values[-1]:.3f}")
                self._console.print(Padding(line, (0, 0, 0, 5)))
        if (diagnosis := diagnose(curve)) is not None:
            self._line(diagnosis.words, 5, "yellow")

    def in_a_line(self, chapter: ChapterResult) -> None:
        """Print a chapter that nothing was done in yet."""
        self._console.print()
        title = Prose(self._say(chapter.title), style="bold")
        title.append(f"  0/{format_points(chapter.points)} {self._say(VERDICT_WORDS[Verdict.TODO])}", "cyan")
        self._console.print(title)

    def _task(self, task: TaskResult, told: Feedback | None) -> None:
        verdict = task.verdict
        symbol = VERDICT_SYMBOLS[verdict] if verdict else NOT_RUN_SYMBOL
        word = VERDICT_WORDS[verdict] if verdict else NOT_RUN_WORD
        style = STYLES.get(verdict, FAILED_STYLE) if verdict else "dim"
        row = Table.grid(padding=(0, 1))
        row.add_column(width=2, justify="right")
        row.add_column(min_width=18)
        row.add_column(min_width=7, justify="right")
        row.add_column()
        points = f"{format_points(task.earned)}/{format_points(task.points)}"
        row.add_row(Text(symbol, style), Text(task.name, "bold"), Text(points), Text(self._say(word), style))
        self._console.print(row)
        if verdict in QUIET and told is None and verdict is Verdict.BLOCKED and task.checks[0].feedback:
            self._line(task.checks[0].feedback.problem, 6, "dim")
        self._named_mistakes.clear()
        if verdict not in QUIET:
            groups = {id(group[0]): group for group in groups_of(task.checks)}
            for check in task.checks:
                if check.verdict is not Verdict.PASS:
                    self._group(groups.get(id(check), ()), told)
                elif check.measured is not None or self._verbose:
                    self._title(check, "")

    def _group(self, checks: Sequence[CheckResult], told: Feedback | None) -> None:
        """Print the titles of checks that tell the same, and below them what that is."""
        for check in checks:
            self._title(check, "bold")
        feedback = checks[0].feedback if checks else None
        if feedback is not None and feedback != told:
            self.feedback(feedback, 7)
            self._console.print()

    def _title(self, check: CheckResult, style: str) -> None:
        title = Prose(f"{VERDICT_SYMBOLS[check.verdict]} ", STYLES.get(check.verdict, FAILED_STYLE))
        title.append(self._say(check.title), style)
        if check.measured is not None:
            title.append(f"  ({self._say(check.measured)})", "dim")
        self._console.print(Padding(title, (0, 0, 0, 5)))

    def feedback(self, feedback: Feedback, indent: int) -> None:
        """Print the parts of a feedback."""
        if feedback.mistake is not None and feedback.mistake not in self._named_mistakes:
            self._named_mistakes.append(feedback.mistake)
            self._line(feedback.mistake, indent, "bold yellow")
        parts = Table.grid(padding=(0, 2))
        parts.add_column(no_wrap=True, style="dim")
        parts.add_column(overflow="fold")
        for part, message in four_parts(feedback):
            parts.add_row(self._say(PART_WORDS[part]), Prose(self._say(message)))
        for place in feedback.places:
            where = self._say(say("{file}, line {line}", file=place.file, line=place.line))
            parts.add_row(self._say(say("Where")), Prose(make_visible(where)))
            if place.text.strip():
                parts.add_row("", Text(f"    {make_visible(place.text.strip())}", "italic"))
        if feedback.output.strip():
            parts.add_row(self._say(say("Printed")), Prose(make_visible(feedback.output.strip())[-500:], "dim"))
        self._console.print(Padding(parts, (0, 0, 0, indent)))

    def closing(self, result: RunResult) -> None:
        """Print the total, what to do next, and under which conditions this was graded."""
        total = say(
            "{earned} of {points} points", earned=format_points(result.earned), points=format_points(result.points)
        )
        self._console.print()
        self._console.print(Text(self._say(total), style="bold green" if result.exit_status == 0 else "bold"))
        if result.interrupted:
            self._line(say("The run was interrupted: what would have come later is missing."), 0, "yellow")
        if (next_step := _what_next(result)) is not None:
            self._line(next_step, 0, "")
        around = result.surroundings
        conditions = say("sandbox: {level}   data: {data}", level=around.sandbox, data=data_words(around))
        self._line(conditions, 0, "dim")
        if result.recalled:
            words = say(
                "{count} results are from an earlier run: nothing they depend on has changed. `--no-cache` runs all "
                "again.",
                count=result.recalled,
            )
            self._line(words, 0, "dim")
        if around.sandbox != "namespaces":
            self._line(around.sandbox_note, 0, "dim")

    def _line(self, message: Message, indent: int, style: str) -> None:
        self._console.print(Padding(Prose(self._say(message), style), (0, 0, 0, indent)))

    def _say(self, message: Message) -> str:
        return make_visible(render(message, self._language))


def _is_untouched(chapter: ChapterResult) -> bool:
    return all(check.verdict in QUIET for task in chapter.tasks for check in task.checks)


def _shared_feedback(chapter: ChapterResult) -> Feedback | None:
    """Return the feedback all checks share, as when the file could not be read: it is told once."""
    feedbacks = [check.feedback for task in chapter.tasks for check in task.checks]
    if len(feedbacks) > 1 and feedbacks[0] is not None and all(one == feedbacks[0] for one in feedbacks):
        return feedbacks[0]
    return None


def _what_next(result: RunResult) -> Message | None:
    """Return the one thing to do now."""
    if result.exit_status == 0:
        if result.earned < result.points:
            return say("All that ran passes. Now run `pytest grader` without `-k`.")
        return say("Everything passes. Well done!")
    for chapter in result.chapters:
        untouched = _is_untouched(chapter)
        for task in chapter.tasks:
            if task.verdict in (None, Verdict.PASS):
                continue
            if untouched and chapter.file:
                return say(
                    "Next: open {file} (or the .ipynb beside it), read on to `{task}`, do what it asks for, and run "
                    "`pytest grader` again.",
                    file=chapter.file,
                    task=task.name,
                )
            if task.verdict is Verdict.TODO:
                return say("Next: on to `{task}`. Then run `pytest grader` again.", task=task.name)
            return say("Next: look at `{task}`. To check only that: pytest grader -k {task}", task=task.name)
    return None
