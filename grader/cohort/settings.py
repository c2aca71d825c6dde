"""What a teacher has settled for a class: deadlines, late work, which submission counts, the sites. Trusted side."""

from __future__ import annotations

import datetime
import enum
import zoneinfo
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from grader.cohort.submitted import Learner
from grader.cohort.toml_table import Table, read_document
from grader.errors import InputError
from grader.messages import say, verbatim

NO_TIME = datetime.timedelta()
# The columns of Moodle's worksheet that are told by their names, which are in the site's language.
MOODLE_COLUMNS = (
    "identifier", "full_name", "email", "grade", "maximum_grade", "can_be_changed", "modified", "feedback"
)  # fmt: skip


class Unit(enum.Enum):
    """What late work is counted in; a unit that has begun counts whole."""

    HOUR = "hour"
    DAY = "day"

    @property
    def seconds(self) -> int:
        return 3_600 if self is Unit.HOUR else 86_400


class Share(enum.Enum):
    """Of what a late penalty is a part: of the points earned, or of the most there is."""

    EARNED = "earned"
    MOST = "most"


class Counts(enum.Enum):
    """Which of a learner's submissions counts."""

    BEST = "best"
    LAST = "last"


class Missing(enum.Enum):
    """What a learner gets for a chapter of which nothing was handed in, once its deadline has passed."""

    EMPTY = "empty"
    ZERO = "zero"


class Late(msgspec.Struct, frozen=True):
    """What late work costs: `percent` for each unit, `at_most` in all, and everything where it comes too late."""

    grace: datetime.timedelta = NO_TIME
    percent: float = 0.0
    per: Unit = Unit.DAY
    of: Share = Share.EARNED
    at_most: float = 100.0
    nothing_after: datetime.timedelta | None = None


class Extension(msgspec.Struct, frozen=True):
    """More time for one learner: longer than the others, or until a moment. `chapter`: empty for all of them."""

    learner: str
    why: str
    chapter: str = ""
    more: datetime.timedelta = NO_TIME
    until: datetime.datetime | None = None


class CanvasColumn(msgspec.Struct, frozen=True):
    """An assignment as Canvas has it. `points`: the most there is on the site; None: as here."""

    assignment: str
    points: float | None = None


class ClassSettings(msgspec.Struct, frozen=True):
    """All that is settled. `chapters`: those that count, in their order."""

    chapters: tuple[str, ...]
    title: str = ""
    page_title: str = ""
    counts: Counts = Counts.BEST
    missing: Missing = Missing.EMPTY
    deadlines: dict[str, datetime.datetime] = {}
    late: Late = Late()
    extensions: tuple[Extension, ...] = ()
    canvas: dict[str, CanvasColumn] = {}
    moodle_points: dict[str, float] = {}
    moodle_columns: dict[str, str] = {}

    def deadline(self, learner: str, chapter: str) -> datetime.datetime | None:
        """Return until when a learner's work is in time, grace included; None without a deadline."""
        deadline = self.deadlines.get(chapter)
        if deadline is None:
            return None
        ends = [deadline]
        for extension in self.extensions_of(learner, chapter):
            ends.append(deadline + extension.more)
            if extension.until is not None:
                ends.append(extension.until)
        return max(ends) + self.late.grace

    def extensions_of(self, learner: str, chapter: str) -> list[Extension]:
        return [one for one in self.extensions if one.learner == learner and one.chapter in ("", chapter)]

    def strangers(self, learners: Iterable[Learner]) -> list[str]:
        """Return who has an extension and is no learner of the class: a slip of the pen, most likely."""
        known = {learner.id for learner in learners}
        return sorted({extension.learner for extension in self.extensions} - known)


def read_settings(path: Path, chapters: Sequence[str]) -> ClassSettings:
    """Read the settings of a class. `chapters`: those of the course.

    Raises:
        InputError: something in the file cannot be meant so; file and line are told.
    """
    top = read_document(path).top
    top.only(
        "title", "timezone", "chapters", "counts", "missing", "deadlines", "late", "extensions", "page", "canvas",
        "moodle",
    )  # fmt: skip
    zone = _zone(top)
    page, moodle = top.table("page"), top.table("moodle")
    page.only("title")
    moodle.only("points", "columns")
    columns, points = moodle.table("columns"), moodle.table("points")
    columns.only(*MOODLE_COLUMNS)
    return ClassSettings(
        chapters=_counting(top, chapters),
        title=top.text("title"),
        page_title=page.text("title"),
        counts=Counts(top.choice("counts", [one.value for one in Counts], Counts.BEST.value)),
        missing=Missing(top.choice("missing", [one.value for one in Missing], Missing.EMPTY.value)),
        deadlines=_deadlines(top.table("deadlines"), chapters, zone),
        late=_late(top.table("late")),
        extensions=tuple(_extension(one, chapters, zone) for one in top.tables("extensions")),
        canvas=_canvas(top.table("canvas"), chapters),
        moodle_points={name: _points(points, name) for name in _chapters_in(points, chapters)},
        moodle_columns={name: columns.text(name) for name in columns.names},
    )


