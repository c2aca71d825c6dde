"""Begins a chapter: all of its files, ready to run, with one worked function to change. Trusted side."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jinja2

from grader.course.catalogue import update
from grader.course.errors import CourseError
from grader.course.release import release
from grader.layout import Course
from grader.messages import LANGUAGES

TEMPLATE_FOLDER = Path(__file__).parent / "template"
SETTINGS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NUMBER = re.compile(r"ch(\d+)_(.+)")


def new_chapter(course: Course, chapter: str, title: str = "", title_zh: str = "") -> list[Path]:
    """Write the files of `chapter` and return their paths.

    `title`: what learners read above it, in English; `title_zh`: in Chinese. Without one it is made from the name.

    Raises:
        CourseError: the name is no chapter's, or there are such files already. Nothing has been written.
    """
    if not NAME.fullmatch(chapter):
        raise CourseError(
            f"{chapter}: this cannot be a chapter's name",
            expected="small letters, digits and single underscores, beginning with a letter, such as ch8_augment",
            got=chapter,
            next_step="choose such a name: all files of the chapter will bear it",
        )
    texts = _texts(course, chapter, title, title_zh)
    for path in [*texts, course.exercises / f"{chapter}.py", course.exercises / f"{chapter}.ipynb"]:
        if path.exists():
            raise CourseError(
                f"{path}: there is such a file already",
                expected="a new chapter",
                got="one that exists",
                next_step="choose another name, or change the files that are there",
            )
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = _settings_of_own_course(course)
    exercises = [released.path for released in release(course.master(chapter), course.exercises)]
    titles = _titles(chapter, title, title_zh)
    translations = json.loads((TEMPLATE_FOLDER / "translations.json").read_text(encoding="utf-8"))
    update(course.root, LANGUAGES[1], translations | {titles["title_en"]: titles["title_zh"]})
    return [*texts, *settings, *exercises]


def _settings_of_own_course(course: Course) -> list[Path]:
    """Let `pytest grader` alone suffice in the folder of a course of its own, where nobody has set up pytest yet."""
    path = course.root / "pytest.ini"
    if not course.own or any((course.root / name).exists() for name in SETTINGS):
        return []
    path.write_text("[pytest]\naddopts = --course=. --import-mode=importlib\n", encoding="utf-8")
    return [path]


def _texts(course: Course, chapter: str, title: str, title_zh: str) -> dict[Path, str]:
    places = {
        "master.py.j2": course.master(chapter),
        "checks.py.j2": course.checks_of(chapter),
        "mistakes.py.j2": course.mistakes(chapter),
        "variants.py.j2": course.variants(chapter),
    }
    words = _titles(chapter, title, title_zh)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE_FOLDER),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return {path: templates.get_template(name).render(words) for name, path in places.items()}


def _titles(chapter: str, title: str, title_zh: str) -> dict[str, str]:
    """Return the chapter's titles: over its checks, with a colon, and over its prose, with a dot."""
    numbered = NUMBER.fullmatch(chapter)
    plain = (numbered[2] if numbered else chapter).replace("_", " ").capitalize()
    english, chinese = title or plain, title_zh or title or plain
    if numbered is None:
        return {"title_en": english, "title_zh": chinese, "heading_en": english, "heading_zh": chinese}
    number = int(numbered[1])
    return {
        "title_en": f"Chapter {number}: {english}",
        "title_zh": f"第 {number} 章：{chinese}",
        "heading_en": f"Chapter {number} · {english}",
        "heading_zh": f"第 {number} 章 · {chinese}",
    }
