"""The course at a glance: what is done, what is open, what comes next. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from grader.learner.desk import ChapterState, Desk, Standing, TaskState, current_chapter
from grader.learner.screen import Screen
from grader.messages import Message, say
from grader.report.words import VERDICT_WORDS, format_points
from grader.results import Verdict

WORDS: dict[Standing, Message] = {
    Standing.DONE: say("done"),
    Standing.WRONG: VERDICT_WORDS[Verdict.FAIL],
    Standing.UNREADABLE: VERDICT_WORDS[Verdict.IMPORT_ERROR],
    Standing.CHANGED: say("changed since"),
    Standing.BEGUN: say("begun"),
    Standing.TODO: VERDICT_WORDS[Verdict.TODO],
    Standing.WAITING: VERDICT_WORDS[Verdict.BLOCKED],
}
SYMBOLS = {
    Standing.DONE: ("✓", "green"),
    Standing.WRONG: ("✗", "red"),
    Standing.UNREADABLE: ("?", "red"),
    Standing.CHANGED: ("•", "yellow"),
    Standing.BEGUN: ("•", "yellow"),
    Standing.TODO: ("○", "cyan"),
    Standing.WAITING: ("…", "dim"),
}
UNKNOWN = "?"
# The first of these that is not done is what to do next; what waits has its turn when they are.
OPEN = frozenset(Standing) - {Standing.DONE, Standing.WAITING}


def print_list(desk: Desk, only: ChapterState | None, screen: Screen) -> None:
    """Write the course. `only`: the one chapter to write of, with all its tasks.

    Of the chapters that are finished, or whose turn has not come, each has a line or two.
    """
    chapters = [only] if only else list(desk.chapters)
    shown = {chapter.name for chapter in chapters if chapter in (only, desk.current) or _is_open(chapter)}
    names = [task.name for chapter in chapters if chapter.name in shown for task in chapter.tasks]
    width = max(map(len, names), default=0)
    for chapter in chapters:
        _print_heading(chapter, screen)
        if chapter.refusal is not None:
            screen.line(chapter.refusal.problem, "yellow", indent=2)
        if chapter.name in shown:
            for task in chapter.tasks:
                _print_task(task, width, screen)
        elif not chapter.finished:
            screen.line(", ".join(task.name for task in chapter.tasks), "dim", indent=2)
    screen.space()
    if desk.trouble is not None:
        screen.four_parts(desk.trouble.feedback)
        return
    if only is None:
        earned, points = (sum(values) for values in zip(*((one.earned, one.points) for one in chapters), strict=True))
        screen.line(
            say("{earned} of {points} points", earned=format_points(earned), points=format_points(points)), "bold"
        )
    for words in what_next(desk.chapters if only is None else chapters):
        screen.line(words)


def _is_open(chapter: ChapterState) -> bool:
    return chapter.begun and not chapter.finished


def _print_heading(chapter: ChapterState, screen: Screen) -> None:
    screen.space()
    points = f"{format_points(chapter.earned)}/{format_points(chapter.points)}"
    word = say("done") if chapter.finished else None if chapter.begun else VERDICT_WORDS[Verdict.TODO]
    title, style = screen.spell(chapter.title), "bold green" if chapter.finished else "bold"
    told = points + (f"  {screen.spell(word)}" if word else "")
    if cell_len(f"{title}  {told}") <= screen.width:
        screen.line(f"{title}  {told}", style)
    else:
        screen.line(title, style)
        screen.line(told, style, indent=2)


def _print_task(task: TaskState, width: int, screen: Screen) -> None:
    symbol, style = SYMBOLS[task.standing]
    earned = UNKNOWN if task.earned is None else format_points(task.earned)
    cells = [(symbol, style), (task.name, "bold"), (f"{earned}/{format_points(task.points)}", "")]
    screen.row(cells, (1, width, -5), (WORDS[task.standing], style))


def what_next(chapters: Sequence[ChapterState]) -> list[Message]:
    """Return the next thing to do, and where there is help."""
    chapter = current_chapter(chapters)
    if chapter is None:
        return [say("Everything passes. Well done!")]
    task = next((one for one in chapter.tasks if one.standing in OPEN), None)
    if task is None or chapter.refusal is not None:
        return [say("Next: run `pytest grader`.")]
    if task.standing in (Standing.CHANGED, Standing.BEGUN):
        words = say(
            "Next: run `pytest grader`. As it is now, `{task}` has not been checked as a whole.", task=task.name
        )
        return [words]
    if task.standing is not Standing.TODO:
        first = say("Next: look at `{task}`. To check only that: pytest grader -k {task}", task=task.name)
    elif not chapter.begun and chapter.file is not None:
        first = say(
            "Next: open {file} (or the .ipynb beside it), read on to `{task}`, do what it asks for, and run "
            "`pytest grader` again.",
            file=f"{chapter.file.parent.name}/{chapter.file.name}",
            task=task.name,
        )
    else:
        first = say("Next: on to `{task}`. Then run `pytest grader` again.", task=task.name)
    help_is_there = task.name in chapter.functions
    return [first, say("Stuck? `grader hint {task}`", task=task.name)] if help_is_there else [first]
