"""Who deletes a post may still think better of it, or write it anew."""

from alembic import op

revision = "0022_undo"
down_revision = "0018_fresh_sessions"

SNOWFLAKE = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGINT PRIMARY KEY"}

STATEMENTS = [
    # Set while its author may still undo the deletion: then nobody sees it.
    "ALTER TABLE status ADD COLUMN deleted_at BIGINT",
    """
    CREATE TABLE redraft (
        id {snowflake},
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        status_id BIGINT NOT NULL,
        draft TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX redraft_of_owner ON redraft (owner_id, id)",
    "CREATE INDEX redraft_of_status ON redraft (status_id)",
    """
    CREATE TABLE redraft_media (
        redraft_id BIGINT NOT NULL REFERENCES redraft (id) ON DELETE CASCADE,
        media_id BIGINT NOT NULL REFERENCES media_attachment (id) ON DELETE CASCADE,
        PRIMARY KEY (redraft_id, media_id)
    )
    """,
    "CREATE INDEX redraft_media_of_media ON redraft_media (media_id)",
]


def upgrade() -> None:
    snowflake = SNOWFLAKE[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(snowflake=snowflake))
