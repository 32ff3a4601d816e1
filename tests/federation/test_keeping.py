"""What people keep for themselves: nobody elsewhere hears of it."""

import re

import httpx

from tests.federation.browser import sign_in
from tests.federation.peer import Peer, Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, settle

CSRF = re.compile(r'name="csrf" value="(\w+)"')


async def press(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form as a page of this session holds it."""
    csrf = CSRF.findall((await browser.get("/settings")).text)[0]
    return await browser.post(path, data={"csrf": csrf, **fields})


async def test_bookmarks_stay_with_their_owner(alpha: Server, bob: Person, peer: Peer) -> None:
    """A post of another server is put aside and taken out by the menu; nothing is sent there."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>worth keeping</p>")
    await takes(alpha, bob, bob.activity("Create", note))
    [view] = await alpha.home("alice")
    before = len(peer.received)
    browser = await sign_in(alpha, "alice")
    assert "for you alone" in (await browser.get("/bookmarks")).text
    assert f"/statuses/{view.id}/bookmark" in (await browser.get("/")).text
    answer = await press(browser, f"/statuses/{view.id}/bookmark", next="/")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#s{view.id}")
    assert "worth keeping" in (await browser.get("/bookmarks")).text
    assert f"/statuses/{view.id}/unbookmark" in (await browser.get("/")).text
    carol = await sign_in(alpha, "carol")
    assert "worth keeping" not in (await carol.get("/bookmarks")).text
    await press(browser, f"/statuses/{view.id}/unbookmark")
    assert "worth keeping" not in (await browser.get("/bookmarks")).text
    await settle(alpha)
    assert len(peer.received) == before


async def test_no_bookmark_without_sight(alpha: Server, bob: Person) -> None:
    """Who cannot see a post cannot put it aside, nor can a stranger see what others keep."""
    await reads(alpha, "alice", bob)
    await takes(alpha, bob, bob.activity("Create", bob.note(to=[bob.followers], cc=[])))
    [view] = await alpha.home("alice")
    carol = await sign_in(alpha, "carol")
    assert (await press(carol, f"/statuses/{view.id}/bookmark")).status_code == 404
    for path in ("/bookmarks", "/favourites"):
        assert (await alpha.get(path, accept="text/html")).status_code in {303, 401}


async def test_liked_posts_have_a_page(alpha: Server) -> None:
    """What somebody likes stands on a page of their own until they like it no more."""
    liked = await alpha.post("carol", "a fine thing")
    browser = await sign_in(alpha, "alice")
    await press(browser, f"/statuses/{liked.id}/favourite")
    assert "a fine thing" in (await browser.get("/favourites")).text
    await press(browser, f"/statuses/{liked.id}/unfavourite")
    assert "a fine thing" not in (await browser.get("/favourites")).text
