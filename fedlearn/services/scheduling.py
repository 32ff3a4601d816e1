"""This is where people post later: they choose when, change it or call it off, and it is sent then.

What is scheduled is a row, and a job that comes to it at its time. Posting deletes the row in the
transaction that makes the post, so it is posted once, however often the job runs. When it cannot be
posted then, or its author is suspended, its author is told, and the text stays.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from fedlearn.db import idempotency as db_idempotency
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import notifications as db_notifications
from fedlearn.db import scheduled as db_scheduled
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.ids import DAY_MS, MINUTE_MS, Millis, now, snowflake
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.media import MediaAttachment
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.scheduled import ScheduledStatus
from fedlearn.errors import FedlearnError, Invalid, NotFound, Unavailable
from fedlearn.instance import Instance
from fedlearn.services.attachments import check_chosen
from fedlearn.services.drafts import Draft
from fedlearn.services.notifications import remind
from fedlearn.services.statuses import check, post_status
from fedlearn.text.languages import SOURCE, _, speaking

log = logging.getLogger(__name__)

SOONEST_MINUTES = 5
FARTHEST_DAYS = 365
MOST_SCHEDULED = 300


class Due(msgspec.Struct, frozen=True):
    """The payload of a post_scheduled job: what is to be posted."""

    scheduled_id: int


@dataclass(frozen=True, slots=True)
class ScheduledView:
    """What somebody wants to post later, with the pictures that wait for it."""

    scheduled: ScheduledStatus
    draft: Draft
    media: Sequence[MediaAttachment]


# --- what people do ------------------------------------------------------------------------------


async def schedule(
    instance: Instance, author: Actor, draft: Draft, at: Millis, *, key: str = ""
) -> ScheduledStatus:
    """Post this later. Sent again with the same key, it is not scheduled again.

    Raises `Invalid` for whatever could not be posted now either, and for a time that will not do.
    """
    _check_time(at)
    await check(instance, author, draft)
    scheduled = ScheduledStatus(snowflake(), author.id, _params(draft), at)
    async with instance.db.write() as connection:
        if key and not await db_idempotency.claim_key(connection, author.id, key):
            return await _sent_before(connection, author, key)
        if await db_scheduled.count_scheduled(connection, author.id) >= MOST_SCHEDULED:
            message = _(
                "%(most_scheduled)s posts wait already: send or delete one first.",
                most_scheduled=MOST_SCHEDULED,
            )
            raise Invalid(message, {"scheduled_at": message})
        await db_scheduled.insert_scheduled(connection, scheduled)
        if key:
            await db_idempotency.note_scheduled(connection, author.id, key, scheduled.id)
        await _keep_pictures(connection, author, scheduled, draft)
        await _plan(connection, scheduled)
    return scheduled


async def change_scheduled(
    instance: Instance,
    author: Actor,
    scheduled_id: int,
    at: Millis,
    draft: Draft | None = None,
) -> ScheduledStatus:
    """Post it at another time, or in other words."""
    _check_time(at)
    before = await scheduled_view(instance, author, scheduled_id)
    draft = draft or before.draft
    await check(instance, author, draft)
    scheduled = ScheduledStatus(scheduled_id, author.id, _params(draft), at)
    async with instance.db.write() as connection:
        if not await db_scheduled.change_scheduled(connection, scheduled):
            raise NotFound(_("It has been posted, or called off."))
        await _keep_pictures(connection, author, scheduled, draft)
        await _plan(connection, scheduled)
    return scheduled


async def call_off(instance: Instance, author: Actor, scheduled_id: int) -> None:
    """It is not to be posted any more."""
    async with instance.db.write() as connection:
        if not await db_scheduled.delete_scheduled(connection, author.id, scheduled_id):
            raise NotFound(_("It has been posted, or called off."))


async def scheduled_views(instance: Instance, author: Actor) -> list[ScheduledView]:
    """What somebody wants to post later, the next first."""
    async with instance.db.read() as connection:
        waiting = await db_scheduled.scheduled_by(connection, author.id)
        return [await _view(connection, one) for one in waiting]


async def scheduled_view(instance: Instance, author: Actor, scheduled_id: int) -> ScheduledView:
    """One of those; `NotFound` when it is somebody else's, posted or called off."""
    async with instance.db.read() as connection:
        scheduled = await db_scheduled.scheduled_by_id(connection, scheduled_id)
        if scheduled is None or scheduled.actor_id != author.id:
            raise NotFound(_("It has been posted, or called off."))
        return await _view(connection, scheduled)


