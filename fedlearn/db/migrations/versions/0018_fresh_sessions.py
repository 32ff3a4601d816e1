"""Sessions know when their owner was last proven; an address that is not confirmed is free."""

from alembic import op

revision = "0018_fresh_sessions"
down_revision = "0024_focus"

STATEMENTS = [
    "ALTER TABLE session ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0",
    "UPDATE session SET proven_at = created_at",
    # Anybody may type anybody's address: it is taken once its owner has confirmed it.
    "DROP INDEX local_user_email",
    """
    CREATE UNIQUE INDEX local_user_email ON local_user (lower(email))
        WHERE confirmed_at IS NOT NULL
    """,
    "CREATE INDEX local_user_any_email ON local_user (lower(email))",
    "CREATE INDEX local_user_unconfirmed ON local_user (created_at) WHERE confirmed_at IS NULL",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
