"""This is where people begin and cease to follow a hashtag, for themselves: nothing is sent."""

from fedlearn.db import followed_hashtags as db_followed_hashtags
from fedlearn.domain.actors import Actor
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.text.languages import _
from fedlearn.text.mentions import hashtags_in

MOST_FOLLOWED = 200


async def follow_hashtag(instance: Instance, actor: Actor, name: str) -> None:
    """From now on public posts with a hashtag come to this person's home timeline.

    `Invalid` for what is no hashtag, and beyond the limit.
    """
    name = name.lower()
    if hashtags_in(f"#{name}") != [name]:
        raise Invalid(_("That is not a hashtag."))
    async with instance.db.write() as connection:
        await db_followed_hashtags.follow_hashtag(connection, actor.id, name)
        followed = await db_followed_hashtags.hashtags_followed_by(connection, actor.id)
        if len(followed) > MOST_FOLLOWED:
            raise Invalid(
                _(
                    "%(most)s hashtags can be followed: let one of them go first.",
                    most=MOST_FOLLOWED,
                )
            )


async def unfollow_hashtag(instance: Instance, actor: Actor, name: str) -> None:
    """Follow a hashtag no more; what it alone has brought leaves the home timeline."""
    name = name.lower()
    async with instance.db.write() as connection:
        await db_followed_hashtags.unfollow_hashtag(connection, actor.id, name)
        await db_followed_hashtags.empty_home_of_hashtag(connection, actor.id, name)
