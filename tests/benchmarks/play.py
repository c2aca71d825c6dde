"""How many of 100 hidden digits `grader play` reads right: enlarged onto the sheet, and redrawn by strokes of the pen.

python tests/benchmarks/play.py [--submission solutions] [--chapter ch4_cnn] [--digits 100] [--browser PATH]

Beside it stands how many of the same digits the model reads right as they are in MNIST.
"""

from __future__ import annotations

import argparse
import json
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import uvicorn
from playwright.sync_api import Page, sync_playwright
from strokes import Point, strokes_of

from grader.data import Split, load_digits
from grader.messages import Message, render, verbatim
from grader.play.choosing import choose_model, choose_preparation, find_recipe, find_work
from grader.play.page import About
from grader.play.player import Player
from grader.play.recipes import read
from grader.play.server import DRAWING_TYPE, Address, build_app, new_token
from grader.play.serving import open_port
from grader.sandbox.process import Sandbox

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """The page of a player, on a server of its own."""

    def __init__(self, player: Player) -> None:
        listener = open_port(0)
        self.address = Address(listener.getsockname()[1], new_token())
        about = About(verbatim("benchmark"), False, 0.0, 0, "")
        app = build_app(player, about, self.address, "en")
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([listener],))
        self._thread.start()

    def answer(self, drawing: npt.NDArray[np.uint8]) -> int:
        """Return the digit that the server says of a drawing."""
        headers = {"Content-Type": DRAWING_TYPE}
        asked = urllib.request.Request(f"{self.address.url}answer", drawing.tobytes(), headers)
        with urllib.request.urlopen(asked, timeout=60) as response:
            return int(json.load(response)["digit"])

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()


def draw(page: Page, strokes: list[list[Point]]) -> tuple[int, npt.NDArray[np.uint8]]:
    """Draw the strokes with the mouse; return the digit that the page shows, and the picture the network saw."""
    page.keyboard.press("Escape")
    box = page.locator("#sheet").bounding_box()
    assert box is not None
    scale = box["width"] / 280
    for number, points in enumerate(strokes, 1):
        page.mouse.move(box["x"] + points[0][0] * scale, box["y"] + points[0][1] * scale)
        page.mouse.down()
        for x, y in points[1::9] + points[-1:]:
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        if number < len(strokes):
            page.mouse.up()
    with page.expect_response(lambda response: response.url.find("/answer") > 0):
        # What is asked after the pen was lifted is of the whole drawing.
        wait_until(page, "!asking")
        page.mouse.up()
    wait_until(page, "!asking && !timer")
    seen = page.evaluate(
        "[...find('picture').getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => !(i % 4))"
    )
    return int(page.locator("#digit").inner_text()), np.array(seen, np.uint8).reshape(28, 28)


def wait_until(page: Page, condition: str) -> None:
    """Wait until it holds. Playwright's own way needs `eval`, which the page's policy refuses."""
    while not page.evaluate(condition):
        page.wait_for_timeout(5)


def by_strokes(site: Site, images: npt.NDArray[np.uint8], browser: str) -> Iterator[int]:
    """Yield what the page says of each digit, redrawn."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = started.new_page(viewport={"width": 1000, "height": 900})
        page.goto(site.address.url)
        for image in images:
            yield draw(page, strokes_of(image))[0]
        started.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submission", type=Path, default=ROOT / "solutions")
    parser.add_argument("--chapter")
    parser.add_argument("--digits", type=int, default=100)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    digits, sandbox = load_digits("sample"), Sandbox()
    handed = find_work(options.submission)
    ready, failures = choose_model(handed, find_recipe(options.chapter), digits, sandbox, tell)
    for failure in failures:
        print(f"{failure}: {render(failure.feedback.problem, 'en')}")
    if ready is not None:
        split = digits.hidden.first(options.digits)
        photos, _ = choose_preparation(handed, digits, sandbox)
        print(f"{ready.recipe.chapter}: {options.digits} hidden digits of the sample, read right:")
        own = read(ready.work, ready.recipe, ready.trained.model, split.images).argmax(axis=1)
        report("as they are in MNIST", own, split)
        ways = {"the course's preparation": None} | ({"own prepare_photo": photos} if photos else {})
        for words, way in ways.items():
            measure(words, Player(ready.work, ready.recipe, ready.trained, sandbox, way), split, options.browser)
    sandbox.close()


def measure(words: str, player: Player, split: Split, browser: str) -> None:
    """Print how many digits are read right, enlarged and redrawn."""
    site = Site(player)
    try:
        enlarged = [site.answer(np.kron(image, np.ones((10, 10), np.uint8))) for image in split.images]
        report(f"pixels enlarged, {words}", np.array(enlarged), split)
        report(f"strokes redrawn, {words}", np.array(list(by_strokes(site, split.images, browser))), split)
    finally:
        site.close()


def report(words: str, found: npt.NDArray[np.integer], split: Split) -> None:
    print(f"  {words:<50} {int((found == split.labels).sum()):>4} of {len(split.labels)}", flush=True)


def tell(words: Message) -> None:
    print(f"  ... {render(words, 'en')}", flush=True)


if __name__ == "__main__":
    main()
