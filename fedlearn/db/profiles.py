"""This is where it is answered which posts of somebody stand on the tabs of their profile.

Each question answers with ids that the viewer may see, newest first. What is posted and boosted
altogether is in db/timelines.py.
"""

from typing import Protocol

from fedlearn.db.chosen import BY_ITSELF
from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, StatusId


class Tab(Protocol):
    """A question for the posts of somebody."""

    async def __call__(
        self,
        connection: Connection,
        viewer: Viewer,
        author_id: ActorId,
        *,
        before: StatusId | None,
        limit: int,
    ) -> list[StatusId]:
        """So many at most, below the last one had."""


async def posts_page(
    connection: Connection,
    viewer: Viewer,
    author_id: ActorId,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    """What somebody has posted and boosted, without answers to others."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :author AND s.id < :before AND s.reach <> 'direct'
            AND {BY_ITSELF} AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        author=author_id,
        before=before or LAST,
        limit=limit,
        **eyes(viewer),
    )
    return [StatusId(row["id"]) for row in rows]


async def media_page(
    connection: Connection,
    viewer: Viewer,
    author_id: ActorId,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    """What somebody has posted with pictures, films or sounds; in answers, if they show those."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM status s
        WHERE s.actor_id = :author AND s.id < :before AND s.reach <> 'direct'
            AND EXISTS (SELECT 1 FROM attachment t WHERE t.status_id = s.id)
            AND ((SELECT au.shows_media_replies FROM actor au WHERE au.id = :author) OR {BY_ITSELF})
            AND {VISIBLE}
        ORDER BY s.id DESC LIMIT :limit
        """,
        author=author_id,
        before=before or LAST,
        limit=limit,
        **eyes(viewer),
    )
    return [StatusId(row["id"]) for row in rows]
