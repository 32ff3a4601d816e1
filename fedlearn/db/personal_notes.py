"""This is where people note down for themselves who somebody is. Nobody else reads that."""

from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId


async def write_note(
    connection: Connection, owner_id: ActorId, target_id: ActorId, text: str
) -> None:
    """Somebody notes this down of another, in place of what stood there."""
    await connection.execute(
        """
        INSERT INTO personal_note (owner_id, target_id, text) VALUES (:owner, :target, :text)
        ON CONFLICT (owner_id, target_id) DO UPDATE SET text = excluded.text
        """,
        owner=owner_id,
        target=target_id,
        text=text,
    )


async def delete_note(connection: Connection, owner_id: ActorId, target_id: ActorId) -> None:
    """Somebody keeps no note of another."""
    await connection.execute(
        "DELETE FROM personal_note WHERE owner_id = :owner AND target_id = :target",
        owner=owner_id,
        target=target_id,
    )


async def notes_on(
    connection: Connection, owner_id: ActorId, target_ids: Sequence[ActorId]
) -> dict[ActorId, str]:
    """What somebody has noted down of these people."""
    rows = await connection.fetch_all(
        "SELECT target_id, text FROM personal_note WHERE owner_id = :owner AND target_id IN :ids",
        owner=owner_id,
        ids=target_ids,
    )
    return {ActorId(row["target_id"]): row["text"] for row in rows}
