"""This is where posts are deleted as people do it: hidden at once, and undone within ten seconds.

Until then nothing is sent. A job deletes what was not undone, also after the process has died in
between. Who wants to write a post anew gets what it said, kept until it is posted again.
"""

import msgspec

from fedlearn.db import redrafts as db_redrafts
from fedlearn.db import statuses as db_statuses
from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.db.direct_posts import people_in
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import MINUTE_MS, Millis, StatusId, now, snowflake
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.redrafts import Redraft, RedraftId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.services.attachments import give_up_media, remove_files
from fedlearn.services.drafts import Draft, MediaDraft, PollDraft
from fedlearn.services.seen import own_status, seen
from fedlearn.services.statuses import end_status, post_status
from fedlearn.text.languages import _
from fedlearn.text.mentions import handles_in

UNDO_MS = 10_000


class Deletion(msgspec.Struct, frozen=True):
    """The payload of a delete_status job: which post, and when its author asked for it."""

    status_id: int
    at: int


async def delete_soon(instance: Instance, author: Actor, status_id: StatusId) -> None:
    """Hide a post from everybody; in ten seconds it is deleted, here and wherever it went."""
    async with instance.db.write() as connection:
        await own_status(connection, author, status_id)
        await _delete_soon(connection, status_id)


async def undelete(instance: Instance, author: Actor, status_id: StatusId) -> StatusView:
    """Show a post again, as if nothing had been; `NotFound` when it is gone already."""
    async with instance.db.write() as connection:
        status = await db_statuses.show_again(connection, status_id)
        if status is None or status.actor_id != author.id:
            raise NotFound(_("There is no such post of yours any more: it has been deleted."))
        await db_redrafts.delete_redrafts_of_status(connection, status_id)
        return await seen(connection, author, status_id)


async def delete_for_good(instance: Instance, payload: str) -> None:
    """The job: delete what was not undone, or hidden anew since."""
    asked = msgspec.json.decode(payload, type=Deletion)
    await _finish(instance, StatusId(asked.status_id), Millis(asked.at))


async def redraft(instance: Instance, author: Actor, status_id: StatusId) -> RedraftId:
    """Delete a post to write it anew; what it said waits, and its pictures stay."""
    async with instance.db.write() as connection:
        await own_status(connection, author, status_id)
        view = await seen(connection, author, status_id)
        media = tuple(
            MediaDraft(one.media_id, one.description, one.focus)
            for one in view.attachments
            if one.media_id is not None
        )
        adding = await _adding(instance, connection, author, view)
        draft = msgspec.json.encode(_draft_of(view, media, adding)).decode()
        made = Redraft(RedraftId(snowflake()), author.id, status_id, draft, now())
        await db_redrafts.insert_redraft(connection, made, [one.media_id for one in media])
        await _delete_soon(connection, status_id)
    return made.id


async def own_redraft(connection: Connection, owner: Actor, redraft_id: RedraftId) -> Redraft:
    """What this person is writing anew; `NotFound` for anything else."""
    return _owned(await db_redrafts.redraft_by_id(connection, redraft_id), owner)


def draft_of(kept: Redraft) -> Draft:
    """What a post said, as it can be posted again."""
    return msgspec.json.decode(kept.draft, type=Draft)


async def make_way(instance: Instance, author: Actor, redraft_id: RedraftId) -> bool:
    """Before it is posted or scheduled anew, the post ends at last, and its pictures are free.

    False where there is nothing to be written anew any more; `NotFound` for what is not one's own.
    """
    async with instance.db.read() as connection:
        kept = await db_redrafts.redraft_by_id(connection, redraft_id)
    if kept is None:
        return False
    await _finish(instance, _owned(kept, author).status_id)
    return True


async def post_again(
    instance: Instance, author: Actor, redraft_id: RedraftId, draft: Draft, *, key: str = ""
) -> StatusView:
    """Post what was written anew; sent again with the same key, the first post comes back."""
    is_kept = await make_way(instance, author, redraft_id)
    posted = await post_status(instance, author, draft, key=key)
    if is_kept:
        await throw_away(instance, author, redraft_id)
    return posted


async def throw_away(instance: Instance, owner: Actor, redraft_id: RedraftId) -> None:
    """What waited to be written anew is given up; pictures of it go with the next cleaning."""
    async with instance.db.write() as connection:
        await own_redraft(connection, owner, redraft_id)
        await db_redrafts.delete_redraft(connection, redraft_id)


def _owned(found: Redraft | None, owner: Actor) -> Redraft:
    if found is None or found.owner_id != owner.id:
        raise NotFound(_("There is nothing of yours to be written anew."))
    return found


async def _delete_soon(connection: Connection, status_id: StatusId) -> None:
    at = now()
    await db_statuses.mark_deleted(connection, status_id, at)
    payload = msgspec.json.encode(Deletion(status_id, at)).decode()
    job = NewJob(JobKind.DELETE_STATUS, payload, run_at=Millis(at + UNDO_MS))
    await insert_jobs(connection, [job])


async def _finish(instance: Instance, status_id: StatusId, at: Millis | None = None) -> None:
    """Delete a hidden post, if it is hidden still, and since then."""
    async with instance.db.write() as connection:
        # It comes back for the length of this transaction, so that its end can be told like others.
        status = await db_statuses.show_again(connection, status_id, hidden_at=at)
        if status is None:
            return
        [author] = (await actors_by_id(connection, [status.actor_id])).values()
        if author.is_active:
            pictures = await end_status(instance, connection, author, status_id)
        else:
            # Whoever was suspended meanwhile says nothing to others any more, not even this.
            pictures = await give_up_media(connection, status_id)
            await db_statuses.delete_status(connection, status_id)
    await remove_files(instance, pictures)


async def _adding(
    instance: Instance, connection: Connection, author: Actor, view: StatusView
) -> tuple[str, ...]:
    """To whom a direct post went, besides those whom it answers, where its text does not say so."""
    if view.status.reach is not Reach.DIRECT:
        return ()
    went_to = {one.id: one.acct for one in await people_in(connection, view, author.id)}
    parent_id = view.status.in_reply_to_id
    parent = await status_view(connection, author.viewer, parent_id) if parent_id else None
    if parent is not None and parent.status.reach is Reach.DIRECT:
        answered = {one.id for one in await people_in(connection, parent, author.id)}
        return tuple(acct for id_, acct in went_to.items() if id_ not in answered)
    here = f"@{instance.uris.domain}"
    named = {handle.removesuffix(here) for handle in handles_in(view.status.source or "")}
    accts = tuple(went_to.values())
    return () if named.issuperset(accts) else accts


def _draft_of(view: StatusView, media: tuple[MediaDraft, ...], adding: tuple[str, ...]) -> Draft:
    status = view.status
    return Draft(
        text=status.source or "",
        reach=status.reach,
        scope=status.scope,
        content_warning=status.content_warning,
        is_sensitive=status.is_sensitive and not status.content_warning,
        language=status.language,
        in_reply_to_id=status.in_reply_to_id,
        poll=_poll_of(view),
        quoted_id=view.quote.view.id if view.quote and view.quote.view else None,
        quote_policy=status.quote_policy,
        media=media,
        adding=adding,
    )


def _poll_of(view: StatusView) -> PollDraft | None:
    poll = view.poll
    if poll is None:
        return None
    options = tuple(option.title for option in poll.options)
    length = (poll.ends_at or 0) - view.status.published
    return PollDraft(options, poll.is_multiple, round(length / MINUTE_MS), poll.hides_totals)
