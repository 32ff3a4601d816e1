"""Methods of markers (https://docs.joinmastodon.org/methods/markers/)."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import markers as db_markers
from fedlearn.db.markers import Marker
from fedlearn.services import markers
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.entities.describing import Entity, moment
from fedlearn.web.mastodon.parameters import read_parameters


async def get_markers(request: Request) -> Response:
    """How far somebody has read."""
    owner = (await require_user(request, "read:statuses")).actor
    wanted = (await read_parameters(request)).texts("timeline")
    async with instance_of(request).db.read() as connection:
        return json(_entities(await db_markers.markers_of(connection, owner.id, wanted)))


async def move_markers(request: Request) -> Response:
    """Somebody has read further."""
    owner = (await require_user(request, "write:statuses")).actor
    parameters = await read_parameters(request)
    said = {one: parameters.nested(one) for one in markers.TIMELINES}
    places = {
        timeline: place.id("last_read_id") or 0
        for timeline, place in said.items()
        if place is not None and "last_read_id" in place
    }
    return json(_entities(await markers.move(instance_of(request), owner, places)))


def _entities(found: Iterable[Marker]) -> Entity:
    """Marker, by timeline; one that was never moved is absent."""
    return {
        one.timeline: {
            "last_read_id": str(one.last_read_id),
            "version": one.version,
            "updated_at": moment(one.updated_at),
        }
        for one in found
    }
