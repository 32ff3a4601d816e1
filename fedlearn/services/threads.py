"""This is where the rest of a conversation is asked for, because somebody here reads it."""

from fedlearn.db import conversations as db_conversations
from fedlearn.domain.statuses import Status
from fedlearn.instance import Instance
from fedlearn.remote.conversations import want_conversation


async def complete_thread(instance: Instance, status: Status) -> None:
    """Have the rest of a conversation fetched in the background; what is read waits for nothing."""
    async with instance.db.read() as connection:
        is_complete = not await db_conversations.open_ends(connection, status.id)
    if is_complete:
        return
    async with instance.db.write() as connection:
        await want_conversation(connection, status)
