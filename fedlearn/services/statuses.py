"""This is where people post, edit, delete, boost and like."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fedlearn.activitypub import render
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import favourites as db_favourites
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope, narrower
from fedlearn.domain.ids import StatusId, Uri, now, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status, StatusView, boost_of
from fedlearn.errors import FetchError, Forbidden, Invalid, NotFound, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.outbox import recipients as outbox_recipients
from fedlearn.outbox.publish import publish_status_activity, publish_to
from fedlearn.outbox.recipients import Recipients
from fedlearn.remote.actors import find_handle
from fedlearn.services.notifications import notify, take_back
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
        view = await _own_view(connection, author, status.id)
        recipients = await outbox_recipients.recipients_of(connection, view)
        activity = render.render_create(view, instance.uris)
        await _publish(instance, connection, view, activity, recipients)
    return view


async def edit_status(
    instance: Instance, author: Actor, status_id: StatusId, text: str, content_warning: str
) -> StatusView:
    """Change what a post says; the audience stays, and what it said before is kept."""
    _check_text(instance, text, content_warning)
    named = await _named(instance, text)
    async with instance.db.write() as connection:
        before = await _own_status(connection, author, status_id)
        _refuse_outsiders(named, before.scope)
        after = replace(
            before,
            content=_html(instance, text, named),
            source=text,
            content_warning=content_warning,
            is_sensitive=bool(content_warning),
            edited_at=now(),
        )
        old = await _own_view(connection, author, status_id)
        before_edit = await outbox_recipients.recipients_of_change(connection, old)
        await db_statuses.replace_text(connection, before, after)
        await db_statuses.remove_mentions_except(
            connection, status_id, [actor.id for actor in named.values()]
        )
        new = await _store_details(connection, after, text, named)
        for actor in (one for one in named.values() if one.id in new):
            await notify(connection, actor, author, NotificationKind.MENTION, status_id)
        view = await _own_view(connection, author, status_id)
        now_reached = await outbox_recipients.recipients_of(connection, view)
        # Whoever had the old text must get the new one, named in it or not.
        everybody = Recipients(
            before_edit.follower_inboxes, (*before_edit.people, *now_reached.people)
        )
        activity = render.render_update(view, instance.uris)
        await _publish(instance, connection, view, activity, everybody)
    return view


async def delete_status(instance: Instance, author: Actor, status_id: StatusId) -> None:
    """Take a post back, here and wherever it went. A boost is deleted as `unboost` does."""
    async with instance.db.write() as connection:
        status = await _own_status(connection, author, status_id)
        view = await _own_view(connection, author, status_id)
        recipients = await outbox_recipients.recipients_of_change(connection, view)
        activity = render.render_delete(view)
        await _publish(instance, connection, view, activity, recipients)
        await db_statuses.delete_status(connection, status.id)
        if status.reach.is_open and status.scope is Scope.FED:
            # Its grave can be seen by anybody, so it tells only of what anybody could see.
            await db_received.bury(connection, status.uri, author.uri)


async def boost(instance: Instance, actor: Actor, status_id: StatusId) -> StatusView:
    """Show a post to one's followers. Boosting twice is boosting once."""
    async with instance.db.write() as connection:
        boosted = await _seen(connection, actor, status_id)
        if boosted.boost_of:
            boosted = boosted.boost_of
        known = await db_statuses.boost_by(connection, actor.id, boosted.id)
        if known:
            return await _own_view(connection, actor, known.id)
        _check_boost(boosted, actor)
        status = _new_boost(instance, actor, boosted.status)
        await db_statuses.insert_status(connection, status, is_local=True)
        await distribute(connection, status, actor)
        await notify(connection, boosted.author, actor, NotificationKind.BOOST, boosted.id)
        view = await _own_view(connection, actor, status.id)
        recipients = await outbox_recipients.recipients_of_boost(connection, view)
        activity = render.render_announce(view)
        await _publish(instance, connection, view, activity, recipients)
    return view


