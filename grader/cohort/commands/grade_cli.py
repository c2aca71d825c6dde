"""The command `grader grade`. Trusted side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cohort.commands.needs import TO_GRADE, require
from grader.cohort.commands.options import (
    DEFAULT_GRADEBOOK,
    DEFAULT_JOB_TIMEOUT_MIN,
    AllowWeakSandboxOption,
    AloneOption,
    CourseOption,
    GradebookOption,
    JobsOption,
    JobTimeoutOption,
    LangOption,
    SchedulerOption,
    SettingsOption,
)
from grader.cohort.commands.speaking import on_screen


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("grade")(grade_command)


def grade_command(
    path: Annotated[
        Path | None,
        typer.Argument(help="What your course site gave you: a folder or an archive. Default: what waits already."),
    ] = None,
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    roster: Annotated[Path | None, typer.Option("--roster", help="A CSV file that says who is in the class.")] = None,
    chapter: Annotated[
        list[str] | None, typer.Option("--chapter", help="A chapter, such as ch2; may be given more than once.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", help="How the site lays submissions out, where that cannot be seen.")
    ] = None,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    data: Annotated[str, typer.Option("--data", help="sample, full, or a data file of digits or faces.")] = "sample",
    course: CourseOption = None,
    allow_weak_sandbox: AllowWeakSandboxOption = False,
    settings: SettingsOption = None,
    job_timeout: JobTimeoutOption = DEFAULT_JOB_TIMEOUT_MIN,
    retry: Annotated[bool, typer.Option("--retry", help="Grade anew what the grader itself failed at.")] = False,
    alone: AloneOption = False,
    lang: LangOption = None,
) -> None:
    """Grade a class: collect what was handed in, grade it, keep the results. Run again, it goes on where it was."""
    with on_screen(lang) as screen:
        require(*TO_GRADE)
        from grader.cohort.running.grade_class import Wish, grade_class

        status = grade_class(
            Wish(
                path,
                gradebook,
                roster,
                tuple(chapter or ()),
                layout,
                jobs,
                scheduler,
                data,
                course,
                allow_weak_sandbox,
                settings,
                job_timeout * 60,
                retry,
                alone,
            ),
            screen,
        )
    if status:
        raise typer.Exit(status)
