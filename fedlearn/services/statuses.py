"""This is where people post, edit and delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fedlearn.activitypub.render.activities import render_create, render_delete, render_update
from fedlearn.db import idempotency as db_idempotency
from fedlearn.db import received as db_received
from fedlearn.db import scheduled as db_scheduled
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import replace_hashtags
from fedlearn.db.direct_posts import people_in
from fedlearn.db.indexing import index_again
from fedlearn.db.media_attachments import set_media_free
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import StatusId, now, snowflake
from fedlearn.domain.media import MediaAttachment
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import Recipients, recipients_of, recipients_of_change
from fedlearn.remote.previews import want_other_preview, want_preview
from fedlearn.services.attachments import attach, change_pictures, give_up_media, remove_files
from fedlearn.services.conversations import only, people_addressed
from fedlearn.services.drafts import (
    Draft,
    MediaDraft,
    PollDraft,
    check_draft,
    check_media,
    check_poll,
    check_text,
    no_wider_than,
)
from fedlearn.services.naming import html_of, named_in_text, refuse_outsiders
from fedlearn.services.notifications import notify, tell_of_edit
from fedlearn.services.polls import change_poll, open_poll
from fedlearn.services.quotes import ask_to_quote, quote
from fedlearn.services.relays import announce_to_relays
from fedlearn.services.seen import own_status, seen
from fedlearn.services.timelines import distribute
from fedlearn.text.languages import _
from fedlearn.text.mentions import hashtags_in


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that can be posted, with whom it is for, what it answers and what it quotes.

    `named` is whom handles in it mean, `people` who is named in the post, in its text or not.
    """

    draft: Draft
    named: Mapping[str, Actor]
    people: Sequence[Actor]
    parent: StatusView | None
    quoted: StatusView | None


async def check(instance: Instance, author: Actor, draft: Draft) -> Checked:
    """Whether a draft can be posted as it is now.

    Raises `Invalid` with a message per field, `NotFound` for a post that is answered or quoted and
    that the author cannot see.
    """
    check_draft(instance.settings, draft)
    parent = await _other_post(instance, author, draft.in_reply_to_id)
    quoted = await _other_post(instance, author, draft.quoted_id)
    draft = no_wider_than(quoted, no_wider_than(parent, draft))
    named = await named_in_text(instance, draft.text)
    people = await people_addressed(instance, author, parent, draft)
    if people is None:
        people = list(named.values())
    else:
        named = only(people, named)
    refuse_outsiders(people, draft.scope)
    return Checked(draft, named, people, parent, quoted)


async def post_status(
    instance: Instance,
    author: Actor,
    draft: Draft,
    *,
    key: str = "",
    scheduled_id: int | None = None,
) -> StatusView:
    """Post; what comes back is the post as its author sees it. Raises what `check` does.

    Sent again with the same key, nothing is posted, and the first post comes back. What was
    scheduled is so no more; `NotFound` when it was posted or called off meanwhile.
    """
    checked = await check(instance, author, draft)
    status = _new_status(instance, author, checked)
    async with instance.db.write() as connection:
        if key and not await db_idempotency.claim_key(connection, author.id, key):
            return await _sent_before(connection, author, key)
        if scheduled_id is not None and not await db_scheduled.delete_scheduled(
            connection, author.id, scheduled_id
        ):
            raise NotFound(_("It has been posted, or called off."))
        await _store(instance, connection, author, status, checked)
        if key:
            await db_idempotency.note_posted(connection, author.id, key, status.id)
        return await _publish(instance, connection, author, status, checked.quoted)


async def _sent_before(connection: Connection, author: Actor, key: str) -> StatusView:
    status_id = await db_idempotency.posted_with(connection, author.id, key)
    if status_id is None:
        raise Invalid(_("This was sent already."))
    return await seen(connection, author, status_id)


async def _store(
    instance: Instance, connection: Connection, author: Actor, status: Status, checked: Checked
) -> None:
    """Keep a new post with all that belongs to it, and put it where it is read."""
    draft, quoted = checked.draft, checked.quoted
    await db_statuses.insert_status(connection, status, is_local=True)
    await _store_details(connection, status, draft.text, checked.people)
    if draft.poll is not None:
        await open_poll(connection, status.id, draft.poll)
    if draft.media:
        await attach(instance, connection, author, status.id, draft.media)
    await want_preview(instance, connection, status)
    await index_again(connection, status)
    if quoted is not None:
        await quote(instance, connection, author, status, quoted)
    await distribute(connection, status, author, [actor.id for actor in checked.people])


async def _publish(
    instance: Instance,
    connection: Connection,
    author: Actor,
    status: Status,
    quoted: StatusView | None,
) -> StatusView:
    view = await seen(connection, author, status.id)
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=render_create(view, instance.uris),
        recipients=await recipients_of(connection, view),
    )
    if quoted is not None:
        await ask_to_quote(instance, connection, view, quoted)
    await announce_to_relays(instance, connection, view)
    return view


