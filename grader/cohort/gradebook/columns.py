"""What columns hold beyond the ordinary: any text at all, and moments in UTC. Trusted side."""

from __future__ import annotations

import datetime
import re

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

# PostgreSQL takes no NUL, and a lone surrogate is no UTF-8. Both, and the mark itself, become mark and four digits.
MARK = "\x1a"
_NOT_STORABLE = re.compile("[\x00\x1a\ud800-\udfff]")
_STORED = re.compile("\x1a([0-9a-f]{4})")


class AnyText(TypeDecorator[str]):
    """Any text that Python can hold, such as a name with a NUL or a path that is not UTF-8. It comes back the same."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else to_storable(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else from_stored(value)


class Utc(TypeDecorator[datetime.datetime]):
    """A moment, aware and in UTC on this side. SQLite keeps no zone, so it gets the moment without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        moment = value.astimezone(datetime.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)


def to_storable(text: str) -> str:
    """Return `text` as every database can keep it. What most texts are made of stays as it is."""
    return _NOT_STORABLE.sub(lambda found: f"{MARK}{ord(found[0]):04x}", text)


def from_stored(text: str) -> str:
    """Return what `to_storable` was given."""
    return _STORED.sub(lambda found: chr(int(found[1], 16)), text)
