"""This is where it is looked up where posts lead, so that readers know before they go.

The request tells whoever runs a page that somebody here has linked it, or reads who has. So a page
is asked for only when everybody may read the post that links it. Whom it names as its author is
looked up, if they are not known yet.
"""

import logging
import random
from dataclasses import replace

import msgspec

from fedlearn.activitypub.fetch import check_status
from fedlearn.activitypub.pages import describe
from fedlearn.activitypub.uris import in_ascii
from fedlearn.activitypub.webfinger import Handle
from fedlearn.db import details as db_details
from fedlearn.db import follows as db_follows
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import MINUTE_MS, ActorId, Millis, StatusId, now
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.statuses import Preview, Status
from fedlearn.errors import FetchError, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_handle, refresh_if_stale
from fedlearn.text.format import first_link, first_url

log = logging.getLogger(__name__)

LONGEST_PAUSE_MS = MINUTE_MS
ACCEPT = "text/html, application/xhtml+xml;q=0.9"


async def want_preview(instance: Instance, connection: Connection, status: Status) -> None:
    """Have it looked up where a post of ours leads, once this transaction is committed."""
    await _plan(instance, connection, status, now())


async def want_other_preview(
    instance: Instance, connection: Connection, before: Status, after: Status
) -> None:
    """The same after an edit, if it leads elsewhere now."""
    if _link_in(instance, before) != _link_in(instance, after):
        await db_details.delete_preview(connection, after.id)
        await want_preview(instance, connection, after)


async def want_preview_of_others(
    instance: Instance, connection: Connection, status: Status
) -> None:
    """The same for a post of another server, if people here read its author.

    Many servers get it at once, and should not ask for one page at once. What its author tells of
    where it leads is enough.
    """
    if await db_details.previews_of(connection, [status.id]):
        return
    if await db_follows.is_followed_locally(connection, status.actor_id):
        pause = random.randrange(LONGEST_PAUSE_MS)  # noqa: S311 - no secret
        await _plan(instance, connection, status, Millis(now() + pause))


async def fetch_preview(instance: Instance, payload: str) -> None:
    """The job: keep what the page says that a post names first."""
    status_id = StatusId(msgspec.json.decode(payload, type=int))
    async with instance.db.read() as connection:
        asked = await _link_of(instance, connection, status_id)
    preview = await _look(instance, asked) if asked else None
    if preview is None:
        return
    async with instance.db.write() as connection:
        # Meanwhile the post may have been deleted, or edited.
        if await _link_of(instance, connection, status_id) == asked:
            await db_details.store_preview(connection, status_id, preview)


async def _plan(instance: Instance, connection: Connection, status: Status, run_at: Millis) -> None:
    if instance.settings.link_previews and _link_in(instance, status):
        payload, key = msgspec.json.encode(status.id).decode(), f"preview {status.id}"
        job = NewJob(JobKind.FETCH_PREVIEW, payload, order_key=key, run_at=run_at)
        await insert_jobs(connection, [job])


async def _link_of(instance: Instance, connection: Connection, status_id: StatusId) -> str | None:
    """The page to ask for; none for a post of which it is known already where it leads."""
    status = await db_statuses.status_by_id(connection, status_id)
    if status is None or await db_details.previews_of(connection, [status_id]):
        return None
    return _link_in(instance, status)


def _link_in(instance: Instance, status: Status) -> str | None:
    """The page to ask for; none where the request would tell of what not everybody may read."""
    if not status.reach.is_open or status.scope is not Scope.FED:
        return None
    url = first_link(status.content) if status.source is None else first_url(status.source)
    return in_ascii(url) if url and not instance.uris.is_ours(url) else None


async def _look(instance: Instance, url: str) -> Preview | None:
    """What a page says of itself. It is asked once: without it the post lacks nothing."""
    try:
        answer = await instance.client.glance(url, accept=ACCEPT, signer=None)
        check_status(answer)
    except FetchError as error:
        log.info("%s has no preview: %s", url, error)
        return None
    page = await instance.aside.run(lambda: describe(answer))
    if page is None:
        return None
    if page.creator is None:
        return page.preview
    return replace(page.preview, creator_id=await _creator(instance, page.creator))


async def _creator(instance: Instance, handle: Handle) -> ActorId | None:
    """Whom a page names, if they are there; whether they say the same is asked by who shows it."""
    try:
        creator = await find_handle(instance, handle)
    except (FetchError, RefusedDocument) as error:
        log.info("%s has written no page: %s", handle, error)
        return None
    await refresh_if_stale(instance, creator)
    return creator.id
