"""This is where somebody's apps tell each other how far they have read."""

from collections.abc import Mapping

from fedlearn.db import markers as db_markers
from fedlearn.db import notifications as db_notifications
from fedlearn.db.markers import Marker
from fedlearn.domain.actors import Actor
from fedlearn.instance import Instance

HOME, NOTIFICATIONS = "home", "notifications"
TIMELINES = (HOME, NOTIFICATIONS)


async def move(instance: Instance, owner: Actor, places: Mapping[str, int]) -> list[Marker]:
    """Somebody has read these timelines up to these ids; on pages notifications count as seen."""
    async with instance.db.write() as connection:
        for timeline, last_read_id in places.items():
            await db_markers.store_marker(connection, owner.id, timeline, last_read_id)
        if NOTIFICATIONS in places:
            await db_notifications.mark_read(connection, owner.id, places[NOTIFICATIONS])
        return await db_markers.markers_of(connection, owner.id, places)
