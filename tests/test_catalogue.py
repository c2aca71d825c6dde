"""The catalogue: it holds every sentence a learner can read, and nothing else, in every language."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.course.catalogue import compose, extract, find_flaws, po_file, read_translations, update
from grader.course.docstrings import translate_docstrings
from grader.course.errors import CourseError
from grader.messages import LANGUAGES, Message, render, say
from grader.report.terminal import print_run
from grader.results import ChapterResult, RunResult, Surroundings

ROOT = Path(__file__).resolve().parent.parent
TRANSLATED = LANGUAGES[1:]
HAN = re.compile("[\u4e00-\u9fff]")

SAME_IN_CHINESE = {
    "None": "Python's own word",
    "{what} {name}": "both parts are filled in, the first of them in Chinese",
    "from_logits={value}": "code",
    "{size} MiB": "a unit",
    "`--chapter {name}`": "code",
    "`--layout {name}`": "code",
    **dict.fromkeys(
        (
            "{verdict} ({problem})",
            "{symbol} {learner}  {chapter}  {what}",
            "{learner}  {chapter}  {what}",
            "{origin}: {problem}",
            "{place}: {problem}",
            "{said}: {line}",
            "{who}, {when}: {why}",
        ),
        "only what is filled in says something, and the punctuation is Chinese",
    ),
}


@pytest.fixture
def course(tmp_path):
    """A course with one sentence of each kind and its Chinese."""
    checks = tmp_path / "grader" / "checks"
    checks.mkdir(parents=True)
    (tmp_path / "solutions" / "mistakes").mkdir(parents=True)
    (tmp_path / "grader" / "words.py").write_text(
        'def words(number):\n    return [say("Said {number} times.", number=number), say("Said last.")]\n'
    )
    (checks / "test_ch1.py").write_text(
        '"""Chapter title\n\nFor teachers."""\n\ndef helper():\n    """Not a check."""\n\n'
        'def test_it():\n    """Check title."""\n'
    )
    (tmp_path / "solutions" / "ch1.py").write_text(
        'def stub(x):\n    """Do it.\n\n    Args:\n        x: A number.\n    """\n'
    )
    (tmp_path / "solutions" / "mistakes" / "ch1.py").write_text('def stub__late(x):\n    """Too late."""\n')
    chinese = {
        "Said {number} times.": "说了 {number} 次。",
        "Said last.": "最后说的。",
        "Chapter title": "章名",
        "Check title.": "检查名。",
        "Do it.\n\nArgs:\n    x: A number.": "做吧。\n\n参数：\n    x：一个数。",
        "Too late.": "太晚了。",
    }
    assert update(tmp_path, "zh", chinese).none
    return tmp_path


def change(course, old, new, file="grader/words.py"):
    path = course / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# ---------------------------------------------------------------- the course's own catalogue


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_nothing_else_is_kept(language):
    flaws = find_flaws(ROOT, language)
    assert flaws.none, f"run: grader translate; then fill in {po_file(language)}: {flaws}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_committed_catalogue_is_what_the_source_gives(language):
    po, mo = compose(ROOT, language)
    assert po_file(language).read_bytes() == po, "run: grader translate"
    assert po_file(language).with_suffix(".mo").read_bytes() == mo, "run: grader translate"


def test_chinese_sentences_are_chinese():
    translations = read_translations("zh")
    foreign = {
        text for text, chinese in translations.items() if re.search("[A-Za-z]", text) and not HAN.search(chinese)
    }
    assert foreign == set(SAME_IN_CHINESE)


def test_chinese_and_latin_are_set_apart_by_a_space():
    touching = re.compile("[\u4e00-\u9fff][A-Za-z0-9`]|[A-Za-z0-9`][\u4e00-\u9fff]")
    assert [text for text in read_translations("zh").values() if touching.search(text)] == []


def test_only_literals_are_said():
    """Or the catalogue would not know the sentence."""
    computed = []
    for path in sorted((ROOT / "grader").rglob("*.py")):
        if path == ROOT / "grader" / "messages.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and "say" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
                literal = node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
                if not literal:
                    computed.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert computed == []


# ---------------------------------------------------------------- extraction


def test_each_kind_of_sentence_is_found_with_its_file(course):
    assert extract(course) == {
        "Said {number} times.": "grader/words.py",
        "Said last.": "grader/words.py",
        "Chapter title": "grader/checks/test_ch1.py",
        "Check title.": "grader/checks/test_ch1.py",
        "Do it.\n\nArgs:\n    x: A number.": "solutions/ch1.py",
        "Too late.": "solutions/mistakes/ch1.py",
    }


def test_sentences_come_in_the_order_in_which_they_stand(course):
    change(course, 'say("Said last.")', '[[say("A deeper one.")]], say("Said last.")')
    assert list(extract(course))[:3] == ["Said {number} times.", "A deeper one.", "Said last."]


# ---------------------------------------------------------------- flaws


def test_new_sentence_is_missing(course):
    change(course, 'say("Said last.")', 'say("Said last."), say("Made up.")')
    flaws = find_flaws(course, "zh")
    assert (flaws.missing, flaws.stale, flaws.placeholders) == (("Made up.",), (), ())


def test_removed_sentence_is_stale_until_the_next_update(course):
    change(course, ', say("Said last.")', "")
    assert find_flaws(course, "zh").stale == ("Said last.",)
    assert update(course, "zh").none
    assert "Said last." not in read_translations("zh", course)


@pytest.mark.parametrize(
    "chinese", ["说了 {count} 次。", "说了几次。", "说了 {number} 次，{more}。", "说了 {number 次。"]
)
def test_changed_placeholder_is_reported(course, chinese):
    change(course, "说了 {number} 次。", chinese, "grader/locale/zh/LC_MESSAGES/first_digits.po")
    assert find_flaws(course, "zh").placeholders == ("Said {number} times.",)


def test_course_without_a_catalogue_lacks_everything(course):
    shutil.rmtree(course / "grader" / "locale")
    assert set(find_flaws(course, "zh").missing) == set(extract(course))


# ---------------------------------------------------------------- writing


def test_update_keeps_translations_and_gives_the_same_bytes(course):
    files = [po_file("zh", course), po_file("zh", course).with_suffix(".mo")]
    before = [path.read_bytes() for path in files]
    assert update(course, "zh").none
    assert [path.read_bytes() for path in files] == before


def test_header_holds_nothing_that_changes_by_itself(course):
    header = po_file("zh", course).read_text(encoding="utf-8").partition("\n\n")[0]
    assert "charset=UTF-8" in header
    assert not re.search("Date|Babel|20[0-9][0-9]", header)


def test_other_folders_are_refused(tmp_path):
    with pytest.raises(CourseError, match="no course's folder"):
        update(tmp_path, "zh")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- speaking


def test_sentence_is_rendered_in_chinese_with_its_values():
    assert render(say("passed"), "zh") == "通过"
    assert render(say("{file}, line {line}", file="a.py", line=3), "zh") == "a.py，第 3 行"
    assert render(say("{what} {name}", what=say("optimizer"), name="adam"), "zh") == "优化器 adam"


def test_unknown_sentence_stays_english():
    assert render(Message("Nobody has said this to {name}.", {"name": "you"}), "zh") == "Nobody has said this to you."
    assert render(Message(""), "zh") == ""


def test_docstrings_of_every_stub_become_chinese():
    master = (ROOT / "solutions" / "ch2_first_model.py").read_text(encoding="utf-8")
    translated = "\n".join(translate_docstrings(master.splitlines(), "zh"))
    docstrings = [ast.get_docstring(node) or "" for node in ast.parse(translated).body if hasattr(node, "args")]
    assert len(docstrings) == 8
    assert all(HAN.search(docstring) for docstring in docstrings)


@pytest.mark.parametrize("width", [40, 57, 80])
def test_chinese_lines_are_filled_and_never_begin_with_a_full_stop(width):
    note = say("This check uses inputs that are not shown, and your function's answer to them is not right yet.")
    chapter = ChapterResult(name="ch1", title=say("Chapter"), file=None, tasks=(), notes=(note,))
    surroundings = Surroundings("namespaces", say("passed"), "sample", 0, {})
    screen = print_run(RunResult((chapter,), surroundings, 0.0), "zh", width, colour=False)
    lines = [line.rstrip() for line in screen.splitlines()]
    told = lines[lines.index("章") + 1 : lines.index("得分：0 / 0") - 1]
    assert "".join(line.strip() for line in told) == render(note, "zh")
    assert all(width - 6 <= cell_len(line) <= width for line in told[:-1])
    assert not any(re.match("[，。；]", line.strip()) for line in told)
