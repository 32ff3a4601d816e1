"""Reject: somebody on another server does not let a person of ours read or quote them."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.inbox.activities.answered import answered_follow
from fedlearn.inbox.activities.quote_answer import on_quote_rejected
from fedlearn.inbox.outcome import DONE, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.follows import end_follow
from fedlearn.services.relays import is_answered


async def on_reject(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Our follow or our quote is over, whether it was pending or accepted."""
    async with instance.db.write() as connection:
        if await is_answered(connection, activity.object_uri, sender.actor, accept=False):
            return DONE
        answered = await answered_follow(connection, activity, sender)
        if answered is not None:
            follow, follower = answered
            await end_follow(connection, follow, follower)
            return DONE
    return await on_quote_rejected(instance, activity, sender)
