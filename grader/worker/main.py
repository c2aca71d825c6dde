"""The warm parent inside the sandbox: it imports libraries and forks workers. Untrusted side.

The parent never runs a learner's code and never executes a TensorFlow operation: a parent that ran one makes its
forked children hang.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import socket
import sys
import tempfile
import types

from grader.sandbox import wire
from grader.worker.channel import Channel, ChannelClosed
from grader.worker.namespaces import EnclosingFailed, fork_into_namespaces, mount_own_proc
from grader.worker.rights import become_reading_user, give_up_capabilities
from grader.worker.work import shut_in, work

PARENT_NONCE = bytes(wire.NONCE_BYTES)
# One that imported TensorFlow has 1 or 2, one that executed an operation 4 and more; its children would hang.
MOST_THREADS = 2


def main() -> None:
    """Serve the grader over a socket.

    Arguments: the socket's number; the uid to become, or -1; and what root does before: `mount` where nobody else sees
    what is mounted here, `read` to go on reading what only root can reach, behind Landlock, or `nothing`.
    """
    control = socket.socket(fileno=int(sys.argv[1]))
    _become_ordinary_user(int(sys.argv[2]), sys.argv[3])
    _adopt_orphans()
    channel = Channel(control, PARENT_NONCE)
    parent = _Parent(control, channel)
    with contextlib.suppress(ChannelClosed):
        while True:
            request, _ = channel.receive()
            try:
                reply = parent.answer(request)
            except Exception as error:
                reply = wire.Raised(type(error).__name__[: wire.MAX_NAME], str(error)[: wire.MAX_MESSAGE])
            channel.send(reply)
    # Nothing is left to do, and tearing TensorFlow down takes time.
    os._exit(0)


class _Parent:
    """What the grader may ask of the warm parent."""

    def __init__(self, control: socket.socket, channel: Channel) -> None:
        self._control, self._channel = control, channel
        self._folders: dict[int, str] = {}

    def answer(self, request: wire.Request) -> wire.Reply:
        match request:
            case wire.Warm():
                for name in request.modules:
                    # A module that is missing is the learner's to hear about, when his own import fails.
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)
                return wire.Ready(os.getpid(), _versions())
            case wire.Try():
                return self._try(request.enclosure)
            case wire.Fork():
                return self._fork(request)
            case wire.Reap():
                return wire.Ended(self._reap(request.pid))
        raise wire.WireError(f"no answer to a {type(request).__name__}")

    def _fork(self, request: wire.Fork) -> wire.Reply:
        """Fork a worker onto the two file descriptors that follow the request."""
        descriptors = self._channel.receive_descriptors(2)
        try:
            if (threads := _thread_count()) > MOST_THREADS:
                raise EnclosingFailed(f"the parent has {threads} threads: something was executed in it")
            pid, folder = _fork_as(request.enclosure)
            if pid == 0:
                self._control.close()
                work(descriptors, folder, request)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self._folders[pid] = folder
        return wire.Ready(pid)

    def _try(self, enclosure: wire.Enclosure) -> wire.Reply:
        """Return whether a child can shut itself in; it runs nothing."""
        report, tell = os.pipe()
        pid, folder = _fork_as(enclosure)
        if pid == 0:
            try:
                shut_in(enclosure, folder)
                os.write(tell, b"enclosed")
            except BaseException as error:
                os.write(tell, f"{type(error).__name__}: {error}".encode())
            os._exit(0)
        os.close(tell)
        with open(report, "rb") as pipe:  # noqa: PTH123 (a descriptor)
            words = pipe.read().decode("utf-8", "replace")
        os.waitpid(pid, 0)
        _remove(folder)
        if words != "enclosed":
            raise EnclosingFailed(words)
        return wire.Ready(os.getpid())

    def _reap(self, pid: int) -> int | None:
        try:
            done, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return None
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if done:
            _remove(self._folders.pop(pid, ""))
        return os.waitstatus_to_exitcode(status) if done else None


def _fork_as(enclosure: wire.Enclosure) -> tuple[int, str]:
    """Fork a worker; return its number, 0 to itself, and the folder it may write to, empty where it has a /tmp."""
    if enclosure.nest:
        return fork_into_namespaces(enclosure.kept), ""
    folder = tempfile.mkdtemp(prefix="worker-")
    return os.fork(), folder


def _remove(folder: str) -> None:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def _thread_count() -> int:
    """Return how many threads this process has; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (no objects, only a count)
    return 0


def _versions() -> dict[str, str]:
    names = ("tensorflow", "keras", "numpy", "matplotlib")
    modules: dict[str, types.ModuleType] = {name: sys.modules[name] for name in names if name in sys.modules}
    return {name: str(getattr(module, "__version__", "?")) for name, module in modules.items()}


def _become_ordinary_user(uid: int, before: str) -> None:
    """Give up root for good. Without effect where the process is an ordinary user already."""
    if uid < 0:
        return
    if before == "mount":
        with contextlib.suppress(EnclosingFailed):
            # Without it no worker gets namespaces of its own, which the grader finds out when it tries.
            mount_own_proc()
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    if before == "read":
        become_reading_user(uid)
    else:
        os.setresuid(uid, uid, uid)
        give_up_capabilities()
    os.environ["USER"] = os.environ["LOGNAME"] = "learner"


def _adopt_orphans() -> None:
    """Let processes whose parent died become children of this one, so that they are found and ended."""
    if sys.platform == "linux":
        import ctypes

        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


if __name__ == "__main__":
    main()
