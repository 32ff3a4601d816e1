"""People say what they are told about, and put aside what strangers do."""

from alembic import op

revision = "0017_notifications"
down_revision = "0022_undo"

FALSE = {"sqlite": "0", "postgresql": "false"}
VERDICT = "TEXT NOT NULL CHECK ({column} IN ('accept', 'filter', 'drop'))"
GROUPS = ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions")

STATEMENTS = [
    # Whether the follower is told of each new post.
    "ALTER TABLE follow ADD COLUMN notifies BOOLEAN NOT NULL DEFAULT {false}",
    "CREATE INDEX follow_notifies ON follow (followee_id) WHERE notifies",
    "ALTER TABLE notification ADD COLUMN is_filtered BOOLEAN NOT NULL DEFAULT {false}",
    """
    CREATE INDEX notification_filtered ON notification (owner_id, sender_id, id)
        WHERE is_filtered
    """,
    """
    CREATE TABLE notification_policy (
        actor_id BIGINT PRIMARY KEY REFERENCES actor (id) ON DELETE CASCADE,
        unwanted TEXT NOT NULL,
        {groups}
    )
    """,
    """
    CREATE TABLE notification_permission (
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        sender_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        PRIMARY KEY (owner_id, sender_id)
    )
    """,
    "CREATE INDEX notification_permission_of_sender ON notification_permission (sender_id)",
]


def upgrade() -> None:
    groups = ",\n        ".join(f"{name} {VERDICT.format(column=name)}" for name in GROUPS)
    false = FALSE[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(false=false, groups=groups))
