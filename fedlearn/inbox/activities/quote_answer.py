"""Accept and Reject of a QuoteRequest of ours (FEP-044f)."""

from fedlearn.activitypub import values
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Status
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.quotes import check_authorization
from fedlearn.services.quotes import settle_request

NOTHING_ASKED = Ignored("it answers nothing that we asked for")


async def on_quote_accepted(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """We may quote: the word that says so is fetched and checked before it is used."""
    async with instance.db.read() as connection:
        asked = await _asked(connection, activity, sender)
    if asked is None:
        return NOTHING_ASKED
    quote, quoting = asked
    result = values.uri(activity.document.get("result"))
    if result is None:
        return Ignored("it does not say where its word can be read")
    await check_authorization(instance, result, quoting.uri, quote.quoted_uri, sender.actor.uri)
    async with instance.db.write() as connection:
        if await db_quotes.quote_of(connection, quoting.id) != quote:
            return Ignored("the quote has changed while the word was looked at")
        await settle_request(instance, connection, quote, QuoteState.ACCEPTED, result)
    return DONE


async def on_quote_rejected(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """We may not quote, or no more."""
    async with instance.db.write() as connection:
        asked = await _asked(connection, activity, sender)
        if asked is None:
            return NOTHING_ASKED
        await settle_request(instance, connection, asked[0], QuoteState.REJECTED)
    return DONE


async def _asked(
    connection: Connection, activity: Activity, sender: Sender
) -> tuple[Quote, Status] | None:
    """Our quote that is answered, and the post in which it stands; only its author's word counts.

    It is told by the id of the request, or by the post that the embedded request names.
    """
    quote = await db_quotes.quote_by_request(connection, activity.object_uri or "")
    if quote is None and activity.object_kind == "QuoteRequest" and activity.object:
        instrument = values.uri(activity.object.get("instrument")) or ""
        named = await db_statuses.status_by_uri(connection, instrument)
        quote = await db_quotes.quote_of(connection, named.id) if named else None
    if quote is None or quote.request_uri is None or quote.quoted_id is None:
        return None
    quoted = await db_statuses.status_by_id(connection, quote.quoted_id)
    quoting = await db_statuses.status_by_id(connection, quote.status_id)
    if quoted is None or quoting is None or quoted.actor_id != sender.actor.id:
        return None
    return (quote, quoting) if quote.state is not QuoteState.REVOKED else None
