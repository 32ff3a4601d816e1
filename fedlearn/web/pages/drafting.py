"""This is where it is gathered what a composer shows besides the draft in it."""

from collections.abc import Mapping
from typing import Any

from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.instance import Instance
from fedlearn.services.reaching import crowd_of
from fedlearn.web.pages.pictures import uploads_in


async def composer_values(
    connection: Connection, instance: Instance, author: Actor, draft: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Whom a post would reach, and where the pictures lie that the draft speaks of."""
    return {
        "crowd": await crowd_of(connection, author),
        "uploads": await uploads_in(connection, instance, author, draft or {}),
    }


async def other_post(
    connection: Connection, author: Actor, status_id: StatusId | None
) -> StatusView | None:
    """The post that a draft answers or quotes, if it does and its author may see it."""
    return await status_view(connection, author.viewer, status_id) if status_id else None
