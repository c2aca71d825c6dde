"""The report on the screen shows one thing after the other: later chapters that nobody began take a line each."""

import pytest

from grader.course.new import new_chapter
from grader.layout import find_course
from grader.plugin.grade import grade


@pytest.fixture
def course(tmp_path):
    course = find_course(tmp_path / "own")
    for name, title in (("ch1_mirror", "Mirrors"), ("ch2_turn", "Turning"), ("ch3_flip", "Flipping")):
        new_chapter(course, name, title)
    return course


def write_mirror(course, code):
    path = course.exercises / "ch1_mirror.py"
    stub = '# YOUR CODE HERE\n    raise NotImplementedError("mirror")'
    text = path.read_text(encoding="utf-8")
    assert stub in text
    path.write_text(text.replace(stub, code), encoding="utf-8")


def test_only_the_first_untouched_chapter_is_shown_whole(course, warm_sandbox):
    screen = grade(course.exercises, course=course, sandbox=warm_sandbox).screen
    assert screen.count(" mirror ") == 1
    assert "Chapter 2: Turning  0/10 to do" in screen
    assert "Chapter 3: Flipping  0/10 to do" in screen
    assert "0 of 30 points" in screen


def test_finished_chapters_are_shown_whole(course, warm_sandbox):
    solved = course.master("ch3_flip").read_text(encoding="utf-8")
    (course.exercises / "ch3_flip.py").write_text(solved, encoding="utf-8")
    screen = grade(course.exercises, course=course, sandbox=warm_sandbox).screen
    assert "✓ mirror" in screen
    assert "Chapter 2: Turning  0/10 to do" in screen
    assert "10 of 30 points" in screen


def test_chapters_that_k_leaves_out_are_not_shown(course, warm_sandbox):
    screen = grade(course.solutions, "-k", "ch2_turn", course=course, sandbox=warm_sandbox).screen
    assert "Chapter 2: Turning" in screen
    assert "Chapter 1" not in screen
    assert "10 of 30 points" in screen


def test_what_stopped_at_one_line_is_told_once_below_all_titles(course, warm_sandbox):
    write_mirror(course, "return images[len(images)]")
    screen = grade(course.exercises, course=course, sandbox=warm_sandbox).screen
    assert screen.count("IndexError") == 1
    first, second = (screen.index(f"✗ {title}") for title in ("The shape stays", "What was on the left"))
    assert first < second < screen.index("Problem")


def test_what_differs_is_told_by_each_check(course, warm_sandbox):
    write_mirror(course, "return images[:, ::-1].astype(float)")
    screen = grade(course.exercises, course=course, sandbox=warm_sandbox).screen
    assert screen.count("Problem") > 1


def test_beside_a_begun_chapter_untouched_ones_take_a_line_each(course, warm_sandbox):
    write_mirror(course, "return images")
    screen = grade(course.exercises, course=course, sandbox=warm_sandbox).screen
    assert "✗ mirror" in screen and "○ mirror" not in screen
    assert "Chapter 2: Turning  0/10 to do" in screen
