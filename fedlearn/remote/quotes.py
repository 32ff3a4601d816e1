"""This is where it is remembered what posts of other servers say that they quote.

Whether they may is found out later, in services/verification.py.
"""

import msgspec

from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.quotes import Authorization, QuoteClaim, read_authorization
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import Uri
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Status
from fedlearn.errors import RefusedDocument
from fedlearn.instance import Instance

MOST_QUOTES_FOLLOWED = 2


class Claimed(msgspec.Struct, frozen=True):
    """The payload of a verify_quote job: which post quotes, and how many quotes lead to it."""

    status_id: int
    is_legacy: bool = False
    quotes_above: int = 0


async def claim_quote(
    connection: Connection, status: Status, claim: QuoteClaim | None, *, quotes_above: int = 0
) -> None:
    """Remember what a post says that it quotes; shown is that only when it is agreed."""
    before = await db_quotes.quote_of(connection, status.id)
    if claim is None:
        if before is not None:
            await db_quotes.delete_quote(connection, status.id)
        return
    if before is None or _is_new(claim, before):
        await db_quotes.store_quote(connection, await _quote(connection, status, claim, before))
    await want_verified(connection, Claimed(status.id, claim.is_legacy, quotes_above))


async def confirm_quote(connection: Connection, status: Status, claim: QuoteClaim) -> None:
    """The same quote as before, of which its server may know now whether it is agreed to."""
    before = await db_quotes.quote_of(connection, status.id)
    if before is not None and before.quoted_uri == claim.uri and _is_new(claim, before):
        await claim_quote(connection, status, claim)


async def want_verified(connection: Connection, claimed: Claimed) -> None:
    """Ask for it to be found out whether a quote is agreed to."""
    payload = msgspec.json.encode(claimed).decode()
    job = NewJob(JobKind.VERIFY_QUOTE, payload, order_key=f"quote {claimed.status_id}")
    await insert_jobs(connection, [job])


def _is_new(claim: QuoteClaim, before: Quote) -> bool:
    return (claim.uri, claim.authorization) != (before.quoted_uri, before.authorization_uri)


async def _quote(
    connection: Connection, status: Status, claim: QuoteClaim, before: Quote | None
) -> Quote:
    quoted = await db_statuses.status_by_uri(connection, claim.uri)
    # What was taken back stays so until it is agreed to anew.
    is_revoked = before and before.quoted_uri == claim.uri and before.state is QuoteState.REVOKED
    return Quote(
        status_id=status.id,
        quoted_uri=claim.uri,
        # Nobody outside knows what stays inside: who quotes it has guessed, and shows nothing.
        quoted_id=quoted.id if quoted and quoted.scope is Scope.FED else None,
        state=QuoteState.REVOKED if is_revoked else QuoteState.PENDING,
        authorization_uri=claim.authorization,
    )


async def check_authorization(
    instance: Instance, uri: Uri, quoting: Uri, quoted: Uri, quoted_author: Uri
) -> None:
    """Fetch an authorization, which must be the word of the quoted author about these two posts.

    Raises `RefusedDocument` when it is not, and `FetchError` and its kin.
    """
    if not same_origin(uri, quoted_author):
        raise RefusedDocument(f"{uri} is not on the server of {quoted_author}")
    document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
    if read_authorization(document) != Authorization(uri, quoted_author, quoting, quoted):
        raise RefusedDocument(f"{uri} does not say that {quoting} may quote {quoted}")
