"""Which posts lead to a page; and which quote another."""

from fedlearn.db import quotes as db_quotes
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, replace_details
from fedlearn.db.leading_to import link_page
from fedlearn.domain.audience import STRANGER, Reach
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Preview
from tests.builders import local, remote, says

PAGE = "https://bees.example/"


async def test_posts_that_lead_to_a_page(connection: Connection) -> None:
    """Public ones in their order, downwards and upwards; to strangers those of this server."""
    alice, robin = await local(connection, "alice"), await remote(connection)
    made = []
    for author, reach, url in (
        (alice, Reach.PUBLIC, PAGE),
        (robin, Reach.PUBLIC, PAGE),
        (alice, Reach.UNLISTED, PAGE),
        (alice, Reach.PUBLIC, PAGE + "other"),
        (alice, Reach.PUBLIC, PAGE),
    ):
        post = await says(connection, author, reach=reach)
        await replace_details(connection, post.id, Details((), (), Preview(url, "Bees")))
        made.append(post.id)
    first, theirs, _unlisted, _elsewhere, last = made
    found = await link_page(connection, alice.viewer, PAGE, before=None, limit=9)
    assert found == [last, theirs, first]
    assert await link_page(connection, STRANGER, PAGE, before=None, limit=9) == [last, first]
    assert await link_page(connection, alice.viewer, PAGE, before=last, limit=1) == [theirs]
    upwards = await link_page(
        connection, alice.viewer, PAGE, before=None, limit=1, after=first, is_upward=True
    )
    assert upwards == [theirs]


async def test_posts_that_quote_another(connection: Connection) -> None:
    """Those whose quote was agreed to, as the reader may see them; and who of ours they are from."""
    alice, bob, robin = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    )
    quoted = await says(connection, alice)
    made = []
    for author, reach, state in (
        (bob, Reach.PUBLIC, QuoteState.ACCEPTED),
        (robin, Reach.PUBLIC, QuoteState.ACCEPTED),
        (bob, Reach.FOLLOWERS, QuoteState.ACCEPTED),
        (bob, Reach.PUBLIC, QuoteState.PENDING),
    ):
        post = await says(connection, author, reach=reach)
        await db_quotes.store_quote(connection, Quote(post.id, quoted.uri, quoted.id, state))
        made.append(post.id)
    first, theirs, kept, _pending = made
    page = await db_quotes.quotes_page(connection, STRANGER, quoted.id, before=None, limit=9)
    assert page == [theirs, first]
    page = await db_quotes.quotes_page(connection, bob.viewer, quoted.id, before=None, limit=2)
    assert page == [kept, theirs]
    assert [one.id for one in await db_quotes.local_quoters(connection, quoted.id)] == [bob.id]
