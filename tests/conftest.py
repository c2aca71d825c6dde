"""What all tests share: a cache folder of their own, one warm sandbox, and the answers of `solutions` to try."""

import ast
import functools
import itertools
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from grader.cli import app
from grader.course.answer_proofs import AnswerProofs
from grader.course.answers import Answer, read_mistakes, read_variants
from grader.course.new import new_chapter
from grader.course.trial import Trial, functions_in
from grader.course.validate import answer_proofs
from grader.layout import Course, find_course
from grader.messages import Message
from grader.play.page import About
from grader.play.server import Address, Predictor, build_app, new_token
from grader.play.serving import open_port
from grader.plugin.run import RUN
from grader.progress import keep_progress, read_progress
from grader.results import CheckResult, Feedback, Verdict
from grader.sandbox.process import Sandbox
from grader.submission.closure import code_digest
from grader.submission.source import read_source

COURSE = Course(Path(__file__).parents[1])
# Submissions that bring tests of their own, and the checks they are graded by.
collect_ignore = ["hostile"]
# Their chains train in a moment. The proofs of the other chapters as a whole are slow.
QUICK = ("ch1_concepts",)
# Trains nothing, and is asked about many photos one by one.
ASKED_MUCH = ("predict_photo",)
# PostgreSQL refuses to run as root.
POSTGRESQL_USERS = ("postgres", "nobody")
POSTGRESQL_PASSWORD = "horse battery@staple"
READERS = {"mistake": read_mistakes, "variant": read_variants}


@pytest.fixture(scope="session", autouse=True)
def interrupts_are_heard() -> None:
    """Have what tests start hear Ctrl-C also where the tests run in the background, in which it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep results and progress apart from the user's own."""
    if RUN in request.config.stash:
        # The grader grades a course that lies below this folder; a test of the outer run has seen to it.
        yield
        return
    tmp_path_factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    folders = {name: str(tmp_path_factory.mktemp("kept")) for name in ("FIRST_DIGITS_CACHE", "FIRST_DIGITS_DATA")}
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in folders.items():
            patch.setenv(name, folder)
        yield


@pytest.fixture
def mirror_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Return a course with one function to write, `mirror`, which needs no TensorFlow. We are in its folder."""
    course = find_course(tmp_path / "own")
    new_chapter(course, "ch1_mirror", "Mirrors", "镜子")
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("FIRST_DIGITS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return course


@pytest.fixture
def remember() -> Callable[..., None]:
    """Note that a run has found this of the function `mirror` as it is now: check -> (verdict, mistake)."""

    def note(course: Course, checks: dict[str, tuple[Verdict, str]], chapter: str = "ch1_mirror") -> None:
        progress = read_progress(course.root)
        path = course.exercises / f"{chapter}.py"
        code = code_digest(read_source(path.name, path.read_bytes()), ["mirror"])
        results = [
            CheckResult(name, Message(name), 10 / len(checks), verdict, Feedback(Message("Wrong."), mistake=sentence))
            for name, (verdict, mistake) in checks.items()
            for sentence in [Message(mistake) if mistake else None]
        ]
        progress.note(chapter, "mirror", code, 10, results)
        assert keep_progress(course.root, progress)

    return note


@pytest.fixture
def invoke() -> Callable[..., Result]:
    """Type a command of `grader`."""
    return lambda *words, **more: CliRunner().invoke(app, list(words), **more)


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[Sandbox]:
    """Return a sandbox whose parent imports TensorFlow once for all tests that use it."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def proofs(warm_sandbox: Sandbox) -> Callable[[str], AnswerProofs]:
    """Return the proofs by a chapter's known answers. Each answer is graded once in a session."""
    known: dict[str, AnswerProofs] = {}

    def proofs_of(chapter: str) -> AnswerProofs:
        if chapter not in known:
            known[chapter] = answer_proofs(Trial(COURSE, chapter, warm_sandbox))
        return known[chapter]

    return proofs_of


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Return a function that makes an empty place on a real PostgreSQL of our own, and returns its URL."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))
    found = shutil.which("postgres", path=str(programs) if programs else None)
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    with tempfile.TemporaryDirectory(prefix="first-digits-pg-", ignore_cleanup_errors=True) as name:
        server = _PostgreSQL(Path(found).parent, Path(name))
        try:
            server.start()
            numbers = itertools.count()
            yield lambda: server.fresh(f"course{next(numbers)}")
        finally:
            server.stop()


