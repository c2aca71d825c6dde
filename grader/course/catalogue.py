"""The catalogue of all a learner reads: extracted from source, kept in `.po`, compiled to `.mo`. Trusted side."""

from __future__ import annotations

import ast
import io
import string
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.course.errors import CourseError
from grader.layout import GRADER_FOLDER, Course, find_course
from grader.messages import CATALOGUE

SAY = "say"
COURSE_FOLDER = GRADER_FOLDER.parent
FOR_TRANSLATORS = "# What a learner reads, in language {language}. Change the msgstr lines, then run: grader translate"


class Flaws(msgspec.Struct, frozen=True):
    """What is wrong with a catalogue: sentences without a translation, or whose placeholders differ; leftovers."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    placeholders: tuple[str, ...]

    @property
    def none(self) -> bool:
        return not (self.missing or self.stale or self.placeholders)


def extract(root: Path) -> dict[str, str]:
    """Return every sentence a learner can read, with the file it first stands in.

    `root`: the project's folder, or that of a teacher's own course. They are the literals passed to `say`, the titles
    of chapters and checks, the sentences of known mistakes, and the docstrings of the functions a learner fills in.
    """
    found: dict[str, str] = {}
    course = find_course(root)
    root = course.root
    for path in [*_grader_sources(course), *sorted(course.checks.glob("*.py"))]:
        for text in _said(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(text, path.relative_to(root).as_posix())
    for path in sorted(course.checks.glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        titles = [ast.get_docstring(tree), *_docstrings(tree, prefix="test_")]
        for title in filter(None, titles):
            found.setdefault(title.splitlines()[0], path.relative_to(root).as_posix())
    for pattern in ("solutions/*.py", "solutions/mistakes/*.py"):
        for path in sorted(root.glob(pattern)):
            for text in _docstrings(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(text, path.relative_to(root).as_posix())
    return found


def _grader_sources(course: Course) -> list[Path]:
    if course.own:
        return []
    return [path for path in sorted((course.root / "grader").rglob("*.py")) if path.parent != course.checks]


def _said(tree: ast.Module) -> list[str]:
    """Return the literals passed to `say` from top to bottom, so that the parts of a feedback stay together."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == SAY and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.append((node.lineno, node.col_offset, text.value))
    return [text for _, _, text in sorted(found)]


def _docstrings(tree: ast.Module, prefix: str = "") -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith(prefix):
            docstring = ast.get_docstring(node)
            if docstring:
                yield docstring


def po_file(language: str, root: Path = COURSE_FOLDER) -> Path:
    """Return the catalogue's source, which people edit."""
    return find_course(root).locale / language / "LC_MESSAGES" / f"{CATALOGUE}.po"


def read_translations(language: str, root: Path = COURSE_FOLDER) -> dict[str, str]:
    """Return English sentence -> translation, empty where there is none yet."""
    from babel.messages.pofile import read_po

    path = po_file(language, root)
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def find_flaws(root: Path, language: str) -> Flaws:
    """Compare the catalogue with what the source says."""
    wanted, have = extract(root), read_translations(language, root)
    return Flaws(
        missing=tuple(text for text in wanted if not have.get(text)),
        stale=tuple(text for text in have if text not in wanted),
        placeholders=tuple(text for text in wanted if have.get(text) and _fields(text) != _fields(have[text])),
    )


def _fields(text: str) -> set[str] | None:
    """Return the names in braces; None for a text that is no template."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def compose(root: Path, language: str, new: dict[str, str] | None = None) -> tuple[bytes, bytes]:
    """Return the `.po` and `.mo` of what the source says now, with the translations known so far and `new` ones.

    The same sentences always give the same bytes.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    class UndatedCatalog(Catalog):
        """A catalogue whose header leaves out what changes from day to day: the dates and Babel's version."""

        @property
        def mime_headers(self) -> list[tuple[str, str]]:
            return [
                ("Language", language),
                ("MIME-Version", "1.0"),
                ("Content-Type", "text/plain; charset=UTF-8"),
                ("Content-Transfer-Encoding", "8bit\n"),
            ]

    # A course of its own may repeat what the grader's says, such as the docstring of `load_digits`.
    known = read_translations(language) | read_translations(language, root) | (new or {})
    catalogue = UndatedCatalog(
        locale=language, header_comment=FOR_TRANSLATORS.format(language=language), charset="utf-8", fuzzy=False
    )
    for text, file in sorted(extract(root).items(), key=lambda pair: pair[1]):
        message = catalogue.add(text, known.get(text, ""), locations=[(file, 0)])
        # Babel 2.18 sets this flag of its own accord, 2.16 does not know it.
        message.flags = {"python-brace-format"} if _fields(text) else set()
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=0, include_lineno=False)
    write_mo(mo, catalogue)
    return po.getvalue().rstrip(b"\n") + b"\n", mo.getvalue()


def update(root: Path, language: str, new: dict[str, str] | None = None) -> Flaws:
    """Write `.po` and `.mo` anew; return what is still to be translated."""
    course = find_course(root)
    if not course.checks.is_dir():
        raise CourseError(
            f"{root}: this is no course's folder",
            expected="a folder with `solutions`, and with `grader` or `checks`",
            got="none of them",
            next_step="run this in the course's folder, or name it with --course",
        )
    po, mo = compose(root, language, new)
    path = po_file(language, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po)
    path.with_suffix(".mo").write_bytes(mo)
    return find_flaws(root, language)
