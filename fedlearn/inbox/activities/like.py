"""Like: somebody on another server likes a post."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import favourites as db_favourites
from fedlearn.db import received as db_received
from fedlearn.db.status_views import status_view_by_uri
from fedlearn.domain.ids import snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.inbox.activities.emoji_react import on_emoji_react, reaction_in
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.notifications import notify


async def on_like(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Count the like once, if its sender may see the post; with an emoji it is a reaction."""
    if reaction_in(activity) is not None:
        return await on_emoji_react(instance, activity, sender)
    uri = activity.uri or f"{sender.actor.uri}#likes/{snowflake()}"
    async with instance.db.write() as connection:
        if await db_received.is_buried(connection, uri, sender.actor.uri):
            return Ignored("it was undone before it came")
        liked = await status_view_by_uri(connection, sender.actor.viewer, activity.object_uri or "")
        if liked is None:
            return Ignored("it likes nothing that its sender may see here")
        # Who likes a boost likes the post in it.
        liked = liked.boost_of or liked
        await db_favourites.insert_favourite(
            connection, actor_id=sender.actor.id, status_id=liked.id, uri=uri
        )
        await notify(connection, liked.author, sender.actor, NotificationKind.FAVOURITE, liked.id)
    return DONE
