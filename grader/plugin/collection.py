"""From pytest's items to tasks: points, names for `-k`, and what need not run at all. Trusted side."""

from __future__ import annotations

import inspect

import msgspec
import pytest

from grader.errors import CheckFailed, InputError
from grader.messages import Message, say, verbatim
from grader.plugin.options import usage_error
from grader.plugin.run import RUN, Chapter, Run, Task
from grader.plugin.sight import LINE
from grader.results import Feedback, Verdict
from grader.submission.source import Source

CHECK: pytest.StashKey[Check] = pytest.StashKey()


class Check(msgspec.Struct, frozen=True):
    """What an item checks."""

    chapter: str
    task: str
    title: Message
    points: float
    requires: tuple[str, ...]
    hidden: bool


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count all points before `-k` takes items away, find the submission and the data that were named.

    The chapters that the submission says nothing of are dropped.
    """
    run = config.stash[RUN]
    for item in items:
        _register(run, item)
    try:
        run.find()
        run.find_data()
    except InputError as error:
        raise usage_error(error, run.settings.language) from error
    spoken_of = [item for item in items if item.stash[CHECK].chapter in run.handed]
    config.hook.pytest_deselected(items=[item for item in items if item not in spoken_of])
    items[:] = spoken_of


def pytest_collection_finish(session: pytest.Session) -> None:
    """Say so when `-k` has left nothing to check."""
    run = session.config.stash[RUN]
    chosen = session.config.option.keyword
    if session.items or not chosen:
        return
    names = ", ".join(task for chapter in run.handed for task in run.chapters[chapter].tasks)
    raise usage_error(
        InputError(
            Feedback(
                problem=say("`-k {chosen}` picks no check.", chosen=chosen),
                expected=say("one of: {names}", names=names),
                got=verbatim(chosen),
                next_step=say("Check the spelling, or leave `-k` out to check everything."),
            )
        ),
        run.settings.language,
    )


def _register(run: Run, item: pytest.Item) -> None:
    marker = item.get_closest_marker("task")
    if marker is None or not isinstance(item, pytest.Function) or not item.obj.__doc__:
        raise pytest.UsageError(
            f"{item.nodeid}: a check needs @pytest.mark.task(name, points=...) and a docstring as its title"
        )
    name, points = marker.args[0], float(marker.kwargs["points"])
    chapter_name = item.path.stem.removeprefix("test_")
    module_doc = inspect.cleandoc(item.module.__doc__ or chapter_name).splitlines()[0]
    chapter = run.chapters.setdefault(chapter_name, Chapter(chapter_name, Message(module_doc), {}))
    functions = tuple(marker.kwargs.get("functions", (name,)))
    chapter.tasks.setdefault(name, Task(name, functions)).points += points
    chapter.fixtures.update(item.fixturenames)
    required = item.get_closest_marker("requires")
    item.stash[CHECK] = Check(
        chapter=chapter_name,
        task=name,
        title=Message(inspect.cleandoc(item.obj.__doc__).splitlines()[0]),
        points=points,
        requires=tuple(required.args) if required else (),
        hidden=item.get_closest_marker("hidden") is not None,
    )
    item.extra_keyword_matches.update({name, chapter_name})


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if (line := item.config.stash.get(LINE, None)) is not None:
        line.check(item.stash[CHECK].title)
    settle(item)


def settle(item: pytest.Item) -> None:
    """Settle without running anything what can be settled by reading: refused files, stubs, tasks that wait.

    Raises:
        CheckFailed: the check need not run.
    """
    run, check = item.config.stash[RUN], item.stash[CHECK]
    handed = run.handed[check.chapter]
    if handed.refusal is not None:
        raise CheckFailed(handed.refusal, handed.verdict)
    assert handed.source is not None
    functions = run.chapters[check.chapter].tasks[check.task].functions
    stubs = [function for function in functions if handed.source.is_stub(function)]
    if stubs and functions == (check.task,):
        raise still_to_do(handed.source, stubs[0])
    if stubs:
        raise _waits_for(stubs)
    unproven = [task for task in check.requires if not run.passed(check.chapter, task)]
    unproven += _broken_inside(run, check, handed.source)
    if unproven:
        raise _waits_for(unproven)


def still_to_do(source: Source, function: str) -> CheckFailed:
    """Return what a learner is told of a function that is as it came."""
    if function in source.as_given:
        problem = say("`{function}` still has its bug.", function=function)
        next_step = say("Open {file}, find the bug in `{function}` and repair it.", file=source.name, function=function)
    else:
        problem = say("`{function}` is still to be written.", function=function)
        next_step = say("Open {file} and fill in `{function}`.", file=source.name, function=function)
    return CheckFailed(Feedback(problem=problem, next_step=next_step), Verdict.TODO)


def _broken_inside(run: Run, check: Check, source: Source) -> list[str]:
    """Return the chapter's functions that this one calls and that are not right yet: their faults are not its own."""
    tasks = run.chapters[check.chapter].tasks
    used = source.uses.get(check.task, frozenset()) & tasks.keys() - {check.task}
    known = [task for task in tasks if task in used and (check.chapter, task) in run.results]
    return [task for task in known if not run.passed(check.chapter, task)]


def _waits_for(names: list[str]) -> CheckFailed:
    return CheckFailed(
        Feedback(
            problem=say("This waits for {names}.", names=", ".join(names)),
            next_step=say("First get {name} right.", name=names[0]),
        ),
        Verdict.BLOCKED,
    )
