"""A collection can be reported."""

from alembic import op

revision = "0059_reported_collections"
down_revision = "0058_creators"

STATEMENTS = (
    """
    CREATE TABLE report_collection (
        report_id BIGINT NOT NULL REFERENCES report (id) ON DELETE CASCADE,
        collection_id BIGINT NOT NULL REFERENCES people_collection (id) ON DELETE CASCADE,
        PRIMARY KEY (report_id, collection_id)
    )
    """,
    "CREATE INDEX report_of_collection ON report_collection (collection_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
