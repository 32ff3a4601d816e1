"""Accept: somebody elsewhere lets a person of ours read or quote them, or a relay takes us in."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import follows as db_follows
from fedlearn.inbox.activities.answered import answered_follow
from fedlearn.inbox.activities.quote_answer import on_quote_accepted
from fedlearn.inbox.outcome import DONE, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.follows import settle_follow
from fedlearn.services.relays import is_answered


async def on_accept(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Our pending follow counts from now on; or we may quote what we asked to quote."""
    async with instance.db.write() as connection:
        if await is_answered(connection, activity.object_uri, sender.actor, accept=True):
            return DONE
        answered = await answered_follow(connection, activity, sender)
        if answered is not None:
            follow, follower = answered
            if await db_follows.accept_follow(connection, follow.id):
                await settle_follow(connection, follow, follower, sender.actor)
            return DONE
    return await on_quote_accepted(instance, activity, sender)
