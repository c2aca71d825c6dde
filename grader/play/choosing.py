"""Which of the learner's chapters make the model and prepare the drawings: the best ones that work. Trusted side."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec

from grader.data import Digits
from grader.errors import InputError
from grader.layout import Course
from grader.messages import Message, say, verbatim
from grader.play import preparation
from grader.play.kept_models import keep_model, kept_model
from grader.play.recipes import RECIPES, Recipe, Tell, Trained, Unready, require_written, train
from grader.results import Feedback, Verdict
from grader.sandbox.process import Sandbox
from grader.submission.engines import SandboxEngine
from grader.submission.find import Handed, find_submission
from grader.submission.source import Source, read_source
from grader.submission.submission import Submission

FUNCTIONS = {recipe.chapter: recipe.asked for recipe in RECIPES} | {preparation.CHAPTER: preparation.FUNCTIONS}


class Ready(msgspec.Struct, frozen=True):
    """A trained model and who it is by."""

    work: Submission
    recipe: Recipe
    trained: Trained


def find_recipe(chapter: str | None) -> tuple[Recipe, ...]:
    """Return the ways to a model, best first: that of `chapter`, or all.

    Raises:
        InputError: the chapter makes none.
    """
    chosen = tuple(recipe for recipe in reversed(RECIPES) if chapter in (None, recipe.chapter))
    if not chosen:
        raise InputError(
            Feedback(
                problem=say("The chapter {chapter} makes no model that reads drawings.", chapter=str(chapter)),
                expected=say("one of: {names}", names=", ".join(recipe.chapter for recipe in RECIPES)),
                got=verbatim(str(chapter)),
                next_step=say("Correct the name after `--chapter`, or leave it out."),
            )
        )
    return chosen


def find_work(path: Path) -> dict[str, Handed]:
    """Return what the learner wrote for the chapters that play uses.

    Raises:
        InputError: nothing at `path` belongs to one of them.
    """
    handed = find_submission(path, sorted(FUNCTIONS), FUNCTIONS)
    if not any(recipe.chapter in handed for recipe in RECIPES):
        raise InputError(
            Feedback(
                problem=say("{path} holds no chapter that makes a model.", path=str(path)),
                expected=say("one of: {names}", names=", ".join(f"{recipe.chapter}.py" for recipe in RECIPES)),
                got=say("only {names}", names=", ".join(sorted(handed))),
                next_step=say("Name the folder with all your chapters after `--submission`."),
            )
        )
    return handed


def choose_model(
    handed: dict[str, Handed], recipes: tuple[Recipe, ...], digits: Digits, sandbox: Sandbox, tell: Tell
) -> tuple[Ready | None, tuple[Unready, ...]]:
    """Return the first of `recipes` whose functions make a model, trained, and why those before it do not.

    An untouched chapter is passed over in silence where there is another.
    """
    failures: list[Unready] = []
    for recipe in recipes:
        try:
            return train_once(source_of(handed, recipe), recipe, digits, sandbox, tell), tuple(failures)
        except Unready as unready:
            source = handed[recipe.chapter].source if recipe.chapter in handed else None
            if recipe is recipes[-1] or (source and source.written(recipe.asked)):
                failures.append(unready)
    return None, tuple(failures)


def source_of(handed: dict[str, Handed], recipe: Recipe) -> Source:
    """Return the file of the recipe's chapter.

    Raises:
        Unready: there is none, or it cannot be read.
    """
    found = handed.get(recipe.chapter)
    if found is None:
        file = f"{recipe.chapter}.py"
        missing = Feedback(
            problem=say("There is no file of this chapter."),
            expected=say("the file {path}", path=file),
            got=say("no such file"),
            next_step=say("Name the folder with all your chapters after `--submission`."),
        )
        raise Unready(recipe.chapter, recipe.prepare, missing)
    if found.source is None:
        assert found.refusal is not None, "what was handed in is a source or a refusal"
        refusal = found.refusal
        if found.verdict is Verdict.BLOCKED and found.file is not None:
            choose = say("Say which one counts: `grader play --submission {path}`", path=str(found.file))
            refusal = msgspec.structs.replace(refusal, next_step=choose)
        raise Unready(recipe.chapter, recipe.prepare, refusal)
    return found.source


def train_once(source: Source, recipe: Recipe, digits: Digits, sandbox: Sandbox, tell: Tell) -> Ready:
    """Return the model that the functions in `source` make: the one kept from before, or a new one.

    Raises:
        Unready: they make none.
    """
    work = Submission(source, SandboxEngine(sandbox), recipe.chapter)
    require_written(work, recipe)
    trained = kept_model(work, recipe, digits)
    if trained is None:
        try:
            trained = train(work, recipe, digits, tell)
        finally:
            # What training left behind in its process must not be in the way of what comes.
            work.engine.end_worker()
        keep_model(trained, work, recipe, digits)
    return Ready(work, recipe, trained)


def choose_preparation(
    handed: dict[str, Handed], digits: Digits, sandbox: Sandbox
) -> tuple[Submission | None, Unready | None]:
    """Return the submission whose `prepare_photo` works, else None and, where it was begun, why it does not."""
    found = handed.get(preparation.CHAPTER)
    if found is None or found.source is None or not found.source.written(preparation.FUNCTIONS):
        return None, None
    work = Submission(found.source, SandboxEngine(sandbox), preparation.CHAPTER)
    try:
        preparation.try_preparation(work, digits)
    except Unready as unready:
        work.engine.end_worker()
        return None, unready
    return work, None


def read_master(course: Course, recipe: Recipe) -> Source:
    """Return the course's own functions of a chapter.

    Raises:
        InputError: they are not there.
    """
    path = course.master(recipe.chapter)
    try:
        return read_source(path.name, path.read_bytes())
    except OSError as error:
        raise InputError(
            Feedback(
                problem=say("The reference solution of {chapter} is missing.", chapter=recipe.chapter),
                expected=say("the file {path}", path=str(path)),
                got=say("no such file"),
                next_step=say("Run `grader play` in the project's folder, or without `--reference`."),
            )
        ) from error


def title_of(course: Course, chapter: str) -> Message:
    """Return the chapter's title, which stands at the top of its checks."""
    try:
        told = ast.get_docstring(ast.parse(course.checks_of(chapter).read_text(encoding="utf-8")))
    except (OSError, SyntaxError):
        told = None
    return Message(told.splitlines()[0]) if told else verbatim(chapter)
