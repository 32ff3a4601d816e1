"""Which status quotes which, what is agreed of that, and our own word for it, on both databases."""

from dataclasses import replace

import pytest

from fedlearn.db import blocks as db_blocks
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope, Viewer
from fedlearn.domain.ids import Uri
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Status, StatusView
from tests.builders import boosts, follows, local, remote, says

WORD = Uri("https://far.example/users/robin/words/1")


async def quotes(
    connection: Connection,
    author: Actor,
    quoted: Status,
    state: QuoteState = QuoteState.ACCEPTED,
    reach: Reach = Reach.PUBLIC,
) -> Quote:
    """Somebody quotes a post, stored as asked for, whether the rules allow it or not."""
    post = await says(connection, author, reach=reach)
    quote = Quote(post.id, quoted.uri, quoted.id, state)
    await db_quotes.store_quote(connection, quote)
    return quote


async def shown(connection: Connection, viewer: Viewer, quote: Quote) -> StatusView | None:
    """The quoted post, as a reader of the quoting one is shown it."""
    view = await status_view(connection, viewer, quote.status_id)
    assert view
    assert view.quote
    return view.quote.view


async def test_quote_is_read_as_it_was_stored(connection: Connection) -> None:
    """A quote comes back whole; stored anew it is another one, and deleted it is none."""
    alice, robin = await local(connection), await remote(connection)
    quoted = await says(connection, robin)
    quote = replace(
        await quotes(connection, alice, quoted, QuoteState.PENDING),
        request_uri=Uri(f"{alice.uri}#quote_requests/1"),
    )
    await db_quotes.store_quote(connection, quote)
    assert await db_quotes.quote_of(connection, quote.status_id) == quote
    assert await db_quotes.quote_by_request(connection, f"{alice.uri}#quote_requests/1") == quote
    assert await db_quotes.quote_by_request(connection, f"{alice.uri}#quote_requests/2") is None
    await db_quotes.delete_quote(connection, quote.status_id)
    assert await db_quotes.quote_of(connection, quote.status_id) is None


async def test_quote_is_settled(connection: Connection) -> None:
    """What becomes of a quote is kept; what was known of it before stays known."""
    alice, robin = await local(connection), await remote(connection)
    quoted = await says(connection, robin)
    quote = await quotes(connection, alice, quoted, QuoteState.PENDING)
    other = await quotes(connection, alice, quoted, QuoteState.PENDING)
    await db_quotes.settle_quote(
        connection, quote.status_id, QuoteState.ACCEPTED, authorization_uri=WORD
    )
    agreed = replace(quote, state=QuoteState.ACCEPTED, authorization_uri=WORD)
    assert await db_quotes.quotes_authorized_by(connection, WORD) == [agreed]
    await db_quotes.settle_quote(connection, quote.status_id, QuoteState.REVOKED)
    revoked = replace(agreed, state=QuoteState.REVOKED)
    assert await db_quotes.quote_of(connection, quote.status_id) == revoked
    assert await db_quotes.quote_of(connection, other.status_id) == other


