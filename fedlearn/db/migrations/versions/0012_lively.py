"""What was posted here for everybody is found without a search through what came from elsewhere."""

from alembic import op

revision = "0012_lively"
down_revision = "0011_lists"

STATEMENTS = [
    """
    CREATE INDEX status_for_everybody ON status (id, scope)
        WHERE is_local AND reach = 'public' AND boost_of_id IS NULL
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
