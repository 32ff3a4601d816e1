"""People gather others whom they recommend, and those named are told, and may leave."""

from alembic import op

revision = "0055_collections"
down_revision = "0054_reasons"

STATEMENTS = (
    """
    CREATE TABLE people_collection (
        id BIGINT PRIMARY KEY,
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        language TEXT,
        tag TEXT,
        is_sensitive BOOLEAN NOT NULL,
        is_discoverable BOOLEAN NOT NULL,
        updated_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX people_collection_of_owner ON people_collection (owner_id)",
    """
    CREATE TABLE collection_item (
        id BIGINT PRIMARY KEY,
        collection_id BIGINT NOT NULL REFERENCES people_collection (id) ON DELETE CASCADE,
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        UNIQUE (collection_id, actor_id)
    )
    """,
    "CREATE INDEX collection_item_of_actor ON collection_item (actor_id)",
    """
    ALTER TABLE notification ADD COLUMN collection_id BIGINT
        REFERENCES people_collection (id) ON DELETE CASCADE
    """,
    """
    CREATE INDEX notification_of_collection ON notification (collection_id)
        WHERE collection_id IS NOT NULL
    """,
    "DROP INDEX notification_once",
    """
    CREATE UNIQUE INDEX notification_once ON notification
        (owner_id, sender_id, kind, coalesce(status_id, 0), coalesce(collection_id, 0))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
