"""The archive that Gradescope makes an autograder from: grader, course, and the two scripts it runs. Trusted side.

Source: Gradescope's autograder specification. The archive is unpacked into /autograder/source, the scripts at its root.
"""

from __future__ import annotations

import importlib.metadata
import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.cohort.exports.autograder import AutograderSettings
from grader.errors import InputError
from grader.layout import GRADER_FOLDER, Course
from grader.messages import say
from grader.results import Feedback

ARCHIVE_TIME = (2020, 1, 1, 0, 0, 0)
FILE, SCRIPT = 0o100644, 0o100755
SUFFIXES = (".py", ".json", ".j2", ".mo", ".csv", ".typed", ".toml", ".npz", ".css", ".js", ".svg", ".ipynb")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")
EXTRA = re.compile(r";.*extra\s*==")
# Ubuntu 22.04, which Gradescope starts from, has 3.10 as `python3`, and 3.11 beside it.
SETUP = """\
#!/usr/bin/env bash
# Run once by Gradescope, when it makes the image. bubblewrap: what a learner's code is shut in with.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq bubblewrap libseccomp2 python3 python3-venv
new_enough() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; }
python=python3
if ! new_enough "$python"; then
    apt-get install -y -qq python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$root/venv"
constraints=()
if [ -f "$root/source/constraints.txt" ]; then constraints=(-c "$root/source/constraints.txt"); fi
"$root/venv/bin/pip" install --quiet -r "$root/source/requirements.txt" "${constraints[@]}"
"""
RUN = """\
#!/usr/bin/env bash
# Run by Gradescope for each submission. It writes $root/results/results.json.
root="${AUTOGRADER_ROOT:-/autograder}"
export PYTHONPATH="$root/source/first_digits" PYTHONDONTWRITEBYTECODE=1
exec "$root/venv/bin/python" -m grader.cohort.exports.autograder
"""


def build_autograder(course: Course, settings: AutograderSettings) -> bytes:
    """Return the archive. The same course and settings give the same bytes.

    Raises:
        InputError: the libraries that the grader needs cannot be told.
    """
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "setup.sh", SETUP.encode(), SCRIPT)
        _put(archive, "run_autograder", RUN.encode(), SCRIPT)
        _put(archive, "autograder.json", msgspec.json.format(msgspec.json.encode(settings)))
        _put(archive, "requirements.txt", "".join(f"{one}\n" for one in requirements()).encode())
        constraints = GRADER_FOLDER.parent / "constraints.txt"
        if constraints.is_file():
            _put(archive, "constraints.txt", constraints.read_bytes())
        _put_folder(archive, GRADER_FOLDER, "first_digits/grader")
        root = "course" if course.own else "first_digits"
        _put_folder(archive, course.solutions, f"{root}/solutions")
        _put_folder(archive, course.exercises, f"{root}/exercises")
        if course.own:
            _put_folder(archive, course.checks, f"{root}/checks")
            _put_folder(archive, course.locale, f"{root}/locale")
    return sink.getvalue()


def requirements() -> list[str]:
    """Return the libraries the grader needs, without those for classes and for its own tests.

    Raises:
        InputError: neither the project's folder nor the installed package says.
    """
    project = GRADER_FOLDER.parent / "pyproject.toml"
    try:
        if project.is_file():
            return list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])
        return [one for one in importlib.metadata.requires("first-digits") or () if not EXTRA.search(one)]
    except (KeyError, ValueError, OSError, importlib.metadata.PackageNotFoundError) as error:
        raise InputError(
            Feedback(
                problem=say("It cannot be told which libraries the grader needs."),
                expected=say("the project's `pyproject.toml`, or the installed package first-digits"),
                got=say("neither of them"),
                next_step=say("Install the grader again: `pip install -e .` in the project's folder."),
            )
        ) from error


def _put_folder(archive: zipfile.ZipFile, folder: Path, name: str) -> None:
    for path in _files(folder):
        _put(archive, f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file() and not set(LEFT_OUT) & set(path.parts):
            yield path


def _put(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = FILE) -> None:
    info = zipfile.ZipInfo(name, ARCHIVE_TIME)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
