"""Apps ask for access in the name of people."""

from alembic import op

revision = "0030_oauth"
down_revision = "0028_public"

TABLES = [
    """
    CREATE TABLE oauth_application (
        id BIGINT PRIMARY KEY,
        client_id TEXT NOT NULL UNIQUE,
        secret_hash TEXT NOT NULL,
        name TEXT NOT NULL,
        website TEXT,
        redirect_uris TEXT NOT NULL,
        scopes TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE oauth_code (
        code_hash TEXT PRIMARY KEY,
        application_id BIGINT NOT NULL REFERENCES oauth_application (id) ON DELETE CASCADE,
        user_id BIGINT NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
        redirect_uri TEXT NOT NULL,
        scopes TEXT NOT NULL,
        code_challenge TEXT,
        expires_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX oauth_code_of_application ON oauth_code (application_id)",
    "CREATE INDEX oauth_code_of_user ON oauth_code (user_id)",
    """
    CREATE TABLE oauth_token (
        id BIGINT PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        application_id BIGINT NOT NULL REFERENCES oauth_application (id) ON DELETE CASCADE,
        user_id BIGINT REFERENCES local_user (id) ON DELETE CASCADE,
        scopes TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        used_at BIGINT NOT NULL
    )
    """,
    "CREATE INDEX oauth_token_of_application ON oauth_token (application_id)",
    "CREATE INDEX oauth_token_of_user ON oauth_token (user_id)",
]


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
