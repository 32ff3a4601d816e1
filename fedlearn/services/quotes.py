"""This is where people quote posts, let others quote theirs, and take that back (FEP-044f)."""

from dataclasses import replace

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.quotes import (
    policy_of,
    render_quote_answer,
    render_quote_request,
    render_revocation,
)
from fedlearn.activitypub.render.statuses import render_note
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import StatusId, Uri, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.quotes import Quote, QuotePolicy, QuoteState
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity, publish_to
from fedlearn.outbox.recipients import Recipients, recipients_of
from fedlearn.outbox.updates import publish_update
from fedlearn.services.notifications import notify
from fedlearn.services.seen import own_status, seen
from fedlearn.text.languages import _

# --- quoting -------------------------------------------------------------------------------------


async def may_quote(connection: Connection, quoted: StatusView, actor: Actor) -> bool:
    """Whether an actor may quote a post that they see, without its author being asked."""
    if quoted.author.id == actor.id:
        return True
    match policy_of(quoted):
        case QuotePolicy.PUBLIC:
            return True
        case QuotePolicy.FOLLOWERS:
            return await db_follows.is_following(connection, actor.id, quoted.author.id)
        case QuotePolicy.NOBODY:
            return False


async def quote(
    instance: Instance, connection: Connection, author: Actor, status: Status, quoted: StatusView
) -> None:
    """A new status of ours quotes another: at once, or as soon as its author agrees.

    `Invalid` when it may not.
    """
    made = await _new_quote(instance, connection, author, status, quoted)
    await db_quotes.store_quote(connection, made)
    if made.state is QuoteState.ACCEPTED:
        await tell_quoted(connection, quoted.author, author, status.id)


async def _new_quote(
    instance: Instance, connection: Connection, author: Actor, status: Status, quoted: StatusView
) -> Quote:
    made = Quote(status.id, quoted.status.uri, quoted.id, QuoteState.ACCEPTED)
    if quoted.author.id == author.id:
        return made
    if not quoted.status.reach.is_open:
        raise _refused(_("This post is not meant for everybody, so only its author can quote it."))
    if quoted.author.is_local or status.scope is Scope.ORG:
        if not await may_quote(connection, quoted, author):
            raise _refused(
                _("%(name)s does not want this post to be quoted.", name=quoted.author.display_name)
            )
        if status.scope is Scope.ORG:
            # An authorization can be read outside, and would name what stays inside.
            return made
        uri = await authorize(instance, connection, quoted, status.uri, author)
        return replace(made, authorization_uri=uri)
    request_uri = Uri(f"{author.uri}#quote_requests/{snowflake()}")
    return replace(made, state=QuoteState.PENDING, request_uri=request_uri)


def _refused(message: str) -> Invalid:
    return Invalid(message, {"quoted_id": message})


async def ask_to_quote(
    instance: Instance, connection: Connection, view: StatusView, quoted: StatusView
) -> None:
    """Send the QuoteRequest that a new quote needs, if it needs one."""
    made = await db_quotes.quote_of(connection, view.id)
    if made is None or made.request_uri is None:
        return
    note = render_note(view, instance.uris)
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=render_quote_request(made.request_uri, view, quoted, note),
        recipients=Recipients(people=(quoted.author,)),
    )


async def tell_quoted(
    connection: Connection, quoted_author: Actor, author: Actor, status_id: StatusId
) -> None:
    """Tell somebody of ours that they are quoted, if they may see where."""
    if quoted_author.is_local and await status_view(connection, quoted_author.viewer, status_id):
        await notify(connection, quoted_author, author, NotificationKind.QUOTE, status_id)


# --- being quoted --------------------------------------------------------------------------------


async def authorize(
    instance: Instance,
    connection: Connection,
    quoted: StatusView,
    quoting_uri: Uri,
    quoting_author: Actor,
) -> Uri:
    """Give our word that a post may quote one of ours; where it can be read."""
    authorization_id = await db_quotes.authorize_quote(
        connection, quoted.id, quoting_uri, quoting_author.id
    )
    return instance.uris.quote_authorization(quoted.author.profile.username, authorization_id)


