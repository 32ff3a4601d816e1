"""This is where followers elsewhere are told what became of a collection that anybody may read."""

from collections.abc import Iterator

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.collections import (
    render_add_collection,
    render_add_item,
    render_feature_refusal,
    render_remove_collection,
    render_remove_item,
    render_update_collection,
)
from fedlearn.activitypub.uris import Uris
from fedlearn.db import follows as db_follows
from fedlearn.db.collections import collection_view
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.ids import CollectionId
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to, publish_to_followers


async def as_it_leaves(
    connection: Connection, collection_id: CollectionId
) -> CollectionView | None:
    """A collection as everybody sees it, if it is for everybody."""
    return await collection_view(connection, STRANGER, collection_id)


async def tell_of_collection(
    instance: Instance,
    connection: Connection,
    before: CollectionView | None,
    after: CollectionView | None,
) -> None:
    """Tell of what is different; before and after as everybody sees it."""
    shown = after or before
    if shown is None:
        return
    inboxes = await db_follows.follower_inboxes(connection, shown.owner.id)
    for activity in news_of(before, after, instance.uris):
        await publish_to_followers(
            connection,
            instance.settings.federation,
            sender=shown.owner,
            activity=activity,
            follower_inboxes=inboxes,
        )


async def refuse_feature_request(
    instance: Instance, connection: Connection, asked: Actor, by: Actor, request: Document
) -> None:
    """Answer who asked whether a person of ours may stand in a collection elsewhere."""
    await publish_to(
        connection,
        instance.settings.federation,
        sender=asked,
        activity=render_feature_refusal(asked, by, request),
        to=[by],
        order_key=str(request["id"]),
    )


def news_of(
    before: CollectionView | None, after: CollectionView | None, uris: Uris
) -> Iterator[Document]:
    """What there is to tell."""
    if before is None or after is None:
        if after is not None:
            yield render_add_collection(after, uris)
        if before is not None:
            yield render_remove_collection(before, uris)
        return
    if before.collection.said != after.collection.said:
        yield render_update_collection(after, uris)
    for item in after.items:
        if before.item_of(item.actor.id) is None:
            yield render_add_item(after, item, uris)
    for item in before.items:
        if after.item_of(item.actor.id) is None:
            yield render_remove_item(before, item, uris)
