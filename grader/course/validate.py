"""Proves that a chapter keeps its promises. Trusted side."""

from __future__ import annotations

from collections.abc import Iterator

from grader.course.answer_proofs import AnswerProofs
from grader.course.answers import functions_of, read_mistakes, read_variants
from grader.course.chapter_proofs import ChapterProofs
from grader.course.trial import Proof, Trial


def validate(trial: Trial, only: str = "") -> Iterator[Proof]:
    """Yield one proof after another, the quick ones first.

    `only`: try no answers but those whose names begin like this, and leave out what needs them all.

    Raises:
        CourseError: a proof cannot be tried.
    """
    chapter = ChapterProofs(trial)
    files = chapter.prove_files()
    yield files
    if files.flaws:
        return
    answers = answer_proofs(trial, only)
    if not only:
        yield chapter.prove_translations()
        yield chapter.prove_hints()
        yield chapter.prove_exercises()
        yield chapter.prove_solution()
        yield chapter.prove_floors()
    yield answers.prove_mistakes()
    if not only:
        yield answers.prove_coverage()
    yield answers.prove_variants()


def answer_proofs(trial: Trial, only: str = "") -> AnswerProofs:
    """Return the proofs by the chapter's known answers, or by those whose names begin with `only`."""
    mistakes = [one for one in read_mistakes(trial.course, trial.chapter) if one.name.startswith(only)]
    variants = [one for one in read_variants(trial.course, trial.chapter) if one.name.startswith(only)]
    functions = functions_of(trial.course.master(trial.chapter))
    return AnswerProofs(trial, functions, mistakes, variants, partial=bool(only))
