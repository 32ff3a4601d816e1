"""This is where received activities take effect: one table, from type to handler."""

import logging
from collections.abc import Awaitable, Callable

import msgspec

from fedlearn.activitypub.jsonld import read_document
from fedlearn.activitypub.proofs import is_signed_inside
from fedlearn.activitypub.vocabulary.activities import Activity, read_activity
from fedlearn.domain.ids import ActorId, Uri
from fedlearn.errors import FetchError, RefusedDocument, Unreachable
from fedlearn.inbox.activities.accept import on_accept
from fedlearn.inbox.activities.add_remove import on_add, on_remove
from fedlearn.inbox.activities.announce import on_announce
from fedlearn.inbox.activities.block import on_block
from fedlearn.inbox.activities.create import on_create
from fedlearn.inbox.activities.delete import on_delete
from fedlearn.inbox.activities.emoji_react import on_emoji_react
from fedlearn.inbox.activities.feature_request import on_feature_request
from fedlearn.inbox.activities.flag import on_flag
from fedlearn.inbox.activities.follow import on_follow
from fedlearn.inbox.activities.like import on_like
from fedlearn.inbox.activities.move import on_move
from fedlearn.inbox.activities.quote_request import on_quote_request
from fedlearn.inbox.activities.reject import on_reject
from fedlearn.inbox.activities.undo import on_undo
from fedlearn.inbox.activities.update import on_update
from fedlearn.inbox.forwarding import find_answer, forward
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.receive import Received
from fedlearn.inbox.verify import Sender, recall_sender
from fedlearn.instance import Instance
from fedlearn.remote.actors import refresh_if_stale

log = logging.getLogger(__name__)

Handler = Callable[[Instance, Activity, Sender], Awaitable[Outcome]]

HANDLERS: dict[str, Handler] = {
    "Accept": on_accept,
    "Add": on_add,
    "Announce": on_announce,
    "Block": on_block,
    "Create": on_create,
    "Delete": on_delete,
    "EmojiReact": on_emoji_react,
    "FeatureRequest": on_feature_request,
    "Flag": on_flag,
    "Follow": on_follow,
    "Like": on_like,
    "Move": on_move,
    "QuoteRequest": on_quote_request,
    "Reject": on_reject,
    "Remove": on_remove,
    "Undo": on_undo,
    "Update": on_update,
}

# What an actor may still do after we have suspended it: take things back.
ALLOWED_TO_SUSPENDED = frozenset({"Delete", "Reject", "Undo", "Update"})


async def process(instance: Instance, payload: str) -> Outcome:
    """Let one received activity take effect; doing it twice does no more than once.

    Raises `Unreachable` when something that it needs cannot be fetched now; the job is tried again.
    """
    received = msgspec.json.decode(payload, type=Received)
    async with instance.db.read() as connection:
        deliverer = ActorId(received.deliverer_id) if received.deliverer_id else None
        sender = await recall_sender(connection, ActorId(received.sender_id), deliverer)
    document = read_document(received.body.encode(), instance.settings.max_json_depth)
    owner = Uri(received.delivered_to) if received.delivered_to else None
    activity = read_activity(document, owner)
    outcome = await _handle_and_forward(instance, activity, sender, received)
    if isinstance(outcome, Ignored):
        log.info("ignored %s %s: %s", activity.kind, activity.uri, outcome.reason)
    return outcome


async def _handle_and_forward(
    instance: Instance, activity: Activity, sender: Sender | None, received: Received
) -> Outcome:
    is_signed = received.handed_on is not None or is_signed_inside(activity.document)
    if sender is None or not is_signed:
        return await _handle(instance, activity, sender)
    # First, since what is deleted cannot be asked any more what it answered.
    answer = await find_answer(instance, activity, sender)
    outcome = await _handle(instance, activity, sender)
    if answer is not None and outcome is DONE:
        await forward(instance, answer, sender, received.handed_on or received.body)
    return outcome


async def _handle(instance: Instance, activity: Activity, sender: Sender | None) -> Outcome:
    handler = HANDLERS.get(activity.kind)
    if sender is None:
        return Ignored("its sender is no more")
    if handler is None:
        return Ignored(f"activities of type {activity.kind} are not understood yet")
    if not sender.actor.is_active and activity.kind not in ALLOWED_TO_SUSPENDED:
        return Ignored("its sender is suspended or gone")
    try:
        outcome = await handler(instance, activity, sender)
        await refresh_if_stale(instance, sender.actor)
    except Unreachable:
        raise
    except (FetchError, RefusedDocument) as error:
        return Ignored(str(error))
    return outcome
