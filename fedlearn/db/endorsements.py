"""This is where it is remembered whom people show on their profile, as long as they follow them."""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, snowflake

# Whom somebody does not follow any more is not shown, and may be again.
STILL_FOLLOWED = """EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = e.owner_id
    AND f.followee_id = e.target_id AND f.state = 'accepted')"""


async def endorse(connection: Connection, owner_id: ActorId, target_id: ActorId) -> None:
    """Somebody shows another on their profile. Twice is once."""
    await connection.execute(
        """
        INSERT INTO endorsement (id, owner_id, target_id) VALUES (:id, :owner, :target)
        ON CONFLICT (owner_id, target_id) DO NOTHING
        """,
        id=snowflake(),
        owner=owner_id,
        target=target_id,
    )


async def unendorse(connection: Connection, owner_id: ActorId, target_id: ActorId) -> None:
    """Somebody shows another no more."""
    await connection.execute(
        "DELETE FROM endorsement WHERE owner_id = :owner AND target_id = :target",
        owner=owner_id,
        target=target_id,
    )


async def endorsed_by(
    connection: Connection,
    owner_id: ActorId,
    *,
    before: int | None = None,
    limit: int,
    after: int | None = None,
    is_upward: bool = False,
) -> list[tuple[int, Actor]]:
    """Whom somebody shows, the latest first, each with the cursor of what brought them there."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.*, e.id AS cursor_id FROM endorsement e JOIN actor a ON a.id = e.target_id
        WHERE e.owner_id = :owner AND e.id < :before AND e.id > :after
            AND a.gone_at IS NULL AND a.suspended_at IS NULL
            AND {STILL_FOLLOWED}
        ORDER BY e.id {ORDER[is_upward]} LIMIT :limit
        """,
        owner=owner_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(int(row["cursor_id"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)


async def endorsed_among(
    connection: Connection, owner_id: ActorId, target_ids: Sequence[ActorId]
) -> set[ActorId]:
    """Which of these people somebody shows."""
    rows = await connection.fetch_all(
        f"""
        SELECT e.target_id FROM endorsement e
        WHERE e.owner_id = :owner AND e.target_id IN :targets AND {STILL_FOLLOWED}
        """,
        owner=owner_id,
        targets=target_ids,
    )
    return {ActorId(row["target_id"]) for row in rows}
