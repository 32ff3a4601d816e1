"""This is where a conversation is completed: what a post answers is fetched in the background."""

import msgspec

from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, has_waiting_job, insert_jobs
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.statuses import Status
from fedlearn.instance import Instance
from fedlearn.remote.statuses import fetch_note, store_note

MOST_ANCESTORS = 50


class Wanted(msgspec.Struct, frozen=True):
    """The payload of a fetch_parent job: which post, and how many steps above the first."""

    uri: str
    step: int


async def want_parent(connection: Connection, status: Status, step: int = 1) -> None:
    """Ask for what a status answers to be fetched, if it is not here."""
    uri = status.in_reply_to_uri
    if uri is None or status.in_reply_to_id is not None or step > MOST_ANCESTORS:
        return
    key = f"parent {uri}"
    if not await has_waiting_job(connection, JobKind.FETCH_PARENT, key):
        payload = msgspec.json.encode(Wanted(uri, step)).decode()
        await insert_jobs(connection, [NewJob(JobKind.FETCH_PARENT, payload, order_key=key)])


async def fetch_parent(instance: Instance, payload: str) -> None:
    """Fetch one ancestor and ask for the next; `FetchError` and its kin, or `RefusedDocument`.

    It joins the conversation, not the home timelines: it is old news there.
    """
    wanted = msgspec.json.decode(payload, type=Wanted)
    if instance.uris.is_ours(wanted.uri):
        return
    note, author = await fetch_note(instance, wanted.uri)
    async with instance.db.write() as connection:
        known = await db_statuses.status_by_uri(connection, note.uri)
        if known is not None:
            return
        stored = await store_note(connection, instance.uris, note, author)
        if stored is not None:
            await want_parent(connection, stored.status, wanted.step + 1)
