"""This is where people post, edit and delete."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fedlearn.activitypub.render.activities import render_create, render_delete, render_update
from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import describe_attachments, replace_hashtags
from fedlearn.db.indexing import index_again
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import StatusId, now, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.errors import FetchError, Invalid, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import Recipients, recipients_of, recipients_of_change
from fedlearn.remote.actors import find_handle
from fedlearn.services.attachments import attach, give_up_media, remove_files
from fedlearn.services.drafts import (
    Draft,
    PollDraft,
    check_descriptions,
    check_media,
    check_poll,
    check_text,
    no_wider_than,
)
from fedlearn.services.notifications import notify
from fedlearn.services.polls import change_poll, open_poll
from fedlearn.services.quotes import ask_to_quote, quote
from fedlearn.services.relays import announce_to_relays
from fedlearn.services.seen import own_status, seen
from fedlearn.services.timelines import distribute
from fedlearn.text.format import Named, format_quote, format_status
from fedlearn.text.mentions import handles_in, hashtags_in

MOST_HANDLES_LOOKED_UP = 20
PATIENCE_FOR_A_HANDLE = 10.0  # seconds


async def post_status(instance: Instance, author: Actor, draft: Draft) -> StatusView:
    """Post; what comes back is the post as its author sees it.

    Raises `Invalid` with a message per field, `NotFound` for a post that is answered or quoted and
    that the author cannot see.
    """
    check_text(instance.settings, draft.text, draft.content_warning)
    check_poll(instance.settings, draft.poll)
    check_media(draft.media)
    parent = await _other_post(instance, author, draft.in_reply_to_id)
    quoted = await _other_post(instance, author, draft.quoted_id)
    draft = no_wider_than(quoted, no_wider_than(parent, draft))
    named = await _named(instance, draft.text)
    _refuse_outsiders(named, draft.scope)
    status = _new_status(instance, author, draft, named=named, parent=parent, quoted=quoted)
    async with instance.db.write() as connection:
        await db_statuses.insert_status(connection, status, is_local=True)
        await _store_details(connection, status, draft.text, named)
        if draft.poll is not None:
            await open_poll(connection, status.id, draft.poll)
        if draft.media:
            await attach(instance, connection, author, status.id, draft.media)
        await index_again(connection, status)
        if quoted is not None:
            await quote(instance, connection, author, status, quoted)
        await distribute(connection, status, author, [actor.id for actor in named.values()])
        view = await seen(connection, author, status.id)
        recipients = await recipients_of(connection, view)
        activity = render_create(view, instance.uris)
        await publish_status_activity(
            connection,
            instance.settings.federation,
            view=view,
            activity=activity,
            recipients=recipients,
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
    descriptions: Sequence[str] = (),
) -> StatusView:
    """Change what a post says, and what its poll offers; what it said before is kept.

    The audience stays, what it quotes and shows stays, and so does a poll of which nothing is said.
    `descriptions` are of the pictures that it shows, in their order.
    """
    check_text(instance.settings, text, content_warning)
    check_poll(instance.settings, poll)
    check_descriptions(descriptions)
    named = await _named(instance, text)
    async with instance.db.write() as connection:
        before = await own_status(connection, author, status_id)
        _refuse_outsiders(named, before.scope)
        old = await seen(connection, author, status_id)
        after = replace(
            before,
            content=_html(instance, text, named, _quoted_url(old)),
            source=text,
            content_warning=content_warning,
            is_sensitive=bool(content_warning),
            edited_at=now(),
        )
        before_edit = await recipients_of_change(connection, old)
        await db_statuses.replace_text(connection, before, after)
        await db_statuses.remove_mentions_except(
            connection, status_id, [actor.id for actor in named.values()]
        )
        new = await _store_details(connection, after, text, named)
        await change_poll(connection, status_id, poll)
        await describe_attachments(connection, status_id, descriptions)
        await index_again(connection, after)
        for actor in (one for one in named.values() if one.id in new):
            await notify(connection, actor, author, NotificationKind.MENTION, status_id)
        view = await seen(connection, author, status_id)
        await _publish_edit(connection, instance, view, before_edit)
    return view


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


async def delete_status(instance: Instance, author: Actor, status_id: StatusId) -> None:
    """Take a post back, here and wherever it went. A boost is deleted as `unboost` does."""
    async with instance.db.write() as connection:
        status = await own_status(connection, author, status_id)
        view = await seen(connection, author, status_id)
        recipients = await recipients_of_change(connection, view)
        activity = render_delete(view)
        await publish_status_activity(
            connection,
            instance.settings.federation,
            view=view,
            activity=activity,
            recipients=recipients,
        )
        pictures = await give_up_media(connection, status.id)
        await db_statuses.delete_status(connection, status.id)
        if status.reach.is_open and status.scope is Scope.FED:
            # Its grave can be seen by anybody, so it tells only of what anybody could see.
            await db_received.bury(connection, status.uri, author.uri)
    await remove_files(instance, pictures)


# --- what is checked -----------------------------------------------------------------------------


def _refuse_outsiders(named: Mapping[str, Actor], scope: Scope) -> None:
    outsiders = [actor.acct for actor in named.values() if not actor.is_local]
    if scope is Scope.ORG and outsiders:
        names = ", ".join(f"@{acct}" for acct in outsiders)
        message = f"{names} cannot see what stays in the organisation: leave out the name."
        raise Invalid("This post never leaves the server.", {"text": message})


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


async def _named(instance: Instance, text: str) -> dict[str, Actor]:
    """Whom the handles in a text mean, by the handle as typed in lower case."""
    typed = handles_in(text)[:MOST_HANDLES_LOOKED_UP]
    found = await asyncio.gather(*(_actor_named(instance, one) for one in typed))
    pairs = zip(typed, found, strict=True)
    return {one.lower(): actor for one, actor in pairs if actor is not None}


async def _actor_named(instance: Instance, typed: str) -> Actor | None:
    """Whom a handle means; None when it leads nowhere, or its server lets us wait.

    Then it stays plain text: the post is neither lost nor held up over it.
    """
    handle = read_handle(typed if "@" in typed else f"{typed}@{instance.uris.domain}")
    if handle is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE_FOR_A_HANDLE):
            return await find_handle(instance, handle)
    except (FetchError, RefusedDocument, TimeoutError):
        return None


def _new_status(
    instance: Instance,
    author: Actor,
    draft: Draft,
    *,
    named: Mapping[str, Actor],
    parent: StatusView | None,
    quoted: StatusView | None,
) -> Status:
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
        content=_html(instance, draft.text, named, quoted.status.url if quoted else None),
        source=draft.text,
        content_warning=draft.content_warning,
        is_sensitive=bool(draft.content_warning),
        language=draft.language,
        quote_policy=draft.quote_policy,
        in_reply_to_uri=parent.status.uri if parent else None,
        in_reply_to_id=parent.id if parent else None,
        boost_of_id=None,
        conversation=conversation,
        published=now(),
        edited_at=None,
    )


def _html(instance: Instance, text: str, named: Mapping[str, Actor], quoted_url: str | None) -> str:
    people = {
        typed: Named(url=actor.profile.url, username=actor.profile.username)
        for typed, actor in named.items()
    }
    html = format_status(text, people, instance.uris.hashtag)
    return format_quote(quoted_url) + html if quoted_url else html


def _quoted_url(view: StatusView) -> str | None:
    if view.quote is None:
        return None
    return view.quote.view.status.url if view.quote.view else view.quote.quoted_uri


async def _store_details(
    connection: Connection, status: Status, text: str, named: Mapping[str, Actor]
) -> set[int]:
    """Hashtags and mentions of a local status; who is newly named."""
    await replace_hashtags(connection, status.id, hashtags_in(text))
    ids = [actor.id for actor in named.values()]
    return set(await db_statuses.add_mentions(connection, status.id, ids, is_silent=False))
