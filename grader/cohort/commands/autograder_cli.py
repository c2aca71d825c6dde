"""The commands that set a site's own grading up: `grader export gradescope`, `grader export github`. Trusted side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cohort.chapters import chapters_named, course_for
from grader.cohort.commands.export_options import ChaptersOption, ForceOption, OutOption, put, require_one_of
from grader.cohort.commands.options import CourseOption, LangOption
from grader.cohort.commands.speaking import speaking
from grader.messages import say
from grader.report.gradescope import VISIBILITIES, GradescopeOptions
from grader.sandbox.confine import Level


def add_commands(exports: typer.Typer) -> None:
    """Register the commands."""
    exports.command("gradescope")(gradescope_command)
    exports.command("github")(github_command)


def gradescope_command(
    chapter: ChaptersOption = None,
    hidden: Annotated[str, typer.Option(help=f"When hidden checks are seen: {', '.join(VISIBILITIES)}.")] = "visible",
    leaderboard: Annotated[bool, typer.Option("--leaderboard", help="Show points and accuracies to all.")] = False,
    level: Annotated[str, typer.Option(help="The weakest sandbox level that is taken.")] = Level.LANDLOCK.value,
    output: OutOption = None,
    force: ForceOption = False,
    course: CourseOption = None,
    lang: LangOption = None,
) -> None:
    """Build the archive that Gradescope makes an autograder from."""
    from grader.cohort.exports.autograder import AutograderSettings
    from grader.cohort.exports.gradescope_zip import build_autograder

    with speaking(lang) as teacher:
        require_one_of("--hidden", hidden, VISIBILITIES)
        levels = [one.value for one in Level if one is not Level.NONE]
        require_one_of("--level", level, levels)
        taught = course_for(course)
        chosen = AutograderSettings(
            chapters=chapters_named(chapter or (), taught.chapters),
            own_course=taught.own,
            language=teacher.language,
            level=level,
            options=GradescopeOptions(hidden, leaderboard),
        )
        put(teacher, output or Path("autograder.zip"), build_autograder(taught, chosen), force)


def github_command(
    grader: Annotated[str, typer.Option(help="OWNER/NAME[@REF] with grader and solutions.")] = "",
    course_folder: Annotated[str, typer.Option(help="The folder of your own course in that repository.")] = "",
    work: Annotated[str, typer.Option(help="Where the work lies in the learner's repository.")] = "exercises",
    chapter: ChaptersOption = None,
    minutes: Annotated[int, typer.Option(min=1, max=360, help="How long a grading may take.")] = 30,
    output: OutOption = None,
    force: ForceOption = False,
    lang: LangOption = None,
) -> None:
    """Write the workflow by which GitHub Classroom grades."""
    from grader.cohort.exports.workflow import WorkflowOptions, render_workflow

    with speaking(lang) as teacher:
        options = WorkflowOptions(grader, course_folder, tuple(chapter or ()), work, teacher.language, minutes)
        text = render_workflow(options)
        put(teacher, output or Path(".github") / "workflows" / "classroom.yml", text.encode(), force)
        if not grader:
            teacher.tell(
                say("Learners can change checks that lie in their own repository. `--grader OWNER/NAME` takes yours.")
            )
