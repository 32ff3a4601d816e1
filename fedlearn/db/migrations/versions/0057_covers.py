"""Films and sounds of other servers are shown by the picture that these have for them."""

from alembic import op

revision = "0057_covers"
down_revision = "0056_profiles"


def upgrade() -> None:
    op.execute("ALTER TABLE attachment ADD COLUMN cover TEXT")
