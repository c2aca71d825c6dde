"""Starts a warm parent inside a sandbox and forks workers from it. Trusted side."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import platformdirs
import psutil

from grader.sandbox import confine, wire
from grader.sandbox.confine import Level
from grader.sandbox.worker import Limits, Worker, WorkerEnded, exchange

START_LIMITS = Limits(seconds=120.0, memory_mib=8192)
PARENT_NONCE = bytes(wire.NONCE_BYTES)
BOOTSTRAP = "import sys; sys.path.insert(0, {root!r}); from grader.worker.main import main; main()"
# A parent that a learner's code has stopped does not answer; everything here takes it milliseconds.
ANSWER_S = 20.0
REAP_S = 2.0
KILL_WAIT_S = 5.0


class SandboxError(Exception):
    """The sandbox itself failed: never the learner's fault."""


class Sandbox:
    """One warm parent. It is started on first use and imports libraries when asked to."""

    def __init__(self, level: Level | None = None) -> None:
        self.level = level or confine.strongest_level()
        self.versions: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._sequence = 0
        self._warmed: set[str] = set()
        self._live: dict[int, psutil.Process | None] = {}
        self._parent_pid = 0
        self._folder: Path | None = None

    @property
    def warmed(self) -> frozenset[str]:
        """The modules a worker forked now has from the start."""
        return frozenset(self._warmed)

    def warm(self, modules: Iterable[str]) -> None:
        """Import `modules` in the parent, so that every worker has them at once and no learner's clock pays for it."""
        missing = tuple(module for module in modules if module not in self._warmed)
        if missing or self._process is None:
            reply = self._ask(wire.Warm(missing))
            self._warmed.update(missing)
            if isinstance(reply, wire.Ready):
                self.versions.update(reply.versions)
                self._parent_pid = reply.pid

    def fork(self, memory_mib: int) -> Worker:
        """Return a new worker with nothing of a learner's in it.

        Raises:
            SandboxError: the sandbox cannot be started, or no worker can be forked.
        """
        self.warm(())
        ours, theirs = socket.socketpair()
        output_read, output_write = os.pipe()
        nonce = secrets.token_bytes(wire.NONCE_BYTES)
        try:
            reply = self._ask(wire.Fork(nonce, memory_mib), ANSWER_S, [theirs.fileno(), output_write])
        except SandboxError:
            ours.close()
            os.close(output_read)
            raise
        finally:
            theirs.close()
            os.close(output_write)
        if not isinstance(reply, wire.Ready):
            raise SandboxError(f"the parent answered {type(reply).__name__} to a fork")
        self._live[reply.pid] = self._seen_from_outside(reply.pid)
        return Worker(self, reply.pid, ours, output_read, nonce)

    def processes(self, pid: int) -> list[psutil.Process]:
        """Return the processes of the worker `pid`, as the sandbox counts them, with all it started.

        They are all those below the sandbox, orphans included, that hold neither the sandbox itself nor another
        worker.
        """
        try:
            everything = psutil.Process(self._process.pid).children(recursive=True) if self._process else []
            parent = self._parent_process()
            keep = {parent.pid, *(ancestor.pid for ancestor in parent.parents())} if parent else set()
            worker = self._live.get(pid)
            if worker is not None and worker not in everything and worker.is_running():
                # Its parent is gone: nothing but its own number leads to it.
                everything += [worker, *worker.children(recursive=True)]
            for process in everything:
                if self._number_inside(process) in self._live.keys() - {pid}:
                    keep |= {process.pid, *(child.pid for child in process.children(recursive=True))}
        except psutil.NoSuchProcess:
            # Something ended while it was looked at.
            return self.processes(pid)
        return [process for process in everything if process.pid not in keep]

    def is_running(self, pid: int) -> bool:
        """Return whether the worker `pid` has not ended."""
        return any(self._number_inside(process) == pid and _is_alive(process) for process in self.processes(pid))

    def parent_memory_bytes(self) -> int:
        """Return the resident memory of the parent, which its workers share."""
        parent = self._parent_process()
        try:
            return parent.memory_info().rss if parent else 0
        except psutil.NoSuchProcess:
            return 0

    def kill(self, pid: int) -> None:
        """End every process of the worker `pid` and wait until it is gone."""
        deadline = time.monotonic() + KILL_WAIT_S
        while (processes := [p for p in self.processes(pid) if _is_alive(p)]) and time.monotonic() < deadline:
            for process in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.002)
        if processes:
            # They multiply faster than they are found; they do not outlive the sandbox.
            self._live.pop(pid, None)
            self.close(wait_s=0)

    def reap(self, pid: int) -> int | None:
        """Return how a dead worker ended: its exit code, or minus the signal that killed it."""
        self._live.pop(pid, None)
        if self._process is None:
            return None
        with contextlib.suppress(SandboxError):
            reply = self._ask(wire.Reap(pid), REAP_S)
            if isinstance(reply, wire.Ended):
                return reply.exit_code
        return None

    def close(self, wait_s: float = KILL_WAIT_S) -> None:
        """End the sandbox with everything in it. The parent has `wait_s` seconds to end by itself."""
        control, self._control = self._control, None
        if control is not None:
            for pid in tuple(self._live):
                self.kill(pid)
            self._live.clear()
            control.close()
        if self._process is not None:
            try:
                # The parent ends by itself when its channel closes; so its CPU time is accounted for.
                self._process.wait(timeout=wait_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(timeout=KILL_WAIT_S)
            self._process = None
        self._warmed.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # ------------------------------------------------------------

    def _ask(
        self, request: wire.Request, seconds: float = START_LIMITS.seconds, descriptors: list[int] | None = None
    ) -> wire.Reply:
        if self._process is None:
            self._start()
        assert self._control is not None
        self._sequence += 1
        try:
            pieces = list(wire.pack(request, (), PARENT_NONCE, self._sequence))
            if descriptors:
                self._control.sendall(b"".join(pieces))
                socket.send_fds(self._control, [b"."], descriptors)
                pieces = []
            unpacker = wire.Unpacker("reply", PARENT_NONCE, self._sequence, max_array_bytes=0)
            message = exchange(self._control, pieces, unpacker, seconds)
        except (OSError, wire.WireError, WorkerEnded) as error:
            detail = self._last_words()
            self.close(wait_s=0)
            raise SandboxError(f"the sandbox ({self.level.value}) does not answer: {error}. {detail}") from error
        return message  # type: ignore[return-value]

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._folder = Path(tempfile.mkdtemp(prefix="first-digits-"))
        errors = (self._folder / "errors.txt").open("wb")
        try:
            command, environment, folder = self._command(theirs.fileno())
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"cannot start {command[0]}: {error}") from error
        finally:
            theirs.close()
            errors.close()
        self._control, self._sequence, self._parent_pid = ours, 0, 0

    def _command(self, control_fd: int) -> tuple[list[str], dict[str, str], str]:
        assert self._folder is not None
        if self.level is Level.NAMESPACES:
            fonts = font_cache()
            variables = [("FIRST_DIGITS_OWN_USER", "1"), ("FIRST_DIGITS_FONTS", f"{confine.RUNTIME}/fonts")]
            program = [sys.executable, "-I", "-c", BOOTSTRAP.format(root=confine.RUNTIME)]
            arguments = [str(control_fd), str(confine.sandbox_uid())]
            command = [*confine.bubblewrap_command(fonts), *program, *arguments]
            return command, confine.environment("/tmp", variables), "/"
        root = str(confine.GRADER_FOLDER.parent)
        writable = self._folder / "tmp"
        writable.mkdir()
        variables = [("FIRST_DIGITS_FONTS", str(font_cache() or ""))]
        program = [sys.executable, "-I", "-c", BOOTSTRAP.format(root=root), str(control_fd), "-1"]
        return program, confine.environment(str(writable), variables), str(writable)

    def _parent_process(self) -> psutil.Process | None:
        """Return the warm parent as seen from outside, where its process number is another one."""
        if self._process is None or not self._parent_pid:
            return None
        try:
            outer = psutil.Process(self._process.pid)
            if self.level is not Level.NAMESPACES:
                return outer
            candidates = outer.children(recursive=True)
            return next(p for p in candidates if self._number_inside(p) == self._parent_pid)
        except (psutil.NoSuchProcess, StopIteration):
            return None

    def _seen_from_outside(self, pid: int) -> psutil.Process | None:
        """Return the worker `pid` itself, where its number is the same on both sides."""
        if self.level is Level.NAMESPACES:
            return None
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(pid)
        return None

    def _number_inside(self, process: psutil.Process) -> int:
        return _inner_pid(process.pid) if self.level is Level.NAMESPACES else process.pid

    def _last_words(self) -> str:
        if self._folder is None:
            return ""
        with contextlib.suppress(OSError):
            return (self._folder / "errors.txt").read_bytes()[-500:].decode("utf-8", "replace").strip()
        return ""


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _inner_pid(pid: int) -> int:
    """Return the process number in the sandbox's pid namespace (`NSpid` in proc(5)), -1 outside of it.

    The first number is the one out here. What follows the second belongs to namespaces that the process made itself.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("NSpid:"):
                numbers = line.split()[1:]
                return int(numbers[1]) if len(numbers) > 1 else -1
    return -1


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
