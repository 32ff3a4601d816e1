"""People answer announcements with an emoji."""

from alembic import op

revision = "0043_reactions"
down_revision = "0042_links"

STATEMENTS = (
    """
    CREATE TABLE announcement_reaction (
        announcement_id BIGINT NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
        actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        PRIMARY KEY (announcement_id, name, actor_id)
    )
    """,
    "CREATE INDEX announcement_reaction_of_actor ON announcement_reaction (actor_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
