"""This is where somebody is told whom they may want to follow: by their own follows, or who is new.

Nothing is known of anybody for this but who follows whom, and that they want to be found.
"""

from collections.abc import Sequence

from fedlearn.db import suggestions as db_suggestions
from fedlearn.db.database import Connection
from fedlearn.db.lively import new_people
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import DAY_MS, ActorId, Millis, now
from fedlearn.instance import Instance

NEW_FOR_MS = 30 * DAY_MS


async def by_friends(connection: Connection, reader: Actor, limit: int) -> Sequence[Actor]:
    """Whom those follow whom the reader follows."""
    return await db_suggestions.friends_of_friends(connection, reader.viewer, limit)


async def newcomers(connection: Connection, reader: Actor, limit: int) -> Sequence[Actor]:
    """Who is new here and wants to be found."""
    since = Millis(now() - NEW_FOR_MS)
    unwanted = await db_suggestions.unwanted_among(connection, reader.id)
    found = await new_people(connection, reader.viewer, since, limit + len(unwanted))
    return [one for one in found if one.id not in unwanted][:limit]


async def never_suggest(instance: Instance, reader: Actor, target_id: ActorId) -> None:
    """Suggest somebody no more."""
    async with instance.db.write() as connection:
        await db_suggestions.never_suggest(connection, reader.id, target_id)
