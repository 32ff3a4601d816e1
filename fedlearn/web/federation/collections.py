"""This is where collections of our actors are shown to other servers: outbox, followers, etc."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.activities import render_announce, render_create
from fedlearn.activitypub.render.actors import render_featured_hashtag
from fedlearn.activitypub.render.documents import render_collection, render_page
from fedlearn.activitypub.render.statuses import render_note
from fedlearn.activitypub.synchronization import partial_collection
from fedlearn.activitypub.uris import Uris, host_of
from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.db import follows as db_follows
from fedlearn.db import pins as db_pins
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Scope
from fedlearn.domain.ids import FollowId, StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import NotFound
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.federation.actors import find_local_actor
from fedlearn.web.federation.viewer import PRIVATE, caching, signer_of, viewer_of
from fedlearn.web.negotiation import activity_response

STATUSES_A_PAGE = 20
ACTORS_A_PAGE = 40

MOST_FEATURED = 20
PAGES_OF_FOLLOWS = {
    "followers": db_follows.followers_page,
    "following": db_follows.following_page,
}


async def get_outbox(request: Request) -> Response:
    """What anybody may read of an actor, newest first."""
    await viewer_of(request)
    actor = await find_local_actor(request)
    uri = f"{actor.uri}/outbox"
    async with instance_of(request).db.read() as connection:
        if "page" in request.query_params:
            document = await _outbox_page(request, connection, actor, uri)
        else:
            total = await db_timelines.count_outbox(connection, actor.id)
            document = render_collection(uri, total, first=f"{uri}?page=true")
    return activity_response(request, document, headers=caching(request, is_open=True))


async def _outbox_page(
    request: Request, connection: Connection, actor: Actor, uri: str
) -> Document:
    before = StatusId(cursor) if (cursor := number_of(request, "max_id")) else None
    ids = await db_timelines.outbox_page(connection, actor.id, before=before, limit=STATUSES_A_PAGE)
    views = await status_views(connection, STRANGER, ids)
    items = [activity_of(view, instance_of(request).uris) for view in views]
    following = f"{uri}?page=true&max_id={ids[-1]}" if len(ids) == STATUSES_A_PAGE else None
    own = f"{uri}?page=true" + (f"&max_id={before}" if before else "")
    return render_page(own, uri, items, next_page=following)


def activity_of(view: StatusView, uris: Uris) -> Document:
    """The activity that a local status came with."""
    return render_announce(view) if view.boost_of else render_create(view, uris)


async def get_collection(request: Request) -> Response:
    """Followers, following or featured hashtags of an actor."""
    await viewer_of(request)
    actor = await find_local_actor(request)
    kind = request.path_params["collection"]
    if kind in PAGES_OF_FOLLOWS:
        return await _follows(request, actor, kind)
    if kind != "tags":
        raise NotFound("There is no such collection.")
    return await _hashtags(request, actor)


async def _hashtags(request: Request, actor: Actor) -> Response:
    instance = instance_of(request)
    async with instance.db.read() as connection:
        names = await db_featured_hashtags.hashtags_featured_by(connection, actor.id)
    items = [render_featured_hashtag(actor, name, instance.uris) for name in names]
    document = render_collection(f"{actor.uri}/tags", len(items), items=items)
    return activity_response(request, document, headers=caching(request, is_open=True))


async def _follows(request: Request, actor: Actor, kind: str) -> Response:
    uri, is_hidden = f"{actor.uri}/{kind}", actor.profile.hides_follows
    if is_hidden and "page" in request.query_params:
        raise NotFound("Who they are is not shown.")
    async with instance_of(request).db.read() as connection:
        if "page" in request.query_params:
            document = await _follows_page(request, connection, actor, kind)
        else:
            followers, following = await db_follows.count_follows(connection, actor.id)
            total = followers if kind == "followers" else following
            first = None if is_hidden else f"{uri}?page=true"
            document = render_collection(uri, total, first=first)
    return activity_response(request, document, headers=caching(request, is_open=True))


async def _follows_page(
    request: Request, connection: Connection, actor: Actor, kind: str
) -> Document:
    uri = f"{actor.uri}/{kind}"
    before = FollowId(cursor) if (cursor := number_of(request, "max_id")) else None
    page = await PAGES_OF_FOLLOWS[kind](connection, actor.id, before=before, limit=ACTORS_A_PAGE)
    full = len(page) == ACTORS_A_PAGE
    following = f"{uri}?page=true&max_id={page[-1][0]}" if full else None
    own = f"{uri}?page=true" + (f"&max_id={before}" if before else "")
    return render_page(own, uri, [other.uri for _, other in page], next_page=following)


async def get_partial_followers(request: Request) -> Response:
    """Those followers who live on the server of the signer, for that server only (FEP-8fcf)."""
    signer = await signer_of(request)
    actor = await find_local_actor(request)
    async with instance_of(request).db.read() as connection:
        uris = await db_follows.followers_at(connection, actor.id, host_of(signer.uri))
    document = render_collection(partial_collection(actor), len(uris), items=uris)
    return activity_response(request, document, headers=PRIVATE)


async def get_featured(request: Request) -> Response:
    """What stands on top of a profile: whole where it is open to all, else by its id."""
    viewer = await viewer_of(request)
    actor = await find_local_actor(request)
    uris = instance_of(request).uris
    async with instance_of(request).db.read() as connection:
        ids = await db_pins.pinned_by(connection, viewer, actor.id, MOST_FEATURED)
        views = await status_views(connection, viewer, ids)
    shown = [view for view in views if view.status.scope is Scope.FED]
    items = [
        render_note(view, uris) if view.status.reach.is_open else view.status.uri for view in shown
    ]
    document = render_collection(f"{actor.uri}/featured", len(items), items=items)
    is_open = all(view.status.reach.is_open for view in shown)
    return activity_response(request, document, headers=caching(request, is_open=is_open))


async def get_instance_collection(request: Request) -> Response:
    """Collections of the instance actor, which neither posts nor follows."""
    kind = request.path_params["collection"]
    if kind not in {"outbox", "featured", "tags", "featured_collections", *PAGES_OF_FOLLOWS}:
        raise NotFound("There is no such collection.")
    uri = f"{instance_of(request).actor.uri}/{kind}"
    return activity_response(request, render_collection(uri, 0, items=[]))


def number_of(request: Request, name: str) -> int | None:
    """A number in the query; `NotFound` for what is none, as no such page exists."""
    text = request.query_params.get(name)
    if text is None:
        return None
    number = number_in(text)
    if number is None:
        raise NotFound("There is no such page.")
    return number
