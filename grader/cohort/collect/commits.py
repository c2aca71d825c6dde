"""When the newest commit of a clone was made. Trusted side: the clone is a learner's, and nothing of it is run.

What a clone's configuration names (a pager, a monitor of the file system, a program for signatures, a way to fetch what
is missing) git would run. So git never sees the clone as its repository: it is given an empty one of ours, to which the
clone lends its objects.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.cohort.collect.hands import read_small
from grader.cohort.collect.times import instant_of_seconds

TIMEOUT_S = 20.0
MAX_REF_BYTES = 4_000
MAX_PACKED_REFS_BYTES = 2**24
# No commit needs as much, and git would take whatever memory one claims to need.
MAX_MEMORY = "32m"
DIGEST = re.compile(r"[0-9a-f]{40}")
BRANCH = re.compile(r"ref: (refs/[^\s\\:?*\[~^\x00-\x1f]+)\s*")


class Commits:
    """Asks git. `is_there`: whether this machine has it."""

    def __init__(self, repository: Path, program: str | None) -> None:
        self._repository, self._program = repository, program

    @property
    def is_there(self) -> bool:
        return self._program is not None

    def time_of(self, clone: Path) -> datetime.datetime | None:
        """Return when the commit that the clone stands at was made, as the learner's clock had it; None if unknown."""
        inside = clone / ".git"
        if self._program is None or inside.is_symlink() or not inside.is_dir():
            return None
        digest = head_of(inside)
        if digest is None or (inside / "objects").is_symlink():
            return None
        answer = self._ask(inside, "rev-list", "--no-walk", "--format=%ct", digest).split()
        return instant_of_seconds(int(answer[-1])) if answer and re.fullmatch(r"\d{1,15}", answer[-1]) else None

    def _ask(self, inside: Path, *words: str) -> str:
        """Return what git answers, empty where it cannot."""
        command = [str(self._program), "--no-pager", "--no-optional-locks", "-c", "core.commitGraph=false", *words]
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._repository),
            "LC_ALL": "C",
            "GIT_DIR": str(self._repository),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(str((inside / "objects").absolute())),
            "GIT_ALLOC_LIMIT": MAX_MEMORY,
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "",
            "GIT_TERMINAL_PROMPT": "0",
        }
        try:
            done = subprocess.run(
                command,
                env=environment,
                cwd=self._repository,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired, ValueError):
            return ""
        return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else ""


@contextlib.contextmanager
def open_commits() -> Iterator[Commits]:
    """Make the empty repository that stands between git and the clones."""
    with tempfile.TemporaryDirectory(prefix="first-digits-", ignore_cleanup_errors=True) as private:
        repository = Path(private)
        for folder in ("objects", "refs"):
            (repository / folder).mkdir()
        (repository / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        yield Commits(repository, shutil.which("git"))


def head_of(inside: Path) -> str | None:
    """Return the digest of the commit that a `.git` folder stands at; None where that cannot be told."""
    text = (read_small(inside / "HEAD", MAX_REF_BYTES) or b"").decode("utf-8", "replace")
    branch = BRANCH.fullmatch(text)
    if branch is None:
        return text.strip() if DIGEST.fullmatch(text.strip()) else None
    name = branch[1]
    if ".." in name.split("/"):
        return None
    path = inside.joinpath(*name.split("/"))
    if not _leads_out(path, inside):
        loose = (read_small(path, MAX_REF_BYTES) or b"").decode("ascii", "replace").strip()
        if DIGEST.fullmatch(loose):
            return loose
    packed = (read_small(inside / "packed-refs", MAX_PACKED_REFS_BYTES) or b"").decode("utf-8", "replace")
    for line in packed.splitlines():
        digest, _, ref = line.partition(" ")
        if ref == name and DIGEST.fullmatch(digest):
            return digest
    return None


def _leads_out(path: Path, inside: Path) -> bool:
    """Return whether a folder on the way is a link."""
    return any(above.is_symlink() for above in path.parents if above != inside and inside in above.parents)


def _quoted(path: str) -> str:
    """Quote a path as git reads it in a list of them, since it may hold the character that separates them."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
