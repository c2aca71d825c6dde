"""The commands `grader regrade` and `grader replay`. Trusted side."""

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
)
from grader.cohort.commands.speaking import on_screen


def add_commands(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("regrade")(regrade_command)
    app.command("replay")(replay_command)


def regrade_command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would change.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what was graded by today's checks.")] = False,
    chapter: Annotated[
        list[str] | None, typer.Option("--chapter", help="A chapter, such as ch2; may be given more than once.")
    ] = None,
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    data: Annotated[
        str, typer.Option("--data", help="sample, full, or a data file. Default: what the results are of.")
    ] = "",
    course: CourseOption = None,
    allow_weak_sandbox: AllowWeakSandboxOption = False,
    job_timeout: JobTimeoutOption = DEFAULT_JOB_TIMEOUT_MIN,
    alone: AloneOption = False,
    lang: LangOption = None,
) -> None:
    """Grade anew what changed checks touch, and list whose points that changes, by how much and why."""
    with on_screen(lang) as screen:
        require(*TO_GRADE)
        from grader.cohort.running.grade_class import Wish
        from grader.cohort.running.regrade import regrade_class

        wish = Wish(
            gradebook=gradebook,
            chapters=tuple(chapter or ()),
            jobs=jobs,
            scheduler=scheduler,
            data=data,
            course=course,
            allow_weak_sandbox=allow_weak_sandbox,
            job_timeout_s=job_timeout * 60,
            alone=alone,
        )
        status = regrade_class(wish, dry_run, everything, screen)
    if status:
        raise typer.Exit(status)


def replay_command(
    grading: Annotated[int, typer.Argument(help="The number of the grading, as the class's page and exports have it.")],
    gradebook: GradebookOption = DEFAULT_GRADEBOOK,
    course: Annotated[
        Path | None, typer.Option("--course", help="The folder of your course, if it lies elsewhere by now.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Grade once more what a mark came of: the same verdict, or what has drifted since. Nothing is stored."""
    with on_screen(lang) as screen:
        require(*TO_GRADE)
        from grader.cohort.running.replay import replay

        status = replay(gradebook, grading, course, screen)
    if status:
        raise typer.Exit(status)
