"""This is where it is found out whether a post of another server may show what it quotes.

It may when its author quotes themselves, when the quoted author has agreed to it, or, where it
comes from a server that cannot ask, when the quoted author lets anybody quote.
"""

import logging
from dataclasses import dataclass

import msgspec

from fedlearn.db import actors as db_actors
from fedlearn.db import quotes as db_quotes
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view, status_view_by_uri
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId, Uri
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.errors import FetchError, RefusedDocument, Unreachable
from fedlearn.instance import Instance
from fedlearn.remote.quotes import MOST_QUOTES_FOLLOWED, Claimed, check_authorization
from fedlearn.remote.statuses import fetch_note, store_note
from fedlearn.services.quotes import may_quote, tell_quoted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quoting:
    """A post that quotes, and what is known of that so far."""

    status: Status
    author: Actor
    quote: Quote
    is_legacy: bool


async def verify_quote(instance: Instance, payload: str) -> None:
    """Find out whether a quote is agreed to; `Unreachable` when that cannot be known now."""
    claimed = msgspec.json.decode(payload, type=Claimed)
    async with instance.db.read() as connection:
        quoting = await _quoting(connection, claimed)
    if quoting is None or quoting.author.is_local:
        return
    quoted = None
    try:
        quoted = await _find_quoted(instance, quoting, claimed.quotes_above)
        state = await _judge(instance, quoting, quoted) if quoted else quoting.quote.state
    except Unreachable:
        raise
    except (FetchError, RefusedDocument) as error:
        log.info("the quote in %s is not shown: %s", quoting.status.uri, error)
        was_shown = quoting.quote.state in {QuoteState.ACCEPTED, QuoteState.REVOKED}
        state = QuoteState.REVOKED if was_shown else QuoteState.REJECTED
    await _settle(instance, quoting, state, quoted)


async def _quoting(connection: Connection, claimed: Claimed) -> Quoting | None:
    status = await db_statuses.status_by_id(connection, StatusId(claimed.status_id))
    author = await db_actors.actor_by_id(connection, status.actor_id) if status else None
    quote = await db_quotes.quote_of(connection, status.id) if status else None
    if status is None or author is None or quote is None:
        return None
    return Quoting(status, author, quote, claimed.is_legacy)


async def _find_quoted(
    instance: Instance, quoting: Quoting, quotes_above: int
) -> StatusView | None:
    """What is quoted, as the quoting author may see it; fetched, unless too many quotes lead to it.

    `RefusedDocument` when they may not.
    """
    uri, author = quoting.quote.quoted_uri, quoting.author
    async with instance.db.read() as connection:
        view = await status_view_by_uri(connection, author.viewer, uri)
        is_known = view is not None or await db_statuses.status_by_uri(connection, uri) is not None
    if view is not None and view.boost_of is None:
        return view
    if is_known or instance.uris.is_ours(uri):
        raise RefusedDocument(f"{author.uri} sees no {uri} to quote")
    if quotes_above >= MOST_QUOTES_FOLLOWED:
        return None
    note, quoted_author = await fetch_note(instance, uri)
    async with instance.db.write() as connection:
        stored = await store_note(
            connection, instance.uris, note, quoted_author, quotes_above=quotes_above + 1
        )
        view = await status_view(connection, author.viewer, stored.status.id) if stored else None
    if view is None:
        raise RefusedDocument(f"{author.uri} sees no {uri} to quote")
    return view


async def _judge(instance: Instance, quoting: Quoting, quoted: StatusView) -> QuoteState:
    """What becomes of a quote; `RefusedDocument` or `FetchError` when its proof is none."""
    word = quoting.quote.authorization_uri
    if quoted.author.id == quoting.author.id:
        return QuoteState.ACCEPTED
    if quoted.author.is_local:
        async with instance.db.read() as connection:
            given = await db_quotes.authorization_of(connection, quoted.id, quoting.status.uri)
        if given is not None:
            return QuoteState.ACCEPTED
        if word is not None:
            raise RefusedDocument(f"{word} is no word of ours")
    elif word is not None:
        await _check_word(instance, word, quoting, quoted)
        return QuoteState.ACCEPTED
    return await _judge_without_word(instance, quoting, quoted)


async def _check_word(instance: Instance, word: Uri, quoting: Quoting, quoted: StatusView) -> None:
    async with instance.db.read() as connection:
        if await db_received.is_buried(connection, word, quoted.author.uri):
            raise RefusedDocument(f"{word} was taken back")
    await check_authorization(
        instance, word, quoting.status.uri, quoted.status.uri, quoted.author.uri
    )


async def _judge_without_word(
    instance: Instance, quoting: Quoting, quoted: StatusView
) -> QuoteState:
    """A server that can ask has still to do so; for others, the author may let everybody."""
    if not quoting.is_legacy or quoting.quote.state is QuoteState.REVOKED:
        return quoting.quote.state
    async with instance.db.read() as connection:
        is_let = await may_quote(connection, quoted, quoting.author)
    return QuoteState.ACCEPTED if is_let else QuoteState.REJECTED


async def _settle(
    instance: Instance, quoting: Quoting, state: QuoteState, quoted: StatusView | None
) -> None:
    status_id = quoting.status.id
    async with instance.db.write() as connection:
        if await db_quotes.quote_of(connection, status_id) != quoting.quote:
            # The post has been edited, or the word taken back, while this looked: that counts.
            return
        quoted_id = quoted.id if quoted else None
        await db_quotes.settle_quote(connection, status_id, state, quoted_id=quoted_id)
        if state is QuoteState.ACCEPTED and quoted is not None:
            await tell_quoted(connection, quoted.author, quoting.author, status_id)
