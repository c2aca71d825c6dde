"""The page of `grader play` in a browser: drawing by mouse, finger and keyboard, what is shown, and who can read it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.messages import LANGUAGES, say
from grader.play.page import About
from grader.play.player import Reading, Trouble
from grader.play.prepare import prepare_drawing
from grader.results import Feedback, Place

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.xdist_group("browser")
ABOUT = About(say("Chapter 2: Your first model"), False, 0.934, 500, "namespaces")
# Corners of strokes (x, y) as a person draws them, of a sheet of 280 x 280.
STROKES = {
    0: [[(140, 40), (90, 80), (80, 150), (110, 225), (160, 235), (200, 170), (195, 90), (140, 40)]],
    1: [[(145, 40), (142, 120), (138, 240)]],
    3: [[(85, 65), (140, 40), (185, 75), (160, 115), (120, 130), (175, 150), (190, 200), (140, 235), (80, 215)]],
    7: [[(75, 55), (140, 50), (205, 52), (175, 120), (140, 240)]],
}


class FakePredictor:
    """Takes a drawing for a 1 while it is narrow, else for a 7; notes what it saw."""

    def __init__(self) -> None:
        self.drawings: list[np.ndarray] = []
        self.feedback: Feedback | None = None

    def answer(self, drawing):
        self.drawings.append(drawing)
        if self.feedback is not None:
            raise Trouble(self.feedback)
        columns = np.flatnonzero(drawing.any(axis=0))
        probabilities = np.full(10, 0.01)
        probabilities[1 if np.ptp(columns) < 60 else 7] = 0.91
        return Reading(prepare_drawing(drawing), probabilities, False)


@pytest.fixture(scope="module")
def served(open_site):
    predictor = FakePredictor()
    return predictor, open_site(predictor, ABOUT)


@pytest.fixture
def predictor(served):
    served[0].__init__()
    return served[0]


def is_fault(told):
    """Return whether a line of the console is an error, such as one of the page's policy; refusals are tested here."""
    return told.type == "error" and "Failed to load resource" not in told.text


@pytest.fixture
def open_page(browser, served):
    """Return a function that opens the page; what it complains about fails the test."""
    contexts, faults = [], []

    def open_one(language="en", width=1000, url=None, **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if "127.0.0.1" not in request.url else None)
        page.on("console", lambda told: faults.append(told.text) if is_fault(told) else None)
        page.goto(url or f"{served[1].url}?lang={language}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not fault.startswith("data:")] == []


def draw(page, digit):
    """Draw a digit with the mouse."""
    box = page.locator("#sheet").bounding_box()
    scale = box["width"] / 280
    for (x, y), *others in STROKES[digit]:
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        page.mouse.down()
        for x, y in others:
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=6)
        page.mouse.up()


