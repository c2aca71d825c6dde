"""Marks in Canvas's gradebook: into the file exported from there, or as a new one. Trusted side.

Source: Canvas's guide to importing grades, and the importer's own code for the order in which learners are matched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.cohort.exports.csv_cells import CsvFile, Place, no_column, number, read_number, write_rows
from grader.cohort.exports.matching import Directory, Filled, without_place
from grader.cohort.gradings import Mark
from grader.cohort.settings import CanvasColumn
from grader.messages import say

POINTS = "points possible"
# Rows that are about no learner.
NOT_LEARNERS = (POINTS, "manual posting", "test student", "student, test")
ASSIGNMENT_ID = re.compile(r"\((\d+)\)\s*$")
EXCUSED = "EX"
WHO = ("ID", "SIS User ID", "SIS Login ID", "Student")


def fill_canvas(raw: bytes, shown: str, marks: Sequence[Mark], chapter: str, column: CanvasColumn) -> Filled:
    """Return Canvas's own file with the marks of a chapter in the column of its assignment, all else unchanged.

    What has no points here keeps what it has there; who is excused there stays excused.

    Raises:
        InputError: the file is none of Canvas's, or has no such assignment.
    """
    file = CsvFile(raw, shown)
    header = file.header
    ids: dict[str, int] = {name: header.index(name) for name in WHO if name in header}
    if "ID" not in ids:
        raise no_column(file, "ID", say("In Canvas: Grades > Export. Take that file as it is."))
    target = _assignment(file, column.assignment)
    by_learner = {mark.learner.id: mark for mark in marks if mark.chapter == chapter}
    directory = Directory(mark.learner for mark in by_learner.values())
    most = _points_possible(file, target) or column.points
    comma = file.separator == ";"
    values: dict[Place, str] = {}
    placed: set[str] = set()
    strangers, kept = [], []
    scaled = None
    for row in range(1, len(file.rows)):
        first = file.value(row, 0).strip()
        if len(file.rows[row]) <= target or first.casefold() in NOT_LEARNERS:
            continue
        named = {name: file.value(row, at) for name, at in ids.items()}
        if not any(value.strip() for value in named.values()):
            continue
        learner = _find(directory, named)
        if learner is None:
            strangers.append(first or named["ID"])
            continue
        placed.add(learner)
        mark = by_learner[learner]
        if file.value(row, target).strip().upper() == EXCUSED:
            kept.append(f"{first}: {EXCUSED}")
        elif mark.final is not None:
            share = most / mark.points if most and mark.points else 1.0
            scaled = (mark.points, most) if most and share != 1 else scaled
            written = number(float(mark.final * share), 2)
            values[row, target] = written.replace(".", ",") if comma else written
    absent = without_place(by_learner.values(), placed)
    return Filled(file.with_cells(values), len(values), tuple(strangers), absent, tuple(kept), scaled)


def new_canvas(marks: Sequence[Mark], columns: Mapping[str, CanvasColumn]) -> bytes:
    """Return a file to import into Canvas, with the chapters that have an assignment there, in this order."""
    by_key = {(mark.learner.id, mark.chapter): mark for mark in marks}
    learners = {mark.learner.id: mark.learner for mark in marks}
    info = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    most = {
        chapter: column.points or max((mark.points for mark in marks if mark.chapter == chapter), default=0.0)
        for chapter, column in columns.items()
    }
    rows: list[list[str | float | None]] = [
        [*info, *(column.assignment for column in columns.values())],
        ["    Points Possible", *[None] * (len(info) - 1), *(float(points) for points in most.values())],
    ]
    for learner in learners.values():
        known = learner.other_ids
        row: list[str | float | None] = [
            learner.name or learner.id,
            known.get("canvas", ""),
            known.get("sis_user", ""),
            # Without any other, the id the class is known by here is most likely the login.
            known.get("sis_login", "" if {"canvas", "sis_user"} & set(known) else learner.id),
            learner.section,
        ]
        for chapter in columns:
            mark = by_key.get((learner.id, chapter))
            share = most[chapter] / mark.points if mark and mark.points else 1.0
            row.append(round(mark.final * share, 2) if mark is not None and mark.final is not None else None)
        rows.append(row)
    return write_rows(rows, "\n").encode()


def _assignment(file: CsvFile, wanted: str) -> int:
    """Return the column of an assignment: by its number where both have one, else by its whole title."""
    number = ASSIGNMENT_ID.search(wanted)
    for at, title in enumerate(file.header):
        found = ASSIGNMENT_ID.search(title)
        if title == wanted.strip() or (number and found and number[1] == found[1]):
            return at
    raise no_column(
        file, wanted, say("Write the assignment into the settings as it stands in the file, with its number.")
    )


def _points_possible(file: CsvFile, target: int) -> float | None:
    for row in range(1, min(len(file.rows), 4)):
        if file.value(row, 0).strip().casefold() == POINTS:
            return read_number(file.value(row, target)) or None
    return None


def _find(directory: Directory, named: Mapping[str, str]) -> str | None:
    """Match as Canvas does: by its own number, the two of the student system, and the name at last."""
    canvas, user, login = (named.get(name, "") for name in ("ID", "SIS User ID", "SIS Login ID"))
    return directory.find(
        ("canvas", canvas),
        ("sis_user", user),
        ("id", user),
        ("sis_login", login),
        ("id", login),
        ("email", login),
        ("name", named.get("Student", "")),
    )
