"""The pages of a class: what they count and say, that text stays text, and that a folder is whole or as it was."""

import gettext
import importlib.util
import os
import re
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import messages
from grader.cohort.commands.report_cli import floors_of
from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import Mark, Status
from grader.cohort.pages import building, drawing
from grader.cohort.pages.building import build_pages
from grader.cohort.pages.figures import ChapterFigures
from grader.cohort.pages.file_names import file_name
from grader.cohort.pages.folder import MANIFEST
from grader.cohort.pages.learner_page import render_learner
from grader.cohort.pages.record import ClassRecord
from grader.cohort.pages.words import LABELS, duration_words
from grader.cohort.submitted import Learner, Refusal, Submitted
from grader.errors import InputError
from grader.layout import find_course
from grader.messages import LANGUAGES, render, verbatim
from grader.report.words import make_visible
from grader.results import Feedback, Surroundings, Verdict

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

from drawn_results import ALIKE, AROUND, draw_record

SPEC = importlib.util.spec_from_file_location("report_html_tests", Path(__file__).parent / "test_report_html.py")
assert SPEC is not None and SPEC.loader is not None
report_tests = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = report_tests
SPEC.loader.exec_module(report_tests)
report_tests.VOID.add("input")
CHAPTERS = ("ch1_concepts", "ch2_first_model")
HOSTILE = [
    *report_tests.HOSTILE, "=cmd|' /C calc'!A0", "../../etc/passwd", "a\nb", "con", "名字很长" * 40, "{shown}", "%s",
    "</script><script>alert(1)</script>", "javascript:alert(1)",
]  # fmt: skip
HOSTILE_IDS = [
    "../../etc/passwd",
    "a/b",
    "A",
    "a",
    "con",
    "",
    ".",
    "..",
    "x" * 300,
    "李明",
    "a b",
    "a\nb",
    "\ud800",
    "a~b",
]


def parse(text):
    text.encode("utf-8")
    return report_tests.Reader(text).root


