"""This is where the people here are listed who want to be found."""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.db.lively import ACTIVE, NOT_APART
from fedlearn.db.wanted import wishes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer

LATEST_POST = """(SELECT max(s.id) FROM status s
    WHERE s.actor_id = a.id AND s.reach = 'public' AND s.scope = 'fed')"""


async def directory_page(
    connection: Connection, viewer: Viewer, *, by_age: bool, offset: int, limit: int
) -> list[Actor]:
    """People with an account here: who posted last for everybody first, or who came last."""
    order = "u.id DESC" if by_age else f"coalesce({LATEST_POST}, 0) DESC, u.id DESC"
    rows = await connection.fetch_all(
        f"""
        SELECT a.* FROM local_user u JOIN actor a ON a.id = u.actor_id
        WHERE u.approved_at IS NOT NULL AND a.is_discoverable AND a.moved_to IS NULL
            AND {ACTIVE} AND {NOT_APART}
        ORDER BY {order} LIMIT :limit OFFSET :offset
        """,
        limit=limit,
        offset=offset,
        **wishes(viewer),
    )
    return [actor_of(row) for row in rows]
