"""This is where people, hashtags and lists have a feed, for whoever reads without an account."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import lists as db_lists
from fedlearn.db import timelines as db_timelines
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import ListId, Millis
from fedlearn.domain.lists import PeopleList
from fedlearn.domain.statuses import StatusView
from fedlearn.services import list_feeds, lists
from fedlearn.web.atom import CONTENT_TYPE, Feed, render_feed
from fedlearn.web.context import instance_of
from fedlearn.web.documents import CachedDocument, send
from fedlearn.web.pages.profiles import with_page
from fedlearn.web.sessions import require_user

A_FEED = 20
A_MINUTE = {"cache-control": "public, max-age=60"}
# The address is a secret, and what stands there is chosen by one person.
FOR_ONE = {"cache-control": "private, no-cache", "x-robots-tag": "noindex"}
# When a feed without an end has changed in which nothing stands yet; Atom wants to know.
NEVER = Millis(0)


async def profile_feed(request: Request) -> Response:
    """What somebody here posts for everybody."""
    instance = instance_of(request)
    async with instance.db.read() as connection:
        actor = await db_actors.local_actor(connection, request.path_params["username"])
        actor = with_page(actor)
        ids = await db_timelines.author_feed(connection, actor.id, A_FEED)
        views = await status_views(connection, STRANGER, ids)
    page = actor.profile.url
    title = f"{actor.display_name} (@{instance.uris.handle(actor.profile.username)})"
    return _send(request, Feed(f"{page}.atom", page, title, actor.profile.published), views)


async def hashtag_feed(request: Request) -> Response:
    """What people here post for everybody with a hashtag."""
    instance, name = instance_of(request), request.path_params["name"]
    async with instance.db.read() as connection:
        ids = await db_timelines.hashtag_page(connection, STRANGER, name, before=None, limit=A_FEED)
        views = await status_views(connection, STRANGER, ids)
    page = instance.uris.hashtag(name)
    title = f"#{name} · {instance.settings.name}"
    return _send(request, Feed(f"{page}.atom", page, title, NEVER), views)


async def own_list_feed(request: Request) -> Response:
    """A list as a feed, for its owner who has signed in."""
    owner = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        shown = await lists.own_list(connection, owner, ListId(request.path_params["list_id"]))
    return await _list_feed(request, shown, owner)


async def list_feed(request: Request) -> Response:
    """A list as a feed, for whoever was told its address."""
    instance, asked = instance_of(request), request.path_params
    async with instance.db.read() as connection:
        shown, owner = await list_feeds.list_of_feed(
            connection, instance, ListId(asked["list_id"]), asked["token"]
        )
    return await _list_feed(request, shown, owner)


async def _list_feed(request: Request, shown: PeopleList, owner: Actor) -> Response:
    instance = instance_of(request)
    async with instance.db.read() as connection:
        ids = await db_lists.list_feed(connection, owner.viewer, shown.id, A_FEED)
        # With the eyes of a stranger: what is for its owner alone stays out twice.
        views = await status_views(connection, STRANGER, ids)
    page = f"{instance.uris.origin}/lists/{shown.id}"
    title = f"{shown.title} · {instance.settings.name}"
    address = f"{instance.uris.origin}{request.url.path}"
    return _send(request, Feed(address, page, title, NEVER), views, FOR_ONE)


def _send(
    request: Request, feed: Feed, views: list[StatusView], headers: dict[str, str] = A_MINUTE
) -> Response:
    body = render_feed(feed, views, instance_of(request).uris)
    return send(request, CachedDocument.of(body, CONTENT_TYPE), headers)
