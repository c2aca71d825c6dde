"""What the commands for a class have in common on the command line. Trusted side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_GRADEBOOK = "gradebook.sqlite"
GradebookOption = Annotated[
    str,
    typer.Option(
        "--gradebook",
        metavar="PATH|URL",
        envvar="FIRST_DIGITS_GRADEBOOK",
        help="The gradebook: a file, or a PostgreSQL URL.",
    ),
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="The settings of the class, a TOML file.")]
CourseOption = Annotated[Path | None, typer.Option("--course", help="The folder of your course.")]
LangOption = Annotated[str | None, typer.Option("--lang", help="The language to speak: en or zh.")]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="How many are graded at once. Default: one a processor.")
]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="The address of a Dask scheduler, such as tcp://10.0.0.5:8786.")
]
JobTimeoutOption = Annotated[
    float, typer.Option("--job-timeout", min=0.1, help="Minutes after which a grading is begun elsewhere.")
]
AllowWeakSandboxOption = Annotated[
    bool, typer.Option("--allow-weak-sandbox", help="Grade although the sandbox here holds back too little.")
]
AloneOption = Annotated[
    bool, typer.Option("--alone", help="Run each submission whole, also what others who wrote the same have passed.")
]
DEFAULT_JOB_TIMEOUT_MIN = 30.0
