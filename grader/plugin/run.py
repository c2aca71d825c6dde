"""One run of the grader: what is graded, with what, and what was found so far. Trusted side."""

from __future__ import annotations

import functools
import platform
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.data import Digits, load_digits
from grader.errors import InputError
from grader.expect.accuracy import Floor, floor_for, read_floors
from grader.expect.faces import floor_of_guessing
from grader.faces import Faces, describe_broken, is_faces_file, load_faces, require_faces_file
from grader.layout import Course
from grader.messages import LANGUAGES, Message, language_of, say
from grader.plugin.passes import Passes
from grader.results import DRAWN, CheckResult, Feedback, ModelPicture, Surroundings, Verdict
from grader.sandbox import wire
from grader.sandbox.confine import Level, can_fork, strongest_level
from grader.sandbox.process import Sandbox
from grader.submission.drawn_faces import drawn_faces
from grader.submission.engines import Engine, InProcessEngine, SandboxEngine
from grader.submission.find import Handed, find_submission
from grader.submission.readings import read_again
from grader.submission.reference import Reference, library_versions
from grader.submission.source import AS_GIVEN, Source, join_sources, read_source
from grader.submission.submission import DEFAULT_SEED, Submission

RUN: pytest.StashKey[Run] = pytest.StashKey()
SHARED_SANDBOX: pytest.StashKey[Sandbox] = pytest.StashKey()


class Live(msgspec.Struct, frozen=True):
    """Work that is not in a file but at hand in this process: what it says, and the engine that has it."""

    chapter: str
    source: Source
    engine: Engine


LIVE: pytest.StashKey[Live] = pytest.StashKey()


class Report(msgspec.Struct, frozen=True):
    """A report to write at the end. `kind`: one of `grader.plugin.options.REPORT_KINDS`."""

    kind: str
    path: Path


class Settings(msgspec.Struct, frozen=True):
    """What the command line asked for. `language_given`: whether it named the language.

    `cache`: whether results of earlier runs count.
    """

    submission: Path
    data: str
    language: str
    language_given: bool
    in_process: bool
    cache: bool
    reports: tuple[Report, ...]
    course: Course

    @property
    def digits(self) -> str:
        """The source of the digits: a file of faces leaves those chapters on the sample."""
        return "sample" if is_faces_file(self.data) else self.data

    @property
    def faces(self) -> str:
        """The source of the faces: a file of digits leaves that chapter on drawn ones."""
        return self.data if is_faces_file(self.data) else DRAWN


class Task(msgspec.Struct):
    """A task as the checks define it, counted before any check is deselected."""

    name: str
    functions: tuple[str, ...]
    points: float = 0.0


class Chapter(msgspec.Struct):
    """A chapter as its checks define it. `fixtures`: what they ask for by name, directly or not."""

    name: str
    title: Message
    tasks: dict[str, Task]
    fixtures: set[str] = msgspec.field(default_factory=set)

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(function for task in self.tasks.values() for function in task.functions))


