"""Methods of what is largest of its kind.

See https://docs.joinmastodon.org/methods/admin/dimensions/. What is not kept is not told.
"""

import platform
from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import measured
from fedlearn.db import media as db_media
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db.database import Connection
from fedlearn.db.days import apps_in_use, liveliest_servers, locales_of_people
from fedlearn.db.engine import engine
from fedlearn.db.measured import Ranked
from fedlearn.domain.roles import Permission
from fedlearn.instance import VERSION, Instance
from fedlearn.text.languages import _, gigabytes
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


async def get_dimensions(request: Request) -> Response:
    """What is largest of its kind, such as servers and apps; what runs here, and its room."""
    await steward_of(request, "admin:read", Permission.VIEW_DASHBOARD)
    parameters, instance = await read_parameters(request), instance_of(request)
    async with instance.db.read() as connection:
        found = [one async for one in _dimensions(connection, instance, parameters)]
    return json(found)


async def _dimensions(
    connection: Connection, instance: Instance, parameters: Parameters
) -> AsyncIterator[Entity]:
    keys, days, own = parameters.texts("keys"), read_days(parameters), instance.uris.domain
    async for key, ranked in _rankings(connection, parameters, days):
        yield _dimension(key, [_row(name or own, name or own, str(n)) for name, n in ranked])
    if "sources" in keys:
        used = await apps_in_use(connection, days, _limit(parameters))
        yield _dimension("sources", [_source(name, people) for name, people in used])
    for key in (one for one in OF_THE_SERVER if one in keys):
        yield _dimension(key, await OF_THE_SERVER[key](connection, instance))


async def _rankings(
    connection: Connection, parameters: Parameters, days: range
) -> AsyncIterator[tuple[str, Ranked]]:
    keys, limit = parameters.texts("keys"), _limit(parameters)
    for key in (one for one in OF_ALL if one in keys):
        yield key, await OF_ALL[key](connection, days, limit)
    for key in (one for one in OF_ONE if one in keys):
        name, rank = OF_ONE[key]
        subject = about(parameters, key, name).lower()
        yield key, await rank(connection, subject, days, limit)


def _limit(parameters: Parameters) -> int:
    return read_limit(parameters, usual=USUAL, most=MOST)


async def _space(connection: Connection, instance: Instance) -> list[Entity]:
    """How much room all takes: the database, what people here upload, what is kept of others."""
    database = await engine(connection, is_postgres=instance.settings.is_postgres)
    uploads = await db_media_attachments.bytes_of_all_uploads(connection)
    _files, cached = await db_media.cache_size(connection)
    return [
        _room(database.name.lower(), database.name, database.size),
        _room("media", _("Uploads"), uploads),
        _room("media_cache", _("Files of other servers"), cached),
    ]


async def _software(connection: Connection, instance: Instance) -> list[Entity]:
    """What runs here."""
    database = await engine(connection, is_postgres=instance.settings.is_postgres)
    running = (
        ("fedlearn", VERSION),
        ("Python", platform.python_version()),
        (database.name, database.version),
    )
    return [
        _row(name.lower(), name, version) | {"human_value": version} for name, version in running
    ]


OF_THE_SERVER = {"space_usage": _space, "software_versions": _software}


def _source(name: str, people: int) -> Entity:
    """An app; those who use none are on our own pages."""
    return _row(name or "web", name or _("Website"), str(people))


def _room(key: str, name: str, size: int) -> Entity:
    return _row(key, name, str(size)) | {"unit": "bytes", "human_value": gigabytes(size)}


def _row(key: str, name: str, value: str) -> Entity:
    return {"key": key, "human_key": name, "value": value}


def _dimension(key: str, data: Sequence[Entity]) -> Entity:
    """Admin::Dimension."""
    return {"key": key, "data": data}
