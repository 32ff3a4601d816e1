"""This is where it is remembered what came of a form, so that the same one sent again does nothing.

A client of the API sends a key of its own for that (Idempotency-Key).
"""

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, Millis, StatusId, now


async def claim_key(connection: Connection, actor_id: ActorId, key: str) -> bool:
    """Whether this is sent for the first time. Who sends it meanwhile waits for the outcome."""
    row = await connection.fetch_one(
        """
        INSERT INTO idempotency_key (actor_id, key, created_at) VALUES (:actor_id, :key, :at)
        ON CONFLICT DO NOTHING RETURNING key
        """,
        actor_id=actor_id,
        key=key,
        at=now(),
    )
    return row is not None


async def note_posted(
    connection: Connection, actor_id: ActorId, key: str, status_id: StatusId
) -> None:
    """A post came of it."""
    await connection.execute(
        """
        UPDATE idempotency_key SET status_id = :status_id
        WHERE actor_id = :actor_id AND key = :key
        """,
        actor_id=actor_id,
        key=key,
        status_id=status_id,
    )


async def note_scheduled(
    connection: Connection, actor_id: ActorId, key: str, scheduled_id: int
) -> None:
    """A post for later came of it."""
    await connection.execute(
        """
        UPDATE idempotency_key SET scheduled_id = :scheduled_id
        WHERE actor_id = :actor_id AND key = :key
        """,
        actor_id=actor_id,
        key=key,
        scheduled_id=scheduled_id,
    )


async def posted_with(connection: Connection, actor_id: ActorId, key: str) -> StatusId | None:
    """Which post came of it."""
    row = await _known(connection, actor_id, key)
    return StatusId(row["status_id"]) if row and row["status_id"] is not None else None


async def scheduled_with(connection: Connection, actor_id: ActorId, key: str) -> int | None:
    """Which post for later came of it."""
    row = await _known(connection, actor_id, key)
    return int(row["scheduled_id"]) if row and row["scheduled_id"] is not None else None


async def forget_keys(connection: Connection, before: Millis) -> None:
    """What was sent before then may be sent again."""
    await connection.sweep("DELETE FROM idempotency_key WHERE created_at < :before", before=before)


async def _known(connection: Connection, actor_id: ActorId, key: str) -> Row | None:
    return await connection.fetch_one(
        "SELECT * FROM idempotency_key WHERE actor_id = :actor_id AND key = :key",
        actor_id=actor_id,
        key=key,
    )
