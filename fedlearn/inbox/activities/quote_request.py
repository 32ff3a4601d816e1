"""QuoteRequest: somebody on another server wants to quote a post of ours (FEP-044f)."""

import logging
from dataclasses import dataclass

from fedlearn.activitypub import values
from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.notes import NoteDocument, read_note
from fedlearn.db import actors as db_actors
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import Uri
from fedlearn.domain.quotes import QuoteState
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import FetchError, RefusedDocument
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.quotes import Claimed, want_verified
from fedlearn.remote.statuses import store_note
from fedlearn.services.quotes import answer_request, authorize, may_quote

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A post of ours that somebody wants to quote; whoever is blocked has no view of it."""

    author: Actor
    view: StatusView | None


async def on_quote_request(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Answer as the author of the post has chosen: Accept with our word, or Reject."""
    quoting = values.uri(activity.document.get("instrument"))
    if activity.uri is None or quoting is None or not same_origin(quoting, sender.actor.uri):
        return Ignored("it does not say which post of its sender is to quote")
    async with instance.db.write() as connection:
        asked = await _asked_about(connection, activity, sender)
        if asked is None:
            return Ignored("it asks about no post of ours that its sender may see")
        given = None
        if asked.view is not None and await _may_quote(connection, asked.view, quoting, sender):
            given = await authorize(instance, connection, asked.view, quoting, sender.actor)
        await answer_request(
            instance,
            connection,
            asked.author,
            sender.actor,
            request=_request(activity, quoting),
            authorization=given,
        )
    if given is not None:
        await _keep_quoting(instance, activity, quoting, sender)
    return DONE


async def _asked_about(connection: Connection, activity: Activity, sender: Sender) -> Asked | None:
    """What is asked about; None for what is not ours, or so private that it is not even denied."""
    status = await db_statuses.status_by_uri(connection, activity.object_uri or "")
    if status is None or status.boost_of_id is not None or status.scope is not Scope.FED:
        return None
    author = await db_actors.actor_by_id(connection, status.actor_id)
    if author is None or not author.is_local:
        return None
    view = await status_view(connection, sender.actor.viewer, status.id)
    return Asked(author, view) if status.reach.is_open or view is not None else None


async def _may_quote(
    connection: Connection, quoted: StatusView, quoting: Uri, sender: Sender
) -> bool:
    """Whether the author lets the sender, and has not taken that back for this very post."""
    if not await may_quote(connection, quoted, sender.actor):
        return False
    known = await db_statuses.status_by_uri(connection, quoting)
    before = await db_quotes.quote_of(connection, known.id) if known else None
    is_same = before is not None and before.quoted_uri == quoted.status.uri
    return not (is_same and before is not None and before.state is QuoteState.REVOKED)


def _request(activity: Activity, quoting: Uri) -> Document:
    return {
        "id": activity.uri,
        "type": "QuoteRequest",
        "actor": activity.actor,
        "object": activity.object_uri,
        "instrument": quoting,
    }


async def _keep_quoting(
    instance: Instance, activity: Activity, quoting: Uri, sender: Sender
) -> None:
    """Keep the post that quotes, if it is open, so that the quoted author can be told of it."""
    try:
        note = await _instrument(instance, activity, quoting)
        is_open = reach_of(note.to, note.cc, sender.actor.profile.followers).is_open
        async with instance.db.write() as connection:
            if is_open:
                await store_note(connection, instance.uris, note, sender.actor)
            known = await db_statuses.status_by_uri(connection, quoting)
            if known is not None:
                await want_verified(connection, Claimed(known.id))
    except (FetchError, RefusedDocument) as error:
        log.info("the post that quotes, %s, is not kept: %s", quoting, error)


async def _instrument(instance: Instance, activity: Activity, quoting: Uri) -> NoteDocument:
    embedded = activity.document.get("instrument")
    if isinstance(embedded, dict) and values.kind(embedded):
        return read_note(embedded)
    return read_note(await instance.fetcher.fetch(quoting, await instance.own_signing_key()))
