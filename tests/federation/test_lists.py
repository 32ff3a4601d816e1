"""Lists: people are read together, also those who are not followed, and hear nothing of it."""

import pytest

from fedlearn.errors import Invalid, NotFound
from fedlearn.services import blocks, lists
from fedlearn.services.lists import LONGEST_TITLE, MOST_LISTS
from tests.federation.browser import sign_in
from tests.federation.peer import Peer, Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press


async def test_list_of_somebody_not_followed(alpha: Server, bob: Person, peer: Peer) -> None:
    """What a member posts openly stands on the list and not at home; what is for followers does not."""
    await reads(alpha, "dora", bob)
    for text, changes in (
        ("for everybody", {}),
        ("for followers", {"to": [bob.followers], "cc": []}),
    ):
        note = bob.note(f"<p>{text}</p>", **changes)
        await takes(alpha, bob, bob.activity("Create", note))
    sent = len(peer.received)
    browser, actor = await sign_in(alpha, "alice"), await alpha.find(bob.handle)
    answer = await press(browser, "/lists", title=" Birds ")
    page = answer.headers["location"]
    assert ">Birds</a>" in (await browser.get("/lists")).text
    assert "Nobody is on this list yet" in (await browser.get(page)).text
    profile = f"/@{actor.acct}"
    assert f"{page}/add/{actor.id}" in (await browser.get(profile)).text
    answer = await press(browser, f"{page}/add/{actor.id}", next=profile)
    there = f"{profile}?list={page.rpartition('/')[2]}"
    assert (answer.status_code, answer.headers["location"]) == (303, there)
    told = (await browser.get(there)).text
    assert f'role="status">Put on the list <a href="{page}"><bdi>Birds</bdi></a>.' in told
    assert '<details class="keeping" open>' in told
    shown = (await browser.get(page)).text
    assert '<a href="/lists">All your lists</a>' in shown
    assert "for everybody" in shown
    assert "for followers" not in shown
    assert await alpha.home("alice") == []
    assert f"{page}/remove/{actor.id}" in (await browser.get(profile)).text
    await press(browser, f"{page}/remove/{actor.id}")
    assert "<p>for everybody</p>" not in (await browser.get(page)).text
    await settle(alpha)
    assert len(peer.received) == sent


async def test_tending_a_list(alpha: Server) -> None:
    """A list gets another name and is given up; a name that will not do comes back with a word."""
    browser = await sign_in(alpha, "alice")
    page = (await press(browser, "/lists", title="Birds")).headers["location"]
    for path in ("/lists", f"{page}/rename"):
        for title in ("", "  ", "x" * (LONGEST_TITLE + 1)):
            answer = await press(browser, path, title=title)
            assert answer.status_code == 422
            assert 'id="error-title"' in answer.text
    assert (await press(browser, f"{page}/rename", title="Wings <b>")).status_code == 303
    assert '<h1 dir="auto">Wings &lt;b&gt;</h1>' in (await browser.get(page)).text
    assert (await press(browser, f"{page}/delete")).headers["location"] == "/lists"
    assert (await browser.get(page)).status_code == 404


async def test_lists_of_others(alpha: Server) -> None:
    """Nobody else opens, names, fills or deletes a list; without an account one is asked to sign in."""
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    made = await lists.create_list(alpha.instance, alice, "Birds")
    page, browser = f"/lists/{made.id}", await sign_in(alpha, "bob")
    assert (await browser.get(page)).status_code == 404
    for act in ("rename", "delete", f"add/{bob.id}", f"remove/{bob.id}"):
        assert (await press(browser, f"{page}/{act}", title="x")).status_code == 404
    assert (await alpha.get(page, accept="text/html")).status_code in {303, 401}
    owner = await sign_in(alpha, "alice")
    assert (await owner.post(f"{page}/delete", data={"csrf": "x"})).status_code == 403
    assert "Birds" in (await owner.get("/lists")).text


async def test_limits_of_lists(alpha: Server) -> None:
    """There can be so many lists and no more, and nobody is on one with whom a block stands between."""
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    made = [
        await lists.create_list(alpha.instance, alice, f"list {number}")
        for number in range(MOST_LISTS)
    ]
    with pytest.raises(Invalid):
        await lists.create_list(alpha.instance, alice, "one more")
    await blocks.block(alpha.instance, bob, alice)
    with pytest.raises(Invalid):
        await lists.add_member(alpha.instance, alice, made[0].id, bob)
    await lists.delete_list(alpha.instance, alice, made[0].id)
    with pytest.raises(NotFound):
        await lists.delete_list(alpha.instance, alice, made[0].id)
    assert await lists.create_list(alpha.instance, alice, "one more")
