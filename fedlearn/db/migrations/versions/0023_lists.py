"""Lists say which answers stand on them, may empty the home timeline, and are kept fresh."""

from alembic import op

revision = "0023_lists"
down_revision = "0030_oauth"

STATEMENTS = [
    "ALTER TABLE people_list ADD COLUMN replies_policy TEXT NOT NULL DEFAULT 'list'",
    "ALTER TABLE people_list ADD COLUMN is_exclusive BOOLEAN NOT NULL DEFAULT false",
    "ALTER TABLE people_list ADD COLUMN opened_at BIGINT",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
