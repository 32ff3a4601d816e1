"""People sign in by passkeys."""

from alembic import op

revision = "0014_passkeys"
down_revision = "0013_images"

WORDS = {"sqlite": {"bytes": "BLOB"}, "postgresql": {"bytes": "BYTEA"}}

STATEMENTS = [
    """
    CREATE TABLE passkey (
        credential_id TEXT PRIMARY KEY,
        user_id BIGINT NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
        public_key {bytes} NOT NULL,
        sign_count BIGINT NOT NULL,
        made_in TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        used_at BIGINT
    )
    """,
    "CREATE INDEX passkey_of_user ON passkey (user_id)",
    """
    CREATE TABLE used_challenge (
        challenge_hash TEXT PRIMARY KEY,
        expires_at BIGINT NOT NULL
    )
    """,
]


def upgrade() -> None:
    words = WORDS[op.get_bind().dialect.name]
    for statement in STATEMENTS:
        op.execute(statement.format(**words))
