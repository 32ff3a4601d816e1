"""Apps remember together how far somebody has read; who is not wanted is not suggested again."""

from alembic import op

revision = "0035_markers"
down_revision = "0034_limited_accounts"

STATEMENTS = (
    """
    CREATE TABLE marker (
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        timeline TEXT NOT NULL,
        last_read_id BIGINT NOT NULL,
        version INTEGER NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (owner_id, timeline)
    )
    """,
    """
    CREATE TABLE unwanted_suggestion (
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        target_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        PRIMARY KEY (owner_id, target_id)
    )
    """,
    "CREATE INDEX unwanted_suggestion_of_target ON unwanted_suggestion (target_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
