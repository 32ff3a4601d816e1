"""The digest of followers (FEP-8fcf) goes with what is for followers only."""

from alembic import op

revision = "0006_relations"
down_revision = "0005_speed"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE outgoing_activity ADD COLUMN syncs_followers BOOLEAN NOT NULL DEFAULT false"
    )
