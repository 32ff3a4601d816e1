"""This is where people recommend others in collections, and where these are read, and left."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import collections as db_collections
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.relations import standings
from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionDraft, CollectionView
from fedlearn.domain.ids import ActorId, CollectionId, ItemId
from fedlearn.domain.roles import Permission, may, outranks
from fedlearn.errors import Invalid, NotFound
from fedlearn.remote.actors import known_by_handle, read_typed
from fedlearn.services import collections
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import current_user, current_viewer, read_form, require_user
from fedlearn.web.shared import shared_collection
from fedlearn.web.templating import render_page

PAGE = "/collections"
MOST_SHOWN = 80
Draft = Mapping[str, object]


async def collections_page(request: Request) -> Response:
    """This person's collections, and those in which they stand."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_collections.collections_of(
            connection, me.viewer, me.id, offset=0, limit=MOST_SHOWN
        )
        around_me = await db_collections.collections_with(
            connection, me.viewer, me.id, offset=0, limit=MOST_SHOWN
        )
    return await render_page(
        request,
        "collections.html",
        mine=mine,
        around_me=[one for one in around_me if one.owner.id != me.id],
        is_full=len(mine) >= collections.MOST_COLLECTIONS,
        most=collections.MOST_COLLECTIONS,
    )


async def new_collection_page(request: Request) -> Response:
    """The form for a new collection."""
    await require_user(request)
    return await _render_new(request, _fields_of(CollectionDraft("")))


async def create_collection(request: Request) -> Response:
    """A collection was described; what will not do comes back with what is wrong beside it."""
    form = await read_form(request, page=_render_new)
    me = (await require_user(request)).actor
    try:
        made = await collections.create_collection(instance_of(request), me, _read(form))
    except Invalid as refusal:
        return await _render_new(request, form, refusal)
    return _to(made)


async def collection_page(request: Request) -> Response:
    """Whom somebody recommends on a subject."""
    return await render_collection(request)


async def edit_page(request: Request) -> Response:
    """The form with which a collection is changed."""
    return await _render_known(request)


async def change_collection(request: Request) -> Response:
    """The changed collection was sent."""
    form = await read_form(request, page=_render_known)
    me = (await require_user(request)).actor
    try:
        await collections.change_collection(instance_of(request), me, _id(request), _read(form))
    except Invalid as refusal:
        return await _render_known(request, form, refusal)
    return _to(_id(request))


async def delete_collection(request: Request) -> Response:
    """A collection is given up."""
    await read_form(request)
    me = (await require_user(request)).actor
    await collections.delete_collection(instance_of(request), me, _id(request))
    return RedirectResponse(PAGE, status_code=303)


async def put_in(request: Request) -> Response:
    """Somebody is recommended, by their handle."""
    form = await read_form(request, page=render_collection)
    me = (await require_user(request)).actor
    try:
        actor = await _named(request, text_of(form, "handle"))
        await collections.put_in(instance_of(request), me, _id(request), actor)
    except Invalid as refusal:
        return await render_collection(request, form, refusal)
    return _to(_id(request))


async def take_out(request: Request) -> Response:
    """Somebody is recommended no more."""
    await read_form(request)
    me = (await require_user(request)).actor
    await collections.take_out(instance_of(request), me, _id(request), _item(request))
    return _to(_id(request))


async def leave(request: Request) -> Response:
    """Somebody does not want to stand in a collection."""
    await read_form(request)
    me = (await require_user(request)).actor
    await collections.leave(instance_of(request), me, _id(request), _item(request))
    return _to(_id(request))


async def render_collection(
    request: Request,
    form: FormData | None = None,
    refusal: Refusal | None = None,
    *,
    beside: str = "handle",
) -> Response:
    """The page of a collection; with a refusal, that of a form on it that comes back.

    `beside` is the field of which a refusal speaks that names none.
    """
    viewer = await current_viewer(request)
    view = await _find(request)
    me = viewer.actor_id or ActorId(0)
    async with instance_of(request).db.read() as connection:
        known = await standings(connection, me, [one.actor.id for one in view.items])
        may_remove = await _may_remove(request, connection, view.owner)
    return await render_page(
        request,
        "collection.html",
        **as_answer(refusal),
        view=view,
        said=view.collection.said,
        is_mine=view.owner.id == me,
        my_item=view.item_of(me),
        follows={actor_id: one.follow for actor_id, one in known.items()},
        is_full=len(view.items) >= collections.MOST_ITEMS,
        may_remove=may_remove,
        draft=form or {},
        errors=errors_of(refusal, beside),
        shared=shared_collection(view, instance_of(request).uris),
    )


async def _may_remove(request: Request, connection: Connection, owner: Actor) -> bool:
    """Whether who asks is a moderator above the owner."""
    user = await current_user(request)
    if user is None or not may(user.role, Permission.MANAGE_REPORTS):
        return False
    known = await db_users.user_of_actor(connection, owner.id)
    return known is not None and outranks(user.role, known.role)


async def _render_new(request: Request, draft: Draft, refusal: Refusal | None = None) -> Response:
    return await _render_form(request, None, draft, refusal)


async def _render_known(
    request: Request, draft: Draft | None = None, refusal: Refusal | None = None
) -> Response:
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        known = await collections.own_collection(connection, me, _id(request))
    draft = draft or _fields_of(known.collection.said)
    return await _render_form(request, known, draft, refusal)


async def _render_form(
    request: Request, known: CollectionView | None, draft: Draft, refusal: Refusal | None
) -> Response:
    return await render_page(
        request,
        "collection_form.html",
        **as_answer(refusal),
        known=known,
        draft=draft,
        longest_name=collections.LONGEST_NAME,
        longest_description=collections.LONGEST_DESCRIPTION,
        errors=errors_of(refusal),
    )


async def _find(request: Request) -> CollectionView:
    viewer = await current_viewer(request)
    async with instance_of(request).db.read() as connection:
        view = await db_collections.collection_view(connection, viewer, _id(request))
    if view is None:
        raise NotFound(_("There is no such collection."))
    return view


async def _named(request: Request, typed: str) -> Actor:
    """Whom a handle names, of those who are known here."""
    instance = instance_of(request)
    async with instance.db.read() as connection:
        actor = await known_by_handle(instance, connection, read_typed(instance, typed.strip()))
    if actor is None or not actor.is_active:
        message = _("There is no such account here.")
        raise Invalid(message, {"handle": message})
    return actor


def _read(form: FormData) -> CollectionDraft:
    return CollectionDraft(
        name=text_of(form, "name"),
        description=text_of(form, "description"),
        language=text_of(form, "language") or None,
        tag=text_of(form, "tag_name") or None,
        is_sensitive=bool(text_of(form, "sensitive")),
        is_discoverable=bool(text_of(form, "discoverable")),
    )


def _fields_of(said: CollectionDraft) -> dict[str, str]:
    """A collection by the names of the fields of its form."""
    return {
        "name": said.name,
        "description": said.description,
        "language": said.language or "",
        "tag_name": said.tag or "",
        "sensitive": "on" if said.is_sensitive else "",
        "discoverable": "on" if said.is_discoverable else "",
    }


def _to(collection_id: CollectionId) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}/{collection_id}", status_code=303)


def _id(request: Request) -> CollectionId:
    return CollectionId(request.path_params["collection_id"])


def _item(request: Request) -> ItemId:
    return ItemId(request.path_params["item_id"])
