"""People show films and sounds of their own, which take a while until they are ready."""

from alembic import op

revision = "0051_recordings"
down_revision = "0050_trends"

STATEMENTS = (
    "ALTER TABLE media_attachment ADD COLUMN state TEXT NOT NULL DEFAULT 'ready'",
    "ALTER TABLE media_attachment ADD COLUMN failure TEXT NOT NULL DEFAULT ''",
    # Without it, it is a picture.
    "ALTER TABLE media_attachment ADD COLUMN seconds DOUBLE PRECISION",
    "ALTER TABLE media_attachment ADD COLUMN bit_rate BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE media_attachment ADD COLUMN frame_rate TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE media_attachment ADD COLUMN loops BOOLEAN NOT NULL DEFAULT FALSE",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
