"""Which of our follows an Accept or Reject answers: told by its id, or by the Follow embedded."""

from fedlearn.activitypub import values
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.follows import Follow
from fedlearn.inbox.verify import Sender


async def answered_follow(
    connection: Connection, activity: Activity, sender: Sender
) -> tuple[Follow, Actor] | None:
    """Our follow of the sender that is answered, with the follower; nobody else's word counts."""
    known = await db_follows.follow_by_uri(connection, activity.object_uri or "")
    if known is None and activity.object_kind == "Follow" and activity.object:
        follower = await db_actors.actor_by_uri(
            connection, values.uri(activity.object.get("actor")) or ""
        )
        if follower is not None:
            known = await db_follows.follow_between(connection, follower.id, sender.actor.id)
    if known is None or known.followee_id != sender.actor.id:
        return None
    follower = await db_actors.actor_by_id(connection, known.follower_id)
    return (known, follower) if follower and follower.is_local else None
