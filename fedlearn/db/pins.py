"""This is where it is remembered which posts stand on top of their authors' profiles."""

from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, StatusId, now


async def pin(connection: Connection, actor_id: ActorId, status_id: StatusId) -> bool:
    """Put a post on top; False when it is there already."""
    row = await connection.fetch_one(
        """
        INSERT INTO pin (actor_id, status_id, created_at) VALUES (:actor, :status, :at)
        ON CONFLICT DO NOTHING RETURNING status_id
        """,
        actor=actor_id,
        status=status_id,
        at=now(),
    )
    return row is not None


async def unpin(connection: Connection, actor_id: ActorId, status_id: StatusId) -> bool:
    """Take a post down; False when it was not on top."""
    changed = await connection.execute(
        "DELETE FROM pin WHERE actor_id = :actor AND status_id = :status",
        actor=actor_id,
        status=status_id,
    )
    return changed > 0


async def replace_pins(
    connection: Connection, actor_id: ActorId, status_ids: Sequence[StatusId]
) -> None:
    """Somebody has these posts on top, in this order, and no others."""
    await connection.execute("DELETE FROM pin WHERE actor_id = :actor", actor=actor_id)
    at = now()
    await connection.execute_many(
        "INSERT INTO pin (actor_id, status_id, created_at) VALUES (:actor, :status, :at)",
        [
            {"actor": actor_id, "status": status_id, "at": at - place}
            for place, status_id in enumerate(status_ids)
        ],
    )


async def count_pins(connection: Connection, actor_id: ActorId) -> int:
    """How many posts somebody has on top."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM pin WHERE actor_id = :actor", actor=actor_id
    )
    return int(row["n"]) if row else 0


async def pinned_by(
    connection: Connection, viewer: Viewer, actor_id: ActorId, limit: int
) -> list[StatusId]:
    """What somebody has on top, the newest pin first, as far as this viewer may see it."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.id FROM pin p JOIN status s ON s.id = p.status_id
        WHERE p.actor_id = :author AND {VISIBLE}
        ORDER BY p.created_at DESC, s.id DESC LIMIT :limit
        """,
        author=actor_id,
        limit=limit,
        **eyes(viewer),
    )
    return [StatusId(row["id"]) for row in rows]
