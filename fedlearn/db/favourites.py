"""This is where it is remembered who likes what."""

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, StatusId, Uri, now, snowflake


async def insert_favourite(
    connection: Connection, *, actor_id: ActorId, status_id: StatusId, uri: str
) -> bool:
    """An actor likes a status; False when it did already."""
    row = await connection.fetch_one(
        """
        INSERT INTO favourite (id, uri, actor_id, status_id, created_at)
        VALUES (:id, :uri, :actor_id, :status_id, :at)
        ON CONFLICT (status_id, actor_id) DO NOTHING RETURNING id
        """,
        id=snowflake(),
        uri=uri,
        actor_id=actor_id,
        status_id=status_id,
        at=now(),
    )
    return row is not None


async def delete_favourite(
    connection: Connection, actor_id: ActorId, status_id: StatusId
) -> Uri | None:
    """An actor likes a status no more; the identity that the like had."""
    row = await connection.fetch_one(
        "DELETE FROM favourite WHERE actor_id = :actor AND status_id = :status RETURNING uri",
        actor=actor_id,
        status=status_id,
    )
    return Uri(row["uri"]) if row else None


async def status_liked_as(connection: Connection, actor_id: ActorId, uri: str) -> StatusId | None:
    """Which status an actor's like with this identity is about."""
    row = await connection.fetch_one(
        "SELECT status_id FROM favourite WHERE actor_id = :actor AND uri = :uri",
        actor=actor_id,
        uri=uri,
    )
    return StatusId(row["status_id"]) if row else None
