"""This is where people whom a received post names are looked up, if we do not know them yet.

In the background: a server that does not answer keeps nobody from reading the post.
"""

from collections.abc import Collection

import msgspec

from fedlearn.activitypub.uris import Uris, origin_of
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.ids import StatusId
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.statuses import Status
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_actor

MOST_LOOKED_UP = 10


class Named(msgspec.Struct, frozen=True):
    """The payload of a resolve_mention job: which post names whom."""

    status_id: int
    actor: str


async def want_mentioned(
    connection: Connection, uris: Uris, status: Status, strangers: Collection[str]
) -> None:
    """Ask for these to be looked up and named in a status then; not more than a few."""
    elsewhere = [uri for uri in strangers if origin_of(uri) and not uris.is_ours(uri)]
    jobs = [
        NewJob(
            JobKind.RESOLVE_MENTION,
            payload=msgspec.json.encode(Named(status.id, uri)).decode(),
            order_key=f"mention {uri}",
        )
        for uri in sorted(elsewhere)[:MOST_LOOKED_UP]
    ]
    if jobs:
        await insert_jobs(connection, jobs)


async def resolve_mention(instance: Instance, payload: str) -> None:
    """Look one of them up; `FetchError` and its kin, or `RefusedDocument`."""
    wanted = msgspec.json.decode(payload, type=Named)
    actor = await find_actor(instance, wanted.actor)
    async with instance.db.write() as connection:
        status = await db_statuses.status_by_id(connection, StatusId(wanted.status_id))
        if status is not None:
            await db_statuses.add_late_mention(connection, status.id, actor.id)
