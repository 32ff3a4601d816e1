"""This is where a person has a page, ours and those of other servers that we know.

It has tabs, each with an address of its own: posts, posts and replies, media, collections, and who
follows whom.
From its hashtags one comes to the posts with them.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import actors as db_actors
from fedlearn.db import collections as db_collections
from fedlearn.db import endorsements as db_endorsements
from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.db import follows as db_follows
from fedlearn.db import lists as db_lists
from fedlearn.db import pins as db_pins
from fedlearn.db import profiles as db_profiles
from fedlearn.db import timelines as db_timelines
from fedlearn.db.chosen import Choice
from fedlearn.db.database import Connection
from fedlearn.db.relations import standings
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor, ActorKind
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ActorId, FollowId, StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import NotFound
from fedlearn.services.collections import MOST_COLLECTIONS
from fedlearn.services.follows import hides_follows
from fedlearn.services.reading import read_page
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.federation.actors import actor_document
from fedlearn.web.negotiation import wants_activity
from fedlearn.web.pages.forms import cursor_of, size_of
from fedlearn.web.sessions import current_user, current_viewer
from fedlearn.web.shared import shared_profile
from fedlearn.web.templating import render_page

PEOPLE_A_PAGE = 40
MOST_ON_TOP = 20
MOST_ENDORSED = 12
FOLLOWS = {"followers": db_follows.followers_page, "following": db_follows.following_page}


async def profile_page(request: Request) -> Response:
    """Who somebody is, and what they post and boost."""
    if wants_activity(request) and "@" not in request.path_params["username"]:
        return await actor_document(request)
    return await _render_posts(request, "posts", db_profiles.posts_page)


async def replies_page(request: Request) -> Response:
    """What somebody posts, with their answers to others."""
    return await _render_posts(request, "replies", db_timelines.author_page)


async def media_page(request: Request) -> Response:
    """What somebody posts with pictures, films or sounds, if they show it."""
    return await _render_posts(request, "media", db_profiles.media_page)


async def tagged_page(request: Request) -> Response:
    """What somebody posts with a hashtag."""
    choice = Choice(with_all=frozenset({request.path_params["name"].lower()}))
    return await _render_posts(request, "tagged", partial(db_timelines.author_page, choice=choice))


async def collections_page(request: Request) -> Response:
    """Whom somebody recommends, on which subjects."""
    viewer, actor = await _who(request)
    if not actor.is_local or not actor.profile.shows_featured:
        raise NotFound(_("There is no such page here."))
    async with instance_of(request).db.read() as connection:
        found = await db_collections.collections_of(
            connection, viewer, actor.id, offset=0, limit=MOST_COLLECTIONS
        )
        head = await _head(connection, viewer, actor)
    return await render_page(
        request,
        "profile_collections.html",
        tab="collections",
        collections=found,
        shared=shared_profile(actor, instance_of(request).uris),
        **head,
    )


async def followers_page(request: Request) -> Response:
    """Who follows somebody."""
    return await _render_people(request, "followers")


async def following_page(request: Request) -> Response:
    """Whom somebody follows."""
    return await _render_people(request, "following")


async def _render_posts(request: Request, tab: str, question: db_profiles.Tab) -> Response:
    viewer, actor = await _who(request)
    if tab == "media" and not actor.profile.shows_media:
        raise NotFound(_("There is no such page here."))
    before = cursor_of(request)
    async with instance_of(request).db.read() as connection:
        page = await read_page(
            connection,
            viewer,
            FilterContext.ACCOUNT,
            partial(question, connection, viewer, actor.id),
            before=before,
            limit=size_of(request),
        )
        is_top = tab == "posts" and before is None
        pinned = await _on_top(connection, viewer, actor) if is_top else []
        head = await _head(connection, viewer, actor)
    link = f'<{actor.uri}>; rel="alternate"; type="application/activity+json"'
    on_top = {view.id for view in pinned}
    return await render_page(
        request,
        "profile.html",
        headers={"link": link} if actor.is_local and tab == "posts" else None,
        tab=tab,
        tagged=request.path_params.get("name"),
        views=[view for view in page.views if view.id not in on_top],
        pinned=pinned,
        older=page.older,
        shared=shared_profile(actor, instance_of(request).uris),
        **head,
    )


async def _render_people(request: Request, tab: str) -> Response:
    viewer, actor = await _who(request)
    async with instance_of(request).db.read() as connection:
        is_hidden = await hides_follows(connection, viewer, actor)
        page = [] if is_hidden else await _page_of_follows(request, connection, tab, actor)
        head = await _head(connection, viewer, actor)
    return await render_page(
        request,
        "people.html",
        tab=tab,
        people=[one for _id, one in page if one.is_active],
        is_hidden=is_hidden,
        older=page[-1][0] if len(page) == PEOPLE_A_PAGE else None,
        shared=shared_profile(actor, instance_of(request).uris),
        **head,
    )


async def _page_of_follows(
    request: Request, connection: Connection, tab: str, actor: Actor
) -> Sequence[tuple[FollowId, Actor]]:
    cursor = cursor_of(request)
    before = FollowId(cursor) if cursor else None
    return await FOLLOWS[tab](connection, actor.id, before=before, limit=PEOPLE_A_PAGE)


async def _on_top(connection: Connection, viewer: Viewer, actor: Actor) -> list[StatusView]:
    ids: list[StatusId] = await db_pins.pinned_by(connection, viewer, actor.id, MOST_ON_TOP)
    return await status_views(connection, viewer, ids)


async def _head(connection: Connection, viewer: Viewer, actor: Actor) -> dict[str, Any]:
    """What stands above the tabs, and what this reader can do about the person."""
    me = viewer.actor_id or ActorId(0)
    followers, following = await db_follows.count_follows(connection, actor.id)
    standing = (await standings(connection, me, [actor.id]))[actor.id]
    hashtags, endorsed = await _featured(connection, actor)
    return {
        "actor": actor,
        "followers": followers,
        "following": following,
        "moved_to": await db_actors.actor_by_uri(connection, actor.profile.moved_to or ""),
        "waiting": await db_follows.count_pending(connection, actor.id) if me == actor.id else 0,
        "mine": standing.follow,
        "follows_me": standing.followed_by,
        "is_blocked": standing.blocks,
        "mute": standing.mute,
        "is_endorsed": standing.endorses,
        "note": standing.note,
        "endorsed": endorsed,
        "featured": hashtags,
        "lists": await db_lists.lists_of(connection, me),
        "lists_with": await db_lists.lists_with(connection, me, actor.id),
        "blocks_domain": standing.blocks_domain,
    }


async def _featured(connection: Connection, actor: Actor) -> tuple[list[str], list[Actor]]:
    """The hashtags and people that somebody shows, if they do."""
    if not actor.profile.shows_featured:
        return [], []
    hashtags = await db_featured_hashtags.hashtags_featured_by(connection, actor.id)
    people = await db_endorsements.endorsed_by(connection, actor.id, limit=MOST_ENDORSED)
    return hashtags, [one for _id, one in people]


async def _who(request: Request) -> tuple[Viewer, Actor]:
    """Who reads, and whose profile."""
    user = await current_user(request)
    actor = await _find(request, is_signed_in=user is not None)
    return await current_viewer(request), actor


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
        raise NotFound(_("There is no such account here."))
    return actor


async def actor_in_path(request: Request) -> Actor:
    """Whom a form is about, by id; `NotFound` when there is nobody."""
    actor_id = ActorId(request.path_params["actor_id"])
    async with instance_of(request).db.read() as connection:
        actor = await db_actors.actor_by_id(connection, actor_id)
    if actor is None:
        raise NotFound(_("There is no such account."))
    return actor
