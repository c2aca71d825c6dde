"""The command `grader play`, typed as a learner types it, and what it finds on the machine."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.course.catalogue import extract
from grader.layout import Course
from grader.messages import render, say
from grader.play import serving

ROOT = Path(__file__).parents[1]
COURSE = Course(ROOT)


def play(*options, language="en"):
    done = CliRunner().invoke(app, ["play", "--no-browser", "--lang", language, *options], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def test_untouched_exercises_say_what_to_write_and_offer_the_reference():
    status, words = play()
    assert status == 1
    assert "Chapter 2: Your first model, `normalize`" in words and "Open ch2_first_model.py" in words
    assert "grader play --reference" in words and "ch4" not in words


def test_untouched_exercises_in_chinese():
    status, words = play(language="zh")
    assert status == 1 and "函数 `normalize`" in words and "下一步" in words and "Problem" not in words


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--chapter", "ch3_improve"], 1, "one of: ch2_first_model, ch4_cnn"),
        (["--chapter", "ch4_cnn"], 1, "`to_images` is still to be written"),
        (["--submission", "nowhere"], 1, "There is no submission at nowhere"),
        (["--submission", str(COURSE.exercises / "ch7_own_digits.py")], 1, "holds no chapter that makes a model"),
        (["--data", "nowhere.npz"], 1, "There is no data file nowhere.npz"),
        (["--reference", "--submission", "x"], 2, "--reference"),
        (["--port", "70000"], 2, "--port"),
    ],
)
def test_wrong_options_are_explained(options, status, words):
    found, said = play(*options)
    assert found == status and words in said
    assert "Traceback" not in said


def test_every_sentence_of_play_has_a_translation():
    said = [text for text, file in extract(ROOT).items() if file.startswith("grader/play/")]
    assert len(said) > 50
    assert [t for t in said if "{" not in t and render(say(t), "zh") == t] == []


def test_taken_port_leads_to_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with serving.open_port(number) as listener:
            assert listener.getsockname()[0] == "127.0.0.1" and listener.getsockname()[1] not in (0, number)


@pytest.mark.parametrize(
    ("environment", "platform", "has_screen"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "1 2 3 4"}, "linux", False),
        ({"SSH_CONNECTION": "1 2 3 4"}, "darwin", False),
        ({"DISPLAY": ":0", "COLAB_RELEASE_TAG": "x"}, "linux", False),
    ],
)
def test_browser_is_opened_only_where_the_learner_sees_it(environment, platform, has_screen):
    assert serving.has_screen(environment, platform) is has_screen


def test_import_of_the_command_brings_no_tensorflow():
    program = "import sys, grader.cli; print(sorted({'tensorflow', 'keras', 'matplotlib'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.stdout.strip() == "[]" and not re.search("Error", done.stderr)
