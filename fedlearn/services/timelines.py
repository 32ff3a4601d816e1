"""This is where a stored status reaches the people here: home timelines and notifications.

It serves posts that came in and posts written here alike, inside the transaction that stores them.
"""

from collections.abc import Iterable

from fedlearn.db import actors as db_actors
from fedlearn.db import homes as db_homes
from fedlearn.db.database import Connection
from fedlearn.db.direct_posts import gather_direct
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status
from fedlearn.services.notifications import notify, tell_of_post


async def distribute(
    connection: Connection, status: Status, author: Actor, newly_named: Iterable[ActorId] = ()
) -> None:
    """Put a status on the home timelines where it belongs, and tell those who are named in it.

    A direct post goes into conversations instead. Told are also those who asked to be told of each
    post by its author.
    """
    if status.reach is not Reach.DIRECT:
        owners = await db_homes.home_owners(connection, status)
        if author.is_local:
            owners.append(author.id)
        await db_homes.add_to_homes(connection, owners, status.id)
    elif status.boost_of_id is None:
        await gather_direct(connection, status)
    named = await db_actors.actors_by_id(connection, list(newly_named))
    for actor in named.values():
        await notify(connection, actor, author, NotificationKind.MENTION, status.id)
    await tell_of_post(connection, status, author, named)
