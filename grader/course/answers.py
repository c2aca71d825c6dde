"""Known mistakes and right variants of a chapter, each written out as a submission. Trusted side."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from grader.course.errors import MasterError
from grader.course.marks import find_blocks
from grader.course.master import read_master
from grader.layout import Course

SEPARATOR = "__"


@dataclass(frozen=True)
class Answer:
    """A function of `solutions/mistakes` or `solutions/variants`.

    `function`: the one it stands for; `text`: its source, under that function's name; `imports`: those of its file;
    `sentence`: its docstring; `line`: where it begins, counted from 1.
    """

    chapter: str
    name: str
    function: str
    sentence: str
    imports: str
    text: str
    path: Path
    line: int

    def write(self, course: Course, folder: Path, *others: Answer) -> Path:
        """Write the chapter's master into `folder`, with this function and those of `others` instead of its own."""
        submission = course.master(self.chapter).read_text(encoding="utf-8")
        for answer in (self, *others):
            submission = submission.replace(_cut(submission, answer.function), answer.text)
        path = folder / f"{self.chapter}.py"
        path.write_text(self.imports + submission, encoding="utf-8")
        return path


def functions_of(master: Path) -> list[str]:
    """Return the functions that a learner of the chapter writes, from top to bottom.

    Raises:
        MasterError: the master is not well formed.
    """
    return [block.function for cell in read_master(master).cells for block in find_blocks(master, cell)]


def read_mistakes(course: Course, chapter: str) -> list[Answer]:
    """Return the known wrong answers; none where the file is missing.

    Raises:
        MasterError: the file is not Python, or an answer stands for no function of the chapter.
    """
    return _read_answers(course, chapter, course.mistakes(chapter))


def read_variants(course: Course, chapter: str) -> list[Answer]:
    """Return the right answers that are written differently; raises as `read_mistakes` does."""
    return _read_answers(course, chapter, course.variants(chapter))


def _read_answers(course: Course, chapter: str, path: Path) -> list[Answer]:
    if not path.is_file():
        return []
    source = path.read_text(encoding="utf-8")
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise MasterError(
            path,
            error.lineno or 1,
            "the file is not valid Python",
            expected="imports and functions",
            got=error.msg,
            next_step="repair the line",
        ) from None
    imports = "".join(f"{ast.unparse(s)}\n" for s in statements if isinstance(s, ast.Import | ast.ImportFrom))
    functions = functions_of(course.master(chapter))
    lines = source.splitlines(keepends=True)
    answers = []
    for statement in statements:
        if not isinstance(statement, ast.FunctionDef):
            continue
        function, separator, _ = statement.name.partition(SEPARATOR)
        if not separator or function not in functions:
            raise MasterError(
                path,
                statement.lineno,
                f"`{statement.name}` stands for no function of the chapter",
                expected=f"a name such as `{functions[0]}{SEPARATOR}what_is_special`",
                got=statement.name,
                next_step=f"begin the name with one of: {', '.join(functions)}",
            )
        text = _text_of(statement, lines).replace(f"def {statement.name}(", f"def {function}(", 1)
        sentence = ast.get_docstring(statement) or ""
        answers.append(Answer(chapter, statement.name, function, sentence, imports, text, path, statement.lineno))
    return answers


def _cut(source: str, function: str) -> str:
    statements = ast.parse(source).body
    found = next(s for s in statements if isinstance(s, ast.FunctionDef) and s.name == function)
    return _text_of(found, source.splitlines(keepends=True))


def _text_of(function: ast.FunctionDef, lines: list[str]) -> str:
    """Return the function's own lines, without decorators: it stands at the left margin, and nothing follows it."""
    return "".join(lines[function.lineno - 1 : function.end_lineno]).rstrip("\n")
