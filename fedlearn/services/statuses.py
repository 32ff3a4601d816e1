"""This is where people post, edit and delete."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fedlearn.activitypub.render.activities import render_create, render_delete, render_update
from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import replace_hashtags
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope, narrower
from fedlearn.domain.ids import StatusId, now, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.errors import FetchError, Invalid, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import Recipients, recipients_of, recipients_of_change
from fedlearn.remote.actors import find_handle
from fedlearn.services.notifications import notify
from fedlearn.services.seen import own_status, seen
from fedlearn.services.timelines import distribute
from fedlearn.text.format import Named, format_status
from fedlearn.text.mentions import handles_in, hashtags_in

MOST_HANDLES_LOOKED_UP = 20
PATIENCE_FOR_A_HANDLE = 10.0  # seconds
LONGEST_WARNING = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wants to post."""

    text: str
    reach: Reach = Reach.PUBLIC
    scope: Scope = Scope.FED
    content_warning: str = ""
    language: str | None = None
    in_reply_to_id: StatusId | None = None


async def post_status(instance: Instance, author: Actor, draft: Draft) -> StatusView:
    """Post; what comes back is the post as its author sees it.

    Raises `Invalid` with a message per field, `NotFound` for a parent that the author cannot see.
    """
    _check_text(instance, draft.text, draft.content_warning)
    parent = await _parent(instance, author, draft)
    draft = _no_wider_than(parent, draft)
    named = await _named(instance, draft.text)
    _refuse_outsiders(named, draft.scope)
    status = _new_status(instance, author, draft, parent, named)
    async with instance.db.write() as connection:
        await db_statuses.insert_status(connection, status, is_local=True)
        await _store_details(connection, status, draft.text, named)
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
    return view


async def edit_status(
    instance: Instance, author: Actor, status_id: StatusId, text: str, content_warning: str
) -> StatusView:
    """Change what a post says; the audience stays, and what it said before is kept."""
    _check_text(instance, text, content_warning)
    named = await _named(instance, text)
    async with instance.db.write() as connection:
        before = await own_status(connection, author, status_id)
        _refuse_outsiders(named, before.scope)
        after = replace(
            before,
            content=_html(instance, text, named),
            source=text,
            content_warning=content_warning,
            is_sensitive=bool(content_warning),
            edited_at=now(),
        )
        old = await seen(connection, author, status_id)
        before_edit = await recipients_of_change(connection, old)
        await db_statuses.replace_text(connection, before, after)
        await db_statuses.remove_mentions_except(
            connection, status_id, [actor.id for actor in named.values()]
        )
        new = await _store_details(connection, after, text, named)
        for actor in (one for one in named.values() if one.id in new):
            await notify(connection, actor, author, NotificationKind.MENTION, status_id)
        view = await seen(connection, author, status_id)
        now_reached = await recipients_of(connection, view)
        # Whoever had the old text must get the new one, named in it or not.
        everybody = Recipients(
            before_edit.follower_inboxes, (*before_edit.people, *now_reached.people)
        )
        activity = render_update(view, instance.uris)
        await publish_status_activity(
            connection,
            instance.settings.federation,
            view=view,
            activity=activity,
            recipients=everybody,
        )
    return view


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
        await db_statuses.delete_status(connection, status.id)
        if status.reach.is_open and status.scope is Scope.FED:
            # Its grave can be seen by anybody, so it tells only of what anybody could see.
            await db_received.bury(connection, status.uri, author.uri)


# --- what is checked -----------------------------------------------------------------------------


def _check_text(instance: Instance, text: str, content_warning: str) -> None:
    limit = instance.settings.max_status_characters
    if not text.strip():
        raise Invalid("There is nothing to post yet.", {"text": "Write something first."})
    if len(text) + len(content_warning) > limit:
        over = len(text) + len(content_warning) - limit
        raise Invalid(
            "The post is too long.", {"text": f"{over} characters too many: {limit} fit in a post."}
        )
    if len(content_warning) > LONGEST_WARNING:
        message = f"A warning has at most {LONGEST_WARNING} characters."
        raise Invalid("The warning is too long.", {"content_warning": message})


def _refuse_outsiders(named: Mapping[str, Actor], scope: Scope) -> None:
    outsiders = [actor.acct for actor in named.values() if not actor.is_local]
    if scope is Scope.ORG and outsiders:
        names = ", ".join(f"@{acct}" for acct in outsiders)
        message = f"{names} cannot see what stays in the organisation: leave out the name."
        raise Invalid("This post never leaves the server.", {"text": message})


# --- how a status comes about --------------------------------------------------------------------


async def _parent(instance: Instance, author: Actor, draft: Draft) -> StatusView | None:
    if draft.in_reply_to_id is None:
        return None
    async with instance.db.read() as connection:
        parent = await seen(connection, author, draft.in_reply_to_id)
    return parent.boost_of or parent


def _no_wider_than(parent: StatusView | None, draft: Draft) -> Draft:
    """An answer reaches no further than what it answers."""
    if parent is None:
        return draft
    scope = Scope.ORG if parent.status.scope is Scope.ORG else draft.scope
    return replace(draft, reach=narrower(draft.reach, parent.status.reach), scope=scope)


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
    parent: StatusView | None,
    named: Mapping[str, Actor],
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
        content=_html(instance, draft.text, named),
        source=draft.text,
        content_warning=draft.content_warning,
        is_sensitive=bool(draft.content_warning),
        language=draft.language,
        in_reply_to_uri=parent.status.uri if parent else None,
        in_reply_to_id=parent.id if parent else None,
        boost_of_id=None,
        conversation=conversation,
        published=now(),
        edited_at=None,
    )


def _html(instance: Instance, text: str, named: Mapping[str, Actor]) -> str:
    people = {
        typed: Named(url=actor.profile.url, username=actor.profile.username)
        for typed, actor in named.items()
    }
    return format_status(text, people, instance.uris.hashtag)


async def _store_details(
    connection: Connection, status: Status, text: str, named: Mapping[str, Actor]
) -> set[int]:
    """Hashtags and mentions of a local status; who is newly named."""
    await replace_hashtags(connection, status.id, hashtags_in(text))
    ids = [actor.id for actor in named.values()]
    return set(await db_statuses.add_mentions(connection, status.id, ids, is_silent=False))
