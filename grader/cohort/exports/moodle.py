"""Marks in the worksheet of a Moodle assignment, every other byte of which stays as it is. Trusted side.

Source: Moodle's `mod/assign/feedback/offline` (which columns it looks for, by their names in the site's language) and
`mod/assign/feedback/comments` (comments are stored as HTML).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence

from grader.cohort.exports.csv_cells import CsvFile, Place, defused, number, read_number
from grader.cohort.exports.matching import Directory, Filled, without_place
from grader.cohort.gradings import Mark
from grader.errors import InputError
from grader.messages import say, verbatim
from grader.report.words import make_visible
from grader.results import Feedback

# In English and in the Chinese of Moodle's packs, older ones and the traditional one included.
TITLES: dict[str, tuple[str, ...]] = {
    "identifier": ("Identifier", "标识符", "識別碼"),
    "full_name": ("Full name", "全名", "姓名"),
    "email": ("Email address", "电子邮件地址", "Email地址", "邮箱地址", "電子郵件信箱"),
    "grade": ("Grade", "成绩", "分数", "成績", "分數"),
    "maximum_grade": ("Maximum grade", "最高分", "最高成绩", "最高分数", "最高分數"),
    "can_be_changed": ("Grade can be changed", "允许更改成绩", "可以更改成绩", "成绩可以更改", "成績可以更改"),
    "modified": (
        "Last modified (grade)",
        "上次修改（评分）",
        "最后修改（教师）",
        "最后修改（成绩）",
        "最後修改的(得分)",
    ),
    "feedback": ("Feedback comments", "反馈意见", "反馈评论", "回饋評語", "評語回饋"),
}
# Moodle's importer takes no file without these.
NEEDED = ("identifier", "grade", "modified")
NO = ("no", "否", "不")
LAST_NUMBER = re.compile(r"(\d+)\s*$")


def fill_moodle(
    raw: bytes,
    shown: str,
    marks: Sequence[Mark],
    comment: Callable[[Mark], str],
    points: float | None = None,
    titles: Mapping[str, str] | None = None,
) -> Filled:
    """Return Moodle's own worksheet with grades and comments in it.

    Args:
        marks: of one chapter.
        comment: what a learner is told, as plain text.
        points: the most there is on the site, where the worksheet does not say so.
        titles: of columns, where Moodle speaks another language.

    Raises:
        InputError: the file is no worksheet, or the assignment is graded by words.
    """
    file = CsvFile(raw, shown)
    columns = _columns(file, titles or {})
    by_learner = {mark.learner.id: mark for mark in marks}
    directory = Directory(mark.learner for mark in marks)
    values: dict[Place, str] = {}
    placed: set[str] = set()
    strangers, kept = [], []
    scaled = None
    for row in range(1, len(file.rows)):
        if len(file.rows[row]) <= max(columns["grade"], columns["identifier"]):
            continue
        named = {name: file.value(row, columns.get(name)) for name in TITLES}
        learner = _find(directory, named)
        who = f"{named['full_name']} ({named['identifier']})".strip()
        if learner is None:
            strangers.append(who)
            continue
        placed.add(learner)
        mark = by_learner[learner]
        if named["can_be_changed"].strip().casefold() in NO:
            kept.append(f"{who}: {named['can_be_changed'].strip()}")
            continue
        if mark.final is None:
            continue
        most = _most(file, row, named["maximum_grade"]) or points
        share = most / mark.points if most and mark.points else 1.0
        scaled = (mark.points, most) if most and share != 1 else scaled
        values[row, columns["grade"]] = number(float(mark.final * share), 2)
        if "feedback" in columns and columns["feedback"] < len(file.rows[row]):
            values[row, columns["feedback"]] = as_html(comment(mark))
    filled = sum(column == columns["grade"] for _, column in values)
    return Filled(
        file.with_cells(values), filled, tuple(strangers), without_place(marks, placed), tuple(kept), scaled
    )  # fmt: skip


def as_html(text: str) -> str:
    """Return plain text as Moodle's comments hold it: HTML in one line, in which nothing of a learner's is markup."""
    return defused("<br>".join(html.escape(line.rstrip()) for line in make_visible(text.strip()).split("\n")))


def _columns(file: CsvFile, titles: Mapping[str, str]) -> dict[str, int]:
    header = [title.casefold() for title in file.header]
    found = {}
    for name, known in TITLES.items():
        wanted = (titles[name],) if name in titles else known
        places = [header.index(title.casefold()) for title in wanted if title.casefold() in header]
        if places:
            found[name] = places[0]
    lacking = [name for name in NEEDED if name not in found]
    if lacking:
        raise InputError(
            Feedback(
                problem=say("{file} is no worksheet of a Moodle assignment that we can read.", file=file.shown),
                expected=say("the columns {names}", names=", ".join(TITLES[name][0] for name in lacking)),
                got=verbatim(", ".join(make_visible(title) for title in file.header)[:400] or "–"),
                next_step=say(
                    "In Moodle: the assignment > Submissions > Download grading worksheet. Where Moodle speaks neither "
                    "English nor Chinese, name these columns in the settings, under [moodle.columns]: {names}.",
                    names=", ".join(lacking),
                ),
            )
        )
    return found


def _find(directory: Directory, named: Mapping[str, str]) -> str | None:
    identifier = LAST_NUMBER.search(named["identifier"])
    return directory.find(
        ("moodle", identifier[1] if identifier else ""),
        ("moodle", named["identifier"]),
        ("email", named["email"]),
        ("id", named["email"]),
        ("name", named["full_name"]),
    )


def _most(file: CsvFile, row: int, text: str) -> float | None:
    if not text.strip() or text.strip() == "-":
        return None
    most = read_number(text)
    if most is None:
        raise InputError(
            Feedback(
                problem=say(
                    "{file}, row {row}: this assignment is not graded by points.", file=file.shown, row=row + 1
                ),
                expected=say("a maximum grade that is a number"),
                got=verbatim(make_visible(text)[:200]),
                next_step=say("In Moodle, set the assignment's grade to points, and download the worksheet again."),
            )
        )
    return most or None
