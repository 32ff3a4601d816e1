"""People want to be told nothing more of some conversations."""

from alembic import op

revision = "0040_threads"
down_revision = "0039_featured"

STATEMENTS = (
    """
    CREATE TABLE muted_thread (
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        conversation TEXT NOT NULL,
        PRIMARY KEY (owner_id, conversation)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
