"""Methods of who follows whom, who asks to, and whom somebody mutes or blocks."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import domain_blocks as db_domain_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import mutes as db_mutes
from fedlearn.db.database import Connection
from fedlearn.db.follow_requests import requests_page
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, FollowId
from fedlearn.errors import NotFound
from fedlearn.services import domain_blocks, follows
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import find_actor, respond_with_relationship
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import end_of
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import read_parameters
from fedlearn.web.mastodon.people import MOST, USUAL, respond_with_people

USUAL_DOMAINS, MOST_DOMAINS = 100, 200
PageOfFollows = Callable[..., Awaitable[Sequence[tuple[FollowId, Actor]]]]


async def get_followers(request: Request) -> Response:
    """Who follows somebody, unless they hide that."""
    return await _people(request, db_follows.followers_page)


async def get_following(request: Request) -> Response:
    """Whom somebody follows, unless they hide that."""
    return await _people(request, db_follows.following_page)


async def get_follow_requests(request: Request) -> Response:
    """Who waits for a yes."""
    me = (await require_user(request, "read:follows")).actor
    return await respond_with_people(request, me.viewer, partial(requests_page, actor_id=me.id))


async def answer_follow_request(request: Request) -> Response:
    """Yes or no to one of them."""
    me = (await require_user(request, "write:follows")).actor
    answer = request.path_params["answer"]
    async with instance_of(request).db.read() as connection:
        asking = ActorId(request.path_params["actor_id"])
        known = await db_follows.follow_between(connection, asking, me.id)
        actor = await db_actors.actor_by_id(connection, asking)
    if known is None or actor is None or answer not in {"authorize", "reject"}:
        raise NotFound("Record not found")
    await follows.answer_request(instance_of(request), me, known.id, accept=answer == "authorize")
    return await respond_with_relationship(request, me, actor)


async def get_blocks(request: Request) -> Response:
    """Whom somebody blocks."""
    me = (await require_user(request, "read:blocks")).actor
    page_of = partial(db_blocks.blocked_page, actor_id=me.id)
    return await respond_with_people(request, me.viewer, page_of)


async def get_domain_blocks(request: Request) -> Response:
    """Of which servers somebody wants to see nobody."""
    me = (await require_user(request, "read:blocks")).actor
    page = read_page(await read_parameters(request), usual=USUAL_DOMAINS, most=MOST_DOMAINS)
    async with instance_of(request).db.read() as connection:
        found = await db_domain_blocks.blocked_domains_page(connection, me.id, **page.part)
    return paged(
        request,
        [domain for _, domain in found],
        [cursor for cursor, _ in found],
        has_more=page.may_go_on(found),
    )


async def block_domain(request: Request) -> Response:
    """See nobody of a server any more."""
    me = (await require_user(request, "write:blocks")).actor
    domain = (await read_parameters(request)).text("domain") or ""
    await domain_blocks.block_domain(instance_of(request), me, domain)
    return json({})


async def preview_domain_block(request: Request) -> Response:
    """How many follows would end if one did."""
    me = (await require_user(request, "write:blocks")).actor
    domain = (await read_parameters(request)).text("domain") or ""
    following, followers = await domain_blocks.count_ties(instance_of(request), me, domain)
    return json({"following_count": following, "followers_count": followers})


async def unblock_domain(request: Request) -> Response:
    """See them again."""
    me = (await require_user(request, "write:blocks")).actor
    domain = (await read_parameters(request)).text("domain") or ""
    await domain_blocks.unblock_domain(instance_of(request), me, domain)
    return json({})


async def get_mutes(request: Request) -> Response:
    """Whom somebody mutes now."""
    me = (await require_user(request, "read:mutes")).actor
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        muted = await db_mutes.muted_page(connection, me.id, **page.part)
        of = await describing(request, connection, me.viewer, actors=[one for _, one in muted])
    entities = [
        {**account_entity(of, one), "mute_expires_at": end_of(mute.expires_at)}
        for mute, one in muted
    ]
    cursors = [mute.target_id for mute, _ in muted]
    return paged(request, entities, cursors, has_more=page.may_go_on(muted))


async def _people(request: Request, page_of: PageOfFollows) -> Response:
    viewer = await viewer_of(request, "read:accounts")
    actor = await find_actor(request)
    async with instance_of(request).db.read() as connection:
        is_hidden = await follows.hides_follows(connection, viewer, actor)

    async def page(connection: Connection, **part: Any) -> Sequence[tuple[int, Actor]]:
        return await page_of(connection, actor.id, **part)

    return await respond_with_people(request, viewer, None if is_hidden else page)