class Run:
    """Everything costly is made when first needed: an untouched exercise needs no worker and no data.

    `sandbox`: one for everything, the learner's work too, where the caller trusts it and grades much of it.
    `live`: work that is at hand here and takes the place of a file.
    `passes`: what counts for all who wrote the same code.
    """

    def __init__(
        self,
        settings: Settings,
        sandbox: Sandbox | None = None,
        live: Live | None = None,
        passes: Passes | None = None,
    ) -> None:
        self.settings = settings
        self.passes = passes
        self._sandbox = sandbox
        self._live = live
        self.chapters: dict[str, Chapter] = {}
        self.handed: dict[str, Handed] = {}
        self.results: dict[tuple[str, str], list[CheckResult]] = {}
        self.learner_pictures: dict[str, ModelPicture] = {}
        self.reference_pictures: dict[str, ModelPicture] = {}
        self.started = time.monotonic()
        self.unwritten: dict[Report, str] = {}
        # How many results were remembered from an earlier run.
        self.recalled = 0
        # Takes how far a training has come, the learner's or the reference's; it is shown and kept nowhere.
        self.on_progress: Callable[[wire.Progress], None] | None = None
        self._submissions: dict[str, Submission] = {}
        self._references: dict[str, Reference] = {}
        self._faces: dict[str, Faces] = {}
        self._engines: list[Engine] = []

    # ------------------------------------------------------------ what is graded

    def find(self) -> None:
        """Look for the submission.

        Raises:
            InputError: there is none.
        """
        functions = {name: chapter.functions for name, chapter in self.chapters.items()}
        given = {name: self._given_bodies(name) for name in self.chapters}
        if self._live is not None:
            chapter = self._live.chapter
            self.handed = {chapter: Handed(chapter, source=self._live.source.without_given(given[chapter]))}
        else:
            self.handed = find_submission(self.settings.submission, sorted(self.chapters), functions, given)
        if not self.settings.language_given:
            self._speak_as_the_exercises_do()

    def _speak_as_the_exercises_do(self) -> None:
        """Take the language of the exercises where it is not English, which is what everybody gets first."""
        sources = [handed.source for handed in self.handed.values() if handed.source]
        words = " ".join(text for source in sources for text in source.docstrings.values())
        language = language_of(words)
        if language != LANGUAGES[0]:
            self.settings = msgspec.structs.replace(self.settings, language=language)

    def find_data(self) -> None:
        """Load the data that was asked for, so that a wrong path is told at once. The sample is always there.

        Raises:
            InputError: it is not there or damaged.
        """
        sources = {name: handed.source for name, handed in self.handed.items() if handed.source}
        begun = [name for name, source in sources.items() if source.written(self.chapters[name].functions)]
        if self.settings.faces != DRAWN:
            require_faces_file(Path(self.settings.faces))
            if any(self._asks_for_faces(name) for name in begun):
                load_faces(self.settings.faces)
        elif self.settings.data == "full":
            # It may have to be fetched, which would be in vain where nothing uses it.
            if any("digits" in self.chapters[name].fixtures for name in begun):
                load_digits("full")
        elif self.settings.data != "sample":
            load_digits(self.settings.data)

    def submission(self, chapter: str) -> Submission:
        """Return the learner's work for a chapter."""
        if chapter not in self._submissions:
            source = self.handed[chapter].source
            assert source is not None, "a chapter without a source never gets to its checks"
            self._submissions[chapter] = Submission(source, self._engine(), chapter)
        return self._submissions[chapter]

    def passed(self, chapter: str, task: str) -> bool:
        """Return whether all checks of a task that ran so far have passed, and there were any."""
        results = self.results.get((chapter, task), [])
        return bool(results) and all(result.verdict is Verdict.PASS for result in results)

    def reference(self, chapter: str) -> Reference:
        """Return the reference solution of a chapter."""
        if chapter not in self._references:
            self._references[chapter] = Reference(self._master(chapter), self._trusted_engine(), chapter)
        return self._references[chapter]

    def mistakes(self, chapter: str) -> Reference | None:
        """Return the known mistakes of a chapter, beside which the reference's functions are defined."""
        path = self.settings.course.mistakes(chapter)
        if not path.is_file():
            return None
        key = f"{chapter} mistakes"
        if key not in self._references:
            source = join_sources(self._master(chapter), read_source(path.name, path.read_bytes()))
            self._references[key] = Reference(source, self._trusted_engine(), chapter, may_fail=True)
        return self._references[key]

    def oracle(self, chapter: str) -> Reference:
        """Return the same functions as Keras itself computes them; it is imported only for results not on disk yet.

        Raises:
            InputError: the chapter has no such functions.
        """
        key = f"{chapter} oracle"
        if key not in self._references:
            path = self.settings.course.oracle(chapter)
            source = _read_course_file(path, say("Keras's own version of {chapter} is missing.", chapter=chapter))
            self._references[key] = Reference(source, self._trusted_engine(), chapter)
        return self._references[key]

    def _given_bodies(self, chapter: str) -> dict[str, str]:
        """Return the bodies of the functions that learners of `chapter` are given with a bug in them."""
        path = self.settings.course.mistakes(chapter)
        raw = path.read_bytes() if path.is_file() else b""
        return read_again(path, raw).given_bodies() if AS_GIVEN.encode() in raw else {}

    def _master(self, chapter: str) -> Source:
        path = self.settings.course.master(chapter)
        return _read_course_file(path, say("The reference solution of {chapter} is missing.", chapter=chapter))

    # ------------------------------------------------------------ what it is graded with

    @functools.cached_property
    def digits(self) -> Digits:
        return load_digits(self.settings.digits)

    def faces(self, chapter: str) -> Faces:
        """Return the faces of the file that was named, else those the chapter's own reference draws."""
        if chapter not in self._faces:
            drawn = self.settings.faces == DRAWN
            self._faces[chapter] = drawn_faces(self.reference(chapter)) if drawn else load_faces(self.settings.faces)
        return self._faces[chapter]

    def floor(self, chapter: str) -> Floor | None:
        """Return the floor calibrated for the chapter's data, if there is one."""
        floors = read_floors(self.settings.course.floors(chapter))
        if not self._asks_for_faces(chapter):
            return floor_for(floors, self.digits)
        faces = self.faces(chapter)
        floor = floor_for(floors, faces)
        # Of somebody's own file nobody knows what the reference reaches, but what guessing reaches can be counted.
        return floor_of_guessing(faces) if floor is None and faces.source != DRAWN else floor

    def _asks_for_faces(self, chapter: str) -> bool:
        return "faces" in self.chapters[chapter].fixtures

    def notes_on_data(self, chapter: str) -> tuple[Message, ...]:
        """Return what the learner should know of the data that was used."""
        broken = describe_broken(self._faces[chapter]) if chapter in self._faces else None
        return (broken,) if broken else ()

    def _engine(self) -> Engine:
        if self._live is not None:
            return self._live.engine
        here = self.settings.in_process or not can_fork()
        engine: Engine = InProcessEngine() if here else SandboxEngine(self._sandbox)
        engine.on_progress = self.on_progress
        self._engines.append(engine)
        return engine

    def _trusted_engine(self) -> Engine:
        """Return an engine for the course's own code, in a sandbox that no learner's code ever ran in."""
        engine: Engine
        engine = SandboxEngine(self._sandbox or self._trusted_sandbox) if can_fork() else InProcessEngine()
        engine.on_progress = self.on_progress
        self._engines.append(engine)
        return engine

    @functools.cached_property
    def _trusted_sandbox(self) -> Sandbox:
        return Sandbox()

    @property
    def level(self) -> Level:
        """How strongly the learner's work is shut in."""
        if self.settings.in_process:
            return Level.NONE
        return self._sandbox.level if self._sandbox else strongest_level()

    @property
    def surroundings(self) -> Surroundings:
        versions = {"python": platform.python_version(), **library_versions()}
        faces = any(map(self._asks_for_faces, self.handed))
        digits = not all(map(self._asks_for_faces, self.handed)) or not faces
        return Surroundings(
            self.level.value,
            self.level.note,
            self.settings.digits if digits else "",
            DEFAULT_SEED,
            versions,
            self.settings.faces if faces else "",
        )

    def close(self) -> None:
        """End all workers and sandboxes."""
        for engine in self._engines:
            engine.close()
        self._engines.clear()
        if "_trusted_sandbox" in self.__dict__:
            self._trusted_sandbox.close()


def _read_course_file(path: Path, problem: Message) -> Source:
    """Return a file of the course's own. `problem`: what to say where there is none."""
    try:
        return read_source(path.name, path.read_bytes())
    except OSError as error:
        raise InputError(
            Feedback(
                problem=problem,
                expected=say("the file {path}", path=str(path)),
                got=say("no such file"),
                next_step=say("Run the grader from the project's folder: `pytest grader`."),
            )
        ) from error