def read_pages(folder):
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def words_of(element):
    return " ".join(element.text.split())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A class of 40 and two chapters, and its pages in English."""
    record = draw_record(40, CHAPTERS)
    folder = tmp_path_factory.mktemp("class") / "pages"
    build_pages(record, folder, "en")
    return record, folder


# ---------------------------------------------------------------- what is counted


def figures_of(record, chapter):
    figures = ChapterFigures(chapter)
    for mark in record.marks:
        if mark.chapter == chapter:
            figures.take(mark, record.work(mark.grading_id) if mark.grading_id else None, record)
    return figures


def test_figures_count_each_learner_once():
    record = draw_record(60, CHAPTERS)
    figures = figures_of(record, CHAPTERS[1])
    marks = [mark for mark in record.marks if mark.chapter == CHAPTERS[1]]
    graded = [record.work(mark.grading_id).grading.result for mark in marks if mark.status is Status.GRADED]
    assert figures.graded == len(graded) < len(marks) == sum(figures.statuses.values())
    assert figures.finals == [mark.final for mark in marks if mark.final is not None]
    made = {
        sentence: sum(
            any(c.feedback and c.feedback.mistake_name == sentence for t in r.tasks for c in t.checks) for r in graded
        )
        for sentence in figures.mistakes
    }
    assert {name: len(one.learners) for name, one in figures.mistakes.items()} == made
    assert len(made) > 2
    failed = sum(c.verdict is Verdict.FAIL for r in graded for t in r.tasks for c in t.checks)
    assert sum(check.failed for check in figures.checks.values()) == failed
    shares = [check.share for check in figures.hardest]
    assert shares == sorted(shares, reverse=True)


def test_failure_of_the_grader_is_nobodys_failure():
    record = draw_record(3, CHAPTERS[:1], seed=3)
    mark = next(mark for mark in record.marks if mark.status is Status.GRADED)
    work = record.work(mark.grading_id)
    check = msgspec.structs.replace(work.grading.result.tasks[0].checks[0], verdict=Verdict.GRADER_ERROR)
    task = msgspec.structs.replace(work.grading.result.tasks[0], checks=(check,))
    result = msgspec.structs.replace(work.grading.result, tasks=(task,))
    work = msgspec.structs.replace(work, grading=msgspec.structs.replace(work.grading, result=result))
    figures = ChapterFigures(CHAPTERS[0])
    figures.take(mark, work, record)
    assert figures.checks == {} and figures.hardest == []


def test_mistake_is_told_by_its_share_and_its_own_sentence(built):
    record, folder = built
    figures = figures_of(record, CHAPTERS[0])
    page = parse((folder / "index.html").read_text(encoding="utf-8"))
    said = [words_of(one) for one in page.find("ol", "shares")[0].find("li")]
    first = figures.commonest[0]
    assert said[0].startswith(f"{len(first.learners) / figures.graded:.0%} {first.sentence.text}")
    assert f"{len(first.learners)} of {figures.graded}" in said[0]


def test_floor_and_reference_are_beside_the_accuracies(built):
    text = words_of(parse((built[1] / "index.html").read_text(encoding="utf-8")))
    assert "asked for 90.2%" in text and "91.2% – 92.3%" in text


def test_floor_is_found_by_the_name_of_the_data():
    floors = floors_of(find_course())
    assert floors("ch2_first_model", AROUND).source == "sample"
    assert floors("ch2_first_model", msgspec.structs.replace(AROUND, data="/data/mnist.npz")).source == "mnist.npz"
    assert floors("ch6_expressions", Surroundings("", verbatim(""), "", 1, {}, "drawn")).source == "drawn"
    assert floors("ch2_first_model", msgspec.structs.replace(AROUND, data="own.npz")) is None
    assert floors("ch9_none", AROUND) is None


@given(
    st.lists(st.floats(-5, 200, allow_nan=False), min_size=1, max_size=60),
    st.floats(1, 150),
)
@settings(deadline=None)
def test_every_learner_stands_in_one_bar_and_inside_the_picture(finals, points):
    drawn = drawing.draw_points(finals, points)
    assert sum(bar.count for bar in drawn.bars) == len(finals)
    for bar in drawn.bars:
        assert bar.x >= drawing.LEFT and bar.x + bar.width <= drawing.RIGHT + 0.2
        assert bar.y >= drawing.TOP and bar.y + bar.height == pytest.approx(drawing.BOTTOM, abs=0.2)
    assert all(drawing.LEFT <= tick.at <= drawing.RIGHT for tick in drawn.x_ticks)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.none() | st.floats(0, 1), st.none() | st.floats(0, 1))
@settings(deadline=None)
def test_every_model_stands_in_one_bar_beside_floor_and_band(accuracies, floor, low):
    band = None if low is None else (low, min(1.0, low + 0.01))
    drawn = drawing.draw_accuracies(accuracies, band, floor)
    assert sum(bar.count for bar in drawn.bars) == len(accuracies)
    assert (drawn.line is None) == (floor is None) and (drawn.band is None) == (band is None)
    told = [*(drawn.band or ()), *([drawn.line] if drawn.line is not None else [])]
    assert all(drawing.LEFT <= at <= drawing.RIGHT for at in told)


def test_pictures_of_nothing_are_not_drawn():
    assert drawing.draw_points([], 10) is None and drawing.draw_points([float("nan")], 10) is None
    assert drawing.draw_accuracies([], None, 0.9) is None


def test_whole_points_have_a_bar_each():
    drawn = drawing.draw_points([0, 0, 5, 10], 10)
    assert [(bar.low, bar.high, bar.count) for bar in drawn.bars] == [("0", "0", 2), ("5", "5", 1), ("10", "10", 1)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 min"), (3600, "1 h"), (3660, "1 h 1 min"), (86400, "1 d"), (90000, "1 d 1 h"), (86399, "1 d")],
)
def test_lateness_in_words(seconds, words):
    assert render(duration_words(seconds), "en") == words


# ---------------------------------------------------------------- the class's page


def test_class_page_has_everybody_with_a_page_of_his_own(built):
    record, folder = built
    page = parse((folder / "index.html").read_text(encoding="utf-8"))
    (table,) = page.find("table", "learners")
    rows = table.find("tbody")[0].find("tr")
    assert len(rows) == 40
    links = [row.find("a")[0].attributes["href"] for row in rows]
    assert len(set(links)) == 40 and all((folder / link).is_file() for link in links)
    assert {path.name for path in (folder / "learners").iterdir()} == {Path(link).name for link in links}
    by_name = {words_of(row.find("bdi")[0]): row for row in rows}
    mark = record.overrides[0][0]
    marks = [one for one in record.marks if one.learner == mark.learner]
    assert f"{sum(one.final or 0 for one in marks):g} / 36" in words_of(by_name[mark.learner.name])


def test_what_was_not_graded_is_no_zero():
    learners = [Learner("a", "Ada"), Learner("b", "Bo")]
    marks = (
        Mark(learners[0], "ch1", 10, None, 0, None, Status.MISSING),
        Mark(learners[1], "ch1", 10, 0.0, 0, 0.0, Status.GRADED),
    )
    text = render_learner(learners[0], marks[:1], [], [], "en")
    assert "No points yet" in text and "– / 10" in words_of(parse(text))
    assert "0 of 10 points" in render_learner(learners[1], marks[1:], [], [], "en")


def test_all_parts_of_a_class_are_on_its_page(built):
    record, folder = built
    text = words_of(parse((folder / "index.html").read_text(encoding="utf-8")))
    for name in ("learners", "handed_in", "missing", "refused", "late", "overrides", "similar_question", "private"):
        assert LABELS[name].text in text
    assert record.overrides[0][1].why in text and "The archive ends early." in text
    assert "half of them within" in text


def test_near_identical_work_is_a_question_with_both_sides(built):
    record, folder = built
    (pair,) = record.similar[CHAPTERS[0]]
    page = parse((folder / "similar.html").read_text(encoding="utf-8"))
    assert LABELS["similar_question"].text in page.text and "I asked my brother about this one" in page.text
    sides = page.find("figure", "side")
    assert len(sides) == 2 * len(pair.parts) >= 4
    # What is the same is told by a sign and a word, not by colour alone.
    for side in sides:
        same = side.find("div", "same")
        assert same and all(one.find("span", "sign")[0].text == "=" and "(same)" in one.text for one in same)
    assert pair.first not in (folder / "learners" / file_name(pair.second)).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["index.html", "similar.html"])
def test_pages_need_nothing_from_elsewhere(built, name):
    text = (built[1] / name).read_text(encoding="utf-8")
    page = parse(text)
    (policy,) = [one.attributes["content"] for one in page.find("meta") if "http-equiv" in one.attributes]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert re.search(r"script-src 'sha256-[\w+/=]+';", policy) if name == "index.html" else "script" not in policy
    assert not {one.tag for one in page.walk()} & {"link", "iframe", "object", "embed", "base", "form", "img"}
    for element in page.walk():
        for attribute, value in element.attributes.items():
            assert not attribute.startswith("on") and attribute not in ("src", "style")
            if attribute == "href":
                assert re.fullmatch(r"#[\w-]+|learners/[\w.~-]+\.html|similar\.html#pair-\d+|index\.html", value)
                target = value.partition("#")
                assert not target[0] or (built[1] / target[0]).is_file()
    ids = [one.attributes["id"] for one in page.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def test_without_script_it_is_a_plain_table(built):
    page = parse((built[1] / "index.html").read_text(encoding="utf-8"))
    (finder,) = page.find("div", "finder")
    assert "hidden" in finder.attributes
    assert page.find("button") == []
    assert not [one for one in page.walk() if "aria-sort" in one.attributes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_class_has_a_page(tmp_path, language):
    record = ClassRecord("", CHAPTERS, (), (), {}.__getitem__)
    assert build_pages(record, tmp_path / "pages", language).learners == 0
    assert render(LABELS["nobody"], language) in (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")


def test_every_word_goes_through_the_catalogue(tmp_path, monkeypatch):
    class Marking(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"§{message}"

    monkeypatch.setattr(messages, "catalogue", lambda language: Marking())
    record = draw_record(0, ("7", "8"), text="7", ids=["1", "2", "3", "4", "5"])
    build_pages(record, tmp_path / "pages", "en")
    for name, text in read_pages(tmp_path / "pages").items():
        page = parse(text)
        spoken = [
            c
            for one in page.walk()
            if one.tag not in ("style", "script", "code")
            for c in one.children
            if isinstance(c, str)
        ]
        spoken += [
            one.attributes.get(a) or ""
            for one in page.walk()
            for a in ("aria-label", "placeholder", "data-all", "data-some")
        ]
        lines = [one for one in spoken if re.search(r"[^\W\d_]", one)]
        # The numpy and keras of the surroundings, the level, and the names of files are no prose.
        free = r"§|numpy|keras|namespaces|sample|UTC|ch2\.py|own\d"
        assert [one for one in lines if not re.search(free, one)] == [], name


# ---------------------------------------------------------------- hostile text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_element_of_any_page(tmp_path, text):
    ids = ["s1", "s2", "s3", "s4"]
    build_pages(draw_record(0, CHAPTERS, text=text, ids=ids), tmp_path / "hostile", "en")
    build_pages(draw_record(0, CHAPTERS, text="plain", ids=ids), tmp_path / "plain", "en")
    hostile, plain = read_pages(tmp_path / "hostile"), read_pages(tmp_path / "plain")
    assert hostile.keys() == plain.keys()
    for name in plain:
        page = parse(hostile[name])
        assert report_tests.outline(page) == report_tests.outline(parse(plain[name])), name
        if name != "similar.html":
            assert make_visible(text).strip() in page.text


def test_hostile_ids_have_pages_inside_of_the_folder(tmp_path):
    build_pages(draw_record(0, CHAPTERS, text="x", ids=HOSTILE_IDS), tmp_path / "out" / "pages", "en")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"pages"}
    assert {path.name for path in (tmp_path / "out" / "pages").iterdir()} == {
        "index.html",
        "similar.html",
        "learners",
        MANIFEST,
    }
    assert len(list((tmp_path / "out" / "pages" / "learners").iterdir())) == len(HOSTILE_IDS)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=())) | st.from_regex(r"[a-zA-Z~.-]{1,5}"), unique=True, max_size=20
    )
)
@settings(deadline=None)
def test_names_of_files_are_safe_and_differ_on_any_disk(ids):
    names = [file_name(one) for one in ids]
    assert len({name.lower() for name in names}) == len(ids)
    for name in names:
        assert re.fullmatch(r"[a-z0-9][a-z0-9_.~-]*\.html", name) and len(name) < 100 and ".." not in name[:3]


# ---------------------------------------------------------------- a learner's page


def test_learner_page_has_the_report_and_above_it_what_counts(built):
    record, folder = built
    mark, override = record.overrides[0]
    text = (folder / "learners" / file_name(mark.learner.id)).read_text(encoding="utf-8")
    page = parse(text)
    said = words_of(page)
    assert LABELS["comment"].text in said and " ".join(override.comment.split()) in said
    assert "Decided by hand" in said and override.why not in page.find("header")[0].text.replace(override.comment, "")
    assert page.find("article", "card") and page.find("section", "gallery")
    levels = [int(one.tag[1]) for one in page.walk() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1 and levels.count(1) == 1


def test_lateness_and_what_it_costs_are_told(built):
    record, folder = built
    mark = next(mark for mark in record.marks if mark.late_s > 0 and mark.override is None)
    said = words_of(parse((folder / "learners" / file_name(mark.learner.id)).read_text(encoding="utf-8")))
    assert f"late by {render(duration_words(mark.late_s), 'en')}" in said and "−1" in said


def test_refusal_and_failure_of_the_grader_are_told():
    record = draw_record(60, CHAPTERS[:1])
    mark = next(mark for mark in record.marks if mark.status is Status.GRADER_ERROR)
    refusal = Refusal(
        "one.zip", Feedback(verbatim("It ends early."), next_step=verbatim("Pack it again.")), mark.learner
    )
    text = render_learner(mark.learner, [mark], [record.work(mark.grading_id)], [refusal], "en")
    said = words_of(parse(text))
    assert "It ends early." in said and "Pack it again." in said and "one.zip" in said
    assert "That is not your fault" in said and "No points yet" in said


def test_chapters_graded_under_other_conditions_say_so():
    record = draw_record(1, CHAPTERS, seed=2)
    works = [record.work(mark.grading_id) for mark in record.marks]
    other = msgspec.structs.replace(works[1].grading, surroundings=msgspec.structs.replace(AROUND, data="full"))
    works[1] = msgspec.structs.replace(works[1], grading=other)
    header = parse(render_learner(record.marks[0].learner, record.marks, works, [], "en")).find("header")[0]
    assert len(header.find("section")) == 3
    assert {"sample", "full"} <= {dd.text for dd in header.find("dd")}


# ---------------------------------------------------------------- the folder


def test_unchanged_pages_are_taken_over_and_changed_ones_are_not(tmp_path):
    record = draw_record(12, CHAPTERS)
    folder = tmp_path / "pages"
    assert build_pages(record, folder, "en").kept == 0
    before = read_pages(folder)
    again = build_pages(record, folder, "en")
    assert (again.kept, again.written) == (12, 2) and read_pages(folder) == before
    changed = msgspec.structs.replace(record.marks[0], final=3.25)
    record = msgspec.structs.replace(record, marks=(changed, *record.marks[1:]))
    assert build_pages(record, folder, "en").kept == 11
    assert "3.25" in (folder / "learners" / file_name(changed.learner.id)).read_text(encoding="utf-8")
    assert build_pages(record, folder, "zh").kept == 0


def test_page_that_was_taken_away_comes_back_and_who_left_goes(tmp_path):
    record = draw_record(5, CHAPTERS[:1])
    build_pages(record, tmp_path / "pages", "en")
    next((tmp_path / "pages" / "learners").iterdir()).unlink()
    build_pages(record, tmp_path / "pages", "en")
    assert len(list((tmp_path / "pages" / "learners").iterdir())) == 5
    build_pages(msgspec.structs.replace(record, marks=record.marks[:3]), tmp_path / "pages", "en")
    assert len(list((tmp_path / "pages" / "learners").iterdir())) == 3


@pytest.mark.parametrize("kind", ["folder", "file", "link", "link to nowhere"])
def test_something_else_is_refused_and_stays(tmp_path, kind):
    target = tmp_path / "pages"
    if kind == "folder":
        target.mkdir()
        (target / "thesis.txt").write_text("years of work")
    elif kind == "file":
        target.write_text("years of work")
    else:
        other = tmp_path / "elsewhere"
        if kind == "link":
            build_pages(draw_record(2, CHAPTERS[:1]), other, "en")
        target.symlink_to(other)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError) as refused:
        build_pages(draw_record(2, CHAPTERS[:1]), target, "en")
    feedback = refused.value.feedback
    assert all((feedback.problem, feedback.expected, feedback.got, feedback.next_step))
    assert "Nothing has been changed." in render(feedback.next_step, "en")
    assert sorted(tmp_path.rglob("*")) == before


def test_empty_folder_is_taken(tmp_path):
    (tmp_path / "pages").mkdir()
    build_pages(draw_record(2, CHAPTERS[:1]), tmp_path / "pages", "en")
    assert (tmp_path / "pages" / "index.html").is_file()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_in_the_middle_leaves_the_old_pages_as_they_were(tmp_path, monkeypatch, error):
    record = draw_record(6, CHAPTERS[:1])
    build_pages(record, tmp_path / "pages", "en")
    before = read_pages(tmp_path / "pages")
    count = iter(range(100))

    def fails(*arguments):
        if next(count) == 3:
            raise error
        return render_learner(*arguments)

    monkeypatch.setattr(building, "render_learner", fails)
    with pytest.raises(InputError if isinstance(error, OSError) else KeyboardInterrupt) as failed:
        build_pages(record, tmp_path / "pages", "zh")
    if isinstance(error, OSError):
        assert "No space left" in render(failed.value.feedback.got, "en")
    assert read_pages(tmp_path / "pages") == before
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_run_that_ended_between_old_and_new_is_made_good(tmp_path):
    record = draw_record(3, CHAPTERS[:1])
    build_pages(record, tmp_path / "pages", "en")
    (tmp_path / "pages").rename(tmp_path / ".pages.before")
    assert build_pages(record, tmp_path / "pages", "en").kept == 3
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


@pytest.mark.parametrize("manifest", ["", "[]", '{"index.html": 3}', "[" * 10_000, "\xff"])
def test_damaged_manifest_costs_no_more_than_time(tmp_path, manifest):
    record = draw_record(2, CHAPTERS[:1])
    build_pages(record, tmp_path / "pages", "en")
    (tmp_path / "pages" / MANIFEST).write_bytes(manifest.encode("latin-1"))
    assert build_pages(record, tmp_path / "pages", "en").written == 4


def test_pages_are_not_for_everybody_on_the_machine(built):
    assert built[1].stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_place_that_may_not_be_written_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written"):
        build_pages(draw_record(2, CHAPTERS[:1]), tmp_path / "pages", "en")


def test_place_below_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        build_pages(draw_record(2, CHAPTERS[:1]), tmp_path / "file" / "pages", "en")


# ---------------------------------------------------------------- grader report


def test_command_writes_pages_from_a_gradebook(tmp_path, mirror_course, invoke):
    from grader.cohort.gradings import Conditions, Grading

    chapter = mirror_course.chapters[0]
    record = draw_record(6, (chapter,), seed=2)
    results = [record.work(mark.grading_id).grading.result for mark in record.marks if mark.status is Status.GRADED]
    own = "\n\n".join(ALIKE.decode().replace("own", f"own{n}").replace("** 2", "** 2" + " + k" * n) for n in range(8))
    with open_gradebook(tmp_path / "g.sqlite") as book:
        for number, mark in enumerate(record.marks[:5]):
            text = own if number in (1, 3) else "def mirror(image):\n    return image[:, ::-1]\n"
            book.take_in(Submitted(mark.learner, 1, {f"{chapter}.py": text.encode()}, f"zip/{number}"), [chapter])
        book.set_roster([mark.learner for mark in record.marks])
        jobs = book.claim("me", 10, 60, Conditions())
        for job, result in zip(jobs, results, strict=False):
            assert book.keep("me", job.grading_id, Grading(result, AROUND, "digest"))
        book.override(record.marks[0].learner.id, chapter, 4.5, "Nice.", "Ms Wu", "oral")
    done = invoke("report", "--gradebook", str(tmp_path / "g.sqlite"), "-o", str(tmp_path / "out"), "--lang", "en")
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "out" / "index.html") in done.output
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    text = words_of(parse(page))
    assert (
        'data-all="6 learners"' in page
        and "4.5" in text
        and "Ms Wu" in text
        and LABELS["similar_question"].text in text
    )
    assert "1 pairs of submissions are much alike" in done.output and "6 learners; 0 of their pages" in done.output
    again = invoke("report", "--gradebook", str(tmp_path / "g.sqlite"), "-o", str(tmp_path / "out"), "--lang", "en")
    assert "6 learners; 6 of their pages" in again.output


def test_command_without_a_gradebook_says_so_in_four_parts(tmp_path, mirror_course, invoke):
    done = invoke("report", "--gradebook", str(tmp_path / "none.sqlite"), "--lang", "en")
    assert done.exit_code == 4 and "Traceback" not in done.output
    assert done.output.count("\n") >= 3 and not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize(
    ("wanted", "words"), [("ch9", "There is no chapter ch9"), ("ch", "There is more than one chapter")]
)
def test_command_knows_chapters_by_the_start_of_their_names(tmp_path, monkeypatch, invoke, wanted, words):
    monkeypatch.chdir(find_course().root)
    open_gradebook(tmp_path / "g.sqlite").close()
    done = invoke("report", "--gradebook", str(tmp_path / "g.sqlite"), "--chapter", wanted, "--lang", "en")
    assert done.exit_code == 4 and words in " ".join(done.output.split()) and "ch2_first_model" in done.output
