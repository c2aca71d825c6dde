"""The command `grader`: what learners and teachers do besides `pytest grader`. Trusted side."""

from __future__ import annotations

import typer

from grader.cohort.commands import deciding_cli, export_cli, regrade_cli, report_cli, settings_cli
from grader.cohort.commands import grade_cli as cohort_cli
from grader.course import author_cli, cli
from grader.doctor import cli as doctor_cli
from grader.learner import cli as learner_cli
from grader.notebook import cli as notebook_cli
from grader.play import cli as play_cli

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tools of the course First Digits.")


@app.callback()
def main() -> None:
    """Tools of the course First Digits. What learners need most is `pytest grader`."""


learner_cli.add_commands(app)
cli.add_commands(app)
author_cli.add_commands(app)
doctor_cli.add_commands(app)
notebook_cli.add_commands(app)
play_cli.add_commands(app)
cohort_cli.add_commands(app)
regrade_cli.add_commands(app)
deciding_cli.add_commands(app)
report_cli.add_commands(app)
export_cli.add_commands(app)
settings_cli.add_commands(app)
