"""People show pictures of their own."""

from alembic import op

revision = "0010_images"
down_revision = "0009_search"

STATEMENTS = (
    """
    CREATE TABLE media_attachment (
        id BIGINT PRIMARY KEY,
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        status_id BIGINT REFERENCES status (id) ON DELETE SET NULL,
        token TEXT NOT NULL UNIQUE,
        media_type TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        blurhash TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX media_attachment_of_status ON media_attachment (status_id)",
    "CREATE INDEX media_attachment_of_actor ON media_attachment (actor_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
