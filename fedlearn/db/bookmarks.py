"""This is where it is remembered which posts people have put aside for themselves."""

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, StatusId, snowflake


async def insert_bookmark(connection: Connection, actor_id: ActorId, status_id: StatusId) -> None:
    """Somebody puts a status aside. Doing so twice is doing so once."""
    await connection.execute(
        """
        INSERT INTO bookmark (id, actor_id, status_id) VALUES (:id, :actor, :status)
        ON CONFLICT (status_id, actor_id) DO NOTHING
        """,
        id=snowflake(),
        actor=actor_id,
        status=status_id,
    )


async def delete_bookmark(connection: Connection, actor_id: ActorId, status_id: StatusId) -> None:
    """Somebody has no more need of a status."""
    await connection.execute(
        "DELETE FROM bookmark WHERE actor_id = :actor AND status_id = :status",
        actor=actor_id,
        status=status_id,
    )
