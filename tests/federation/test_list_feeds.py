"""Feeds of lists: for the owner who is signed in, and for a reader that was told the address."""

from contextlib import aclosing

import httpx

from fedlearn.db import actors as db_actors
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import now
from fedlearn.domain.lists import PeopleList
from fedlearn.services import list_feeds, lists
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, reads, takes
from tests.federation.server import Server
from tests.federation.test_feeds import ATOM, links, read, texts
from tests.federation.test_keeping import press


async def a_list(server: Server, owner: str, *members: str) -> PeopleList:
    """A list of somebody with these people of here on it."""
    me = await server.actor(owner)
    made = await lists.create_list(server.instance, me, "Birds")
    for name in members:
        await lists.add_member(server.instance, me, made.id, await server.actor(name))
    return made


async def address_of(server: Server, made: PeopleList) -> str | None:
    """The path of a list's feed, as it is now."""
    async with server.instance.db.read() as connection:
        found = await lists.own_list(connection, await server.actor("alice"), made.id)
    feed = list_feeds.feed_of(server.instance, found)
    return feed.removeprefix("https://alpha.test") if feed else None


def contents(answer: httpx.Response) -> list[str | None]:
    """The titles of what stands in a feed."""
    return texts(read(answer), "atom:entry/atom:title")


async def test_feed_for_a_reader(alpha: Server, bob: Person) -> None:
    """Without signing in it shows what anybody may read of those on the list, and is kept by nobody."""
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "carol", bob)
    made = await a_list(alpha, "alice", "carol")
    owner, robin = await alpha.actor("alice"), await alpha.find(bob.handle)
    await lists.add_member(alpha.instance, owner, made.id, robin)
    for number, reach in enumerate(Reach):
        for scope in Scope:
            await alpha.post("carol", f"{number} {scope}", reach=reach, scope=scope)
    for text, changes in (("open", {}), ("hidden", {"to": [bob.followers], "cc": []})):
        note = bob.note(f"<p>{text}</p>", **changes)
        await takes(alpha, bob, bob.activity("Create", note))
    await list_feeds.open_feed(alpha.instance, owner, made.id)
    address = await address_of(alpha, made)
    assert address
    answer = await alpha.get(address, "*/*")
    assert sorted(map(str, contents(answer))) == ["0 fed", "1 fed", "open"]
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "access-control-allow-origin" not in answer.headers
    feed = read(answer)
    assert links(feed) == {
        "self": f"https://alpha.test{address}",
        "alternate": f"https://alpha.test/lists/{made.id}",
    }
    assert texts(feed, "atom:title") == ["Birds · fedlearn"]
    again = await alpha.get(address, "*/*", **{"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_feed_for_its_owner(alpha: Server) -> None:
    """Who is signed in needs no secret; nobody else gets the feed by its number, nor a stranger."""
    await alpha.post("carol", "hello")
    made = await a_list(alpha, "alice", "carol")
    path = f"/lists/{made.id}.atom"
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        assert contents(await browser.get(path)) == ["hello"]
    async with aclosing(await sign_in(alpha, "carol")) as browser:
        assert (await browser.get(path)).status_code == 404
    assert (await alpha.get(path, "*/*")).status_code in {303, 401}


async def test_address_is_a_secret_that_ends(alpha: Server) -> None:
    """A guess, an older address, one of another list, or of somebody who may not take part: 404."""
    await alpha.post("carol", "hello")
    made, other = await a_list(alpha, "alice", "carol"), await a_list(alpha, "alice", "carol")
    me = await alpha.actor("alice")
    assert await address_of(alpha, made) is None
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        assert "/feed/remove" not in (await browser.get(f"/lists/{made.id}")).text
        changed = await press(browser, f"/lists/{made.id}/feed")
        first = await address_of(alpha, made)
        page = (await browser.get(changed.headers["location"])).text
        assert f'value="https://alpha.test{first}"' in page
        assert "/feed/remove" in page
        await press(browser, f"/lists/{made.id}/feed")
        second = await address_of(alpha, made)
    assert first
    assert second
    assert first != second
    token = second.rpartition("/")[2]
    for wrong in (first, f"/lists/{other.id}/{token}", f"/lists/{made.id}/{'0' * 40}.atom"):
        assert (await alpha.get(wrong, "*/*")).status_code == 404
    assert contents(await alpha.get(second, "*/*")) == ["hello"]
    async with aclosing(await sign_in(alpha, "carol")) as thief:
        assert (await press(thief, f"/lists/{made.id}/feed/remove")).status_code == 404
    assert (await alpha.get(second, "*/*")).status_code == 200
    async with alpha.instance.db.write() as connection:
        await db_actors.set_suspended(connection, me.id, now())
    assert (await alpha.get(second, "*/*")).status_code == 404
    async with alpha.instance.db.write() as connection:
        await db_actors.set_suspended(connection, me.id, None)
    await list_feeds.close_feed(alpha.instance, me, made.id)
    assert (await alpha.get(second, "*/*")).status_code == 404
    await list_feeds.open_feed(alpha.instance, me, made.id)
    assert read(await alpha.get(str(await address_of(alpha, made)), "*/*")).findall(
        "atom:entry", ATOM
    )
    await lists.delete_list(alpha.instance, me, made.id)
    assert (await alpha.get(second, "*/*")).status_code == 404
