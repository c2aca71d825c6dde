"""What is decided by hand cannot be changed or deleted any more, by no program. Trusted side."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

WORDS = "decisions are withdrawn by a further entry, never changed"
FUNCTION = f"""
CREATE FUNCTION decisions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{WORDS}'; END
$$
"""


def upgrade() -> None:
    """Make a trigger that refuses."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER decisions_stay_on_{verb.lower()} BEFORE {verb} ON overrides "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        return
    op.execute(FUNCTION)
    op.execute(
        "CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON overrides "
        "FOR EACH ROW EXECUTE FUNCTION decisions_stay()"
    )
