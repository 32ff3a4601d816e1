"""This is where posts are fetched that nobody sends: the latest of somebody's outbox elsewhere.

Once when somebody here is the first to follow them, so that their profile is not empty; and again
and again while they are read on a list, and nobody here follows them. What comes so is stored and
nothing more: nobody is told, and no home timeline changes.
"""

import logging
import secrets

from fedlearn.activitypub import values
from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import read_activity
from fedlearn.activitypub.vocabulary.notes import STATUS_KINDS, NoteDocument, read_note
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import lists as db_lists
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, has_job_to_come, has_waiting_job, insert_jobs
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import DAY_MS, MINUTE_MS, Millis, Uri, now
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import FetchError, RefusedDocument, Unreachable
from fedlearn.instance import Instance
from fedlearn.remote.collections import first_items
from fedlearn.remote.statuses import fetch_note, store_note

log = logging.getLogger(__name__)

MOST_POSTS = 20
BETWEEN_FETCHES_MS = 15 * MINUTE_MS
SPREAD_MS = 3 * MINUTE_MS
# Who has not opened a list for so long does not need it fresh.
LISTS_READ_FOR_MS = 14 * DAY_MS


async def want_outbox(connection: Connection, actor: Actor) -> None:
    """Ask for the latest posts of somebody elsewhere, unless that is asked for already."""
    if actor.is_local or actor.profile.outbox is None:
        return
    if not await has_waiting_job(connection, JobKind.FETCH_OUTBOX, _key(actor.uri)):
        await _plan(connection, actor.uri, now())


async def fetch_outbox(instance: Instance, uri: str) -> None:
    """Store what is new in somebody's outbox, and come again if they are read on a list."""
    async with instance.db.read() as connection:
        actor = await db_actors.actor_by_uri(connection, uri)
    if actor is None or not actor.is_active or actor.profile.outbox is None:
        return
    listed = await first_items(instance, Uri(actor.profile.outbox), MOST_POSTS)
    for item in reversed(listed):
        await _take(instance, actor, item)
    async with instance.db.write() as connection:
        since = Millis(now() - LISTS_READ_FOR_MS)
        is_planned = await has_job_to_come(connection, JobKind.FETCH_OUTBOX, _key(uri))
        if not is_planned and await db_lists.is_read_on_lists_alone(connection, actor.id, since):
            # People put on a list together are not all asked again at once.
            wait = BETWEEN_FETCHES_MS + secrets.randbelow(SPREAD_MS)
            await _plan(connection, uri, Millis(now() + wait))


async def _plan(connection: Connection, uri: str, run_at: Millis) -> None:
    job = NewJob(JobKind.FETCH_OUTBOX, payload=uri, order_key=_key(uri), run_at=run_at)
    await insert_jobs(connection, [job])


def _key(uri: str) -> str:
    return f"outbox {uri}"


async def _take(instance: Instance, actor: Actor, item: Document) -> None:
    """Store the post of one item; what is no open post of this actor is passed over."""
    try:
        note = await _note(instance, actor, item)
        if note is None or not reach_of(note.to, note.cc, actor.profile.followers).is_open:
            return
        async with instance.db.write() as connection:
            if await db_blocks.may_answer(connection, actor.id, note.in_reply_to):
                await store_note(connection, instance.uris, note, actor)
    except Unreachable:
        raise
    except (FetchError, RefusedDocument) as error:
        log.info("something in the outbox of %s is left out: %s", actor.uri, error)


async def _note(instance: Instance, actor: Actor, item: Document) -> NoteDocument | None:
    """The post that an activity has brought into the world, embedded in it or fetched; else None.

    An outbox is the word of its actor's server, so what it embeds of that server is believed.
    """
    if values.kind(item) != "Create":
        return None
    activity = read_activity(item)
    uri = activity.object_uri
    if activity.actor != actor.uri or uri is None or not same_origin(uri, actor.uri):
        return None
    async with instance.db.read() as connection:
        if await db_statuses.status_by_uri(connection, uri) is not None:
            return None
    if activity.object is not None and activity.object_kind in STATUS_KINDS:
        return read_note(activity.object, activity)
    note, author = await fetch_note(instance, uri)
    return note if author.id == actor.id else None
