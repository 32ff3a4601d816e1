"""People say on their profile whom and what to look at, and note down for themselves who is who."""

from alembic import op

revision = "0039_featured"
down_revision = "0038_domain_ids"

STATEMENTS = (
    """
    CREATE TABLE endorsement (
        id BIGINT NOT NULL,
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        target_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        PRIMARY KEY (owner_id, target_id)
    )
    """,
    "CREATE INDEX endorsement_of_target ON endorsement (target_id)",
    """
    CREATE TABLE featured_hashtag (
        id BIGINT PRIMARY KEY,
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        UNIQUE (owner_id, name)
    )
    """,
    """
    CREATE TABLE personal_note (
        owner_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        target_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        PRIMARY KEY (owner_id, target_id)
    )
    """,
    "CREATE INDEX personal_note_of_target ON personal_note (target_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
