"""People choose in which language they see pages."""

from alembic import op

revision = "0015_languages"
down_revision = "0019_list_feeds"


def upgrade() -> None:
    op.execute("ALTER TABLE local_user ADD COLUMN locale TEXT")
