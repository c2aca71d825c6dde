"""How well near-identical submissions are found, and how long a class of 1,000 takes.

python tests/benchmarks/similar.py [COUNT ...] [--hide-variants] [--seeds 3]

Draws a class of chapter 2 in which everybody writes with habits of their own, plants copies (names, comments and the
order of the functions changed; whole works and halves), and says how many of the pairs shown are planted (precision)
and how many of the planted ones are shown (recall). With --hide-variants the grader does not know the variants that
the class is drawn from: then it has to tell by their rarity alone.
"""

from __future__ import annotations

import argparse
import ast
import random
import time
from collections.abc import Callable
from typing import NamedTuple

from classroom import CHAPTER, COURSE, Work, draw_class
from own_words import Change, disguise, draw_habits, in_own_words, take_a_detour

from grader.cohort.similar.fingerprints import Traits, read_traits
from grader.cohort.similar.similarity import find_similar, known_traits

PLANTED_SHARE = 0.1


class Drawn(NamedTuple):
    """A class.

    `works`: learner -> file; `copies`: pairs of whole copies; `halves`: pairs with half of the functions; `telling`:
    those of both whose original takes detours of its own. The others have nothing that many others would not write.
    """

    works: dict[str, bytes]
    copies: set[frozenset[str]]
    halves: set[frozenset[str]]
    telling: set[frozenset[str]]


class Found(NamedTuple):
    """What the search made of a class."""

    drawn: Drawn
    shown: set[frozenset[str]]
    read_s: float
    compare_s: float

    @property
    def wrong(self) -> set[frozenset[str]]:
        """Pairs that are shown and were not planted."""
        return self.shown - self.drawn.copies - self.drawn.halves


def draw(count: int, seed: int = 0, planted_share: float = PLANTED_SHARE) -> Drawn:
    """Return a class of `count`, of whom some copied from others."""
    generator = random.Random(seed)
    class_ = draw_class(count, seed)
    habits = {work.name: draw_habits(generator) for work in class_}
    written = {work.name: _own(work, generator, habits[work.name]) for work in class_}
    text = {work.name: work.imports for work in class_}
    able = [work.name for work in class_ if work.kind in ("right", "one mistake", "several mistakes")]
    planted = max(1, round(planted_share * count / 2)) if planted_share else 0
    # Every other original has something of its own.
    own = [name for name in able if take_a_detour in habits[name]]
    originals = generator.sample(own, min(len(own), (planted + 1) // 2))
    chosen = generator.sample([name for name in able if name not in originals], 2 * planted - len(originals))
    originals += chosen[: planted - len(originals)]
    copiers = [name for name in chosen if name not in originals]
    copies, halves, telling = set(), set(), set()
    for number, (original, copier) in enumerate(zip(originals, copiers, strict=False)):
        share = 0.5 if number % 3 == 2 else 1.0
        written[copier] |= disguise(written[original], generator, share)
        text[copier] += text[original]
        (halves if share < 1 else copies).add(frozenset((original, copier)))
        if take_a_detour in habits[original]:
            telling.add(frozenset((original, copier)))
    works = {}
    for name, functions in written.items():
        order = list(functions)
        if any(name in pair for pair in copies | halves):
            generator.shuffle(order)
        works[name] = (text[name] + "\n\n" + "\n\n\n".join(functions[function] for function in order)).encode()
    return Drawn(works, copies, halves, telling)


def _own(work: Work, generator: random.Random, habits: tuple[Change, ...]) -> dict[str, str]:
    untouched = work.kind == "untouched"
    return {name: text if untouched else _if_valid(text, generator, habits) for name, text in work.sources().items()}


def _if_valid(text: str, generator: random.Random, habits: tuple[Change, ...]) -> str:
    try:
        ast.parse(text)
    except SyntaxError:
        return text
    return in_own_words(text, generator, habits)


def search(drawn: Drawn, known: list[Traits]) -> Found:
    """Look for similar works in a class."""
    started = time.perf_counter()
    traits = {name: read_traits({f"{CHAPTER}.py": raw}) for name, raw in drawn.works.items()}
    read = time.perf_counter()
    shown = {frozenset((pair.first, pair.second)) for pair in find_similar(traits, known)}
    done = time.perf_counter()
    return Found(drawn, shown, read - started, done - read)


def known_of_chapter(hide_variants: bool = False) -> list[Traits]:
    """Return what the course knows; without the variants and mistakes, only the exercise and the reference."""
    if not hide_variants:
        return known_traits(COURSE, CHAPTER)
    paths = (COURSE.exercises / f"{CHAPTER}.py", COURSE.master(CHAPTER))
    return [read_traits({path.name: path.read_bytes()}) for path in paths]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[5, 10, 50, 200, 1000])
    parser.add_argument("--hide-variants", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    known = known_of_chapter(arguments.hide_variants)
    for count in arguments.counts:
        found = [search(draw(count, seed), known) for seed in range(arguments.seeds)]
        right = sum(len(one.shown) - len(one.wrong) for one in found)
        wrong = sum(len(one.wrong) for one in found)
        shares = " ".join(
            f"{name} {share}"
            for name, share in (
                ("whole", _share(found, lambda drawn: drawn.copies & drawn.telling)),
                ("half", _share(found, lambda drawn: drawn.halves & drawn.telling)),
                ("whole, nothing own", _share(found, lambda drawn: drawn.copies - drawn.telling)),
                ("half, nothing own", _share(found, lambda drawn: drawn.halves - drawn.telling)),
            )
        )
        times = (
            f"reading {max(one.read_s for one in found):.1f} s, comparing {max(one.compare_s for one in found):.1f} s"
        )
        precision = right / (right + wrong) if right + wrong else 1.0
        print(f"{count:5} learners: precision {precision:.3f} ({wrong} wrong); found: {shares}; {times}", flush=True)


def _share(found: list[Found], chosen: Callable[[Drawn], set[frozenset[str]]]) -> str:
    planted = [(one, pairs) for one in found for pairs in [chosen(one.drawn)]]
    return f"{sum(len(pairs & one.shown) for one, pairs in planted)}/{sum(len(pairs) for _, pairs in planted)}"


if __name__ == "__main__":
    main()
