"""The command `grader override`: what a teacher decides by hand, with who, when and why. Trusted side."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cohort.chapters import chapter_named, course_for
from grader.cohort.commands.needs import require
from grader.cohort.commands.options import DEFAULT_GRADEBOOK, CourseOption, GradebookOption, LangOption
from grader.cohort.commands.speaking import Teacher, speaking
from grader.cohort.gradings import Override
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import Message, render, say, verbatim
from grader.report.words import format_points, make_visible
from grader.results import Feedback

if TYPE_CHECKING:
    from grader.cohort.gradebook import Gradebook

DATE = "%Y-%m-%d %H:%M UTC"


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("override")(override_command)


def override_command(
    learner: Annotated[str | None, typer.Argument(help="The learner: id, e-mail or name.")] = None,
    chapter: Annotated[str | None, typer.Argument(help="The chapter, such as ch2.")] = None,
    points: Annotated[float | None, typer.Option("--points", help="The points the learner gets for it.")] = None,
    comment: Annotated[str, typer.Option("--comment", help="What the learner reads.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, for those who look at it later.")] = "",
    who: Annotated[str, typer.Option("--who", help="Who decides. Default: you, by your name on this machine.")] = "",
    withdraw: Annotated[int | None, typer.Option("--withdraw", metavar="ID", help="Take a decision back.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the decisions that stand.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Show every entry, those taken back, too.")] = False,
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """Decide a chapter's points or a comment by hand; it stays through every grading, until it is taken back."""
    with speaking(lang) as teacher:
        require("sqlalchemy", "alembic")
        # What it needs is not there without the extra, and takes a while to import.
        from grader.cohort.gradebook import open_gradebook

        with open_gradebook(gradebook, create=False) as book:
            if listed or history:
                _list(book, history, teacher)
            elif withdraw is not None:
                book.withdraw(withdraw, who or _user(), why)
                teacher.tell(say("Decision {number} is taken back.", number=withdraw))
            elif learner is not None and chapter is not None:
                whom, what = _learner(book, learner), _chapter(book, chapter, course)
                number = book.override(whom.id, what, points, comment, who or _user(), why)
                _show([one for one in book.overrides(history=True) if one.id == number], [whom], teacher)
            else:
                raise _nothing_asked()


def _list(book: Gradebook, history: bool, teacher: Teacher) -> None:
    decisions = book.overrides(history)
    if not decisions:
        teacher.tell(say("Nothing was decided by hand."))
    _show(decisions, book.learners() if decisions else [], teacher)


def _show(decisions: Sequence[Override], learners: Sequence[Learner], teacher: Teacher) -> None:
    """Write a paragraph for each decision."""
    names = {learner.id: learner.name for learner in learners}
    for one in decisions:
        name = names.get(one.learner_id)
        learner = f"{one.learner_id} ({name})" if name and name != one.learner_id else one.learner_id
        lines = [verbatim(f"{one.id}  {learner}, {one.chapter}"), *_what(one)]
        lines.append(say("{who}, {when}: {why}", who=one.who, when=one.at.strftime(DATE), why=one.why))
        first, *rest = (_one_line(render(line, teacher.language)) for line in lines)
        typer.echo("\n".join([first, *(f"    {line}" for line in rest)]))


def _what(decision: Override) -> list[Message]:
    if decision.withdraws is not None:
        return [say("takes back decision {number}", number=decision.withdraws)]
    points = [] if decision.points is None else [say("{points} points", points=format_points(decision.points))]
    return [*points, *([say("comment: {comment}", comment=decision.comment)] if decision.comment else [])]


def _one_line(text: str) -> str:
    """Return `text` such that nobody's name or comment looks like a line of ours."""
    return make_visible(text).replace("\n", "\\n").replace("\t", " ")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _learner(book: Gradebook, wanted: str) -> Learner:
    """Return the learner with this id, else the only one with this e-mail or name.

    Raises:
        InputError: there is none, or more than one.
    """
    learners = book.learners()
    found = [one for one in learners if one.id == wanted]
    folded = wanted.casefold().strip()
    found = found or [one for one in learners if folded and folded in (one.email.casefold(), one.name.casefold())]
    if len(found) == 1:
        return found[0]
    raise InputError(
        Feedback(
            problem=say("There is no learner {name} in the gradebook.", name=wanted)
            if not found
            else say("There is more than one learner {name} in the gradebook.", name=wanted),
            expected=say("the id, the e-mail or the name of one learner"),
            got=verbatim(wanted) if not found else verbatim(", ".join(one.id for one in found[:10])),
            next_step=say("See how it is spelled in the roster; the id is always one learner's."),
        )
    )


def _chapter(book: Gradebook, wanted: str, course: Path | None) -> str:
    """Return the chapter that is meant: one of the gradebook or of the course."""
    taught = course_for(course).chapters
    return chapter_named(wanted, sorted({*book.chapters(), *taught}))


def _nothing_asked() -> InputError:
    return InputError(
        Feedback(
            problem=say("It is not said whose points are decided, and for which chapter."),
            expected=say("a learner and a chapter, `--list`, `--history` or `--withdraw ID`"),
            got=say("nothing of that kind"),
            next_step=say(
                "Type, for instance: {example}", example='grader override LEARNER ch2 --points 8 --why "agreed orally"'
            ),
        )
    )
