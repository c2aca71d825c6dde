"""Learners, works, submissions, gradings, results and what is decided by hand. Trusted side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _people_and_works()
    _gradings()
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner_number", sa.Integer, sa.ForeignKey("learners.number"), nullable=False),
        sa.Column("chapter", sa.Text, nullable=False),
        sa.Column("points", sa.Double),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdraws", sa.Integer, sa.ForeignKey("overrides.id"), unique=True),
    )


def _people_and_works() -> None:
    op.create_table(
        "learners",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "name", "email", "section", "other_ids")),
    )
    op.create_table(
        "works",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("learner_number", sa.Integer, sa.ForeignKey("learners.number"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), sa.ForeignKey("works.digest"), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True)),
        sa.Column("said_late", sa.Boolean),
    )
    op.create_table(
        "refusals",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("learner", sa.Text),
    )


def _gradings() -> None:
    op.create_table(
        "gradings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submissions.id"), nullable=False),
        sa.Column("chapter", sa.Text, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("leased_until_s", sa.Double),
        sa.Column("conditions", sa.Text),
        sa.Column("graded_at", sa.DateTime(timezone=True)),
        sa.Column("graded_by", sa.Text),
        sa.UniqueConstraint("submission_id", "chapter", "round", name="one_grading_a_round"),
    )
    to_do = sa.text("graded_at IS NULL")
    op.create_index("gradings_to_do", "gradings", ["begun", "id"], sqlite_where=to_do, postgresql_where=to_do)
    op.create_table(
        "results",
        sa.Column("grading_id", sa.Integer, sa.ForeignKey("gradings.id"), primary_key=True, autoincrement=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
