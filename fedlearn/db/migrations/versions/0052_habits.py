"""People say once who may see what they post, and quote it, and whether its pictures are folded."""

from alembic import op

revision = "0052_habits"
down_revision = "0051_recordings"

FALSE = {"sqlite": "0", "postgresql": "false"}
COLUMNS = (
    "posting_reach TEXT NOT NULL DEFAULT 'public'",
    "posting_is_sensitive BOOLEAN NOT NULL DEFAULT {false}",
    "posting_quote_policy TEXT NOT NULL DEFAULT 'public'",
)


def upgrade() -> None:
    false = FALSE[op.get_bind().dialect.name]
    for column in COLUMNS:
        op.execute(f"ALTER TABLE local_user ADD COLUMN {column.format(false=false)}")
