"""This is where it is answered page by page who waits for somebody's yes."""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId


async def requests_page(
    connection: Connection,
    actor_id: ActorId,
    *,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[int, Actor]]:
    """Who asks to follow an actor, the latest first, with the follow's id as the cursor."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.*, f.id AS follow_id FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE f.followee_id = :actor AND f.state = 'pending' AND f.id < :before AND f.id > :after
        ORDER BY f.id {ORDER[is_upward]} LIMIT :limit
        """,
        actor=actor_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(int(row["follow_id"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)
