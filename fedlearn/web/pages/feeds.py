"""This is where people and hashtags have a feed, for whoever reads without an account."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import timelines as db_timelines
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import Millis
from fedlearn.domain.statuses import StatusView
from fedlearn.web.atom import CONTENT_TYPE, Feed, render_feed
from fedlearn.web.context import instance_of
from fedlearn.web.documents import CachedDocument, send
from fedlearn.web.pages.profiles import with_page

A_FEED = 20
A_MINUTE = {"cache-control": "public, max-age=60"}
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


def _send(request: Request, feed: Feed, views: list[StatusView]) -> Response:
    body = render_feed(feed, views, instance_of(request).uris)
    return send(request, CachedDocument.of(body, CONTENT_TYPE), A_MINUTE)