class _PostgreSQL:
    """A server in a folder, reached by a socket in it, with a password. A crash of the machine may lose it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._user: dict[str, str] = {}
        if os.getuid() == 0:
            known = {line.split(":")[0] for line in Path("/etc/passwd").read_text(encoding="utf-8").splitlines()}
            self._user = {"user": next(user for user in POSTGRESQL_USERS if user in known)}
            shutil.chown(folder, **self._user)

    def start(self) -> None:
        secret = self._folder / "secret"
        secret.write_text(POSTGRESQL_PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        data = str(self._folder / "data")
        options = ["--auth=scram-sha-256", "--username=teacher", f"--pwfile={secret}", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", "--pgdata", data, "--locale=C.UTF-8", *options)
        settings = ["fsync=off", "listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=60"]
        words = [word for setting in settings for word in ("-c", setting)]
        self._run(
            "pg_ctl", "start", "--pgdata", data, "--wait", "-l", str(self._folder / "log"), "-o", shlex.join(words)
        )

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--pgdata", str(self._folder / "data"), "--mode=immediate")

    def fresh(self, name: str) -> str:
        """Make an empty schema, which is a database to all who have its URL, and return that."""
        whole = f"postgresql://teacher:horse%20battery%40staple@/postgres?host={self._folder}"
        self._run("psql", whole, "--command", f"CREATE SCHEMA {name}")
        return f"{whole}&options=-csearch_path%3D{name}"

    def _run(self, program: str, *words: str, **environment: str) -> None:
        command = [str(self._programs / program), *words]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=120,
            **self._user,
        )
        assert done.returncode == 0, f"{program}: {done.stderr.decode(errors='replace')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str | Path]:
    """Return a function that returns a place for a new gradebook, on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")
    numbers = itertools.count()
    return lambda: tmp_path / f"gradebook{next(numbers)}.sqlite"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def open_site() -> Iterator[Callable[..., Address]]:
    """Return a function that serves the page of `grader play` with a given predictor, and says where."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def open_one(predictor: Predictor, about: About, language: str = "en") -> Address:
        listener = open_port(0)
        address = Address(listener.getsockname()[1], new_token())
        app = build_app(predictor, about, address, language)
        config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        running.append((server, thread))
        return address

    yield open_one
    for server, thread in running:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of `chapter` once for each of the course, and one of `mistake` or `variant` once for each of those."""
    if "chapter" in metafunc.fixturenames:
        chapters = [pytest.param(chapter, marks=_marks(chapter, chapter not in QUICK)) for chapter in COURSE.chapters]
        metafunc.parametrize("chapter", chapters)
    for kind, read in READERS.items():
        if kind in metafunc.fixturenames:
            answers: list[Answer] = [answer for chapter in COURSE.chapters for answer in read(COURSE, chapter)]
            chosen = [pytest.param(answer, marks=_marks(answer.chapter, _takes_long(answer))) for answer in answers]
            metafunc.parametrize(kind, chosen, ids=[f"{answer.chapter}-{answer.name}" for answer in answers])


def _marks(chapter: str, slow: bool) -> list[pytest.MarkDecorator]:
    """Keep a chapter's tests in one process of `pytest -n 2 --dist loadgroup`: they share what was graded."""
    return [pytest.mark.xdist_group(chapter), *([pytest.mark.slow] if slow else [])]


def _takes_long(answer: Answer) -> bool:
    """Return whether the function is asked much, or a check of it has a limit of its own, as those have that train."""
    return answer.function in (*ASKED_MUCH, *_functions_with_limits(COURSE.checks_of(answer.chapter)))


@functools.cache
def _functions_with_limits(checks: Path) -> frozenset[str]:
    found = set()
    for check in functions_in(checks):
        marks = {ast.unparse(mark.func): mark for mark in check.decorator_list if isinstance(mark, ast.Call)}
        task = marks.get("pytest.mark.task")
        if task is not None and "pytest.mark.limits" in marks:
            found.add(ast.literal_eval(task.args[0]))
    return frozenset(found)
