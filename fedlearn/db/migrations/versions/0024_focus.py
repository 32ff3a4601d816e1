"""Pictures say what stays visible when they are cut; edits remember the pictures of before."""

from alembic import op

revision = "0024_focus"
down_revision = "0020_filters"

STATEMENTS = (
    "ALTER TABLE attachment ADD COLUMN focus_x DOUBLE PRECISION",
    "ALTER TABLE attachment ADD COLUMN focus_y DOUBLE PRECISION",
    "ALTER TABLE attachment ADD COLUMN media_id BIGINT",
    """
    UPDATE attachment SET media_id = (
        SELECT m.id FROM media_attachment m
        WHERE m.status_id = attachment.status_id AND attachment.url LIKE '%/' || m.token || '.webp')
    WHERE status_id IN (SELECT status_id FROM media_attachment WHERE status_id IS NOT NULL)
    """,
    "ALTER TABLE status_edit ADD COLUMN is_sensitive BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE status_edit ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
