"""Posts are found by the page that they lead to."""

from alembic import op

revision = "0042_links"
down_revision = "0041_email_domains"


def upgrade() -> None:
    op.execute("CREATE INDEX preview_url ON preview (url, status_id)")
