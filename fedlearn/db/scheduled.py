"""This is where it is kept what people want to post later, and which pictures wait with it."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.scheduled import ScheduledStatus


async def insert_scheduled(connection: Connection, scheduled: ScheduledStatus) -> None:
    """Something is to be posted later."""
    await connection.execute(
        """
        INSERT INTO scheduled_status (id, actor_id, params, scheduled_at, created_at)
        VALUES (:id, :actor_id, :params, :scheduled_at, :at)
        """,
        id=scheduled.id,
        actor_id=scheduled.actor_id,
        params=scheduled.params,
        scheduled_at=scheduled.scheduled_at,
        at=now(),
    )


async def change_scheduled(connection: Connection, scheduled: ScheduledStatus) -> bool:
    """Another text or another time, and nothing is wrong with it yet; whether it was there."""
    changed = await connection.execute(
        """
        UPDATE scheduled_status
        SET params = :params, scheduled_at = :scheduled_at, failure = NULL
        WHERE id = :id AND actor_id = :actor_id
        """,
        id=scheduled.id,
        actor_id=scheduled.actor_id,
        params=scheduled.params,
        scheduled_at=scheduled.scheduled_at,
    )
    return changed > 0


async def note_failure(connection: Connection, scheduled_id: int, failure: str) -> bool:
    """It could not be posted; whether it is still there."""
    changed = await connection.execute(
        "UPDATE scheduled_status SET failure = :failure WHERE id = :id",
        id=scheduled_id,
        failure=failure,
    )
    return changed > 0


async def delete_scheduled(connection: Connection, actor_id: ActorId, scheduled_id: int) -> bool:
    """It is posted, or is not to be any more; False when somebody else was first."""
    deleted = await connection.execute(
        "DELETE FROM scheduled_status WHERE id = :id AND actor_id = :actor_id",
        id=scheduled_id,
        actor_id=actor_id,
    )
    return deleted > 0


async def scheduled_by_id(connection: Connection, scheduled_id: int) -> ScheduledStatus | None:
    """What is to be posted, by its id."""
    row = await connection.fetch_one(
        "SELECT * FROM scheduled_status WHERE id = :id", id=scheduled_id
    )
    return _scheduled_of(row) if row else None


async def scheduled_by(connection: Connection, actor_id: ActorId) -> list[ScheduledStatus]:
    """What somebody wants to post, the next first."""
    rows = await connection.fetch_all(
        "SELECT * FROM scheduled_status WHERE actor_id = :actor_id ORDER BY scheduled_at, id",
        actor_id=actor_id,
    )
    return [_scheduled_of(row) for row in rows]


async def count_scheduled(connection: Connection, actor_id: ActorId) -> int:
    """How much somebody wants to post later."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM scheduled_status WHERE actor_id = :actor_id", actor_id=actor_id
    )
    return int(row["n"]) if row else 0


async def reserve_media(connection: Connection, scheduled_id: int, ids: Sequence[int]) -> None:
    """These pictures wait for the post, and no others do."""
    await connection.execute(
        """
        UPDATE media_attachment SET scheduled_id = NULL
        WHERE scheduled_id = :scheduled AND NOT (id IN :ids)
        """,
        scheduled=scheduled_id,
        ids=ids,
    )
    await connection.execute(
        "UPDATE media_attachment SET scheduled_id = :scheduled WHERE id IN :ids",
        scheduled=scheduled_id,
        ids=ids,
    )


def _scheduled_of(row: Row) -> ScheduledStatus:
    return ScheduledStatus(
        id=int(row["id"]),
        actor_id=ActorId(row["actor_id"]),
        params=row["params"],
        scheduled_at=Millis(row["scheduled_at"]),
        failure=row["failure"],
    )
