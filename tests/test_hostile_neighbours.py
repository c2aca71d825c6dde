"""Two submissions in one warm sandbox, at the same time and one after the other: neither sees or changes the other."""

import ctypes
import os

import pytest

from grader.sandbox import wire
from grader.sandbox.confine import Level, strongest_level
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.process import Sandbox
from grader.sandbox.worker import Limits

LIMITS = Limits(seconds=20.0, memory_mib=512)
MARK = f"fdn{os.getpid()}"
KEY = 0x70616
HEAD = f"""
import ctypes, gc, glob, os, signal, socket, sys, threading, time
MARK, KEY = {MARK!r}, {KEY}
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
"""
# What a submission has that another one could look for. It says nothing and goes on living.
VICTIM = """
SECRET = "secret-" + "of-the-neighbour"

def set_up():
    global listener, folder
    libc.prctl(15, MARK.encode(), 0, 0, 0)
    for folder in ("/tmp", os.environ["TMPDIR"], "/dev/shm"):
        try:
            with open(f"{folder}/{MARK}", "w") as file:
                file.write(SECRET)
        except OSError:
            pass
    for address in ("\\0" + MARK, os.environ["TMPDIR"] + f"/{MARK}.socket"):
        try:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(address)
            listener.listen()
            threading.Thread(target=listener.accept, daemon=True).start()
        except OSError:
            pass
    libc.shmget(KEY, 4096, 0o1666)
    sys.modules["numpy"] = None
    return 1

def is_well():
    return SECRET == "secret-" + "of-the-neighbour" and open(os.environ["TMPDIR"] + "/" + MARK).read() == SECRET
"""
# Each returns a text that is empty where nothing was found.
LOOKS = {
    "files": """
    found = []
    for folder in {"/tmp", os.environ["TMPDIR"], os.path.dirname(os.environ["TMPDIR"]), "/dev/shm"} - {"/"}:
        found += [path for depth in ("*", "*/*") for path in glob.glob(f"{folder}/{depth}") if MARK in path]
    return " ".join(found)
""",
    "processes": """
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{name}/comm").read() + open(f"/proc/{name}/environ").read()
        except OSError:
            continue
        if MARK in words:
            found.append(name)
    return " ".join(found)
""",
    "abstract sockets": """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("\\0" + MARK)
            return "connected"
    except OSError:
        return ""
""",
    "sockets in folders": """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.environ["TMPDIR"] + f"/{MARK}.socket")
            return "connected"
    except OSError:
        return ""
""",
    "shared memory": """
    return "found" if libc.shmget(KEY, 4096, 0) >= 0 else ""
""",
    "memory": """
    for name in filter(str.isdigit, os.listdir("/proc")):
        if int(name) in (os.getpid(), 1):
            continue
        try:
            open(f"/proc/{name}/mem", "r+b")
            return name
        except OSError:
            pass
    return ""
""",
    "objects": """
    wanted = "of-the-" + "neighbour"
    for thing in gc.get_objects():
        for part in gc.get_referents(thing):
            if isinstance(part, str) and wanted in part and len(part) < 100:
                return part
    return ""
""",
    "modules": """
    return "patched" if sys.modules.get("numpy", 1) is None else ""
""",
    "tracing": """
    for number in range(2, 300):
        if number != os.getpid() and libc.ptrace(16, number, 0, 0) == 0:
            return str(number)
    return ""
""",
}
# Each is meant to end or to stop the neighbour.
BLOWS = {
    "signals to all": "os.kill(-1, signal.SIGKILL)",
    "signals to numbers": """
    for number in range(2, 3000):
        if number != os.getpid():
            try: os.kill(number, signal.SIGKILL)
            except OSError: pass""",
    "stopped parent": "os.kill(os.getppid(), signal.SIGSTOP)",
    "removed files": """
    import shutil
    for folder in {os.environ["TMPDIR"], os.path.dirname(os.environ["TMPDIR"]), "/dev/shm"} - {"/"}:
        shutil.rmtree(folder, ignore_errors=True)""",
    "full folders": """
    for folder in (os.environ["TMPDIR"], "/dev/shm"):
        try:
            for number in range(40):
                with open(f"{folder}/{number}", "wb") as file: file.write(bytes(2**23))
        except OSError: pass""",
    "lower limits": """
    import resource
    for number in range(2, 3000):
        try: resource.prlimit(number, resource.RLIMIT_NOFILE, (0, 0))
        except (OSError, ValueError): pass""",
    "lower priority": """
    try: os.setpriority(os.PRIO_USER, os.getuid(), 19)
    except OSError: pass""",
}


