"""This is where people say that they do not want to hear of somebody for a while, or for good.

Whoever is muted learns nothing of it: nothing is sent, and follows stay as they are.
"""

from datetime import timedelta

from fedlearn.db import mutes as db_mutes
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.mutes import Mute
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.text.languages import _

LONGEST_MUTE = timedelta(days=3660)


async def mute(
    instance: Instance,
    muter: Actor,
    muted: Actor,
    *,
    seconds: int = 0,
    hides_notifications: bool = True,
) -> None:
    """Keep somebody's posts and boosts off one's timelines for so long; 0 is for good.

    `Invalid` for oneself, and for a time that is none.
    """
    if muter.id == muted.id:
        raise Invalid(_("You cannot mute yourself."))
    if not 0 <= seconds <= LONGEST_MUTE.total_seconds():
        message = _("Choose how long.")
        raise Invalid(message, {"seconds": message})
    expires_at = Millis(now() + seconds * 1000) if seconds else None
    async with instance.db.write() as connection:
        await db_mutes.store_mute(
            connection, muter.id, Mute(muted.id, hides_notifications, expires_at)
        )


async def unmute(instance: Instance, muter: Actor, muted: Actor) -> None:
    """Hear of somebody again, also of what they posted meanwhile."""
    async with instance.db.write() as connection:
        await db_mutes.delete_mute(connection, muter.id, muted.id)
