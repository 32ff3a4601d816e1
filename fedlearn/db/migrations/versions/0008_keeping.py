"""What people keep for themselves."""

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
]


def upgrade() -> None:
    snowflake = SNOWFLAKE[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(snowflake=snowflake))
