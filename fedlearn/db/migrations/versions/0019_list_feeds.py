"""A list may have a feed under an address that nobody guesses."""

from alembic import op

revision = "0019_list_feeds"
down_revision = "0025_scheduled"


def upgrade() -> None:
    # Of which the address is made, together with a secret that is not in the database.
    op.execute("ALTER TABLE people_list ADD COLUMN feed_nonce TEXT")
