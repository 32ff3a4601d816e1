"""This is where a person has a page, ours and those of other servers that we know."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import lists as db_lists
from fedlearn.db import mutes as db_mutes
from fedlearn.db import pins as db_pins
from fedlearn.db import timelines as db_timelines
from fedlearn.db.domain_blocks import is_from_blocked_domain
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor, ActorKind
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import ActorId, FollowId
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.services import blocks, follows, mutes
from fedlearn.web.context import instance_of
from fedlearn.web.federation.actors import actor_document
from fedlearn.web.negotiation import wants_activity
from fedlearn.web.pages.forms import back, cursor_of
from fedlearn.web.sessions import current_user, read_form, require_user
from fedlearn.web.shared import shared_profile
from fedlearn.web.templating import render_page

A_PAGE = 20
MOST_ON_TOP = 20


async def profile_page(request: Request) -> Response:
    """Who somebody is, and what they post."""
    if wants_activity(request) and "@" not in request.path_params["username"]:
        return await actor_document(request)
    user = await current_user(request)
    viewer = user.actor.viewer if user else STRANGER
    actor = await _find(request, is_signed_in=user is not None)
    async with instance_of(request).db.read() as connection:
        ids = await db_timelines.author_page(
            connection, viewer, actor.id, before=cursor_of(request), limit=A_PAGE
        )
        views = await status_views(connection, viewer, ids)
        on_top = await db_pins.pinned_by(connection, viewer, actor.id, MOST_ON_TOP)
        pinned = await status_views(connection, viewer, [] if cursor_of(request) else on_top)
        followers, following = await db_follows.count_follows(connection, actor.id)
        moved_to = await db_actors.actor_by_uri(connection, actor.profile.moved_to or "")
        me = viewer.actor_id or ActorId(0)
        mine = await db_follows.follow_between(connection, me, actor.id)
        is_blocked = await db_blocks.is_blocked(connection, me, actor.id)
        mute = await db_mutes.mute_of(connection, me, actor.id)
        lists = await db_lists.lists_of(connection, me)
        lists_with = await db_lists.lists_with(connection, me, actor.id)
        blocks_domain = await is_from_blocked_domain(connection, me, actor.id)
    link = f'<{actor.uri}>; rel="alternate"; type="application/activity+json"'
    return await render_page(
        request,
        "profile.html",
        headers={"link": link} if actor.is_local else None,
        actor=actor,
        views=views,
        pinned=pinned,
        older=ids[-1] if len(ids) == A_PAGE else None,
        followers=followers,
        following=following,
        mine=mine,
        is_blocked=is_blocked,
        mute=mute,
        lists=lists,
        lists_with=lists_with,
        blocks_domain=blocks_domain,
        moved_to=moved_to,
        shared=shared_profile(actor, instance_of(request).uris),
    )


async def follow(request: Request) -> Response:
    """Follow somebody, and back."""
    return await _deal_with(request, follows.follow)


async def unfollow(request: Request) -> Response:
    """Follow somebody no more."""
    return await _deal_with(request, follows.unfollow)


async def block(request: Request) -> Response:
    """Have nothing to do with somebody."""
    return await _deal_with(request, blocks.block)


async def unblock(request: Request) -> Response:
    """Have nothing against somebody any more."""
    return await _deal_with(request, blocks.unblock)


async def unmute(request: Request) -> Response:
    """Hear of somebody again."""
    return await _deal_with(request, mutes.unmute)


async def _deal_with(
    request: Request, act: Callable[[Instance, Actor, Actor], Awaitable[object]]
) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    other = await actor_in_path(request)
    await act(instance_of(request), me, other)
    return back(form, f"/@{other.acct}")


async def accept_request(request: Request) -> Response:
    """Let somebody follow who asked to."""
    return await _answer_request(request, accept=True)


async def reject_request(request: Request) -> Response:
    """Do not let somebody follow who asked to."""
    return await _answer_request(request, accept=False)


async def _answer_request(request: Request, *, accept: bool) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    follow_id = FollowId(request.path_params["follow_id"])
    await follows.answer_request(instance_of(request), me, follow_id, accept=accept)
    return back(form, "/notifications")


async def _find(request: Request, *, is_signed_in: bool) -> Actor:
    """The actor in the path. Remote ones are shown to those who sign in: strangers go there."""
    handle = read_handle(request.path_params["username"])
    async with instance_of(request).db.read() as connection:
        if handle is None:
            actor = await db_actors.local_actor(connection, request.path_params["username"])
        elif is_signed_in:
            actor = await db_actors.remote_actor(connection, handle.name, handle.domain)
        else:
            actor = None
    return with_page(actor)


def with_page(actor: Actor | None) -> Actor:
    """The actor, if it is one that has a page; else `NotFound`."""
    if actor is None or not actor.is_active or actor.profile.kind is ActorKind.APPLICATION:
        raise NotFound("There is no such account here.")
    return actor


async def actor_in_path(request: Request) -> Actor:
    """Whom a form is about, by id; `NotFound` when there is nobody."""
    actor_id = ActorId(request.path_params["actor_id"])
    async with instance_of(request).db.read() as connection:
        actor = await db_actors.actor_by_id(connection, actor_id)
    if actor is None:
        raise NotFound("There is no such account.")
    return actor
