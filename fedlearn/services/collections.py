"""This is where people gather others whom they recommend, and those named have a say in it.

Who wants to be found may be put in, and is told. They may leave, and cannot be put back. Moderators
can remove a collection.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from fedlearn.db import blocks as db_blocks
from fedlearn.db import collections as db_collections
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audit import Act
from fedlearn.domain.collections import (
    CollectionDraft,
    CollectionItem,
    CollectionView,
    ItemState,
    can_be_featured,
)
from fedlearn.domain.ids import CollectionId, ItemId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.warnings import Consequence
from fedlearn.errors import Forbidden, Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.collections import as_it_leaves, tell_of_collection
from fedlearn.services.notifications import notify, take_back
from fedlearn.services.permissions import require, require_above, write_down
from fedlearn.services.warnings import check_message, tell
from fedlearn.text.languages import _
from fedlearn.text.mentions import hashtags_in
from fedlearn.text.tongues import is_tongue

MOST_COLLECTIONS = 10
MOST_ITEMS = 25
LONGEST_NAME = 40
LONGEST_DESCRIPTION = 100


async def create_collection(
    instance: Instance, owner: Actor, draft: CollectionDraft, people: Sequence[Actor] = ()
) -> CollectionId:
    """A new collection; `Invalid`, by field, for what cannot be, and then there is none."""
    draft = _checked(draft)
    async with instance.db.write() as connection:
        if await db_collections.count_collections(connection, owner.id) >= MOST_COLLECTIONS:
            message = _(
                "You have %(most)s collections, which is as many as there can be.",
                most=MOST_COLLECTIONS,
            )
            raise Invalid(message, {"name": message})
        made = await db_collections.insert_collection(connection, owner.id, draft)
        for actor in people:
            await _put_in(connection, owner, made.id, actor)
        after = await as_it_leaves(connection, made.id)
        await tell_of_collection(instance, connection, None, after)
        return made.id


async def change_collection(
    instance: Instance, owner: Actor, collection_id: CollectionId, draft: CollectionDraft
) -> None:
    """Say something else of a collection; those in it are told."""
    draft = _checked(draft)
    async with _changing(instance, collection_id) as connection:
        before = await own_collection(connection, owner, collection_id)
        if draft == before.collection.said:
            return
        await db_collections.change_collection(connection, collection_id, draft)
        for item in before.items:
            # Of each collection the latest change.
            kind = NotificationKind.COLLECTION_UPDATE
            await take_back(connection, item.actor.id, owner, kind, collection_id=collection_id)
            await notify(connection, item.actor, owner, kind, collection_id=collection_id)


async def delete_collection(instance: Instance, owner: Actor, collection_id: CollectionId) -> None:
    """Give a collection up."""
    async with _changing(instance, collection_id) as connection:
        await own_collection(connection, owner, collection_id)
        await db_collections.delete_collection(connection, collection_id)


async def remove_collection(
    instance: Instance,
    by: Steward,
    collection_id: CollectionId,
    *,
    text: str = "",
    reason: str = "",
) -> Actor:
    """Moderators take away a collection of somebody, who is told so; whose it was.

    `text` is told to them, below the name; `reason` stands in the audit log.
    """
    require(by, Permission.MANAGE_REPORTS)
    check_message(text)
    async with _changing(instance, collection_id) as connection:
        # Nobody keeps theirs by blocking who moderates.
        view = await db_collections.collection_for_its_owner(connection, collection_id)
        if view is None:
            raise NotFound(_("There is no such collection."))
        owner, name = view.owner, view.collection.said.name
        await require_above(connection, by, owner)
        await db_collections.delete_collection(connection, collection_id)
        told = f"{name}\n{text}"
        await tell(instance, connection, owner, Consequence.REMOVE_COLLECTION, told)
        act = Act.REMOVE_COLLECTION
        await write_down(connection, by, act, owner, reason=reason.strip(), collection=name)
    return owner


async def put_in(
    instance: Instance, owner: Actor, collection_id: CollectionId, actor: Actor
) -> CollectionItem:
    """Recommend somebody; `Invalid` for who does not want that, and in a full collection."""
    async with _changing(instance, collection_id) as connection:
        await own_collection(connection, owner, collection_id)
        await _put_in(connection, owner, collection_id, actor)
        view = await own_collection(connection, owner, collection_id)
    item = view.item_of(actor.id)
    if item is None:
        raise AssertionError("somebody who was just put in")
    return item


async def take_out(
    instance: Instance, owner: Actor, collection_id: CollectionId, item_id: ItemId
) -> None:
    """Recommend somebody no more."""
    async with _changing(instance, collection_id) as connection:
        await own_collection(connection, owner, collection_id)
        actor = await db_collections.actor_at(connection, collection_id, item_id)
        if actor is None:
            raise NotFound(_("There is nobody like that in this collection."))
        await db_collections.take_out(connection, collection_id, actor.id)
        await _forget(connection, owner, collection_id, actor)


async def leave(
    instance: Instance, me: Actor, collection_id: CollectionId, item_id: ItemId
) -> None:
    """Stand in somebody's collection no more, and never again; nobody leaves for another."""
    async with _changing(instance, collection_id) as connection:
        view = await readable(connection, me, collection_id)
        actor = await db_collections.actor_at(connection, collection_id, item_id)
        if actor is None:
            raise NotFound(_("There is nobody like that in this collection."))
        if actor.id != me.id:
            raise Forbidden(_("Only they themselves can leave this collection."))
        await db_collections.revoke(connection, collection_id, me.id)
        await _forget(connection, view.owner, collection_id, me)


