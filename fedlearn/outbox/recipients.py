"""This is where an audience becomes a list of inboxes, each once."""

from collections.abc import Iterable
from dataclasses import dataclass

from fedlearn.db import follows as db_follows
from fedlearn.db import relays as db_relays
from fedlearn.db import statuses as db_statuses
from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Uri
from fedlearn.domain.relays import RelayStyle
from fedlearn.domain.statuses import StatusView


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who is to have an activity: inboxes that serve many already, and single actors."""

    follower_inboxes: tuple[Uri, ...] = ()
    people: tuple[Actor, ...] = ()


def collapse(recipients: Recipients, *, is_for_many: bool) -> list[Uri]:
    """The inboxes to send to, each once; none of ours.

    What is for many goes to shared inboxes. What is for named people only goes to their own, which
    every server understands.
    """
    remote = [actor for actor in recipients.people if not actor.is_local and actor.is_active]
    inboxes = [actor.delivery_inbox if is_for_many else actor.profile.inbox for actor in remote]
    return list(dict.fromkeys((*recipients.follower_inboxes, *inboxes)))


async def recipients_of(connection: Connection, view: StatusView) -> Recipients:
    """Who is to have a new status: followers, relays, those named in it, and whom it answers."""
    inboxes: list[Uri] = []
    if view.status.reach is not Reach.DIRECT:
        inboxes = await db_follows.follower_inboxes(connection, view.author.id)
    if view.status.reach is Reach.PUBLIC and not view.author.is_silenced:
        inboxes += await db_relays.relay_inboxes(connection, RelayStyle.MASTODON)
    named = await actors_by_id(connection, [mention.actor_id for mention in view.mentions])
    people = [*named.values(), *_answered(view)]
    return Recipients(tuple(inboxes), tuple(people))


async def recipients_of_change(connection: Connection, view: StatusView) -> Recipients:
    """Who is to hear of an edit or the end of a status: also those who took it up since."""
    recipients = await recipients_of(connection, view)
    if not view.status.reach.is_open:
        return recipients
    interested = await db_statuses.interested_actors(connection, view.id)
    inboxes = list(recipients.follower_inboxes)
    if view.status.reach is Reach.PUBLIC:
        # These were only told where the post is; what becomes of it they can pass on themselves.
        inboxes += await db_relays.relay_inboxes(connection, RelayStyle.LITEPUB)
        if view.author.is_silenced:
            # What they passed on before must still come to its end.
            inboxes += await db_relays.relay_inboxes(connection, RelayStyle.MASTODON)
    return Recipients(tuple(inboxes), (*recipients.people, *interested))


async def recipients_of_boost(connection: Connection, view: StatusView) -> Recipients:
    """Who is to hear of a boost: followers, and the author of what is boosted."""
    inboxes = await db_follows.follower_inboxes(connection, view.author.id)
    return Recipients(tuple(inboxes), (view.boost_of.author,) if view.boost_of else ())


def _answered(view: StatusView) -> Iterable[Actor]:
    # A narrower reply reaches the author of its parent only when it names them.
    if view.in_reply_to_author and view.status.reach.is_open:
        yield view.in_reply_to_author
