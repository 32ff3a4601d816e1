"""Single e-mail addresses with which nobody signs up, known by their hash."""

from alembic import op

revision = "0049_canonical_emails"
down_revision = "0048_ip_blocks"

STATEMENTS = (
    """
    CREATE TABLE canonical_email_block (
        id BIGINT PRIMARY KEY,
        email_hash TEXT NOT NULL UNIQUE,
        actor_id BIGINT REFERENCES actor (id) ON DELETE SET NULL,
        created_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX canonical_email_block_of_actor ON canonical_email_block (actor_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
