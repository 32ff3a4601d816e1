"""Reject: somebody on another server does not let a person of ours read them, or no more."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.inbox.activities.answered import answered_follow
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.follows import end_follow


async def on_reject(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Our follow is over, whether it was pending or accepted."""
    async with instance.db.write() as connection:
        answered = await answered_follow(connection, activity, sender)
        if answered is None:
            return Ignored("it answers no follow of ours")
        follow, follower = answered
        await end_follow(connection, follow, follower)
    return DONE
