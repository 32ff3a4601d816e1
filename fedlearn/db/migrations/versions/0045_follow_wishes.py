"""People say of whom they follow that they want no boosts of theirs, or only some languages."""

from alembic import op

revision = "0045_follow_wishes"
down_revision = "0044_measures"

FALSE = {"sqlite": "0", "postgresql": "false"}


def upgrade() -> None:
    false = FALSE[op.get_bind().dialect.name]
    op.execute(f"ALTER TABLE follow ADD COLUMN hides_boosts BOOLEAN NOT NULL DEFAULT {false}")
    op.execute("ALTER TABLE follow ADD COLUMN languages TEXT")
