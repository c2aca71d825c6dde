"""Where a gradebook is: a file, or a database by its URL, whose password no message shows. Trusted side."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import msgspec
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from grader.cohort.gradebook.failures import GradebookError
from grader.messages import say, verbatim
from grader.results import Feedback

HIDDEN = "***"
POSTGRESQL = "postgresql+psycopg"
POSTGRESQL_NAMES = ("postgresql", "postgres", POSTGRESQL)
# Somebody meant a URL, and what is wrong with it must not make a file of its name, which may have a password in it.
_MEANT_AS_URL = re.compile(r"[a-z0-9+.-]*://|(postgres|mysql|maria|oracle|mssql)[^/\\]*[:/@]", re.IGNORECASE)
_SECRET_IN_QUERY = re.compile(r"([?&](?:ssl)?password=)([^&]*)", re.IGNORECASE)
# Pieces of a badly written password that are shorter would blot out half of every message.
SHORTEST_PIECE = 3


class Address(msgspec.Struct, frozen=True):
    """Where a gradebook is.

    Attributes:
        url: what SQLAlchemy connects to. file: the file of an SQLite gradebook.
        shown: how it may be named to people. secrets: what may stand in no message, the longest first.
    """

    url: URL
    file: Path | None
    shown: str
    secrets: tuple[str, ...] = ()

    def without_secrets(self, text: str) -> str:
        """Return `text` with what is secret blotted out."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


def address_of(place: str | Path) -> Address:
    """Return the address that a person typed: a path, or a URL of SQLite or PostgreSQL.

    Raises:
        GradebookError: it is neither.
    """
    if isinstance(place, Path) or not _MEANT_AS_URL.match(place):
        return _file(Path(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise _not_understood(place) from None
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return _file(Path(url.database))
    if url.drivername not in POSTGRESQL_NAMES:
        raise _not_understood(place)
    return Address(url.set(drivername=POSTGRESQL), None, _shown(place), _secrets(place, url))


def _file(path: Path) -> Address:
    return Address(URL.create("sqlite", database=str(path.absolute())), path, str(path))


def _shown(place: str) -> str:
    """Return the URL without all that stands before its last @, as a password may have one that is not escaped."""
    return _SECRET_IN_QUERY.sub(rf"\g<1>{HIDDEN}", re.sub(r"//.*@", f"//{HIDDEN}@", place, flags=re.DOTALL))


def _secrets(place: str, url: URL) -> tuple[str, ...]:
    found = {url.password or "", *(value for _, value in _SECRET_IN_QUERY.findall(place))}
    typed = re.search(r"//[^:]*:(.*)@", place, re.DOTALL)
    if typed:
        found |= {typed[1], *(piece for piece in re.split(r"[@/:?#]", typed[1]) if len(piece) >= SHORTEST_PIECE)}
    found |= {unquote(secret) for secret in found}
    return tuple(sorted((secret for secret in found if secret), key=len, reverse=True))


def _not_understood(place: str) -> GradebookError:
    return GradebookError(
        Feedback(
            problem=say("This is no address of a gradebook."),
            expected=say(
                "the path of a file, or a URL such as {example}", example="postgresql://teacher:PASSWORD@host/course"
            ),
            got=verbatim(_shown(place) if "//" in place else re.sub(r".*@", f"{HIDDEN}@", place, flags=re.DOTALL)),
            next_step=say("Write characters such as @ and / in a password as %40 and %2F."),
        )
    )