async def take_each_other_out(
    instance: Instance, connection: Connection, one: Actor, other: Actor
) -> None:
    """Neither of two people recommends the other any more."""
    found = await db_collections.collections_between(connection, one.id, other.id)
    for collection_id, actor_id in found:
        before = await as_it_leaves(connection, collection_id)
        await db_collections.take_out(connection, collection_id, actor_id)
        after = await as_it_leaves(connection, collection_id)
        await tell_of_collection(instance, connection, before, after)


async def own_collection(
    connection: Connection, owner: Actor, collection_id: CollectionId
) -> CollectionView:
    """A collection of this person's own; `Forbidden` for that of another."""
    view = await readable(connection, owner, collection_id)
    if view.owner.id != owner.id:
        raise Forbidden(_("This is somebody else's collection."))
    return view


async def readable(
    connection: Connection, reader: Actor, collection_id: CollectionId
) -> CollectionView:
    """A collection as somebody sees it; `NotFound` for what is not for them."""
    view = await db_collections.collection_view(connection, reader.viewer, collection_id)
    if view is None:
        raise NotFound(_("There is no such collection."))
    return view


@asynccontextmanager
async def _changing(instance: Instance, collection_id: CollectionId) -> AsyncIterator[Connection]:
    """A transaction that changes a collection; followers elsewhere are told what is different."""
    async with instance.db.write() as connection:
        before = await as_it_leaves(connection, collection_id)
        yield connection
        after = await as_it_leaves(connection, collection_id)
        await tell_of_collection(instance, connection, before, after)


async def _put_in(
    connection: Connection, owner: Actor, collection_id: CollectionId, actor: Actor
) -> None:
    await _require_consent(connection, owner, actor)
    if await db_collections.put_in(connection, collection_id, actor.id) is ItemState.REVOKED:
        raise Invalid(
            _("%(name)s has left this collection, and stays out.", name=actor.display_name)
        )
    view = await own_collection(connection, owner, collection_id)
    if len(view.items) > MOST_ITEMS:
        raise Invalid(_("%(most)s people can be in a collection, and no more.", most=MOST_ITEMS))
    kind = NotificationKind.ADDED_TO_COLLECTION
    await notify(connection, actor, owner, kind, collection_id=collection_id)


async def _require_consent(connection: Connection, owner: Actor, actor: Actor) -> None:
    """`Invalid` for whom this person may not recommend, with the reason."""
    name = actor.display_name
    if not actor.is_local:
        raise Invalid(
            _(
                "%(name)s is on another server, whose word would be needed: "
                "so far only people from here can be in a collection.",
                name=name,
            )
        )
    if await db_blocks.are_apart(connection, owner.id, actor.id):
        raise Invalid(_("One of you has blocked the other: %(name)s stays out.", name=name))
    if not can_be_featured(actor, owner):
        raise Invalid(_("%(name)s does not want to be found, so they stay out.", name=name))


async def _forget(
    connection: Connection, owner: Actor, collection_id: CollectionId, actor: Actor
) -> None:
    """Who is not in a collection any more needs to be told nothing of it."""
    for kind in (NotificationKind.ADDED_TO_COLLECTION, NotificationKind.COLLECTION_UPDATE):
        await take_back(connection, actor.id, owner, kind, collection_id=collection_id)


def _checked(draft: CollectionDraft) -> CollectionDraft:
    """The same, tidied up; `Invalid`, by field, for what will not do."""
    tag = (draft.tag or "").strip().removeprefix("#").lower() or None
    draft = replace(draft, name=draft.name.strip(), description=draft.description.strip(), tag=tag)
    wrong = {}
    if not 0 < len(draft.name) <= LONGEST_NAME:
        wrong["name"] = _("Give it a name of at most %(most)s characters.", most=LONGEST_NAME)
    if len(draft.description) > LONGEST_DESCRIPTION:
        wrong["description"] = _(
            "Describe it in at most %(most)s characters.", most=LONGEST_DESCRIPTION
        )
    if draft.language is not None and not is_tongue(draft.language):
        wrong["language"] = _("Choose a language.")
    if tag is not None and hashtags_in(f"#{tag}") != [tag]:
        wrong["tag_name"] = _("That is not a hashtag.")
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)
    return draft
