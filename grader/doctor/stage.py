"""What an attack finds around it, and what is to see afterwards if it reached any of that. Trusted side."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from grader.doctor.corpus import Case, Corpus
from grader.messages import Message, say

# Part of everything that must not be seen. In two pieces, so that it is not found in this program's own memory.
CANARY = "-".join(("canary", "in"))
NEIGHBOUR_SECRET = f"{CANARY}-the-file-of-a-neighbour-70616"
ENVIRONMENT_SECRET = f"{CANARY}-the-environment-70616"
ENVIRONMENT_NAME = "FIRST_DIGITS_NEIGHBOUR"
SURVIVOR_WAIT_S = 10.0
ELSEWHERE = ("/tmp", "/var/tmp", "/dev/shm")


class Stage:
    """A folder with a submission in it, another learner's file, and programs of the same user beside it.

    `mark`: what every file and process that an attack leaves has in its name.
    """

    def __init__(self, corpus: Corpus, case: Case) -> None:
        self.mark = f"fd{secrets.token_hex(4)}"
        self.folder = Path(tempfile.mkdtemp(prefix="first-digits-stage-"))
        # The sandbox has to hold attacks back, and not the rights of a folder.
        self.folder.chmod(0o755)
        self.work, self.outside = self.folder / "work", self.folder / "outside"
        self.outside.mkdir()
        self.outside.chmod(0o777)
        self.neighbour = self.folder / "neighbour" / "ch1_attacked.py"
        self.neighbour.parent.mkdir()
        self.neighbour.write_text(f"# {NEIGHBOUR_SECRET}\n", encoding="utf-8")
        self._closing = contextlib.ExitStack()
        self._listeners = list(self._listen())
        self.bystander = self._start_bystander()
        self._hand_in(corpus, case)
        self._before = _snapshot(self.folder)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *raised: object) -> None:
        self.bystander.kill()
        self.bystander.wait()
        self._closing.close()
        for path in [*self._marked_files(), self.folder]:
            _remove(path)
        for process in self._marked_processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    # ------------------------------------------------------------ what is there

    def _listen(self) -> Iterator[socket.socket]:
        """Open what other programs of a user may listen on: TCP and UDP, a socket in a folder, one without a file."""
        tcp = self._closing.enter_context(socket.socket())
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        self.port = int(tcp.getsockname()[1])
        udp = self._closing.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", self.port))
        yield from (tcp, udp)
        self.socket = self.folder / "socket"
        for address in (str(self.socket), f"\0{self.mark}"):
            if hasattr(socket, "AF_UNIX"):
                listener = self._closing.enter_context(socket.socket(socket.AF_UNIX))
                with contextlib.suppress(OSError):  # names without a file are Linux's own
                    listener.bind(address)
                    listener.listen()
                    yield listener
        if self.socket.exists():
            self.socket.chmod(0o777)

    def _start_bystander(self) -> subprocess.Popen[bytes]:
        program = shutil.which("sleep") or "sleep"
        return subprocess.Popen([program, "600"], env={ENVIRONMENT_NAME: ENVIRONMENT_SECRET}, start_new_session=True)

    def _hand_in(self, corpus: Corpus, case: Case) -> None:
        shutil.copytree(corpus.folder(case), self.work)
        words = {
            "@MARK@": self.mark,
            "@OUTSIDE@": str(self.outside),
            "@NEIGHBOUR@": str(self.neighbour),
            "@HOME@": str(Path.home()),
            "@SUBMISSION@": str(self.work),
            "@SOLUTION@": str(corpus.course.master("ch1_attacked")),
            "@CHECKS@": str(corpus.course.checks_of("ch1_attacked")),
            "@BYSTANDER@": str(self.bystander.pid),
            "@PORT@": str(self.port),
            "@SOCKET@": str(self.socket),
        }
        for path in self.work.rglob("*"):
            if path.is_file():
                raw = path.read_bytes()
                for word, meaning in words.items():
                    raw = raw.replace(word.encode(), meaning.encode())
                path.write_bytes(raw)
        for name, kind in case.made.items():
            self._make(self.work / name, kind)

    def _make(self, path: Path, kind: str) -> None:
        match kind:
            case "symlink":
                path.symlink_to(self.neighbour)
            case "hardlink":
                path.hardlink_to(self.neighbour)
            case "loop":
                path.symlink_to(self.work)
            case "fifo":
                os.mkfifo(path)
            case "socket":
                self._closing.enter_context(socket.socket(socket.AF_UNIX)).bind(str(path))
            case _:
                raise ValueError(f"{path.name}: nothing is known of a {kind}")

    # ------------------------------------------------------------ what became of it

    def damage(self) -> list[Message]:
        """Return what an attack reached. The run must be over."""
        return [*self._changes(), *self._reached(), *self._left_running()]

    def _changes(self) -> Iterator[Message]:
        after = _snapshot(self.folder)
        changed = sorted(
            path for path in self._before.keys() | after.keys() if self._before.get(path) != after.get(path)
        )
        if changed:
            yield say("a file outside was changed: {path}", path=changed[0].replace(self.mark, "*"))
        elsewhere = [path for path in self._marked_files() if not path.is_relative_to(self.folder)]
        if elsewhere:
            yield say("a file was left behind: {path}", path=str(elsewhere[0]).replace(self.mark, "*"))

    def _reached(self) -> Iterator[Message]:
        if any(map(_was_spoken_to, self._listeners)):
            yield say("another program was reached")
        process = psutil.Process(self.bystander.pid)
        if self.bystander.poll() is not None or process.status() in (
            psutil.STATUS_STOPPED,
            psutil.STATUS_TRACING_STOP,
        ):
            yield say("another program was ended or stopped")

    def _left_running(self) -> Iterator[Message]:
        # A busy machine ends processes later.
        deadline = time.monotonic() + SURVIVOR_WAIT_S
        while (left := list(self._marked_processes())) and time.monotonic() < deadline:
            time.sleep(0.05)
        if left:
            yield say("{count} processes were left running", count=len(left))

    def _marked_processes(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter(["name", "status"]):
            if process.info["name"] == self.mark and process.info["status"] != psutil.STATUS_ZOMBIE:
                yield process

    def _marked_files(self) -> list[Path]:
        places = {Path(place) for place in ELSEWHERE} | {Path(tempfile.gettempdir()), Path.home(), Path.cwd()}
        places |= {self.work, self.outside}
        return [path for place in sorted(places) for path in _paths_in(place) if self.mark in path.name]


def _paths_in(folder: Path) -> Iterable[Path]:
    with contextlib.suppress(OSError):
        return list(folder.iterdir())
    return ()


def _snapshot(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Return kind with rights, time of change and content of everything below `folder`; nothing is followed."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(place, name)
            status = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(status.st_mode) else ""
            found[str(path.relative_to(folder))] = status.st_mode, status.st_mtime_ns, content
    return found


def _was_spoken_to(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
    except OSError:
        return False
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
