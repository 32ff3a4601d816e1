"""Methods of collections (https://docs.joinmastodon.org/methods/collections/)."""

from collections.abc import Awaitable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import collections as db_collections
from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.collections import CollectionDraft, CollectionView
from fedlearn.domain.ids import ActorId, CollectionId, ItemId
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import collections
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import find_actor
from fedlearn.web.mastodon.callers import require_user, viewer_of
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.collections import (
    collection_entity,
    collection_with_accounts_entity,
    item_entity,
    people_of,
)
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.metering import spend_on
from fedlearn.web.mastodon.pagination import leafed, read_limit, read_offset
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.statuses import UNDOING

USUAL, MOST = 40, 80
NEW = CollectionDraft("")


class PageOfCollections(Protocol):
    """Some collections that have to do with somebody."""

    def __call__(
        self,
        connection: Connection,
        viewer: Viewer,
        actor_id: ActorId,
        /,
        *,
        offset: int,
        limit: int,
    ) -> Awaitable[list[CollectionView]]:
        """So many of them, after some."""


async def get_collections_of(request: Request) -> Response:
    """The collections of somebody, the latest first."""
    viewer, owner = await viewer_of(request, "read:collections"), await find_actor(request)
    return await _respond_with_page(request, viewer, owner, db_collections.collections_of)


async def get_collections_with(request: Request) -> Response:
    """The collections in which somebody stands."""
    viewer, actor = await viewer_of(request, "read:collections"), await find_actor(request)
    return await _respond_with_page(request, viewer, actor, db_collections.collections_with)


async def create_collection(request: Request) -> Response:
    """A new collection, with these people in it."""
    owner = (await require_user(request, "write:collections")).actor
    parameters = await read_parameters(request)
    draft, people = _draft(parameters, NEW), await _named(request, parameters)
    try:
        made = await collections.create_collection(instance_of(request), owner, draft, people)
    except Invalid as refusal:
        return _refusal(refusal, draft)
    return await _respond(request, owner, made)


async def get_collection(request: Request) -> Response:
    """One collection, with the accounts of whose it is, and who stands in it."""
    viewer = await viewer_of(request, "read:collections")
    async with instance_of(request).db.read() as connection:
        view = await db_collections.collection_view(connection, viewer, _id(request))
        if view is None:
            raise NotFound("Record not found")
        of = await describing(request, connection, viewer, actors=people_of(view))
    return json(collection_with_accounts_entity(of, view))


async def change_collection(request: Request) -> Response:
    """Say something else of it; what is not said stays. Those in it are told."""
    owner = (await require_user(request, "write:collections")).actor
    async with instance_of(request).db.read() as connection:
        before = await collections.own_collection(connection, owner, _id(request))
    draft = _draft(await read_parameters(request), before.collection.said)
    try:
        await collections.change_collection(instance_of(request), owner, _id(request), draft)
    except Invalid as refusal:
        return _refusal(refusal, draft)
    return await _respond(request, owner, _id(request))


async def delete_collection(request: Request) -> Response:
    """The collection is gone."""
    owner = (await require_user(request, "write:collections")).actor
    await spend_on(request, UNDOING)
    await collections.delete_collection(instance_of(request), owner, _id(request))
    return json({})


async def add_item(request: Request) -> Response:
    """Put somebody in, who is told. Only people from here can be put in so far."""
    owner = (await require_user(request, "write:collections")).actor
    wanted = (await read_parameters(request)).id("account_id")
    if wanted is None:
        raise Invalid("`account_id` parameter is missing")
    async with instance_of(request).db.read() as connection:
        known = await actors_by_id(connection, [wanted])
    actor = known.get(ActorId(wanted))
    if actor is None or not actor.is_active:
        raise Invalid("There is no such account")
    item = await collections.put_in(instance_of(request), owner, _id(request), actor)
    return json({"collection_item": item_entity(item)})


async def remove_item(request: Request) -> Response:
    """Take somebody out."""
    owner = (await require_user(request, "write:collections")).actor
    await spend_on(request, UNDOING)
    await collections.take_out(instance_of(request), owner, _id(request), _item(request))
    return json({})


async def revoke_item(request: Request) -> Response:
    """Leave the collection of somebody else, for good."""
    me = (await require_user(request, "write:collections")).actor
    await collections.leave(instance_of(request), me, _id(request), _item(request))
    return json({})


async def _respond_with_page(
    request: Request, viewer: Viewer, actor: Actor, page_of: PageOfCollections
) -> Response:
    parameters = await read_parameters(request)
    limit, offset = read_limit(parameters, usual=USUAL, most=MOST), read_offset(parameters)
    async with instance_of(request).db.read() as connection:
        found = await page_of(connection, viewer, actor.id, offset=offset, limit=limit)
        of = await describing(request, connection, viewer)
    entities = [collection_entity(of, one) for one in found]
    return leafed(request, {"collections": entities}, len(found), offset=offset, limit=limit)


async def _respond(request: Request, owner: Actor, collection_id: CollectionId) -> Response:
    async with instance_of(request).db.read() as connection:
        view = await collections.own_collection(connection, owner, collection_id)
        of = await describing(request, connection, owner.viewer)
    return json({"collection": collection_entity(of, view)})


async def _named(request: Request, parameters: Parameters) -> list[Actor]:
    """Who is to be put in at once; `Invalid` for who is not there."""
    ids = list(dict.fromkeys(parameters.ids("account_ids")))[: collections.MOST_ITEMS + 1]
    async with instance_of(request).db.read() as connection:
        known = await actors_by_id(connection, ids)
    if len(known) < len(ids):
        raise Invalid("There is no such account")
    return [known[ActorId(one)] for one in ids]


def _draft(parameters: Parameters, before: CollectionDraft) -> CollectionDraft:
    """What is said of a collection; what is not said stays as it was."""
    sensitive, discoverable = parameters.boolean("sensitive"), parameters.boolean("discoverable")
    name, description = parameters.text("name"), parameters.text("description")
    language = parameters.text("language") if "language" in parameters else before.language
    tag = parameters.text("tag_name") if "tag_name" in parameters else before.tag
    return CollectionDraft(
        name=before.name if name is None else name,
        description=before.description if description is None else description,
        language=language or None,
        tag=tag or None,
        is_sensitive=before.is_sensitive if sensitive is None else sensitive,
        is_discoverable=before.is_discoverable if discoverable is None else discoverable,
    )


def _refusal(refusal: Invalid, draft: CollectionDraft) -> Response:
    """What is wrong, as clients know it by its code: here the details stand below the error."""
    if not refusal.fields:
        raise refusal
    codes = {
        "name": "ERR_TOO_LONG" if draft.name.strip() else "ERR_BLANK",
        "description": "ERR_TOO_LONG",
    }
    details: Entity = {
        name: [{"error": codes.get(name, "ERR_INVALID"), "description": text}]
        for name, text in refusal.fields.items()
    }
    error = {"error": f"Validation failed: {refusal}", "details": details}
    return json({"error": error}, status=422)


def _id(request: Request) -> CollectionId:
    return CollectionId(request.path_params["collection_id"])


def _item(request: Request) -> ItemId:
    return ItemId(request.path_params["item_id"])
