"""This is where what a person pastes is found: a handle, or the address of a post or an account."""

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import in_ascii, origin_of
from fedlearn.activitypub.vocabulary.activities import Activity, read_activity
from fedlearn.activitypub.vocabulary.actors import ACTOR_KINDS, ActorDocument, read_actor
from fedlearn.activitypub.vocabulary.notes import STATUS_KINDS, NoteDocument, read_note
from fedlearn.db import actors as db_actors
from fedlearn.db.status_views import status_view, status_view_by_uri
from fedlearn.domain.actors import Actor
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_actor, find_handle, keep_actor, known_by_handle, read_typed
from fedlearn.remote.conversations import want_conversation
from fedlearn.remote.statuses import store_note
from fedlearn.text.languages import _


async def look_up(instance: Instance, reader: Actor, text: str) -> Actor | StatusView:
    """The account or post that a text names, fetched if we do not know it.

    Raises `Invalid` for what names nothing, `NotFound`, `FetchError` and its kin, or
    `RefusedDocument`.
    """
    text = text.strip()
    if text.startswith(("http://", "https://")):
        url = in_ascii(text)
        if origin_of(url) is None:
            raise Invalid(_("This is not an address."), {"q": _("This is not an address.")})
        return await _look_up_address(instance, reader, url)
    handle = read_typed(instance, text)
    if handle is None:
        message = _("Write a handle such as @name@example.org, or paste an address.")
        raise Invalid(message, {"q": message})
    return await find_handle(instance, handle)


async def look_up_known(instance: Instance, reader: Actor, text: str) -> Actor | StatusView | None:
    """The same as far as it is known here; nobody is asked."""
    text = text.strip()
    async with instance.db.read() as connection:
        if text.startswith(("http://", "https://")):
            url = in_ascii(text)
            known = await db_actors.actor_by_uri(connection, url)
            return known or await status_view_by_uri(connection, reader.viewer, url)
        return await known_by_handle(instance, connection, read_typed(instance, text))


async def _look_up_address(instance: Instance, reader: Actor, url: str) -> Actor | StatusView:
    async with instance.db.read() as connection:
        known = await db_actors.actor_by_uri(connection, url)
        if known is not None:
            return known
        view = await status_view_by_uri(connection, reader.viewer, url)
    if view is not None:
        return view
    if instance.uris.is_ours(url):
        return await _look_up_own(instance, reader, url)
    return await _fetch(instance, reader, url)


async def _look_up_own(instance: Instance, reader: Actor, url: str) -> Actor | StatusView:
    async with instance.db.read() as connection:
        for status_id in instance.uris.status_ids_in(url):
            view = await status_view(connection, reader.viewer, status_id)
            if view is not None:
                return view
        username = instance.uris.username_of(url)
        actor = await db_actors.local_actor(connection, username) if username else None
    if actor is None:
        raise NotFound(_("There is nothing here under this address."))
    return actor


async def _fetch(instance: Instance, reader: Actor, url: str) -> Actor | StatusView:
    document = await instance.fetcher.fetch_page(url, await instance.own_signing_key())
    if values.kind(document) in ACTOR_KINDS:
        return await keep_actor(instance, document)
    note = read_note(document)
    author = await find_actor(instance, note.attributed_to[0])
    async with instance.db.write() as connection:
        stored = await store_note(connection, instance.uris, note, author)
        if stored is not None:
            await want_conversation(connection, stored.status)
        view = await status_view_by_uri(connection, reader.viewer, note.uri)
    if view is None:
        raise NotFound(_("This post is not for you."))
    return view


async def read_remote(
    instance: Instance, uri: str
) -> tuple[Document, ActorDocument | NoteDocument | Activity]:
    """A remote document, and what we read in it; nothing is stored. For who looks for a fault."""
    document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
    kind = values.kind(document)
    if kind in ACTOR_KINDS:
        return document, read_actor(document)
    if kind in STATUS_KINDS:
        return document, read_note(document)
    return document, read_activity(document)
