"""Of whom comes from some IP addresses something else holds."""

from alembic import op

revision = "0048_ip_blocks"
down_revision = "0047_rates"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ip_block (
            id BIGINT PRIMARY KEY,
            network TEXT NOT NULL UNIQUE,
            severity TEXT NOT NULL
                CHECK (severity IN ('sign_up_requires_approval', 'sign_up_block', 'no_access')),
            comment TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT
        )
    """)
