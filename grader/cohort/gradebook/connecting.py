"""Connections to a gradebook's database, set so that what is stored stays stored. Trusted side."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from grader.cohort.gradebook.addresses import Address

# How long one grader waits for another that writes.
BUSY_S = 60.0
CONNECT_S = 10
# Threads of one grader that use it at once; more wait for each other.
CONNECTIONS = 8
WRITES = "first_digits_writes"


def connect_to(address: Address) -> Engine:
    """Return an engine for the gradebook at `address`. Nothing is connected yet."""
    if address.file is not None:
        engine = create_engine(
            address.url, connect_args={"timeout": BUSY_S}, pool_size=CONNECTIONS, hide_parameters=True
        )
        event.listen(engine, "connect", _set_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    query = {"connect_timeout": CONNECT_S, "application_name": "First Digits"}
    engine = create_engine(
        address.url,
        connect_args={name: value for name, value in query.items() if name not in address.url.query},
        pool_size=CONNECTIONS,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_postgresql)
    return engine


def writing(engine: Engine) -> Engine:
    """Return the engine for transactions that write: on SQLite they wait for their turn at once, not half-way."""
    return engine.execution_options(**{WRITES: True})


def now_s(connection: Connection) -> float:
    """Return the seconds since 1970 by the database's clock, the one that all graders share."""
    if connection.dialect.name == "sqlite":
        # Days since noon of 24 November 4714 BC, of which 1970 began 2440587.5 later.
        return float(connection.execute(text("SELECT (julianday('now') - 2440587.5) * 86400.0")).scalar_one())
    return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def _set_sqlite(raw: sqlite3.Connection, record: Any) -> None:
    # The driver would begin transactions by rules of its own.
    raw.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL"):
        raw.execute(f"PRAGMA {pragma}")
    _set_wal(raw)


def _set_wal(raw: sqlite3.Connection) -> None:
    """Have readers and one writer at once. While it changes to that, SQLite does not wait for others by itself."""
    deadline = time.monotonic() + BUSY_S
    while raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_postgresql(raw: Any, record: Any) -> None:
    with raw.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET lock_timeout = '{int(BUSY_S)}s'")
    raw.commit()
