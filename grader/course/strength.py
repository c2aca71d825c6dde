"""How strong a chapter's checks are: how many of the reference's mutants they notice. Trusted side."""

from __future__ import annotations

import enum
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.course.equivalents import Equivalent, equivalents_file, read_equivalents
from grader.course.errors import CourseError
from grader.course.mutation import Mutant, mutants_of_master, submission_with
from grader.layout import Course
from grader.messages import render
from grader.plugin.grade import Graded, grade
from grader.results import CheckResult, TaskResult, Verdict
from grader.sandbox.process import Sandbox

AIM = 0.95


class Fate(enum.Enum):
    """What became of a mutant. `FAULT`: the grader itself failed over it, which proves nothing."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    FAULT = "fault"


@dataclass(frozen=True)
class Tried:
    """A mutant that was graded. `reason`: the check that noticed it, why it is equivalent, or what failed.

    `by_clock`: it was killed because it took too long, which on a busy machine may be the machine's doing.
    """

    mutant: Mutant
    fate: Fate
    reason: str = ""
    by_clock: bool = False


@dataclass(frozen=True)
class Counted:
    """Mutants that were graded, and the kill rate: those killed, among all that are not equivalent."""

    tried: tuple[Tried, ...]

    def of(self, fate: Fate) -> tuple[Tried, ...]:
        return tuple(one for one in self.tried if one.fate is fate)

    @property
    def kill_rate(self) -> float | None:
        """The share that was killed, 0 to 1; None where there is nothing to kill."""
        telling = len(self.tried) - len(self.of(Fate.EQUIVALENT))
        return len(self.of(Fate.KILLED)) / telling if telling else None


@dataclass(frozen=True)
class FunctionStrength(Counted):
    """The mutants of one function. `made`: how many there are, of which `tried` were graded."""

    function: str
    made: int


@dataclass(frozen=True)
class Stale:
    """An entry of the list of equivalent mutants that is no longer true."""

    entry: Equivalent
    why: str


@dataclass(frozen=True)
class Strength(Counted):
    """The mutants of a chapter. `seed`: what a sample was drawn with; None where all were graded."""

    chapter: str
    functions: tuple[FunctionStrength, ...]
    stale: tuple[Stale, ...]
    seed: int | None = None

    @property
    def is_enough(self) -> bool:
        """Whether the aim is reached, the list of equivalents is true, and the grader did not fail."""
        rate = self.kill_rate
        return rate is not None and rate >= AIM and not self.stale and not self.of(Fate.FAULT)


Progress = Callable[[int, int, Tried], None]


def measure_strength(
    master: Path,
    *,
    sandbox: Sandbox | None = None,
    functions: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    course: Course | None = None,
) -> Strength:
    """Grade each mutant of a chapter's reference, first on its own function, then in the chain.

    Args:
        master: The chapter's master.
        sandbox: A warm one to work in; without one, this makes its own.
        functions: The functions to mutate; all of them when empty.
        limit: At most so many mutants of each function, drawn with `seed`.
        course: Whose checks they are; without it, the grader's.
        progress: Called after each mutant with how many are done, how many there are, and the one just tried.

    Raises:
        CourseError: The master is not well formed or does not pass itself, or there is no such function or check.
    """
    everything = mutants_of_master(master)
    made = _chosen(master, everything, functions)
    listed = {entry.key: entry for entry in read_equivalents(equivalents_file(master))}
    drawn = {function: _draw(mutants, limit, f"{seed} {function}") for function, mutants in made.items()}
    total, tried = sum(map(len, drawn.values())), list[Tried]()
    own = None if sandbox else Sandbox()
    try:
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            trial = _Trial(master, Path(folder), sandbox or own, course)
            trial.prove_master(list(everything), made)
            for mutant in (mutant for mutants in drawn.values() for mutant in mutants):
                tried.append(_weigh(trial.grade(mutant), listed))
                if progress:
                    progress(len(tried), total, tried[-1])
    finally:
        if own:
            own.close()
    strengths = tuple(
        FunctionStrength(tuple(t for t in tried if t.mutant.function == function), function, len(mutants))
        for function, mutants in made.items()
    )
    stale = _stale(listed, made, functions, tried)
    sampled = any(len(strength.tried) < strength.made for strength in strengths)
    return Strength(tuple(tried), master.stem, strengths, stale, seed if sampled else None)


def _chosen(
    master: Path, made: dict[str, tuple[Mutant, ...]], functions: Sequence[str]
) -> dict[str, tuple[Mutant, ...]]:
    unknown = [function for function in functions if function not in made]
    if not made:
        raise CourseError(
            f"{master}: no solution is marked",
            expected="`### BEGIN SOLUTION` and `### END SOLUTION` inside the functions that learners write",
            got="no mark",
            next_step="mark the solutions",
        )
    if unknown:
        raise CourseError(
            f"{master}: there is no function {unknown[0]} with a marked solution",
            expected=f"one of {', '.join(made)}",
            got=", ".join(unknown),
            next_step="correct the name after --function",
        )
    return {function: mutants for function, mutants in made.items() if not functions or function in functions}


def _draw(mutants: Sequence[Mutant], limit: int | None, seed: str) -> list[Mutant]:
    if limit is None or limit >= len(mutants):
        return list(mutants)
    # The same text gives the same sample on every machine and in every run.
    places = random.Random(seed).sample(range(len(mutants)), limit)
    return [mutants[place] for place in sorted(places)]


def _weigh(one: Tried, listed: dict[tuple[str, str], Equivalent]) -> Tried:
    entry = listed.get((one.mutant.function, one.mutant.change))
    if entry is None or one.fate is not Fate.SURVIVED:
        return one
    return Tried(one.mutant, Fate.EQUIVALENT, entry.reason)


def _stale(
    listed: dict[tuple[str, str], Equivalent],
    made: dict[str, tuple[Mutant, ...]],
    functions: Sequence[str],
    tried: Sequence[Tried],
) -> tuple[Stale, ...]:
    there = {(mutant.function, mutant.change) for mutants in made.values() for mutant in mutants}
    killers = {(t.mutant.function, t.mutant.change): t.reason for t in tried if t.fate is Fate.KILLED}
    stale = []
    for key, entry in listed.items():
        if key in killers:
            stale.append(Stale(entry, f"it is killed, by {killers[key]}"))
        elif key not in there and (not functions or entry.function in functions):
            stale.append(Stale(entry, "there is no such mutant any more"))
    return tuple(stale)


class _Trial:
    """Grades submissions of one chapter, in one folder and one sandbox."""

    def __init__(self, master: Path, folder: Path, sandbox: Sandbox | None, course: Course | None) -> None:
        self._master, self._folder, self._sandbox, self._course = master, folder, sandbox, course
        self._picks: dict[str, tuple[str, ...]] = {}
        self._chain: tuple[str, ...] = ()
        self._chain_pick: tuple[str, ...] = ()

    def prove_master(self, functions: Sequence[str], mutated: Iterable[str]) -> None:
        """Grade the master itself, and note how the checks of each of the `mutated` functions are picked.

        Tasks that are named after none of the chapter's `functions` need several of them.
        """
        for function in mutated:
            self._picks[function], names = self._pick(function)
            self._chain = tuple(name for name in names if name not in functions)
        if self._chain:
            self._chain_pick, _ = self._pick(*self._chain)

    def _pick(self, *tasks: str) -> tuple[tuple[str, ...], list[str]]:
        """Return the options that pick the checks of `tasks`, such that the master passes, and all tasks' names.

        Checks that wait for those of other tasks do not pass alone: then all of the chapter are picked.
        """
        for options in (("-k", " or ".join(tasks)), ()):
            graded = self._run(self._master, *options)
            if graded.exit_status == pytest.ExitCode.OK:
                break
        found = [task for chapter in graded.result.chapters for task in chapter.tasks] if graded.result else []
        names = [task.name for task in found]
        missing = [task for task in tasks if task not in names]
        if graded.exit_status != pytest.ExitCode.OK or missing:
            raise CourseError(
                f"{self._master}: mutants tell something only of checks that the master itself passes",
                expected="full points for the master, and checks for each function",
                got=f"no check of {missing[0]}" if names and missing else _first_failure(found) or graded.screen[-500:],
                next_step=f"pytest grader --submission {self._master}",
            )
        return options, names

    def grade(self, mutant: Mutant) -> Tried:
        path = self._folder / f"{self._master.stem}.py"
        path.write_text(submission_with(mutant), encoding="utf-8")
        tried = self._judge(mutant, path, self._picks[mutant.function])
        if tried.fate is Fate.SURVIVED and self._chain:
            tried = self._judge(mutant, path, self._chain_pick)
        return tried

    def _judge(self, mutant: Mutant, path: Path, pick: Sequence[str]) -> Tried:
        graded = self._run(path, *pick, "--exitfirst")
        checks = graded.result.checks if graded.result else ()
        faults = [_words(check) for check in checks if check.verdict is Verdict.GRADER_ERROR]
        if faults or not checks:
            return Tried(mutant, Fate.FAULT, faults[0] if faults else graded.screen.strip()[-500:])
        killer = next((check for check in checks if check.verdict is not Verdict.PASS), None)
        if killer is None:
            return Tried(mutant, Fate.SURVIVED)
        return Tried(mutant, Fate.KILLED, _words(killer), by_clock=killer.verdict is Verdict.TIMEOUT)

    def _run(self, path: Path, *options: str) -> Graded:
        chapter = self._master.stem
        graded = grade(path.resolve(), *options, course=self._course, chapter=chapter, sandbox=self._sandbox)
        if graded.exit_status == pytest.ExitCode.INTERRUPTED:
            # pytest takes Ctrl-C for itself.
            raise KeyboardInterrupt
        return graded


def _first_failure(tasks: Sequence[TaskResult]) -> str:
    failed = (check for task in tasks for check in task.checks if check.verdict is not Verdict.PASS)
    return next(map(_words, failed), "")


def _words(check: CheckResult) -> str:
    """Return a check's name, and what it said where that is more than that the answer is wrong."""
    if check.verdict is Verdict.FAIL:
        return check.name
    said = check.feedback.got or check.feedback.problem if check.feedback else None
    return f"{check.name} ({check.verdict.value}{': ' + render(said, 'en') if said else ''})"


