"""This is where it is remembered of which conversations people want to be told nothing more."""

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, StatusId


async def mute_thread(connection: Connection, owner_id: ActorId, conversation: str) -> None:
    """Somebody wants to be told nothing of a conversation. Twice is once."""
    await connection.execute(
        """
        INSERT INTO muted_thread (owner_id, conversation) VALUES (:owner, :conversation)
        ON CONFLICT (owner_id, conversation) DO NOTHING
        """,
        owner=owner_id,
        conversation=conversation,
    )


async def unmute_thread(connection: Connection, owner_id: ActorId, conversation: str) -> None:
    """Somebody wants to be told of it again."""
    await connection.execute(
        "DELETE FROM muted_thread WHERE owner_id = :owner AND conversation = :conversation",
        owner=owner_id,
        conversation=conversation,
    )


async def is_thread_muted(connection: Connection, owner_id: ActorId, status_id: StatusId) -> bool:
    """Whether somebody wants to be told nothing of the conversation that a post belongs to."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM status s JOIN muted_thread t ON t.conversation = s.conversation
        WHERE s.id = :status AND t.owner_id = :owner
        """,
        owner=owner_id,
        status=status_id,
    )
    return row is not None
