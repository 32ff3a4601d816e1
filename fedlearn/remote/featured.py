"""This is where it is learned which posts people of other servers have on top of their profiles.

In the background, once somebody here follows them and whenever what we know of them is refreshed.
"""

import logging

from fedlearn.activitypub.uris import same_origin
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import pins as db_pins
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, has_waiting_job, insert_jobs
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId, Uri
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.statuses import Status
from fedlearn.errors import FetchError, RefusedDocument, Unreachable
from fedlearn.instance import Instance
from fedlearn.remote.collections import read_items
from fedlearn.remote.statuses import fetch_note, store_note

log = logging.getLogger(__name__)

MOST_PINS = 20


async def want_featured(connection: Connection, actor: Actor) -> None:
    """Ask for the pinned posts of somebody elsewhere to be fetched."""
    if actor.is_local or actor.profile.featured is None:
        return
    key = f"featured {actor.uri}"
    if not await has_waiting_job(connection, JobKind.FETCH_FEATURED, key):
        job = NewJob(JobKind.FETCH_FEATURED, payload=actor.uri, order_key=key)
        await insert_jobs(connection, [job])


async def fetch_featured(instance: Instance, uri: str) -> None:
    """Pin what the collection lists, and nothing else; `FetchError` and its kin when it is away."""
    async with instance.db.read() as connection:
        actor = await db_actors.actor_by_uri(connection, uri)
        is_read = actor is not None and await db_follows.is_followed_locally(connection, actor.id)
    if actor is None or not is_read or not actor.is_active or actor.profile.featured is None:
        return
    listed = await read_items(instance, actor.profile.featured, MOST_PINS)
    found = [await _post(instance, actor, one) for one in dict.fromkeys(listed)]
    pinned = [StatusId(status.id) for status in found if status is not None]
    async with instance.db.write() as connection:
        await db_pins.replace_pins(connection, actor.id, pinned)


async def _post(instance: Instance, actor: Actor, uri: Uri) -> Status | None:
    """A post of this actor, known or fetched; None for anything else."""
    if not same_origin(uri, actor.uri):
        return None
    async with instance.db.read() as connection:
        known = await db_statuses.status_by_uri(connection, uri)
    if known is not None:
        return known if known.actor_id == actor.id and known.boost_of_id is None else None
    try:
        note, author = await fetch_note(instance, uri)
        if author.id != actor.id:
            return None
        async with instance.db.write() as connection:
            stored = await store_note(connection, instance.uris, note, author)
    except Unreachable:
        raise
    except (FetchError, RefusedDocument) as error:
        log.info("%s is not pinned: %s", uri, error)
        return None
    return stored.status if stored else None
