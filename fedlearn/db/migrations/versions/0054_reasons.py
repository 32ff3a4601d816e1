"""Who asks for an account says why, for those who let people in."""

from alembic import op

revision = "0054_reasons"
down_revision = "0053_hidden_totals"


def upgrade() -> None:
    op.execute("ALTER TABLE local_user ADD COLUMN invite_request TEXT")