def wait_until(page, condition, seconds=30):
    """Wait until the script's `condition` holds. Playwright's own way needs `eval`, which the page's policy refuses."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(20)


def wait_for_digit(page, digit):
    wait_until(page, f"find('digit').textContent === '{digit}' && !asking && !timer")


def shares(page):
    return [row.inner_text() for row in page.locator("#bars .share").all()]


def ink_on(page):
    """Return how many points of the sheet on the screen have ink."""
    script = (
        "sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height).data.filter((v, i) => i % 4 === 3 && v)"
    )
    return page.evaluate(f"{script}.length")


# ---------------------------------------------------------------- drawing


def test_drawing_is_answered_while_and_after_it_is_drawn(open_page, predictor):
    page = open_page()
    assert page.locator("#digit").inner_text() == "?" and shares(page) == ["–"] * 10
    box = page.locator("#sheet").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    wait_for_digit(page, 1)
    # The pen is still down.
    assert page.locator("#spoken").inner_text() == ""
    page.mouse.move(box["x"] + 300, box["y"] + 70, steps=8)
    wait_for_digit(page, 7)
    page.mouse.up()
    wait_until(page, "find('spoken').textContent.includes('7')")
    assert page.locator("#sees").inner_text() == "Your model sees a 7."
    assert page.locator("#spoken").inner_text() == "Your model sees a 7. 91% sure"
    assert shares(page) == ["1%"] * 7 + ["91%"] + ["1%"] * 2
    widths = page.evaluate("[...document.querySelectorAll('.bar')].map((bar) => bar.style.width)")
    assert widths[7] == "91%" and widths[0] == "1%"


def test_sent_is_what_was_drawn_and_shown_is_what_the_network_saw(open_page, predictor):
    page = open_page()
    draw(page, 7)
    wait_for_digit(page, 7)
    sent = predictor.drawings[-1]
    rows, columns = np.nonzero(sent)
    # The pen is 22 points wide.
    assert sent.max() == 255
    assert [rows.min(), rows.max(), columns.min(), columns.max()] == pytest.approx([40, 250, 65, 215], abs=4)
    script = "[...find('picture').getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
    seen = np.array(page.evaluate(script), np.uint8).reshape(28, 28)
    assert np.array_equal(seen, prepare_drawing(sent))


def test_requests_wait_for_each_other(open_page, predictor):
    page = open_page()
    started = time.monotonic()
    draw(page, 3)
    wait_for_digit(page, 7)
    assert len(predictor.drawings) <= 3 + (time.monotonic() - started) / 0.15


def test_undo_and_clear_by_button_and_by_key(open_page, predictor):
    page = open_page()
    draw(page, 1)
    wait_for_digit(page, 1)
    alone = ink_on(page)
    for undo in (lambda: page.get_by_role("button", name="Undo").click(), lambda: page.keyboard.press("Control+z")):
        draw(page, 7)
        wait_for_digit(page, 7)
        undo()
        wait_for_digit(page, 1)
        assert ink_on(page) == alone
    for clear in (lambda: page.get_by_role("button", name="Clear").click(), lambda: page.keyboard.press("Escape")):
        draw(page, 1)
        wait_for_digit(page, 1)
        clear()
        wait_for_digit(page, "?")
        assert ink_on(page) == 0 and shares(page) == ["–"] * 10
        assert page.locator("#spoken").inner_text() == "The sheet is empty."
    assert page.get_by_role("button", name="Undo").get_attribute("aria-disabled") == "true"


def test_finger_draws_and_does_not_scroll(open_page, predictor):
    page = open_page(width=360, has_touch=True, is_mobile=True)
    box = page.locator("#sheet").bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, *point):
        points = [{"x": box["x"] + point[0], "y": box["y"] + point[1]}] if point else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 60, 60)
    for step in range(20):
        touch("touchMove", 60 + 8 * step, 60 + 8 * step)
    touch("touchEnd")
    wait_for_digit(page, 7)
    assert page.evaluate("scrollY") == 0
    rows, columns = np.nonzero(predictor.drawings[-1])
    assert np.ptp(rows) > 100 and np.ptp(columns) > 100


def test_keyboard_draws(open_page, predictor):
    page = open_page()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "sheet"
    page.keyboard.press("Shift+ArrowUp")
    assert predictor.drawings == []
    page.keyboard.press("Space")
    assert page.locator("#spoken").inner_text() == "The pen is down."
    for _ in range(5):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    wait_for_digit(page, 1)
    rows, columns = np.nonzero(predictor.drawings[-1])
    assert [rows.min(), rows.max()] == pytest.approx([140 - 21 - 11, 140 + 4 * 21 + 11], abs=3)
    assert columns.mean() == pytest.approx(140, abs=2)
    names = []
    for _ in range(2):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent"))
    assert names == ["Undo", "Clear"]
    page.keyboard.press("Enter")
    wait_for_digit(page, "?")


# ---------------------------------------------------------------- trouble


def test_trouble_is_told_and_the_next_answer_takes_its_place(open_page, predictor):
    page = open_page()
    predictor.feedback = Feedback(
        problem=say("{function} did not finish in time.", function="normalize"),
        next_step=say("Look for a loop that never ends, or for far more work than was asked for."),
        places=(Place("ch2_first_model.py", 12, "normalize", "<b>while True:</b>"),),
    )
    draw(page, 1)
    page.locator("#trouble").wait_for(state="visible")
    told = page.get_by_role("alert").inner_text()
    assert "Problem normalize did not finish in time." in told and "ch2_first_model.py, line 12" in told
    predictor.feedback = None
    draw(page, 1)
    wait_for_digit(page, 1)
    assert page.locator("#trouble").is_hidden()


def test_ended_server_is_told(open_page, predictor):
    page = open_page()
    page.route("**/answer*", lambda route: route.abort())
    draw(page, 1)
    page.locator("#trouble").wait_for(state="visible")
    assert "`grader play` has been ended" in page.get_by_role("alert").inner_text()


# ---------------------------------------------------------------- for everybody


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_has_no_barriers(open_page, predictor, language, theme):
    page = open_page(language, color_scheme=theme)
    for drawn in (False, True):
        if drawn:
            draw(page, 7)
            wait_for_digit(page, 7)
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_page_fits_its_window(open_page, predictor, language, width):
    page = open_page(language, width=width)
    draw(page, 7)
    wait_for_digit(page, 7)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [page.locator(name).bounding_box() for name in ("#sheet", "#undo", "#clear", "#digit", "#picture")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert all(min(box["width"], box["height"]) >= 44 for box in boxes)


def test_languages_lead_to_each_other(open_page, predictor):
    page = open_page()
    page.get_by_role("link", name="中文").click()
    draw(page, 1)
    wait_for_digit(page, 1)
    assert page.locator("#sees").inner_text() == "你的模型认为这是 1。"
    page.get_by_role("link", name="English").click()
    assert page.locator("h1").inner_text() == "Draw a digit"


# ---------------------------------------------------------------- with a real model


@pytest.fixture(scope="module")
def play():
    """`grader play` as a learner starts it: the process and the address it printed."""
    command = [sys.executable, "-c", "from grader.cli import app; app()", "play", "--no-browser", "--port", "0"]
    command += ["--submission", str(ROOT / "solutions" / "ch2_first_model.py"), "--lang", "en"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if match := re.search(r"http://127\.0\.0\.1:\d+/\S+/", line):
            break
    else:
        raise AssertionError("".join(said))
    yield process, match.group(), "".join(said)
    process.kill()
    process.wait()


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_own_model_reads_what_is_drawn(play, open_page):
    _, url, said = play
    assert "Your own model: Chapter 2: Your first model." in said
    page = open_page(url=url)
    found = {}
    for digit in STROKES:
        draw(page, digit)
        wait_until(page, "find('spoken').textContent.includes('sure') && !asking && !timer", seconds=60)
        found[digit] = int(page.locator("#digit").inner_text())
        assert sum(int(share.rstrip("%")) for share in shares(page)) == pytest.approx(100, abs=5)
        page.keyboard.press("Escape")
        wait_for_digit(page, "?")
    # Nine of ten digits is what the model is good for.
    assert sum(digit == seen for digit, seen in found.items()) >= len(STROKES) - 1, found


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_ctrl_c_ends_everything(play):
    process, _, _ = play
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert "Traceback" not in process.stdout.read()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
