"""Stewards keep somebody out of their account, and have pictures of somebody folded."""

from alembic import op

revision = "0044_measures"
down_revision = "0043_reactions"

STATEMENTS = (
    "ALTER TABLE local_user ADD COLUMN disabled_at BIGINT",
    "ALTER TABLE actor ADD COLUMN is_sensitized BOOLEAN NOT NULL DEFAULT false",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
