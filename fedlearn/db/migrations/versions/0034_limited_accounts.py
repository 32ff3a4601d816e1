"""People say what becomes of what silenced people do. So far nothing of it was told."""

from alembic import op

revision = "0034_limited_accounts"
down_revision = "0033_push"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE notification_policy ADD COLUMN for_limited_accounts TEXT NOT NULL DEFAULT 'drop'
            CHECK (for_limited_accounts IN ('accept', 'filter', 'drop'))
        """
    )
