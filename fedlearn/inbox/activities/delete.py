"""Delete: a post, an account or a word given on another server is no more."""

from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.actors import mark_gone
from fedlearn.services.quotes import lose_authorization


async def on_delete(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Remove what is gone, and remember it, so that it does not come back late."""
    if activity.object_uri is None:
        return Ignored("it does not say what is deleted")
    if activity.object_uri == sender.actor.uri:
        await mark_gone(instance, sender.actor.uri)
        return DONE
    if not same_origin(activity.object_uri, sender.actor.uri):
        return Ignored("its object is not on the server of its sender")
    async with instance.db.write() as connection:
        # Remembered for its sender only: nobody can bury what somebody else will write.
        await db_received.bury(connection, activity.object_uri, sender.actor.uri)
        if await lose_authorization(instance, connection, activity.object_uri, sender.actor):
            return DONE
        status = await db_statuses.status_by_uri(connection, activity.object_uri)
        if status is None or status.actor_id != sender.actor.id:
            return Ignored("it deletes no post of its sender that we have")
        await db_statuses.delete_status(connection, status.id)
    return DONE
