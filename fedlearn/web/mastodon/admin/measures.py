"""Methods of numbers about the server, one hashtag, or another server.

See https://docs.joinmastodon.org/methods/admin/measures/. What is not kept is not told.
"""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.database import Connection
from fedlearn.db.days import Counted, counted_by_day
from fedlearn.db.measured import (
    OfHashtag,
    OfServer,
    days_of_hashtag,
    days_of_server,
    whole_of_server,
)
from fedlearn.domain.roles import Permission
from fedlearn.text.languages import gigabytes
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.admin.periods import midnight, read_days
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters


async def get_measures(request: Request) -> Response:
    """How much there was of what is asked for, day by day, and in as many days before."""
    await steward_of(request, "admin:read", Permission.VIEW_DASHBOARD)
    parameters = await read_parameters(request)
    async with instance_of(request).db.read() as connection:
        found = [one async for one in _measures(connection, parameters, read_days(parameters))]
    return json(found)


async def _measures(
    connection: Connection, parameters: Parameters, days: range
) -> AsyncIterator[Entity]:
    keys, before = parameters.texts("keys"), range(days.start - len(days), days.start)
    for counted in (one for one in Counted if one in keys):
        now, earlier = [await counted_by_day(connection, counted, one) for one in (days, before)]
        # Who was here again is not counted in the days before any more, so those tell nothing.
        previous = None if counted is Counted.ACTIVE_USERS else sum(earlier.values())
        yield _measure(counted, days, now, sum(now.values()), previous)
    for of_hashtag in (one for one in OfHashtag if one in keys):
        name = about(parameters, of_hashtag, "id").lower()
        now, earlier = [
            await days_of_hashtag(connection, of_hashtag, name, one) for one in (days, before)
        ]
        yield _measure(of_hashtag, days, now, sum(now.values()), sum(earlier.values()))
    for of_server in (one for one in OfServer if one in keys):
        domain = about(parameters, of_server, "domain").lower()
        now = await days_of_server(connection, of_server, domain, days)
        whole = await whole_of_server(connection, of_server, domain)
        yield _measure(of_server, days, now, whole, None)


def about(parameters: Parameters, key: str, name: str) -> str:
    """Of which hashtag or server something is asked: `instance_accounts[domain]=…`."""
    nested = parameters.nested(key)
    return (nested.text(name) if nested else None) or ""


def _measure(
    key: str, days: range, counted: dict[int, int], total: int, previous: int | None
) -> Entity:
    """Admin::Measure; of what other servers have altogether there is no time before."""
    is_size = key == OfServer.MEDIA
    return {
        "key": str(key),
        "unit": "bytes" if is_size else None,
        "human_value": gigabytes(total) if is_size else None,
        "total": str(total),
        "previous_total": None if previous is None else str(previous),
        "data": [{"date": midnight(day), "value": str(counted.get(day, 0))} for day in days],
    }
