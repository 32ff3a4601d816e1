"""Who is suspended is found without looking at everybody."""

from alembic import op

revision = "0027_suspended"
down_revision = "0026_deck"

STATEMENTS = ["CREATE INDEX actor_suspended ON actor (id) WHERE suspended_at IS NOT NULL"]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
