"""Stewards say of something lively that it is not shown."""

from alembic import op

revision = "0050_trends"
down_revision = "0049_canonical_emails"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE trend_rejection (
            kind TEXT NOT NULL CHECK (kind IN ('hashtag', 'link', 'status')),
            subject TEXT NOT NULL,
            rejected_at BIGINT NOT NULL,
            PRIMARY KEY (kind, subject)
        )
    """)
