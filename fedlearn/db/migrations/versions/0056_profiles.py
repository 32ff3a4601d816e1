"""Profiles say what their pictures show, which tabs they have, and who may name their owner."""

from alembic import op

revision = "0056_profiles"
down_revision = "0055_collections"

TRUE = {"sqlite": "1", "postgresql": "true"}
COLUMNS = (
    "avatar_description TEXT NOT NULL DEFAULT ''",
    "header_description TEXT NOT NULL DEFAULT ''",
    "shows_media BOOLEAN NOT NULL DEFAULT {true}",
    "shows_media_replies BOOLEAN NOT NULL DEFAULT {true}",
    "shows_featured BOOLEAN NOT NULL DEFAULT {true}",
    "attribution_domains TEXT NOT NULL DEFAULT '[]'",
)


def upgrade() -> None:
    true = TRUE[op.get_bind().dialect.name]
    for column in COLUMNS:
        op.execute(f"ALTER TABLE actor ADD COLUMN {column.format(true=true)}")
