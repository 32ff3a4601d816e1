"""Addresses are confirmed and passwords renewed by mail; signing in may take a second step."""

from alembic import op

revision = "0010_signin"
down_revision = "0009_search"

WORDS = {"sqlite": {"bytes": "BLOB"}, "postgresql": {"bytes": "BYTEA"}}

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
    # It counts once it is confirmed. A code is used by its step in time, and none before it works.
    """
    CREATE TABLE second_step (
        user_id BIGINT PRIMARY KEY REFERENCES local_user (id) ON DELETE CASCADE,
        sealed {bytes} NOT NULL,
        confirmed_at BIGINT,
        used_step BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE recovery_code (
        user_id BIGINT NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
        code_hash TEXT NOT NULL,
        PRIMARY KEY (user_id, code_hash)
    )
    """,
    """
    CREATE TABLE half_sign_in (
        token_hash TEXT PRIMARY KEY,
        user_id BIGINT NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
        tries INTEGER NOT NULL,
        expires_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX half_sign_in_of_user ON half_sign_in (user_id)",
]


def upgrade() -> None:
    words = WORDS[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(**words))
