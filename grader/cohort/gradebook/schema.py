"""The tables of a gradebook, as the newest migration leaves them. Trusted side."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from grader.cohort.gradebook.columns import AnyText, Utc

# The revisions of `migrations/versions`, oldest first. A gradebook with another one was written by a newer grader.
REVISIONS = ("0001", "0002")
VERSION_TABLE = "gradebook_version"
DIGEST_LENGTH = 64

METADATA = MetaData()

# `key`: a digest of what makes the row the one it is, since no index takes a text of any length.
LEARNERS = Table(
    "learners",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("key", String(DIGEST_LENGTH), nullable=False, unique=True),
    Column("id", AnyText, nullable=False),
    Column("name", AnyText, nullable=False),
    Column("email", AnyText, nullable=False),
    Column("section", AnyText, nullable=False),
    Column("other_ids", AnyText, nullable=False),
)

# What was handed in, by content: the same work is kept once, whoever handed it in.
WORKS = Table(
    "works",
    METADATA,
    Column("digest", String(DIGEST_LENGTH), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String(DIGEST_LENGTH), nullable=False, unique=True),
    Column("learner_number", ForeignKey("learners.number"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("digest", ForeignKey("works.digest"), nullable=False),
    Column("origin", AnyText, nullable=False),
    Column("handed_in_at", Utc),
    Column("said_late", Boolean),
)

REFUSALS = Table(
    "refusals",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("key", String(DIGEST_LENGTH), nullable=False, unique=True),
    Column("origin", AnyText, nullable=False),
    Column("feedback", AnyText, nullable=False),
    Column("learner", AnyText),
)

# `begun`: how often it was begun, the try that is going on included. `leased_until_s`: seconds since 1970 by the
# database's clock. `graded_at`: set when it is done, and never changed after that.
GRADINGS = Table(
    "gradings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False),
    Column("chapter", AnyText, nullable=False),
    Column("round", Integer, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("claimed_by", AnyText),
    Column("leased_until_s", Double),
    Column("conditions", AnyText),
    Column("graded_at", Utc),
    Column("graded_by", AnyText),
    UniqueConstraint("submission_id", "chapter", "round", name="one_grading_a_round"),
)
Index(
    "gradings_to_do",
    GRADINGS.c.begun,
    GRADINGS.c.id,
    sqlite_where=GRADINGS.c.graded_at.is_(None),
    postgresql_where=GRADINGS.c.graded_at.is_(None),
)

# Apart from the gradings, so that looking for work does not read results.
RESULTS = Table(
    "results",
    METADATA,
    Column("grading_id", ForeignKey("gradings.id"), primary_key=True, autoincrement=False),
    Column("packed", LargeBinary, nullable=False),
)

# Nothing here is ever changed: a trigger refuses it. `withdraws`: the entry that this one takes back.
OVERRIDES = Table(
    "overrides",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("learner_number", ForeignKey("learners.number"), nullable=False),
    Column("chapter", AnyText, nullable=False),
    Column("points", Double),
    Column("comment", AnyText, nullable=False),
    Column("who", AnyText, nullable=False),
    Column("why", AnyText, nullable=False),
    Column("at", Utc, nullable=False),
    Column("withdraws", ForeignKey("overrides.id"), unique=True),
)
