"""This is where it is remembered what came in, so that nothing takes effect twice or too late."""

from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis, now


async def remember_activity(connection: Connection, actor_uri: str, uri: str) -> bool:
    """Note an activity by its sender and identity; False when it came before."""
    row = await connection.fetch_one(
        """
        INSERT INTO received_activity (actor_uri, uri, received_at) VALUES (:actor_uri, :uri, :at)
        ON CONFLICT DO NOTHING RETURNING received_at
        """,
        actor_uri=actor_uri,
        uri=uri,
        at=now(),
    )
    return row is not None


async def forget_activity(connection: Connection, actor_uri: str, uri: str) -> None:
    """An activity is undone: its sender may do the same again, even under the same identity."""
    await connection.execute(
        "DELETE FROM received_activity WHERE actor_uri = :actor_uri AND uri = :uri",
        actor_uri=actor_uri,
        uri=uri,
    )


async def bury(connection: Connection, uri: str, actor_uri: str) -> None:
    """This actor has deleted or undone what has this identity: it must not come to life again."""
    await connection.execute(
        """
        INSERT INTO tombstone (uri, actor_uri, created_at) VALUES (:uri, :actor_uri, :at)
        ON CONFLICT DO NOTHING
        """,
        uri=uri,
        actor_uri=actor_uri,
        at=now(),
    )


async def is_buried(connection: Connection, uri: str, actor_uri: str) -> bool:
    """Whether this actor has deleted or undone what has this identity."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM tombstone WHERE uri = :uri AND actor_uri = :actor_uri",
        uri=uri,
        actor_uri=actor_uri,
    )
    return row is not None


async def tombstone_at(connection: Connection, uri: str) -> Millis | None:
    """When what had this identity was deleted, if it was."""
    row = await connection.fetch_one(
        "SELECT created_at FROM tombstone WHERE uri = :uri ORDER BY created_at LIMIT 1", uri=uri
    )
    return Millis(row["created_at"]) if row else None


async def forget_received(connection: Connection, before: Millis) -> None:
    """Drop memories of activities that no honest server would send again."""
    await connection.sweep("DELETE FROM received_activity WHERE received_at < :at", at=before)


async def forget_remote_tombstones(connection: Connection, before: Millis, own: str) -> None:
    """Drop old tombstones of other servers' objects; those that begin with `own` answer 410."""
    await connection.sweep(
        """
        DELETE FROM tombstone WHERE created_at < :at
            AND substr(uri, 1, length(CAST(:own AS TEXT))) <> CAST(:own AS TEXT)
        """,
        at=before,
        own=own,
    )
