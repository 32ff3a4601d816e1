"""A relay is of one of two customs."""

from alembic import op

revision = "0007_relay_style"
down_revision = "0006_relations"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE relay ADD COLUMN style TEXT NOT NULL DEFAULT 'mastodon'"
        " CHECK (style IN ('mastodon', 'litepub'))"
    )
