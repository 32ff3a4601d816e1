"""This is where it is answered who likes a post, and who has boosted it."""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId


async def favourited_by(
    connection: Connection,
    *,
    status_id: StatusId,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[int, Actor]]:
    """Who likes a post, the latest first, each with a cursor."""
    rows = await connection.fetch_all(
        f"""
        SELECT f.id AS cursor, a.* FROM favourite f JOIN actor a ON a.id = f.actor_id
        WHERE f.status_id = :status_id AND f.id < :before AND f.id > :after
            AND a.suspended_at IS NULL AND a.gone_at IS NULL
        ORDER BY f.id {ORDER[is_upward]} LIMIT :limit
        """,
        status_id=status_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    return _latest_first(rows, is_upward=is_upward)


async def boosted_by(
    connection: Connection,
    *,
    viewer: Viewer,
    status_id: StatusId,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[int, Actor]]:
    """Who has boosted a post, as far as somebody may see their boosts."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id AS cursor, a.* FROM status s JOIN actor a ON a.id = s.actor_id
        WHERE s.boost_of_id = :status_id AND s.id < :before AND s.id > :after
            AND a.suspended_at IS NULL AND a.gone_at IS NULL AND {VISIBLE}
        ORDER BY s.id {ORDER[is_upward]} LIMIT :limit
        """,
        status_id=status_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **eyes(viewer),
    )
    return _latest_first(rows, is_upward=is_upward)


def _latest_first(rows: Sequence[Row], *, is_upward: bool) -> list[tuple[int, Actor]]:
    found = [(int(row["cursor"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)
