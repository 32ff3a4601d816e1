"""Where nothing is yet there is something to begin with; what is public says where its feed is."""

import re

import pytest

from fedlearn.services import lists
from tests.federation.browser import open_browser, sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads
from tests.federation.server import Server

NOTHING = re.compile(r'<div class="nothing">.*?</div>', re.DOTALL)
ACTION = re.compile(r'<a class="button quiet" href="([^"]+)"')
BEGINNINGS = {
    "/": "/explore",
    "/public": "/#text",
    "/public/remote": "/search",
    "/notifications": "/#text",
    "/notifications/mentions": "/#text",
    "/requests": "/settings",
    "/bookmarks": "/explore",
    "/favourites": "/explore",
    "/redrafts": "/#text",
    "/scheduled": "/#text",
    "/tags/bees": "/#text",
    "/search?q=bees": "/explore",
    "/@alice": "/#text",
    "/@alice/following": "/search",
}


async def test_something_to_begin_with(alpha: Server) -> None:
    """Each page of somebody new that has nothing to show leads to where that changes."""
    browser = await sign_in(alpha, "alice")
    alice = await alpha.actor("alice")
    made = await lists.create_list(alpha.instance, alice, "Insects")
    found = {}
    for path in [*BEGINNINGS, f"/lists/{made.id}"]:
        [nothing] = NOTHING.findall((await browser.get(path)).text)
        found[path] = "".join(ACTION.findall(nothing))
    await browser.aclose()
    assert found == BEGINNINGS | {f"/lists/{made.id}": "/search"}


async def test_strangers_are_not_asked_to_write(alpha: Server) -> None:
    """Who has no account here is not led to where one writes."""
    await alpha.user("alice")
    browser = open_browser(alpha)
    for path in ("/public", "/tags/bees", "/@alice"):
        page = (await browser.get(path)).text
        assert NOTHING.search(page)
        assert "/#text" not in page
    await browser.aclose()


@pytest.mark.parametrize("name", ["carol", ""])
async def test_feeds_are_in_sight(alpha: Server, bob: Person, name: str) -> None:
    """Profiles of ours and hashtags lead to their feeds; people of other servers have none here."""
    await alpha.post("alice", "#bees")
    await reads(alpha, "alice", bob)
    browser = await sign_in(alpha, name) if name else open_browser(alpha)
    for path in ("/@alice", "/@alice/media", "/tags/bees"):
        feed = f"https://alpha.test{path.removesuffix('/media')}.atom"
        page = (await browser.get(path)).text
        assert re.search(rf'<a href="{re.escape(feed)}"[^>]*>Feed</a>', page), path
        assert (await browser.get(feed)).status_code == 200
    assert ".atom" not in (await browser.get(f"/@{bob.handle.strip('@')}")).text
    await browser.aclose()
