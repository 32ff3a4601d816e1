"""This is where people ask by polls and vote in them, and where polls end.

Votes in a poll of ours are counted here. Those in a poll of another server are sent to its author,
and how they add up is what that server says.
"""

import logging
from collections.abc import Collection, Mapping

import msgspec

from fedlearn.activitypub.render.polls import render_vote
from fedlearn.db import actors as db_actors
from fedlearn.db import polls as db_polls
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, has_job_to_come, insert_jobs
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import MINUTE_MS, Millis, StatusId, now, snowflake
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.polls import Poll, PollOption
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import FetchError, Invalid, NotFound, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_author
from fedlearn.outbox.updates import publish_update
from fedlearn.remote.statuses import fetch_note, update_note
from fedlearn.services.drafts import PollDraft
from fedlearn.services.notifications import notify, remind
from fedlearn.services.seen import seen
from fedlearn.text.languages import _

log = logging.getLogger(__name__)

# Many votes come together; others hear of them together, too.
TALLIES_TOLD_AFTER_MS = 3 * MINUTE_MS


class Ending(msgspec.Struct, frozen=True):
    """The payload of an end_poll job: which poll, and when it was to end."""

    status_id: int
    ends_at: int


# --- asking --------------------------------------------------------------------------------------


async def open_poll(connection: Connection, status_id: StatusId, draft: PollDraft) -> None:
    """A status of ours asks from now on."""
    poll = _poll(draft)
    await db_polls.store_poll(connection, status_id, poll)
    await _plan_end(connection, status_id, poll)


async def change_poll(connection: Connection, status_id: StatusId, draft: PollDraft | None) -> None:
    """After an edit: with the same answers the poll goes on, with others it begins anew."""
    before = await db_polls.poll_of(connection, status_id)
    if draft is None or before is None:
        return
    if before.is_same_as(_poll(draft)):
        await db_polls.set_hides_totals(connection, status_id, hides_totals=draft.hides_totals)
        return
    await db_polls.delete_poll(connection, status_id)
    await open_poll(connection, status_id, draft)


def _poll(draft: PollDraft) -> Poll:
    return Poll(
        options=tuple(map(PollOption, draft.options)),
        is_multiple=draft.is_multiple,
        ends_at=Millis(now() + draft.minutes * MINUTE_MS),
        hides_totals=draft.hides_totals,
    )


# --- voting --------------------------------------------------------------------------------------


async def vote(
    instance: Instance, actor: Actor, status_id: StatusId, choices: Collection[int]
) -> StatusView:
    """Choose answers, once; the post in which they stand. `Invalid` says what hinders that."""
    async with instance.db.write() as connection:
        view = await seen(connection, actor, status_id)
        view = view.boost_of or view
        poll = await db_polls.poll_to_vote_in(connection, view.id, actor.id)
        if poll is None:
            raise NotFound(_("There is no poll in this post."))
        _check_choices(view, poll, actor, choices)
        chosen = {one: f"{actor.uri}#votes/{snowflake()}" for one in sorted(choices)}
        await keep_votes(connection, view, actor, chosen)
        if not view.author.is_local:
            await _plan_end(connection, view.id, poll)
            for position, uri in chosen.items():
                await publish_to_author(
                    connection,
                    instance.settings.federation,
                    sender=actor,
                    view=view,
                    activity=render_vote(uri, actor.uri, view, poll.options[position].title),
                )
    return view


def _check_choices(view: StatusView, poll: Poll, actor: Actor, choices: Collection[int]) -> None:
    wrong = None
    if view.author.id == actor.id:
        wrong = _("You cannot vote in your own poll.")
    elif poll.is_over(now()):
        wrong = _("This poll is over.")
    elif poll.own_choices:
        wrong = _("You have voted already.")
    elif not choices or not set(choices) <= set(range(len(poll.options))):
        wrong = _("Choose one of the answers.")
    elif len(choices) > 1 and not poll.is_multiple:
        wrong = _("Choose one answer only.")
    if wrong:
        raise Invalid(wrong, {"choice": wrong})


