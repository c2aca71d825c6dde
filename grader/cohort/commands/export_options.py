"""What the commands of `grader export` have in common on the command line. Trusted side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from grader.cohort.commands.output import write_output
from grader.cohort.commands.speaking import Teacher
from grader.errors import InputError
from grader.messages import say, verbatim
from grader.results import Feedback

ChaptersOption = Annotated[list[str] | None, typer.Option("--chapter", help="Only this chapter; may be repeated.")]
OneChapterOption = Annotated[str | None, typer.Option("--chapter", help="The chapter.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
OutOption = Annotated[Path | None, typer.Option("-o", "--output", help="The file to write; - for the screen.")]


def put(teacher: Teacher, path: Path, content: bytes, force: bool) -> None:
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        return
    write_output(path, content, force)
    teacher.tell(say("{path} is written.", path=str(path)))


def require_one_of(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise InputError(
            Feedback(
                problem=say("`{option}` cannot be this.", option=option),
                expected=say("one of: {names}", names=", ".join(known)),
                got=verbatim(value[:200]),
                next_step=say("Choose one of them."),
            )
        )
