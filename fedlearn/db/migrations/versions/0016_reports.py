"""Reports say what is wrong: spam, something illegal, broken rules, or something else."""

from alembic import op

revision = "0016_reports"
down_revision = "0021_conversations"

STATEMENTS = [
    """
    ALTER TABLE report ADD COLUMN category TEXT NOT NULL DEFAULT 'other'
        CHECK (category IN ('spam', 'legal', 'violation', 'other'))
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
