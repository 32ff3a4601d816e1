"""An upload can be described before a post takes it."""

from alembic import op

revision = "0031_described_uploads"
down_revision = "0027_suspended"

STATEMENTS = (
    "ALTER TABLE media_attachment ADD COLUMN description TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE media_attachment ADD COLUMN focus_x DOUBLE PRECISION",
    "ALTER TABLE media_attachment ADD COLUMN focus_y DOUBLE PRECISION",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
