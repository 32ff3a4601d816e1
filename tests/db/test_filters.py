"""How filters are kept, and what they leave of a timeline."""

import pytest

from fedlearn.db import filters as db_filters
from fedlearn.db.database import Connection, Database
from fedlearn.db.erasing import erase_traces
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.filters import Filter, FilterAction, FilterContext, Keyword, NewFilter
from fedlearn.domain.ids import MINUTE_MS, Millis, StatusId, now
from fedlearn.domain.statuses import StatusView
from fedlearn.services.reading import Page, read_page
from tests.builders import boosts, local, remote, says
from tests.db.test_status_views import Counted

EVERYWHERE = frozenset(FilterContext)


async def a_filter(
    connection: Connection,
    owner: Actor,
    *words: str,
    contexts: frozenset[FilterContext] = EVERYWHERE,
    action: FilterAction = FilterAction.HIDE,
    expires_at: Millis | None = None,
) -> Filter:
    """A filter of somebody with these words."""
    keywords = tuple(Keyword(word) for word in words)
    wanted = NewFilter("Enough", contexts, keywords, action, expires_at)
    return await db_filters.insert_filter(connection, owner.id, wanted)


async def test_keeping_filters(connection: Connection) -> None:
    """Filters are made, changed and given up; each belongs to one person."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    made = await a_filter(connection, alice, "bees", "a wasp")
    other = await a_filter(connection, bob, "bees")
    assert await db_filters.filters_of(connection, alice.id) == [made]
    assert await db_filters.filter_by_id(connection, other.id) == other
    says_now = NewFilter("Rest", frozenset({FilterContext.HOME}), (Keyword("hum", False),))
    await db_filters.replace_filter(connection, Filter(made.id, alice.id, says_now))
    assert await db_filters.filters_of(connection, alice.id) == [
        Filter(made.id, alice.id, says_now)
    ]
    assert await db_filters.count_filters(connection, alice.id) == 1
    await db_filters.delete_filter(connection, made.id)
    assert await db_filters.filter_by_id(connection, made.id) is None
    await erase_traces(connection, bob.id)
    assert await db_filters.filters_of(connection, bob.id) == []


@pytest.mark.parametrize("context", FilterContext)
async def test_filters_in_force(connection: Connection, context: FilterContext) -> None:
    """A filter counts where it is said to, and until its time is over; then it can still be seen."""
    alice = await local(connection, "alice")
    here = await a_filter(connection, alice, "bees", contexts=frozenset({context}))
    await a_filter(connection, alice, "bees", contexts=EVERYWHERE - {context})
    ending = await a_filter(connection, alice, "bees", expires_at=Millis(now() + MINUTE_MS))
    await a_filter(connection, alice, "bees", expires_at=Millis(now() - 1))
    found = await db_filters.filters_in_force(connection, alice.id, context)
    assert found == [here, ending]
    assert len(await db_filters.filters_of(connection, alice.id)) == 4


async def test_hidden_posts_leave_no_hole(connection: Connection) -> None:
    """What is hidden is replaced by what is older, and the next page begins where this one ends."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    posts = [
        await says(connection, bob, "of bees" if number % 3 else "of flowers")
        for number in range(30)
    ]
    await a_filter(connection, alice, "bees")
    pages = await _pages(connection, alice, [post.id for post in posts], limit=5)
    shown = [view.id for page in pages for view in page.views]
    assert shown == [post.id for post in posts[::-1] if "flowers" in post.content]
    assert len(pages[0].views) == 5


async def test_a_reader_who_filters_everything(connection: Connection) -> None:
    """A page may stay empty where all is hidden, and still leads on to what is older."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    posts = [await says(connection, bob, "bees")]
    posts[0:0] = [await says(connection, bob, "flowers", at=Millis(posts[0].published - 1000))]
    posts += [await says(connection, bob, "bees") for _ in range(30)]
    await a_filter(connection, alice, "bees")
    pages = await _pages(connection, alice, [post.id for post in posts], limit=5)
    assert pages[0].views == []
    assert [view.id for page in pages for view in page.views] == [posts[0].id]


async def test_what_a_filter_looks_at(connection: Connection) -> None:
    """Boosts and what is warned of are filtered, one's own posts never, and strangers have no filter."""
    alice, robin = await local(connection, "alice"), await remote(connection)
    own, other = await says(connection, alice, "bees"), await says(connection, robin, "bees")
    harmless = await says(connection, robin, "flowers")
    boost = await boosts(connection, robin, other)
    boost_of_own = await boosts(connection, robin, own)
    ids = [own.id, other.id, harmless.id, boost.id, boost_of_own.id]
    warning = await a_filter(connection, alice, "bees", action=FilterAction.WARN)
    [page] = await _pages(connection, alice, ids, limit=20)
    assert {view.id for view in page.views if view.filtered} == {other.id, boost.id}
    [result] = next(view.filtered for view in page.views if view.id == boost.id)
    assert (result.filter, result.matches) == (warning, ("bees",))
    await a_filter(connection, alice, "bees")
    [page] = await _pages(connection, alice, ids, limit=20)
    assert {view.id for view in page.views} == {own.id, harmless.id, boost_of_own.id}
    [view] = await _all_of(connection, [other.id])
    assert view.filtered == ()


async def _pages(
    connection: Connection, reader: Actor, ids: list[StatusId], *, limit: int
) -> list[Page]:
    """These posts as a timeline, page by page."""

    async def timeline(*, before: StatusId | None, limit: int) -> list[StatusId]:
        newest_first = sorted(ids, reverse=True)
        return [one for one in newest_first if before is None or one < before][:limit]

    pages: list[Page] = []
    before: StatusId | None = None
    while not pages or before is not None:
        page = await read_page(
            connection, reader.viewer, FilterContext.HOME, timeline, before=before, limit=limit
        )
        pages.append(page)
        before = page.older
    return pages


async def _all_of(connection: Connection, ids: list[StatusId]) -> list[StatusView]:
    async def timeline(*, before: StatusId | None, limit: int) -> list[StatusId]:
        assert before is None
        return ids[:limit]

    page = await read_page(
        connection, STRANGER, FilterContext.PUBLIC, timeline, before=None, limit=20
    )
    return list(page.views)


async def test_no_filters_cost_one_question(db: Database) -> None:
    """Who has none is asked of once a page, however many posts stand on it; strangers not at all."""
    async with db.write() as connection:
        alice, bob = await local(connection, "alice"), await local(connection, "bob")
        ids = [(await says(connection, bob)).id for _ in range(12)]

    async def timeline(*, before: StatusId | None, limit: int) -> list[StatusId]:
        assert before is None
        return ids[:limit]

    async with db.read() as connection:
        for viewer, more in ((alice.viewer, 1), (STRANGER, 0)):
            plain, page = Counted(connection), Counted(connection)
            await status_views(plain, viewer, ids)
            await read_page(page, viewer, FilterContext.HOME, timeline, before=None, limit=20)
            assert page.queries == plain.queries + more
