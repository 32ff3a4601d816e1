"""This is where it is checked that somebody may see the post that they want to act upon."""

from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.errors import NotFound
from fedlearn.text.languages import _


async def seen(connection: Connection, actor: Actor, status_id: StatusId) -> StatusView:
    """A status, if this actor may see it; else `NotFound`."""
    view = await status_view(connection, actor.viewer, status_id)
    if view is None:
        raise NotFound(_("There is no such post."))
    return view


async def own_status(connection: Connection, author: Actor, status_id: StatusId) -> Status:
    """A post of this author that is not a boost; else `NotFound`."""
    status = await db_statuses.own_status(connection, author.id, status_id)
    if status is None:
        raise NotFound(_("There is no such post of yours."))
    return status
