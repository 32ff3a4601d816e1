"""Processes count together how often who asks for what."""

from alembic import op

revision = "0047_rates"
down_revision = "0046_paged"

STATEMENTS = (
    """
    CREATE TABLE rate_count (
        key BIGINT PRIMARY KEY,
        spent BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        is_used_up BOOLEAN NOT NULL
    )
    """,
    "CREATE INDEX rate_count_used_up ON rate_count (ends_at) WHERE is_used_up",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
