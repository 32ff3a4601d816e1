"""People choose which timelines they read side by side."""

from alembic import op

revision = "0026_deck"
down_revision = "0023_lists"

STATEMENTS = [
    """
    CREATE TABLE deck_column (
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        stream TEXT NOT NULL,
        PRIMARY KEY (owner_id, position)
    )
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
