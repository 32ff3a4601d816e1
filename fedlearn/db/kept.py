"""This is where people leaf through the posts that they like or have put aside."""

from typing import Literal

from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId

Kind = Literal["bookmark", "favourite"]


async def kept_page(
    connection: Connection,
    kind: Kind,
    viewer: Viewer,
    *,
    before: int | None,
    limit: int,
    after: int | None = None,
    is_upward: bool = False,
) -> list[tuple[int, StatusId]]:
    """What somebody keeps and may still see, the latest kept first, each with its cursor.

    A page that is upward begins next to `after`.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT k.id, k.status_id FROM {kind} k JOIN status s ON s.id = k.status_id
        WHERE k.actor_id = :viewer_id AND k.id < :before AND k.id > :after
            AND {VISIBLE}
        ORDER BY k.id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **eyes(viewer),
    )
    found = [(int(row["id"]), StatusId(row["status_id"])) for row in rows]
    return from_above(found, is_upward=is_upward)
