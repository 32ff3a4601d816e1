"""This is where people like posts, and take that back."""

from fedlearn.activitypub.render.activities import render_like, render_undo
from fedlearn.db import favourites as db_favourites
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_author
from fedlearn.services.notifications import notify, take_back
from fedlearn.services.seen import seen


async def favourite(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Like a post. Liking twice is liking once."""
    async with instance.db.write() as connection:
        liked = await seen(connection, actor, status_id)
        uri = f"{actor.uri}#likes/{snowflake()}"
        is_new = await db_favourites.insert_favourite(
            connection, actor_id=actor.id, status_id=liked.id, uri=uri
        )
        if not is_new:
            return
        await notify(connection, liked.author, actor, NotificationKind.FAVOURITE, liked.id)
        await publish_to_author(
            connection,
            instance.settings.federation,
            sender=actor,
            view=liked,
            activity=render_like(uri, actor, liked),
        )


async def unfavourite(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Take a like back."""
    async with instance.db.write() as connection:
        liked = await seen(connection, actor, status_id)
        uri = await db_favourites.delete_favourite(connection, actor.id, liked.id)
        if uri is None:
            return
        await take_back(connection, liked.author.id, actor, NotificationKind.FAVOURITE, liked.id)
        like = render_like(uri, actor, liked)
        await publish_to_author(
            connection,
            instance.settings.federation,
            sender=actor,
            view=liked,
            activity=render_undo(like),
        )
