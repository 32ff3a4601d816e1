"""Direct posts have a place of their own, and are not at home."""

from alembic import op

revision = "0021_conversations"
down_revision = "0015_languages"

SNOWFLAKE = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGINT PRIMARY KEY"}

STATEMENTS = [
    """
    CREATE TABLE direct_conversation (
        id {snowflake},
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        conversation TEXT NOT NULL,
        last_status_id BIGINT NOT NULL,
        is_unread BOOLEAN NOT NULL,
        UNIQUE (owner_id, conversation)
    )
    """,
    """
    CREATE INDEX direct_conversation_of_owner
        ON direct_conversation (owner_id, last_status_id)
    """,
    """
    CREATE INDEX status_direct ON status (conversation, id) WHERE reach = 'direct'
    """,
    # Several people have the same post, so it lends its id only together with their number.
    """
    INSERT INTO direct_conversation (id, owner_id, conversation, last_status_id, is_unread)
    SELECT found.last_id + row_number() OVER (ORDER BY found.last_id, found.owner_id),
        found.owner_id, found.conversation, found.last_id, false
    FROM (
        SELECT a.id AS owner_id, s.conversation, max(s.id) AS last_id
        FROM status s JOIN actor a ON a.domain IS NULL AND (
            a.id = s.actor_id OR EXISTS (
                SELECT 1 FROM mention m WHERE m.status_id = s.id AND m.actor_id = a.id))
        WHERE s.reach = 'direct' GROUP BY a.id, s.conversation) found
    """,
    "DELETE FROM home_entry WHERE status_id IN (SELECT id FROM status WHERE reach = 'direct')",
]


def upgrade() -> None:
    snowflake = SNOWFLAKE[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(snowflake=snowflake))
