"""This is where deliveries are read, held against their sender, and handed to the intake."""

import msgspec

from fedlearn.activitypub import values
from fedlearn.activitypub.fetch import is_activity_json
from fedlearn.activitypub.jsonld import (
    Document,
    has_as_context,
    read_document,
    write_document,
)
from fedlearn.activitypub.uris import host_of, same_origin
from fedlearn.activitypub.vocabulary.activities import Activity, read_activity
from fedlearn.db import actors as db_actors
from fedlearn.db.jobs import NewJob
from fedlearn.domain.ids import Uri
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import (
    BadSignature,
    Blocked,
    Malformed,
    RefusedDocument,
    WrongContentType,
)
from fedlearn.inbox.activities.handed_on import HandedOn
from fedlearn.inbox.intake import Intake, Taken
from fedlearn.inbox.verify import ProvenDocument, Sender, refuse_blocked, verify_document
from fedlearn.instance import Instance
from fedlearn.settings import Settings

# What is ordered by its own identity; everything else by the identity of its object.
BEGINNINGS = frozenset(
    {"Follow", "Like", "Announce", "Block", "EmojiReact", "Dislike", "Flag", "QuoteRequest"}
)
SELF_CHANGES = frozenset({"Delete", "Update"})
# What may come by way of others. Whoever kept a copy of anything else, such as a Follow, could
# bring it back after it was undone; a deleted post does not come back.
HANDED_ON = frozenset({"Create", "Delete", "Update"})


class Received(msgspec.Struct, frozen=True):
    """The payload of a process_activity job: who sent it, proven, and what.

    `delivered_to` is the actor of ours whose own inbox it came to, None for the shared one. When
    somebody else delivered it, `deliverer_id` says who, and `handed_on` is how it came: the body is
    only what its author has signed then.
    """

    sender_id: int
    body: str
    delivered_to: str | None = None
    deliverer_id: int | None = None
    handed_on: str | None = None


def read_delivery(body: bytes, content_type: str, settings: Settings) -> Document:
    """The document that was delivered; `WrongContentType` (415) or `Malformed` (400)."""
    if not is_activity_json(content_type):
        raise WrongContentType("the Content-Type must be application/activity+json")
    try:
        return read_document(body, settings.max_json_depth)
    except RefusedDocument as error:
        raise Malformed(str(error)) from error


async def is_news_of_a_stranger(instance: Instance, document: Document) -> bool:
    """Whether an actor that we never heard of says that it is gone or has changed.

    Such news concern nobody here, and its key may be gone with it, so it is not even verified.
    """
    actor, target = values.uri(document.get("actor")), values.uri(document.get("object"))
    if values.kind(document) not in SELF_CHANGES or not actor or actor != target:
        return False
    async with instance.db.read() as connection:
        return await db_actors.actor_by_uri(connection, actor) is None


async def receive(
    instance: Instance,
    intake: Intake,
    sender: Sender,
    document: Document,
    body: bytes,
    *,
    delivered_to: Uri | None = None,
) -> None:
    """Take a verified delivery in; it is on disk when this returns.

    Raises `Malformed` (400), `BadSignature` (401) when somebody else is said to act and nothing
    proves it, or `KeyUnreachable` (503). What cannot concern us is dropped without a word.
    """
    activity = _read(document)
    if activity.actor == sender.actor.uri:
        received = Received(sender.actor.id, body.decode(errors="replace"), delivered_to)
        await _take(intake, sender, activity, received)
        return
    if activity.kind not in HANDED_ON:
        raise BadSignature(f"{activity.actor} did not sign this: {sender.actor.uri} did")
    try:
        proven = await verify_document(instance, document)
        if proven is None:
            await _take_pointer(instance, intake, sender, activity)
        else:
            await _take_proven(intake, sender, proven, body)
    except Blocked:
        # It is no fault of whoever delivered it that we do not talk with its author.
        return


async def _take(intake: Intake, caller: Sender, activity: Activity, received: Received) -> None:
    if activity.uri is not None and not same_origin(activity.uri, activity.actor):
        return
    job = NewJob(
        JobKind.PROCESS_ACTIVITY,
        payload=msgspec.json.encode(received).decode(),
        order_key=_order_key(activity),
    )
    await intake.take(Taken(activity.actor, activity.uri, job, caller.actor.uri))


async def _take_proven(
    intake: Intake, deliverer: Sender, proven: ProvenDocument, body: bytes
) -> None:
    """An activity whose author has signed it, delivered by somebody else."""
    activity = _read(proven.document)
    if activity.kind not in HANDED_ON:
        raise BadSignature(f"activities of type {activity.kind} come from their actor only")
    received = Received(
        proven.author.actor.id,
        write_document(proven.document).decode(),
        deliverer_id=deliverer.actor.id,
        handed_on=body.decode(errors="replace"),
    )
    await _take(intake, deliverer, activity, received)


async def _take_pointer(
    instance: Instance, intake: Intake, deliverer: Sender, activity: Activity
) -> None:
    """An activity that nothing proves: what it is about is looked up where it belongs, later."""
    uri = activity.object_uri
    if uri is None or not same_origin(uri, activity.actor) or instance.uris.is_ours(uri):
        raise BadSignature(f"{activity.actor} did not sign this: {deliverer.actor.uri} did")
    await refuse_blocked(instance, host_of(uri))
    payload = msgspec.json.encode(HandedOn(uri, deliverer.actor.id, activity.kind)).decode()
    job = NewJob(JobKind.FETCH_HANDED_ON, payload, order_key=uri)
    # Nothing of it is remembered: it must not keep the true one out.
    await intake.take(Taken(activity.actor, None, job, deliverer.actor.uri))


def _read(document: Document) -> Activity:
    if not has_as_context(document):
        raise Malformed("the activity does not speak ActivityStreams")
    try:
        return read_activity(document)
    except RefusedDocument as error:
        raise Malformed(str(error)) from error


def _order_key(activity: Activity) -> str:
    about = activity.uri if activity.kind in BEGINNINGS else activity.object_uri
    return about or ""
