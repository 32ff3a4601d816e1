"""This is where collections of people are shown to other servers (FEP-7aa9).

Only what is for everybody leaves, with the word of each who stands in it.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.collections import (
    render_feature_authorization,
    render_item,
    render_people_collection,
)
from fedlearn.activitypub.render.documents import render_collection
from fedlearn.db import collections as db_collections
from fedlearn.domain.collections import CollectionItem, CollectionView
from fedlearn.domain.ids import CollectionId, ItemId
from fedlearn.errors import NotFound
from fedlearn.services.collections import MOST_COLLECTIONS
from fedlearn.web.context import instance_of
from fedlearn.web.federation.actors import find_local_actor
from fedlearn.web.federation.viewer import PRIVATE, viewer_of
from fedlearn.web.negotiation import activity_response, wants_activity


async def get_featured_collections(request: Request) -> Response:
    """The addresses of somebody's collections."""
    viewer, owner = await viewer_of(request), await find_local_actor(request)
    async with instance_of(request).db.read() as connection:
        found = await db_collections.collections_of(
            connection, viewer, owner.id, offset=0, limit=MOST_COLLECTIONS
        )
    uris = instance_of(request).uris
    shown = [one.collection for one in found if one.collection.said.is_discoverable]
    items = [uris.people_collection(owner.profile.username, one.id) for one in shown]
    document = render_collection(f"{owner.uri}/featured_collections", len(items), items=items)
    return _answer(request, document)


async def get_people_collection(request: Request) -> Response:
    """A collection under its id; people are led to its page."""
    if not wants_activity(request):
        page = f"/collections/{request.path_params['collection_id']}"
        return RedirectResponse(page, status_code=302, headers={"vary": "Accept"})
    view = await _find(request, CollectionId(request.path_params["collection_id"]))
    return _answer(request, render_people_collection(view, instance_of(request).uris))


async def get_item(request: Request) -> Response:
    """One place in a collection."""
    view = await _find(request, CollectionId(request.path_params["collection_id"]))
    item = _item_in(view, request)
    return _answer(request, render_item(view, item, instance_of(request).uris))


async def get_authorization(request: Request) -> Response:
    """The word of somebody that they may stand in a collection, as long as they do."""
    async with instance_of(request).db.read() as connection:
        item_id = ItemId(request.path_params["item_id"])
        found = await db_collections.collection_of_item(connection, item_id)
    view = await _readable(request, found or CollectionId(0))
    item = _item_in(view, request)
    if item.actor.profile.username.lower() != request.path_params["username"].lower():
        raise NotFound("There is no such authorization.")
    return _answer(request, render_feature_authorization(view, item, instance_of(request).uris))


async def _find(request: Request, collection_id: CollectionId) -> CollectionView:
    view = await _readable(request, collection_id)
    if view.owner.profile.username.lower() != request.path_params["username"].lower():
        raise NotFound("There is no such collection.")
    return view


async def _readable(request: Request, collection_id: CollectionId) -> CollectionView:
    viewer = await viewer_of(request)
    async with instance_of(request).db.read() as connection:
        view = await db_collections.collection_view(connection, viewer, collection_id)
    if view is None or not view.collection.said.is_discoverable:
        raise NotFound("There is no such collection.")
    return view


def _item_in(view: CollectionView, request: Request) -> CollectionItem:
    for item in view.items:
        if item.id == request.path_params["item_id"]:
            return item
    raise NotFound("There is nobody like that in this collection.")


def _answer(request: Request, document: Document) -> Response:
    """Whoever stands in one may leave at any moment, so nothing in between may keep it."""
    return activity_response(request, document, headers=PRIVATE)
