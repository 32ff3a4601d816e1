"""Methods of what is largest of its kind.

See https://docs.joinmastodon.org/methods/admin/dimensions/. What is not kept is not told.
"""

import platform
from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import measured
from fedlearn.db.database import Connection
from fedlearn.db.days import liveliest_servers, locales_of_people
from fedlearn.db.measured import Ranked
from fedlearn.domain.roles import Permission
from fedlearn.instance import VERSION
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.admin.gate import steward_of
from fedlearn.web.mastodon.admin.measures import about
from fedlearn.web.mastodon.admin.periods import read_days
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import read_limit
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 10, 100
OF_ALL = {"languages": locales_of_people, "servers": liveliest_servers}
# Of one hashtag or server, with the parameter that names it.
OF_ONE = {
    "tag_servers": ("id", measured.servers_of_hashtag),
    "tag_languages": ("id", measured.languages_of_hashtag),
    "instance_accounts": ("domain", measured.most_followed_of_server),
    "instance_languages": ("domain", measured.languages_of_server),
}
SOFTWARE = (("fedlearn", "fedlearn", VERSION), ("python", "Python", platform.python_version()))


async def get_dimensions(request: Request) -> Response:
    """What is largest of its kind: servers, languages, accounts; and which software this is."""
    await steward_of(request, "admin:read", Permission.VIEW_DASHBOARD)
    parameters, own = await read_parameters(request), instance_of(request).uris.domain
    async with instance_of(request).db.read() as connection:
        found = [
            _dimension(key, [(name or own, name or own, str(n)) for name, n in ranked])
            async for key, ranked in _rankings(connection, parameters, read_days(parameters))
        ]
    if "software_versions" in parameters.texts("keys"):
        found.append(_dimension("software_versions", SOFTWARE))
    return json(found)


async def _rankings(
    connection: Connection, parameters: Parameters, days: range
) -> AsyncIterator[tuple[str, Ranked]]:
    keys, limit = parameters.texts("keys"), read_limit(parameters, usual=USUAL, most=MOST)
    for key in (one for one in OF_ALL if one in keys):
        yield key, await OF_ALL[key](connection, days, limit)
    for key in (one for one in OF_ONE if one in keys):
        name, rank = OF_ONE[key]
        subject = about(parameters, key, name).lower()
        yield key, await rank(connection, subject, days, limit)


def _dimension(key: str, data: Sequence[tuple[str, str, str]]) -> Entity:
    """Admin::Dimension."""
    rows = [{"key": one, "human_key": name, "value": value} for one, name, value in data]
    return {"key": key, "data": rows}
