"""This is where the rest of a conversation is fetched, when somebody here wants to read it.

A job walks from post to post: it asks where a server lists a whole conversation (FEP-7888), else
where it lists the answers to a post (`replies`), and fetches each post from where it belongs. It
does a little, writes down what is left, and lets others have their turn.
"""

import logging
import time
from collections.abc import Iterable

import msgspec

from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.uris import host_of
from fedlearn.activitypub.vocabulary.notes import NoteDocument
from fedlearn.db import blocks as db_blocks
from fedlearn.db import conversations as db_conversations
from fedlearn.db import statuses as db_statuses
from fedlearn.db.conversations import FRESH_MS
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Uri
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.statuses import Status
from fedlearn.errors import FetchError, RefusedDocument, Unreachable
from fedlearn.instance import Instance
from fedlearn.remote.collections import read_items
from fedlearn.remote.statuses import fetch_note, store_note
from fedlearn.remote.threads import want_parent

log = logging.getLogger(__name__)

MOST_FETCHED = 200
MOST_LISTS = 100
MOST_STEPS = 500
DEEPEST = 8
# What one job does before it lets others have their turn; well below the lease of a job.
MOST_AT_ONCE = 20
SECONDS_AT_ONCE = 60


class Step(msgspec.Struct, frozen=True):
    """A post to look at, and how far it is from where the walk began."""

    uri: str
    level: int = 0


class Walk(msgspec.Struct):
    """The payload of a fetch_conversation job: where it goes next, and how much it may ask for.

    `silent` are hosts that did not answer: they are not asked again by this walk.
    """

    conversation: str
    steps: list[Step]
    fetches: int = MOST_FETCHED
    lists: int = MOST_LISTS
    silent: list[str] = []

    def add(self, uris: Iterable[str], level: int) -> None:
        """More posts to look at, not more than fit."""
        known = {step.uri for step in self.steps}
        new = [Step(uri, level) for uri in dict.fromkeys(uris) if uri not in known]
        self.steps = [*self.steps, *new][:MOST_STEPS]


async def want_conversation(
    connection: Connection, status: Status, *, fresh_ms: int = FRESH_MS
) -> None:
    """Ask for the rest of the conversation of a post, where that was not done lately."""
    await want_parent(connection, status)
    ends = await db_conversations.open_ends(connection, status.id, fresh_ms=fresh_ms)
    ids = [end.id for end in ends]
    claimed = await db_conversations.claim_ends(connection, ids, fresh_ms=fresh_ms)
    steps = [Step(end.uri) for end in ends if end.id in claimed]
    if steps:
        await _go_on(connection, Walk(status.conversation, steps))


async def fetch_conversation(instance: Instance, payload: str) -> None:
    """Go on with a walk for a while, and leave the rest to the next job."""
    walk = msgspec.json.decode(payload, type=Walk)
    until = time.monotonic() + SECONDS_AT_ONCE
    for _ in range(MOST_AT_ONCE):
        if not walk.steps or time.monotonic() > until:
            break
        await _take(instance, walk, walk.steps.pop(0))
    if walk.steps:
        async with instance.db.write() as connection:
            await _go_on(connection, walk)


async def _go_on(connection: Connection, walk: Walk) -> None:
    # One after the other for each server, and by turns.
    key = f"conversation {host_of(walk.steps[0].uri)}"
    payload = msgspec.json.encode(walk).decode()
    await insert_jobs(connection, [NewJob(JobKind.FETCH_CONVERSATION, payload, order_key=key)])


async def _take(instance: Instance, walk: Walk, step: Step) -> None:
    host = host_of(step.uri)
    if host in walk.silent or instance.uris.is_ours(step.uri):
        return
    try:
        status = await _have(instance, walk, step)
        if status is not None and await _may_list(instance, walk, step, status):
            await _list_answers(instance, walk, step, status)
    except Unreachable as error:
        log.info("a conversation stays without what %s has: %s", host, error)
        walk.silent.append(host)
    except (FetchError, RefusedDocument) as error:
        log.info("a conversation stays without %s: %s", step.uri, error)


async def _have(instance: Instance, walk: Walk, step: Step) -> Status | None:
    """The post of a step, from memory or else fetched, if it is one that anybody may read."""
    async with instance.db.read() as connection:
        known = await db_statuses.status_by_uri(connection, step.uri)
    if known is not None or walk.fetches <= 0:
        return known
    walk.fetches -= 1
    note, author = await fetch_note(instance, step.uri)
    if not _belongs(note, author, walk):
        raise RefusedDocument("it is not for everybody, or belongs to no conversation")
    async with instance.db.write() as connection:
        if not await db_blocks.may_answer(connection, author.id, note.in_reply_to):
            raise RefusedDocument("it answers somebody who has blocked its author")
        stored = await store_note(connection, instance.uris, note, author)
    return stored.status if stored else None


def _belongs(note: NoteDocument, author: Actor, walk: Walk) -> bool:
    """A list could name anything: kept is only what answers something, or says where it belongs."""
    is_open = reach_of(note.to, note.cc, author.profile.followers).is_open
    return is_open and (note.in_reply_to is not None or note.conversation == walk.conversation)


async def _may_list(instance: Instance, walk: Walk, step: Step, status: Status) -> bool:
    """Whether the answers to a post are asked for; those where the walk began are claimed by it."""
    if not status.reach.is_open or step.level >= DEEPEST or walk.lists <= 0:
        return False
    if step.level == 0:
        return True
    async with instance.db.write() as connection:
        return bool(await db_conversations.claim_ends(connection, [status.id]))


async def _list_answers(instance: Instance, walk: Walk, step: Step, status: Status) -> None:
    """The whole conversation where it is listed, else the answers to this post."""
    whole = await _listed(instance, walk, status.context)
    others = [uri for uri in whole if uri != status.uri]
    if others:
        # What is listed here need not be asked for its own answers.
        walk.add(others, DEEPEST)
    else:
        walk.add(await _listed(instance, walk, status.replies), step.level + 1)


async def _listed(instance: Instance, walk: Walk, collection: Uri | None) -> list[Uri]:
    if collection is None or walk.lists <= 0:
        return []
    walk.lists -= 1
    try:
        return await read_items(instance, collection)
    except Unreachable:
        raise
    except (FetchError, RefusedDocument) as error:
        log.info("no list of answers: %s", error)
        return []
