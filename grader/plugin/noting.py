"""Notes of each ordinary run how far the learner has come. Trusted side."""

from __future__ import annotations

import pytest

from grader.plugin.run import RUN, Run
from grader.progress import keep_progress, read_progress
from grader.submission.closure import code_digest
from grader.submission.find import SUFFIXES

# Set to False by who grades from a program: what is found there is nobody's progress.
NOTES_PROGRESS: pytest.StashKey[bool] = pytest.StashKey()


def note_progress(config: pytest.Config) -> None:
    """Remember what the checks found of the learner's own exercises.

    Work that was named by `--submission` counts only where it is one of the course's own exercises. In a run that
    pytest-xdist has divided nothing is noted: each process knows but a part.
    """
    run = config.stash[RUN]
    if not config.stash.get(NOTES_PROGRESS, True) or hasattr(config, "workerinput"):
        return
    course = run.settings.course.root
    progress = read_progress(course)
    before = {chapter: dict(notes) for chapter, notes in progress.tasks.items()}
    for chapter in filter(lambda name: _is_own(run, name), run.handed):
        source = run.handed[chapter].source
        assert source is not None, "_is_own has made sure of it"
        for task in run.chapters[chapter].tasks.values():
            results = run.results.get((chapter, task.name), ())
            progress.note(chapter, task.name, code_digest(source, task.functions), task.points, results)
    if progress.tasks != before:
        keep_progress(course, progress)


def _is_own(run: Run, chapter: str) -> bool:
    """Return whether what is graded for a chapter is its exercise in the course's folder, and could be read."""
    handed, exercises = run.handed[chapter], run.settings.course.exercises
    if handed.source is None or handed.file is None or handed.file.suffix not in SUFFIXES:
        return False
    return handed.file.stem == chapter and handed.file.parent.resolve() == exercises.resolve()
