"""A learner's way through a notebook in real JupyterLab, in a browser: write, run, read, repair, read again."""

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = [name for name in ("jupyterlab", "playwright", "ipykernel") if importlib.util.find_spec(name) is None]
WRONG = "def relu(values):\n    return np.abs(values)"
RIGHT = "def relu(values):\n    return np.maximum(values, 0)"
PATIENCE_MS = 180_000
NUMBERED = re.compile(r"\[\d+\]:")
# All cells are drawn at once, and nothing from outside is asked for or shown over the page.
LAB_SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab beside a copy of chapter 1's released notebook; return the notebook's address."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(ROOT / "exercises" / "ch1_concepts.ipynb", folder)
    chosen = folder / "settings" / "@jupyterlab"
    for name, values in LAB_SETTINGS.items():
        file = chosen / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "IdentityProvider.token": "secret",
        "ServerApp.root_dir": str(folder),
        "ServerApp.port": port,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
    }
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in settings.items())],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token=secret")
        yield f"http://127.0.0.1:{port}/lab/tree/ch1_concepts.ipynb?token=secret", folder
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address):
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail("JupyterLab did not start")


@pytest.fixture(scope="module")
def page(lab):
    from playwright.sync_api import sync_playwright

    address, _ = lab
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        # What is run before the kernel answers may be lost.
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
        yield page
        browser.close()


def cell_with(page, text):
    """Return the code cell that holds this text, brought into sight."""
    cell = page.locator(".jp-CodeCell", has_text=text).first
    cell.scroll_into_view_if_needed()
    return cell


def run(page, cell, text=None):
    """Run a cell, with `text` in place of what it held, until it has its number: JupyterLab may miss a key."""
    from playwright.sync_api import expect

    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    for tries_left in (3, 2, 1, 0):
        cell.locator(".cm-content").click()
        if text is not None:
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(text)
        page.keyboard.press("Control+Enter")
        try:
            expect(prompt).not_to_have_text(before, timeout=15_000)
            break
        except AssertionError:
            if not tries_left:
                raise
    expect(prompt).to_have_text(NUMBERED, timeout=PATIENCE_MS)


def test_wrong_answer_is_explained_and_a_repaired_one_turns_the_table_green(page, lab):
    run(page, cell_with(page, "import grader"))
    run(page, cell_with(page, "import numpy as np"))
    run(page, cell_with(page, "def relu("), WRONG)
    asking = cell_with(page, "grader.check(relu)")
    run(page, asking)
    table = asking.locator(".first-digits")
    table.wait_for()
    words = table.inner_text()
    assert "not right yet" in words and "lose their minus sign" in words and "Next step" in words
    colour = table.evaluate("box => getComputedStyle(box).backgroundColor")
    assert colour == "rgb(255, 255, 255)"

    # The repaired cell is run, and nothing else.
    run(page, cell_with(page, "def relu("), RIGHT)
    asking.locator(".first-digits .badge.tone-pass").wait_for()
    assert "passed" in table.inner_text() and "not right yet" not in table.inner_text()

    page.keyboard.press("Control+s")
    _, folder = lab
    saved = []
    for _ in range(60):
        notebook = nbformat.read(folder / "ch1_concepts.ipynb", as_version=4)
        saved = [cell for cell in notebook.cells if cell.source == "grader.check(relu)" and cell.outputs]
        if saved:
            break
        time.sleep(0.5)
    # Who opens the file without Jupyter reads the same as text.
    assert "✓ relu" in saved[0].outputs[0].data["text/plain"]
