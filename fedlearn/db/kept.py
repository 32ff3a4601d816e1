"""This is where people leaf through the posts that they like or have put aside."""

from typing import Literal

from fedlearn.db.database import Connection
from fedlearn.db.follows import LAST
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
) -> list[tuple[int, StatusId]]:
    """What somebody keeps and may still see, the latest kept first, each with its cursor."""
    rows = await connection.fetch_all(
        f"""
        SELECT k.id, k.status_id FROM {kind} k JOIN status s ON s.id = k.status_id
        WHERE k.actor_id = :viewer_id AND k.id < :before AND {VISIBLE}
        ORDER BY k.id DESC LIMIT :limit
        """,
        before=before or LAST,
        limit=limit,
        **eyes(viewer),
    )
    return [(int(row["id"]), StatusId(row["status_id"])) for row in rows]
