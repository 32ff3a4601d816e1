"""This is where others hear that a post of ours has changed, though nobody edited it.

Votes have come in, a poll has ended, or a quote was agreed to or taken back.
"""

from fedlearn.activitypub.render.activities import render_update
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId, now
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import recipients_of_change


async def publish_update(
    instance: Instance, connection: Connection, author: Actor, status_id: StatusId
) -> None:
    """Send a post of ours as it is now to those who have it."""
    view = await status_view(connection, author.viewer, status_id)
    if view is None:
        return
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=render_update(view, instance.uris, now()),
        recipients=await recipients_of_change(connection, view),
    )
