"""EmojiReact: somebody on another server answers a post with an emoji (FEP-c0e0).

Misskey and its kin send a Like with `content` instead, which means the same.
"""

from fedlearn.activitypub import values
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.emojis import read_emojis
from fedlearn.db import reactions as db_reactions
from fedlearn.db import received as db_received
from fedlearn.db.status_views import status_view_by_uri
from fedlearn.domain.ids import snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.notifications import notify

# One sign to the eye may be many characters: families, flags, skin tones.
LONGEST_EMOJI = 32
MISSKEY_REACTION = "_misskey_reaction"


def reaction_in(activity: Activity) -> tuple[str, str | None] | None:
    """The emoji of a reaction: a sign, or a `:shortcode:` with its picture.

    A shortcode that nothing explains is none.
    """
    emoji = activity.content or values.text(activity.document.get(MISSKEY_REACTION))
    name = emoji.strip()
    if not name.startswith(":"):
        return (name, None) if 0 < len(name) <= LONGEST_EMOJI else None
    tags = values.objects(activity.document.get("tag"))
    pictures = {f":{one.name}:": one.url for one in read_emojis(tags)}
    return (name, pictures[name]) if name in pictures else None


async def on_emoji_react(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Show the emoji under the post once, if its sender may see the post at all."""
    reaction = reaction_in(activity)
    if reaction is None:
        return Ignored("it does not say which emoji, or does not show it")
    name, picture = reaction
    uri = activity.uri or f"{sender.actor.uri}#reactions/{snowflake()}"
    async with instance.db.write() as connection:
        if await db_received.is_buried(connection, uri, sender.actor.uri):
            return Ignored("it was undone before it came")
        target = await status_view_by_uri(
            connection, sender.actor.viewer, activity.object_uri or ""
        )
        if target is None:
            return Ignored("it answers nothing that its sender may see here")
        target = target.boost_of or target
        await db_reactions.insert_reaction(
            connection,
            actor_id=sender.actor.id,
            status_id=target.id,
            name=name,
            emoji_url=picture,
            uri=uri,
        )
        await notify(connection, target.author, sender.actor, NotificationKind.REACTION, target.id)
    return DONE
