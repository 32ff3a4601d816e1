"""A page says who has written it."""

from alembic import op

revision = "0058_creators"
down_revision = "0057_covers"


def upgrade() -> None:
    # It may be somebody who is gone by now: no number comes twice.
    op.execute("ALTER TABLE preview ADD COLUMN creator_id BIGINT")
