"""Domains that people block and hashtags that they follow have an order, so that apps can leaf."""

from alembic import op

revision = "0046_paged"
down_revision = "0045_follow_wishes"

TABLES = {"domain_block": "domain", "followed_hashtag": "name"}


def upgrade() -> None:
    for table, name in TABLES.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN id BIGINT NOT NULL DEFAULT 0")
        # When each was added was not kept; new ones get larger numbers than these.
        op.execute(
            f"""
            UPDATE {table} SET id = (
                SELECT count(*) FROM {table} other
                WHERE other.actor_id = {table}.actor_id AND other.{name} >= {table}.{name})
            """
        )
