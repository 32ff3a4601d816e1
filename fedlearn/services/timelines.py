"""This is where a stored status reaches the people here: home timelines and notifications.

It serves posts that came in and posts written here alike, inside the transaction that stores them.
"""

from collections.abc import Iterable

from fedlearn.db import actors as db_actors
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status
from fedlearn.services.notifications import notify


async def distribute(
    connection: Connection, status: Status, author: Actor, newly_named: Iterable[ActorId] = ()
) -> None:
    """Put a status on the home timelines where it belongs, and tell those who are named in it."""
    owners = await db_timelines.home_owners(connection, status)
    if author.is_local:
        owners.append(author.id)
    await db_timelines.add_to_homes(connection, owners, status.id)
    named = await db_actors.actors_by_id(connection, list(newly_named))
    for actor in named.values():
        await notify(connection, actor, author, NotificationKind.MENTION, status.id)
