"""What a chapter's files promise: they are there, current, translated, calibrated, and solvable. Trusted side."""

from __future__ import annotations

import tempfile
from pathlib import Path

from grader.course.answers import functions_of, read_mistakes, read_variants
from grader.course.catalogue import find_flaws, po_file
from grader.course.errors import CourseError, MasterError
from grader.course.exercise import build_exercise
from grader.course.hints import NUMBER, hints_told, read_hints, write_hints
from grader.course.marks import find_blocks
from grader.course.master import read_master
from grader.course.release import is_current
from grader.course.trial import NOT_BEGUN, Proof, Trial, functions_in, in_words, verdicts_of
from grader.expect.accuracy import read_floors
from grader.messages import LANGUAGES
from grader.results import Verdict
from grader.submission.reference import library_versions

# What a trained model's accuracy depends on; other libraries may change without a new floor.
TRAINING_LIBRARIES = ("tensorflow", "keras", "numpy")


class ChapterProofs:
    """The proofs that need no known answers."""

    def __init__(self, trial: Trial) -> None:
        self.trial, self.course, self.chapter = trial, trial.course, trial.chapter

    def prove_files(self) -> Proof:
        """Every file of the chapter is there, and can be read."""
        course, chapter = self.course, self.chapter
        paths = {
            course.master(chapter): f"grader new {chapter}",
            course.checks_of(chapter): f"write the checks, as `grader new {chapter}` does in another folder",
            course.mistakes(chapter): "write the known wrong answers there, one function each",
            course.variants(chapter): "write the other right answers there, one function each",
            course.exercises / f"{chapter}.py": f"grader release {chapter}",
            course.exercises / f"{chapter}.ipynb": f"grader release {chapter}",
        }
        flaws = [
            CourseError(f"{path}: the file is missing", expected="a file", got="none", next_step=step)
            for path, step in paths.items()
            if not path.is_file()
        ]
        if not flaws:
            try:
                functions_of(course.master(chapter))
                read_hints(read_master(course.master(chapter)))
                read_mistakes(course, chapter)
                read_variants(course, chapter)
                functions_in(course.checks_of(chapter))
            except CourseError as error:
                flaws.append(error)
        return Proof("files", f"{len(paths) - len(flaws)} of {len(paths)}", flaws)

    def prove_translations(self) -> Proof:
        """Every sentence has a translation with the same placeholders."""
        flaws = []
        for language in LANGUAGES[1:]:
            found = find_flaws(self.course.root, language)
            path = po_file(language, self.course.root)
            for kind, texts in (
                ("is not translated", found.missing),
                ("is not said any more", found.stale),
                ("has other placeholders in its translation", found.placeholders),
            ):
                flaws += [
                    CourseError(
                        f"{_place_of(path, text)}: a sentence {kind}",
                        expected=f"a translation into {language} of exactly what is said",
                        got=text,
                        next_step=f"grader translate; then fill in {path} and run it again",
                    )
                    for text in texts
                ]
        return Proof("translations", ", ".join(LANGUAGES), flaws)

    def prove_hints(self) -> Proof:
        """Every function has its hints in each language, and none of them holds a line of the solution."""
        path = self.course.master(self.chapter)
        master = read_master(path)
        told = read_hints(master)
        flaws: list[CourseError] = []
        for cell in master.cells:
            for block in find_blocks(path, cell):
                answer = cell.body[block.begin + 1 : block.end]
                for language in LANGUAGES:
                    hints = told[language].get(block.function)
                    if hints is None:
                        flaws.append(_no_hints(path, cell.first_line, block.function, language))
                    elif line := hints_told(hints, answer):
                        flaws.append(_told(path, cell.first_line, block.function, line))
        found = f"{NUMBER} for each of {len(told[LANGUAGES[0]])} functions, in {', '.join(LANGUAGES)}"
        return Proof("hints", found, flaws)

    # ------------------------------------------------------------ exercises and solution

    def prove_exercises(self) -> Proof:
        """The exercises are what the master gives, and each, in every language, earns nothing and is only to do."""
        flaws = [
            CourseError(
                f"{path}: the exercise is not current",
                expected=f"what {self.course.master(self.chapter)} gives",
                got="another file",
                next_step=f"grader release {self.chapter}",
            )
            for path in is_current(self.course.master(self.chapter), self.course.exercises)
        ]
        master = read_master(self.course.master(self.chapter))
        for language in LANGUAGES:
            exercise = build_exercise(master, language)
            for suffix, text in ((".py", exercise.script), (".ipynb", exercise.notebook)):
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder, f"{self.chapter}{suffix}")
                    path.write_text(text, encoding="utf-8")
                    flaws += self._untouched(path, language)
        return Proof("exercises", f"0 points, only to do, in {', '.join(LANGUAGES)}, .py and .ipynb", flaws)

    def _untouched(self, path: Path, language: str) -> list[CourseError]:
        graded = self.trial.grade(path, f"the exercise in {language}")
        begun = [check for check in graded.result.checks if check.verdict not in NOT_BEGUN] if graded.result else []
        if graded.result and not begun and graded.result.earned == 0:
            return []
        return [
            CourseError(
                f"{self.trial.place_of_check(begun[0].name) if begun else self.course.checks_of(self.chapter)}: "
                f"the untouched exercise {path.name} ({language}) is not only to do",
                expected="todo, or waiting for functions that are to do",
                got=verdicts_of(begun) or graded.screen[-500:],
                next_step="put the solution marks around all that the learner has to write",
            )
        ]

    def prove_solution(self) -> Proof:
        """The reference gets all points."""
        graded = self.trial.grade(self.course.master(self.chapter), "the solution")
        if graded.result is None:
            flaw = CourseError(
                f"{self.course.checks_of(self.chapter)}: the checks cannot be run",
                expected="a result",
                got=graded.screen.strip()[-800:],
                next_step=f"pytest grader --submission {self.course.master(self.chapter)}",
            )
            return Proof("solution", "no result", [flaw])
        points = f"{graded.result.earned:g} of {graded.result.points:g} points"
        flaws = [
            CourseError(
                f"{self.trial.place_of_check(check.name)}: the reference does not pass this check",
                expected="pass",
                got=in_words(check),
                next_step=f"pytest grader --submission {self.course.master(self.chapter)}",
            )
            for check in graded.result.checks
            if check.verdict is not Verdict.PASS
        ]
        return Proof("solution", f"{points}, {len(graded.result.checks)} checks", flaws)

    def prove_floors(self) -> Proof:
        """A chapter that asks for an accuracy has it calibrated, for the sample, with these versions."""
        path = self.course.checks_of(self.chapter)
        needs = [function for function in functions_in(path) if "floor" in {a.arg for a in function.args.args}]
        if not needs:
            return Proof("floors", "none needed", [])
        floors = read_floors(self.course.floors(self.chapter))
        here = {name: library_versions()[name] for name in TRAINING_LIBRARIES}
        flaws = []
        if not floors:
            flaws.append(
                CourseError(
                    f"{path}:{needs[0].lineno}: this check needs a floor, and none is calibrated",
                    expected=str(self.course.floors(self.chapter)),
                    got="no such file, or an empty one",
                    next_step=f"grader calibrate {self.chapter}",
                )
            )
        for floor in floors.values():
            stored = {name: floor.versions.get(name) for name in TRAINING_LIBRARIES}
            if stored != here:
                data = "" if floor.source == "sample" else f" --data {floor.source}"
                flaws.append(
                    CourseError(
                        f"{self.course.floors(self.chapter)}: the floor for {floor.source} was calibrated with other "
                        "versions",
                        expected=_versions(here),
                        got=_versions(stored),
                        next_step=f"grader calibrate {self.chapter}{data}",
                    )
                )
        listed = ", ".join(f"{floor.source} {floor.floor:.3f}" for floor in floors.values())
        return Proof("floors", listed, flaws)


def _no_hints(path: Path, line: int, function: str, language: str) -> MasterError:
    return MasterError(
        path,
        line,
        f"`{function}` has no hints in language {language}",
        expected=write_hints(function, language),
        got="no such cell below the function's",
        next_step="write it: first a nudge, then the tool, then nearly the answer",
    )


def _told(path: Path, line: int, function: str, code: str) -> MasterError:
    return MasterError(
        path,
        line,
        f"a hint for `{function}` holds a line of its solution",
        expected="nearly the answer, so that the learner still writes the line",
        got=code,
        next_step="say in words what the line does",
    )


def _place_of(path: Path, text: str) -> str:
    """Return file and line of a sentence in a catalogue; of the file alone where it is not there yet."""
    if not path.is_file():
        return str(path)
    first = text.splitlines()[0].replace('"', '\\"')
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((f"{path}:{number}" for number, line in enumerate(lines, start=1) if first in line), str(path))


def _versions(versions: dict[str, str | None] | dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
