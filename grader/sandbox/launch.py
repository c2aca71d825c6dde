"""What a warm parent is started as: the command line, its environment and the folder it starts in. Trusted side."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import platformdirs

from grader.sandbox import confine
from grader.sandbox.confine import Level

BOOTSTRAP = "import sys; sys.path.insert(0, {root!r}); from grader.worker.main import main; main()"


class Launch(msgspec.Struct, frozen=True):
    """How to start a program: its words, its whole environment, and where."""

    command: list[str]
    environment: dict[str, str]
    start_in: str


def launch(level: Level, folder: Path, control_fd: int) -> Launch:
    """Return how to start a warm parent. `folder`: one of its own, outside; `control_fd`: its socket."""
    if level is Level.NAMESPACES:
        fonts = font_cache()
        variables = [("FIRST_DIGITS_OWN_USER", "1"), ("FIRST_DIGITS_FONTS", f"{confine.RUNTIME}/fonts")]
        arguments = [str(control_fd), str(confine.sandbox_uid()), "mount"]
        command = [*confine.bubblewrap_command(fonts), *_program(confine.RUNTIME), *arguments]
        return Launch(command, confine.environment("/tmp", variables), "/")
    uid = confine.sandbox_uid() if level is Level.LANDLOCK else -1
    writable = folder / "tmp"
    writable.mkdir()
    if uid >= 0:
        # Only the sandbox's user may go through the folder that holds it.
        for place in (folder, writable):
            os.chown(place, uid, uid)
    command = [*_program(str(confine.GRADER_FOLDER.parent)), str(control_fd), str(uid), "read"]
    # Processes are counted by user: only one that nobody else is can be limited.
    own = [("FIRST_DIGITS_OWN_USER", "1")] if uid >= 0 else []
    variables = [("FIRST_DIGITS_FONTS", _fonts_for(uid, folder)), *own]
    return Launch(command, confine.environment(str(writable), variables), str(writable))


def _program(root: str) -> list[str]:
    return [sys.executable, "-I", "-c", BOOTSTRAP.format(root=root)]


def _fonts_for(uid: int, folder: Path) -> str:
    """Return the folder with the list of fonts, copied to where the sandbox's own user can read it."""
    fonts = font_cache()
    if fonts is None or uid < 0:
        return str(fonts or "")
    copied = folder / "fonts"
    shutil.copytree(fonts, copied)
    return str(copied)


def font_cache() -> Path | None:
    """Return a folder with matplotlib's list of fonts, made once: each worker would need seconds to make its own."""
    folder = Path(platformdirs.user_cache_dir("first-digits")) / "matplotlib"
    if not any(folder.glob("fontlist-*.json")):
        environment = {**confine.environment(str(folder)), "HOME": str(Path.home()), "MPLCONFIGDIR": str(folder)}
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            folder.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-I", "-c", "import matplotlib.font_manager"]
            subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    return folder if folder.is_dir() else None
