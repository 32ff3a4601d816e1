"""This is where answers to our posts are passed on to those who follow their authors.

Whoever answers somebody here knows their own followers, not ours, who would see half of it. What
the answering author has signed inside goes on byte for byte, so it still proves itself.

Source: ActivityPub 7.1.2; FEDERATION.md, "Forwarding".
"""

import logging
from dataclasses import dataclass

from fedlearn.activitypub import values
from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.jsonld import Document, read_document
from fedlearn.activitypub.linked_data import says_the_same
from fedlearn.activitypub.proofs import without_signatures
from fedlearn.activitypub.uris import host_of
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.notes import addresses
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Uri
from fedlearn.domain.statuses import Status
from fedlearn.errors import RefusedActivity
from fedlearn.inbox.verify import Sender, verify_document
from fedlearn.instance import Instance
from fedlearn.outbox import publish

log = logging.getLogger(__name__)

FORWARDED = frozenset({"Create", "Delete", "Update"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a post of ours, by its identity: what it answers, and where news of it goes."""

    uri: Uri
    answered: Status
    author: Actor
    inboxes: tuple[Uri, ...]


async def find_answer(instance: Instance, activity: Activity, sender: Sender) -> Answer | None:
    """What of an activity is to be forwarded; asked before it takes effect, and may delete it.

    Only what is new counts: a post that we have was forwarded when it came.
    """
    if activity.kind not in FORWARDED or activity.object_uri is None or sender.actor.is_silenced:
        return None
    if activity.kind != "Delete" and not instance.uris.is_ours(_claimed_parent(activity) or ""):
        return None
    async with instance.db.read() as connection:
        known = await db_statuses.status_by_uri(connection, activity.object_uri)
        if known is not None and (activity.kind == "Create" or known.actor_id != sender.actor.id):
            return None
        answered = await _answered(connection, activity, known)
        if answered is None:
            return None
        author = await db_actors.actor_by_id(connection, answered.actor_id)
        if author is None or not author.is_local or not _is_for(author, activity, known):
            return None
        inboxes = await db_follows.follower_inboxes(connection, author.id)
    home = host_of(sender.actor.uri)
    elsewhere = tuple(inbox for inbox in inboxes if host_of(inbox) != home)
    return Answer(activity.object_uri, answered, author, elsewhere) if elsewhere else None


async def _answered(
    connection: Connection, activity: Activity, known: Status | None
) -> Status | None:
    """The post that is answered, if it may leave and went to followers."""
    uri = known.in_reply_to_uri if known else _claimed_parent(activity)
    status = await db_statuses.status_by_uri(connection, uri) if uri else None
    if status is None or status.scope is not Scope.FED or status.reach is Reach.DIRECT:
        return None
    return status


def _claimed_parent(activity: Activity) -> Uri | None:
    return values.uri(activity.object.get("inReplyTo")) if activity.object else None


def _is_for(author: Actor, activity: Activity, known: Status | None) -> bool:
    """Whether followers of the author may have it: it is addressed to them, or open to all."""
    to, cc = addresses(activity.object or {}, activity)
    if f"{author.uri}/followers" in {*activity.to, *activity.cc, *to, *cc}:
        return True
    return known.reach.is_open if known else reach_of(to, cc, None).is_open


async def forward(instance: Instance, answer: Answer, sender: Sender, body: str) -> None:
    """Pass an activity on as it came, if its actor has signed it inside and it is what it seems."""
    document = read_document(body.encode(), instance.settings.max_json_depth)
    if not await _is_sound(instance, document, sender):
        return
    async with instance.db.write() as connection:
        await publish.forward(
            connection,
            instance.settings.federation,
            forwarder=answer.author,
            answered=answer.answered,
            body=body.encode(),
            about=answer.uri,
            inboxes=answer.inboxes,
        )


async def _is_sound(instance: Instance, document: Document, sender: Sender) -> bool:
    try:
        proven = await verify_document(instance, document)
    except RefusedActivity as error:
        log.info("not forwarded: %s", error)
        return False
    if proven is None or proven.author.actor.id != sender.actor.id:
        return False
    return says_the_same(without_signatures(document), proven.document)
