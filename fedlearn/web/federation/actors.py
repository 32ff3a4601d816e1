"""This is where our actors are shown to other servers."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.activitypub.jsonld import CONTENT_TYPE, write_document
from fedlearn.activitypub.render.actors import render_actor, render_gone_actor
from fedlearn.activitypub.render.documents import with_context
from fedlearn.db import actors as db_actors
from fedlearn.domain.actors import Actor
from fedlearn.errors import Deleted, NotFound
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.documents import CachedDocument, send
from fedlearn.web.federation.viewer import caching, viewer_of
from fedlearn.web.negotiation import activity_response, preferred_type, wants_activity

TEN_MINUTES = {"cache-control": "public, max-age=600"}


async def get_actor(request: Request) -> Response:
    """An actor under its id; people are led to the profile."""
    if not wants_activity(request):
        page = f"/@{request.path_params['username']}"
        return RedirectResponse(page, status_code=302, headers={"vary": "Accept"})
    return await actor_document(request)


async def actor_document(request: Request) -> Response:
    """The ActivityPub document of the actor in the path."""
    await viewer_of(request)
    username = request.path_params["username"]

    async def make() -> CachedDocument:
        return await _render(request, await find_local_actor(request))

    try:
        document = await parts_of(request).documents.get(f"actor {username}", make)
    except Deleted:
        return await _tombstone(request, username)
    headers = {"vary": "Accept, Signature", **caching(request, is_open=True)}
    if preferred_type(request) not in {None, CONTENT_TYPE}:
        headers["content-type"] = preferred_type(request) or CONTENT_TYPE
    return send(request, document, headers)


async def get_instance_actor(request: Request) -> Response:
    """The actor of the instance: open to everybody in every mode, else nobody could check keys."""
    instance = instance_of(request)

    async def make() -> CachedDocument:
        return await _render(request, instance.actor)

    document = await parts_of(request).documents.get("actor", make)
    return send(request, document, TEN_MINUTES)


async def find_local_actor(request: Request) -> Actor:
    """The active local actor in the path; else `NotFound`, or `Deleted` where there was one."""
    username = request.path_params["username"]
    async with instance_of(request).db.read() as connection:
        actor = await db_actors.local_actor(connection, username)
    if actor is not None and actor.gone_at is not None:
        raise Deleted("This account was deleted.")
    # The instance actor is named like the domain, and has an address of its own.
    if actor is None or not actor.is_active or actor.id == instance_of(request).actor.id:
        raise NotFound("There is no such account.")
    return actor


async def _tombstone(request: Request, username: str) -> Response:
    async with instance_of(request).db.read() as connection:
        actor = await db_actors.local_actor(connection, username)
    if actor is None:
        raise NotFound("There is no such account.")
    headers = caching(request, is_open=True)
    return activity_response(request, render_gone_actor(actor), status=410, headers=headers)


async def _render(request: Request, actor: Actor) -> CachedDocument:
    instance = instance_of(request)
    key = await instance.keys.public_key(actor)
    document = with_context(render_actor(actor, key, instance.uris))
    return CachedDocument.of(write_document(document), CONTENT_TYPE)
