"""This is where accounts move to others, and their followers with them.

An account that moves names its new one, and the new one names it: only both together are believed.
"""

import logging
from dataclasses import replace
from functools import partial

import msgspec

from fedlearn.activitypub.render.activities import render_move
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import jobs as db_jobs
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, Profile
from fedlearn.domain.ids import DAY_MS, ActorId, Millis, now, snowflake
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_followers
from fedlearn.remote.actors import fetch_actor, find_actor, find_handle, read_typed
from fedlearn.services.accounts import publish_profile, rewrite_profile
from fedlearn.services.follows import can_be_followed, follow, unfollow
from fedlearn.services.notices import Change, plan_notice
from fedlearn.text.languages import _

log = logging.getLogger(__name__)

MOST_ALIASES = 20
BETWEEN_MOVES_MS = 7 * DAY_MS
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
        raise Invalid(_("An account is no alias of itself."))
    if is_alias:
        await rewrite_profile(instance, actor, partial(_with_alias, other.uri))
    else:
        await drop_alias(instance, actor, other.uri)
    return other


async def drop_alias(instance: Instance, actor: Actor, uri: str) -> None:
    """A person of ours does not have that other account any more, be its server there or not."""
    await rewrite_profile(instance, actor, partial(_without_alias, uri))


async def come_back(instance: Instance, actor: Actor) -> None:
    """A person of ours goes on under this account after all; followers who went, stay away."""
    if actor.profile.moved_to is not None:
        await publish_profile(instance, actor, moved_to=None)


async def move(instance: Instance, actor: Actor, handle: str) -> Actor:
    """A person of ours goes on under another account, which must name this one; who that is.

    Followers are told, and moved, a little later. An account moves once a week at most.
    """
    target = await _account(instance, handle)
    if not can_be_followed(target) or target.id == actor.id:
        raise Invalid(_("@%(acct)s is no account to move to.", acct=target.acct))
    if actor.uri not in target.profile.also_known_as:
        raise Invalid(
            _(
                "@%(acct)s must say first that %(uri)s is an alias of it.",
                acct=target.acct,
                uri=actor.uri,
            )
        )
    async with instance.db.read() as connection:
        if await has_moved_lately(connection, actor):
            raise Invalid(_("This account has moved less than a week ago."))
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
        user = await db_users.user_of_actor(connection, actor.id)
        if user is not None:
            await plan_notice(connection, instance.settings, user, Change.MOVED)
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
    for _follow, follower in followers:
        try:
            await follow(instance, follower, target)
        except Invalid as reason:
            log.info("%s does not follow %s: %s", follower.uri, target.uri, reason)
        await unfollow(instance, follower, origin)


async def has_moved_lately(connection: Connection, actor: Actor) -> bool:
    """Whether an account has moved within the last week."""
    return await db_actors.moved_since(connection, actor.id, Millis(now() - BETWEEN_MOVES_MS))


def _with_alias(uri: str, known: Profile) -> Profile:
    if uri in known.also_known_as:
        return known
    if len(known.also_known_as) >= MOST_ALIASES:
        raise Invalid(_("At most %(most)s other accounts.", most=MOST_ALIASES))
    return replace(known, also_known_as=(*known.also_known_as, uri))


def _without_alias(uri: str, known: Profile) -> Profile:
    if uri not in known.also_known_as:
        return known
    return replace(known, also_known_as=tuple(one for one in known.also_known_as if one != uri))


async def _account(instance: Instance, handle: str) -> Actor:
    """Whom a handle means, as their server describes them now.

    Raises `Invalid`, `FetchError` and its kin, or `RefusedDocument`.
    """
    read = read_typed(instance, handle)
    if read is None:
        raise Invalid(_("%(handle)s is not a handle such as @name@example.org.", handle=handle))
    found = await find_handle(instance, read)
    return found if found.is_local else await fetch_actor(instance, found.uri)
