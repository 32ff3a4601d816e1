"""Polls say that nobody is told before their end how often each answer was chosen."""

from alembic import op

revision = "0053_hidden_totals"
down_revision = "0052_habits"

FALSE = {"sqlite": "0", "postgresql": "false"}


def upgrade() -> None:
    false = FALSE[op.get_bind().dialect.name]
    op.execute(f"ALTER TABLE poll ADD COLUMN hides_totals BOOLEAN NOT NULL DEFAULT {false}")
