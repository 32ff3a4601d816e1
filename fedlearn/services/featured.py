"""This is where people say what their profile leads to: whom else to read, and which hashtags."""

from fedlearn.db import endorsements as db_endorsements
from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.db import follows as db_follows
from fedlearn.domain.actors import Actor
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.text.languages import _
from fedlearn.text.mentions import hashtags_in

MOST_HASHTAGS = 10


async def endorse(instance: Instance, me: Actor, other: Actor) -> None:
    """Show somebody on one's profile; `Invalid` for whom one does not follow."""
    async with instance.db.write() as connection:
        if not await db_follows.is_following(connection, me.id, other.id):
            raise Invalid(_("Follow %(name)s first.", name=other.display_name))
        await db_endorsements.endorse(connection, me.id, other.id)


async def unendorse(instance: Instance, me: Actor, other: Actor) -> None:
    """Show somebody no more."""
    async with instance.db.write() as connection:
        await db_endorsements.unendorse(connection, me.id, other.id)


async def feature_hashtag(instance: Instance, me: Actor, name: str) -> None:
    """Show a hashtag on one's profile; `Invalid` for what is none, and beyond the limit."""
    name = name.lower()
    if hashtags_in(f"#{name}") != [name]:
        raise Invalid(_("That is not a hashtag."))
    async with instance.db.write() as connection:
        await db_featured_hashtags.feature_hashtag(connection, me.id, name)
        shown = await db_featured_hashtags.hashtags_featured_by(connection, me.id)
        if len(shown) > MOST_HASHTAGS:
            raise Invalid(
                _(
                    "A profile shows %(most)s hashtags at most: take one off first.",
                    most=MOST_HASHTAGS,
                )
            )


async def unfeature_hashtag(instance: Instance, me: Actor, name: str) -> None:
    """Show a hashtag no more."""
    async with instance.db.write() as connection:
        await db_featured_hashtags.unfeature_hashtag(connection, me.id, name.lower())
