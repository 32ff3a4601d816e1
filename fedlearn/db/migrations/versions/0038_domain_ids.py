"""Whatever was said of a domain has a number, by which apps speak of it."""

from alembic import op

revision = "0038_domain_ids"
down_revision = "0037_room"

STATEMENTS = (
    "ALTER TABLE domain_policy ADD COLUMN id BIGINT",
    """
    UPDATE domain_policy SET id = (
        SELECT count(*) FROM domain_policy other WHERE other.domain <= domain_policy.domain)
    """,
    "CREATE UNIQUE INDEX domain_policy_id ON domain_policy (id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
