"""The pages of a class of 500 in a browser: search, sort, keyboard, themes, widths, barriers; nothing leaves them."""

import sys
from pathlib import Path

import pytest

from grader.cohort.pages.building import build_pages
from grader.cohort.pages.file_names import file_name
from grader.messages import LANGUAGES
from grader.report.html import render_html
from grader.results import RunResult

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

from drawn_results import AROUND, draw_record

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

pytestmark = pytest.mark.xdist_group("browser")
COUNT = 500
CHAPTER = "ch2_first_model"
THEMES = ("light", "dark")
WIDTHS = (360, 800, 1400)


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Return language -> the record of the class and the folder of its pages; the Chinese one is smaller."""
    found = {}
    for language, count in zip(LANGUAGES, (COUNT, 30), strict=True):
        record = draw_record(count, (CHAPTER,) if language == "en" else (CHAPTER, "ch3_improve"))
        found[language] = record, tmp_path_factory.mktemp(language) / "pages"
        build_pages(*found[language], language)
    return found


@pytest.fixture
def open_page(browser, classes):
    """Return a function that opens a page of the class; whatever it asks the network for, or complains of, fails."""
    contexts, faults = [], []

    def open_one(name="index.html", language="en", width=1200, folder=None, **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: faults.append(told.text) if told.type in ("error", "warning") else None)
        page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith("file:") else None)
        address = ((folder or classes[language][1]) / name).as_uri()
        page.goto(address)
        page.on("request", lambda asked: faults.append(asked.url) if not asked.is_navigation_request() else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def shown(page, column=0):
    """Return what stands in a column of the rows that are shown."""
    script = f"""() => [...document.querySelectorAll('#learners-table tbody tr')].filter((row) => !row.hidden)
        .map((row) => row.cells[{column}].dataset.value)"""
    return page.evaluate(script)


def sort_by(page, name):
    page.locator("#learners-table thead").get_by_role("button", name=name).click()


# ---------------------------------------------------------------- search and sort


def test_search_finds_by_name_id_group_and_status_and_counts(open_page, classes):
    page = open_page()
    record = classes["en"][0]
    learners = [learner for learner, _ in record.by_learner().values()]
    count = page.locator("#count")
    assert count.inner_text() == "500 learners" and count.get_attribute("role") == "status"
    for words, expected in {
        "anna": [one for one in learners if "anna" in one.name.lower()],
        "ANNA adams": [one for one in learners if "anna" in one.name.lower() and "Adams" in one.name],
        "s0042": [one for one in learners if one.id == "s0042"],
        "李明": [one for one in learners if one.name == "李明"],
        "ｓ００４２": [one for one in learners if one.id == "s0042"],
        "nobody is called so": [],
    }.items():
        page.locator("#search").fill(words)
        assert len(shown(page)) == len(expected), words
        assert count.inner_text() == f"{len(expected)} of 500 learners"
    page.locator("#search").fill("grader failed")
    failed = sum(mark.status.value == "grader_error" for mark in record.marks)
    assert len(shown(page)) == failed > 0
    page.keyboard.press("Escape")
    assert len(shown(page)) == 500 and count.inner_text() == "500 learners"


@pytest.mark.parametrize("name", ["Points", "Late", "Status"])
def test_each_column_sorts_both_ways_and_says_so(open_page, name):
    page = open_page()
    column = ["Name", "Points", "Late", "Status"].index(name)
    header = page.locator("#learners-table thead th").nth(column)
    found = {}
    for _ in range(2):
        sort_by(page, name)
        direction = header.get_attribute("aria-sort")
        values = shown(page, column)
        numbers = [float(value) for value in values if value]
        assert numbers == sorted(numbers, reverse=direction == "descending") and len(set(numbers)) > 2
        # Who has no value stands last.
        assert values[len(numbers) :] == [""] * (500 - len(numbers))
        found[direction] = values
    assert set(found) == {"ascending", "descending"}
    others = page.locator("#learners-table thead th[aria-sort]:not([aria-sort=none])")
    assert others.count() == 1


def test_names_sort_as_the_language_has_it(open_page):
    page = open_page()
    header = page.locator("#learners-table thead th").first
    assert header.get_attribute("aria-sort") == "ascending"
    sort_by(page, "Name")
    assert header.get_attribute("aria-sort") == "descending"
    sort_by(page, "Name")
    names = shown(page)
    assert names.index("Chloé Adams") < names.index("Dmitri Adams") and names[0].startswith("Anna")
    assert names.index("Hanna Adams") < names.index("İpek") < names.index("Jo Adams")


def test_sorting_keeps_what_is_searched_for(open_page):
    page = open_page()
    page.locator("#search").fill("berg")
    before = sorted(shown(page))
    sort_by(page, "Points")
    assert sorted(shown(page)) == before


def test_keyboard_alone_searches_sorts_and_opens_a_learner(open_page, classes):
    page = open_page()
    page.locator("#search").focus()
    page.keyboard.type("s0007")
    reached = []
    for _ in range(7):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1].startswith("Points"):
            page.keyboard.press("Enter")
            assert page.locator("#learners-table thead th").nth(1).get_attribute("aria-sort") == "descending"
            page.keyboard.press("Space")
            assert page.locator("#learners-table thead th").nth(1).get_attribute("aria-sort") == "ascending"
    assert [one.split()[0] for one in reached[1:5]] == ["Name", "Points", "Late", "Status"]
    learner = next(learner for learner, _ in classes["en"][0].by_learner().values() if learner.id == "s0007")
    assert learner.name in reached
    page.locator("#learners-table tbody a:visible").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/learners/{file_name('s0007')}")
    assert learner.name in page.locator("header").inner_text()


def test_without_script_all_is_there(open_page):
    page = open_page(java_script_enabled=False)
    assert page.locator("#learners-table tbody tr").count() == 500
    assert page.locator("#finder").is_hidden() and page.locator("#learners-table button").count() == 0


def test_question_leads_to_both_works(open_page):
    page = open_page()
    page.get_by_role("link", name="Side by side").first.click()
    page.wait_for_url("**/similar.html#pair-1")
    assert page.locator("#pair-1").is_visible() and page.locator("#pair-1 .line.same").count() > 10


# ---------------------------------------------------------------- for everybody


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["index.html", "similar.html", f"learners/{file_name('s0000')}"])
def test_pages_of_a_class_have_no_barriers(open_page, theme, name):
    # Axe looks at each of 500 rows; the smaller class shows the same, and has more chapters.
    found = axe.Axe().run(open_page(name, "zh", color_scheme=theme))
    assert found.violations_count == 0, found.generate_report()


def test_large_class_has_no_barriers(open_page):
    found = axe.Axe().run(open_page())
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_class_fit_their_window(open_page, language, width):
    for name in ("index.html", "similar.html", f"learners/{file_name('s0000')}"):
        page = open_page(name, language, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    for button in open_page("index.html", language, width=width).locator("#learners-table thead button").all():
        assert button.bounding_box()["height"] >= 24


def test_printed_page_has_the_table_and_no_search(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator("#finder").is_hidden() and page.locator("#learners-table").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


# ---------------------------------------------------------------- the report of `pytest grader`


@pytest.fixture(scope="module")
def report(tmp_path_factory, classes):
    """A learner's report as `pytest grader --report html:...` writes it, in each language."""
    record = classes["en"][0]
    graded = next(mark for mark in record.marks if mark.earned is not None and mark.earned < mark.points - 4)
    result = RunResult((record.work(graded.grading_id).grading.result,), AROUND)
    folder = tmp_path_factory.mktemp("report")
    for language in LANGUAGES:
        (folder / f"{language}.html").write_text(render_html(result, language), encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_report_of_a_learner_has_no_barriers(open_page, report, language, theme):
    found = axe.Axe().run(open_page(f"{language}.html", folder=report, color_scheme=theme))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_report_of_a_learner_fits_its_window(open_page, report, language, theme, width):
    page = open_page(f"{language}.html", folder=report, width=width, color_scheme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
