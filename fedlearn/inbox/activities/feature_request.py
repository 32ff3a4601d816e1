"""FeatureRequest: somebody elsewhere wants to put a person of ours into a collection (FEP-7aa9)."""

from fedlearn.activitypub import values
from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import actors as db_actors
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.outbox.collections import refuse_feature_request


async def on_feature_request(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Answer Reject: people here could not leave such a collection yet, so nobody is in one."""
    collection = values.uri(activity.document.get("instrument"))
    if activity.uri is None or collection is None or not same_origin(collection, sender.actor.uri):
        return Ignored("it does not say which collection of its sender it is about")
    async with instance.db.write() as connection:
        asked = await db_actors.actor_by_uri(connection, activity.object_uri or "")
        if asked is None or not asked.is_local or not asked.is_active:
            return Ignored("it asks about nobody here")
        request = {
            "id": activity.uri,
            "type": "FeatureRequest",
            "actor": activity.actor,
            "object": asked.uri,
            "instrument": collection,
        }
        await refuse_feature_request(instance, connection, asked, sender.actor, request)
    return DONE