async def unboost(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Take a boost back."""
    async with instance.db.write() as connection:
        known = await db_statuses.boost_by(connection, actor.id, status_id)
        if known is None:
            return
        view = await _own_view(connection, actor, known.id)
        recipients = await outbox_recipients.recipients_of_boost(connection, view)
        activity = render.render_undo(render.render_announce(view))
        await _publish(instance, connection, view, activity, recipients)
        await db_statuses.delete_status(connection, known.id)
        if view.boost_of:
            await take_back(
                connection, view.boost_of.author.id, actor, NotificationKind.BOOST, status_id
            )


async def favourite(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Like a post. Liking twice is liking once."""
    async with instance.db.write() as connection:
        liked = await _seen(connection, actor, status_id)
        uri = f"{actor.uri}#likes/{snowflake()}"
        is_new = await db_favourites.insert_favourite(
            connection, actor_id=actor.id, status_id=liked.id, uri=uri
        )
        if not is_new:
            return
        await notify(connection, liked.author, actor, NotificationKind.FAVOURITE, liked.id)
        await _tell_author(
            instance, connection, actor, liked, render.render_like(uri, actor, liked)
        )


async def unfavourite(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Take a like back."""
    async with instance.db.write() as connection:
        liked = await _seen(connection, actor, status_id)
        uri = await db_favourites.delete_favourite(connection, actor.id, liked.id)
        if uri is None:
            return
        await take_back(connection, liked.author.id, actor, NotificationKind.FAVOURITE, liked.id)
        like = render.render_like(uri, actor, liked)
        await _tell_author(instance, connection, actor, liked, render.render_undo(like))


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


def _check_boost(boosted: StatusView, actor: Actor) -> None:
    """Anybody may boost what is open to anybody; one's own posts for followers, only oneself."""
    is_own = boosted.author.id == actor.id
    if boosted.status.reach.is_open or (is_own and boosted.status.reach is Reach.FOLLOWERS):
        return
    raise Forbidden("This post is not meant for everybody, so it cannot be boosted.")


# --- how a status comes about --------------------------------------------------------------------


async def _parent(instance: Instance, author: Actor, draft: Draft) -> StatusView | None:
    if draft.in_reply_to_id is None:
        return None
    async with instance.db.read() as connection:
        parent = await _seen(connection, author, draft.in_reply_to_id)
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


def _new_boost(instance: Instance, actor: Actor, boosted: Status) -> Status:
    status_id = StatusId(snowflake())
    uri = f"{instance.uris.status(actor.profile.username, status_id)}/activity"
    return boost_of(
        boosted,
        status_id=status_id,
        uri=Uri(uri),
        actor_id=actor.id,
        reach=boosted.reach,
        at=now(),
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
    await db_statuses.set_details(connection, status.id, hashtags=hashtags_in(text), attachments=())
    ids = [actor.id for actor in named.values()]
    return set(await db_statuses.add_mentions(connection, status.id, ids, is_silent=False))


# --- what is looked up ---------------------------------------------------------------------------


async def _seen(connection: Connection, actor: Actor, status_id: StatusId) -> StatusView:
    """A status, if this actor may see it."""
    view = await status_view(connection, actor.viewer, status_id)
    if view is None:
        raise NotFound("There is no such post.")
    return view


async def _own_view(connection: Connection, author: Actor, status_id: StatusId) -> StatusView:
    return await _seen(connection, author, status_id)


async def _own_status(connection: Connection, author: Actor, status_id: StatusId) -> Status:
    status = await db_statuses.status_by_id(connection, status_id)
    if status is None or status.actor_id != author.id or status.boost_of_id is not None:
        raise NotFound("There is no such post of yours.")
    return status


# --- what is sent --------------------------------------------------------------------------------


async def _publish(
    instance: Instance,
    connection: Connection,
    view: StatusView,
    activity: Document,
    recipients: Recipients,
) -> None:
    await publish_status_activity(
        connection,
        instance.settings.federation,
        sender=view.author,
        activity=activity,
        status=view.status,
        recipients=recipients,
    )


async def _tell_author(
    instance: Instance, connection: Connection, actor: Actor, view: StatusView, activity: Document
) -> None:
    """A like concerns nobody but the author of what is liked; inside the organisation, nobody."""
    if view.status.scope is Scope.ORG:
        return
    await publish_to(
        connection,
        instance.settings.federation,
        sender=actor,
        activity=activity,
        to=[view.author],
        order_key=view.status.uri,
    )
