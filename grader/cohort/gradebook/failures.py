"""What can go wrong with a database, in words for the teacher. Trusted side."""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

# SQLite puts finer codes above the lower byte.
PRIMARY = 0xFF
LONGEST_WORDS = 300
Advice = tuple[Message, Message]


class GradebookError(InputError):
    """The gradebook cannot be opened, read or written. What was stored before is still there, whole."""


class NewerGradebook(GradebookError):
    """The gradebook was written by a newer grader than this one."""


@contextlib.contextmanager
def failures_named(shown: str, without_secrets: Callable[[str], str] = str) -> Iterator[None]:
    """Turn what the database says went wrong into four parts.

    Args:
        shown: how the gradebook is named to people.
        without_secrets: blots out of a text what must not be shown.

    Raises:
        GradebookError: the database refused, or is not there, or what it has cannot be read.
    """
    try:
        yield
    except (zlib.error, msgspec.MsgspecError, json.JSONDecodeError) as error:
        raise failure(shown, _unreadable(), without_secrets(str(error))) from None
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise failure(shown, _advice(error), without_secrets(_words_of(error))) from None


def failure(shown: str, advice: Advice, words: str) -> GradebookError:
    """Return the error with what went wrong and what to do, around what the database said."""
    problem, next_step = advice
    return GradebookError(
        Feedback(
            problem=say("The gradebook {place}: {what}.", place=shown, what=problem),
            expected=say("a gradebook that can be read and written. What was stored before is still there, whole"),
            got=verbatim(words),
            next_step=next_step,
        )
    )


def _words_of(error: Exception) -> str:
    """Return what the database said, in one line, without our statement and its values."""
    said = getattr(error, "orig", None) or error
    return " ".join(str(said).split())[:LONGEST_WORDS] or type(said).__name__


def _advice(error: Exception) -> Advice:
    said = getattr(error, "orig", None) or error
    code = getattr(said, "sqlite_errorcode", None)
    if code is not None:
        return _advice_for_sqlite(code & PRIMARY)
    if isinstance(said, OSError):
        return _no_room() if said.errno in (errno.ENOSPC, errno.EDQUOT) else _closed()
    state = getattr(said, "sqlstate", None) or ""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or not state or state[:2] in ("08", "57")):
        return _not_reached()
    return _advice_for_postgresql(state)


def _advice_for_sqlite(code: int) -> Advice:
    if code == sqlite3.SQLITE_FULL:
        return _no_room()
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _held()
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return _closed()
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return _unreadable()
    if code == sqlite3.SQLITE_IOERR:
        return say("the disk failed"), say("Look at the disk (is it full, or gone?), then run the same command again.")
    return _refused()


def _advice_for_postgresql(state: str) -> Advice:
    """Source: PostgreSQL's list of error codes, appendix A of its manual."""
    if state.startswith("53"):
        return _no_room()
    if state == "25006" or state.startswith(("42501", "28", "3D", "3F")):
        return _closed()
    if state.startswith(("40", "55P03")):
        return _held()
    return _refused()


def _no_room() -> Advice:
    return say("there is no room left for it"), say(
        "Make room on the disk, then run the same command again: it goes on."
    )


def _held() -> Advice:
    return (
        say("another program holds it"),
        say("Wait for the other grader, or end what has it open, then run the same command again: it goes on."),
    )


def _closed() -> Advice:
    return (
        say("it may not be opened, or not be written"),
        say("Look at its rights, at those of its folder and at the name, then run the same command again."),
    )


def _not_reached() -> Advice:
    return (
        say("its database is not to be reached"),
        say(
            "See whether it runs and address, user and password are right, then run the same command again: it goes on."
        ),
    )


def _unreadable() -> Advice:
    return (
        say("what is in it cannot be read"),
        say("See whether it is the right file; if it is, take your last copy of it."),
    )


def _refused() -> Advice:
    return (
        say("the database refused"),
        say("Run the same command again; if it happens again, report it with these words."),
    )
