"""Who of a class handed in work that is much alike. Trusted side; nothing of a learner's is executed.

It is a question and never a verdict: two learners may have sat together, or read the same book. What counts is only
what few have and neither the exercise, nor the reference, nor a known variant or mistake: most right answers are alike.
How much it tells is counted in bits: what one in 2^n of the class has, and two have in common, tells n bits.
"""

from __future__ import annotations

import functools
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from grader.cohort.similar.fingerprints import Part, Text, Traits, read_traits
from grader.layout import Course

# Whoever has nothing in common with another that fewer than this have is not compared with him: it keeps the time down.
COMMON_COUNT = 8
COMMON_SHARE = 0.1
MOST_COMMON = 60
# A function is alike where this share of what is unusual in the smaller one is in the other.
ALIKE_SHARE = 0.5
# A long run in common tells more than rarity in a small class can say: bits for each fingerprint, and at most.
BITS_FOR_LENGTH = 0.15
MOST_FOR_LENGTH = 6.0
# What a text in common tells, of what its rarity would: many take the same name for the same thing.
TEXT_SHARES = {"comment": 1.0, "string": 0.7, "spacing": 0.5, "name": 0.2}
MOST_FOR_TEXTS = {"comment": 15.0, "string": 8.0, "spacing": 5.0, "name": 3.0}
# In a class of n there are about n^2 / 2 pairs, so chance alone gives one of them 2 log2(n) - 1 bits. People's habits
# show in each of their functions, so that what these tell is not independent: hence the room above it.
ROOM_BITS = 7.0
# How many pairs may be shown by chance, on average; of fewer learners than these, their own pairs tell nothing.
EXPECTED_BY_CHANCE = 0.3
SMALLEST_JUDGED = 20
MOST_SHOWN_TEXTS = 12


class Excerpt(msgspec.Struct, frozen=True):
    """A function as one of the two wrote it. `same`: the lines of `text` that the other has, too, counted from 1."""

    name: str
    file: str
    first_line: int
    text: str
    same: tuple[int, ...]


class Alike(msgspec.Struct, frozen=True):
    """Two functions that are much alike; `bits`: how much that tells."""

    first: Excerpt
    second: Excerpt
    bits: float


class SimilarPair(msgspec.Struct, frozen=True):
    """Two works that are much alike in what is unusual.

    Attributes:
        first, second: whose they are. bits: how much it tells, all in all.
        parts: the functions, those that tell most first. texts: words that hardly anybody else has.
    """

    first: str
    second: str
    bits: float
    parts: tuple[Alike, ...]
    texts: tuple[Text, ...]


def known_traits(course: Course, chapter: str) -> list[Traits]:
    """Return what the course itself gives or knows of a chapter: none of it tells one learner from another."""
    paths = (
        course.exercises / f"{chapter}.py",
        course.exercises / f"{chapter}.ipynb",
        course.master(chapter),
        course.variants(chapter),
        course.mistakes(chapter),
        course.oracle(chapter),
    )
    return [read_traits({path.name: path.read_bytes()}) for path in paths if path.is_file()]


def find_similar(works: Mapping[str, Traits], known: Iterable[Traits] = ()) -> list[SimilarPair]:
    """Return the pairs of a class that are much alike in what is unusual, those that tell most first.

    Args:
        works: Learner -> what the one work that counts can be recognised by.
        known: Of the exercise, the reference and all known answers.
    """
    index = _Index(works, list(known))
    pairs = [index.compare(first, second) for first, second in index.candidates()]
    pairs.sort(key=lambda pair: (-pair.bits, pair.first, pair.second))
    shown_from = max(needed_bits(len(works)), chance_bits(len(works), [pair.bits for pair in pairs]))
    return [pair for pair in pairs if pair.bits >= shown_from]


def needed_bits(count: int) -> float:
    """Return how much has to speak for a pair before it is shown, in a class of `count`."""
    return 2 * math.log2(max(count, 2)) - 1 + ROOM_BITS


def chance_bits(count: int, bits: Sequence[float]) -> float:
    """Return what chance would hardly reach in this class, judged by its own pairs: people's habits are alike.

    The largest values of many pairs that have nothing to do with each other thin out exponentially; how fast, the
    median of the `count` largest tells, on which the few that do have something to do with each other have little hold.

    Args:
        count: How many learners.
        bits: What speaks for each pair, the largest first.
    """
    if count < SMALLEST_JUDGED:
        return 0.0
    largest = [*bits[:count], *[0.0] * (count - len(bits))]
    scale = (statistics.median(largest) - largest[-1]) / math.log(2)
    return largest[-1] + scale * math.log(count / EXPECTED_BY_CHANCE)


