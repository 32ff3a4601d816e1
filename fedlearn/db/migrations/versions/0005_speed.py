"""Keys of others are replaced without a search through all that was ever sent."""

from alembic import op

revision = "0005_speed"
down_revision = "0004_operators"

STATEMENTS = [
    "CREATE INDEX outgoing_key ON outgoing_activity (key_id) WHERE key_id IS NOT NULL",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
