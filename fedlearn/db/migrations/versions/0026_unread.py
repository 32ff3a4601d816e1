"""How much is new for somebody is counted without looking at all that they were ever told."""

from alembic import op

revision = "0026_unread"
down_revision = "0016_reports"

STATEMENTS = ["CREATE INDEX notification_unread ON notification (owner_id) WHERE NOT is_read"]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
