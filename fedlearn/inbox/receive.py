"""This is where deliveries are read, held against their sender, and handed to the intake."""

import msgspec

from fedlearn.activitypub import values
from fedlearn.activitypub.fetch import is_activity_json
from fedlearn.activitypub.jsonld import Document, has_as_context, read_document
from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity, read_activity
from fedlearn.db import actors as db_actors
from fedlearn.db.jobs import NewJob
from fedlearn.domain.ids import Uri
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import BadSignature, Malformed, RefusedDocument, WrongContentType
from fedlearn.inbox.intake import Intake, Taken
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.settings import Settings

# What is ordered by its own identity; everything else by the identity of its object.
BEGINNINGS = frozenset(
    {"Follow", "Like", "Announce", "Block", "EmojiReact", "Dislike", "Flag", "QuoteRequest"}
)
SELF_CHANGES = frozenset({"Delete", "Update"})


class Received(msgspec.Struct, frozen=True):
    """The payload of a process_activity job: who sent it, proven, and what, as it came.

    `delivered_to` is the actor of ours whose own inbox it came to, None for the shared one.
    """

    sender_id: int
    body: str
    delivered_to: str | None = None


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
    intake: Intake,
    sender: Sender,
    document: Document,
    body: bytes,
    *,
    delivered_to: Uri | None = None,
) -> None:
    """Take a verified delivery in; it is on disk when this returns.

    Raises `Malformed` (400), or `BadSignature` (401) when somebody else is said to act. What cannot
    concern us is dropped without a word.
    """
    activity = _read(document)
    if activity.actor != sender.actor.uri:
        raise BadSignature(f"{activity.actor} did not sign this: {sender.actor.uri} did")
    if activity.uri is not None and not same_origin(activity.uri, activity.actor):
        return
    received = Received(sender.actor.id, body.decode(errors="replace"), delivered_to)
    job = NewJob(
        JobKind.PROCESS_ACTIVITY,
        payload=msgspec.json.encode(received).decode(),
        order_key=_order_key(activity),
    )
    await intake.take(Taken(activity.actor, activity.uri, job))


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