def _zone(top: Table) -> datetime.tzinfo | None:
    name = top.text("timezone")
    if not name:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise top.fault(
            "timezone",
            say("This machine knows no such time zone."),
            say('the name of a time zone, such as "Europe/Berlin", "Asia/Shanghai" or "UTC"'),
            verbatim(name),
        ) from None


def _counting(top: Table, chapters: Sequence[str]) -> tuple[str, ...]:
    named = top.texts("chapters")
    for name in named:
        if name not in chapters:
            raise _no_chapter(top, "chapters", name, chapters)
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise top.fault("chapters", say("A chapter is named twice."), say("each chapter once"), verbatim(twice))
    return tuple(named) or tuple(chapters)


def _no_chapter(table: Table, key: str, name: str, chapters: Sequence[str]) -> InputError:
    fault = table.unknown(name, chapters).feedback.next_step if name not in table else None
    return table.fault(
        key,
        say("The course has no such chapter."),
        say("one of: {names}", names=", ".join(chapters)),
        verbatim(name),
        fault,
    )


def _chapters_in(table: Table, chapters: Sequence[str]) -> list[str]:
    for name in table.names:
        if name not in chapters:
            raise table.unknown(name, chapters)
    return table.names


def _deadlines(table: Table, chapters: Sequence[str], zone: datetime.tzinfo | None) -> dict[str, datetime.datetime]:
    moments = {name: table.moment(name, zone) for name in _chapters_in(table, chapters)}
    return {name: moment for name, moment in moments.items() if moment is not None}


def _late(table: Table) -> Late:
    table.only("grace", "percent", "per", "of", "at_most", "nothing_after")
    return Late(
        grace=table.length("grace") or NO_TIME,
        percent=table.number("percent", 0, 100),
        per=Unit(table.choice("per", [one.value for one in Unit], Unit.DAY.value)),
        of=Share(table.choice("of", [one.value for one in Share], Share.EARNED.value)),
        at_most=table.number("at_most", 100, 100),
        nothing_after=table.length("nothing_after"),
    )


def _extension(table: Table, chapters: Sequence[str], zone: datetime.tzinfo | None) -> Extension:
    table.only("learner", "chapter", "more", "until", "why")
    for needed in ("learner", "why"):
        if not table.text(needed):
            raise table.fault(
                needed,
                say("An extension lacks its `{name}`.", name=needed),
                say("whose it is, and why: `learner` and `why`"),
                say("nothing"),
            )
    chapter = table.text("chapter")
    if chapter and chapter not in chapters:
        raise _no_chapter(table, "chapter", chapter, chapters)
    more, until = table.length("more"), table.moment("until", zone)
    if (more is None) == (until is None):
        raise table.fault(
            "until" if until else "learner",
            say("An extension says how long it is in one way."),
            say('either `more`, such as "3d", or `until`, a date and time'),
            say("both") if more is not None else say("neither of them"),
        )
    return Extension(table.text("learner"), table.text("why"), chapter, more or NO_TIME, until)


def _canvas(table: Table, chapters: Sequence[str]) -> dict[str, CanvasColumn]:
    columns = {}
    for name in _chapters_in(table, chapters):
        column = table.table(name)
        column.only("assignment", "points")
        if not column.text("assignment").strip():
            raise column.fault(
                "assignment",
                say("The column of `{chapter}` has no name.", chapter=name),
                say('the assignment as Canvas writes it at the top of the column, such as "Chapter 1 (12345)"'),
                say("nothing"),
            )
        columns[name] = CanvasColumn(column.text("assignment"), _points(column) if "points" in column else None)
    return columns


def _points(table: Table, name: str = "points") -> float:
    points = table.number(name)
    if points == 0:
        raise table.fault(name, say("`{name}` cannot be this.", name=name), say("a number above 0"), verbatim("0"))
    return points
