"""What a notebook shows below a cell: a compact table, or the same as plain text. Trusted side; its text may not be."""

from __future__ import annotations

from grader.errors import four_parts
from grader.messages import Message, render, say
from grader.report.html import Page, environment
from grader.report.terminal import print_feedback, print_tasks
from grader.report.words import PART_WORDS
from grader.results import ChapterResult, Feedback, RunResult, TaskResult, Verdict

UNCHANGED = say("Nothing has changed since the last check.")
INTERRUPTED = say("The run was interrupted: what would have come later is missing.")


def cell_text(result: RunResult, language: str, width: int, unchanged: bool = False, watched: bool = False) -> str:
    """Return what was checked as text of at most `width` columns, without colour."""
    parts = [print_tasks(_checked(chapter), language, width) for chapter in result.chapters]
    return "\n".join([*parts, *(render(note, language) for note in _notes(result, unchanged, watched))])


def cell_html(result: RunResult, language: str, unchanged: bool = False, watched: bool = False) -> str:
    """Return what was checked as a piece of a page: a table of the tasks, and below each what is not right."""
    page = Page(language)
    chapters = [
        page.show_chapter(f"first-digits-{number}", _checked(chapter)) for number, chapter in enumerate(result.chapters)
    ]
    return (
        environment()
        .get_template("cell.html.j2")
        .render(
            **page.words,
            chapters=chapters,
            notes=[page.speak(note) for note in _notes(result, unchanged, watched)],
        )
    )


def refusal_text(feedback: Feedback, language: str, width: int) -> str:
    """Return why nothing was checked, as text."""
    return print_feedback(feedback, language, width)


def refusal_html(feedback: Feedback, language: str) -> str:
    """Return why nothing was checked, as a piece of a page."""
    page = Page(language)
    parts = [(page.speak(PART_WORDS[part]), page.speak(message)) for part, message in four_parts(feedback)]
    return environment().get_template("refusal.html.j2").render(**page.words, parts=parts)


def _checked(chapter: ChapterResult) -> ChapterResult:
    """Return the chapter with the tasks that were checked now."""
    tasks = tuple(task for task in chapter.tasks if task.checks)
    return ChapterResult(
        chapter.name, chapter.title, chapter.file, tasks, chapter.notes, chapter.learner, chapter.reference
    )


def _notes(result: RunResult, unchanged: bool, watched: bool) -> list[Message]:
    """Return what stands below the table: what to do next, and under which conditions this was found."""
    notes = []
    if unchanged:
        notes.append(UNCHANGED)
    if result.interrupted:
        notes.append(INTERRUPTED)
    tasks = [task for chapter in result.chapters for task in chapter.tasks]
    first = next((task for task in tasks if task.checks and task.verdict is not Verdict.PASS), None)
    if first is not None:
        again = say("Change `{task}`, and run its cell: it is checked again.", task=first.name)
        notes.append(again if watched else say("Change `{task}`, run its cell, then check again.", task=first.name))
    elif (following := _following(tasks)) is not None:
        notes.append(say("Right. Go on to `{task}`.", task=following.name))
    elif tasks and not result.interrupted:
        notes.append(say("Everything passes. Well done!"))
    return notes


def _following(tasks: list[TaskResult]) -> TaskResult | None:
    """Return the first task after those checked now that was not."""
    checked = [place for place, task in enumerate(tasks) if task.checks]
    return next((task for task in tasks[max(checked, default=-1) + 1 :] if not task.checks), None)
