"""This is where the rest of a conversation is asked for, because somebody here reads it."""

from fedlearn.activitypub.uris import host_of
from fedlearn.db import conversations as db_conversations
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import MINUTE_MS, StatusId
from fedlearn.domain.statuses import Status
from fedlearn.instance import Instance
from fedlearn.remote.conversations import want_conversation
from fedlearn.services.seen import seen

# Who presses the button wants it now, and not more often than this.
PATIENCE_MS = MINUTE_MS


async def complete_thread(instance: Instance, status: Status) -> None:
    """Have the rest of a conversation fetched in the background; what is read waits for nothing."""
    async with instance.db.read() as connection:
        is_complete = not await db_conversations.open_ends(connection, status.id)
    if is_complete:
        return
    async with instance.db.write() as connection:
        await want_conversation(connection, status)


async def fetch_more(instance: Instance, reader: Actor, status_id: StatusId) -> None:
    """Have it fetched once more, as somebody asks; `NotFound` for what they cannot see."""
    async with instance.db.write() as connection:
        view = await seen(connection, reader, status_id)
        await want_conversation(connection, view.status, fresh_ms=PATIENCE_MS)


async def servers_with_more(connection: Connection, status_id: StatusId) -> list[str]:
    """The servers that may have more of a conversation than is here."""
    ends = await db_conversations.open_ends(connection, status_id, fresh_ms=0)
    return sorted({host_of(end.uri) for end in ends})
