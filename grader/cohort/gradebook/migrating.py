"""Brings a gradebook to this grader's schema, in one transaction; an older one is copied first. Trusted side."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from grader.cohort.gradebook.addresses import Address
from grader.cohort.gradebook.connecting import writing
from grader.cohort.gradebook.failures import GradebookError, NewerGradebook
from grader.cohort.gradebook.schema import REVISIONS, VERSION_TABLE
from grader.messages import Message, say
from grader.results import Feedback

SCRIPTS = Path(__file__).parent / "migrations"
# Two graders that open a new gradebook on PostgreSQL at once wait for each other by this number.
ADVISORY_LOCK = 0x4669727374


def bring_up_to_date(engine: Engine, address: Address, create: bool) -> None:
    """Make the tables, or bring them to the newest revision.

    Args:
        create: whether a gradebook is made where there is none.

    Raises:
        NewerGradebook: it was written by a newer grader.
        GradebookError: there is none, or something else is in its place.
    """
    with engine.begin() as connection:
        _check_encoding(connection, address)
        if _revision(connection, address) == REVISIONS[-1]:
            return
    with writing(engine).begin() as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
        # Another grader may have done it in the meantime.
        revision = _revision(connection, address)
        if revision == REVISIONS[-1]:
            return
        if revision is None:
            _check_place(connection, address, create)
        elif address.file is not None:
            _copy(address.file, revision)
        upgrade(connection)


def _check_encoding(connection: Connection, address: Address) -> None:
    """Refuse a PostgreSQL database that has no place for every name."""
    if connection.dialect.name == "sqlite":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise _at(
            say("The database of the gradebook {place} cannot hold every name.", place=address.shown),
            say("the encoding {encoding} instead of UTF8", encoding=encoding),
            say("Have one made with: createdb --template=template0 --encoding=UTF8 NAME"),
        )


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision` in the transaction of `connection`."""
    # Alembic takes a while to import, and is hardly ever needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    # What it does would stand among the messages for the teacher.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, revision)


def _revision(connection: Connection, address: Address) -> str | None:
    """Return the revision the gradebook has; None where there is none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if found is None:
        return None
    if found not in REVISIONS:
        raise NewerGradebook(
            Feedback(
                problem=say("The gradebook {place} was written by a newer grader than this one.", place=address.shown),
                expected=say("revision {newest} or an older one", newest=REVISIONS[-1]),
                got=say("revision {found}", found=str(found)[:50]),
                next_step=say("Update the grader (`git pull`, then `pip install -e .`). Nothing was changed."),
            )
        )
    return str(found)


def _check_place(connection: Connection, address: Address, create: bool) -> None:
    """Refuse to make a gradebook where none is asked for, and in a file that is another program's."""
    if not create:
        raise no_gradebook(address)
    tables = inspect(connection).get_table_names() if address.file is not None else []
    if tables:
        raise _at(
            say("{place} is no gradebook but a database of something else.", place=address.shown),
            say("tables named {names}", names=", ".join(sorted(tables)[:5])),
            say("Give another name with --gradebook. Nothing was changed."),
        )


def no_gradebook(address: Address) -> GradebookError:
    """Return the error for an address at which there is none."""
    return _at(
        say("There is no gradebook at {place}.", place=address.shown),
        say("nothing there"),
        say("Make it with `grader grade`, or say with --gradebook where it is."),
    )


def _at(problem: Message, got: Message, next_step: Message) -> GradebookError:
    return GradebookError(
        Feedback(problem=problem, expected=say("a gradebook that a grader has made"), got=got, next_step=next_step)
    )


def _copy(file: Path, revision: str) -> Path:
    """Keep a copy of an older gradebook beside it, whole or not at all, and return where."""
    copy = file.with_name(f"{file.name}.{revision}")
    part = copy.with_name(f"{copy.name}.part-{os.getpid()}")
    try:
        with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.chmod(file.stat().st_mode & 0o777)
        # A copy of an earlier upgrade that did not end was made of the same gradebook.
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)
    return copy
