"""This is where accounts move to others, and their followers with them.

An account that moves names its new one, and the new one names it: only both together are believed.
"""

import logging

import msgspec

from fedlearn.activitypub.render.activities import render_move
from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import jobs as db_jobs
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Millis, now, snowflake
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_followers
from fedlearn.remote.actors import fetch_actor, find_actor, find_handle
from fedlearn.services.accounts import publish_profile
from fedlearn.services.follows import can_be_followed, follow, unfollow

log = logging.getLogger(__name__)

BETWEEN_MOVES_MS = 7 * 24 * 3_600_000
# Whoever hears of a move looks at the account, which is shown as it was for some seconds yet.
ANNOUNCED_AFTER_MS = 30_000


class Announcement(msgspec.Struct, frozen=True):
    """The payload of the job: whose followers are told, under which identity."""

    actor_id: int
    uri: str


async def set_alias(instance: Instance, actor: Actor, handle: str, *, is_alias: bool) -> Actor:
    """A person of ours says that they have another account, or has it no more; who that is."""
    other = await _account(instance, handle)
    if other.id == actor.id:
        raise Invalid("An account is no alias of itself.")
    kept = tuple(uri for uri in actor.profile.also_known_as if uri != other.uri)
    aliases = (*kept, other.uri) if is_alias else kept
    if aliases != actor.profile.also_known_as:
        await publish_profile(instance, actor, also_known_as=aliases)
    return other


async def move(instance: Instance, actor: Actor, handle: str) -> Actor:
    """A person of ours goes on under another account, which must name this one; who that is.

    Followers are told, and moved, a little later. An account moves once a week at most.
    """
    target = await _account(instance, handle)
    if not can_be_followed(target) or target.id == actor.id:
        raise Invalid(f"@{target.acct} is no account to move to.")
    if actor.uri not in target.profile.also_known_as:
        raise Invalid(f"@{target.acct} must say first that {actor.uri} is an alias of it.")
    async with instance.db.read() as connection:
        if await has_moved_lately(connection, actor):
            raise Invalid("This account has moved less than a week ago.")
    await publish_profile(instance, actor, moved_to=target.uri)
    told = Announcement(actor.id, f"{actor.uri}#moves/{snowflake()}")
    job = db_jobs.NewJob(
        JobKind.ANNOUNCE_MOVE,
        payload=msgspec.json.encode(told).decode(),
        order_key=f"move {actor.uri}",
        run_at=Millis(now() + ANNOUNCED_AFTER_MS),
    )
    async with instance.db.write() as connection:
        await db_actors.mark_moved(connection, actor.id)
        await db_jobs.insert_jobs(connection, [job])
    return target


async def announce_move(instance: Instance, payload: str) -> None:
    """The background half of `move`: followers elsewhere are told, those here moved."""
    told = msgspec.json.decode(payload, type=Announcement)
    async with instance.db.read() as connection:
        actor = await db_actors.actor_by_id(connection, ActorId(told.actor_id))
    if actor is None or not actor.is_active or actor.profile.moved_to is None:
        return
    target = await find_actor(instance, actor.profile.moved_to)
    async with instance.db.write() as connection:
        await publish_to_followers(
            connection,
            instance.settings.federation,
            sender=actor,
            activity=render_move(told.uri, actor.uri, target.uri),
            follower_inboxes=await db_follows.follower_inboxes(connection, actor.id),
        )
    await take_along(instance, actor, target)


async def take_along(instance: Instance, origin: Actor, target: Actor) -> None:
    """Let the people of ours who follow an account that has moved follow the new one instead."""
    async with instance.db.read() as connection:
        followers = await db_follows.local_follows_of(connection, origin.id)
    for _, follower in followers:
        try:
            await follow(instance, follower, target)
        except Invalid as reason:
            log.info("%s does not follow %s: %s", follower.uri, target.uri, reason)
        await unfollow(instance, follower, origin)


async def has_moved_lately(connection: Connection, actor: Actor) -> bool:
    """Whether an account has moved within the last week."""
    return await db_actors.moved_since(connection, actor.id, Millis(now() - BETWEEN_MOVES_MS))


async def _account(instance: Instance, handle: str) -> Actor:
    """Whom a handle means, as their server describes them now."""
    read = read_handle(handle if "@" in handle.lstrip("@") else f"{handle}@{instance.uris.domain}")
    if read is None:
        raise Invalid(f"{handle} is not a handle such as @name@example.org.")
    found = await find_handle(instance, read)
    return found if found.is_local else await fetch_actor(instance, found.uri)
