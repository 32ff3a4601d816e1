"""This is where it is said how lists are leafed through: below one place, above another, so many.

A page begins at the upper end or, when it is upward, at the lower one, next to what its reader has
seen already. Either way it is handed out from above.
"""

from collections.abc import Sequence
from typing import TypeVar

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId

T = TypeVar("T")

# Above every snowflake for some millennia.
LAST = 2**62
ORDER = {False: "DESC", True: "ASC"}


def from_above(found: Sequence[T], *, is_upward: bool) -> list[T]:
    """What was asked for in this order, the upper end first."""
    return list(found[::-1] if is_upward else found)


async def names_page(
    connection: Connection,
    actor_id: ActorId,
    *,
    kept: tuple[str, str],
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[int, str]]:
    """What an actor keeps by name, latest first, each with a cursor; `kept` is table and column."""
    table, column = kept
    rows = await connection.fetch_all(
        f"""
        SELECT id, {column} AS name FROM {table}
        WHERE actor_id = :actor AND id < :before AND id > :after
        ORDER BY id {ORDER[is_upward]} LIMIT :limit
        """,
        actor=actor_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    return from_above([(int(row["id"]), str(row["name"])) for row in rows], is_upward=is_upward)
