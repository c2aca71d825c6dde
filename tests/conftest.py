"""What all tests share: a cache folder of their own, one warm sandbox, and the answers of `solutions` to try."""

import ast
import functools
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from grader.course.answer_proofs import AnswerProofs
from grader.course.answers import Answer, read_mistakes, read_variants
from grader.course.trial import Trial, functions_in
from grader.course.validate import answer_proofs
from grader.layout import Course
from grader.play.page import About
from grader.play.server import Address, Predictor, build_app, new_token
from grader.play.serving import open_port
from grader.plugin.run import RUN
from grader.sandbox.process import Sandbox

COURSE = Course(Path(__file__).parents[1])
# Submissions that bring tests of their own, and the checks they are graded by.
collect_ignore = ["hostile"]
# Their chains train in a moment. The proofs of the other chapters as a whole are slow.
QUICK = ("ch1_concepts",)
READERS = {"mistake": read_mistakes, "variant": read_variants}


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep results apart from the user's own."""
    if RUN in request.config.stash:
        # The grader grades a course that lies below this folder; a test of the outer run has seen to it.
        yield
        return
    tmp_path_factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    before = os.environ.get("FIRST_DIGITS_CACHE")
    os.environ["FIRST_DIGITS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["FIRST_DIGITS_CACHE"]
    else:
        os.environ["FIRST_DIGITS_CACHE"] = before


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
