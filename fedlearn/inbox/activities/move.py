"""Move: somebody on another server goes on under another account."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import actors as db_actors
from fedlearn.domain.actors import Actor
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.actors import fetch_actor
from fedlearn.services.follows import can_be_followed
from fedlearn.services.moving import has_moved_lately, take_along


async def on_move(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Let followers here follow the new account, if both accounts say now that they are one."""
    if activity.object_uri != sender.actor.uri or activity.target in {None, sender.actor.uri}:
        return Ignored("it moves nobody, or somebody other than its sender")
    async with instance.db.read() as connection:
        if await has_moved_lately(connection, sender.actor):
            return Ignored("its sender has moved a short while ago")
    origin = await fetch_actor(instance, sender.actor.uri)
    target = await _described_now(instance, activity.target or "")
    if target is None or not can_be_followed(target):
        return Ignored("it leads to nobody who can be followed")
    if origin.profile.moved_to != target.uri or origin.uri not in target.profile.also_known_as:
        return Ignored("the two accounts do not both say so")
    await take_along(instance, origin, target)
    async with instance.db.write() as connection:
        await db_actors.mark_moved(connection, origin.id)
    return DONE


async def _described_now(instance: Instance, uri: str) -> Actor | None:
    if not instance.uris.is_ours(uri):
        return await fetch_actor(instance, uri)
    async with instance.db.read() as connection:
        actor = await db_actors.actor_by_uri(connection, uri)
    return actor if actor and actor.is_local else None
