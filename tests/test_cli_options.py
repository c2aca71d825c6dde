"""The command line of `pytest grader`, typed as a learner types it."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from grader.course.release import release
from grader.messages import choose_language
from grader.plugin.grade import grade
from grader.results import Verdict
from grader.sandbox.confine import Level
from grader.sandbox.process import Sandbox

ROOT = Path(__file__).parents[1]
WRONG = """import numpy as np
import matplotlib.pyplot as plt
def normalize(images):
    print("a word of mine")
    return images.reshape(len(images), -1).astype("float32")
def plot_history(history):
    return plt.figure()
"""
SHARED_MNIST = ROOT.parent / "shared" / "data" / "mnist.npz"


@pytest.fixture
def wrong(tmp_path):
    path = tmp_path / "ch2_first_model.py"
    path.write_text(WRONG)
    return path


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "grader", "-p", "no:cacheprovider", *options],
        cwd=ROOT,
        env={**os.environ, "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_untouched_exercises_are_a_to_do_list():
    done = run()
    assert done.returncode == 1
    assert re.search(r"\b0 of \d+00 points", done.stdout)
    assert re.search(r"○ dense +0/16 to do", done.stdout)
    assert "Chapter 2: Your first model  0/100 to do" in done.stdout
    assert "Next: open exercises/ch1_concepts.py" in " ".join(done.stdout.split())
    assert "Error" not in done.stdout + done.stderr


def test_untouched_exercises_import_no_tensorflow_and_start_no_process():
    program = (
        "import sys, pytest, subprocess\n"
        "started = []\n"
        "sys.addaudithook(lambda event, args: event == 'subprocess.Popen' and started.append(args[1]))\n"
        "pytest.main(['grader', '-p', 'no:cacheprovider'])\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print('LOADED', sorted(loaded & {'tensorflow', 'keras', 'matplotlib', 'mlxtend'}))\n"
        "print('STARTED', [c for c in started if 'grader.worker' in ' '.join(map(str, c))])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "LOADED []" in done.stdout
    assert "STARTED []" in done.stdout


def test_every_verdict_of_untouched_exercises_is_to_do_or_waiting(warm_sandbox):
    result = grade(ROOT / "exercises", sandbox=warm_sandbox).result
    assert {check.verdict for check in result.checks} == {Verdict.TODO, Verdict.BLOCKED}
    assert result.earned == 0


def test_k_picks_a_function_and_keeps_the_total(wrong, warm_sandbox):
    result = grade(wrong, "-k", "normalize", sandbox=warm_sandbox).result
    ran = {task.name for task in result.chapters[0].tasks if task.checks}
    assert ran == {"normalize"}
    assert result.points == 100


@pytest.mark.parametrize("task", ["normalize", "plot_history"])
def test_denominators_are_the_same_whatever_k_picks(wrong, warm_sandbox, task):
    whole = grade(wrong, sandbox=warm_sandbox).result
    part = grade(wrong, "-k", task, sandbox=warm_sandbox).result
    assert [(t.name, t.points) for t in part.chapters[0].tasks] == [(t.name, t.points) for t in whole.chapters[0].tasks]


def test_k_that_picks_nothing_is_told_with_the_names_there_are(wrong, warm_sandbox):
    graded = grade(wrong, "-k", "normalise", "--lang", "en", sandbox=warm_sandbox)
    assert (graded.exit_status, graded.result) == (4, None)
    words = " ".join(graded.screen.split())
    assert "Problem: `-k normalise` picks no check." in words
    assert "normalize, build_model" in words and "Next step:" in words


def test_x_stops_at_the_first_wrong_check(wrong, warm_sandbox):
    checks = grade(wrong, "-x", "-k", "normalize", sandbox=warm_sandbox).result.checks
    assert [check.verdict for check in checks].count(Verdict.FAIL) == 1
    assert checks[-1].verdict is Verdict.FAIL


def test_chinese_feedback(wrong, warm_sandbox):
    screen = grade(wrong, "-k", "normalize", "--lang", "zh", sandbox=warm_sandbox).screen
    assert "第二章" in screen or "第 2 章" in screen
    assert not re.search(r"Problem|Expected|Got|Next step|points", screen)


def test_unknown_language_is_refused():
    done = run("--lang", "fr")
    assert done.returncode == 4
    assert "--lang" in done.stderr


@pytest.mark.parametrize(
    "environment, language",
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB"}, "zh"),
    ],
)
def test_language_comes_from_the_environment(environment, language):
    assert choose_language(None, environment) == language
    assert choose_language("en", environment) == "en"


def test_language_of_the_exercises_decides_where_none_was_asked_for(tmp_path, warm_sandbox, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    release(ROOT / "solutions" / "ch2_first_model.py", tmp_path, language="zh")
    assert "得分：0 / 100" in grade(tmp_path, sandbox=warm_sandbox).screen
    assert "0 of 100 points" in grade(tmp_path, "--lang", "en", sandbox=warm_sandbox).screen


def test_junit_shows_the_learners_message_and_nothing_of_the_grader(wrong, warm_sandbox, tmp_path):
    path = tmp_path / "junit.xml"
    grade(wrong, "-k", "normalize", "--lang", "en", f"--junitxml={path}", sandbox=warm_sandbox)
    text = path.read_text()
    failures = ET.fromstring(text).findall(".//failure")
    assert failures and all(
        failure.text.startswith("not right yet\nYou") or "Problem: " in failure.text for failure in failures
    )
    assert not re.search(
        r"expect\(|submission\.|digits\.|Traceback|\.py:\d+: (CheckFailed|AssertionError)|grader/expect", text
    )


def test_junit_names_no_line_of_a_check(warm_sandbox, tmp_path):
    path = tmp_path / "junit.xml"
    grade(ROOT / "exercises", "--lang", "en", f"--junitxml={path}", sandbox=warm_sandbox)
    root = ET.fromstring(path.read_text())
    skipped = root.findall(".//skipped")
    assert skipped and all(re.search("to be written|waits for|still has its bug", s.text) for s in skipped)
    assert not re.search(r"checks/|test_ch2\w*\.py", path.read_text())


def test_level_of_the_report_is_that_of_the_sandbox_used(wrong):
    sandbox = Sandbox(Level.PROCESS)
    try:
        graded = grade(wrong, "-k", "normalize", "--lang", "en", sandbox=sandbox)
    finally:
        sandbox.close()
    assert graded.result.surroundings.sandbox == "process"
    assert "no protection from hostile code" in " ".join(graded.screen.split())


def test_json_report_is_strict_json_and_agrees_with_the_screen(wrong, warm_sandbox, tmp_path):
    path = tmp_path / "report.json"
    graded = grade(wrong, "-k", "normalize", "--lang", "en", f"--report=json:{path}", sandbox=warm_sandbox)

    def refuse(constant):
        raise AssertionError(constant)

    report = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert report["exit_status"] == graded.exit_status == 1
    assert report["points"] == 100 and f"{report['earned']:g} of 100 points" in graded.screen


def test_two_runs_of_normalize_give_the_same_report(wrong, warm_sandbox, tmp_path):
    def report(number):
        path = tmp_path / f"{number}.json"
        grade(wrong, "-k", "normalize", f"--report=json:{path}", sandbox=warm_sandbox)
        return re.sub(r'"seconds": [\d.]+', "", path.read_text(encoding="utf-8"))

    assert report(1) == report(2)


def test_hidden_check_shows_no_values(wrong, warm_sandbox, tmp_path):
    path = tmp_path / "report.json"
    grade(wrong, "-k", "normalize", f"--report=json:{path}", sandbox=warm_sandbox)
    tasks = json.loads(path.read_text())["chapters"][0]["tasks"]
    hidden = [check for task in tasks for check in task["checks"] if check["hidden"]]
    assert hidden and all(
        check["feedback"]["got"] is None and check["feedback"]["expected"] is None for check in hidden
    )
    assert all(not check["feedback"]["output"] for check in hidden)


def test_html_report_is_written_whole(wrong, warm_sandbox, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("an older report")
    outcome = grade(wrong, "-k", "normalize", f"--report=html:{path}", sandbox=warm_sandbox)
    assert path.read_text().rstrip().endswith("</html>")
    assert str(path) in outcome.screen
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ch2_first_model.py", "report.html"]


@pytest.mark.slow
def test_two_runs_give_the_same_marks(tmp_path, warm_sandbox):
    results = []
    for number in range(2):
        path = tmp_path / f"{number}.json"
        grade(ROOT / "solutions", f"--report=json:{path}", sandbox=warm_sandbox)
        chapter = json.loads(path.read_text())["chapters"][0]
        results.append(
            (
                chapter["learner"],
                [(c["name"], c["verdict"], c["measured"]) for t in chapter["tasks"] for c in t["checks"]],
            )
        )
    assert results[0] == results[1]


@pytest.mark.slow
@pytest.mark.skipif(not SHARED_MNIST.is_file(), reason="full MNIST is not on this machine")
def test_reference_gets_full_points_on_full_mnist(warm_sandbox):
    graded = grade(ROOT / "solutions" / "ch2_first_model.py", f"--data={SHARED_MNIST}", sandbox=warm_sandbox)
    assert (graded.exit_status, graded.result.earned) == (0, 100), graded.screen
