"""Domains of whose addresses nobody signs up with one."""

from alembic import op

revision = "0041_email_domains"
down_revision = "0040_threads"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE email_domain_block (
            id BIGINT PRIMARY KEY,
            domain TEXT NOT NULL UNIQUE,
            created_at BIGINT NOT NULL
        )
    """)
