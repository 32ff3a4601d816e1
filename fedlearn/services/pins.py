"""This is where people pin posts of theirs to the top of their profile, and take them down."""

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.activities import render_add, render_remove
from fedlearn.db import follows as db_follows
from fedlearn.db import pins as db_pins
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import Recipients
from fedlearn.services.seen import own_status, seen
from fedlearn.text.languages import _

MOST_PINS = 5


async def pin(instance: Instance, author: Actor, status_id: StatusId) -> None:
    """Put a post of one's own on top, and tell followers elsewhere. Pinning twice is pinning once.

    `Invalid` when there are too many, or the post is for named people only.
    """
    async with instance.db.write() as connection:
        status = await own_status(connection, author, status_id)
        if status.reach is Reach.DIRECT:
            raise Invalid(_("A post for named people cannot stand on top of a profile."))
        if not await db_pins.pin(connection, author.id, status.id):
            return
        if await db_pins.count_pins(connection, author.id) > MOST_PINS:
            raise Invalid(
                _(
                    "%(most)s posts can stand on top of a profile: take one down first.",
                    most=MOST_PINS,
                )
            )
        view = await seen(connection, author, status_id)
        await _tell_followers(instance, connection, view, render_add(view))


async def unpin(instance: Instance, author: Actor, status_id: StatusId) -> None:
    """Take a post of one's own down."""
    async with instance.db.write() as connection:
        await own_status(connection, author, status_id)
        if await db_pins.unpin(connection, author.id, status_id):
            view = await seen(connection, author, status_id)
            await _tell_followers(instance, connection, view, render_remove(view))


async def _tell_followers(
    instance: Instance, connection: Connection, view: StatusView, activity: Document
) -> None:
    inboxes = await db_follows.follower_inboxes(connection, view.author.id)
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=activity,
        recipients=Recipients(tuple(inboxes)),
    )
