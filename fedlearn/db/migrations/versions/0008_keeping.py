"""What people keep for themselves, and keep away."""

from alembic import op

revision = "0008_keeping"
down_revision = "0007_relay_style"

SNOWFLAKE = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGINT PRIMARY KEY"}

STATEMENTS = [
    """
    CREATE TABLE bookmark (
        id {snowflake},
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        status_id BIGINT NOT NULL REFERENCES status (id) ON DELETE CASCADE,
        UNIQUE (status_id, actor_id)
    )
    """,
    "CREATE INDEX bookmark_of_actor ON bookmark (actor_id, id)",
    """
    CREATE TABLE mute (
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        target_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        hides_notifications BOOLEAN NOT NULL,
        expires_at BIGINT,
        PRIMARY KEY (actor_id, target_id)
    )
    """,
    "CREATE INDEX mute_of_target ON mute (target_id)",
    """
    CREATE TABLE domain_block (
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        domain TEXT NOT NULL,
        PRIMARY KEY (actor_id, domain)
    )
    """,
]


def upgrade() -> None:
    snowflake = SNOWFLAKE[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(snowflake=snowflake))
