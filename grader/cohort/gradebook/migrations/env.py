"""Runs the migrations of a gradebook in the transaction that `migrating.py` has begun. Trusted side."""

from __future__ import annotations

from alembic import context

from grader.cohort.gradebook.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
context.run_migrations()
