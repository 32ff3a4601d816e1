"""What operators say of a domain reaches its actors; kept files know the host they are from."""

from alembic import op

revision = "0004_operators"
down_revision = "0003_quote_policy"

STATEMENTS = [
    # What was said of its domain; NULL where that changes nothing. Made from domain_policy.
    "ALTER TABLE actor ADD COLUMN policy TEXT CHECK (policy IN ('block', 'silence'))",
    "CREATE INDEX actor_policy ON actor (policy)",
    """
    UPDATE actor SET policy = 'block' WHERE domain IS NOT NULL AND EXISTS (
        SELECT 1 FROM domain_policy p WHERE p.policy = 'block' AND (
            actor.domain = p.domain OR actor.domain LIKE '%.' || p.domain
            OR actor.host = p.domain OR actor.host LIKE '%.' || p.domain
            OR actor.host LIKE p.domain || ':%' OR actor.host LIKE '%.' || p.domain || ':%'))
    """,
    "CREATE INDEX notification_of_sender ON notification (sender_id)",
    "ALTER TABLE cached_media ADD COLUMN host TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX cached_media_host ON cached_media (host)",
    # With the size in it, so that the whole cache is summed up from the index.
    "DROP INDEX cached_media_use",
    "CREATE INDEX cached_media_use ON cached_media (used_at, bytes)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