def strength_lines(strength: Strength) -> list[str]:
    """Return what there is to read about a chapter's mutants: a line a function, then what is to be done."""
    lines = [_line(f.function, f, f" of {f.made}" if len(f.tried) < f.made else "") for f in strength.functions]
    if strength.seed is not None:
        lines.append(f"  a sample, drawn with seed {strength.seed}")
    for one in strength.tried:
        if one.by_clock:
            lines.append(f"{one.mutant}: {one.mutant.function} was killed by its time limit alone: {one.reason}")
    for one in strength.of(Fate.SURVIVED):
        lines.append(f"{one.mutant}: {one.mutant.function} survives")
    if strength.of(Fate.SURVIVED):
        master = strength.of(Fate.SURVIVED)[0].mutant.path
        lines.append(
            f"  next step: strengthen grader/checks/test_{strength.chapter}.py, or list the change with the reason in "
            f"{equivalents_file(master)}"
        )
    for one in strength.of(Fate.FAULT):
        lines.append(f"{one.mutant}: the grader failed over {one.mutant.function}: {one.reason}")
    lines += [f"{stale.entry}: {stale.why}; remove this change" for stale in strength.stale]
    return [*lines, _line(strength.chapter, strength, f"; the aim is {AIM:.0%}")]


def _line(name: str, counted: Counted, tail: str) -> str:
    rate = "-" if counted.kill_rate is None else f"{counted.kill_rate:.1%}"
    parts = [f"{len(counted.tried)} mutants"]
    parts += [f"{len(counted.of(fate))} {fate.value}" for fate in Fate if fate is not Fate.FAULT or counted.of(fate)]
    return f"{name}: {', '.join(parts)}: {rate}{tail}"