async def answer_request(
    instance: Instance,
    connection: Connection,
    author: Actor,
    asker: Actor,
    *,
    request: Document,
    authorization: Uri | None,
) -> None:
    """Send Accept or Reject to somebody on another server who wants to quote a post of ours."""
    uri = f"{author.uri}#quote_answers/{snowflake()}"
    await publish_to(
        connection,
        instance.settings.federation,
        sender=author,
        activity=render_quote_answer(uri, request, author.uri, authorization),
        to=[asker],
        order_key=request["object"],
    )


async def change_policy(
    instance: Instance, author: Actor, status_id: StatusId, policy: QuotePolicy
) -> StatusView:
    """Who may quote a post of ours from now on; quotes that there are stay.

    What is not meant for everybody is quoted by nobody else, whatever is said here.
    """
    async with instance.db.write() as connection:
        status = await own_status(connection, author, status_id)
        if status.reach.is_open and status.quote_policy is not policy:
            await db_statuses.set_quote_policy(connection, status.id, policy)
            await publish_update(instance, connection, author, status.id)
        return await seen(connection, author, status.id)


async def revoke_quote(instance: Instance, author: Actor, status_id: StatusId) -> None:
    """Somebody of ours does not want to be quoted in this post any more, wherever it is."""
    async with instance.db.write() as connection:
        view = await seen(connection, author, status_id)
        quoted = view.quote.view if view.quote else None
        if quoted is None or quoted.author.id != author.id or view.author.id == author.id:
            raise NotFound(_("This post quotes none of yours."))
        await db_quotes.settle_quote(connection, view.id, QuoteState.REVOKED)
        await _revoke_authorization(instance, connection, quoted, view)
        if view.author.is_local:
            await publish_update(instance, connection, view.author, view.id)


async def _revoke_authorization(
    instance: Instance, connection: Connection, quoted: StatusView, view: StatusView
) -> None:
    known = await db_quotes.authorization_of(connection, quoted.id, view.status.uri)
    if known is None:
        return
    await db_quotes.revoke_authorization(connection, known)
    uri = instance.uris.quote_authorization(quoted.author.profile.username, known)
    readers = await recipients_of(connection, quoted)
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=quoted,
        activity=render_revocation(uri, quoted, view.author.uri),
        recipients=Recipients(readers.follower_inboxes, (view.author,)),
    )


# --- what becomes of it --------------------------------------------------------------------------


async def settle_request(
    instance: Instance,
    connection: Connection,
    asked: Quote,
    state: QuoteState,
    authorization_uri: Uri | None = None,
) -> None:
    """The author whom a post of ours wants to quote has answered: those who have it are told."""
    if (asked.state, asked.authorization_uri) == (state, authorization_uri):
        return
    await db_quotes.settle_quote(
        connection, asked.status_id, state, authorization_uri=authorization_uri
    )
    # A post that was waiting, and shows nothing now either, is no news.
    if QuoteState.ACCEPTED in {asked.state, state}:
        await _tell_of_change(instance, connection, asked.status_id)


async def lose_authorization(
    instance: Instance, connection: Connection, uri: str, author: Actor
) -> bool:
    """An author on another server takes back their word; False when none of theirs is known."""
    is_known = False
    for given in await db_quotes.quotes_authorized_by(connection, uri):
        quoted = given.quoted_id and await db_statuses.status_by_id(connection, given.quoted_id)
        if not quoted or quoted.actor_id != author.id:
            continue
        is_known = True
        await db_quotes.settle_quote(connection, given.status_id, QuoteState.REVOKED)
        await _tell_of_change(instance, connection, given.status_id)
    return is_known


async def _tell_of_change(instance: Instance, connection: Connection, status_id: StatusId) -> None:
    status = await db_statuses.status_by_id(connection, status_id)
    author = await db_actors.actor_by_id(connection, status.actor_id) if status else None
    if author is not None and author.is_local:
        await publish_update(instance, connection, author, status_id)