# --- when its time has come ----------------------------------------------------------------------


async def post_scheduled(instance: Instance, payload: str) -> None:
    """Post what is due. A job that comes too early or again finds nothing to do."""
    due = msgspec.json.decode(payload, type=Due)
    async with instance.db.read() as connection:
        scheduled = await db_scheduled.scheduled_by_id(connection, due.scheduled_id)
        user = await db_users.user_of_actor(connection, scheduled.actor_id) if scheduled else None
    if scheduled is None or user is None or scheduled.scheduled_at > now():
        return
    if scheduled.failure is not None:
        return
    with speaking(user.locale or SOURCE):
        await _post(instance, user, scheduled)


async def _post(instance: Instance, user: User, scheduled: ScheduledStatus) -> None:
    try:
        # Once they are back it may be out of date: they say themselves whether it is sent.
        if not user.actor.is_active:
            raise Invalid(_("Your account was suspended when its time had come."))
        if user.disabled_at is not None:
            raise Invalid(_("Your account was disabled when its time had come."))
        draft = msgspec.json.decode(scheduled.params, type=Draft)
        await post_status(instance, user.actor, draft, scheduled_id=scheduled.id)
    except Unavailable:
        # Of the database or the disk, not of the post: the next try may find them well.
        raise
    except FedlearnError as error:
        await _tell(instance, user.actor, scheduled, error)


async def _tell(
    instance: Instance, author: Actor, scheduled: ScheduledStatus, error: FedlearnError
) -> None:
    reasons = error.fields.values() if isinstance(error, Invalid) else ()
    failure = " ".join(reasons) or str(error)
    log.info("what %s scheduled could not be posted: %s", author.acct, failure)
    async with instance.db.write() as connection:
        if await db_scheduled.note_failure(connection, scheduled.id, failure):
            # Told anew each time: the last one may have been read long ago.
            await db_notifications.delete_notification(
                connection,
                owner_id=author.id,
                sender_id=author.id,
                kind=NotificationKind.NOT_POSTED,
                status_id=None,
            )
            await remind(connection, author, NotificationKind.NOT_POSTED)


# --- what they have in common --------------------------------------------------------------------


def _check_time(at: Millis) -> None:
    if at < now() + SOONEST_MINUTES * MINUTE_MS:
        message = _(
            "Choose a time at least %(soonest_minutes)s minutes from now.",
            soonest_minutes=SOONEST_MINUTES,
        )
        raise Invalid(message, {"scheduled_at": message})
    if at > now() + FARTHEST_DAYS * DAY_MS:
        message = _(
            "Choose a time within the next %(farthest_days)s days.", farthest_days=FARTHEST_DAYS
        )
        raise Invalid(message, {"scheduled_at": message})


def _params(draft: Draft) -> str:
    return msgspec.json.encode(draft).decode()


async def _sent_before(connection: Connection, author: Actor, key: str) -> ScheduledStatus:
    scheduled_id = await db_idempotency.scheduled_with(connection, author.id, key)
    known = await db_scheduled.scheduled_by_id(connection, scheduled_id or 0)
    if known is None:
        raise Invalid(_("This was sent already."))
    return known


async def _keep_pictures(
    connection: Connection, author: Actor, scheduled: ScheduledStatus, draft: Draft
) -> None:
    """Its pictures stay until then, and no other post takes them."""
    ids = [one.media_id for one in draft.media]
    found = await db_media_attachments.waiting_media(
        connection, author.id, ids, scheduled_id=scheduled.id
    )
    check_chosen(found, ids)
    await db_scheduled.reserve_media(connection, scheduled.id, ids)


async def _plan(connection: Connection, scheduled: ScheduledStatus) -> None:
    payload = msgspec.json.encode(Due(scheduled.id)).decode()
    job = NewJob(JobKind.POST_SCHEDULED, payload, run_at=scheduled.scheduled_at)
    await insert_jobs(connection, [job])


async def _view(connection: Connection, scheduled: ScheduledStatus) -> ScheduledView:
    draft = msgspec.json.decode(scheduled.params, type=Draft)
    found = await db_media_attachments.waiting_media(
        connection,
        scheduled.actor_id,
        [one.media_id for one in draft.media],
        scheduled_id=scheduled.id,
    )
    media = [found[one.media_id] for one in draft.media if one.media_id in found]
    return ScheduledView(scheduled, draft, media)
