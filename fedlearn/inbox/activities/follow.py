"""Follow: somebody on another server wants to read somebody here."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import received as db_received
from fedlearn.db import relays as db_relays
from fedlearn.db.domain_blocks import is_from_blocked_domain
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import Uri, snowflake
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.follows import answer_follow, can_be_followed, welcome_follow


async def on_follow(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Keep the follow and answer it: Accept at once, later when the followee decides, or Reject.

    A repeated Follow is answered anew, under its new id.
    """
    # Without an id there is still exactly one follow between two actors.
    uri = activity.uri or Uri(f"{sender.actor.uri}#follows/{snowflake()}")
    async with instance.db.write() as connection:
        followee = await db_actors.actor_by_uri(connection, activity.object_uri or "")
        if followee is None or not followee.is_local:
            return Ignored("nobody here is followed")
        if await db_received.is_buried(connection, uri, sender.actor.uri):
            return Ignored("it was undone before it came")
        is_shut_out = await db_blocks.is_blocked(
            connection, followee.id, sender.actor.id
        ) or await is_from_blocked_domain(connection, followee.id, sender.actor.id)
        if is_shut_out or not can_be_followed(followee):
            # A relay that we follow may follow us back. Nothing comes of it, but it wants a yes.
            relay = await db_relays.relay_at(connection, sender.actor.uri)
            accept = relay is not None and followee.id == instance.actor.id
            await answer_follow(instance, connection, uri, sender.actor, followee, accept=accept)
            return DONE
        asks_first = followee.profile.is_locked or sender.actor.is_silenced
        state = FollowState.PENDING if asks_first else FollowState.ACCEPTED
        before = await db_follows.follow_between(connection, sender.actor.id, followee.id)
        follow = await db_follows.store_follow(
            connection,
            follower_id=sender.actor.id,
            followee_id=followee.id,
            uri=uri,
            state=state,
        )
        if before is None:
            await welcome_follow(connection, follow, sender.actor, followee)
        if follow.state is FollowState.ACCEPTED:
            await answer_follow(instance, connection, uri, sender.actor, followee, accept=True)
    return DONE
