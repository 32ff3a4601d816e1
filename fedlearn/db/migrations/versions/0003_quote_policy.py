"""Who may quote a post without being asked about."""

from alembic import op

revision = "0003_quote_policy"
down_revision = "0002_peers"

STATEMENTS = [
    """
    ALTER TABLE status ADD COLUMN quote_policy TEXT NOT NULL DEFAULT 'public'
        CHECK (quote_policy IN ('public', 'followers', 'nobody'))
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
