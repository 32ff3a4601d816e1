"""This is where it is remembered with which single e-mail addresses nobody signs up.

They are stored as hashes: a copy of the database names nobody.
"""

from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.ids import ActorId, now, snowflake
from fedlearn.domain.policies import CanonicalEmail


async def insert_canonical_email(
    connection: Connection, email_hash: str, owner: ActorId | None = None
) -> CanonicalEmail | None:
    """Take an address no more, maybe since its owner is suspended; None when it was so before."""
    row = await connection.fetch_one(
        """
        INSERT INTO canonical_email_block (id, email_hash, actor_id, created_at)
        VALUES (:id, :email_hash, :actor_id, :at)
        ON CONFLICT (email_hash) DO NOTHING RETURNING *
        """,
        id=snowflake(),
        email_hash=email_hash,
        actor_id=owner,
        at=now(),
    )
    return _email_of(row) if row else None


async def delete_canonical_email(connection: Connection, number: int) -> None:
    """Take it again."""
    await connection.execute("DELETE FROM canonical_email_block WHERE id = :id", id=number)


async def delete_canonical_emails_of(connection: Connection, owner: ActorId) -> None:
    """Take again what was not taken since its owner was suspended."""
    await connection.execute(
        "DELETE FROM canonical_email_block WHERE actor_id = :actor_id", actor_id=owner
    )


async def canonical_email(connection: Connection, number: int) -> CanonicalEmail | None:
    """The one of this number."""
    row = await connection.fetch_one(
        "SELECT * FROM canonical_email_block WHERE id = :id", id=number
    )
    return _email_of(row) if row else None


async def known_by_hash(connection: Connection, email_hash: str) -> CanonicalEmail | None:
    """The one of this hash."""
    row = await connection.fetch_one(
        "SELECT * FROM canonical_email_block WHERE email_hash = :email_hash", email_hash=email_hash
    )
    return _email_of(row) if row else None


async def canonical_emails_page(
    connection: Connection, *, before: int | None, after: int | None, is_upward: bool, limit: int
) -> list[CanonicalEmail]:
    """All of them, the latest first; a page that is upward begins next to `after`."""
    rows = await connection.fetch_all(
        f"""
        SELECT * FROM canonical_email_block WHERE id < :before AND id > :after
        ORDER BY id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    return [_email_of(row) for row in from_above(rows, is_upward=is_upward)]


def _email_of(row: Row) -> CanonicalEmail:
    return CanonicalEmail(int(row["id"]), row["email_hash"])
