"""This is where people leave for good: what they said is erased, and other servers are told."""

from dataclasses import replace

from fedlearn.activitypub.render.activities import render_delete_actor
from fedlearn.db import accounts as db_accounts
from fedlearn.db import actors as db_actors
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import erasing as db_erasing
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import users as db_users
from fedlearn.domain.actors import Profile, Role, User
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_everybody
from fedlearn.services.attachments import remove_files
from fedlearn.services.permissions import require, require_above, write_down
from fedlearn.text.languages import _

UNCONFIRMED_KEPT_MS = 7 * DAY_MS
REMOVED_AT_ONCE = 100


async def delete_account(
    instance: Instance,
    user: User,
    *,
    by: Steward | None = None,
    reason: str = "",
    if_suspended_before: Millis | None = None,
) -> None:
    """Erase a person's login, profile, posts, pictures and all else. Nobody else gets their name.

    Every server that we know is told, under the key that it knows, which is kept for that. It is
    written down `by` whom it is done, unless they do it themselves. What is done because they have
    been suspended for so long, is not done when that was taken back at the last moment.
    """
    if by is not None:
        require(by, Permission.DELETE_USER_DATA)
    actor = user.actor
    key = await instance.keys.stored_key(actor)
    async with instance.db.write() as connection:
        if if_suspended_before is not None and not await db_accounts.is_suspended_before(
            connection, user.id, if_suspended_before
        ):
            return
        if by is not None:
            await require_above(connection, by, actor)
            await write_down(connection, by, Act.DELETE_ACCOUNT, actor, reason=reason)
        if user.role is Role.OWNER and await db_users.count_owners(connection) == 1:
            raise Invalid(_("The owner's account cannot be deleted."))
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
        await db_erasing.erase_traces(connection, actor.id)
        pictures = await db_media_attachments.delete_all_media_of(connection, actor.id)
    await remove_files(instance, pictures)


async def forget_unconfirmed(instance: Instance) -> None:
    """Remove accounts whose address nobody has confirmed in a week; their names are free again."""
    before = Millis(now() - UNCONFIRMED_KEPT_MS)
    while True:
        async with instance.db.write() as connection:
            found = await db_users.unconfirmed_users(connection, before, REMOVED_AT_ONCE)
            for user in found:
                await db_accounts.delete_newcomer(connection, user)
        if not found:
            return


def _blank(profile: Profile) -> Profile:
    """What is kept of a profile: that the name is taken, and under which addresses."""
    return replace(
        profile,
        name="",
        summary="",
        avatar=None,
        header=None,
        avatar_description="",
        header_description="",
        fields=(),
        attribution_domains=(),
        also_known_as=(),
        moved_to=None,
    )
