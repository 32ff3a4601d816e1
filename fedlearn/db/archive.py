"""This is where it is looked up what somebody takes along: their own posts, whoever sees them."""

from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId


async def own_statuses(
    connection: Connection, author: Viewer, *, before: StatusId | None, limit: int
) -> list[StatusId]:
    """All that an actor has posted and boosted, newest first, in its own eyes."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :viewer_id AND s.id < :before AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        before=before or LAST,
        limit=limit,
        **eyes(author),
    )
    return [StatusId(row["id"]) for row in rows]
