"""It is counted how much room the pictures of each person take."""

from alembic import op

revision = "0037_room"
down_revision = "0036_previews"

# Of those that are there already it is not known, so they take none.
STATEMENTS = ("ALTER TABLE media_attachment ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