async def keep_votes(
    connection: Connection, view: StatusView, voter: Actor, chosen: Mapping[int, str]
) -> None:
    """Remember what somebody chose, by position with the identity of each vote.

    Votes in a poll of ours are counted, and others hear of that before long.
    """
    for position, uri in chosen.items():
        await db_polls.add_vote(connection, view.id, voter.id, position, uri)
    if not view.author.is_local:
        return
    await db_polls.count_votes(connection, view.id)
    key = f"poll tallies {view.id}"
    is_told = await has_job_to_come(connection, JobKind.TELL_TALLIES, key)
    if view.status.scope is Scope.FED and not is_told:
        run_at = Millis(now() + TALLIES_TOLD_AFTER_MS)
        job = NewJob(JobKind.TELL_TALLIES, payload=str(view.id), order_key=key, run_at=run_at)
        await insert_jobs(connection, [job])


async def tell_tallies(instance: Instance, payload: str) -> None:
    """Tell those who have a poll of ours how it stands."""
    async with instance.db.write() as connection:
        status_id = StatusId(int(payload))
        author = await _author(connection, status_id)
        if author is not None:
            await publish_update(instance, connection, author, status_id)


# --- the end -------------------------------------------------------------------------------------


async def _plan_end(connection: Connection, status_id: StatusId, poll: Poll) -> None:
    if poll.ends_at is None:
        return
    key = f"poll end {status_id} {poll.ends_at}"
    if not await has_job_to_come(connection, JobKind.END_POLL, key):
        payload = msgspec.json.encode(Ending(status_id, poll.ends_at)).decode()
        job = NewJob(JobKind.END_POLL, payload, order_key=key, run_at=poll.ends_at)
        await insert_jobs(connection, [job])


async def end_poll(instance: Instance, payload: str) -> None:
    """A poll ends: ours is closed, that of another server is looked at; who voted is told.

    A poll that has been given another end meanwhile goes on until then.
    """
    status_id = StatusId(msgspec.json.decode(payload, type=Ending).status_id)
    async with instance.db.read() as connection:
        author = await _author(connection, status_id)
    if author is not None and not author.is_local:
        await _refresh(instance, status_id)
    async with instance.db.write() as connection:
        author = await _author(connection, status_id)
        poll = await db_polls.poll_of(connection, status_id)
        if author is None or poll is None:
            return
        if not poll.is_over(now()):
            await _plan_end(connection, status_id, poll)
            return
        if author.is_local:
            await _close(instance, connection, author, status_id)
        await _tell_voters(connection, author, status_id)


async def _close(
    instance: Instance, connection: Connection, author: Actor, status_id: StatusId
) -> None:
    if await db_polls.close_poll(connection, status_id, now()):
        await publish_update(instance, connection, author, status_id)
        await remind(connection, author, NotificationKind.POLL, status_id)


async def _tell_voters(connection: Connection, author: Actor, status_id: StatusId) -> None:
    voters = await db_polls.local_voters(connection, status_id)
    actors = await db_actors.actors_by_id(connection, voters)
    for actor in actors.values():
        await notify(connection, actor, author, NotificationKind.POLL, status_id)


async def _refresh(instance: Instance, status_id: StatusId) -> None:
    """Ask another server once how its poll has ended; if it does not say, what we know stays."""
    async with instance.db.read() as connection:
        status = await db_statuses.status_by_id(connection, status_id)
    if status is None:
        return
    try:
        note, author = await fetch_note(instance, status.uri)
        async with instance.db.write() as connection:
            await update_note(connection, instance.uris, status, note, author)
    except (FetchError, RefusedDocument) as error:
        log.info("the poll %s cannot be looked at: %s", status.uri, error)


async def _author(connection: Connection, status_id: StatusId) -> Actor | None:
    status = await db_statuses.status_by_id(connection, status_id)
    return await db_actors.actor_by_id(connection, status.actor_id) if status else None
