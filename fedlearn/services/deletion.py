"""This is where people leave for good: what they said is erased, and other servers are told."""

from dataclasses import replace

from fedlearn.activitypub.render.activities import render_delete_actor
from fedlearn.db import actors as db_actors
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import users as db_users
from fedlearn.domain.actors import Profile, Role, User
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_everybody


async def delete_account(instance: Instance, user: User) -> None:
    """Erase a person's login, profile, posts, likes and follows. Nobody else gets their name.

    Every server that we know is told, under the key that it knows, which is kept for that.
    """
    if user.role is Role.OWNER:
        raise Invalid("The owner's account cannot be deleted.")
    actor = user.actor
    key = await instance.keys.stored_key(actor)
    async with instance.db.write() as connection:
        # What still waits would come after the news that its author is gone.
        await db_deliveries.drop_deliveries_of(connection, actor.id)
        await publish_to_everybody(
            connection,
            instance.settings.federation,
            sender=actor,
            activity=render_delete_actor(actor.uri),
            key_id=key.id,
        )
        await db_users.delete_user(connection, user.id)
        blank = _blank(actor.profile)
        await db_actors.store_actor(connection, blank, instance.settings.origin_host)
        await db_actors.mark_gone(connection, actor.id)
        await db_actors.erase_traces(connection, actor.id)


def _blank(profile: Profile) -> Profile:
    """What is kept of a profile: that the name is taken, and under which addresses."""
    return replace(
        profile,
        name="",
        summary="",
        avatar=None,
        header=None,
        fields=(),
        also_known_as=(),
        moved_to=None,
    )
