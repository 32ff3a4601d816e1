"""This is where it is answered which posts lead to a page."""

from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.visibility import NOT_SILENCED, VISIBLE
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId


async def link_page(
    connection: Connection,
    viewer: Viewer,
    url: str,
    *,
    before: StatusId | None,
    limit: int,
    after: StatusId | None = None,
    is_upward: bool = False,
) -> list[StatusId]:
    """Public posts that lead to a page, none from silenced domains; to strangers only ours."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM preview p JOIN status s ON s.id = p.status_id
        WHERE p.url = :url AND p.status_id < :before AND p.status_id > :after
            AND s.reach = 'public' AND (s.is_local OR :viewer_is_local)
            AND {NOT_SILENCED} AND {VISIBLE} AND {WANTED}
        ORDER BY p.status_id {ORDER[is_upward]} LIMIT :limit
        """,
        url=url,
        before=before or LAST,
        after=after or 0,
        limit=limit,
        **wishes(viewer),
    )
    ids = [StatusId(row["id"]) for row in rows]
    return from_above(ids, is_upward=is_upward)
