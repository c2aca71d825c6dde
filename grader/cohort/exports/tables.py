"""Marks as tables and data: CSV, nbgrader's CSV, JSON, Parquet. Trusted side."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.cohort.exports.csv_cells import write_rows
from grader.cohort.gradings import Mark
from grader.messages import LANGUAGES, render
from grader.report.words import make_visible

SCHEMA_VERSION = 1
# Without it, Excel takes UTF-8 for the encoding of its own country.
BYTE_ORDER_MARK = "\ufeff"
NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def render_csv(marks: Sequence[Mark], long: bool = False) -> bytes:
    """Return one row a learner, or with `long` one a learner and chapter."""
    if long:
        lines = [flat(mark) for mark in marks]
        rows: list[list[Any]] = [list(lines[0] if lines else _columns()), *([*line.values()] for line in lines)]
    else:
        rows = _wide(marks)
    return (BYTE_ORDER_MARK + write_rows(rows)).encode()


def _wide(marks: Sequence[Mark]) -> list[list[Any]]:
    """Return a table in which a learner's total is empty only where nothing at all was graded."""
    chapters = list(dict.fromkeys(mark.chapter for mark in marks))
    by_key = {(mark.learner.id, mark.chapter): mark for mark in marks}
    learners = {mark.learner.id: mark.learner for mark in marks}
    rows: list[list[Any]] = [["learner", "name", "email", "section", *chapters, "total", "points"]]
    for learner in learners.values():
        own = [by_key.get((learner.id, chapter)) for chapter in chapters]
        finals = [mark.final if mark else None for mark in own]
        graded = [float(final) for final in finals if final is not None]
        total = sum(graded) if graded else None
        most = sum(float(mark.points) for mark in own if mark)
        rows.append([learner.id, learner.name, learner.email, learner.section, *map(_float, finals), total, most])
    return rows


def flat(mark: Mark) -> dict[str, str | float | int | None]:
    """Return a mark as one row of plain values."""
    learner, override = mark.learner, mark.override
    return {
        "learner": learner.id,
        "name": learner.name,
        "email": learner.email,
        "section": learner.section,
        "chapter": mark.chapter,
        "status": mark.status.value,
        "points": float(mark.points),
        "earned": _float(mark.earned),
        "penalty": float(mark.penalty),
        "final": _float(mark.final),
        "late_s": float(mark.late_s),
        "attempt": mark.attempt,
        "grading_id": mark.grading_id,
        "override_points": _float(override.points) if override else None,
        "override_comment": override.comment if override else "",
        "override_who": override.who if override else "",
        "override_why": override.why if override else "",
        "notes": " ".join(render(note, "en") for note in mark.notes),
    }


def render_json(marks: Sequence[Mark], title: str = "") -> bytes:
    """Return all marks with notes in every language, as strict JSON."""
    written = {
        "schema_version": SCHEMA_VERSION,
        "title": make_visible(title),
        "marks": [
            {
                **_visible(flat(mark)),
                "other_ids": {make_visible(kind): make_visible(name) for kind, name in mark.learner.other_ids.items()},
                "override_at": mark.override.at.isoformat() if mark.override else None,
                "notes": [{one: make_visible(render(note, one)) for one in LANGUAGES} for note in mark.notes],
            }
            for mark in marks
        ],
    }
    return (json.dumps(written, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def render_parquet(marks: Sequence[Mark]) -> bytes:
    """Return one row a learner and chapter, each column with its type."""
    import pyarrow
    import pyarrow.parquet

    types = {
        **dict.fromkeys(_columns(), pyarrow.string()),
        **dict.fromkeys(("points", "earned", "penalty", "final", "late_s", "override_points"), pyarrow.float64()),
        **dict.fromkeys(("attempt", "grading_id"), pyarrow.int64()),
    }
    schema = pyarrow.schema(list(types.items()))
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([_visible(flat(mark)) for mark in marks], schema), sink)
    return sink.getvalue()


def render_nbgrader(
    marks: Sequence[Mark],
    deadlines: Mapping[str, datetime.datetime],
    handed_in: Callable[[int], datetime.datetime | None],
) -> bytes:
    """Return what `nbgrader export` writes. `handed_in`: when the submission of a grading came."""
    rows: list[list[Any]] = [list(NBGRADER)]
    for mark in marks:
        last, first = names_of(mark.learner.name)
        came = handed_in(mark.grading_id) if mark.grading_id is not None and mark.final is not None else None
        rows.append(
            [
                mark.chapter,
                _time(deadlines.get(mark.chapter)),
                _time(came),
                mark.learner.id,
                last,
                first,
                mark.learner.email,
                _float(mark.earned),
                float(mark.penalty) if mark.earned is not None else None,
                _float(mark.final),
                float(mark.points),
            ]
        )
    return write_rows(rows, "\n").encode()


def names_of(name: str) -> tuple[str, str]:
    """Return last and first name. A name of one word, as Chinese ones are written, is a last name."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.strip().rpartition(" ")
    return last.strip(), first.strip()


def _columns() -> list[str]:
    return [
        "learner", "name", "email", "section", "chapter", "status", "points", "earned", "penalty", "final", "late_s",
        "attempt", "grading_id", "override_points", "override_comment", "override_who", "override_why", "notes",
    ]  # fmt: skip


def _visible(row: dict[str, str | float | int | None]) -> dict[str, str | float | int | None]:
    return {name: make_visible(value) if isinstance(value, str) else value for name, value in row.items()}


def _time(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _float(value: float | None) -> float | None:
    # 0.1 + 0.2 is 0.30000000000000004, which no grade book should show.
    return None if value is None else round(float(value), 6)
