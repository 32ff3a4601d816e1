"""Addresses are confirmed and passwords renewed by links in mails."""

from alembic import op

revision = "0008_signin"
down_revision = "0007_relay_style"

STATEMENTS = [
    # NULL while nobody has opened the link that was sent to the address.
    "ALTER TABLE local_user ADD COLUMN confirmed_at BIGINT",
    "UPDATE local_user SET confirmed_at = created_at",
    """
    CREATE TABLE mail_link (
        token_hash TEXT PRIMARY KEY,
        user_id BIGINT NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
        purpose TEXT NOT NULL CHECK (purpose IN ('password', 'email')),
        email TEXT NOT NULL,
        expires_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX mail_link_of_user ON mail_link (user_id)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
