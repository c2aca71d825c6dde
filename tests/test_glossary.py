"""The glossary has each term once, and the prose of all chapters uses its words."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from grader.course.master import read_master

SOLUTIONS = Path(__file__).parents[1] / "solutions"
MASTERS = sorted(SOLUTIONS.glob("*.py"))
# A term where it is introduced: emphasised, with the other language's word in brackets behind it.
INTRODUCED = re.compile(r"(?<!\*)\*([^*]+)\*\s?[(（]([^()（）]+)[)）]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def read_terms():
    with (SOLUTIONS / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return [(row["en"], row["zh"]) for row in csv.DictReader(file)]


def introduced(path, language):
    """Return the pairs (English, Chinese) that a chapter's prose introduces."""
    cells = [cell for cell in read_master(path).cells if cell.language == language]
    prose = "\n".join(" ".join(line.removeprefix("#").strip() for line in cell.body) for cell in cells)
    pairs = INTRODUCED.findall(prose)
    return [pair if language == "en" else pair[::-1] for pair in pairs if CHINESE.search("".join(pair))]


def singular(english, known):
    """Return the glossary's form of an English word: one of several, spelled with a z, inside a sentence."""
    word = english.replace("isation", "ization")
    small = word[:1].lower() + word[1:]
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), small, small.removesuffix("s"))
    return next((form for form in forms if form in known), word)


@pytest.mark.parametrize("place", [0, 1], ids=["en", "zh"])
def test_each_term_is_there_once(place):
    counts = Counter(pair[place].lower() for pair in read_terms())
    assert [term for term, count in counts.items() if count > 1] == []


def test_terms_are_sorted_and_complete():
    terms = read_terms()
    assert all(english.strip() and CHINESE.search(chinese) for english, chinese in terms)
    assert [english for english, _ in terms] == sorted((english for english, _ in terms), key=str.lower)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", MASTERS, ids=[path.stem for path in MASTERS])
def test_prose_uses_the_words_of_the_glossary(path, language):
    terms = dict(read_terms())
    found = introduced(path, language)
    assert len(found) >= 3
    assert [(en, zh) for en, zh in found if terms.get(singular(en, terms)) != zh] == []
