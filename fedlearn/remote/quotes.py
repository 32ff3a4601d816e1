"""This is where it is found out whether a post of another server may show what it quotes."""

from fedlearn.activitypub.vocabulary.quotes import QuoteClaim
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.audience import Scope
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Status


async def claim_quote(connection: Connection, status: Status, claim: QuoteClaim | None) -> None:
    """Remember what a post says that it quotes; shown is that only when it is agreed."""
    before = await db_quotes.quote_of(connection, status.id)
    if claim is None:
        if before is not None:
            await db_quotes.delete_quote(connection, status.id)
        return
    if before is not None and before.quoted_uri == claim.uri:
        return
    quoted = await db_statuses.status_by_uri(connection, claim.uri)
    quote = Quote(
        status_id=status.id,
        quoted_uri=claim.uri,
        # Nobody outside knows what stays inside: who quotes it has guessed, and shows nothing.
        quoted_id=quoted.id if quoted and quoted.scope is Scope.FED else None,
        state=QuoteState.PENDING,
        authorization_uri=claim.authorization,
    )
    await db_quotes.store_quote(connection, quote)
