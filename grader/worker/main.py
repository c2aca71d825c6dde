"""The process inside the sandbox: a warm parent that imports libraries, and the workers it forks. Untrusted side.

The parent never runs a learner's code and never executes a TensorFlow operation: a parent that ran one makes its
forked children hang.
"""

from __future__ import annotations

import array
import contextlib
import importlib
import os
import resource
import shutil
import socket
import sys
import traceback
import types
from pathlib import Path

from grader.sandbox import wire
from grader.worker.channel import Channel, ChannelClosed
from grader.worker.session import Session

PARENT_NONCE = bytes(wire.NONCE_BYTES)
MAX_PROCESSES = 512
MAX_FILE_BYTES = 64 * 2**20


def main() -> None:
    """Serve the grader over the socket whose number is the first argument; the second is the uid to become, or -1."""
    control = socket.socket(fileno=int(sys.argv[1]))
    _become_ordinary_user(int(sys.argv[2]))
    _adopt_orphans()
    _copy_font_list()
    channel = Channel(control, PARENT_NONCE)
    with contextlib.suppress(ChannelClosed):
        while True:
            request, _ = channel.receive()
            match request:
                case wire.Warm():
                    for name in request.modules:
                        # A module that is missing is the learner's to hear about, when his own import fails.
                        with contextlib.suppress(ImportError):
                            importlib.import_module(name)
                    channel.send(wire.Ready(os.getpid(), _versions()))
                case wire.Fork():
                    channel.send(wire.Ready(_fork(control, request)))
                case wire.Reap():
                    channel.send(wire.Ended(_reap(request.pid)))
    # Nothing is left to do, and tearing TensorFlow down takes time.
    os._exit(0)


def _versions() -> dict[str, str]:
    names = ("tensorflow", "keras", "numpy", "matplotlib")
    modules: dict[str, types.ModuleType] = {name: sys.modules[name] for name in names if name in sys.modules}
    return {name: str(getattr(module, "__version__", "?")) for name, module in modules.items()}


def _become_ordinary_user(uid: int) -> None:
    """Give up root for good. Without effect where the process is an ordinary user already."""
    if uid < 0:
        return
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.environ["USER"] = os.environ["LOGNAME"] = "learner"


def _adopt_orphans() -> None:
    """Let processes whose parent died become children of this one, so that they are found and ended."""
    if sys.platform == "linux":
        import ctypes

        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _copy_font_list() -> None:
    """Give matplotlib its list of fonts in a folder it may write to."""
    source, target = os.environ.get("FIRST_DIGITS_FONTS"), os.environ["MPLCONFIGDIR"]
    if source and not Path(target).is_dir():
        shutil.copytree(source, target)


def _fork(control: socket.socket, request: wire.Fork) -> int:
    """Fork a worker onto the two file descriptors that follow the request."""
    _, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(2 * array.array("i").itemsize))
    descriptors = array.array("i")
    for _level, _kind, data in ancillary:
        descriptors.frombytes(data)
    channel_fd, output_fd = descriptors
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            _work(control, channel_fd, output_fd, request)
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(channel_fd)
    os.close(output_fd)
    return pid


def _work(control: socket.socket, channel_fd: int, output_fd: int, request: wire.Fork) -> None:
    control.close()
    os.setsid()
    _redirect_output(output_fd)
    _set_limits(request.memory_mib)
    channel = Channel(socket.socket(fileno=channel_fd), request.nonce)
    session = Session()
    with contextlib.suppress(ChannelClosed):
        while True:
            message, buffers = channel.receive()
            reply, reply_buffers = session.answer(message, buffers)
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            try:
                channel.send(reply, reply_buffers)
            except (wire.WireError, UnicodeError) as error:
                channel.send(session.describe_error(error))


def _redirect_output(output_fd: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    os.close(null)
    os.close(output_fd)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)


def _set_limits(memory_mib: int) -> None:
    """Limit data memory above what the parent uses already, file size, processes; no core dumps."""
    base_bytes = _data_bytes()
    _lower_limit(resource.RLIMIT_DATA, base_bytes + memory_mib * 2**20)
    _lower_limit(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    _lower_limit(resource.RLIMIT_CORE, 0)
    if hasattr(resource, "RLIMIT_NPROC") and os.getuid() != 0 and os.environ.get("FIRST_DIGITS_OWN_USER"):
        _lower_limit(resource.RLIMIT_NPROC, MAX_PROCESSES)


def _lower_limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
        resource.setrlimit(which, (value, value))


def _data_bytes() -> int:
    """Return the size of this process's data segment, as RLIMIT_DATA counts it; 0 where it cannot be read."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[5]) * resource.getpagesize()
    return 0


def _reap(pid: int) -> int | None:
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    _reap_orphans()
    return os.waitstatus_to_exitcode(status) if done else None


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main()