def levels():
    """Yield the levels that promise to keep submissions apart."""
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        works = level is strongest_level() or (level is Level.LANDLOCK and strongest_level() is Level.NAMESPACES)
        yield pytest.param(level, marks=[] if works else [pytest.mark.skip(reason=f"no {level.value} here")])


@pytest.fixture(scope="module", params=levels(), ids=lambda level: level.value)
def sandbox(request):
    sandbox = Sandbox(request.param)
    sandbox.warm(("numpy",))
    yield sandbox
    sandbox.close()
    libc = ctypes.CDLL(None)
    # Where it is the machine's own, the test's segment would stay.
    libc.shmctl(libc.shmget(KEY, 0, 0), 0, 0)


def worker_with(sandbox, source):
    worker = sandbox.fork(LIMITS.memory_mib)
    worker.request(wire.Segment("work", "work.py", 1, HEAD + source), [], LIMITS)
    return worker


def call(worker, function):
    reply = worker.request(wire.Call(function, (), 1), [], LIMITS).reply
    assert isinstance(reply, wire.Returned), reply
    return reply.value.value


@pytest.fixture
def victim(sandbox):
    worker = worker_with(sandbox, VICTIM)
    assert call(worker, "set_up") == 1
    yield worker
    worker.close()


@pytest.mark.parametrize("what", LOOKS)
def test_a_submission_finds_nothing_of_one_that_is_graded_at_the_same_time(sandbox, victim, what, request):
    attacker = worker_with(sandbox, "def look():" + LOOKS[what])
    try:
        assert call(attacker, "look") == ""
    finally:
        attacker.close()
    assert call(victim, "is_well") is True


@pytest.mark.parametrize("what", LOOKS)
def test_a_submission_finds_nothing_of_the_one_before_it(sandbox, what, request):
    first = worker_with(sandbox, VICTIM)
    assert call(first, "set_up") == 1
    first.close()
    second = worker_with(sandbox, "def look():" + LOOKS[what])
    try:
        assert call(second, "look") == ""
    finally:
        second.close()


@pytest.mark.parametrize("how", BLOWS)
def test_a_submission_cannot_harm_one_that_is_graded_at_the_same_time(sandbox, victim, how):
    body = BLOWS[how] if BLOWS[how].startswith("\n") else f"\n    {BLOWS[how]}"
    attacker = worker_with(sandbox, f"def strike():{body}\n    return 1\n")
    try:
        attacker.request(wire.Call("strike", (), 1), [], LIMITS)
    except WorkerEnded:
        pass
    finally:
        attacker.close()
    assert call(victim, "is_well") is True
    # The next one is graded as if nothing had been.
    after = worker_with(sandbox, "def look():\n    return 7\n")
    assert call(after, "look") == 7
    after.close()


def test_what_processes_share_by_number_is_out_of_reach(sandbox):
    libc = ctypes.CDLL(None, use_errno=True)
    shared, semaphore, queue = libc.shmget(0, 4096, 0o1666), libc.semget(0, 1, 0o1666), libc.msgget(0, 0o1666)
    assert min(shared, semaphore, queue) >= 0
    body = f"""
    buffer = ctypes.create_string_buffer(512)
    taken = [libc.shmctl({shared}, 2, buffer), libc.semctl({semaphore}, 0, 16, 7), libc.msgctl({queue}, 2, buffer)]
    return sum(number == 0 for number in taken)
"""
    worker = worker_with(sandbox, "def look():" + body)
    try:
        assert call(worker, "look") == 0
        assert libc.semctl(semaphore, 0, 12) == 0
    finally:
        worker.close()
        libc.shmctl(shared, 0, 0)
        libc.semctl(semaphore, 0, 0)
        libc.msgctl(queue, 0, 0)


def test_the_looks_find_what_is_there(sandbox):
    # In one and the same worker, so that a look that never finds anything proves nothing.
    worker = worker_with(sandbox, VICTIM + "".join(f"\ndef look{n}():{look}" for n, look in enumerate(LOOKS.values())))
    assert call(worker, "set_up") == 1
    found = {what: call(worker, f"look{n}") for n, what in enumerate(LOOKS) if what not in ("memory", "tracing")}
    worker.close()
    # Behind Landlock not even their owner gets what would be the machine's.
    never = {"shared memory", "abstract sockets", "sockets in folders"} if sandbox.level is Level.LANDLOCK else set()
    assert {what for what, words in found.items() if not words} == never
