"""People post later, in their own time and language; the same form sent twice posts once."""

from alembic import op

revision = "0025_scheduled"
down_revision = "0017_notifications"

STATEMENTS = (
    # Only somebody with a login posts later; when it goes, so does what was to come.
    """
    CREATE TABLE scheduled_status (
        id BIGINT PRIMARY KEY,
        actor_id BIGINT NOT NULL REFERENCES local_user (actor_id) ON DELETE CASCADE,
        params TEXT NOT NULL,
        scheduled_at BIGINT NOT NULL,
        failure TEXT,
        created_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX scheduled_status_of_actor ON scheduled_status (actor_id, scheduled_at)",
    """
    ALTER TABLE media_attachment ADD COLUMN scheduled_id BIGINT
        REFERENCES scheduled_status (id) ON DELETE SET NULL
    """,
    "CREATE INDEX media_attachment_of_scheduled ON media_attachment (scheduled_id)",
    """
    CREATE TABLE idempotency_key (
        actor_id BIGINT NOT NULL REFERENCES local_user (actor_id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        status_id BIGINT REFERENCES status (id) ON DELETE CASCADE,
        scheduled_id BIGINT REFERENCES scheduled_status (id) ON DELETE CASCADE,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (actor_id, key)
    )
    """,
    "CREATE INDEX idempotency_key_of_status ON idempotency_key (status_id)",
    "CREATE INDEX idempotency_key_of_scheduled ON idempotency_key (scheduled_id)",
    "ALTER TABLE local_user ADD COLUMN posting_language TEXT",
    "ALTER TABLE local_user ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
