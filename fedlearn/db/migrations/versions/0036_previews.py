"""A page tells more of itself: to which site it belongs, and what its picture shows."""

from alembic import op

revision = "0036_previews"
down_revision = "0035_markers"

STATEMENTS = (
    "ALTER TABLE preview ADD COLUMN image_description TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE preview ADD COLUMN site TEXT NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
