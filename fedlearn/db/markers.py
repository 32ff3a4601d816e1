"""This is where it is remembered how far people have read, for all of their apps."""

from collections.abc import Collection
from dataclasses import dataclass

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, Millis, now


@dataclass(frozen=True, slots=True)
class Marker:
    """How far somebody has read a timeline, and how often that was said."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: Millis


async def markers_of(
    connection: Connection, owner_id: ActorId, timelines: Collection[str]
) -> list[Marker]:
    """How far somebody has read these."""
    rows = await connection.fetch_all(
        "SELECT * FROM marker WHERE owner_id = :owner_id AND timeline IN :timelines",
        owner_id=owner_id,
        timelines=list(timelines),
    )
    return [
        Marker(row["timeline"], row["last_read_id"], row["version"], Millis(row["updated_at"]))
        for row in rows
    ]


async def store_marker(
    connection: Connection, owner_id: ActorId, timeline: str, last_read_id: int
) -> None:
    """Somebody has read a timeline up to here."""
    await connection.execute(
        """
        INSERT INTO marker (owner_id, timeline, last_read_id, version, updated_at)
        VALUES (:owner_id, :timeline, :last_read_id, 1, :at)
        ON CONFLICT (owner_id, timeline) DO UPDATE SET last_read_id = excluded.last_read_id,
            version = marker.version + 1, updated_at = excluded.updated_at
        """,
        owner_id=owner_id,
        timeline=timeline,
        last_read_id=last_read_id,
        at=now(),
    )