async def test_our_word(connection: Connection) -> None:
    """Our word is given once for each quoting post, can be looked up, and taken back."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, alice)
    one, two = Uri(f"{robin.uri}/notes/1"), Uri(f"{robin.uri}/notes/2")
    first = await db_quotes.authorize_quote(connection, post.id, one, robin.id)
    assert await db_quotes.authorize_quote(connection, post.id, one, robin.id) == first
    second = await db_quotes.authorize_quote(connection, post.id, two, robin.id)
    assert second != first
    assert await db_quotes.authorized_quote(connection, first) == (post.id, one)
    assert await db_quotes.authorization_of(connection, post.id, one) == first
    await db_quotes.revoke_authorization(connection, first)
    assert await db_quotes.authorized_quote(connection, first) is None
    assert await db_quotes.authorization_of(connection, post.id, one) is None
    assert await db_quotes.authorization_of(connection, post.id, two) == second


@pytest.mark.parametrize("state", QuoteState)
async def test_only_what_is_agreed_is_shown(connection: Connection, state: QuoteState) -> None:
    """A quoted post is shown in the one that quotes it only when its author has agreed."""
    alice, robin = await local(connection), await remote(connection)
    quoted = await says(connection, robin, "look")
    quote = await quotes(connection, alice, quoted, state)
    view = await shown(connection, STRANGER, quote)
    assert (view.status if view else None) == (quoted if state is QuoteState.ACCEPTED else None)


async def test_quoting_shows_nobody_what_they_may_not_see(connection: Connection) -> None:
    """What is quoted is shown to those only who could see it anyway, wherever it is quoted."""
    alice, bob, robin, rosa = [
        await local(connection),
        await local(connection, "bob"),
        await remote(connection),
        await remote(connection, "rosa@far.example"),
    ]
    await follows(connection, robin, alice)
    viewers = {"alice": alice, "bob": bob, "robin": robin, "rosa": rosa}
    seen: dict[str, list[str]] = {}
    for name, reach, scope in [
        ("public", Reach.PUBLIC, Scope.FED),
        ("followers", Reach.FOLLOWERS, Scope.FED),
        ("direct", Reach.DIRECT, Scope.FED),
        ("org", Reach.PUBLIC, Scope.ORG),
    ]:
        quoted = await says(connection, alice, name, reach=reach, scope=scope)
        quote = await quotes(connection, alice, quoted)
        seen[name] = [
            who for who, one in viewers.items() if await shown(connection, one.viewer, quote)
        ]
    assert seen == {
        "public": ["alice", "bob", "robin", "rosa"],
        "followers": ["alice", "robin"],
        "direct": ["alice"],
        "org": ["alice", "bob"],
    }


async def test_blocks_reach_into_quotes(connection: Connection) -> None:
    """Whoever is blocked by the quoted author does not see the quoted post by a detour."""
    alice, bob, robin = [
        await local(connection),
        await local(connection, "bob"),
        await remote(connection),
    ]
    quote = await quotes(connection, robin, await says(connection, alice))
    assert await shown(connection, bob.viewer, quote)
    await db_blocks.insert_block(connection, actor_id=alice.id, target_id=bob.id, uri="block")
    assert await shown(connection, bob.viewer, quote) is None


async def test_deleted_post_is_quoted_no_more(connection: Connection) -> None:
    """When the quoted post is deleted, the one that quotes it stays, and shows nothing."""
    alice, robin = await local(connection), await remote(connection)
    quoted = await says(connection, robin)
    quote = await quotes(connection, alice, quoted)
    await db_statuses.delete_status(connection, quoted.id)
    assert await shown(connection, STRANGER, quote) is None


async def test_quote_within_a_quote_is_not_shown(connection: Connection) -> None:
    """One quote is shown, not what the quoted post quotes in turn; a boost shows it, too."""
    alice, robin = await local(connection), await remote(connection)
    inner = await quotes(connection, robin, await says(connection, robin))
    inner_post = await db_statuses.status_by_id(connection, inner.status_id)
    assert inner_post
    outer = await quotes(connection, alice, inner_post)
    view = await shown(connection, STRANGER, outer)
    assert view
    assert view.status == inner_post
    assert view.quote is None
    outer_post = await db_statuses.status_by_id(connection, outer.status_id)
    assert outer_post
    boost = await status_view(
        connection, STRANGER, (await boosts(connection, robin, outer_post)).id
    )
    assert boost
    assert boost.boost_of
    assert boost.boost_of.quote
    assert boost.boost_of.quote.view == view


async def test_quoter_and_quoted_hear_of_a_change(connection: Connection) -> None:
    """Of a change hear the one whom a post quotes, and the one who quotes it."""
    alice, robin = await local(connection), await remote(connection)
    quoted = await says(connection, robin)
    quote = await quotes(connection, alice, quoted)
    assert await db_statuses.interested_actors(connection, quoted.id) == [alice]
    assert await db_statuses.interested_actors(connection, quote.status_id) == [robin]
