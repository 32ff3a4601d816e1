"""Announce: somebody on another server boosts a post, or a group passes on what a member did."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.notes import STATUS_KINDS
from fedlearn.db import relays as db_relays
from fedlearn.inbox.activities.boosted import keep_boost
from fedlearn.inbox.activities.handed_on import take_from_origin
from fedlearn.inbox.activities.passed_on import on_passed_on
from fedlearn.inbox.outcome import Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance


async def on_announce(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Keep the boost, or take in what is passed on."""
    if activity.object_kind and activity.object_kind not in STATUS_KINDS:
        return await on_passed_on(instance, activity, sender)
    if activity.object_uri is None:
        return Ignored("it does not say what is boosted")
    if await _is_by_relay(instance, sender):
        # A relay boosts nothing: it only says where there is a post, and what becomes of it.
        return await take_from_origin(instance, activity.object_uri, by_relay=True)
    return await keep_boost(instance, activity, sender, activity.object_uri)


async def _is_by_relay(instance: Instance, sender: Sender) -> bool:
    async with instance.db.read() as connection:
        return await db_relays.is_relay(connection, sender.actor.id)
