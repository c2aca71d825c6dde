"""Points in time as sites write them. Trusted side."""

from __future__ import annotations

import datetime
import re
import zoneinfo

# `2024-03-01 09:30:00.123456789 Z`, `2024-03-01T09:30:00+08:00`, `2015-02-02 15:58:23.948203 America/Los_Angeles`
INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*"
    r"(Z|UTC|GMT|[+-]\d\d:?\d\d|[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+)?"
)


def instant_of(text: str) -> datetime.datetime | None:
    """Return a point in time in UTC. Without a zone it is in UTC; None where it is none, or in an unknown zone."""
    match = INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    *numbers, fraction, zone = match.groups()
    microseconds = int((fraction or "0").ljust(6, "0")[:6])
    try:
        year, month, day, hour, minute, second = map(int, numbers)
        local = datetime.datetime(year, month, day, hour, minute, second, microseconds, _zone(zone or "UTC"))
        return local.astimezone(datetime.UTC)
    except (ValueError, OverflowError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _zone(name: str) -> datetime.tzinfo:
    if name in ("Z", "UTC", "GMT"):
        return datetime.UTC
    if name[0] in "+-":
        offset = datetime.timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return datetime.timezone(offset if name[0] == "+" else -offset)
    return zoneinfo.ZoneInfo(name)


def instant_of_seconds(seconds: int) -> datetime.datetime | None:
    """Return the point in time so many seconds after 1970; None where no calendar has it."""
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
