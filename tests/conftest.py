"""What all tests share: a cache folder of their own, one warm sandbox, and the answers of `solutions` to try."""

import ast
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.course.marks import find_blocks
from grader.course.master import read_master
from grader.sandbox.process import Sandbox
from grader.submission.source import AS_GIVEN

SOLUTIONS = Path(__file__).parents[1] / "solutions"
CHAPTERS = sorted(path.stem for path in SOLUTIONS.glob("*.py"))
KINDS = ("mistake", "variant")


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep results apart from the user's own."""
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


class Answer(NamedTuple):
    """A function of `solutions/mistakes` or `solutions/variants`. `text`: renamed to the `function` it stands for."""

    chapter: str
    name: str
    function: str
    sentence: str
    imports: str
    text: str

    def write(self, folder: Path, *others: "Answer") -> Path:
        """Write the chapter's master into `folder`, with this function and those of `others` instead of its own."""
        submission = (SOLUTIONS / f"{self.chapter}.py").read_text(encoding="utf-8")
        for answer in (self, *others):
            submission = submission.replace(_cut(submission, answer.function), answer.text)
        path = folder / f"{self.chapter}.py"
        path.write_text(self.imports + submission, encoding="utf-8")
        return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of `mistake` or `variant` once for each, and one of `mistakes` or `variants` once for each chapter."""
    for kind in KINDS:
        if kind in metafunc.fixturenames:
            answers = [answer for chapter in CHAPTERS for answer in _read_answers(kind, chapter)]
            metafunc.parametrize(kind, answers, ids=[f"{answer.chapter}-{answer.name}" for answer in answers])
        elif f"{kind}s" in metafunc.fixturenames:
            metafunc.parametrize(f"{kind}s", [_read_answers(kind, chapter) for chapter in CHAPTERS], ids=CHAPTERS)


@functools.cache
def _read_answers(kind: str, chapter: str) -> list[Answer]:
    source = (SOLUTIONS / f"{kind}s" / f"{chapter}.py").read_text(encoding="utf-8")
    statements = ast.parse(source).body
    imports = "".join(f"{ast.unparse(s)}\n" for s in statements if isinstance(s, ast.Import | ast.ImportFrom))
    answers = []
    for statement in statements:
        if isinstance(statement, ast.FunctionDef):
            function = statement.name.partition("__")[0]
            text = (ast.get_source_segment(source, statement) or "").replace(
                f"def {statement.name}(", f"def {function}("
            )
            if statement.name.endswith(AS_GIVEN):
                # To the letter it would count as not begun; with one more statement it is a learner's own.
                text += "\n    pass"
            sentence = ast.get_docstring(statement) or ""
            answers.append(Answer(chapter, statement.name, function, sentence, imports, text))
    return answers


def functions_of(chapter: str) -> list[str]:
    """Return the functions that a learner of `chapter` writes."""
    path = SOLUTIONS / f"{chapter}.py"
    return [block.function for cell in read_master(path).cells for block in find_blocks(path, cell)]


@pytest.fixture
def functions() -> Callable[[str], list[str]]:
    return functions_of


def _cut(source: str, function: str) -> str:
    statements = ast.parse(source).body
    found = next(s for s in statements if isinstance(s, ast.FunctionDef) and s.name == function)
    return ast.get_source_segment(source, found) or ""
