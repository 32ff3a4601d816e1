"""This is where a post that a third party pointed to is taken from its own server (FEP-fe34).

Whoever hands an activity on without a signature of its author proves nothing by it, except that it
is worth asking.
"""

import msgspec

from fedlearn.activitypub.vocabulary.activities import read_activity
from fedlearn.db import relays as db_relays
from fedlearn.db import statuses as db_statuses
from fedlearn.domain.ids import ActorId
from fedlearn.errors import Gone
from fedlearn.inbox.activities.create import on_create
from fedlearn.inbox.activities.delete import on_delete
from fedlearn.inbox.activities.update import on_update
from fedlearn.inbox.outcome import Ignored, Outcome
from fedlearn.inbox.verify import fetch_from_origin, recall_sender
from fedlearn.instance import Instance


class HandedOn(msgspec.Struct, frozen=True):
    """The payload of a fetch_handed_on job: what to ask for, who pointed to it, and as what."""

    uri: str
    deliverer_id: int
    kind: str


async def fetch_handed_on(instance: Instance, payload: str) -> Outcome:
    """Take what was handed on from its origin; raises as `take_from_origin` does."""
    wanted = msgspec.json.decode(payload, type=HandedOn)
    async with instance.db.read() as connection:
        by_relay = await db_relays.is_relay(connection, ActorId(wanted.deliverer_id))
        known = await db_statuses.status_by_uri(connection, wanted.uri)
    if wanted.kind == "Create" and known is not None:
        return Ignored("it is known")
    return await take_from_origin(instance, wanted.uri, by_relay=by_relay)


async def take_from_origin(instance: Instance, uri: str, *, by_relay: bool) -> Outcome:
    """Keep a post as its own server shows it now; what is gone there goes here.

    Raises `FetchError` and its kin, or `RefusedDocument`.
    """
    if instance.uris.is_ours(uri):
        return Ignored("it is ours")
    async with instance.db.read() as connection:
        known = await db_statuses.status_by_uri(connection, uri)
        author = await recall_sender(connection, known.actor_id) if known else None
    try:
        found = await fetch_from_origin(instance, uri, by_relay=by_relay)
    except Gone:
        if author is None:
            raise
        deletion = {"type": "Delete", "actor": author.actor.uri, "object": uri}
        return await on_delete(instance, read_activity(deletion), author)
    kind, handler = ("Create", on_create) if known is None else ("Update", on_update)
    activity = {"type": kind, "actor": found.author.actor.uri, "object": found.document}
    return await handler(instance, read_activity(activity), found.author)
