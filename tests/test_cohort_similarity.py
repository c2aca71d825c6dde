"""Near-identical submissions: copies are found however they are dressed, and right answers that are alike are not."""

import json
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cohort.similar.fingerprints import GRAM, WINDOW, Text, read_traits, winnow
from grader.cohort.similar.similarity import chance_bits, find_similar, known_traits, needed_bits
from grader.layout import Course, find_course

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import similar
from own_words import disguise, in_own_words, take_a_detour

COURSE = find_course()
OWN = '''
def smooth(image, size):
    """Average over a window."""
    padded = np.pad(image, size // 2, mode="edge")
    rows = []
    for top in range(image.shape[0]):
        row = [padded[top : top + size, left : left + size].mean() for left in range(image.shape[1])]
        rows.append(row)
    # the corners came out too dark before I padded
    return np.array(rows, dtype="float32")


def count_each(labels):
    counts = {}
    for label in labels.tolist():
        counts.setdefault(label, []).append(1)
    most = max(counts, key=lambda digit: len(counts[digit]))
    while most not in counts:
        most += 1
    return {digit: sum(ones) for digit, ones in sorted(counts.items())}, most


def cut(images, share):
    middle = int(round(len(images) * share))
    order = np.random.default_rng(7).permutation(len(images))
    if middle < 1 or middle >= len(images):
        raise ValueError(f"nothing left of {len(images)}")
    return images[order[:middle]], images[order[middle:]]
'''
COPIED = '''
def cut(x, part):
    """Split."""
    # shuffle first
    k: int = int(round(len(x) * part))
    perm = np.random.default_rng(7).permutation(len(x))
    print("cutting")
    if k < 1 or k >= len(x):
        raise ValueError("empty")
    return x[perm[:k]], x[perm[k:]]


def smooth(img, w=3):
    p = np.pad(img, w // 2, mode="edge")
    out = []
    for r in range(img.shape[0]):
        out.append([p[r : r + w, c : c + w].mean() for c in range(img.shape[1])])
    result = np.array(out, dtype="float32")
    return result


def count_each(y):
    c = {}
    for d in y.tolist():
        c.setdefault(d, []).append(1)
    m = max(c, key=lambda q: len(c[q]))
    while m not in c:
        m += 1
    return {q: sum(v) for q, v in sorted(c.items())}, m
'''
OTHERS = """
def smooth(image, size):
    return scipy.ndimage.uniform_filter(image.astype("float32"), size, mode="nearest")


def count_each(labels):
    values, counts = np.unique(labels, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist())), int(values[counts.argmax()])


def cut(images, share):
    middle = int(len(images) * share)
    return images[:middle], images[middle:]
"""


def traits_of(text: str, name: str = "ch9.py"):
    return read_traits({name: text.encode()})


def a_class(**works: str):
    """Return a class of twelve, most of whom write alike."""
    return {f"other_{number}": traits_of(OTHERS) for number in range(12)} | {
        name: traits_of(text) for name, text in works.items()
    }


# ---------------------------------------------------------------- fingerprints


@given(
    st.lists(st.sampled_from("abcdefgh"), max_size=30), st.lists(st.sampled_from("abcdefgh"), max_size=30), st.data()
)
@settings(deadline=None)
def test_any_long_enough_run_in_common_is_found(before, after, data):
    """The guarantee of winnowing."""
    run = data.draw(st.lists(st.sampled_from("abcdefgh"), min_size=GRAM + WINDOW - 1, max_size=30))
    one = winnow([(token, 1) for token in [*before, *run]])
    other = winnow([(token, 1) for token in [*run, *after]])
    assert one.keys() & other.keys()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "def f(a, b=1):\n    return a.mean(axis=0) + b * 2 - 1\n",
            "def g(x, y=7):\n    return x.mean(axis=9) + y * 5 - 3\n",
        ),
        (
            "def f(a):\n    'Doc.'\n    # why\n    return g(a[0], h(a))\n",
            "def f(a: int) -> int:\n    return g(a[0], h(a))\n",
        ),
        (
            "def f(a):\n    r = g(a[0], h(a), 3)\n    return r\n",
            "def f(a):\n    print(a)\n    return g(a[0], h(a), 3)\n",
        ),
        (
            "def f(a):\n    return g(a, b=1, c=h(2), d=3)\n",
            "def f(a):\n    assert a\n    x = h(2)\n    return g(a, d=3, c=x, b=1)\n",
        ),
    ],
)
def test_names_constants_comments_and_taste_change_no_fingerprint(one, other):
    (first,), (second,) = traits_of(one).parts, traits_of(other).parts
    assert first.prints.keys() == second.prints.keys()


def test_what_a_function_does_changes_its_fingerprints():
    (first,) = traits_of("def f(a):\n    return a.mean(axis=0) + a * 2 - 1\n").parts
    (second,) = traits_of("def f(a):\n    return a.max(axis=0) - a / 2 + 1\n").parts
    assert not first.prints.keys() & second.prints.keys()


