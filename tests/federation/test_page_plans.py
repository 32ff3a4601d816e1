"""Pages cost the same however much there is: seen from what databases do, not from the time they take.

Each page is asked for in a database with thousands of posts, and again when there are four times as
many below them. Nothing large is read from end to end, and nothing that grows is looked through.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from fedlearn.settings import Settings
from tests.chatter import posts_arrive, reader_settles
from tests.crowd import Crowd, count_everything, people_arrive, tag
from tests.federation.browser import sign_in
from tests.federation.pages import PAGES
from tests.federation.server import Server, run_server
from tests.federation.watching import Watch, watch_databases

# What is lively is found among a thousand public posts of ours, so there are more from the beginning.
PEOPLE, FEWER, MORE = 100, 8_000, 20_000
READER = "dora"
LIMIT = 20
# An index that is one level deeper costs a little more.
GROWTH, LITTLE = 1.5, 500


@pytest.fixture
async def busy(
    database_settings: Settings, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[Server]:
    """A server, on each engine in turn."""
    settings = settings_of("alpha.test", database=database_settings.database)
    async with run_server(settings, None) as server:
        yield server


async def test_pages_cost_the_same_among_more_posts(
    busy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page reads a large table from end to end, or looks at more when there are more posts."""
    browser, reader = await sign_in(busy, READER), await busy.actor(READER)
    own = await busy.post(READER, "to be edited")
    crowd = await people_arrive(busy.instance.db, busy.instance.uris, reader.id, PEOPLE)
    await posts_arrive(busy.instance.db, crowd, 0, FEWER)
    await reader_settles(busy.instance.db, crowd)
    await count_everything(busy.instance.db)
    addresses = addresses_of(crowd, own.id)
    with monkeypatch.context() as patched:
        watch = watch_databases(patched)
        among_few = {path: await _cost(browser, at, watch) for path, at in addresses.items()}
    await posts_arrive(busy.instance.db, crowd, FEWER, MORE)
    await count_everything(busy.instance.db)
    with monkeypatch.context() as patched:
        watch = watch_databases(patched)
        among_many = {path: await _cost(browser, at, watch) for path, at in addresses.items()}
    await browser.aclose()
    assert {path: whole for path, (whole, _) in among_many.items() if whole} == {}
    grown = {path: _grown(among_few[path][1], work) for path, (_, work) in among_many.items()}
    assert {path: questions for path, questions in grown.items() if questions} == {}


def addresses_of(crowd: Crowd, own_id: int) -> dict[str, str]:
    """Where the pages are that show posts."""
    gaps = {
        "limit": LIMIT,
        "tag": tag(0),
        "list": crowd.people_list,
        "word": crowd.word,
        "writer": crowd.writer.acct,
        "thread": crowd.thread_id,
        "own": own_id,
    }
    return {path: page.at.format(**gaps) for path, page in PAGES.items()}


async def _cost(
    browser: httpx.AsyncClient, address: str, watch: Watch
) -> tuple[set[str], dict[str, int]]:
    await browser.get(address)
    watch.forget()
    answer = await browser.get(address)
    assert answer.status_code == 200, address
    return set(watch.whole), dict(watch.work)


def _grown(before: dict[str, int], after: dict[str, int]) -> dict[str, Any]:
    """Which questions take more than they took before, with both."""
    return {
        question: (before.get(question, 0), work)
        for question, work in after.items()
        if work > GROWTH * before.get(question, 0) + LITTLE
    }