class _Index:
    """Who has which fingerprint and which text, without all that is known."""

    def __init__(self, works: Mapping[str, Traits], known: Iterable[Traits]) -> None:
        self._works = works
        self._count = len(works)
        given_prints = {one for traits in known for part in traits.parts for one in part.prints}
        given_texts = {text for traits in known for text in traits.texts}
        self._own: dict[str, list[tuple[Part, frozenset[int]]]] = {}
        self._having: defaultdict[int, set[str]] = defaultdict(set)
        self._saying: defaultdict[Text, set[str]] = defaultdict(set)
        for who, traits in works.items():
            own = [(part, frozenset(part.prints.keys() - given_prints)) for part in traits.parts]
            self._own[who] = [(part, left) for part, left in own if left]
            for one in itertools.chain.from_iterable(left for _, left in own):
                self._having[one].add(who)
            for text in traits.texts - given_texts:
                self._saying[text].add(who)

    def candidates(self) -> list[tuple[str, str]]:
        """Return the pairs that have anything rare in common."""
        below = min(max(COMMON_COUNT, self._count * COMMON_SHARE), MOST_COMMON)
        pairs: defaultdict[tuple[str, str], float] = defaultdict(float)
        rare = itertools.chain(
            ((1.0, people) for people in self._having.values()),
            ((TEXT_SHARES[text.kind], people) for text, people in self._saying.items()),
        )
        for share, people in rare:
            if 2 <= len(people) < below:
                for pair in itertools.combinations(sorted(people), 2):
                    pairs[pair] += share * self._bits(len(people))
        return [pair for pair, bits in pairs.items() if bits >= needed_bits(self._count) / 2]

    def _bits(self, people: int) -> float:
        """Return what it tells that two have in common what `people` of the class have."""
        # Of the two, one is the one compared with; half a person more is what a small class does not know.
        return max(0.0, math.log2(self._count / (people - 0.5)))

    def compare(self, first: str, second: str) -> SimilarPair:
        """Look at two works closely."""
        parts = self._alike_parts(first, second)
        texts = [text for text in self._works[first].texts & self._works[second].texts if text in self._saying]
        bits = sum(part.bits for part in parts) + self._bits_of_texts(texts)
        texts = [text for text in texts if len(self._saying[text]) < COMMON_COUNT]
        texts.sort(key=lambda text: (-TEXT_SHARES[text.kind], -len(text.words), text.words))
        return SimilarPair(first, second, round(bits, 1), tuple(parts), tuple(texts[:MOST_SHOWN_TEXTS]))

    def _bits_of_texts(self, texts: Iterable[Text]) -> float:
        bits: defaultdict[str, float] = defaultdict(float)
        for text in texts:
            bits[text.kind] += TEXT_SHARES[text.kind] * self._bits(len(self._saying[text]))
        return sum(min(total, MOST_FOR_TEXTS[kind]) for kind, total in bits.items())

    def _alike_parts(self, first: str, second: str) -> list[Alike]:
        """Return the functions of the two that fit each other best, each at most once."""
        found = []
        for (one, ones), (other, others) in itertools.product(self._own[first], self._own[second]):
            shared = ones & others
            if shared and len(shared) >= ALIKE_SHARE * min(len(ones), len(others)):
                bits = self._bits_of_prints(shared)
                found.append(Alike(_excerpt(one, shared), _excerpt(other, shared), round(bits, 2)))
        found.sort(key=lambda alike: (-alike.bits, alike.first.name != alike.second.name, alike.first.name))
        taken: set[tuple[int, str]] = set()
        best = []
        for alike in found:
            both = {(1, alike.first.text), (2, alike.second.text)}
            if alike.bits >= 1 and not taken & both:
                taken |= both
                best.append(alike)
        return best

    def _bits_of_prints(self, shared: frozenset[int]) -> float:
        """Return what a function in common tells: how many have all of what the two share."""
        people = len(functools.reduce(set.intersection, (self._having[one] for one in shared)))
        long = min(MOST_FOR_LENGTH, BITS_FOR_LENGTH * len(shared)) / (people - 1)
        return self._bits(people) + long


def _excerpt(part: Part, shared: Iterable[int]) -> Excerpt:
    same = {line for one in shared for line in range(part.prints[one][0], part.prints[one][1] + 1)}
    return Excerpt(part.name, part.file, part.first_line, part.text, tuple(sorted(same)))