def test_comments_strings_names_and_odd_spacing_are_noticed():
    text = "def f(a):\n    # I do not trust this one\n    my_helper_value = g( a ,  'a text of my own')\n    return a\n"
    assert traits_of(text).texts == {
        Text("comment", "I do not trust this one"),
        Text("string", "a text of my own"),
        Text("name", "my_helper_value"),
        Text("spacing", "my_helper_value = g( a ,  'a text of my own')"),
    }


def test_notebook_gives_what_its_file_gives():
    cells = [{"cell_type": "code", "source": ["%matplotlib inline\n", *OWN.splitlines(keepends=True)]}]
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
    here, there = traits_of(OWN), read_traits({"ch9.ipynb": notebook})
    assert [part.prints.keys() for part in there.parts] == [part.prints.keys() for part in here.parts]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"def f(:\n", b"x = " + b"(" * 5000, b"def f():\n  " + b"-" * 3000 + b"1\n", b"{}",
        "def f(a):\n    return '\ud800'".encode("utf-8", "surrogatepass"), b"'" * 7, b"def f(a):\n\treturn a\n    b\n",
        b"x = [" + b"[0]," * 60_000 + b"]\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ch9.py", "ch9.ipynb"])
def test_hostile_files_have_no_traits_and_do_no_harm(name, raw):
    find_similar({"a": read_traits({name: raw}), "b": read_traits({name: raw})})


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_read(text):
    read_traits({"ch9.py": text.encode("utf-8", "surrogatepass")})


# ---------------------------------------------------------------- pairs


def test_copy_with_other_names_order_and_comments_is_found_and_shown_line_by_line():
    (pair,) = find_similar(a_class(anna=OWN, bert=COPIED), [])
    assert (pair.first, pair.second) == ("anna", "bert")
    assert {(part.first.name, part.second.name) for part in pair.parts} == {
        (n, n) for n in ("smooth", "count_each", "cut")
    }
    for part in pair.parts:
        for side in (part.first, part.second):
            assert 0 < min(side.same) <= max(side.same) <= side.text.count("\n")
            assert side.text.startswith("def ")


def test_same_comments_count_and_are_named():
    comment = "    # the corners came out too dark before I padded\n"
    told = find_similar(a_class(anna=OWN, bert=COPIED.replace("    # shuffle first\n", comment)), [])[0]
    assert told.texts == (Text("comment", "the corners came out too dark before I padded"),)
    assert told.bits > find_similar(a_class(anna=OWN, bert=COPIED), [])[0].bits


def test_answers_that_most_give_are_no_question():
    assert find_similar(a_class(), []) == []


def test_what_the_course_knows_does_not_count():
    assert find_similar(a_class(anna=OWN, bert=COPIED), [traits_of(OWN)]) == []


def test_order_of_the_class_does_not_matter():
    works = a_class(anna=OWN, bert=COPIED)
    assert find_similar(dict(reversed(works.items())), []) == find_similar(works, [])


def test_chapter_brings_exercise_reference_variants_and_mistakes():
    known = known_traits(COURSE, "ch2_first_model")
    names = {part.name for traits in known for part in traits.parts}
    assert {"normalize", "normalize__by_tensorflow"} <= names and any("as_given" in n or "__" in n for n in names)
    assert known_traits(Course(Path("nowhere"), own=True), "ch1") == []


def test_larger_class_asks_for_more():
    assert needed_bits(1000) > needed_bits(50) > needed_bits(2)


def test_habits_of_the_class_raise_what_is_asked_for_and_a_few_copies_do_not():
    habits = sorted(map(random.Random(1).expovariate, [0.2] * 500), reverse=True)
    asked = chance_bits(100, habits)
    assert asked > habits[1]
    assert chance_bits(100, sorted([*habits, 90.0, 80.0, 70.0], reverse=True)) < 70
    assert chance_bits(10, habits) == 0


# ---------------------------------------------------------------- a drawn class


@pytest.mark.parametrize("seed", range(4))
def test_class_that_works_for_itself_is_asked_nothing(seed):
    """Right variants, known mistakes and unfinished work of chapter 2, each written with habits of its own."""
    found = similar.search(similar.draw(60, seed, planted_share=0), similar.known_of_chapter())
    assert found.shown == set()


def test_planted_copies_of_work_with_something_own_are_found_and_no_others():
    drawn = [similar.draw(50, seed, planted_share=0.24) for seed in range(4)]
    found = [similar.search(one, similar.known_of_chapter()) for one in drawn]
    assert [one.wrong for one in found] == [set()] * 4
    telling = [(one.shown, one.drawn.copies & one.drawn.telling) for one in found]
    assert sum(len(copies & shown) for shown, copies in telling) >= 0.7 * sum(len(copies) for _, copies in telling) > 3


def test_ring_of_four_is_found_pair_by_pair():
    generator = random.Random(3)
    functions = {name: in_own_words(text, generator, (take_a_detour,) * 3) for name, text in split(OWN).items()}
    works = {f"ring_{n}": "\n\n".join(disguise(functions, random.Random(n)).values()) for n in range(4)}
    assert len(find_similar(a_class(**works), [])) == 6


def split(text: str) -> dict[str, str]:
    pieces = ["def " + piece for piece in text.split("\ndef ")[1:]]
    return {piece.split("(")[0].removeprefix("def "): piece.strip() for piece in pieces}
