"""This is where ranges of IP addresses are remembered of which something was said."""

from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.events import Anything
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.ip_blocks import IpBlock, Severity, read_network

HOLDS = "(expires_at IS NULL OR expires_at > :now)"


async def insert_ip_block(connection: Connection, block: IpBlock) -> bool:
    """Say something of a range; False when something is said of it already.

    Who watches is asked at once whether they may still.
    """
    added = await connection.execute(
        """
        INSERT INTO ip_block (id, network, severity, comment, created_at, expires_at)
        VALUES (:id, :network, :severity, :comment, :created_at, :expires_at)
        ON CONFLICT (network) DO NOTHING
        """,
        id=block.id,
        network=str(block.network),
        severity=block.severity.value,
        comment=block.comment,
        created_at=block.created_at,
        expires_at=block.expires_at,
    )
    connection.announce(Anything())
    return added > 0


async def update_ip_block(connection: Connection, block: IpBlock) -> bool:
    """Say something else; False when the range is one of which something is said already."""
    changed = await connection.execute(
        """
        UPDATE ip_block SET network = :network, severity = :severity, comment = :comment,
            expires_at = :expires_at
        WHERE id = :id
            AND NOT EXISTS (SELECT 1 FROM ip_block o WHERE o.network = :network AND o.id <> :id)
        """,
        id=block.id,
        network=str(block.network),
        severity=block.severity.value,
        comment=block.comment,
        expires_at=block.expires_at,
    )
    connection.announce(Anything())
    return changed > 0


async def delete_ip_block(connection: Connection, block_id: int) -> None:
    """Say nothing of a range any more."""
    await connection.execute("DELETE FROM ip_block WHERE id = :id", id=block_id)


async def forget_expired_ip_blocks(connection: Connection) -> None:
    """Remove what holds no more."""
    await connection.sweep("DELETE FROM ip_block WHERE expires_at <= :now", now=now())


async def ip_block(connection: Connection, block_id: int) -> IpBlock | None:
    """What was said under this number, if it holds still."""
    row = await connection.fetch_one(
        f"SELECT * FROM ip_block WHERE id = :id AND {HOLDS}", id=block_id, now=now()
    )
    return _ip_block_of(row) if row else None


async def every_ip_block(connection: Connection) -> list[IpBlock]:
    """All that hold."""
    rows = await connection.fetch_all(f"SELECT * FROM ip_block WHERE {HOLDS}", now=now())
    return [_ip_block_of(row) for row in rows]


async def ip_blocks_page(
    connection: Connection, *, before: int | None, after: int | None, is_upward: bool, limit: int
) -> list[IpBlock]:
    """Those that hold, the latest first; a page that is upward begins next to `after`."""
    rows = await connection.fetch_all(
        f"""
        SELECT * FROM ip_block WHERE id < :before AND id > :after AND {HOLDS}
        ORDER BY id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        now=now(),
        limit=limit,
    )
    return [_ip_block_of(row) for row in from_above(rows, is_upward=is_upward)]


def _ip_block_of(row: Row) -> IpBlock:
    return IpBlock(
        int(row["id"]),
        read_network(row["network"]),
        Severity(row["severity"]),
        row["comment"],
        Millis(row["created_at"]),
        row["expires_at"],
    )
