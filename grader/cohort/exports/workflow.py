"""The workflow by which GitHub Classroom grades each push: a step of ours, read by its own reporter. Trusted side.

Source: the workflow files that GitHub Classroom writes, and its reporter.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from grader.errors import InputError
from grader.messages import render, say, verbatim
from grader.report.classroom import render_classroom_failure
from grader.results import Feedback

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
# Inside the learner's checkout everything but the work can be the learner's own.
LEARNERS, GRADERS = "work", "first_digits"


class WorkflowOptions(msgspec.Struct, frozen=True):
    """What a teacher chooses.

    Attributes:
        grader: OWNER/NAME or OWNER/NAME@REF of the repository with the grader and its solutions; empty where the
            learner's own repository has them, whom then nothing keeps from changing the checks.
        course: a folder in that repository with a course of the teacher's own.
        chapters: the only ones that are graded.
    """

    grader: str = ""
    course: str = ""
    chapters: tuple[str, ...] = ()
    submission: str = "exercises"
    language: str = "en"
    minutes: int = 30


def render_workflow(options: WorkflowOptions) -> str:
    """Return `.github/workflows/classroom.yml`.

    Raises:
        InputError: a repository, folder or chapter has a name that no such file should hold.
    """
    import yaml

    _require_plain(options)
    here = GRADERS if options.grader else LEARNERS
    steps: list[dict[str, Any]] = [
        {"name": "The learner's work", "uses": "actions/checkout@v4", "with": {"path": LEARNERS}}
    ]
    if options.grader:
        repository, _, ref = options.grader.partition("@")
        wanted = {"repository": repository, "path": GRADERS, **({"ref": ref} if ref else {})}
        steps.append({"name": "The grader", "uses": "actions/checkout@v4", "with": wanted})
    steps += [
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.12"}},
        {"name": "Install", "run": _install(here)},
        {
            "name": "Grade",
            "id": "grade",
            "timeout-minutes": options.minutes,
            "continue-on-error": True,
            "env": {"RESULT": "${{ runner.temp }}/result.txt"},
            "run": _grade(options, here),
        },
        {
            "name": "Hand the result on",
            "id": "t1",
            "if": "always()",
            "env": {"RESULT": "${{ runner.temp }}/result.txt"},
            "run": _hand_on(options.language),
        },
        {
            "name": "Autograding Reporter",
            "uses": "classroom-resources/autograding-grading-reporter@v1",
            "if": "always()",
            "env": {"T1_RESULTS": "${{steps.t1.outputs.result}}"},
            "with": {"runners": "t1"},
        },
    ]
    workflow = {
        "name": "Autograding Tests",
        "on": ["push", "repository_dispatch"],
        "permissions": {"checks": "write", "actions": "read", "contents": "read"},
        "jobs": {
            "run-autograding-tests": {
                "runs-on": "ubuntu-latest",
                "if": "github.actor != 'github-classroom[bot]'",
                "steps": steps,
            }
        },
    }
    return _HEAD + yaml.dump(workflow, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=120)


_HEAD = """\
# Written by `grader export github`. GitHub Classroom runs it at each push and sums the points.
"""


def _install(here: str) -> str:
    return (
        "sudo apt-get update -qq && sudo apt-get install -y -qq bubblewrap\n"
        "# Ubuntu 24.04 lets no program make namespaces unless this is off; without them Landlock takes their place.\n"
        "sudo sysctl -q -w kernel.apparmor_restrict_unprivileged_userns=0 || true\n"
        f"pip install --quiet -e {here} -c {here}/constraints.txt\n"
    )


def _grade(options: WorkflowOptions, here: str) -> str:
    checks = f"{here}/{options.course}/checks" if options.course else f"{here}/grader/checks"
    # The folder `grader` brings the options, also where the checks lie elsewhere.
    what = [f"{here}/grader"] if options.course or not options.chapters else []
    what += [f"{checks}/test_{chapter}.py" for chapter in options.chapters]
    course = [f"--course={here}/{options.course}"] if options.course else []
    words = [*what, *course, f"--submission={LEARNERS}/{options.submission}", f"--lang={options.language}"]
    return f'pytest {" ".join(words)} "--report=classroom:$RESULT"\n'


def _hand_on(language: str) -> str:
    words = say("Nothing was graded. That is not your fault: please show your teacher what the step `Grade` says.")
    nothing = render_classroom_failure(render(words, language))
    return (
        "# Where nothing was graded at all, the reporter gets a result that says so.\n"
        f'if [ ! -s "$RESULT" ]; then printf %s {nothing} > "$RESULT"; fi\n'
        'printf \'result=%s\\n\' "$(cat "$RESULT")" >> "$GITHUB_OUTPUT"\n'
    )


def _require_plain(options: WorkflowOptions) -> None:
    """Refuse names that a shell or YAML would take for something else."""
    plain = re.compile(r"[\w][\w./-]*")
    named = {"--grader": options.grader, "--work": options.submission, "--course-folder": options.course}
    for option, name in {**named, **{f"--chapter {one}": one for one in options.chapters}}.items():
        fits = REPOSITORY if option == "--grader" else plain
        if name and (not fits.fullmatch(name) or ".." in name):
            raise InputError(
                Feedback(
                    problem=say("`{option}` cannot be this.", option=option),
                    expected=say("OWNER/NAME or OWNER/NAME@REF")
                    if option == "--grader"
                    else say("a path inside the repository, of letters, digits, `_`, `-`, `.` and `/`"),
                    got=verbatim(name[:200]),
                    next_step=say("See `grader export github --help`."),
                )
            )


def _dumper() -> Any:
    """Return a writer that keeps scripts readable, each line for itself."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    return Dumper
