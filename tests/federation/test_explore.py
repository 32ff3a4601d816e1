"""What is lively, as the page shows it to strangers and to people here."""

import re
from contextlib import aclosing

from fedlearn.domain.audience import Scope
from fedlearn.services import blocks, favourites
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server

TAG = re.compile(r'href="https://alpha\.test/tags/(\w+)"><bdi>')


async def test_strangers_see_what_is_lively(alpha: Server) -> None:
    """Hashtags of several people, posts that several like, and who is new, without what is inside."""
    view = await alpha.post("alice", "all about #bees")
    await alpha.post("bob", "more about #bees")
    inside = await alpha.post("alice", "a secret about #ants", scope=Scope.ORG)
    await alpha.post("bob", "another about #ants")
    for name in ("bob", "carol"):
        for one in (view, inside):
            await favourites.favourite(alpha.instance, await alpha.actor(name), one.id)
    page = (await alpha.get("/explore", "text/html")).text
    assert set(TAG.findall(page)) == {"bees"}
    assert f'id="s{view.id}"' in page
    assert "secret" not in page
    assert all(f'href="/@{name}"' in page for name in ("alice", "bob", "carol"))
    assert 'href="/explore"' in (await alpha.get("/public", "text/html")).text


async def test_one_person_makes_nothing_lively(alpha: Server, bob: Person) -> None:
    """Where one alone is busy, and others elsewhere, it is quiet, and the page says so."""
    await reads(alpha, "alice", bob)
    for _ in range(3):
        await alpha.post("alice", "all about #bees")
        note = bob.note("<p>#bees</p>", tag=[{"type": "Hashtag", "name": "#bees"}])
        await takes(alpha, bob, bob.activity("Create", note))
    page = (await alpha.get("/explore", "text/html")).text
    assert not TAG.findall(page)
    assert 'class="card' not in page


async def test_blocks_part_people_here_too(alpha: Server) -> None:
    """Whom somebody blocks, and what they wrote, is not lively for that person."""
    view = await alpha.post("mallory", "look at me")
    for name in ("bob", "carol"):
        await favourites.favourite(alpha.instance, await alpha.actor(name), view.id)
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        assert "look at me" in (await browser.get("/explore")).text
        mallory = await alpha.actor("mallory")
        await blocks.block(alpha.instance, await alpha.actor("alice"), mallory)
        page = (await browser.get("/explore")).text
    assert "look at me" not in page
    assert "mallory" not in page
    assert "look at me" in (await alpha.get("/explore", "text/html")).text


async def test_what_is_lively_stands_beside_each_page(alpha: Server) -> None:
    """Hashtags that several people use for everybody stand there, with the rules; else nothing does."""
    await alpha.post("alice", "all about #ants", scope=Scope.ORG)
    await alpha.post("bob", "more about #ants", scope=Scope.ORG)
    await alpha.post("alice", "all about #bees")
    await alpha.post("bob", "more about #bees")
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        for path in ("/", "/settings", "/nothing"):
            beside = (await browser.get(path)).text.partition('<aside class="context"')[2]
            assert TAG.findall(beside) == ["bees"], path
            assert 'href="/rules"' in beside


async def test_nothing_empty_stands_beside_a_page(alpha: Server) -> None:
    """Where nothing is lively, no heading says so."""
    await alpha.post("alice", "all about #bees")
    page = (await alpha.get("/public", "text/html")).text
    assert "<h2>" not in page.partition('<aside class="context"')[2]
