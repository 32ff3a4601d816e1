"""What strangers are led to: no page of ours that is only for those who sign in."""

import re
from html import unescape

import httpx

from fedlearn.services import boosts
from tests.federation.browser import open_browser, sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server

LINK = re.compile(r'<a [^>]*?href="([^"]+)"')


async def links_of(browser: httpx.AsyncClient, path: str) -> set[str]:
    """Where a page leads; what it links of ours is there."""
    answer = await browser.get(path)
    assert answer.status_code == 200, path
    links = {unescape(link) for link in LINK.findall(answer.text)}
    for link in links:
        if link.startswith("/@"):
            assert (await browser.get(link)).status_code == 200, f"{path} leads to {link}"
    return links


async def test_strangers_are_led_to_where_a_post_is_at_home(alpha: Server, bob: Person) -> None:
    """Author and time of another server's post lead strangers there, and who signs in to us."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>From afar</p>", url="https://peer.test/@bob/1")
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    await boosts.boost(alpha.instance, await alpha.actor("alice"), view.id)
    answer = await alpha.reply("alice", note["id"], "From here")
    await alpha.reply("bea", answer.status.uri, "And on")
    there = {note["url"], "https://peer.test/@bob"}
    here = {f"/@bob@peer.test/{view.id}", "/@bob@peer.test"}
    stranger, reader = open_browser(alpha), await sign_in(alpha, "alice")
    for path in ("/@alice", f"/@alice/{answer.id}"):
        assert not there - await links_of(stranger, path), path
        assert not here - await links_of(reader, path), path
    await stranger.aclose()
    await reader.aclose()


async def test_stranger_is_not_led_to_a_program(alpha: Server, bob: Person) -> None:
    """An address that is none of the web is not where a name or a time leads."""
    bob.changes["url"] = "javascript:alert(1)"
    await reads(alpha, "alice", bob)
    note = bob.note(url=["data:text/html,x", "javascript:alert(1)"])
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    await boosts.boost(alpha.instance, await alpha.actor("alice"), view.id)
    async with open_browser(alpha) as stranger:
        links = await links_of(stranger, "/@alice")
    assert {note["id"], bob.uri} <= links
    assert not any(link.startswith(("javascript:", "data:")) for link in links)
