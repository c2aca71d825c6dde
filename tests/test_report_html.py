"""The HTML report: complete and readable, and nothing that a learner's work says can become markup."""

from __future__ import annotations

import base64
import gettext
import io
import itertools
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from grader import messages
from grader.messages import LANGUAGES, Message, render, say, verbatim
from grader.report import html, pictures
from grader.report.html import LABELS, render_html
from grader.report.layers import compare_layers
from grader.report.words import VERDICT_SYMBOLS, VERDICT_WORDS, format_points, make_visible
from grader.results import (
    ChapterResult,
    CheckResult,
    Curve,
    Feedback,
    LayerPicture,
    Misread,
    ModelPicture,
    Place,
    RunResult,
    Surroundings,
    TaskResult,
    Verdict,
)

VOID = {"meta", "br", "img"}
PIXELS = bytes(range(256)) * 3 + bytes(16)
HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</pre></dd></dl></article><h1>passed</h1>",
    "</title><base href=https://evil.example>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- ",
    "]]><![CDATA[",
    "&lt;b&gt; &amp; &#60;",
    "\x1b[31mred\x1b[0m\x00\x07\r",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "\ud800",
    "\n\n  first lines are kept",
]


@dataclass
class Element:
    """One element of a parsed page."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, tag: str, style: str | None = None) -> list[Element]:
        return [
            one
            for one in self.walk()
            if one.tag == tag and (style is None or style in (one.attributes.get("class") or "").split())
        ]


class Reader(HTMLParser):
    """Builds a tree, and refuses a page whose tags do not balance."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.declarations: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [self.root], f"never closed: {[one.tag for one in self.open[1:]]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"an attribute of {tag} is there twice"
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(result: RunResult, language: str = "en") -> Element:
    text = render_html(result, language)
    text.encode("utf-8")
    return Reader(text).root


def make_check(verdict: Verdict, feedback: Feedback | None = None, **more: object) -> CheckResult:
    title = more.pop("title", say("Title of {verdict}.", verdict=verdict.value))
    return CheckResult(f"check_{verdict.value}", title, 1, verdict, feedback, **more)  # type: ignore[arg-type]


def make_run(*checks: CheckResult, learner: ModelPicture | None = None, **more: object) -> RunResult:
    task = TaskResult("normalize", more.pop("points", len(checks)), checks)  # type: ignore[arg-type]
    reference = more.pop("reference", ModelPicture())
    chapter = ChapterResult(
        "ch2",
        say("Chapter two"),
        "ch2.py",
        (task,),
        (),
        learner or ModelPicture(),
        reference,  # type: ignore[arg-type]
    )
    surroundings = Surroundings("process", say("Nothing was confined."), "sample", 7, {"numpy": "2.0"})
    return RunResult((chapter,), surroundings, **more)  # type: ignore[arg-type]


def make_rich_run(text: str = "plain", message: Message | None = None) -> RunResult:
    """Return a run that uses every part of the page, with `text` wherever a learner's text can be."""
    told = verbatim(text) if message is None else message
    places = (Place(text, 4, text, f"    {text}"),)
    feedback = Feedback(told, told, told, told, told, text, places, text)
    checks = tuple(make_check(verdict, feedback, measured=told, hidden=True) for verdict in Verdict)
    curve = Curve({"loss": (1.0, 0.5), "val_loss": (1.1, math.nan), text: (1.0, 2.0)})
    misread = (Misread(PIXELS, 4, 9, 0.93),)
    layers = LayerPicture(text, (("units", text), ("rate", text)), (None, 3), 7), LayerPicture(text)
    learner = ModelPicture(curve, ((9, 1), (0, 10)), misread, 0.95, layers)
    chapters = tuple(
        ChapterResult(
            text, told, text, (TaskResult(text, 12, checks), TaskResult(text, 1, ())), (told,), learner, learner
        )
        for _ in range(2)
    )
    surroundings = Surroundings(text, told, text, 7, {text: text})
    return RunResult(chapters, surroundings, interrupted=True)


def outline(page: Element) -> list[tuple[str, list[str]]]:
    return [(element.tag, sorted(element.attributes)) for element in page.walk()]


# --- The page as a document -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_a_valid_document_in_its_language(language: str) -> None:
    text = render_html(make_rich_run(), language)
    assert text.startswith("<!DOCTYPE html>\n")
    page = Reader(text).root
    (root,) = page.find("html")
    assert root.attributes["lang"] == language
    identifiers = [one.attributes["id"] for one in page.walk() if "id" in one.attributes]
    assert len(set(identifiers)) == len(identifiers)
    links = [one.attributes["href"] for one in page.find("a")]
    assert links
    assert {str(link)[1:] for link in links} <= set(identifiers)


def test_headings_come_in_order() -> None:
    levels = [int(one.tag[1]) for one in read(make_rich_run()).walk() if re.fullmatch("h[1-6]", one.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = read(make_rich_run())
    policy = [one.attributes for one in page.find("meta") if "http-equiv" in one.attributes]
    assert policy == [
        {
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        }
    ]
    tags = {one.tag for one in page.walk()}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "use", "image", "animate"}
    for element in page.walk():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name == "src":
                assert (value or "").startswith("data:image/png;base64,")
            else:
                assert "//" not in (value or "")
            if name == "href":
                assert (value or "").startswith("#")
    (style,) = page.find("style")
    assert not re.search(r"url\(|@import|//|<", style.text)


def test_all_fixed_words_go_through_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    class Marking(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"§{message}"

    monkeypatch.setattr(messages, "catalogue", lambda language: Marking())
    # A learner's text without a letter leaves only the page's own words.
    page = read(make_rich_run("7"))
    spoken = [child for one in page.walk() if one.tag != "style" for child in one.children if isinstance(child, str)]
    named = ("aria-label", "alt", "title")
    spoken += [one.attributes[name] or "" for one in page.walk() for name in named if name in one.attributes]
    lines = [text for text in spoken if re.search(r"[^\W\d_]", text)]
    assert len(lines) > 60
    assert [text for text in lines if "§" not in text] == []


def test_colours_have_enough_contrast() -> None:
    colours = html.environment().get_template("colours.j2").module
    light, dark = colours.light(), colours.dark()
    pairs = [("ink", "page"), ("ink", "surface"), ("ink", "inset"), ("muted", "page"), ("muted", "surface")]
    pairs += [("link", "page"), ("cell-ink-strong", "right-5"), ("cell-ink-strong", "wrong-5")]
    pairs += [(name, f"{name}-back") for name in ("good", "bad", "wait", "ours", "hint")]
    pairs += [("cell-ink", f"{side}-{shade}") for side in ("right", "wrong") for shade in range(1, 5)]
    for theme in (light, dark):
        named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", theme))
        for ink, paper in pairs:
            # 4.5 is what WCAG 2.2, criterion 1.4.3, asks of text.
            assert contrast(named[ink], named[paper]) >= 4.5, (ink, paper)
        for line in ("learner", "other"):
            # 3 is what criterion 1.4.11 asks of the parts of a picture.
            assert contrast(named[line], named["surface"]) >= 3, line


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


# --- What a learner wrote stays text ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_element_and_is_shown_whole(text: str) -> None:
    page = read(make_rich_run(text))
    assert outline(page) == outline(read(make_rich_run()))
    shown = make_visible(text)
    assert {one.text.removeprefix("\n") for one in page.find("pre")} == {shown}
    assert {one.text for one in page.find("dl", "parts")[0].find("dd")[:5]} == {shown}
    assert {one.text for one in page.find("code")} == {shown, shown.strip()}
    assert shown in {one.text for one in page.find("figcaption")}


@given(
    st.text(st.characters(exclude_categories=()), min_size=1), st.text("<>/\"'&;=!-scriptonx \n\x1b\u202e", min_size=1)
)
@settings(max_examples=60, deadline=None)
def test_no_text_makes_an_element_or_attribute(anything: str, markup: str) -> None:
    def run(output: str, got: str) -> RunResult:
        place = Place(output, 1, got, output)
        return make_run(
            make_check(Verdict.FAIL, Feedback(verbatim(got), got=verbatim(got), places=(place,), output=output))
        )

    page = read(run(anything, markup))
    assert outline(page) == outline(read(run("x", "x")))
    assert page.find("pre")[0].text == "\n" + make_visible(anything)
    assert page.find("dd")[-4].text == make_visible(markup)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\tc\n", "a\nb\tc\n"),
        ("\x1b[31m\x00\x7f\x9b\r", r"\x1b[31m\x00\x7f\x9b\x0d"),
        ("\u202e\u2066\u200f\u061c", r"\u202e\u2066\u200f\u061c"),
        ("\ud800\u2028\U000e0041", r"\ud800\u2028\U000e0041"),
        ("数字 é 👩\u200d💻 שלום", "数字 é 👩\u200d💻 שלום"),
    ],
)
def test_characters_that_steer_are_made_visible(text: str, shown: str) -> None:
    assert make_visible(text) == shown


def test_very_long_words_wrap() -> None:
    word = "w" * 10_000
    page = read(make_rich_run(word))
    assert word in page.find("pre")[0].text
    css = page.find("style")[0].text
    rules = dict(re.findall(r"([^{}]+?) \{([^{}]*)\}", css))
    assert "overflow-wrap: anywhere" in rules["\nbody"]
    assert "white-space: pre-wrap" in rules["\n.parts pre"]


# --- What is told -----------------------------------------------------------------------------------------------


def test_each_verdict_has_its_word_and_symbol() -> None:
    page = read(make_run(*map(make_check, Verdict)))
    for verdict in Verdict:
        badges = {" ".join(one.text.split()) for one in page.find("span", f"tone-{verdict.value}")}
        assert badges == {f"{VERDICT_SYMBOLS[verdict]} {render(VERDICT_WORDS[verdict], 'en')}"}
    assert len(set(VERDICT_SYMBOLS.values())) == len({word.text for word in VERDICT_WORDS.values()}) == len(Verdict)


def test_every_part_of_the_feedback_appears_and_the_known_mistake_comes_first() -> None:
    parts = {name: say(f"The {name} sentence.") for name in ("problem", "expected", "got", "next_step", "mistake")}
    place = Place("ch2.py", 41, "normalize", "    return images")
    page = read(make_run(make_check(Verdict.FAIL, Feedback(**parts, places=(place,), output="printed"))))
    (told,) = page.find("dl", "parts")
    expected = [
        (LABELS[name].text, f"The {name} sentence.") for name in ("mistake", "problem", "expected", "got", "next_step")
    ]
    assert (
        list(zip([one.text for one in told.find("dt")], [one.text for one in told.find("dd")], strict=False))[:5]
        == expected
    )
    (spot,) = told.find("dd", "place")
    assert spot.text == "ch2.py:41 normalizereturn images"
    assert told.find("pre")[0].text == "\nprinted"


def test_absent_parts_leave_no_empty_row() -> None:
    page = read(make_run(make_check(Verdict.FAIL, Feedback(say("Only this.")))))
    (told,) = page.find("dl", "parts")
    assert [one.text for one in told.find("dt")] == ["Problem"]
    assert read(make_run(make_check(Verdict.FAIL))).find("dl", "parts") == []


def test_passed_checks_are_folded_and_others_are_not() -> None:
    page = read(make_run(make_check(Verdict.PASS, measured=say("96 of 100")), make_check(Verdict.FAIL)))
    (folded,) = page.find("details")
    assert [one.text for one in folded.find("h4")] == ["Title of pass."]
    assert "96 of 100" in folded.text
    assert [one.text for one in page.find("h4")] == ["Title of fail.", "Title of pass."]


def test_same_feedback_of_neighbours_is_told_once() -> None:
    same = Feedback(say("Still as handed out."))
    page = read(
        make_run(make_check(Verdict.TODO, same), make_check(Verdict.TODO, same), make_check(Verdict.FAIL, same))
    )
    assert len(page.find("h4")) == 3
    assert len(page.find("dl", "parts")) == 2


def test_points_and_progress_are_told() -> None:
    page = read(
        make_run(make_check(Verdict.PASS), make_check(Verdict.FAIL), make_check(Verdict.TODO), make_check(Verdict.TODO))
    )
    assert page.find("p", "score")[0].text == "1 of 4 points"
    (meter,) = page.find("progress")
    assert float(meter.attributes["value"] or "") / float(meter.attributes["max"] or "") == 0.25
    assert meter.attributes["aria-label"]
    assert [one.text for one in page.find("h3")] == ["normalize"]


@pytest.mark.parametrize(
    ("points", "written"), [(2.0, "2"), (1.5, "1.5"), (0, "0"), (0.1 + 0.2, "0.3"), (1000, "1000"), (-0.0, "0")]
)
def test_points_are_written_as_a_person_would(points: float, written: str) -> None:
    assert format_points(points) == written


def test_surroundings_are_told() -> None:
    surroundings = Surroundings("landlock", say("No network."), "full MNIST", 123, {"keras": "3.8.0", "numpy": "2.0"})
    (header,) = read(msgspec.structs.replace(make_run(), surroundings=surroundings, seconds=12.34)).find("header")
    for text in ("landlock No network.", "full MNIST", "123", "keras 3.8.0 · numpy 2.0", "12.3 s"):
        assert text in [one.text for one in header.find("dd")]


def test_first_task_to_look_at_is_linked() -> None:
    def task(name: str, verdict: Verdict) -> TaskResult:
        return TaskResult(name, 1, (make_check(verdict),))

    tasks = task("done", Verdict.PASS), task("ours", Verdict.GRADER_ERROR), task("yours", Verdict.FAIL)
    run = make_run()
    chapter = msgspec.structs.replace(run.chapters[0], tasks=tasks)
    page = read(msgspec.structs.replace(run, chapters=(chapter,)))
    (link,) = page.find("a")
    (card,) = [one for one in page.find("article") if f"#{one.attributes['id']}" == link.attributes["href"]]
    assert link.text == card.find("h3")[0].text == "yours"


def banners(run: RunResult) -> list[str]:
    said = {one.text for one in read(run).find("p", "banner")}
    return [name for name in ("all_passed", "interrupted", "grader_failed") if LABELS[name].text in said]


def test_banners_tell_what_is_special_about_the_run() -> None:
    assert banners(make_run(make_check(Verdict.PASS))) == ["all_passed"]
    assert banners(make_run(make_check(Verdict.FAIL))) == []
    assert banners(make_run(make_check(Verdict.PASS), interrupted=True)) == ["interrupted"]
    assert banners(make_run(make_check(Verdict.GRADER_ERROR))) == ["grader_failed"]


def test_partial_run_never_looks_like_a_full_one() -> None:
    partial = make_run(make_check(Verdict.PASS), points=3)
    assert banners(partial) == []
    assert "Points left out of this run: 2" in read(partial).find("article")[0].text
    nothing = read(make_run(points=3))
    assert len(nothing.find("span", "tone-not_run")) == 1
    assert nothing.find("article") == []
    assert nothing.find("span", "tone-pass") == []


def test_empty_run_is_a_page_too() -> None:
    run = msgspec.structs.replace(make_run(), chapters=())
    assert banners(run) == []
    page = read(run)
    assert page.find("progress")[0].attributes["value"] == "0.0000"
    assert LABELS["nothing_ran"].text in page.find("header")[0].text


def test_missing_file_is_said() -> None:
    run = make_run()
    page = read(msgspec.structs.replace(run, chapters=(msgspec.structs.replace(run.chapters[0], file=None),)))
    assert LABELS["no_file"].text in page.find("section", "chapter")[0].text


# --- Pictures ---------------------------------------------------------------------------------------------------


def draw(learner: dict[str, tuple[float, ...]] | None, reference: dict[str, tuple[float, ...]] | None) -> list[Element]:
    curves = [None if values is None else Curve(values) for values in (learner, reference)]
    page = read(make_run(learner=ModelPicture(curves[0]), reference=ModelPicture(curves[1])))
    for one in page.walk():
        assert not re.search(r"nan|inf\b", " ".join(str(value) for value in one.attributes.values()), re.IGNORECASE)
    return page.find("figure", "panel")


def test_curves_of_different_length_share_their_axes() -> None:
    loss, accuracy = draw(
        {"loss": (1, 0.5), "accuracy": (0.5, 0.9)}, {"loss": (0.9, 0.4, 0.3), "val_loss": (1, 0.9, 0.8)}
    )
    styles = [one.attributes["class"] for one in loss.find("g")]
    assert styles == ["series reference training", "series reference validation", "series learner training"]
    assert [len(one.find("circle")) for one in loss.find("g")] == [3, 3, 2]
    assert [one.attributes["class"] for one in accuracy.find("g")] == ["series learner training"]
    assert {"1", "2", "3", "epoch"} <= {one.text for one in loss.find("text")}
    label = loss.find("svg")[0].attributes["aria-label"] or ""
    assert "you, training: from 1 to 0.5." in label
    assert "reference, validation: from 1 to 0.8." in label


def test_better_numbers_are_drawn_on_the_right_side() -> None:
    (loss,) = draw({"loss": (2.0, 1.0)}, None)
    (x1, y1), (x2, y2) = [
        (float(one.attributes["cx"] or ""), float(one.attributes["cy"] or "")) for one in loss.find("circle")
    ]
    assert x1 < x2
    assert y1 < y2, "a smaller loss is lower on the page, where y is larger"


def test_numbers_that_are_not_finite_lift_the_pen() -> None:
    (loss,) = draw({"loss": (1.0, 0.9, math.nan, 0.5, math.inf, 1e300)}, None)
    (path,) = loss.find("path")
    assert re.sub(r"[\d. ]+", "", path.attributes["d"] or "") == "MLM"
    assert len(loss.find("circle")) == 3
    assert LABELS["gaps"].text in loss.text


@pytest.mark.parametrize("values", [(), (math.nan, math.nan)])
def test_curve_without_a_number_is_not_drawn(values: tuple[float, ...]) -> None:
    assert draw({"loss": values}, None) == []
    assert draw(None, None) == []
    assert len(draw({"loss": values}, {"loss": (1.0,)})) == 1


def test_learners_own_metrics_are_drawn_but_not_without_end() -> None:
    panels = draw({f"metric_{number}": (1.0, 2.0) for number in range(50)}, None)
    assert 0 < len(panels) <= pictures.MOST_PANELS
    assert panels[0].find("figcaption")[0].text == "metric_0"


def test_endless_training_does_not_make_an_endless_page() -> None:
    assert len(render_html(make_run(learner=ModelPicture(Curve({"loss": (0.5,) * 200_000}))), "en")) < 60_000


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_ticks_are_few_and_hold_the_numbers(low: float, height: float) -> None:
    high = low + height
    ticks = pictures.choose_ticks(low, high)
    slack = (ticks[-1] - ticks[0]) * 1e-6
    assert 3 <= len(ticks) <= 8
    assert ticks[0] - slack <= low <= high <= ticks[-1] + slack
    assert ticks == sorted(set(ticks))
    assert low < 0 or ticks[0] >= 0


@pytest.mark.parametrize("epochs", [1, 2, 5, 8, 9, 20, 100, 1234])
def test_epochs_under_the_axis_are_whole_and_few(epochs: int) -> None:
    ticks = pictures.choose_epochs(epochs)
    assert ticks[0] == 1
    assert len(ticks) <= 9
    assert all(1 <= tick <= epochs for tick in ticks)
    assert epochs < 2 or len(ticks) > 1


def test_confusion_matrix_is_a_table_with_headers_and_shades() -> None:
    confusion = ((90, 10, 0), (0, 0, 0), (1, 1, 98))
    page = read(make_run(learner=ModelPicture(confusion=confusion), reference=ModelPicture(confusion=confusion)))
    mine, reference = page.find("table", "matrix")
    assert [one.find("caption")[0].text for one in (mine, reference)] == ["you", "reference"]
    assert all(one.attributes.get("scope") in ("row", "col", "colgroup") for one in page.find("th"))
    (body,) = mine.find("tbody")
    assert [[int(one.text) for one in row.find("td")] for row in body.find("tr")] == [list(row) for row in confusion]
    styles = [one.attributes["class"] for one in body.find("td")]
    assert styles == ["right-5", "wrong-3", "wrong-0", "wrong-0", "right-0", "wrong-0", "wrong-1", "wrong-1", "right-5"]


@pytest.mark.parametrize("confusion", [(), ((),)])
def test_empty_confusion_matrix_is_not_drawn(confusion: tuple[tuple[int, ...], ...]) -> None:
    assert read(make_run(learner=ModelPicture(confusion=confusion))).find("table") == []


def test_misread_digit_is_shown_pixel_for_pixel() -> None:
    page = read(make_run(learner=ModelPicture(misread=(Misread(PIXELS, 4, 9, 0.93),))))
    (picture,) = page.find("img")
    image = Image.open(io.BytesIO(base64.b64decode((picture.attributes["src"] or "").partition(",")[2])))
    assert (image.mode, image.size, image.tobytes()) == ("L", (28, 28), PIXELS)
    assert picture.attributes["alt"] == "Handwritten 4, read as 9"
    assert page.find("figcaption")[0].text == "4, read as 993% sure"
    assert "image-rendering: pixelated" in page.find("style")[0].text


@pytest.mark.parametrize("pixels", [b"", bytes(783)])
def test_digit_without_its_pixels_is_still_told(pixels: bytes) -> None:
    page = read(make_run(learner=ModelPicture(misread=(Misread(pixels, 4, 9, math.nan),))))
    assert page.find("img") == []
    assert page.find("figcaption")[0].text == "4, read as 9"


def test_accuracy_is_told_only_when_it_is_a_number() -> None:
    page = read(make_run(learner=ModelPicture(accuracy=math.nan), reference=ModelPicture(accuracy=0.9812)))
    (gallery,) = page.find("section", "gallery")
    assert [one.text for one in gallery.find("dd")] == ["98.1%"]
    assert read(make_run()).find("section", "gallery") == []


def layers_of(page: Element) -> list[list[str]]:
    (table,) = page.find("table", "layers")
    return [[" ".join(cell.text.split()) for cell in row.find("td")] for row in table.find("tbody")[0].find("tr")]


def test_layers_stand_beside_the_reference_and_differences_have_a_sign_and_words() -> None:
    def dense(units: int, activation: str = "relu") -> LayerPicture:
        return LayerPicture("Dense", (("units", str(units)), ("activation", activation)), (units,), units * 785)

    dropout, flatten = LayerPicture("Dropout", (("rate", "0.5"),), (64,)), LayerPicture("Flatten", (), (784,))
    mine = ModelPicture(layers=(dense(64), dropout, dense(10, "softmax")))
    theirs = ModelPicture(layers=(flatten, dense(512), dense(10, "softmax")))
    rows = layers_of(read(make_run(learner=mine, reference=theirs)))
    first, last = "Dense units 64, activation relu → 64 · 50,240 parameters", "→ 10 · 7,850 parameters"
    assert [row[1] for row in rows] == ["− only in the reference", "≠ different", "+ only in yours", "= the same"]
    assert rows[0][0] == rows[2][2] == ""
    assert rows[1][0] == first and rows[3][0] == rows[3][2] and rows[3][0].endswith(last)
    page = read(make_run(learner=mine, reference=theirs))
    assert LABELS["layers_key"].text in page.text
    assert LABELS["layers_key"].text not in read(make_run(learner=mine, reference=mine)).text


def test_layers_without_a_reference_are_compared_with_nothing() -> None:
    rows = layers_of(read(make_run(learner=ModelPicture(layers=(LayerPicture("Dense"),)))))
    assert rows == [["Dense 0 parameters"]]
    assert read(make_run(reference=ModelPicture(layers=(LayerPicture("Dense"),)))).find("table", "layers") == []


names = st.sampled_from(["Dense", "Dropout", "Conv2D"])
layers = st.lists(st.builds(LayerPicture, names, parameters=st.integers(0, 2)), min_size=1, max_size=8)


@given(layers, layers)
@settings(deadline=None)
def test_every_layer_of_both_models_stands_once_and_in_order(mine: list, theirs: list) -> None:
    rows = compare_layers(mine, theirs, lambda message: render(message, "en"))
    shown = [
        [(layer.kind, layer.parameters) for row in rows if (layer := getattr(row, side)) is not None]
        for side in ("learner", "reference")
    ]
    assert shown == [[(one.kind, str(one.parameters)) for one in whose] for whose in (mine, theirs)]
    assert all((row.relation == "same") == (row.learner == row.reference) for row in rows)


# --- Imports ----------------------------------------------------------------------------------------------------


def test_reports_import_only_the_ground_floor_and_nothing_slow() -> None:
    code = "import sys, grader.report.html, grader.report.json_file; print(*sys.modules)"
    root = Path(html.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=root, env={}
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"tensorflow", "keras", "matplotlib", "numpy"}
    ours = {name for name in loaded if name.startswith("grader.") and not name.startswith("grader.report")}
    assert ours == {"grader.curves", "grader.messages", "grader.results"}
