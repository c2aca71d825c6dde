"""A class of learners who hand in chapter 2: right, wrong, unfinished and broken work, drawn with a fixed seed.

The shares are a guess at a course's first weeks. Nobody hangs or attacks here: other graders would not survive it.
"""

from __future__ import annotations

import ast
import functools
import random
from pathlib import Path
from typing import NamedTuple

from cost import ROOT
from own_words import QUIET_HABITS, in_own_words

from grader.course.answers import Answer, functions_of, read_mistakes, read_variants
from grader.layout import Course

CHAPTER = "ch2_first_model"
COURSE = Course(ROOT)
# Of 50: what they hand in, and how many of them do.
SHARES = {"right": 16, "one mistake": 13, "several mistakes": 9, "unfinished": 7, "syntax error": 2, "untouched": 3}
OWN_WORDS = 0.4


class Work(NamedTuple):
    """One submission. `functions`: the source of each function as it was handed in; `imports`: beyond the usual."""

    name: str
    kind: str
    functions: dict[str, str]
    imports: str

    def sources(self) -> dict[str, str]:
        """Return the source of each of the chapter's functions; the master's where it was handed in as it is there."""
        master = COURSE.master(CHAPTER).read_text(encoding="utf-8")
        return {name: self.functions.get(name) or source_of(master, name) for name in chapter_functions()}

    def write(self, folder: Path) -> Path:
        """Write it as the chapter's file into a folder of its own."""
        text = master = COURSE.master(CHAPTER).read_text(encoding="utf-8")
        for function, source in self.functions.items():
            text = text.replace(source_of(master, function), source)
        target = folder / self.name / f"{CHAPTER}.py"
        target.parent.mkdir(parents=True)
        target.write_text(self.imports + text, encoding="utf-8")
        return target


def draw_class(count: int, seed: int = 4, own_words: bool = False) -> list[Work]:
    """Return `count` submissions in the shares above, always the same for a seed, in mixed order.

    The first is right and the second has one mistake, so that a small part of the class shows both. `own_words`:
    everybody writes with habits, so that hardly two functions are the same.
    """
    generator = random.Random(seed)
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    generator.shuffle(kinds)
    for place, kind in enumerate(("right", "one mistake")):
        other = kinds.index(kind, place)
        kinds[place], kinds[other] = kinds[other], kinds[place]
    kinds = (kinds * (count // len(kinds) + 1))[:count]
    works = [_draw(f"learner_{number:03}", kind, generator) for number, kind in enumerate(kinds)]
    return _in_their_words(works, seed) if own_words else works


def _in_their_words(class_: list[Work], seed: int) -> list[Work]:
    """Return the same class with each function written by a person of habits: it does what it did."""
    generator = random.Random(seed)
    given = (ROOT / "exercises" / f"{CHAPTER}.py").read_text(encoding="utf-8")
    rewritten = []
    for work in class_:
        habits = tuple(generator.sample(QUIET_HABITS, generator.randint(1, 4)))
        functions = work.sources()
        for name, text in functions.items():
            if text != source_of(given, name) and work.kind != "syntax error":
                functions[name] = in_own_words(text, generator, habits)
        rewritten.append(work._replace(functions=functions))
    return rewritten


@functools.cache
def chapter_functions() -> list[str]:
    """Return the names of the chapter's functions, in their order."""
    return functions_of(COURSE.master(CHAPTER))


@functools.cache
def source_of(text: str, function: str) -> str:
    """Return the source of a function in a file."""
    found = next(s for s in ast.parse(text).body if isinstance(s, ast.FunctionDef) and s.name == function)
    return ast.get_source_segment(text, found) or ""


def _draw(name: str, kind: str, generator: random.Random) -> Work:
    functions = chapter_functions()
    variants, mistakes = _answers()
    wrong = {"one mistake": 1, "several mistakes": generator.randint(2, 4), "unfinished": generator.randint(0, 1)}
    chosen = _some(variants, [f for f in functions if generator.random() < OWN_WORDS], generator)
    if not _agree(chosen):
        # Each is right, but not beside the other: who gives the metric another name must ask for it by that name.
        del chosen["evaluate_model"]
    if kind in wrong:
        chosen |= _some(mistakes, generator.sample(functions, wrong[kind]), generator)
    sources = {function: answer.text for function, answer in chosen.items()}
    if kind == "syntax error":
        broken = generator.choice(functions)
        sources[broken] = _without_a_bracket(broken)
    exercise = (ROOT / "exercises" / f"{CHAPTER}.py").read_text(encoding="utf-8")
    # Who stops early has done the first functions; the rest is as it was given.
    done = {"unfinished": generator.randint(2, 5), "untouched": 0}.get(kind, len(functions))
    sources |= {function: source_of(exercise, function) for function in functions[done:]}
    imports = "".join(sorted({answer.imports for function, answer in chosen.items() if function in functions[:done]}))
    return Work(name, kind, sources, imports)


@functools.cache
def _answers() -> tuple[list[Answer], list[Answer]]:
    """Return the chapter's right variants and its known mistakes."""
    return read_variants(COURSE, CHAPTER), read_mistakes(COURSE, CHAPTER)


def _some(answers: list[Answer], functions: list[str], generator: random.Random) -> dict[str, Answer]:
    """Return one of the answers for each of the functions."""
    return {f: generator.choice([answer for answer in answers if answer.function == f]) for f in functions}


def _agree(chosen: dict[str, Answer]) -> bool:
    """Return whether evaluate_model asks for a metric that compile_model gives."""
    asked = "evaluate_model" in chosen and '["accuracy"]' in chosen["evaluate_model"].text
    return not asked or "compile_model" not in chosen or '"accuracy"' in chosen["compile_model"].text


def _without_a_bracket(function: str) -> str:
    source = source_of(COURSE.master(CHAPTER).read_text(encoding="utf-8"), function)
    head, bracket, tail = source.rpartition(")")
    assert bracket
    return head + tail
