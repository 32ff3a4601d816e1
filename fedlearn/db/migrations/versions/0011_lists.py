"""Lists of people, whose members need not be followed, and followed hashtags."""

from alembic import op

revision = "0011_lists"
down_revision = "0010_signin"

SNOWFLAKE = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGINT PRIMARY KEY"}

STATEMENTS = [
    """
    CREATE TABLE people_list (
        id {snowflake},
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        title TEXT NOT NULL
    )
    """,
    "CREATE INDEX people_list_of_owner ON people_list (owner_id)",
    """
    CREATE TABLE list_member (
        list_id BIGINT NOT NULL REFERENCES people_list (id) ON DELETE CASCADE,
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        PRIMARY KEY (list_id, actor_id)
    )
    """,
    "CREATE INDEX list_member_of_actor ON list_member (actor_id)",
    """
    CREATE TABLE followed_hashtag (
        name TEXT NOT NULL,
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        PRIMARY KEY (name, actor_id)
    )
    """,
    "CREATE INDEX followed_hashtag_of_actor ON followed_hashtag (actor_id)",
]


def upgrade() -> None:
    snowflake = SNOWFLAKE[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(snowflake=snowflake))
