"""Block: somebody on another server wants nothing to do with somebody here."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import received as db_received
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Uri, snowflake
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.blocks import set_apart


async def on_block(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """End the follows both ways, and hide the posts of each from the other."""
    if activity.target is not None:
        return Ignored("it bans somebody from a group, and blocks nobody")
    uri = activity.uri or Uri(f"{sender.actor.uri}#blocks/{snowflake()}")
    async with instance.db.write() as connection:
        blocked = await db_actors.actor_by_uri(connection, activity.object_uri or "")
        if blocked is None or not blocked.is_local:
            return Ignored("nobody here is blocked")
        if await db_received.is_buried(connection, uri, sender.actor.uri):
            return Ignored("it was undone before it came")
        await db_blocks.insert_block(
            connection, actor_id=sender.actor.id, target_id=blocked.id, uri=uri
        )
        await set_apart(connection, sender.actor, blocked)
    return DONE


async def undo_block(connection: Connection, actor: Actor, uri: str, about: str) -> bool:
    """Let the blocked person follow again; found by its identity, or by whom it was about."""
    blocked_id = await db_blocks.target_blocked_as(connection, actor.id, uri)
    if blocked_id is None and about:
        blocked = await db_actors.actor_by_uri(connection, about)
        blocked_id = blocked.id if blocked else None
    if blocked_id is None:
        return False
    return await db_blocks.delete_block(connection, actor.id, blocked_id) is not None
