"""This is where we settle who of us follows somebody whose server counts otherwise (FEP-8fcf)."""

import msgspec

from fedlearn.activitypub.synchronization import MOST_FOLLOWERS, digest_of
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Uri, snowflake
from fedlearn.instance import Instance
from fedlearn.remote.collections import read_items
from fedlearn.services.follows import end_follow, settle_follow, tell_of_unfollow


class Disagreement(msgspec.Struct, frozen=True):
    """The payload of the job: whose followers, where ours among them are listed, their digest."""

    actor_id: int
    url: str
    digest: str


async def synchronize_followers(instance: Instance, payload: str) -> None:
    """Fetch the list, and follow no more who is not on it; refuse what nobody here asked for.

    A list with another digest than the announced one is of another time, and changes nothing.
    """
    told = msgspec.json.decode(payload, type=Disagreement)
    async with instance.db.read() as connection:
        actor = await db_actors.actor_by_id(connection, ActorId(told.actor_id))
        # Read before the list, which then has every follow that was accepted before it.
        before = await db_follows.local_follows_of(connection, ActorId(told.actor_id))
    if actor is None or not actor.is_active:
        return
    listed = set(await read_items(instance, Uri(told.url), MOST_FOLLOWERS))
    if digest_of(listed) != told.digest:
        return
    async with instance.db.write() as connection:
        for follow, follower in before:
            known = await db_follows.follow_by_id(connection, follow.id)
            if known is not None and follower.uri not in listed:
                await end_follow(connection, known, follower)
        ours = [uri for uri in listed if instance.uris.is_ours(uri)]
        for follower in await db_actors.actors_by_uri(connection, ours):
            if follower.is_local and follower.is_active:
                await _confirm(instance, connection, follower, actor)


async def _confirm(
    instance: Instance, connection: Connection, follower: Actor, followee: Actor
) -> None:
    """Somebody here is said to follow: true, or true by now, or to be told otherwise."""
    known = await db_follows.follow_between(connection, follower.id, followee.id)
    if known is None:
        # Nobody here knows the id of such a Follow; most servers look at who and whom.
        uri = f"{follower.uri}#follows/{snowflake()}"
        await tell_of_unfollow(instance, connection, uri, follower, followee)
    elif await db_follows.accept_follow(connection, known.id):
        # The Accept was lost on its way.
        await settle_follow(connection, known, follower, followee)