async def edit_status(
    instance: Instance,
    author: Actor,
    status_id: StatusId,
    text: str,
    content_warning: str,
    *,
    poll: PollDraft | None = None,
    media: Sequence[MediaDraft] | None = None,
    language: str | None = None,
    is_sensitive: bool | None = None,
) -> StatusView:
    """Change what a post says and shows, and what its poll offers; what it was before is kept.

    The audience stays, and what it quotes; so does whatever nothing is said of. `media` are all the
    pictures that it shows from now on, those that it has already and new ones.
    """
    check_poll(instance.settings, poll)
    check_media(media or ())
    meant = await named_in_text(instance, text)
    async with instance.db.write() as connection:
        before = await own_status(connection, author, status_id)
        old = await seen(connection, author, status_id)
        named, people = await _named_after_edit(connection, old, meant)
        refuse_outsiders(people, before.scope)
        has_media = bool(old.attachments if media is None else media)
        check_text(instance.settings, text, content_warning, has_media=has_media)
        after = replace(
            before,
            content=html_of(instance, text, named, _quoted_url(old)),
            source=text,
            content_warning=content_warning,
            is_sensitive=bool(content_warning)
            or (_is_marked(before) if is_sensitive is None else is_sensitive),
            language=language or before.language,
            edited_at=now(),
        )
        before_edit = await recipients_of_change(connection, old)
        await _store_edit(connection, author, before, after, people)
        await change_poll(connection, status_id, poll)
        if media is not None:
            await change_pictures(instance, connection, author, status_id, media)
        await want_other_preview(instance, connection, before, after)
        await index_again(connection, after)
        await tell_of_edit(connection, author, status_id)
        view = await seen(connection, author, status_id)
        await _publish_edit(connection, instance, view, before_edit)
    return view


async def _named_after_edit(
    connection: Connection, old: StatusView, meant: Mapping[str, Actor]
) -> tuple[Mapping[str, Actor], Sequence[Actor]]:
    """Whom handles in the new text mean, and who is named in the post from now on."""
    if old.status.reach is not Reach.DIRECT:
        return meant, list(meant.values())
    # Who reads it was settled when it was sent.
    people = await people_in(connection, old, old.author.id)
    return only(people, meant), people


async def _store_edit(
    connection: Connection, author: Actor, before: Status, after: Status, people: Sequence[Actor]
) -> None:
    """The new text, with who is named in it; who was not named before is told."""
    await db_statuses.replace_text(connection, before, after)
    named = [actor.id for actor in people]
    await db_statuses.remove_mentions_except(connection, after.id, named)
    new = await _store_details(connection, after, after.source or "", people)
    for actor in (one for one in people if one.id in new):
        await notify(connection, actor, author, NotificationKind.MENTION, after.id)


def _is_marked(status: Status) -> bool:
    """Whether a post is sensitive by itself, and not because of a warning."""
    return status.is_sensitive and not status.content_warning


async def _publish_edit(
    connection: Connection, instance: Instance, view: StatusView, reached: Recipients
) -> None:
    now_reached = await recipients_of(connection, view)
    # Whoever had the old text must get the new one, named in it or not.
    everybody = Recipients(reached.follower_inboxes, (*reached.people, *now_reached.people))
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=render_update(view, instance.uris),
        recipients=everybody,
    )


async def delete_status(
    instance: Instance, author: Actor, status_id: StatusId, *, keeps_pictures: bool = False
) -> None:
    """Take a post back at once, here and wherever it went. For a boost there is `unboost`.

    Its pictures may be kept for a day, for another post that its author writes in its place.
    """
    async with instance.db.write() as connection:
        if keeps_pictures:
            await own_status(connection, author, status_id)
            await set_media_free(connection, status_id)
        pictures = await end_status(instance, connection, author, status_id)
    await remove_files(instance, pictures)


async def end_status(
    instance: Instance, connection: Connection, author: Actor, status_id: StatusId
) -> list[MediaAttachment]:
    """The same inside a transaction; after it, the files of these pictures are to be removed."""
    status = await own_status(connection, author, status_id)
    view = await seen(connection, author, status_id)
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=render_delete(view),
        recipients=await recipients_of_change(connection, view),
    )
    pictures = await give_up_media(connection, status.id)
    await db_statuses.delete_status(connection, status.id)
    if status.reach.is_open and status.scope is Scope.FED:
        # Its grave can be seen by anybody, so it tells only of what anybody could see.
        await db_received.bury(connection, status.uri, author.uri)
    return pictures


# --- how a status comes about --------------------------------------------------------------------


async def _other_post(
    instance: Instance, author: Actor, status_id: StatusId | None
) -> StatusView | None:
    """The post that is answered or quoted; in place of a boost, what it boosts."""
    if status_id is None:
        return None
    async with instance.db.read() as connection:
        other = await seen(connection, author, status_id)
    return other.boost_of or other


def _new_status(instance: Instance, author: Actor, checked: Checked) -> Status:
    draft, parent, quoted = checked.draft, checked.parent, checked.quoted
    status_id = StatusId(snowflake())
    username = author.profile.username
    conversation = parent.status.conversation if parent else instance.uris.conversation(status_id)
    return Status(
        id=status_id,
        uri=instance.uris.status(username, status_id),
        url=instance.uris.status_page(username, status_id),
        actor_id=author.id,
        reach=draft.reach,
        scope=draft.scope,
        content=html_of(instance, draft.text, checked.named, quoted.status.url if quoted else None),
        source=draft.text,
        content_warning=draft.content_warning,
        is_sensitive=draft.is_sensitive or bool(draft.content_warning),
        language=draft.language,
        quote_policy=draft.quote_policy,
        in_reply_to_uri=parent.status.uri if parent else None,
        in_reply_to_id=parent.id if parent else None,
        boost_of_id=None,
        conversation=conversation,
        published=now(),
        edited_at=None,
    )


def _quoted_url(view: StatusView) -> str | None:
    if view.quote is None:
        return None
    return view.quote.view.status.url if view.quote.view else view.quote.quoted_uri


async def _store_details(
    connection: Connection, status: Status, text: str, people: Sequence[Actor]
) -> set[int]:
    """Hashtags and mentions of a local status; who is newly named."""
    await replace_hashtags(connection, status.id, hashtags_in(text))
    ids = [actor.id for actor in people]
    return set(await db_statuses.add_mentions(connection, status.id, ids, is_silent=False))
