"""Methods of accounts (https://docs.joinmastodon.org/methods/accounts/)."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import pins as db_pins
from fedlearn.db import timelines as db_timelines
from fedlearn.db.chosen import Choice
from fedlearn.db.database import Connection
from fedlearn.db.relations import standings
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.follows import FollowWishes
from fedlearn.domain.ids import ActorId
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.remote.actors import known_by_handle, read_typed
from fedlearn.services import blocks, featured, follows, mutes, personal_notes
from fedlearn.services.reading import LeafedTimeline
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity, credential_account_entity
from fedlearn.web.mastodon.entities.relationships import relationship_entity
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.timelines import MOST, respond

MOST_AT_ONCE = 40
MOST_LANGUAGES = 50
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")


async def verify_credentials(request: Request) -> Response:
    """Whose account the app acts for."""
    return await respond_with_own(request, await require_user(request, "profile", "read:accounts"))


async def respond_with_own(request: Request, user: User) -> Response:
    """An account as its owner sees it."""
    async with instance_of(request).db.read() as connection:
        waiting = await db_follows.count_pending(connection, user.actor.id)
        of = await describing(
            request, connection, user.actor.viewer, actors=[user.actor], counts_anew=True
        )
    return json(credential_account_entity(of, user, follow_requests=waiting))


async def get_account(request: Request) -> Response:
    """Somebody by their id."""
    viewer = await viewer_of(request, "read:accounts")
    actor = await find_actor(request)
    async with instance_of(request).db.read() as connection:
        moved_to = await db_actors.actor_by_uri(connection, actor.profile.moved_to or "")
        of = await describing(request, connection, viewer, actors=[actor], counts_anew=True)
    return json(account_entity(of, actor, moved_to=moved_to))


async def get_accounts(request: Request) -> Response:
    """Several by their ids."""
    viewer = await viewer_of(request, "read:accounts")
    ids = (await read_parameters(request)).ids("id")[:MOST_AT_ONCE]
    async with instance_of(request).db.read() as connection:
        known = await db_actors.actors_by_id(connection, [ActorId(one) for one in ids])
        found = [actor for actor in known.values() if actor.is_active]
        of = await describing(request, connection, viewer, actors=found)
    return json([account_entity(of, actor) for actor in found])


async def familiar_followers(request: Request) -> Response:
    """Of those whom somebody follows, who follows each of these people."""
    me = (await require_user(request, "read:follows")).actor
    ids = [ActorId(one) for one in (await read_parameters(request)).ids("id")[:MOST_AT_ONCE]]
    async with instance_of(request).db.read() as connection:
        found = {one: await db_follows.familiar_followers(connection, me.id, one) for one in ids}
        of = await describing(
            request,
            connection,
            me.viewer,
            actors=[one for known in found.values() for one in known],
        )
    return json(
        [
            {"id": str(actor_id), "accounts": [account_entity(of, one) for one in known]}
            for actor_id, known in found.items()
        ]
    )


async def lookup_account(request: Request) -> Response:
    """Somebody by their handle, if they are known here already."""
    viewer = await viewer_of(request, "read:accounts")
    acct = (await read_parameters(request)).text("acct") or ""
    instance = instance_of(request)
    async with instance.db.read() as connection:
        actor = await known_by_handle(instance, connection, read_typed(instance, acct))
        if actor is None or not actor.is_active:
            raise NotFound("Record not found")
        of = await describing(request, connection, viewer, actors=[actor], counts_anew=True)
    return json(account_entity(of, actor))


async def account_statuses(request: Request) -> Response:
    """What somebody has posted: all, or only what is asked for."""
    viewer = await viewer_of(request, "read:statuses")
    actor, parameters = await find_actor(request), await read_parameters(request)
    if parameters.boolean("pinned"):
        return await _pinned(request, actor)

    tagged = parameters.text("tagged")
    choice = Choice(
        only_media=bool(parameters.boolean("only_media")),
        without_boosts=bool(parameters.boolean("exclude_reblogs")),
        without_answers=bool(parameters.boolean("exclude_replies")),
        with_all=frozenset({tagged.removeprefix("#").lower()} if tagged else ()),
    )

    def question(connection: Connection) -> LeafedTimeline:
        return partial(db_timelines.author_page, connection, viewer, actor.id, choice=choice)

    return await respond(request, viewer, FilterContext.ACCOUNT, question)


async def relationships(request: Request) -> Response:
    """How one stands to each of these people."""
    me = (await require_user(request, "read:follows")).actor
    parameters = await read_parameters(request)
    ids, with_suspended = parameters.ids("id")[:MOST_AT_ONCE], parameters.boolean("with_suspended")
    async with instance_of(request).db.read() as connection:
        known = await db_actors.actors_by_id(connection, [ActorId(one) for one in ids])
        wanted = [one.id for one in known.values() if with_suspended or one.is_active]
        found = await standings(connection, me.id, wanted)
    return json([relationship_entity(one) for one in found.values()])


async def follow(request: Request) -> Response:
    """Follow somebody, and say what of theirs stands at home, and whether to be told of it."""
    me, actor = (await require_user(request, "write:follows")).actor, await find_actor(request)
    instance, wishes = instance_of(request), _wishes(await read_parameters(request))
    await follows.follow(instance, me, actor, wishes)
    return await respond_with_relationship(request, me, actor)


def _wishes(parameters: Parameters) -> FollowWishes:
    shows_boosts = parameters.boolean("reblogs")
    return FollowWishes(
        notifies=parameters.boolean("notify"),
        hides_boosts=None if shows_boosts is None else not shows_boosts,
        languages=_languages(parameters) if "languages" in parameters else None,
    )


def _languages(parameters: Parameters) -> tuple[str, ...]:
    named = tuple(one.lower() for one in parameters.texts("languages") if one)
    if len(named) > MOST_LANGUAGES or not all(map(LANGUAGE.fullmatch, named)):
        raise Invalid("Validation failed: Languages contains an invalid language")
    return named


async def mute(request: Request) -> Response:
    """Mute somebody, for so many seconds or for good."""
    me, actor = (await require_user(request, "write:mutes")).actor, await find_actor(request)
    parameters = await read_parameters(request)
    await mutes.mute(
        instance_of(request),
        me,
        actor,
        seconds=parameters.integer("duration") or 0,
        hides_notifications=parameters.boolean("notifications") is not False,
    )
    return await respond_with_relationship(request, me, actor)


async def note_down(request: Request) -> Response:
    """Keep something in mind of somebody, for oneself alone."""
    me, actor = (await require_user(request, "write:accounts")).actor, await find_actor(request)
    text = (await read_parameters(request)).text("comment") or ""
    await personal_notes.note_down(instance_of(request), me, actor, text)
    return await respond_with_relationship(request, me, actor)


async def get_proofs(request: Request) -> Response:
    """Proofs of identity by Keybase: since Mastodon 3.5 there are none."""
    await find_actor(request)
    return json([])


Act = Callable[[Instance, Actor, Actor], Awaitable[object]]
# What is done to somebody without more being said, and the scope that it takes.
ACTS: dict[str, tuple[str, Act]] = {
    "unfollow": ("write:follows", follows.unfollow),
    "remove_from_followers": ("write:follows", follows.remove_follower),
    "block": ("write:blocks", blocks.block),
    "unblock": ("write:blocks", blocks.unblock),
    "unmute": ("write:mutes", mutes.unmute),
    "endorse": ("write:accounts", featured.endorse),
    "unendorse": ("write:accounts", featured.unendorse),
    # As it was called before.
    "pin": ("write:accounts", featured.endorse),
    "unpin": ("write:accounts", featured.unendorse),
}


async def act_on_account(request: Request) -> Response:
    """One of those."""
    scope, act = ACTS.get(request.path_params["act"], ("", None))
    if act is None:
        raise NotFound("Record not found")
    me, actor = (await require_user(request, scope)).actor, await find_actor(request)
    await act(instance_of(request), me, actor)
    return await respond_with_relationship(request, me, actor)


async def respond_with_relationship(request: Request, me: Actor, other: Actor) -> Response:
    """How one stands to somebody, as an answer."""
    async with instance_of(request).db.read() as connection:
        found = await standings(connection, me.id, [other.id])
    return json(relationship_entity(found[other.id]))


async def find_actor(request: Request) -> Actor:
    """Whom the address names; `NotFound` when they are not there (any more)."""
    return await actor_with(request, ActorId(request.path_params["actor_id"]))


async def actor_with(request: Request, actor_id: ActorId) -> Actor:
    """Who has this id; `NotFound` when they are not there (any more)."""
    async with instance_of(request).db.read() as connection:
        actors = await db_actors.actors_by_id(connection, [actor_id])
    actor = actors.get(actor_id)
    if actor is None or not actor.is_active:
        raise NotFound("Record not found")
    return actor


async def _pinned(request: Request, actor: Actor) -> Response:
    viewer = await viewer_of(request, "read:statuses")
    async with instance_of(request).db.read() as connection:
        ids = await db_pins.pinned_by(connection, viewer, actor.id, MOST)
        views = await status_views(connection, viewer, ids)
        of = await describing(request, connection, viewer, views=views)
    return json([status_entity(of, view) for view in views])
