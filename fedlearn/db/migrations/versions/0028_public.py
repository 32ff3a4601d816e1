"""What is public on other servers is found without a search through everything else."""

from alembic import op

revision = "0028_public"
down_revision = "0027_moderation"

STATEMENTS = [
    """
    CREATE INDEX status_from_elsewhere ON status (id, scope)
        WHERE NOT is_local AND reach = 'public' AND boost_of_id IS NULL
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
