"""This is where what was said of domains is leafed through, and found by its number."""

from collections.abc import Iterable

from fedlearn.db.database import Connection
from fedlearn.db.hosts import policy_of
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.policies import DomainPolicy, Policy


async def policy_by_id(connection: Connection, policy_id: int) -> DomainPolicy | None:
    """What was said under this number."""
    row = await connection.fetch_one("SELECT * FROM domain_policy WHERE id = :id", id=policy_id)
    return policy_of(row) if row else None


async def policies_page(
    connection: Connection,
    policies: Iterable[Policy],
    *,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[DomainPolicy]:
    """The domains of which one of these was said, the latest first.

    A page that is upward begins next to `after`.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT * FROM domain_policy
        WHERE policy IN :policies AND id < :before AND id > :after
        ORDER BY id {ORDER[is_upward]} LIMIT :limit
        """,
        policies=[policy.value for policy in policies],
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    return [policy_of(row) for row in from_above(rows, is_upward=is_upward)]
