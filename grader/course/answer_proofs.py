"""What a chapter's known answers promise: wrong ones fail by name, right ones pass, no check is idle. Trusted side."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from grader.course.answers import Answer
from grader.course.errors import CourseError
from grader.course.trial import NOT_BEGUN, Proof, Trial, in_words, verdicts_of
from grader.results import CheckResult, TaskResult, Verdict
from grader.submission.source import AS_GIVEN

MIN_VARIANTS = 2
MAX_SENTENCE = 260


class AnswerProofs:
    """The proofs by known answers. `functions`: those of the chapter; `partial`: not all answers are here."""

    def __init__(
        self,
        trial: Trial,
        functions: Sequence[str],
        mistakes: Sequence[Answer],
        variants: Sequence[Answer],
        partial: bool = False,
    ) -> None:
        self.trial, self.course, self.chapter = trial, trial.course, trial.chapter
        self.functions, self.mistakes, self.variants, self.partial = functions, mistakes, variants, partial

    def prove_mistakes(self) -> Proof:
        """Every known mistake fails, by its own name and with its own sentence, and is never taken for another."""
        flaws = [flaw for mistake in self.mistakes for flaw in self.prove_mistake(mistake)]
        missing = [name for name in self.functions if name not in {mistake.function for mistake in self.mistakes}]
        if not self.partial:
            flaws += [
                CourseError(
                    f"{self.course.mistakes(self.chapter)}: `{name}` has no known mistake",
                    expected=f"at least one function `{name}__...`",
                    got="none",
                    next_step="write down the wrong answer that beginners give most often",
                )
                for name in missing
            ]
        return Proof("mistakes", f"{len(self.mistakes)}, each fails and is named", flaws)

    def prove_mistake(self, mistake: Answer) -> list[CourseError]:
        """Return what is wrong with one mistake."""
        place = f"{mistake.path}:{mistake.line}: {mistake.name}"
        again = f"grader validate {self.chapter} --only {mistake.name}"
        if not mistake.sentence.endswith(".") or len(mistake.sentence) > MAX_SENTENCE:
            return [
                CourseError(
                    f"{place} says too much or too little",
                    expected=f"whole sentences, at most {MAX_SENTENCE} characters",
                    got=f"{len(mistake.sentence)} characters: {mistake.sentence[-60:]!r}",
                    next_step=f"change its docstring, then: {again}",
                )
            ]
        task = self.trial.task_of(mistake)
        failed = [check for check in task.checks if check.verdict is not Verdict.PASS]
        if mistake.name.endswith(AS_GIVEN):
            return self._prove_given(mistake, task, place, again)
        if any(check.verdict is Verdict.GRADER_ERROR for check in failed):
            problem, got = "makes the grader fail", verdicts_of(failed)
        elif not failed:
            problem, got = "passes all checks", "pass"
        else:
            names = {check.feedback.mistake_name for check in failed if check.feedback}
            if mistake.name not in names:
                problem, got = "fails, but is not named", verdicts_of(failed)
            elif names - {mistake.name, None}:
                problem, got = "is taken for another", ", ".join(sorted(n for n in names if n and n != mistake.name))
            else:
                return []
        return [
            CourseError(
                f"{place} {problem}",
                expected="at least one check that fails and names it, and none that names another",
                got=got,
                next_step=f"change the checks, or the order of the mistakes, then: {again}",
            )
        ]

    def _prove_given(self, mistake: Answer, task: TaskResult, place: str, again: str) -> list[CourseError]:
        """The bug that a learner is given is still to do, as long as nothing is changed."""
        if all(check.verdict is Verdict.TODO for check in task.checks):
            return []
        return [
            CourseError(
                f"{place} is given to the learner, but not seen as to do",
                expected="todo",
                got=verdicts_of(task.checks),
                next_step=f"compare it with the exercise, then: {again}",
            )
        ]

    def prove_coverage(self) -> Proof:
        """Every check is failed by at least one mistake."""
        checks: dict[str, bool] = {}
        for mistake in self.mistakes:
            for check in self.trial.task_of(mistake).checks:
                checks[check.name] = checks.get(check.name, False) or check.verdict not in (Verdict.PASS, *NOT_BEGUN)
        for task in self._joint_tasks():
            checks |= self._cover_jointly(task)
        flaws = [
            CourseError(
                f"{self.trial.place_of_check(name)}: no known mistake fails this check",
                expected="a wrong answer that this check is there to find",
                got="all of them pass it",
                next_step=f"add one to {self.course.mistakes(self.chapter)}, or remove the check",
            )
            for name, failed in checks.items()
            if not failed
        ]
        return Proof("checks", f"{len(checks)}, each failed by a mistake", flaws)

    def _joint_tasks(self) -> list[TaskResult]:
        """Return the tasks that ask for several functions at once."""
        result = self.trial.grade(self.course.master(self.chapter), "the solution").result
        tasks = [task for chapter in result.chapters for task in chapter.tasks] if result else []
        return [task for task in tasks if task.name not in self.functions]

    def _cover_jointly(self, task: TaskResult) -> dict[str, bool]:
        """Try one mistake of each function after another, until all checks of a joint task have failed."""
        failed = dict.fromkeys((check.name for check in task.checks), False)
        for mistake in _by_turns(self.mistakes, self.functions):
            if all(failed.values()):
                break
            for check in self.trial.task_of(mistake, task.name).checks:
                failed[check.name] |= check.verdict not in (Verdict.PASS, *NOT_BEGUN)
        return failed

    def prove_variants(self) -> Proof:
        """Every variant gets full points, alone, and the first and the last of each function together."""
        flaws = [flaw for variant in self.variants for flaw in self.prove_variant(variant)]
        if not self.partial:
            flaws += self._enough_variants()
            for chosen in (self.variants, self.variants[::-1]):
                flaws += self.prove_together(chosen)
        return Proof("variants", f"{len(self.variants)}, each gets full points", flaws)

    def prove_variant(self, variant: Answer) -> list[CourseError]:
        """Return what is wrong with one variant."""
        task = self.trial.task_of(variant)
        return [self._lost(variant, check) for check in task.checks if check.verdict is not Verdict.PASS]

    def prove_together(self, variants: Sequence[Answer]) -> list[CourseError]:
        """Return what is wrong with a submission of the first variant of each function."""
        chosen: dict[str, Answer] = {}
        for variant in variants:
            chosen.setdefault(variant.function, variant)
        if not chosen:
            return []
        first, *others = chosen.values()
        with tempfile.TemporaryDirectory() as folder:
            path = first.write(self.course, Path(folder), *others)
            name = " + ".join(variant.name for variant in chosen.values())
            result = self.trial.grade(path, name).result
        checks = result.checks if result else ()
        return [self._lost(first, check) for check in checks if check.verdict is not Verdict.PASS]

    def _enough_variants(self) -> list[CourseError]:
        counts = {name: sum(variant.function == name for variant in self.variants) for name in self.functions}
        return [
            CourseError(
                f"{self.course.variants(self.chapter)}: `{name}` has {count} other right answers",
                expected=f"at least {MIN_VARIANTS}, written differently",
                got=str(count),
                next_step=f"add `{name}__...` there",
            )
            for name, count in counts.items()
            if count < MIN_VARIANTS
        ]

    def _lost(self, variant: Answer, check: CheckResult) -> CourseError:
        return CourseError(
            f"{variant.path}:{variant.line}: {variant.name} loses points",
            expected=f"pass in {self.trial.place_of_check(check.name)}",
            got=in_words(check),
            next_step=f"loosen the check, then: grader validate {self.chapter} --only {variant.name}",
        )


def _by_turns(mistakes: Sequence[Answer], functions: Sequence[str]) -> list[Answer]:
    """Return the first mistake of each function, then the second of each, and so on."""
    queues = [[mistake for mistake in mistakes if mistake.function == name] for name in functions]
    longest = max(map(len, queues), default=0)
    return [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]
