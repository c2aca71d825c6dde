"""What all tests share: a cache folder of their own, one warm sandbox, and the answers of `solutions` to try."""

import ast
import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

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
READERS = {"mistake": read_mistakes, "variant": read_variants}


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
            chosen = [pytest.param(answer, marks=_marks(answer.chapter, _trains(answer))) for answer in answers]
            metafunc.parametrize(kind, chosen, ids=[f"{answer.chapter}-{answer.name}" for answer in answers])


def _marks(chapter: str, slow: bool) -> list[pytest.MarkDecorator]:
    """Keep a chapter's tests in one process of `pytest -n 2 --dist loadgroup`: they share what was graded."""
    return [pytest.mark.xdist_group(chapter), *([pytest.mark.slow] if slow else [])]


def _trains(answer: Answer) -> bool:
    """Return whether a check of the function has a time limit of its own, as those have that train a model."""
    return answer.function in _functions_with_limits(COURSE.checks_of(answer.chapter))


@functools.cache
def _functions_with_limits(checks: Path) -> frozenset[str]:
    found = set()
    for check in functions_in(checks):
        marks = {ast.unparse(mark.func): mark for mark in check.decorator_list if isinstance(mark, ast.Call)}
        task = marks.get("pytest.mark.task")
        if task is not None and "pytest.mark.limits" in marks:
            found.add(ast.literal_eval(task.args[0]))
    return frozenset(found)
